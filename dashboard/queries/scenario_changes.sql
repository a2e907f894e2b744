-- A row is a year, two boundaries, a municipality of residence or all, and why they differ or all reasons together.
-- From: volumes.scenario_differences
-- By: CONTRACT, volumes.scenario_differences
SELECT year, scenario, other_scenario, municipality_code, reason, visits, visits_added, visits_removed, status
FROM volumes.scenario_differences
ORDER BY year, scenario, other_scenario, municipality_code, reason
