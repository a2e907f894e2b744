-- A row is a rule that has findings in this release or had in the last: how many are new, persist and are resolved.
-- From: quality.changes
-- By: CONTRACT, quality.changes
SELECT rule_id, max(message_sv) AS message_sv, count(*) FILTER (state = 'new') AS new,
  count(*) FILTER (state = 'persisting') AS persisting, count(*) FILTER (state = 'resolved') AS resolved
FROM quality.changes
GROUP BY rule_id
HAVING count(*) FILTER (state IN ('new', 'resolved')) > 0
ORDER BY new DESC, resolved DESC, rule_id
