-- A row is a cost item of the boundary that was agreed.
-- From: equalisation.net_costs
-- By: CONTRACT, equalisation.net_costs
SELECT DISTINCT party, cost_item, title_sv, is_transferred
FROM equalisation.net_costs
WHERE scenario IN (SELECT scenario FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY party, cost_item, title_sv
