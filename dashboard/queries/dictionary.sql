-- A row is a published column and what it means.
-- From: meta.dictionary
-- By: CONTRACT, meta.dictionary
SELECT table_name, row_sv, column_name, data_type, unit, role, description_sv, description_en, source_sv, definition
FROM meta.dictionary
ORDER BY table_name, position
