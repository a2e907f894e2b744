-- A row is a year and a municipality, or the remainder of rounding; of the agreement that holds.
-- From: equalisation.settlements
-- By: CONTRACT, equalisation.settlements
SELECT year, municipality_code, days_counted_by, part_share, settled_on, year_sek, amount_sek, basis, status
FROM equalisation.settlements
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY year, municipality_code
