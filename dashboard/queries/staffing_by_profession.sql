-- A row is a year, a serving municipality or all, a profession, a boundary and a way to count full-time equivalents.
-- From: volumes.staffing
-- By: CONTRACT, volumes.staffing
SELECT year, municipality_code, profession, scenario, method, party, fte, headcount, basis, source, status
FROM volumes.staffing
ORDER BY year, municipality_code, profession, scenario, method, party
