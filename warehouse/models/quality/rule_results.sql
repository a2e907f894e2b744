-- A row is a rule and a delivery that is current.
-- From: quality.rule_counts; hemvard_register, hemvard_rules
-- By: expectations/visits.yaml
SELECT r.source_id, r.month, r.delivery, c.rule_id, c.severity, c.rows_checked, c.rows_failed, c.threshold_share,
  m.message_sv
FROM lake.quality.rule_counts AS c
JOIN hemvard_register AS r ON r.delivery_id = c.delivery_id AND r.status = 'current'
JOIN hemvard_rules AS m ON m.rule_id = c.rule_id
