"""The one way to open the restricted warehouse: a DuckLake, encrypted, with an SQLite catalogue.

Measured on this design: docs/decisions.md. The catalogue is in WAL mode, so that a reader with an
open snapshot blocks nobody; small inserts are never kept in the catalogue (it is not encrypted).
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa

from warehouse import schema
from warehouse.columns import Column, Table
from warehouse.home import PRIVATE, RegionHome
from warehouse.sql import identifier, literal, qualified

LAKE = "lake"
_EXTENSIONS = ("sqlite_scanner", "ducklake", "httpfs")


def open_lake(home: RegionHome, *, read_only: bool = False, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with the lake attached as `lake`, staging in memory, and spills encrypted in the home."""
    home.prepare()
    connection = connect(home)
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    if not read_only:
        _prepare_catalogue(home.catalogue)
    _attach(connection, home, read_only=read_only)
    if not read_only:
        _make_tables(connection)
    return connection


def connect(home: RegionHome, *, memory_parts: int = 1) -> duckdb.DuckDBPyConnection:
    """A connection with nothing attached, that spills encrypted in the home; of a run's memory so great a part."""
    connection = duckdb.connect(":memory:")
    load_extensions(connection)
    connection.execute(f"SET temp_directory = {literal(str(home.temp))}")
    connection.execute("SET temp_file_encryption = true")
    connection.execute(f"SET memory_limit = '{_memory_mib() // memory_parts}MiB'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, where they are not those of this version already: looking at each of them takes long."""
    definition = repr((schema.LAKE, *schema.VERSIONS.values()))
    if is_laid_out(connection, "tables", definition):
        return
    held = _drop_outgrown(connection, _columns(connection))
    add_tables(connection, schema.LAKE)
    _add_columns(connection, held)
    with transaction(connection):
        note_layout(connection, "tables", definition)


def is_laid_out(connection: duckdb.DuckDBPyConnection, part: str, definition: str) -> bool:
    """Whether a part of the lake (`tables`, `views`) was last made after this definition."""
    try:
        rows = connection.execute(f"SELECT definition FROM {LAKE}.ledger.layout WHERE part = $part", {"part": part})
    except duckdb.CatalogException:  # a new lake, or one of a version that did not note it
        return False
    return rows.fetchall() == [(_hash(definition),)]


def note_layout(connection: duckdb.DuckDBPyConnection, part: str, definition: str) -> None:
    """Note what a part of the lake has been made after; the caller holds the transaction."""
    connection.execute(f"DELETE FROM {LAKE}.ledger.layout WHERE part = $part", {"part": part})
    connection.execute(f"INSERT INTO {LAKE}.ledger.layout VALUES (?, ?)", (part, _hash(definition)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _memory_mib() -> int:
    """Three fifths of the machine's memory, in MiB: the rest is Prefect's and the operating system's."""
    return int(psutil.virtual_memory().total * 0.6) // 2**20


def load_extensions(connection: duckdb.DuckDBPyConnection, names: Sequence[str] = _EXTENSIONS) -> None:
    """Load DuckDB's extensions from their packages, the lake's unless others are named; nothing is fetched."""
    connection.execute("SET autoinstall_known_extensions = false")
    for name in names:
        spec = find_spec(f"duckdb_extension_{name}")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"duckdb_extension_{name}")
        (file,) = Path(spec.origin).parent.glob(f"extensions/*/{name}.duckdb_extension")
        connection.execute(f"LOAD {literal(str(file))}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> Iterator[None]:
    """Small tables that SQL can read by name, for the while."""
    for name, table in tables.items():
        connection.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            connection.unregister(name)


def snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the lake's latest snapshot."""
    row = connection.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class Snapshot:
    """A state of the lake: its number, and when it was committed (UTC, without a zone)."""

    number: int
    committed: datetime


def snapshots(connection: duckdb.DuckDBPyConnection) -> list[Snapshot]:
    """The snapshots that the lake keeps, in the order in which they were committed."""
    rows = connection.execute(
        "SELECT snapshot_id, timezone('UTC', snapshot_time) FROM ducklake_snapshots($lake) ORDER BY snapshot_id",
        {"lake": LAKE},
    )
    return [Snapshot(number, committed) for number, committed in rows.fetchall()]


def go_back(connection: duckdb.DuckDBPyConnection, home: RegionHome, number: int) -> None:
    """Attach the lake anew, for reading alone, as the snapshot of that number left it.

    By its number: a catalogue in SQLite keeps the times as text, and two snapshots may have the same one.
    """
    connection.execute(f"DETACH {LAKE}")
    _attach(connection, home, read_only=True, version=number)


def attach_past(connection: duckdb.DuckDBPyConnection, home: RegionHome, number: int, name: str) -> None:
    """Attach the lake once more, under a name of its own and for reading alone, as a snapshot left it.

    Raises duckdb.Error where the lake keeps that snapshot no more.
    """
    _attach(connection, home, read_only=True, version=number, name=name)


def confine(connection: duckdb.DuckDBPyConnection, home: RegionHome) -> None:
    """From here on names are looked up in the lake, no file but the lake's is opened, and no setting is changed.

    It isn't enough where others write the SQL: some functions of DuckDB's extensions open files by themselves.
    A fifth of the machine's memory is left to it, so that a run has room beside it.
    """
    connection.execute(f"USE {LAKE}")
    connection.execute(f"SET memory_limit = '{_memory_mib() // 3}MiB'")
    connection.execute(f"SET allowed_directories = [{literal(str(home.data))}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _prepare_catalogue(file: Path) -> None:
    # Without WAL a reader's open transaction makes the writer's commit fail: "database is locked".
    catalogue = sqlite3.connect(file, timeout=60)
    try:
        catalogue.execute("PRAGMA journal_mode = wal")
    finally:
        catalogue.close()
    file.chmod(PRIVATE & 0o600)


def _attach(
    connection: duckdb.DuckDBPyConnection,
    home: RegionHome,
    *,
    read_only: bool,
    version: int | None = None,
    name: str = LAKE,
) -> None:
    options = f"DATA_PATH {literal(str(home.data))}, ENCRYPTED, DATA_INLINING_ROW_LIMIT 0, META_BUSY_TIMEOUT 60000"
    # A home that was moved or restored elsewhere opens where it now lies.
    options += ", OVERRIDE_DATA_PATH true"
    if version is not None:
        options += f", SNAPSHOT_VERSION {int(version)}"
    mode = ", READ_ONLY" if read_only else ""
    connection.execute(f"ATTACH {literal(f'ducklake:sqlite:{home.catalogue}')} AS {identifier(name)} ({options}{mode})")


def add_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> tuple[Table, ...]:
    """Make the tables that the lake lacks; those that were made."""
    known = {
        f"{row[0]}.{row[1]}"
        for row in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $lake", {"lake": LAKE}
        ).fetchall()
    }
    missing = tuple(table for table in tables if table.name not in known)
    if missing:
        with transaction(connection):
            for table in missing:
                _create(connection, table)
    return missing


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Table and column → type, of what the lake holds."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = $lake",
        {"lake": LAKE},
    ).fetchall()
    return {(table, column): type_ for table, column, type_ in rows}


def _drop_outgrown(
    connection: duckdb.DuckDBPyConnection, held: dict[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Drop what models have computed where an older version gave one of its columns another type; what is left.

    The next run computes it again. A lake can't change BIGINT into DECIMAL in place.
    """
    wanted = {(table.name, column.name): column.type for table in schema.COMPUTED for column in table.columns}
    if all(wanted.get(column, type_) == type_ for column, type_ in held.items()):
        return held
    known, computed = {table for table, _ in held}, {table.name for table in schema.COMPUTED}
    with transaction(connection):
        for name in sorted(computed & known):
            connection.execute(f"DROP TABLE {qualified(f'{LAKE}.{name}')}")
        connection.execute(f"DELETE FROM {LAKE}.ledger.model_windows")
    return {(table, column): type_ for (table, column), type_ in held.items() if table not in computed}


def _add_columns(connection: duckdb.DuckDBPyConnection, held: dict[tuple[str, str], str]) -> None:
    """Give a table that an older version made the columns that it lacks; in rows that are there they are NULL."""
    tables = {name for name, _ in held}
    made = (table for table in (*schema.LAKE, *schema.VERSIONS.values()) if table.name in tables)
    every = dict.fromkeys((table, column) for table in made for column in table.columns)
    lacking = [(table, column) for table, column in every if (table.name, column.name) not in held]
    if not lacking:
        return
    with transaction(connection):
        for table, column in lacking:
            name = qualified(f"{LAKE}.{table.name}")
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {identifier(column.name)} {column.type}")
            _comment_on(connection, name, column)


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    name = qualified(f"{LAKE}.{table.name}")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{identifier(table.name.split('.')[0])}")
    create_table(connection, table, name)
    if table.partition:
        connection.execute(f"ALTER TABLE {name} SET PARTITIONED BY ({identifier(table.partition)})")


def create_table(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> None:
    """Create a table of the schema under a quoted name, with a COMMENT on it and on each column."""
    columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in table.columns)
    connection.execute(f"CREATE TABLE {name} ({columns})")
    connection.execute(f"COMMENT ON TABLE {name} IS {literal(f'{table.sv} | {table.en}')}")
    for column in table.columns:
        _comment_on(connection, name, column)


def _comment_on(connection: duckdb.DuckDBPyConnection, name: str, column: Column) -> None:
    unit = f" [{column.unit}]" if column.unit else ""
    text = literal(f"{column.sv}{unit} | {column.en}{unit}")
    connection.execute(f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {text}")
