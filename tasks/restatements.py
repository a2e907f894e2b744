"""restatements: each published figure that is not what it was, as a sum of causes.

The causes are the parts that releases are made of (`tasks/states.py`), in their order. What the exchange of one part
changes in a figure is that part's change; added up they are the figure's whole change, to the last decimal. Where the
state between two exchanges shows no number – its row is hidden or isn't there, or so few persons part it from its
neighbour that the two beside each other would tell of them – these causes stand together: `deliveries+boundary`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb

from tasks.protect import BUILD
from tasks.run import Run
from tasks.states import Between, Side, between, side_of
from tasks.tables import insert
from warehouse.columns import Table
from warehouse.releases import DATABASE, in_force, manifest_of
from warehouse.schema import PUBLISHED, RESTATEMENTS
from warehouse.sql import columns, identifier, literal, qualified

STATUS = "status"
WITH = "+"
"""Between causes that stand together."""
_SHOWN, _HIDDEN, _MISSING = "ok", "protected", "missing"
_SCHEMAS = ("volumes.", "indicators.results", "equalisation.")
_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "DOUBLE")
_EXACT = "DECIMAL(38,12)"
_BEFORE = "hemvard_before"


@dataclass(frozen=True)
class Stand:
    """A row as one state has it."""

    status: str | None = None
    """None where there is no such row."""
    figures: tuple[Decimal | None, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether its figures may be told."""
        return self.status not in (None, _HIDDEN)

    def figure(self, place: int) -> Decimal | None:
        """The number in a column; None where there is none."""
        return self.figures[place] if self.figures else None


@dataclass(frozen=True)
class Change:
    """What a cause, or causes that stand together, changed in a figure; without numbers: in what is shown of it."""

    column_name: str
    cause: str
    value_before: Decimal | None
    value_after: Decimal | None
    change: Decimal | None
    status_before: str | None
    status_after: str | None


@dataclass(frozen=True)
class Figures:
    """The columns of a table that hold figures."""

    table: Table
    names: tuple[str, ...]
    counted: tuple[int, ...]
    """The places of those that count persons, or what is done for them."""


def figures_of(table: Table) -> Figures:
    """The numbers of a table, beside its key."""
    own = [column for column in table.columns if column.role != "key" and column.type.startswith(_NUMBERS)]
    counted = tuple(place for place, column in enumerate(own) if column.role in ("persons", "additive"))
    return Figures(table, tuple(column.name for column in own), counted)


def tables_of_figures() -> tuple[Table, ...]:
    """The published tables whose figures are explained."""
    return tuple(table for table in PUBLISHED if table.name.startswith(_SCHEMAS))


def changes_of(
    stands: Sequence[Stand | None], causes: Sequence[str], figures: Figures, min_persons: int
) -> Iterator[Change]:
    """The changes of a row from the first state to the last. Pure.

    `stands`: one more than the causes, in their order; None for a state that could not be computed. Only a figure
    that is shown first and last has numbers, and they add up to its change.
    """
    first, last = stands[0], stands[-1]
    if first is None or last is None:
        raise ValueError("what was published is there")
    if first.status != last.status:
        cause = _of_changes([(stand.status,) if stand else None for stand in stands], causes)
        yield Change(STATUS, cause, None, None, None, first.status, last.status)
    if first.status is None or last.status is None:
        return
    path = _separable(stands, figures.counted, min_persons)
    for place, name in enumerate(figures.names):
        yield from _of_figure(name, place, stands, path, causes)


def _of_figure(
    name: str, place: int, stands: Sequence[Stand | None], path: Sequence[int], causes: Sequence[str]
) -> Iterator[Change]:
    """The changes of one figure of a row that is there first and last."""
    values = [stand.figure(place) if stand else None for stand in stands]
    first, last = values[0], values[-1]
    states = (stands[0].status, stands[-1].status) if stands[0] and stands[-1] else (None, None)
    if first is not None and last is not None:
        told = [number for number in path if values[number] is not None]
        for one, other in pairwise(told):
            change = (values[other] or Decimal(0)) - (values[one] or Decimal(0))
            if change and first != last:
                yield Change(name, WITH.join(causes[one:other]), first, last, change, *states)
    elif first is not last and _HIDDEN not in states:
        lacking = [(value is None,) if stand else None for stand, value in zip(stands, values, strict=True)]
        before, after = (
            _MISSING if value is None else state for value, state in zip((first, last), states, strict=True)
        )
        yield Change(name, _of_changes(lacking, causes), None, None, None, before, after)


def _separable(stands: Sequence[Stand | None], counted: Sequence[int], min_persons: int) -> list[int]:
    """The states whose numbers may stand beside each other: the first, the last, and those shown between them.

    Where a count differs from its neighbour's by fewer than the least number of persons, its numbers are not told.
    """

    def near(one: int, other: int) -> bool:
        pairs = [
            [stand.figure(place) if stand else None for stand in (stands[one], stands[other])] for place in counted
        ]
        return any(a is not None and b is not None and 0 < abs(a - b) < min_persons for a, b in pairs)

    path, end = [0], len(stands) - 1
    for number in range(1, end):
        stand = stands[number]
        if stand and stand.is_shown and not near(path[-1], number):
            path.append(number)
    while len(path) > 1 and near(path[-1], end):
        path.pop()
    return [*path, end]


def _of_changes(told: Sequence[tuple[object, ...] | None], causes: Sequence[str]) -> str:
    """The causes at which what is told of a row changes, over the states that are known."""
    known = [number for number, entry in enumerate(told) if entry]
    changing = [(one, other) for one, other in pairwise(known) if told[one] != told[other]]
    return WITH.join(cause for one, other in changing for cause in causes[one:other])


@dataclass(frozen=True)
class Restated:
    """A row of `meta.restatements`, but for the release before."""

    table_name: str
    row_key: str
    change: Change


def restated(
    connection: duckdb.DuckDBPyConnection, catalogues: Sequence[str | None], causes: Sequence[str], min_persons: int
) -> Iterator[Restated]:
    """Every change between databases that are attached: one more than the causes, None for one that isn't there."""
    for table in tables_of_figures() if causes else ():
        figures = figures_of(table)
        before, after = catalogues[0], catalogues[-1]
        if before is None or after is None:
            raise ValueError("what was published is there")
        _find_changed(connection, figures, before, after)
        stands = [_stands(connection, figures, each) if each else None for each in catalogues]
        for key in sorted({key for found in (stands[0], stands[-1]) if found for key in found}):
            row = [found.get(key, Stand()) if found is not None else None for found in stands]
            for change in changes_of(row, causes, figures, min_persons):
                yield Restated(table.name, key, change)
        connection.execute("DROP TABLE hemvard_changed")


def _find_changed(connection: duckdb.DuckDBPyConnection, figures: Figures, before: str, after: str) -> None:
    """Make `hemvard_changed`: the keys of the rows that are not the same in both."""
    key = columns(figures.table.key)
    one, other = (_read(connection, figures, catalogue) for catalogue in (before, after))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE hemvard_changed AS SELECT DISTINCT {key} FROM "
        f"(({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one}))"
    )


def _stands(connection: duckdb.DuckDBPyConnection, figures: Figures, catalogue: str) -> dict[str, Stand]:
    """Key as text → the changed rows as they stand in a database."""
    key = " || ', ' || ".join(f"{literal(f'{name}=')} || {identifier(name)}::VARCHAR" for name in figures.table.key)
    shown = columns(("hemvard_status", *figures.names))
    read = _read(connection, figures, catalogue)
    rows = connection.execute(
        f"SELECT {key}, {shown} FROM ({read}) SEMI JOIN hemvard_changed USING ({columns(figures.table.key)})"
    ).fetchall()
    return {row[0]: Stand(row[1], tuple(row[2:])) for row in rows}


def _read(connection: duckdb.DuckDBPyConnection, figures: Figures, catalogue: str) -> str:
    """The table's key, status and figures in a database; where an older version lacks them, no rows, no numbers."""
    name = qualified(f"{catalogue}.{figures.table.name}")
    found = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = $catalogue "
        "AND schema_name || '.' || table_name = $table",
        {"catalogue": catalogue, "table": figures.table.name},
    ).fetchall()
    has = {row[0] for row in found}
    if not set(figures.table.key) <= has:
        own = {column.name: column.type for column in figures.table.columns}
        keys = ", ".join(f"NULL::{own[each]} AS {identifier(each)}" for each in figures.table.key)
        numbers = "".join(f", NULL::{_EXACT} AS {identifier(each)}" for each in figures.names)
        return f"SELECT {keys}, NULL::VARCHAR AS hemvard_status{numbers} WHERE false"
    numbers = "".join(
        f", {f'TRY_CAST({identifier(each)} AS {_EXACT})' if each in has else f'NULL::{_EXACT}'} AS {identifier(each)}"
        for each in figures.names
    )
    status = identifier(STATUS) if STATUS in has else literal(_SHOWN)
    return f"SELECT {columns(figures.table.key)}, {status} AS hemvard_status{numbers} FROM {name}"


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, databases: Mapping[str, Path]) -> Iterator[None]:
    """Databases that can be read by their names, for the while."""
    for name, database in databases.items():
        connection.execute(f"ATTACH {literal(str(database))} AS {identifier(name)} (READ_ONLY)")
    try:
        yield
    finally:
        for name in databases:
            connection.execute(f"DETACH {identifier(name)}")


def write_restatements(run: Run, side: Side) -> None:
    """Fill `meta.restatements` of the release that is built: what changed since the one in force; nothing without one.

    A state that can't be computed is told at the end: its causes stand together.
    """
    previous = in_force(run.home)
    if previous is None:
        return
    with between(run.home, side_of(manifest_of(previous)), side, run.keys) as found:
        run.odd += [f"restatements: {why}; these causes stand together" for why in found.why]
        rows = list(restatements(run.connection, previous / DATABASE, found, BUILD, run.folder.publication.min_persons))
    insert(run, RESTATEMENTS, [(e.table_name, e.row_key, *_cells(e.change, previous.name)) for e in rows])


def restatements(
    connection: duckdb.DuckDBPyConnection, before: Path, found: Between, after: str, min_persons: int
) -> Iterator[Restated]:
    """Every change from a release's database, through the states between, to one that is attached as `after`."""
    named = {f"hemvard_step_{number}": database for number, database in enumerate(found.databases) if database}
    steps = [f"hemvard_step_{number}" if database else None for number, database in enumerate(found.databases)]
    with attached(connection, {_BEFORE: before, **named}):
        yield from restated(connection, [_BEFORE, *steps, after], found.causes, min_persons)


def _cells(change: Change, previous: str) -> tuple[object, ...]:
    column, cause, *rest = astuple(change)
    return (column, cause, previous, *rest)
