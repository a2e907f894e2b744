-- A row is a rule that keeps rows out: how many, from how many sources and file months.
-- From: quality.quarantine_summary
-- By: CONTRACT, quality.quarantine_summary
SELECT rule_id, any_value(message_sv) AS message_sv, sum(rows_quarantined)::BIGINT AS rows,
  count(DISTINCT source_id) AS sources, count(DISTINCT month) AS months
FROM quality.quarantine_summary
GROUP BY rule_id
ORDER BY rows DESC, rule_id
