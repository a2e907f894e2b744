-- A row is an assumption, a year ahead, and a municipality or the remainder of rounding; of the agreement that holds.
-- From: equalisation.look_ahead
-- By: CONTRACT, equalisation.look_ahead
SELECT assumption, year_number, year, municipality_code, revenue_sek, cost_sek, effect_sek, effect_sek_per_inhabitant,
  basis, status
FROM equalisation.look_ahead
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY assumption, year_number, municipality_code
