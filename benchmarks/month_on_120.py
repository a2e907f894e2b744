"""A month on top of 120 months in the lake, against the same month on an empty lake, in one run.

    python benchmarks/month_on_120.py [--copies 5]

The 120 months are copies of a real month of the demo region with other months and record ids; `--copies`
multiplies their rows (5 gives about 11 million).
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
from plain import run_timed

from regions.folder import load_region
from regions.month import Month
from synthetic.deliveries import make_deliveries
from warehouse import schema
from warehouse.columns import Table
from warehouse.home import RegionHome
from warehouse.lake import open_lake, transaction

REGION = "norrbotten"
MONTHS = 120
FIRST, SECOND = Month(2011, 1), Month(2011, 2)


def main() -> None:
    """Print both runs' seconds by step, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=5)
    copies = parser.parse_args().copies
    with tempfile.TemporaryDirectory() as folder:
        bare, _ = _taken_in(Path(folder) / "bare", 0)
        full, rows = _taken_in(Path(folder) / "full", copies)
    print(f"{REGION} {SECOND}: on one month, and on {MONTHS + 1} months ({rows} rows in core.visits)")
    print(f"{'step':10}{'on one':>10}{'on 121':>10}{'ratio':>8}")
    for step in bare:
        print(f"{step:10}{bare[step]:10.2f}{full[step]:10.2f}{full[step] / bare[step]:8.2f}")


def _taken_in(home: Path, copies: int) -> tuple[Counter[str], int]:
    """Take in a first month, copy it back in time, compute what was copied, and time the second month."""
    folder = load_region(REGION)
    place = RegionHome(home / folder.region.id)
    place.prepare()
    make_deliveries(folder, place.inbox, first=FIRST, last=FIRST)
    run_timed(REGION, str(FIRST), str(FIRST), home)
    rows = _copy(place, copies)
    run_timed(REGION, str(FIRST), str(FIRST), home)
    make_deliveries(folder, place.inbox, first=SECOND, last=SECOND)
    return run_timed(REGION, str(SECOND), str(SECOND), home), rows


def _copy(place: RegionHome, copies: int) -> int:
    """Copy deliveries, rows and counted visits to other months; how many counted visits there are."""
    connection = open_lake(place)
    try:
        if copies:
            with transaction(connection):
                _copy_table(connection, schema.VISIT_VERSIONS, copies, ("delivery_month", "month"))
                _copy_table(connection, schema.VISITS, copies, ("month",))
                _copy_ledger(connection)
        row = connection.execute("SELECT count(*) FROM lake.core.visits").fetchone()
        return int(row[0]) if row else 0
    finally:
        connection.close()


def _copy_table(connection: duckdb.DuckDBPyConnection, table: Table, copies: int, months: tuple[str, ...]) -> None:
    moved = {name: f"({name} - to_months(n.m::INTEGER))::DATE AS {name}" for name in months}
    moved["record_id"] = "record_id || '-' || n.m || '-' || n.c AS record_id"
    moved["row_number"] = "row_number + n.c * 1000000 AS row_number"
    moved["delivery_id"] = "delivery_id || '-' || n.m AS delivery_id"
    select = ", ".join(moved.get(name, name) for name in table.names())
    connection.execute(
        f"INSERT INTO lake.{table.name} BY NAME SELECT {select} FROM lake.{table.name}, "
        f"(SELECT m, c FROM range(1, {MONTHS + 1}) AS r(m), range({copies}) AS s(c)) AS n"
    )


def _copy_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """The copies are deliveries that landed and were accepted long ago."""
    copied = f"""lake.ledger.landings AS l, range(1, {MONTHS + 1}) AS n(m)"""
    connection.execute(f"""
        INSERT INTO lake.ledger.landings BY NAME
        SELECT delivery_id || '-' || m AS delivery_id, source_id, (month - to_months(m::INTEGER))::DATE AS month,
          version, file_name, bytes, landing_seq + 1000 * m AS landing_seq, landed_at FROM {copied}""")
    connection.execute(f"""
        INSERT INTO lake.ledger.loads BY NAME
        SELECT o.load_seq + 1000 * m AS load_seq, o.delivery_id || '-' || m AS delivery_id, o.loaded_at, o.status,
          o.definition, (SELECT count(*) FROM lake.core.visit_versions AS v
            WHERE v.delivery_id = o.delivery_id || '-' || m) AS rows_read,
          0 AS rows_accepted, 0 AS rows_cancelled, 0 AS rows_quarantined
        FROM lake.ledger.loads AS o, range(1, {MONTHS + 1}) AS n(m)""")
    connection.execute("""
        INSERT INTO lake.ledger.month_changes BY NAME
        SELECT DISTINCT 1 AS load_seq, month, 'visits' AS subject FROM lake.core.visits
        ANTI JOIN lake.ledger.month_changes USING (month)""")


if __name__ == "__main__":
    main()
