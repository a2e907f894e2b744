"""load: a month's accepted rows into the lake – rows, quarantine, counted visits and ledger in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from regions.month import Month
from regions.source import VISITS
from tasks import person_map, quarantine
from tasks.plan import DeliveryWork, MonthWork
from tasks.records import staged
from tasks.run import Rejection, Run
from warehouse.ledger import add_month_changes, next_load_seq
from warehouse.models import VISITS_SQL
from warehouse.records import PERSON_LINKS
from warehouse.schema import VERSIONS
from warehouse.schema import VISITS as COUNTED
from warehouse.sql import columns, qualified

_REPLACED = """
CREATE OR REPLACE TABLE staging.replaced AS
SELECT DISTINCT p.delivery_id FROM lake.ledger.landings AS p
JOIN staging.loading AS l ON p.month = l.month AND p.source_id = l.source_id AND l.whole_month
UNION SELECT delivery_id FROM staging.loading"""
SNAPSHOTS_OF_VISITS = ("listings", "enrolments")
_QUARTER = 2
"""A snapshot tells of its own month and so many before it: core/visits.sql reads it for those."""
_LOADS = """
INSERT INTO lake.ledger.loads BY NAME
SELECT $sequence + row_number() OVER (ORDER BY l.source_id, l.delivery_id) - 1 AS load_seq, l.delivery_id,
  $now AS loaded_at, coalesce(l.status, 'accepted') AS status, l.fault, l.detail_sv, l.definition,
  coalesce(o.rows_read, 0) AS rows_read, coalesce(o.rows_accepted - o.rows_cancelled, 0) AS rows_accepted,
  coalesce(o.rows_cancelled, 0) AS rows_cancelled, coalesce(o.rows_read - o.rows_accepted, 0) AS rows_quarantined
FROM staging.loading AS l LEFT JOIN staging.outcomes AS o USING (delivery_id)"""


def _touched(subject: str) -> str:
    """The months in which rows of a subject happened that come, that go, or that are other versions of such."""
    versions, accepted = qualified(f"lake.{VERSIONS[subject].name}"), staged(subject, "accepted")
    return f"""
WITH records AS (
  SELECT system, record_id, month FROM {versions} SEMI JOIN staging.replaced USING (delivery_id)
  UNION SELECT system, record_id, month FROM {accepted})
SELECT DISTINCT month FROM (
  SELECT month FROM records
  UNION ALL SELECT month FROM {versions} SEMI JOIN records USING (system, record_id))
WHERE month IS NOT NULL"""


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
    quarantine.look_up(run)
    closed = run.ledger().closed
    with run.transaction():
        touched = {subject: _months(run, _touched(subject)) for subject in run.staged}
        for subject in run.staged:
            _forget(VERSIONS[subject].name, run)
            _insert_versions(run, subject)
        _keep_findings(run)
        if PERSON_LINKS in run.staged:
            for subject, moved in person_map.refresh(run).items():
                touched[subject] = touched.get(subject, set()) | moved
        touched[VISITS] |= _told_by_snapshots(run, touched)
        months = tuple(sorted(touched[VISITS] - {month.first for month in closed}))
        if months:  # official values touch no month of visits
            count_visits(run, months)
        add_month_changes(connection, _write_ledger(run), touched)
    return Loaded(_count_accepted(run), months)


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
    quarantine.look_up(run)
    with run.transaction():
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


def _insert_versions(run: Run, subject: str) -> None:
    """A subject's accepted rows, with the day from which we knew them."""
    table = VERSIONS[subject]
    own = [name for name in table.names() if name not in ("known_from", "health_centre_id")]
    unknown = ", 'unknown' AS health_centre_id" if subject == VISITS else ""
    run.connection.execute(
        f"INSERT INTO {qualified(f'lake.{table.name}')} BY NAME SELECT {columns(own, 'a')}, l.known_from{unknown} "
        f"FROM {staged(subject, 'accepted')} AS a "
        "JOIN (SELECT delivery_id, max(landed_at) AS known_from FROM lake.ledger.landings GROUP BY delivery_id) AS l "
        "USING (delivery_id)"
    )


def _keep_findings(run: Run) -> None:
    quarantine.keep(run)
    _forget("quality.rule_counts", run)
    run.connection.execute("INSERT INTO lake.quality.rule_counts BY NAME SELECT * FROM staging.rule_results")


def _months(run: Run, sql: str) -> set[date]:
    return {row[0] for row in run.connection.execute(sql).fetchall()}


def _told_by_snapshots(run: Run, touched: Mapping[str, set[date]]) -> set[date]:
    """The months with visits of which new snapshots of listings and enrolments tell."""
    snapshots = {month for subject in SNAPSHOTS_OF_VISITS for month in touched.get(subject, ())}
    told = {Month.of(month).plus(-back).first for month in snapshots for back in range(_QUARTER + 1)}
    return told & _months(run, "SELECT DISTINCT month FROM lake.core.visit_versions") if told else set()


def count_visits(run: Run, months: tuple[date, ...]) -> None:
    """Make `core.visits` of the touched event months anew; the caller holds the transaction."""
    run.connection.execute("DELETE FROM lake.core.visits WHERE list_contains($months, month)", {"months": list(months)})
    run.connection.execute(
        f"INSERT INTO lake.core.visits BY NAME SELECT {columns(COUNTED.names())} FROM ({VISITS_SQL})",
        {"months": list(months)},
    )


def _write_ledger(run: Run) -> int:
    sequence = next_load_seq(run.connection)
    run.connection.execute(_LOADS, {"sequence": sequence, "now": run.started_at})
    return sequence


def _count_accepted(run: Run) -> int:
    row = run.connection.execute("SELECT coalesce(sum(rows_accepted), 0) FROM staging.outcomes").fetchone()
    return int(row[0]) if row else 0
