-- A row is the release (there is one, or none).
-- From: meta.release
-- By: CONTRACT, meta.release
SELECT release_id, region_name, data, notice_sv, min_persons, cells_protected_share, visits_protected_share,
  code_version, inputs_hash, created_at
FROM meta.release
ORDER BY release_id
LIMIT 1
