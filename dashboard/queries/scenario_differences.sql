-- A row is a year and two boundaries: what the other counts more or less than the first, all reasons together.
-- From: volumes.scenario_differences
-- By: CONTRACT, volumes.scenario_differences
SELECT year, scenario, other_scenario, visits, visits_added, visits_removed, patients, status
FROM volumes.scenario_differences
WHERE municipality_code = 'all' AND reason = 'all'
ORDER BY year, scenario, other_scenario
