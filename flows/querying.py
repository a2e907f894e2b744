"""`hemvard query`: one SELECT on the release in force, which stays in force while it is read."""

import io
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from regions.errors import UsageError
from regions.folder import load_region
from warehouse.home import RegionHome, find_home
from warehouse.releases import DATABASE, require_release


def query_release(region: str, sql: str, home: Path | None, *, as_csv: bool) -> str:
    """The answer as a table of text, or as CSV. UsageError where the SQL is wrong."""
    folder = load_region(region)
    release = require_release(RegionHome(find_home(home) / folder.region.id))
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            rows = found.fetchall()
        except duckdb.Error as error:
            raise UsageError(
                f"The query could not be answered: {error}",
                todo='See which tables there are: hemvard query REGION "SELECT * FROM meta.dictionary"',
            ) from None
    return shown(names, rows, as_csv=as_csv)


def shown(names: list[str], rows: list[tuple[object, ...]], *, as_csv: bool) -> str:
    """Rows as a table of text, or as CSV with a header."""
    return _csv(names, rows) if as_csv else _table(names, rows)


def _csv(names: list[str], rows: list[tuple[object, ...]]) -> str:
    import csv

    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return target.getvalue().rstrip("\n")


def _table(names: list[str], rows: list[tuple[object, ...]]) -> str:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        numeric = any(isinstance(row[place], int | float) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    target = io.StringIO()
    width = max(
        80,
        sum(max([len(name), *(len(str(row[place])) for row in rows)]) + 2 for place, name in enumerate(names)),
    )
    Console(file=target, width=width, no_color=True).print(table)
    return target.getvalue().rstrip("\n")
