-- A row is a year whose numbers of inhabitants are made up.
-- From: volumes.population
-- By: CONTRACT: basis says illustrative where a value is an assumption without a source
SELECT DISTINCT year FROM volumes.population WHERE basis = 'illustrative' ORDER BY year
