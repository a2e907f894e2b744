-- A row is a delivery of a source and month, or the lack of one that was expected.
-- From: ledger.loads, core.visit_versions, core.visits, quality.quarantine; hemvard_register
-- By: CONTRACT, no row is lost: rows read = counted + cancelled + superseded + quarantined. Each is counted for itself.
WITH loads AS (
  SELECT delivery_id, rows_read FROM lake.ledger.loads QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY load_seq DESC) = 1
),
counted AS (SELECT delivery_id, count(*) AS n FROM lake.core.visits GROUP BY delivery_id),
cancelled AS (SELECT delivery_id, count(*) AS n FROM lake.core.visit_versions WHERE cancelled GROUP BY delivery_id),
superseded AS (
  SELECT v.delivery_id, count(*) AS n FROM lake.core.visit_versions AS v
  ANTI JOIN lake.core.visits AS c ON c.delivery_id = v.delivery_id AND c.row_number = v.row_number
  WHERE NOT v.cancelled GROUP BY v.delivery_id
),
quarantined AS (
  SELECT delivery_id, count(DISTINCT row_number) AS n FROM lake.quality.quarantine GROUP BY delivery_id
)
SELECT r.source_id, r.month, r.delivery, r.supplier_sv, r.required, r.version, r.status,
  CASE WHEN r.status IN ('current', 'rejected') THEN l.rows_read END AS rows_read,
  CASE WHEN r.status = 'current' THEN coalesce(c.n, 0) END AS rows_counted,
  CASE WHEN r.status = 'current' THEN coalesce(x.n, 0) END AS rows_cancelled,
  CASE WHEN r.status = 'current' THEN coalesce(s.n, 0) END AS rows_superseded,
  CASE WHEN r.status IN ('current', 'rejected') THEN coalesce(q.n, 0) END AS rows_quarantined,
  r.landed_at
FROM hemvard_register AS r
LEFT JOIN loads AS l ON l.delivery_id = r.delivery_id
LEFT JOIN counted AS c ON c.delivery_id = r.delivery_id
LEFT JOIN cancelled AS x ON x.delivery_id = r.delivery_id
LEFT JOIN superseded AS s ON s.delivery_id = r.delivery_id
LEFT JOIN quarantined AS q ON q.delivery_id = r.delivery_id
