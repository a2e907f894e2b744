-- A row is a source, a file month and a rule: how many rows of current deliveries the rule keeps out.
-- From: quality.quarantine; hemvard_register, hemvard_rules
-- By: expectations/visits.yaml
SELECT r.source_id, r.month, q.rule_id, count(*) AS rows_quarantined, m.message_sv
FROM lake.quality.quarantine AS q
JOIN hemvard_register AS r ON r.delivery_id = q.delivery_id AND r.status = 'current'
JOIN hemvard_rules AS m ON m.rule_id = q.rule_id
GROUP BY r.source_id, r.month, q.rule_id, m.message_sv
