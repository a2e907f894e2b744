"""What became of each accepted row: it counts, is a control source's, is cancelled, or a later version replaced it."""

from regions.source import VISITS
from tasks.run import Run
from warehouse.columns import Table
from warehouse.records import view_of
from warehouse.schema import VERSIONS, VISIT_VERSIONS
from warehouse.schema import VISITS as COUNTED
from warehouse.sql import qualified


def count_rows(run: Run) -> None:
    """Make `staging.delivery_rows`: a row per delivery with its accepted rows by what became of them.

    Each number is counted for itself, so that their sum against the rows read is a check.
    """
    loaded = run.ledger().loads
    known = {landing.source_id for landing in run.ledger().landings if landing.delivery_id in loaded}
    subjects = {source.subject for source in run.folder.sources if source.id in known} - {VISITS}
    tables = [VISIT_VERSIONS, *(VERSIONS[subject] for subject in sorted(subjects))]
    counts = " UNION ALL ".join(_counts_of(table) for table in tables)
    run.connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    run.connection.execute(f"""
CREATE OR REPLACE TABLE staging.delivery_rows AS
SELECT delivery_id, sum(counted)::BIGINT AS counted, sum(control)::BIGINT AS control,
  sum(cancelled)::BIGINT AS cancelled, sum(superseded)::BIGINT AS superseded
FROM ({counts}) GROUP BY delivery_id""")


def _counts_of(table: Table) -> str:
    counted = qualified(f"lake.{COUNTED.name if table is VISIT_VERSIONS else view_of(table)}")
    versions = qualified(f"lake.{table.name}")
    return f"""
SELECT delivery_id, count(*) AS counted, 0 AS control, 0 AS cancelled, 0 AS superseded FROM {counted} GROUP BY ALL
UNION ALL SELECT delivery_id, 0, count(*), 0, 0 FROM {versions} WHERE NOT cancelled AND NOT counting GROUP BY ALL
UNION ALL SELECT delivery_id, 0, 0, count(*), 0 FROM {versions} WHERE cancelled GROUP BY ALL
UNION ALL SELECT v.delivery_id, 0, 0, 0, count(*) FROM {versions} AS v
  ANTI JOIN {counted} AS c ON c.delivery_id = v.delivery_id AND c.row_number = v.row_number
  WHERE NOT v.cancelled AND v.counting GROUP BY ALL"""
