-- A row is a boundary and a municipality of residence (or all) in the year: whether its figures are shown.
-- From: volumes.scenario_totals
-- By: what is protected there must not be told by money either.
SELECT t.scenario, t.municipality_code, t.status
FROM build.volumes.scenario_totals AS t
WHERE t.year = $year
ORDER BY t.scenario, t.municipality_code
