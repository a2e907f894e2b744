-- A row is a year, a boundary and a municipality of residence, or all.
-- From: volumes.scenario_totals
-- By: CONTRACT, volumes.scenario_totals
SELECT year, scenario, municipality_code, visits, status
FROM volumes.scenario_totals
ORDER BY year, scenario, municipality_code
