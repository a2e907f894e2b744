-- A row is an assumption and its change, in the first year of the agreement that holds.
-- From: equalisation.sensitivity
-- By: CONTRACT, equalisation.sensitivity
SELECT assumption, change_share, net_cost_sek, required_ore, rounding_sek, lowest_effect_sek_per_inhabitant,
  lowest_municipality_code, basis
FROM equalisation.sensitivity
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
QUALIFY year = min(year) OVER ()
ORDER BY assumption, change_share
