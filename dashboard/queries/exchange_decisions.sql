-- A row is a decision on the tax shift, of the agreement that holds.
-- From: equalisation.exchange_decisions
-- By: CONTRACT, equalisation.exchange_decisions
SELECT valid_from, change_ore, total_ore, source, basis
FROM equalisation.exchange_decisions
WHERE agreement IN (SELECT agreement FROM equalisation.tax_shift WHERE is_agreed)
ORDER BY valid_from, total_ore
