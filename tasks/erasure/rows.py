"""The lake's rows of a person: which they are, and how they go, in one transaction with the ledger.

The lake then holds what it would hold if the person had never been delivered: months that lose rows are marked as
changed, so that the next run computes them again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from regions.contracts import CONTRACTS
from regions.source import VISITS
from tasks.erasure.person import Person
from tasks.load import count_visits
from tasks.run import Run
from warehouse.lake import registered
from warehouse.ledger import add_month_changes, next_load_seq
from warehouse.schema import CUBE, PERSON_MAP, PSEUDONYMS_CARRIED, QUARANTINE, QUARANTINE_RESOLVED, VERSIONS
from warehouse.sql import identifier, qualified

_FAULTS = (QUARANTINE, QUARANTINE_RESOLVED)
_GOING = "row(delivery_id, row_number) IN (SELECT row(delivery_id, row_number) FROM staging.erasing)"
_OF_PERSON = {
    CUBE: ("person_key",),
    PERSON_MAP: ("pseudonym", "person_key"),
    PSEUDONYMS_CARRIED: ("pseudonym", "carried_to"),
}
"""Tables of pseudonyms that have no delivered rows → the columns of which one names the person."""
_COUNTS = """
CREATE OR REPLACE TABLE staging.erasing_counts AS
SELECT l.load_seq, coalesce(a.accepted, 0) AS accepted, coalesce(a.cancelled, 0) AS cancelled,
  coalesce(q.kept_out, 0) AS kept_out
FROM (SELECT delivery_id, max(load_seq) AS load_seq FROM lake.ledger.loads GROUP BY delivery_id) AS l
LEFT JOIN (SELECT delivery_id, count(*) FILTER (NOT cancelled) AS accepted, count(*) FILTER (cancelled) AS cancelled
  FROM staging.erasing_versions GROUP BY delivery_id) AS a USING (delivery_id)
LEFT JOIN (SELECT delivery_id, count(DISTINCT row_number) AS kept_out FROM lake.quality.quarantine
  SEMI JOIN staging.erasing USING (delivery_id, row_number) GROUP BY delivery_id) AS q USING (delivery_id)
SEMI JOIN staging.erasing USING (delivery_id)"""
_LOADS = """
UPDATE lake.ledger.loads AS l SET rows_read = l.rows_read - e.accepted - e.cancelled - e.kept_out,
  rows_accepted = l.rows_accepted - e.accepted, rows_cancelled = l.rows_cancelled - e.cancelled,
  rows_quarantined = l.rows_quarantined - e.kept_out
FROM staging.erasing_counts AS e WHERE l.load_seq = e.load_seq"""
# What quarantine remembers of a record that goes, in deliveries whose originals need not be there any more.
_FAULTS_OF_RECORDS = """
INSERT INTO staging.erasing
SELECT delivery_id, row_number FROM {table} WHERE record_id IN (SELECT record_id FROM hemvard_records)
UNION
SELECT delivery_id, row_number FROM {table} SEMI JOIN (
  SELECT source_id, record_id FROM staging.erasing_versions
  UNION SELECT q.source_id, q.record_id FROM {table} AS q SEMI JOIN staging.erasing USING (delivery_id, row_number))
USING (source_id, record_id)"""


def rows_of(run: Run, person: Person, landed: Mapping[str, Iterable[int]] | None = None) -> dict[str, set[int]]:
    """Delivery → the rows of the person in the lake, and in what `landed` says of its original.

    Makes `staging.erasing`, of which `erase_rows` goes. A version of somebody else's that a version of the person's
    had replaced goes with it: else it would count again.
    """
    connection = run.connection
    connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    connection.execute("CREATE OR REPLACE TABLE staging.erasing (delivery_id VARCHAR, row_number BIGINT)")
    small = {"hemvard_person": _texts("pseudonym", person.texts)}
    small["hemvard_records"] = _texts("record_id", person.record_ids(run.keys.chain[0]))
    small["hemvard_landed"] = _landed(landed or {})
    with registered(connection, small):
        connection.execute("INSERT INTO staging.erasing SELECT * FROM hemvard_landed")
        for subject in _subjects(run):
            if subject == VISITS or CONTRACTS[subject].person_fields:
                connection.execute(f"INSERT INTO staging.erasing {_versions_of_person(subject)}")
        connection.execute(f"CREATE OR REPLACE TABLE staging.erasing_versions AS {_going_versions(_subjects(run))}")
        for table in _FAULTS:
            connection.execute(_FAULTS_OF_RECORDS.format(table=qualified(f"lake.{table.name}")))
    found: dict[str, set[int]] = defaultdict(set)
    for delivery, number in connection.execute(
        "SELECT DISTINCT delivery_id, row_number FROM staging.erasing"
    ).fetchall():
        found[delivery].add(number)
    return dict(found)


def is_mapped(run: Run, person: Person) -> bool:
    """Whether a table of pseudonyms knows the person."""
    with registered(run.connection, {"hemvard_person": _texts("pseudonym", person.texts)}):
        tests = (
            f"EXISTS (SELECT 1 FROM {qualified(f'lake.{table.name}')} WHERE {_is_person(names)})"
            for table, names in _OF_PERSON.items()
        )
        row = run.connection.execute(f"SELECT {' OR '.join(tests)}").fetchone()
    return bool(row and row[0])


def erase_rows(run: Run, person: Person) -> None:
    """Remove what `rows_of` found; the caller holds the transaction, and has called that and `count_loads` before."""
    connection = run.connection
    touched = {subject: _months(run, subject) for subject in _subjects(run)}
    for table in (*(VERSIONS[subject] for subject in touched), *_FAULTS):
        connection.execute(f"DELETE FROM {qualified(f'lake.{table.name}')} WHERE {_GOING}")
    with registered(connection, {"hemvard_person": _texts("pseudonym", person.texts)}):
        for table, names in _OF_PERSON.items():
            connection.execute(f"DELETE FROM {qualified(f'lake.{table.name}')} WHERE {_is_person(names)}")
    connection.execute(_LOADS)
    months = tuple(sorted(touched[VISITS] - {month.first for month in run.ledger().closed}))
    if months:
        count_visits(run, months)
    listed = {subject: found for subject, found in touched.items() if found}
    add_month_changes(connection, next_load_seq(connection), listed)


def count_loads(run: Run) -> None:
    """By how much each load's numbers fall; before the transaction, for it writes to staging."""
    run.connection.execute(_COUNTS)


def _subjects(run: Run) -> list[str]:
    """The subjects of which anything has landed; visits always."""
    landed = {run.folder.sources_by_id[landing.source_id].subject for landing in run.ledger().landings}
    return [VISITS, *sorted(landed - {VISITS})]


def _is_person(names: Iterable[str], alias: str = "") -> str:
    tests = (f"{alias}{identifier(name)} IN (SELECT pseudonym::UUID FROM hemvard_person)" for name in names)
    return "coalesce(" + " OR ".join(tests) + ", false)"


def _versions_of_person(subject: str) -> str:
    """The person's rows of a subject, and older ones of records whose latest row is the person's, or nobody's."""
    names = ("person_key",) if subject == VISITS else CONTRACTS[subject].person_fields
    versions = qualified(f"lake.{VERSIONS[subject].name}")
    nobody = " AND ".join(f"v.{identifier(name)} IS NULL" for name in names)
    return f"""
SELECT delivery_id, row_number FROM (
  SELECT v.delivery_id, v.row_number, v.system, v.record_id, {_is_person(names, "v.")} AS own, {nobody} AS nobody,
    row_number() OVER (PARTITION BY v.system, v.record_id
      ORDER BY l.version DESC, v.delivery_month DESC, l.landing_seq DESC, v.cancelled DESC, v.row_number DESC) AS place
  FROM {versions} AS v
  SEMI JOIN (SELECT system, record_id FROM {versions} WHERE {_is_person(names)}) AS r
    ON r.system = v.system AND r.record_id = v.record_id
  JOIN (SELECT delivery_id, max(version) AS version, max(landing_seq) AS landing_seq
    FROM lake.ledger.landings GROUP BY delivery_id) AS l ON l.delivery_id = v.delivery_id)
QUALIFY own OR bool_or(place = 1 AND (own OR nobody)) OVER (PARTITION BY system, record_id)"""


def _going_versions(subjects: Iterable[str]) -> str:
    """The accepted rows that go."""
    return " UNION ALL ".join(
        "SELECT delivery_id, row_number, source_id, record_id, cancelled FROM "
        f"{qualified(f'lake.{VERSIONS[subject].name}')} SEMI JOIN staging.erasing USING (delivery_id, row_number)"
        for subject in subjects
    )


def _months(run: Run, subject: str) -> set[date]:
    """The months in which rows of a subject happened that go."""
    rows = run.connection.execute(
        f"SELECT DISTINCT month FROM {qualified(f'lake.{VERSIONS[subject].name}')} WHERE month IS NOT NULL AND {_GOING}"
    )
    return {row[0] for row in rows.fetchall()}


def _texts(name: str, texts: list[str]) -> pa.Table:
    return pa.table({name: pa.array(texts, pa.string())})


def _landed(found: Mapping[str, Iterable[int]]) -> pa.Table:
    rows = [(delivery, number) for delivery, numbers in sorted(found.items()) for number in sorted(numbers)]
    return pa.table(
        {
            "delivery_id": pa.array([delivery for delivery, _ in rows], pa.string()),
            "row_number": pa.array([number for _, number in rows], pa.int64()),
        }
    )
