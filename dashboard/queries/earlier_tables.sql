-- A row is a table that the last release had too.
-- From: quality.continuity
-- By: CONTRACT, the published database
SELECT table_name FROM quality.continuity WHERE rows_before IS NOT NULL ORDER BY table_name
