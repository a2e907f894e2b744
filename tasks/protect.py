"""protect: from the lake's tables to those that may be published, in the database of a release to be.

Only the margins that the region lists; rows with too few persons hidden with all their measures; rows
that rest on deliveries still missing marked preliminary.
"""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from tasks.register import register, waiting
from tasks.run import Run
from warehouse.lake import create_table, transaction
from warehouse.protection import protected_select
from warehouse.releases import DATABASE, start_building
from warehouse.schema import INDICATOR_RESULTS, PUBLISHED, REGION_TOTALS, VISITS_MONTH
from warehouse.sql import identifier, literal, qualified

BUILD = "build"
_FROM_LAKE = (VISITS_MONTH, REGION_TOTALS, INDICATOR_RESULTS)
_PRELIMINARY = {
    VISITS_MONTH.name: "EXISTS (SELECT 1 FROM hemvard_waiting AS w WHERE w.month = t.period "
    "AND t.municipality_code IN (w.municipality_code, 'all', '9998', '9999'))",
    REGION_TOTALS.name: "EXISTS (SELECT 1 FROM hemvard_waiting AS w WHERE year(w.month) = t.year)",
    INDICATOR_RESULTS.name: "EXISTS (SELECT 1 FROM hemvard_waiting AS w "
    "WHERE w.month BETWEEN t.period_start AND t.period_end "
    "AND (t.area_type = 'region' OR t.area_code IN (w.municipality_code, '9998', '9999')))",
}
_BASELINE = """
UPDATE build.indicators.results AS r SET baseline_start = $start, baseline_end = $end, baseline_value = b.value
FROM (SELECT indicator_id, version, area_type, area_code, sex, age_group, standardisation, comparison_source, value
  FROM build.indicators.results WHERE period_start = $start AND period_end = $end) AS b
WHERE b.indicator_id = r.indicator_id AND b.version = r.version AND b.area_type = r.area_type
  AND b.area_code = r.area_code AND b.sex = r.sex AND b.age_group = r.age_group
  AND b.standardisation = r.standardisation AND b.comparison_source = r.comparison_source"""


def protect(run: Run) -> Path:
    """Build a folder with a database that holds the protected tables, attached as `build`; the folder."""
    building = start_building(run.home)
    connection = run.connection
    connection.execute(f"ATTACH {literal(str(building / DATABASE))} AS {BUILD}")
    with transaction(connection):
        for schema in sorted({table.name.split(".")[0] for table in PUBLISHED}):
            connection.execute(f"CREATE SCHEMA {BUILD}.{identifier(schema)}")
        for table in PUBLISHED:
            create_table(connection, table, qualified(f"{BUILD}.{table.name}"))
        _fill(run)
        _set_baseline(run)
    return building


def _fill(run: Run) -> None:
    connection = run.connection
    connection.register("hemvard_waiting", waiting_months(run))
    try:
        for table in _FROM_LAKE:
            select = protected_select(table, f"lake.{table.name}", run.folder.publication)
            target = qualified(f"{BUILD}.{table.name}")
            ordered = ", ".join(identifier(name) for name in table.key)
            connection.execute(f"INSERT INTO {target} {select} ORDER BY {ordered}")
            connection.execute(
                f"UPDATE {target} AS t SET status = 'preliminary' WHERE status = 'ok' AND {_PRELIMINARY[table.name]}"
            )
    finally:
        connection.unregister("hemvard_waiting")


def waiting_months(run: Run) -> pa.Table:
    """Month and municipality for which an expected delivery is not in the lake."""
    found = sorted(
        {
            (month.first, code)
            for source, month in waiting(register(run.folder, run.ledger()))
            for code in run.folder.municipalities_of(source)
        }
    )
    return pa.table(
        {
            "month": pa.array([month for month, _ in found], pa.date32()),
            "municipality_code": pa.array([code for _, code in found], pa.string()),
        }
    )


def _set_baseline(run: Run) -> None:
    """The value of the first agreement's baseline period beside every value of the same area."""
    for agreement in run.folder.agreements[:1]:
        last = agreement.baseline.last or agreement.baseline.first
        end = last.plus(1).first - timedelta(days=1)
        run.connection.execute(_BASELINE, {"start": agreement.baseline.first.first, "end": end})
