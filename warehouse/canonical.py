"""The canonical hash of a table: what "the same figures" means.

Rows in the order of their key, every value as typed text, without the columns of a run's times; so
neither threads, nor the order of rows, nor the day of the run changes it. Works on any table of
`warehouse.schema`.
"""

import hashlib

import duckdb

from warehouse.columns import Table
from warehouse.sql import columns, identifier, qualified

_SEPARATOR = "chr(31)"


def table_hash(connection: duckdb.DuckDBPyConnection, table: Table, catalogue: str) -> str:
    """The SHA-256 of a table's canonical text."""
    kept = [column.name for column in table.columns if not column.volatile]
    texts = ", ".join(f"coalesce({identifier(name)}::VARCHAR, chr(0))" for name in kept)
    row = connection.execute(
        f"SELECT coalesce(string_agg(sha256(concat_ws({_SEPARATOR}, {texts})), '' ORDER BY {columns(table.key)}), '') "
        f"FROM {qualified(f'{catalogue}.{table.name}')}"
    ).fetchone()
    head = f"{table.name}({', '.join(kept)})"
    return hashlib.sha256(f"{head}\n{row[0] if row else ''}".encode()).hexdigest()
