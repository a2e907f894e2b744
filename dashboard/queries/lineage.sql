-- A row is a published column and a table that it comes from, with the columns there.
-- From: meta.lineage, meta.dictionary
-- By: CONTRACT, meta.lineage
SELECT l.table_name, l.column_name, l.source_table, list(DISTINCT l.source_column ORDER BY l.source_column) AS columns
FROM meta.lineage AS l
JOIN meta.dictionary AS d ON d.table_name = l.table_name AND d.column_name = l.column_name
GROUP BY l.table_name, l.column_name, l.source_table
ORDER BY l.table_name, l.column_name, l.source_table
