"""The memory of the quarantine: since when a fault has been known, and in which delivery it was put right.

A fault is the same one while the same source's record breaks the same rule; where a row has no record id,
while the row of that number in the month's file does. Used by `load`, in its transaction.
"""

import duckdb

from tasks.run import Run
from warehouse.model_files import MODELS
from warehouse.sql import qualified

_STANDING = (MODELS / "quality" / "quarantine_standing.sql").read_text(encoding="utf-8")
# Each table that is read takes long to plan. Of a lake's table the size is told as what ever came, never as less.
# In a lake that is laid out as it once was (`warehouse.past`) those with rows are views.
_VERSIONS = """
SELECT table_name FROM (
  SELECT database_name, schema_name, table_name FROM duckdb_tables()
  WHERE estimated_size > 0 OR table_name = 'visit_versions'
  UNION SELECT database_name, schema_name, view_name FROM duckdb_views())
WHERE database_name = 'lake' AND schema_name = 'core' AND ends_with(table_name, '_versions')
ORDER BY table_name"""
_FAULT = (
    "concat_ws(chr(31), source_id, rule_id, coalesce(record_id, concat_ws(chr(31), '', delivery_month, row_number)))"
)
_FAULTS = """
CREATE OR REPLACE TABLE staging.faults AS
SELECT f.delivery_id, f.row_number, f.rule_id, l.source_id, f.record_id, f.found, f.delivery_month
FROM staging.rule_failures AS f
JOIN staging.loading AS l ON l.delivery_id = f.delivery_id
SEMI JOIN staging.rule_results AS r ON r.rule_id = f.rule_id AND r.severity = 'error'"""
_REPLACED = """
CREATE OR REPLACE TABLE staging.replaced_faults AS
SELECT q.delivery_id, q.row_number, q.rule_id, q.source_id, q.record_id, q.found, q.first_seen, q.delivery_month,
  l.delivery_id AS resolved_in
FROM lake.quality.quarantine AS q
SEMI JOIN staging.replaced AS p ON p.delivery_id = q.delivery_id
JOIN staging.loading AS l ON l.delivery_id = q.delivery_id
  OR (l.whole_month AND l.source_id = q.source_id AND l.month = q.delivery_month)"""
_KNOWN = f"""
CREATE OR REPLACE TABLE staging.known_faults AS
SELECT {_FAULT} AS fault, min(first_seen) AS first_seen FROM (
  SELECT source_id, rule_id, record_id, delivery_month, row_number, first_seen FROM lake.quality.quarantine
  UNION ALL
  SELECT source_id, rule_id, record_id, delivery_month, row_number, first_seen FROM lake.quality.quarantine_resolved)
SEMI JOIN staging.loading USING (source_id)
GROUP BY fault"""
_FORGET = """
DELETE FROM lake.quality.quarantine WHERE delivery_id IN (SELECT delivery_id FROM staging.replaced)"""
_FORGET_RESOLVED = """
DELETE FROM lake.quality.quarantine_resolved WHERE delivery_id IN (SELECT delivery_id FROM staging.loading)"""
_KEEP = f"""
INSERT INTO lake.quality.quarantine BY NAME
SELECT f.delivery_id, f.row_number, f.rule_id, f.source_id, f.record_id, f.found, f.delivery_month,
  coalesce(k.first_seen, $now) AS first_seen
FROM staging.faults AS f LEFT JOIN staging.known_faults AS k ON k.fault = {_FAULT}"""
_RESOLVE = f"""
INSERT INTO lake.quality.quarantine_resolved BY NAME
SELECT delivery_id, row_number, rule_id, source_id, record_id, found, delivery_month, first_seen, resolved_in,
  $now AS resolved_at
FROM staging.replaced_faults WHERE {_FAULT} NOT IN (SELECT {_FAULT} FROM staging.faults)"""


def look_up(run: Run) -> None:
    """What of the past the faults of `staging.loading` meet, and of `staging.replaced` leave.

    Before the transaction: it writes to staging alone.
    """
    for statement in (_FAULTS, _REPLACED, _KNOWN):
        run.connection.execute(statement)


def keep(run: Run) -> None:
    """Replace the faults of what is replaced; those that no longer stand are kept as resolved.

    The caller holds the transaction, and has called `look_up` before it.
    """
    run.connection.execute(_FORGET)
    run.connection.execute(_FORGET_RESOLVED)
    run.connection.execute(_KEEP, {"now": run.started_at})
    run.connection.execute(_RESOLVE, {"now": run.started_at})


def show_standing(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view `hemvard_quarantine`: every fault, and the delivery, if any, that has put it right since."""
    tables = [row[0] for row in connection.execute(_VERSIONS).fetchall()]
    versions = " UNION ALL ".join(
        f"SELECT source_id, record_id, delivery_id, delivery_month, row_number FROM {qualified(f'lake.core.{name}')}"
        for name in tables
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW hemvard_versions AS {versions}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW hemvard_quarantine AS {_STANDING}")
