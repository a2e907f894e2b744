"""The lake as a snapshot left it, laid out anew in memory: what a run does to the lake can be done to the past.

What was loaded is read through views of the snapshot; what models compute are tables, and nothing is written to the
lake itself. What doesn't fit into memory spills encrypted.
"""

from collections.abc import Mapping

import duckdb

from warehouse.columns import Table
from warehouse.home import RegionHome
from warehouse.lake import LAKE, attach_past, connect, create_table, transaction
from warehouse.records import make_views
from warehouse.schema import COMPUTED, LAYOUT, MODEL_WINDOWS, VERSIONS
from warehouse.schema import LAKE as LAKE_TABLES
from warehouse.sql import identifier, literal, qualified

_PAST = "past"
_Held = Mapping[str, tuple[str, ...]]
"""Table → its columns, of what holds rows in the snapshot."""


def open_past(home: RegionHome, number: int, *, keep_computed: bool) -> duckdb.DuckDBPyConnection:
    """A connection whose `lake` is that snapshot; with what models had computed by then, or without.

    A table or column that the snapshot lacks is empty. Raises duckdb.Error where the lake keeps that snapshot no more.
    """
    connection = connect(home, memory_parts=3)  # a run may have its own beside it
    try:
        attach_past(connection, home, number, _PAST)
        connection.execute(f"ATTACH ':memory:' AS {LAKE}")
        with transaction(connection):
            _lay_out(connection, _held(connection), keep_computed=keep_computed)
    except BaseException:
        connection.close()
        raise
    return connection


def _lay_out(connection: duckdb.DuckDBPyConnection, held: _Held, *, keep_computed: bool) -> None:
    made = {*COMPUTED, MODEL_WINDOWS}
    tables = [table for table in dict.fromkeys((*LAKE_TABLES, *VERSIONS.values())) if table is not LAYOUT]
    for schema in sorted({table.name.split(".")[0] for table in tables}):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{identifier(schema)}")
    for table in tables:
        name = qualified(f"{LAKE}.{table.name}")
        if table.name in held and table not in made:
            connection.execute(f"CREATE VIEW {name} AS {_read(table, held)}")
            continue
        create_table(connection, table, name)
        if table.name in held and keep_computed:
            connection.execute(f"INSERT INTO {name} BY NAME {_read(table, held)}")
    make_views(connection)


def _read(table: Table, held: _Held) -> str:
    """The table's rows in the snapshot, with every column of today's."""
    known = held[table.name]
    shown = [
        identifier(column.name) if column.name in known else f"NULL::{column.type} AS {identifier(column.name)}"
        for column in table.columns
    ]
    return f"SELECT {', '.join(shown)} FROM {qualified(f'{_PAST}.{table.name}')}"


def _held(connection: duckdb.DuckDBPyConnection) -> _Held:
    """Those alone that have, or had, rows: each that is read takes long to plan."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "SEMI JOIN (SELECT * FROM duckdb_tables() WHERE estimated_size > 0) USING (database_name, schema_name, "
        f"table_name) WHERE database_name = {literal(_PAST)} GROUP BY ALL"
    ).fetchall()
    return {name: tuple(listed) for name, listed in rows}
