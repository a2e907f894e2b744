-- A row is a purchase and a municipality, in the first year of the agreement that holds.
-- From: equalisation.purchases
-- By: CONTRACT, equalisation.purchases
SELECT purchase, year, municipality_code, title_sv, buyer, quantity, quantity_unit, unit_price_sek, amount_sek, split_by,
  basis, status
FROM equalisation.purchases
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
QUALIFY year = min(year) OVER (PARTITION BY purchase)
ORDER BY purchase, municipality_code
