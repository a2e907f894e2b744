"""`hemvard shell`: the restricted lake, read and nothing else, as it stands or as it stood when a day ended.

A person who holds the keys asks one SELECT at a time. Whatever is no SELECT, or reads anything but the lake's tables,
is refused before DuckDB runs it (`_require_reading`); the lake is attached read-only and its connection confined
besides. Each answer is a transaction of its own, so that no run waits. Nothing is written: no file, no log, and the
prompt's lines are forgotten when it ends.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from flows.querying import shown
from regions.errors import DataError, HemvardError, UsageError
from regions.folder import RegionFolder, load_region
from warehouse.columns import Table
from warehouse.home import RegionHome, find_home
from warehouse.keys import find_keys, keys_in_force
from warehouse.lake import LAKE, Snapshot, confine, go_back, open_lake, snapshots, transaction
from warehouse.records import view_of
from warehouse.schema import LAKE as LAKE_TABLES
from warehouse.schema import VERSIONS

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_ROWS = 200
_PROMPT, _GOES_ON = "hemvard> ", "    ...> "
_COMMANDS = ".tables · .describe TABLE · .quit"
# Functions in FROM: those that only read the lake or make rows. DuckDB has others that open any file, or remove a
# lake's own.
_FUNCTIONS = (
    *("unnest", "range", "generate_series", "duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_schemas"),
    *("ducklake_snapshots", "ducklake_table_changes", "ducklake_table_insertions", "ducklake_table_deletions"),
)
# Errors about the query's own text. The others' messages quote values of rows.
_OF_THE_TEXT = (
    *(duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException),
    duckdb.PermissionException,  # names the file that was asked for
)
_TABLES: dict[str, Table] = {
    **{table.name: table for table in (*LAKE_TABLES, *VERSIONS.values())},
    **{view_of(table): table for table in VERSIONS.values()},
}


def ask_lake(region: str, asked: str, home: Path | None, *, as_of: date | None, as_csv: bool) -> str:
    """One answer, as `hemvard query` gives it; UsageError where the query is wrong or more than a SELECT."""
    with opened(region, home, as_of) as shell:
        return shell.answer(asked, as_csv=as_csv)


def converse(region: str, home: Path | None, *, as_of: date | None, as_csv: bool) -> None:
    """Answer what standard input asks, until it ends or says `.quit`; what is wrong is told, and it goes on."""
    with opened(region, home, as_of) as shell:
        if sys.stdin.isatty():
            with suppress(ImportError):  # editing of the line; no history is read or written
                import readline  # noqa: F401
            print(shell.heading)
            print(f"A SELECT ends with ; at the end of a line. {_COMMANDS}")
        for asked in _asked():
            if asked.rstrip("; ") == ".quit":
                return
            try:
                print(shell.answer(asked, as_csv=as_csv, at_most=_ROWS if sys.stdin.isatty() else None), flush=True)
            except HemvardError as error:
                print(error, file=sys.stderr, flush=True)
            except KeyboardInterrupt:  # while an answer is shown; the next question is open
                print()


def _asked() -> Iterator[str]:
    """Commands, and statements of one or more lines."""
    lines: list[str] = []
    while True:
        try:
            line = _line(_GOES_ON if lines else _PROMPT)
        except KeyboardInterrupt:  # what has been typed so far is dropped
            print()
            lines = []
            continue
        except EOFError:
            if lines:
                yield "\n".join(lines)
            return
        lines += [line] if lines or line.strip() else []
        if lines and (line.rstrip().endswith(";") or lines[0].startswith(".")):
            yield "\n".join(lines)
            lines = []


def _line(prompt: str) -> str:
    return input(prompt if sys.stdin.isatty() else "")


@contextmanager
def opened(region: str, home: Path | None, as_of: date | None) -> "Iterator[Shell]":
    """The lake of a region for reading alone, as it stands or as it stood when a day ended, Swedish time.

    UsageError without the key in force, for a day before the first snapshot or after today; DataError where
    nothing has been loaded.
    """
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    connection = _open(place, region)
    try:
        _require_keys(connection, folder, place, region)
        heading = f"{folder.region.name}: the restricted lake, read only, "
        if as_of is None:
            heading += "as it stands when you ask."
        else:
            standing = _standing(snapshots(connection), as_of)
            go_back(connection, place, standing.number)
            heading += f"as it stood when {as_of} ended: snapshot {standing.number} of {_swedish(standing.committed)}."
        confine(connection, place)
        yield Shell(connection, heading)
    finally:
        connection.close()


def _open(place: RegionHome, region: str) -> duckdb.DuckDBPyConnection:
    try:
        if not place.catalogue.exists():
            raise _nothing_loaded(place, region)
        return open_lake(place, read_only=True)
    except PermissionError:
        raise UsageError(
            "The restricted lake can be opened by its owner alone.",
            where=str(place.restricted),
            todo="Run the command as the user who runs hemvard for this region.",
        ) from None


def _nothing_loaded(place: RegionHome, region: str) -> DataError:
    return DataError(
        "Nothing has been loaded for this region yet.",
        where=str(place.root),
        todo=f"Run it first: hemvard run {region}",
    )


def _require_keys(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, place: RegionHome, region: str) -> None:
    """The keys of the region must be those in force now, whatever day is asked for."""
    keys = find_keys(place, synthetic=folder.is_synthetic)
    try:
        known = connection.execute(f"SELECT count(*) FROM {LAKE}.ledger.pseudonym_keys").fetchone()
    except duckdb.CatalogException:  # a run that died at once, or a lake of a version that did not note its keys
        known = None
    if known in (None, (0,)):
        raise _nothing_loaded(place, region)
    keys_in_force(connection, place, keys)


def _standing(kept: Sequence[Snapshot], day: date) -> Snapshot:
    """The last snapshot that was committed before a day ended in Sweden."""
    if day > datetime.now(_STOCKHOLM).date():
        raise UsageError(f"{day} has not come yet.", todo="Leave --as-of out to see the lake as it stands.")
    ended = datetime.combine(day + timedelta(days=1), time(), _STOCKHOLM).astimezone(UTC).replace(tzinfo=None)
    before = [entry for entry in kept if entry.committed < ended]
    if not before:
        raise UsageError(
            f"The lake holds nothing of {day}: the first snapshot that it keeps is of {_swedish(kept[0].committed)}.",
            todo="Ask for that day or a later one.",
        )
    return before[-1]


def _swedish(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(_STOCKHOLM):%Y-%m-%d %H:%M:%S}"


class Shell:
    """An open lake that answers; its connection belongs to `opened`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, heading: str) -> None:
        self._connection = connection
        self.heading = heading

    def answer(self, asked: str, *, as_csv: bool = False, at_most: int | None = None) -> str:
        """The answer to a SELECT or a command, of the first rows alone where a number is given."""
        command, _, name = asked.strip().partition(" ")
        if command == ".tables":
            names, rows = self._tables()
        elif command == ".describe":
            names, rows = self._description(name.strip().removesuffix(";").removeprefix(f"{LAKE}."))
        elif command.startswith("."):
            raise UsageError(f"There is no command {command}.", todo=f"The commands are {_COMMANDS}.")
        else:
            names, rows = self._rows(asked, at_most)
        text = shown(names, rows[:at_most], as_csv=as_csv)
        more = at_most is not None and len(rows) > at_most
        return f"{text}\n… the first {at_most} rows; count or LIMIT to see others" if more else text

    def _rows(self, sql: str, at_most: int | None) -> tuple[list[str], list[tuple[object, ...]]]:
        try:
            _require_reading(self._connection, sql)
            with transaction(self._connection):
                return self._fetched(sql, at_most)
        except duckdb.Error as error:
            raise UsageError(f"The query could not be answered: {_told(error)}", todo=_see(error)) from None

    def _fetched(self, sql: str, at_most: int | None) -> tuple[list[str], list[tuple[object, ...]]]:
        try:
            found = self._connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return names, found.fetchall() if at_most is None else found.fetchmany(at_most + 1)
        except RuntimeError:  # Ctrl-C; DuckDB's threads go on until they are told, and the next query would wait
            self._connection.interrupt()
            raise UsageError("The query was interrupted.") from None

    def _tables(self) -> tuple[list[str], list[tuple[object, ...]]]:
        """Every table and view of the lake, and what a row of it is."""
        found = self._connection.execute(
            "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() "
            "WHERE database_name = $lake ORDER BY ALL",
            {"lake": LAKE},
        ).fetchall()
        rows: list[tuple[object, ...]] = [
            (name, table.sv if table else None, table.en if table else None)
            for (name,) in found
            for table in (_TABLES.get(name),)
        ]
        return ["table_name", "row_sv", "row_en"], rows

    def _description(self, name: str) -> tuple[list[str], list[tuple[object, ...]]]:
        """The columns that a table has in the lake as it is read, described as the schema describes them."""
        held = self._connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = $lake AND schema_name || '.' || table_name = $name ORDER BY column_index",
            {"lake": LAKE, "name": name},
        ).fetchall()
        if not held:
            raise UsageError(f"The lake has no table {name!r}.", todo="See which there are: .tables")
        known = {column.name: column for column in _TABLES[name].columns} if name in _TABLES else {}
        rows: list[tuple[object, ...]] = []
        for column, type_ in held:
            found = known.get(column)
            rows.append((column, type_, *((found.unit, found.role, found.sv, found.en) if found else ("",) * 4)))
        return ["column_name", "data_type", "unit", "role", "description_sv", "description_en"], rows


def _require_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """UsageError unless the text is one SELECT that reads tables of the lake, by functions that only read.

    DuckDB's own parser takes it apart, so what is looked at is what would be run.
    """
    parsed = json.loads(connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()[0][0])
    if parsed["error"] and parsed["error_type"] == "parser":
        raise duckdb.ParserException(parsed["error_message"])
    if parsed["error"] or len(parsed["statements"]) != 1:
        raise UsageError(
            "The lake answers one SELECT at a time, and nothing else.",
            todo="DESCRIBE, SHOW and SUMMARIZE are SELECTs too; PIVOT is, where its columns are listed with IN (…).",
        )
    schemas = {row[0] for row in connection.execute("SELECT schema_name FROM duckdb_schemas()").fetchall()}
    for node in _nodes(parsed["statements"]):
        _require_lake(node, schemas)


def _nodes(part: object) -> Iterator[dict[str, Any]]:
    """Every node of a parsed statement."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _nodes(inner)


def _require_lake(node: dict[str, Any], schemas: set[str]) -> None:
    """UsageError for a table outside the lake, and for a function in FROM that isn't listed here."""
    if node.get("type") == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name")).lower()
        if name not in _FUNCTIONS:
            raise UsageError(f"{name}() can't be read from here.", todo=f"These can: {', '.join(_FUNCTIONS)}.")
    if node.get("type") == "BASE_TABLE":
        catalogue, schema = (str(node[part]).lower() for part in ("catalog_name", "schema_name"))
        if catalogue not in ("", LAKE) or schema not in ("", LAKE, *schemas):
            named = ".".join(part for part in (catalogue, schema, str(node["table_name"])) if part)
            raise UsageError(f"{named} is no table of the lake.", todo="See which there are: .tables")


def _told(error: duckdb.Error) -> str:
    """What may be told of it: the message if it is about the text of the query, else the kind of error alone."""
    if isinstance(error, _OF_THE_TEXT):
        return str(error)
    return f"{type(error).__name__}. DuckDB's own message may quote values of rows, and isn't shown."


def _see(error: duckdb.Error) -> str:
    if isinstance(error, _OF_THE_TEXT):
        return "See which tables and columns there are: .tables, .describe TABLE"
    return "TRY_CAST and try_strptime give NULL for what can't be converted, and so find the rows."
