-- A row is a boundary, a year and a municipality, or the remainder of rounding; by the agreement and method that hold.
-- From: equalisation.municipality_effects
-- By: CONTRACT, equalisation.municipality_effects
SELECT scenario, is_agreed, municipality_code, year, population, cost_sek, revenue_sek, effect_sek,
  effect_sek_per_inhabitant, basis, status
FROM equalisation.municipality_effects
WHERE (agreement, method) IN (SELECT (agreement, method) FROM equalisation.municipality_effects WHERE is_agreed)
ORDER BY scenario, year, municipality_code
