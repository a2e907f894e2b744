"""continuity: how many rows a table of figures has, and how many are hidden, beside the release in force."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from tasks.run import Run
from warehouse.columns import Table
from warehouse.lake import registered
from warehouse.releases import DATABASE, in_force
from warehouse.schema import CONTINUITY, PUBLISHED
from warehouse.sql import columns, qualified

_FIGURES = ("volumes", "indicators", "equalisation")
_TYPES = pa.schema([("table_name", pa.string()), ("rows", pa.int64()), ("hidden", pa.int64())])
_COMPARED = """
SELECT n.table_name, n.rows, b.rows AS rows_before,
  round(n.hidden / nullif(n.rows, 0), 4) AS hidden_share, round(b.hidden / nullif(b.rows, 0), 4) AS hidden_share_before
FROM hemvard_now AS n LEFT JOIN hemvard_before AS b ON b.table_name = n.table_name"""


def write_continuity(run: Run, catalogue: str) -> None:
    """Fill `quality.continuity` of the release that is built in an attached database, when its figures are whole."""
    found = {"hemvard_now": counted(run.connection, catalogue), "hemvard_before": _before(in_force(run.home))}
    target = qualified(f"{catalogue}.{CONTINUITY.name}")
    with registered(run.connection, found):
        run.connection.execute(f"INSERT INTO {target} BY NAME {_COMPARED} ORDER BY {columns(CONTINUITY.key)}")


def counted(connection: duckdb.DuckDBPyConnection, catalogue: str) -> pa.Table:
    """Rows and hidden rows of each table of figures that stands in a catalogue; hidden is NULL without a status."""
    standing = connection.execute(
        "SELECT schema_name || '.' || table_name, bool_or(column_name = 'status') FROM duckdb_columns() "
        "WHERE database_name = $catalogue GROUP BY ALL",
        {"catalogue": catalogue},
    ).fetchall()
    has_status = dict(standing)
    rows = [
        _counted(connection, catalogue, table, has_status[table.name])
        for table in _figures()
        if table.name in has_status
    ]
    return pa.Table.from_pylist(rows, schema=_TYPES)


def _counted(
    connection: duckdb.DuckDBPyConnection, catalogue: str, table: Table, has_status: bool
) -> dict[str, str | int | None]:
    hidden = "count(*) FILTER (status = 'protected')" if has_status else "NULL"
    row = connection.execute(f"SELECT count(*), {hidden} FROM {qualified(f'{catalogue}.{table.name}')}").fetchone()
    return {"table_name": table.name} | dict(zip(("rows", "hidden"), row or (), strict=True))


def _figures() -> Iterator[Table]:
    return (table for table in PUBLISHED if table.name.startswith(_FIGURES))


def _before(release: Path | None) -> pa.Table:
    """What stood in the release in force; nothing where there is none."""
    if release is None:
        return _TYPES.empty_table()
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        return counted(connection, str(row[0]) if row else "")
