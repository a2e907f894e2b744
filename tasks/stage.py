"""stage: a delivery, decrypted, as typed rows in memory – the last place where person ids are."""

import pyarrow as pa

from tasks.faults import DeliveryFault
from tasks.mapping import CODED, visit_select
from tasks.plan import DeliveryWork
from tasks.reading import Reading, read_delivery
from tasks.run import Run

_TABLES = ("visits", "identified", "persons", "rule_failures", "rule_results")
_CODED = ", ".join(f"{name} VARCHAR" for name in CODED)
_VISITS = f"""
CREATE TABLE staging.visits (
  delivery_id VARCHAR, source_id VARCHAR, system VARCHAR, delivery_month DATE, earliest_month DATE,
  principal VARCHAR, row_number BIGINT, ragged BOOLEAN, record_id VARCHAR, person_id VARCHAR,
  birth_date_given DATE, sex_given VARCHAR, cancelled BOOLEAN, started_at TIMESTAMP, has_time BOOLEAN,
  minutes INTEGER, minutes_unreadable BOOLEAN, professions VARCHAR[], profession_unreadable BOOLEAN, {_CODED},
  residence_municipality_code VARCHAR, serving_given VARCHAR, serving_from_unit BOOLEAN,
  care_unit_code VARCHAR, has_unit BOOLEAN, source_municipalities VARCHAR[])"""
_RAGGED = """
INSERT INTO staging.visits BY NAME
SELECT $delivery_id AS delivery_id, $source_id AS source_id, $delivery_month::DATE AS delivery_month,
  $earliest_month::DATE AS earliest_month, true AS ragged, number AS row_number
FROM hemvard_ragged"""
_MOST_COMMON_MONTH = """
SELECT strftime(month, '%Y-%m') FROM (
  SELECT date_trunc('month', started_at)::DATE AS month, count(*) AS n
  FROM staging.visits WHERE delivery_id = $delivery_id AND started_at IS NOT NULL GROUP BY ALL)
ORDER BY n DESC, month = $delivery_month::DATE DESC, month LIMIT 1"""


def prepare(run: Run) -> None:
    """An empty staging area: what one month left there is not seen by the next."""
    run.connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    for table in _TABLES:
        run.connection.execute(f"DROP TABLE IF EXISTS staging.{table}")
    run.connection.execute(_VISITS)


def stage(run: Run, work: DeliveryWork) -> int:
    """Add a delivery's rows to `staging.visits`; how many. Raises DeliveryFault where the file isn't right."""
    source = run.folder.sources_by_id[work.source_id]
    reading = read_delivery(source, run.keys.decrypt((run.home.landing / work.file).read_bytes()))
    bound = {
        "delivery_id": work.delivery_id,
        "delivery_month": work.month.first,
        "earliest_month": work.month.plus(-run.folder.region.late_months).first,
    }
    _insert(run, reading, visit_select(run.folder, source), bound, source.id)
    if source.delivers == "whole_month":
        _check_month(run, work)
    return reading.rows


def unstage(run: Run, delivery_id: str) -> None:
    """Take a rejected delivery's rows out again."""
    run.connection.execute("DELETE FROM staging.visits WHERE delivery_id = $id", {"id": delivery_id})


def _insert(run: Run, reading: Reading, select: str, bound: dict[str, object], source_id: str) -> None:
    connection = run.connection
    connection.register("hemvard_raw", reading.table)
    connection.register("hemvard_ragged", pa.table({"number": pa.array(reading.ragged, pa.int64())}))
    try:
        connection.execute(f"INSERT INTO staging.visits BY NAME {select}", bound)
        connection.execute(_RAGGED, {**bound, "source_id": source_id})
    finally:
        connection.unregister("hemvard_raw")
        connection.unregister("hemvard_ragged")


def _check_month(run: Run, work: DeliveryWork) -> None:
    bound = {"delivery_id": work.delivery_id, "delivery_month": work.month.first}
    row = run.connection.execute(_MOST_COMMON_MONTH, bound).fetchone()
    if row is not None and row[0] != str(work.month):
        raise DeliveryFault("month_as_named", named=str(work.month), found=row[0])
