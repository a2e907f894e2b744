-- A row is a source, a file month and a rule: how many rows of current deliveries the rule keeps out.
-- From: hemvard_quarantine, hemvard_register, hemvard_rules
-- By: expectations/visits.yaml. A row whose record has been accepted since is not kept out: quarantine_standing.sql
SELECT r.source_id, r.month, q.rule_id, count(*) AS rows_quarantined, m.message_sv
FROM hemvard_quarantine AS q
JOIN hemvard_register AS r ON r.delivery_id = q.delivery_id AND r.status = 'current'
JOIN hemvard_rules AS m ON m.rule_id = q.rule_id
WHERE q.accepted_in IS NULL
GROUP BY r.source_id, r.month, q.rule_id, m.message_sv
