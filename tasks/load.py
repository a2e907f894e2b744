"""load: a month's accepted rows into the lake – rows, quarantine, counted visits and ledger in one transaction."""

from dataclasses import dataclass
from datetime import date

from tasks.plan import DeliveryWork, MonthWork
from tasks.run import Rejection, Run
from warehouse.lake import transaction
from warehouse.ledger import next_load_seq
from warehouse.models import VISITS_SQL
from warehouse.schema import VISIT_VERSIONS, VISITS
from warehouse.sql import columns

_REPLACED = """
CREATE OR REPLACE TABLE staging.replaced AS
SELECT DISTINCT v.delivery_id FROM lake.core.visit_versions AS v
JOIN staging.loading AS l ON v.delivery_month = l.month AND v.source_id = l.source_id
WHERE l.whole_month OR v.delivery_id = l.delivery_id
UNION SELECT delivery_id FROM staging.loading"""
_RECORDS = """
CREATE OR REPLACE TABLE staging.records AS
SELECT system, record_id, month FROM lake.core.visit_versions SEMI JOIN staging.replaced USING (delivery_id)
UNION SELECT system, record_id, month FROM staging.accepted"""
_TOUCHED = """
SELECT DISTINCT month FROM (
  SELECT month FROM staging.records
  UNION ALL SELECT month FROM lake.core.visit_versions SEMI JOIN staging.records USING (system, record_id))
WHERE month IS NOT NULL ORDER BY month"""
_QUARANTINE = """
INSERT INTO lake.quality.quarantine BY NAME
SELECT f.delivery_id, f.row_number, f.rule_id, f.record_id, f.delivery_month FROM staging.rule_failures AS f
SEMI JOIN (SELECT rule_id FROM staging.rule_results WHERE severity = 'error') USING (rule_id)"""
_LOADS = """
INSERT INTO lake.ledger.loads BY NAME
SELECT $sequence + row_number() OVER (ORDER BY l.source_id, l.delivery_id) - 1 AS load_seq, l.delivery_id,
  $now AS loaded_at, coalesce(l.status, 'accepted') AS status, l.fault, l.detail_sv, l.definition,
  (SELECT count(*) FROM staging.identified AS i WHERE i.delivery_id = l.delivery_id) AS rows_read,
  (SELECT count(*) FROM staging.accepted AS a WHERE a.delivery_id = l.delivery_id AND NOT a.cancelled) AS rows_accepted,
  (SELECT count(*) FROM staging.accepted AS a WHERE a.delivery_id = l.delivery_id AND a.cancelled) AS rows_cancelled,
  (SELECT count(*) FROM staging.identified AS i WHERE i.delivery_id = l.delivery_id)
    - (SELECT count(*) FROM staging.accepted AS a WHERE a.delivery_id = l.delivery_id) AS rows_quarantined
FROM staging.loading AS l"""


@dataclass(frozen=True)
class Loaded:
    """What a month's load changed."""

    rows: int
    months: tuple[date, ...]
    """Event months whose visits were counted again."""


def load(run: Run, work: MonthWork) -> Loaded:
    """Replace what the deliveries replace, count the touched months' visits again, and write the ledger."""
    connection = run.connection
    # Staging is written before the transaction: DuckDB writes to one database in each.
    _loading(run, work.deliveries, ())
    connection.execute(_REPLACED)
    connection.execute(_RECORDS)
    with transaction(connection):
        _forget("core.visit_versions", run)
        _insert_versions(run)
        _keep_findings(run)
        months = tuple(row[0] for row in connection.execute(_TOUCHED).fetchall())
        _count_visits(run, months)
        sequence = _write_ledger(run)
        connection.executemany(
            "INSERT INTO lake.ledger.month_changes VALUES (?, ?)", [(sequence, month) for month in months]
        )
    return Loaded(_count(run, "staging.accepted"), months)


def keep_rejected(run: Run, deliveries: tuple[DeliveryWork, ...], rejected: tuple[Rejection, ...]) -> None:
    """Write rejected deliveries and what was found in them to the ledger; their rows stay out of the lake."""
    bad = {(entry.source_id, entry.month, entry.file_name) for entry in rejected}
    works = tuple(work for work in deliveries if (work.source_id, work.month, work.file_name) in bad)
    _loading(run, works, rejected)
    run.connection.execute("CREATE OR REPLACE TABLE staging.replaced AS SELECT delivery_id FROM staging.loading")
    for table in ("rule_failures", "rule_results"):
        run.connection.execute(
            f"DELETE FROM staging.{table} WHERE delivery_id NOT IN (SELECT delivery_id FROM staging.loading)"
        )
    with transaction(run.connection):
        _keep_findings(run)
        _write_ledger(run)


def _loading(run: Run, works: tuple[DeliveryWork, ...], rejected: tuple[Rejection, ...]) -> None:
    faults = {(entry.source_id, entry.month, entry.file_name): entry for entry in reversed(rejected)}
    run.connection.execute(
        "CREATE OR REPLACE TABLE staging.loading (delivery_id VARCHAR, source_id VARCHAR, month DATE,"
        " whole_month BOOLEAN, definition VARCHAR, status VARCHAR, fault VARCHAR, detail_sv VARCHAR)"
    )
    run.connection.executemany(
        "INSERT INTO staging.loading VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [_loading_row(run, work, faults.get((work.source_id, work.month, work.file_name))) for work in works],
    )


def _loading_row(run: Run, work: DeliveryWork, fault: Rejection | None) -> tuple[object, ...]:
    whole = run.folder.sources_by_id[work.source_id].delivers == "whole_month"
    told = ("rejected", fault.rule_id, fault.sv) if fault else ("accepted", None, None)
    return (work.delivery_id, work.source_id, work.month.first, whole, work.definition, *told)


def _forget(table: str, run: Run) -> None:
    run.connection.execute(f"DELETE FROM lake.{table} WHERE delivery_id IN (SELECT delivery_id FROM staging.replaced)")


def _insert_versions(run: Run) -> None:
    """The accepted rows, with the day from which we knew them."""
    own = [name for name in VISIT_VERSIONS.names() if name not in ("known_from", "health_centre_id")]
    run.connection.execute(
        f"INSERT INTO lake.core.visit_versions BY NAME SELECT {columns(own, 'a')}, l.known_from, "
        "'unknown' AS health_centre_id FROM staging.accepted AS a "
        "JOIN (SELECT delivery_id, max(landed_at) AS known_from FROM lake.ledger.landings GROUP BY delivery_id) AS l "
        "USING (delivery_id)"
    )


def _keep_findings(run: Run) -> None:
    for table in ("quality.quarantine", "quality.rule_counts"):
        _forget(table, run)
    run.connection.execute(_QUARANTINE)
    run.connection.execute("INSERT INTO lake.quality.rule_counts BY NAME SELECT * FROM staging.rule_results")


def _count_visits(run: Run, months: tuple[date, ...]) -> None:
    """Make `core.visits` of the touched event months anew."""
    counting = [source.id for source in run.folder.sources if source.role == "counting"]
    run.connection.execute("DELETE FROM lake.core.visits WHERE list_contains($months, month)", {"months": list(months)})
    run.connection.execute(
        f"INSERT INTO lake.core.visits BY NAME SELECT {columns(VISITS.names())} FROM ({VISITS_SQL})",
        {"months": list(months), "counting_sources": counting},
    )


def _write_ledger(run: Run) -> int:
    sequence = next_load_seq(run.connection)
    run.connection.execute(_LOADS, {"sequence": sequence, "now": run.started_at})
    return sequence


def _count(run: Run, table: str) -> int:
    row = run.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
