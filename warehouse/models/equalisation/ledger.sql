-- A row is a source, a month of the year, a cost item, a kind of posting and a serving municipality: what was posted.
-- From: core.costs
-- By: revenue is posted with a minus, so that net cost is a sum. A posting without a cost item is named by its account.
SELECT c.source_id, c.month, c.cost_item, c.account, c.posting_kind, c.municipality_code,
  sum(c.amount_sek)::DECIMAL(18,2) AS amount_sek
FROM lake.core.costs AS c
WHERE year(c.month) = $year
GROUP BY ALL
ORDER BY ALL
