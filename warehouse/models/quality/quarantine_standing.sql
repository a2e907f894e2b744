-- A row is a fault of a row in quarantine, and the delivery, if any, in which its record was accepted since.
-- From: quality.quarantine, ledger.landings; hemvard_versions
-- By: the order of versions in models/core/visits.sql: the higher version, then the later file month, then the
-- later landing, among the accepted rows of every subject. A fault stands open while accepted_in is NULL; that is
-- asked, not kept, so that the order in which deliveries arrive decides nothing.
WITH landed AS (
  SELECT delivery_id, max(version) AS version, max(landing_seq) AS landing_seq, min(landed_at) AS landed_at
  FROM lake.ledger.landings GROUP BY delivery_id
),
later AS (
  SELECT q.delivery_id, q.row_number, q.rule_id, v.delivery_id AS accepted_in, n.landed_at AS accepted_at
  FROM lake.quality.quarantine AS q
  JOIN landed AS l ON l.delivery_id = q.delivery_id
  JOIN hemvard_versions AS v ON v.source_id = q.source_id AND v.record_id = q.record_id
  JOIN landed AS n ON n.delivery_id = v.delivery_id
  WHERE (n.version, v.delivery_month, n.landing_seq) > (l.version, q.delivery_month, l.landing_seq)
  QUALIFY row_number() OVER (
    PARTITION BY q.delivery_id, q.row_number, q.rule_id
    ORDER BY n.version, v.delivery_month, n.landing_seq, v.row_number) = 1
)
SELECT q.delivery_id, q.row_number, q.rule_id, q.source_id, q.record_id, q.found, q.first_seen, q.delivery_month,
  a.accepted_in, a.accepted_at
FROM lake.quality.quarantine AS q
LEFT JOIN later AS a ON a.delivery_id = q.delivery_id AND a.row_number = q.row_number AND a.rule_id = q.rule_id
