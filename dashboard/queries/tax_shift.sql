-- A row is a year of the combination of agreement, boundary and method that holds.
-- From: equalisation.tax_shift
-- By: CONTRACT, equalisation.tax_shift
SELECT agreement, scenario, method, year, net_cost_sek, guaranteed_tax_power_sek, population, required_ore, agreed_ore,
  revenue_sek, own_tax_sek, equalisation_change_sek, rounding_sek, region_revenue_sek, state_sek, naive_ore,
  final_revenue_sek, basis, status
FROM equalisation.tax_shift
WHERE is_agreed
ORDER BY agreement, scenario, method, year
