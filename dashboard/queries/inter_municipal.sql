-- A row is a variant, a year of it, and a municipality or the remainder of rounding; of the agreement that holds.
-- From: equalisation.inter_municipal
-- By: CONTRACT, equalisation.inter_municipal
SELECT variant, year_number, year, municipality_code, title_sv, is_agreed, weight, cost_key, amount_sek, net_effect_sek,
  basis, status
FROM equalisation.inter_municipal
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY variant, year_number, municipality_code
