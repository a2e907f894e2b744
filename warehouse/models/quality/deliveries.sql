-- A row is a delivery of a source and month, or the lack of one that was expected.
-- From: ledger.loads, quality.quarantine, staging.delivery_rows; hemvard_register
-- By: CONTRACT, no row is lost: rows read = counted + control + cancelled + superseded + quarantined. Each is counted
-- for itself.
WITH loads AS (
  SELECT delivery_id, rows_read FROM lake.ledger.loads QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY load_seq DESC) = 1
),
quarantined AS (
  SELECT delivery_id, count(DISTINCT row_number) AS n FROM lake.quality.quarantine GROUP BY delivery_id
)
SELECT r.source_id, r.month, r.delivery, r.supplier_sv, r.required, r.version, r.status,
  CASE WHEN r.status IN ('current', 'archived', 'rejected') THEN l.rows_read END AS rows_read,
  CASE WHEN r.status = 'current' THEN coalesce(d.counted, 0) END AS rows_counted,
  CASE WHEN r.status = 'current' THEN coalesce(d.control, 0) END AS rows_control,
  CASE WHEN r.status = 'current' THEN coalesce(d.cancelled, 0) END AS rows_cancelled,
  CASE WHEN r.status = 'current' THEN coalesce(d.superseded, 0) END AS rows_superseded,
  CASE WHEN r.status IN ('current', 'rejected') THEN coalesce(q.n, 0) END AS rows_quarantined,
  r.landed_at, r.due_on, r.days_late, r.finding
FROM hemvard_register AS r
LEFT JOIN loads AS l ON l.delivery_id = r.delivery_id
LEFT JOIN staging.delivery_rows AS d ON d.delivery_id = r.delivery_id
LEFT JOIN quarantined AS q ON q.delivery_id = r.delivery_id
