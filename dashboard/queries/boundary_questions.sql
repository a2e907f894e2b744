-- A row is an agreement, a method and a boundary, in the first year of the agreement's tax shift.
-- From: equalisation.boundary_questions
-- By: CONTRACT, equalisation.tax_shift
SELECT agreement, method, year, scenario, agreed_scenario, title_sv, net_cost_sek, required_ore,
  net_cost_difference_sek, ore_difference, basis, status
FROM equalisation.boundary_questions
QUALIFY year = min(year) OVER (PARTITION BY agreement)
ORDER BY agreement, method, scenario
