-- A row is a delivery that has come, or one that was expected and has not.
-- From: quality.deliveries
-- By: CONTRACT, quality.deliveries: rows read = counted + cancelled + superseded + quarantined
SELECT source_id, month, delivery, supplier_sv, required, version, status, rows_read, rows_counted, rows_cancelled,
  rows_superseded, rows_quarantined, landed_at
FROM quality.deliveries
ORDER BY source_id, month, version NULLS LAST, delivery
