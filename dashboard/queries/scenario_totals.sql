-- A row is a year and a boundary, all municipalities together.
-- From: volumes.scenario_totals
-- By: CONTRACT, volumes.scenario_totals
SELECT year, scenario, title_sv, visits, unplanned_visits, patients, visits_on_unknown, status
FROM volumes.scenario_totals
WHERE municipality_code = 'all'
ORDER BY year, scenario
