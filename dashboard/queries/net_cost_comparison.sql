-- A row is a cost item and a municipality, or the remainder of rounding; of the boundary that was agreed.
-- From: equalisation.net_cost_comparison
-- By: CONTRACT, equalisation.net_costs
SELECT party, cost_item, base_year, ledger_sek, from_below_sek, difference_sek, found_in, basis
FROM equalisation.net_cost_comparison
WHERE scenario IN (SELECT scenario FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY party, cost_item, municipality_code
