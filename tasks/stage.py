"""stage: a delivery, decrypted, as typed rows in memory – the last place where person ids are."""

from collections.abc import Sequence

import pyarrow as pa

from regions.contracts import CONTRACTS
from regions.source import VISITS, RecordSource, Source, VisitSource
from tasks.faults import DeliveryFault
from tasks.mapping import CODED, visit_select
from tasks.plan import DeliveryWork
from tasks.reading import Reading, read_delivery
from tasks.records import record_select, staged, staging_ddl
from tasks.run import Run
from warehouse.sql import identifier

_CODED = ", ".join(f"{name} VARCHAR" for name in CODED)
VISITS_DDL = f"""(
  delivery_id VARCHAR, source_id VARCHAR, system VARCHAR, delivery_month DATE, earliest_month DATE,
  principal VARCHAR, row_number BIGINT, ragged BOOLEAN, record_id VARCHAR, person_id VARCHAR,
  birth_date_given DATE, sex_given VARCHAR, cancelled BOOLEAN, started_at TIMESTAMP, has_time BOOLEAN,
  minutes INTEGER, minutes_unreadable BOOLEAN, professions VARCHAR[], profession_unreadable BOOLEAN, {_CODED},
  residence_municipality_code VARCHAR, serving_given VARCHAR, serving_from_unit BOOLEAN,
  care_unit_code VARCHAR, has_unit BOOLEAN, source_municipalities VARCHAR[], counting BOOLEAN, defaulted VARCHAR[])"""
_RAGGED = """
INSERT INTO {table} BY NAME
SELECT $delivery_id AS delivery_id, $source_id AS source_id, $delivery_month::DATE AS delivery_month,
  $earliest_month::DATE AS earliest_month, true AS ragged, number AS row_number
FROM hemvard_ragged"""
_MOST_COMMON_MONTH = """
SELECT strftime(month, '%Y-%m') FROM (
  SELECT date_trunc('month', {moment})::DATE AS month, count(*) AS n
  FROM {table} WHERE delivery_id = $delivery_id AND {moment} IS NOT NULL GROUP BY ALL)
ORDER BY n DESC, month = $delivery_month::DATE DESC, month LIMIT 1"""


def prepare(run: Run, deliveries: Sequence[DeliveryWork]) -> None:
    """An empty staging area for a month's deliveries: what one month left there is not seen by the next."""
    connection = run.connection
    connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    for subject in run.staged:
        for part in ("", "identified", "accepted"):
            connection.execute(f"DROP TABLE IF EXISTS {staged(subject, part)}")
    subjects = {run.folder.sources_by_id[work.source_id].subject for work in deliveries}
    run.staged = (VISITS, *sorted(subjects - {VISITS}))
    for subject in run.staged:
        columns = VISITS_DDL if subject == VISITS else staging_ddl(CONTRACTS[subject])
        connection.execute(f"CREATE OR REPLACE TABLE {staged(subject)} {columns}")


def stage(run: Run, work: DeliveryWork) -> int:
    """Add a delivery's rows to its subject's staging table; how many.

    Raises DeliveryFault where the file isn't right.
    """
    source = run.folder.sources_by_id[work.source_id]
    reading = read_delivery(source, run.keys.decrypt((run.home.landing / work.file).read_bytes()))
    bound = {
        "delivery_id": work.delivery_id,
        "delivery_month": work.month.first,
        "earliest_month": work.month.plus(-run.folder.region.late_months).first,
    }
    _insert(run, source, reading, bound)
    if source.delivers == "whole_month":
        _check_month(run, source, work)
    return reading.rows


def unstage(run: Run, work: DeliveryWork) -> None:
    """Take a rejected delivery's rows out again."""
    table = _table(run.folder.sources_by_id[work.source_id])
    run.connection.execute(f"DELETE FROM {table} WHERE delivery_id = $id", {"id": work.delivery_id})


def _table(source: Source) -> str:
    return staged(source.subject)


def _insert(run: Run, source: Source, reading: Reading, bound: dict[str, object]) -> None:
    connection = run.connection
    connection.register("hemvard_raw", reading.table)
    connection.register("hemvard_ragged", pa.table({"number": pa.array(reading.ragged, pa.int64())}))
    try:
        connection.execute(f"INSERT INTO {_table(source)} BY NAME {_select(run, source)}", bound)
        connection.execute(_RAGGED.format(table=_table(source)), {**bound, "source_id": source.id})
    finally:
        connection.unregister("hemvard_raw")
        connection.unregister("hemvard_ragged")


def _select(run: Run, source: Source) -> str:
    if isinstance(source, RecordSource):
        return record_select(run.folder, source)
    if isinstance(source, VisitSource):
        return visit_select(run.folder, source)
    raise TypeError(f"a source of {source.subject} has no mapping")


def _check_month(run: Run, source: Source, work: DeliveryWork) -> None:
    moment = "started_at"
    if isinstance(source, RecordSource):
        if source.contract.when != "event" or source.contract.date_field is None:
            return
        moment = identifier(source.contract.date_field)
    bound = {"delivery_id": work.delivery_id, "delivery_month": work.month.first}
    row = run.connection.execute(_MOST_COMMON_MONTH.format(table=_table(source), moment=moment), bound).fetchone()
    if row is not None and row[0] != str(work.month):
        raise DeliveryFault("month_as_named", named=str(work.month), found=row[0])
