"""Millions of visits a year through every step, against DuckDB's plain floor on the same file, in one run.

    python benchmarks/scale.py [--rows 6000000]

The floor reads one month's file with DuckDB's own CSV reader, checks that ids are there, counts duplicates
and groups: no encryption, no pseudonyms, no rules, no history.
"""

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
from plain import run_timed

from regions.folder import load_region
from regions.month import Month
from synthetic.deliveries import make_deliveries
from warehouse.home import RegionHome

REGION, SOURCE, MONTH = "norrbotten", "vas_visits", Month(2011, 3)
_FLOOR = """
CREATE TABLE v AS SELECT * FROM read_csv(?, delim = '|', header = true, all_varchar = true, encoding = 'latin-1');
SELECT count(*) FILTER (columns(*) IS NULL) FROM v;
SELECT count(*) - count(DISTINCT "BESÖKSID") FROM v;
SELECT "LKF", "KONTAKTTYP", "PLATS", "PLANERAT", count(*), count(DISTINCT "PERSONNR") FROM v GROUP BY ALL"""


def main() -> None:
    """Print seconds by step, rows a second, and the ratio to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6_000_000, help="visits a year in the region's system")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        place = RegionHome(home / REGION)
        place.prepare()
        made = make_deliveries(load_region(REGION), place.inbox, first=MONTH, last=MONTH, rows=rows)
        file = next(place.inbox.glob(f"{SOURCE}/*"))
        floor = _floor(file)
        seconds = run_timed(REGION, str(MONTH), str(MONTH), home)
        count = sum(entry.rows for entry in made.files)
        print(f"{count} rows in a month, {file.stat().st_size / 1e6:.0f} MB in the largest file")
    for step, spent in seconds.items():
        print(f"{step:10}{spent:8.2f} s{spent / floor:8.1f} × floor")
    print(f"{'floor':10}{floor:8.2f} s")


def _floor(file: Path) -> float:
    began = time.perf_counter()
    with duckdb.connect(":memory:") as connection:
        for statement in _FLOOR.split(";"):
            connection.execute(statement, [str(file)] if "?" in statement else None)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
