-- A row is a year, a municipality, a profession, a boundary and a way of reckoning posts, all employers together.
-- From: volumes.staffing
-- By: CONTRACT, volumes.staffing
SELECT year, municipality_code, profession, scenario, method, fte, basis, source, status
FROM volumes.staffing
WHERE party = 'all'
ORDER BY year, municipality_code, profession, scenario, method
