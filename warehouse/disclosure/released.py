"""What kept releases tell: the cells of each, shown or hidden, with their numbers.

Beside an earlier release a new one tells more than by itself. What an earlier one shows as it still is, is known: to
hide it protects little. What an earlier one hides as it still is stays hidden: shown beside that release's sums
it could open the others that it protected. A number that has changed since is another number.
"""

from collections.abc import Collection, Mapping

import duckdb
import pyarrow as pa

from warehouse.disclosure.system import Cell, System
from warehouse.lake import registered
from warehouse.schema import RELEASED_CELLS
from warehouse.sql import qualified

_TABLE = qualified(f"lake.{RELEASED_CELLS.name}")
_Told = Mapping[tuple[str, float], bool]
"""Cell and number → whether a kept release shows it."""


def remember(connection: duckdb.DuckDBPyConnection, release_id: str, system: System) -> None:
    """Note the cells of a release; the caller holds the transaction."""
    keys = [_key(system, cell) for cell in system.cells]
    cells, numbers = zip(*keys, strict=True) if keys else ((), ())
    table = pa.table(
        {
            "cell": pa.array(cells, pa.string()),
            "number": pa.array(numbers, pa.float64()),
            "is_hidden": pa.array([cell.is_hidden for cell in system.cells], pa.bool_()),
        }
    )
    with registered(connection, {"hemvard_cells": table}):
        connection.execute(
            f"INSERT INTO {_TABLE} BY NAME SELECT $release_id AS release_id, * FROM hemvard_cells",
            {"release_id": release_id},
        )


def forget(connection: duckdb.DuckDBPyConnection, kept: Collection[str]) -> None:
    """Forget the cells of releases that are kept no more; the caller holds the transaction."""
    connection.execute(f"DELETE FROM {_TABLE} WHERE NOT list_contains($kept::VARCHAR[], release_id)", {"kept": [*kept]})


def releases_told(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The releases whose cells are noted."""
    return frozenset(row[0] for row in connection.execute(f"SELECT DISTINCT release_id FROM {_TABLE}").fetchall())


def keep_hidden(connection: duckdb.DuckDBPyConnection, system: System) -> None:
    """Hide what kept releases hide as it still is, unless one shows it."""
    told = _told(connection)
    for cell in system.cells:
        cell.is_hidden |= told.get(_key(system, cell)) is False


def mark_known(connection: duckdb.DuckDBPyConnection, system: System) -> None:
    """Mark what kept releases show as it still is.

    Where few persons are behind it now, its row stays hidden, but nothing can protect it: it counts as shown.
    """
    told = _told(connection)
    for cell in system.cells:
        if told.get(_key(system, cell)):
            cell.is_hidden &= cell.is_part or not cell.is_primary
            cell.is_known, cell.is_primary = True, False


def _told(connection: duckdb.DuckDBPyConnection) -> _Told:
    found = connection.execute(f"SELECT cell, number, bool_or(NOT is_hidden) FROM {_TABLE} GROUP BY ALL")
    return {(cell, number): shown for cell, number, shown in found.fetchall()}


def _key(system: System, cell: Cell) -> tuple[str, float]:
    return "|".join(map(str, cell.name)), system.variables[cell.variables[0]].value
