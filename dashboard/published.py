"""The one door to figures: a release's published database, opened read-only.

Each query is a file in `queries/`; it reads published tables and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import duckdb

QUERIES = Path(__file__).parent / "queries"
T = TypeVar("T")


class Published:
    """A published database that can be asked the queries of this room."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, row: Callable[..., T]) -> list[T]:
        """The rows of a query in `queries/`, in its order, each made by `row` from the columns in order."""
        return [row(*values) for values in self._connection.execute(_sql(query)).fetchall()]


@contextmanager
def published(database: Path) -> Iterator[Published]:
    """The published database in a file, read-only; it is closed again afterwards."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        yield Published(connection)
    finally:
        connection.close()


@cache
def _sql(query: str) -> str:
    return (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
