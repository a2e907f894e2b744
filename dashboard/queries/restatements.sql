-- A row is a cause for which a figure, or what is shown of a row, is not what it was in the last release.
-- From: meta.restatements
-- By: CONTRACT, meta.restatements
SELECT table_name, row_key, column_name, cause, value_before, value_after, change, status_before, status_after
FROM meta.restatements
ORDER BY table_name, row_key, column_name, cause
