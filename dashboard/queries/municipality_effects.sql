-- A row is a municipality, or the remainder of rounding, in the first year of what was agreed.
-- From: equalisation.municipality_effects
-- By: CONTRACT, equalisation.municipality_effects
SELECT municipality_code, year, population, cost_sek, revenue_sek, effect_sek, effect_sek_per_inhabitant, basis, status
FROM equalisation.municipality_effects
WHERE is_agreed
QUALIFY year = min(year) OVER ()
ORDER BY municipality_code
