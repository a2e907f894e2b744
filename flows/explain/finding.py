"""Which rows of a published table are asked about: by name and values, and what to say where none or too many fit."""

import re
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from flows.explain.asked import Row
from regions.errors import UsageError
from warehouse import schema
from warehouse.columns import Table
from warehouse.sql import columns, identifier, qualified

EXPLAINED = tuple(
    table for table in schema.PUBLISHED if table.name.split(".")[0] in ("volumes", "indicators", "equalisation")
)
SHOWN = 5
"""So many rows are explained at once; of more the reader is asked to say which."""
_NEARBY = 12
_MONTH = re.compile(r"\d{4}-\d{2}")


def find_table(name: str) -> Table:
    """The table of figures of a name; UsageError that lists them for any other."""
    found = next((table for table in EXPLAINED if table.name == name), None)
    if found is None:
        listed = ", ".join(table.name for table in EXPLAINED)
        raise UsageError(
            f"There is no table {name!r} to explain.",
            where=f"the tables of figures are {listed}",
            todo="Give one of them; the others are read with: hemvard query REGION 'SELECT …'",
        )
    return found


def read_conditions(table: Table, given: Sequence[str]) -> dict[str, str]:
    """`column=value` as column → value; UsageError for what is none, or names no column of the table."""
    conditions = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name not in table.names():
            raise UsageError(
                f"{entry!r} is no column=value of {table.name}."
                if not equals
                else f"{table.name} has no column {name!r}.",
                where=f"its key is {', '.join(table.key)}; its other columns are "
                + ", ".join(column for column in table.names() if column not in table.key),
                todo=f"For example: hemvard explain REGION {table.name} {table.key[0]}=…",
            )
        conditions[name] = value
    return conditions


def _where(table: Table, conditions: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A condition over columns of the closed list, and the values that it binds."""
    types = {column.name: column.type for column in table.columns}
    tests = [_test(name, types[name], value, f"$value_{at}") for at, (name, value) in enumerate(conditions.items())]
    return " AND ".join(tests) or "TRUE", {f"value_{at}": value for at, value in enumerate(conditions.values())}


def _test(name: str, type_: str, value: str, bound: str) -> str:
    """A column against a bound value: a month may stand for its days, and 0.1 for 0.100000."""
    if type_.startswith("DECIMAL"):
        return f"{identifier(name)} = TRY_CAST({bound} AS {type_})"
    text = f"{identifier(name)}::VARCHAR"
    is_month = type_ == "DATE" and _MONTH.fullmatch(value)
    return f"starts_with({text}, {bound})" if is_month else f"{text} = {bound}"


def count_rows(connection: duckdb.DuckDBPyConnection, table: Table, conditions: Mapping[str, str]) -> int:
    """How many rows of the table have these values."""
    where, values = _where(table, conditions)
    row = connection.execute(f"SELECT count(*) FROM {qualified(table.name)} WHERE {where}", values).fetchone()
    return int(row[0]) if row else 0


def read_rows(connection: duckdb.DuckDBPyConnection, table: Table, conditions: Mapping[str, str]) -> list[Row]:
    """The rows of the table that have these values, by its key."""
    where, values = _where(table, conditions)
    sql = f"SELECT {columns(table.names())} FROM {qualified(table.name)} WHERE {where} ORDER BY {columns(table.key)}"
    return [dict(zip(table.names(), row, strict=True)) for row in connection.execute(sql, values).fetchall()]


def _values(connection: duckdb.DuckDBPyConnection, table: Table, name: str, conditions: Mapping[str, str]) -> list[str]:
    """The values of a column in the rows of these conditions, in order."""
    where, values = _where(table, conditions)
    sql = (
        f"SELECT DISTINCT {identifier(name)}::VARCHAR AS found FROM {qualified(table.name)} WHERE {where} ORDER BY ALL"
    )
    return [str(row[0]) for row in connection.execute(sql, values).fetchall() if row[0] is not None]


def nearby(connection: duckdb.DuckDBPyConnection, table: Table, conditions: Mapping[str, str]) -> Iterator[str]:
    """That there is no such row, and for each condition which values the other conditions leave."""
    said = f" with {_told(conditions)}" if conditions else ""
    yield f"{table.name} has no row{said} in the release in force."
    for name in conditions:
        others = {column: value for column, value in conditions.items() if column != name}
        found = _values(connection, table, name, others)
        beside = f" with {_told(others)}" if others else ""
        yield f"  {name}{beside} is: {_listed(_nearest(found, conditions[name])) or 'no value: there is no such row'}"


def _nearest(found: list[str], asked: str) -> list[str]:
    """As many values as are shown, around the place where the asked one would stand."""
    place = sum(value < asked for value in found)
    first = max(0, min(place - _NEARBY // 2, len(found) - _NEARBY))
    shown = found[first : first + _NEARBY]
    return shown if len(shown) == len(found) else [*shown, f"… ({len(found)} values)"]


def narrowing(
    connection: duckdb.DuckDBPyConnection, table: Table, conditions: Mapping[str, str], count: int
) -> Iterator[str]:
    """That the conditions leave too many rows, and what may be said more."""
    said = f" with {_told(conditions)}" if conditions else ""
    yield f"{table.name} has {count:,} rows{said}. Say more, so that at most {SHOWN} are left:"
    for name in (name for name in table.key if name not in conditions):
        found = _values(connection, table, name, conditions)
        if len(found) > 1:
            more = [*found[:_NEARBY], f"… ({len(found)} values)"] if len(found) > _NEARBY else found
            yield f"  {name}={_listed(more)}"


def _told(conditions: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in conditions.items())


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)
