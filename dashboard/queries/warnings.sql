-- A row is a rule of severity warning that found something: the rows count, and the fault is reported.
-- From: quality.rule_results
-- By: CONTRACT, quality.rule_results
SELECT rule_id, any_value(message_sv) AS message_sv, sum(rows_failed)::BIGINT AS rows,
  count(DISTINCT source_id) AS sources, count(DISTINCT month) AS months
FROM quality.rule_results
WHERE severity = 'warning' AND rows_failed > 0
GROUP BY rule_id
ORDER BY rows DESC, rule_id
