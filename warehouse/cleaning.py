"""What the lake keeps beside the rows that count goes: old snapshots, files that only they need, and what its catalogue
remembers of rows that are gone.

What the extension of DuckDB 1.5.5 does, as tests/warehouse/test_cleaning.py holds it to: a deleted row stays in its
data file until the file is rewritten, and the file stays until no snapshot needs it. The catalogue keeps the smallest
and largest value that a column of a table ever had, rewritten or not, and SQLite keeps deleted text in free pages.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.home import RegionHome
from warehouse.lake import LAKE, reattach, snapshots
from warehouse.sql import identifier, literal, qualified

_REMEMBERED = """
SELECT s.schema_name || '.' || t.table_name, t.table_id, c.column_id, c.column_name
FROM ducklake_column AS c
JOIN ducklake_table AS t ON t.table_id = c.table_id AND t.end_snapshot IS NULL
JOIN ducklake_schema AS s ON s.schema_id = t.schema_id
JOIN ducklake_table_column_stats AS k ON k.table_id = c.table_id AND k.column_id = c.column_id
WHERE c.end_snapshot IS NULL AND k.min_value IS NOT NULL AND (c.column_type = 'uuid' OR c.column_name = 'record_id')
ORDER BY 1, 3"""
_TIGHTEN = "UPDATE ducklake_table_column_stats SET min_value = ?, max_value = ? WHERE table_id = ? AND column_id = ?"


@dataclass(frozen=True)
class Cleaned:
    """What went: snapshots, and files of the lake."""

    snapshots: int
    files: int


def clean(connection: duckdb.DuckDBPyConnection, home: RegionHome) -> Cleaned:
    """Leave the lake's newest snapshot alone, its files without deleted rows, and a catalogue that tells of no others.

    Killed anywhere, it can be done again. Whoever reads an older snapshot meanwhile has to open the lake anew. The
    connection sees the cleaned catalogue afterwards; no transaction may be open, and nobody else may write.
    """
    connection.execute(f"CALL ducklake_rewrite_data_files({literal(LAKE)}, delete_threshold => 0)")
    expired = expire(connection, [entry.number for entry in snapshots(connection)][:-1])
    files = expired.files + _delete_orphaned(connection, home)
    extremes = _extremes(connection, home)
    _tidy_catalogue(home, extremes)
    reattach(connection, home)
    return Cleaned(expired.snapshots, files)


def expire_before(connection: duckdb.DuckDBPyConnection, moment: datetime) -> Cleaned:
    """Expire the snapshots committed before a moment (UTC), never the newest, and delete the files only they need."""
    return expire(
        connection,
        [entry.number for entry in snapshots(connection)[:-1] if entry.committed.replace(tzinfo=None) < moment],
    )


def expire(connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> Cleaned:
    """Expire snapshots by number, and delete the files that no other one needs."""
    if numbers:
        listed = ", ".join(str(int(number)) for number in numbers)
        connection.execute(f"CALL ducklake_expire_snapshots({literal(LAKE)}, versions => [{listed}])")
    gone = connection.execute(f"CALL ducklake_cleanup_old_files({literal(LAKE)}, cleanup_all => true)").fetchall()
    return Cleaned(len(numbers), len(gone))


def _delete_orphaned(connection: duckdb.DuckDBPyConnection, home: RegionHome) -> int:
    """Delete the files that no snapshot knows, such as those of a run that was killed; how many.

    By our own hand: versions of the extension have named files in use when the folder's path was written otherwise
    (duckdb/ducklake issue 815).
    """
    found = connection.execute(
        f"CALL ducklake_delete_orphaned_files({literal(LAKE)}, cleanup_all => true, dry_run => true)"
    ).fetchall()
    with closing(sqlite3.connect(home.catalogue)) as catalogue:
        known = "SELECT path FROM ducklake_data_file UNION ALL SELECT path FROM ducklake_delete_file"
        in_use = {row[0].rpartition("/")[2] for row in catalogue.execute(known)}
    files = [file for file in home.data.rglob("*.parquet") if file.name not in in_use]
    orphaned = {Path(row[0]) for row in found} & {*files}
    for file in orphaned:
        file.unlink()
    return len(orphaned)


def _extremes(connection: duckdb.DuckDBPyConnection, home: RegionHome) -> list[tuple[str | None, str | None, int, int]]:
    """The smallest and largest value that stand now in each column of pseudonyms and record ids."""
    with closing(sqlite3.connect(home.catalogue)) as catalogue:
        columns = catalogue.execute(_REMEMBERED).fetchall()
    found = []
    for table, table_id, column_id, name in columns:
        column = identifier(name)
        row = connection.execute(
            f"SELECT min({column})::VARCHAR, max({column})::VARCHAR FROM {qualified(f'{LAKE}.{table}')}"
        ).fetchone()
        found.append((*(row or (None, None)), table_id, column_id))
    return found


def _tidy_catalogue(home: RegionHome, extremes: Sequence[tuple[str | None, str | None, int, int]]) -> None:
    """Write the extremes, and give back the pages in which SQLite keeps what was deleted."""
    with closing(sqlite3.connect(home.catalogue, timeout=60)) as catalogue:
        catalogue.executemany(_TIGHTEN, extremes)
        catalogue.commit()
        catalogue.execute("VACUUM")
        catalogue.execute("PRAGMA wal_checkpoint(TRUNCATE)")
