"""restatements: each published figure that is not what it was, as a sum of causes.

The causes are the parts that releases are made of (`tasks/states.py`), in their order. What the exchange of one part
changes in a figure is that part's change; added up they are the figure's whole change, to the last decimal. Where the
state between two exchanges shows no number – its row is hidden or isn't there, or so few persons part it from its
neighbour that the two beside each other would tell of them – these causes stand together: `deliveries+boundary`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from warehouse.schema import PUBLISHED, RELEASE, RESTATEMENTS, SCENARIO_TOTALS
from warehouse.sql import columns, identifier, literal, qualified

STATUS = "status"
WITH = "+"
"""Between causes that stand together."""
_SHOWN, _HIDDEN, _MISSING = "ok", "protected", "missing"
_SCHEMAS = ("volumes.", "indicators.results", "equalisation.")
_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "DOUBLE")
_EXACT = "DECIMAL(38,12)"
_MUNICIPALITY = re.compile(r"\bmunicipality_code=(\w+)")
_OF_PERSONS = {"deliveries", "boundary", "definition", "code"}
"""The causes that change whose visits are counted; a parameter changes what they cost."""
_BEFORE, _AFTER = "hemvard_before", "hemvard_after"


Told = tuple[int, ...]
"""The numbers of the states that may be told of a row, the first and the last among them."""


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


def changes_of(stands: Sequence[Stand | None], causes: Sequence[str], names: Sequence[str], told: Told) -> list[Change]:
    """The changes of a row from the first state to the last. Pure.

    `stands`: one more than the causes, in their order; None for a state that could not be computed. `told`: the states
    whose numbers may be told. Only a figure that is shown first and last has numbers; they add up to its change.
    """
    first, last = _ends(stands)
    found = []
    if first.status != last.status:
        cause = _of_changes([(stand.status,) if stand else None for stand in stands], causes)
        found.append(Change(STATUS, cause, None, None, None, first.status, last.status))
    if first.status is not None and last.status is not None:
        found += [each for place, name in enumerate(names) for each in _of_figure(name, place, stands, told, causes)]
    return found


def _ends(stands: Sequence[Stand | None]) -> tuple[Stand, Stand]:
    """The first and the last state: what was published."""
    first, last = stands[0], stands[-1]
    if first is None or last is None:
        raise ValueError("what was published is there")
    return first, last


def _of_figure(
    name: str, place: int, stands: Sequence[Stand | None], told: Told, causes: Sequence[str]
) -> Iterator[Change]:
    """The changes of one figure of a row that is there first and last."""
    ends = _ends(stands)
    values = [stand.figure(place) if stand else None for stand in stands]
    first, last = values[0], values[-1]
    states = [end.status for end in ends]
    if first is None or last is None:
        if first is not last and _HIDDEN not in states:
            lacking = [(value is None,) if stand else None for stand, value in zip(stands, values, strict=True)]
            shown = [_MISSING if value is None else state for value, state in zip((first, last), states, strict=True)]
            yield Change(name, _of_changes(lacking, causes), None, None, None, *shown)
    elif first != last:
        path = [(number, value) for number in told if (value := values[number]) is not None]
        for (one, before), (other, after) in pairwise(path):
            if before != after:
                yield Change(name, WITH.join(causes[one:other]), first, last, after - before, *states)


def told_states(stands: Sequence[Stand | None], counted: Sequence[int], min_persons: int) -> Told:
    """The states whose numbers may stand beside each other: the first, the last, and of those between the shown ones.

    One that is as the first or the last tells nothing more. Any other is not told where a count of it differs from
    that of another told state by fewer than the least number of persons: the two beside each other would tell of them.
    """
    ends = _ends(stands)
    kept, between_them = list(ends), [0]
    for number, stand in enumerate(stands[1:-1], 1):
        if stand is None or not stand.is_shown:
            continue
        if stand not in ends:
            if any(_near(stand, other, counted, min_persons) for other in kept):
                continue
            kept.append(stand)
        between_them.append(number)
    return (*between_them, len(stands) - 1)


def _near(one: Stand, other: Stand, counted: Sequence[int], min_persons: int) -> bool:
    pairs = [(one.figure(place), other.figure(place)) for place in counted]
    return any(a is not None and b is not None and 0 < abs(a - b) < min_persons for a, b in pairs)


def without_counterfactual(
    told: Told, stands: Sequence[Stand | None], causes: Sequence[str], allowed: Collection[int]
) -> Told:
    """Of the told states of a row without counts, those that tell of no persons but those of first and last. Pure.

    Where deliveries, boundaries, definitions or code change on both sides of a state, its kronor and posts rest on
    visits that neither release counts so. They are told where such a state is `allowed`.
    """
    ends = _ends(stands)

    def is_counterfactual(number: int) -> bool:
        sides = causes[:number], causes[number:]
        return stands[number] not in ends and all(_OF_PERSONS & set(side) for side in sides)

    return tuple(number for number in told if number in allowed or not is_counterfactual(number))


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
    allowed = set(range(len(catalogues)))
    """The states in which the county's visits within each boundary may be told: there its kronor may, too."""
    for table in tables_of_figures() if causes else ():
        figures = figures_of(table)
        for key, stands in _rows(connection, figures, catalogues):
            told = told_states(stands, figures.counted, min_persons)
            if table is SCENARIO_TOTALS and _of_county(key):
                allowed &= {number for number in allowed if number in told or stands[number] in _ends(stands)}
            if not figures.counted:
                told = without_counterfactual(told, stands, causes, allowed if _of_county(key) else ())
            for change in changes_of(stands, causes, figures.names, told):
                yield Restated(table.name, key, change)


def _of_county(key: str) -> bool:
    """Whether a row is of no single municipality."""
    found = _MUNICIPALITY.search(key)
    return found is None or found[1] == "all"


def _rows(
    connection: duckdb.DuckDBPyConnection, figures: Figures, catalogues: Sequence[str | None]
) -> Iterator[tuple[str, list[Stand | None]]]:
    """The rows of a table that are not the same first and last, by their keys as text, as each state has them."""
    before, after = catalogues[0], catalogues[-1]
    if before is None or after is None:
        raise ValueError("what was published is there")
    _find_changed(connection, figures, before, after)
    found = [_stands(connection, figures, each) if each else None for each in catalogues]
    connection.execute("DROP TABLE hemvard_changed")
    for key in sorted({key for each in (found[0], found[-1]) if each for key in each}):
        yield key, [each.get(key, Stand()) if each is not None else None for each in found]


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


def changed_between(before: Path, after: Path) -> list[Restated]:
    """Every change from one database to another, all of it by one cause."""
    with duckdb.connect(":memory:") as connection, attached(connection, {_BEFORE: before, _AFTER: after}):
        return list(restated(connection, [_BEFORE, _AFTER], ("all",), 1))


def write_restatements(run: Run, side: Side) -> None:
    """Fill `meta.restatements` of the release that is built: what changed since the one in force; nothing without one.

    A state that can't be computed is told at the end: its causes stand together.
    """
    previous = in_force(run.home)
    if previous is None:
        return
    with between(run.home, side_of(manifest_of(previous)), side, run.keys) as found:
        rows = list(restatements(run.connection, previous / DATABASE, found, BUILD, run.folder.publication.min_persons))
    run.restated = Counter(row.change.cause for row in rows if row.change.change is not None)
    if rows:
        run.odd += [f"meta.restatements: causes stand together, for {why}" for why in found.why]
    insert(run, RESTATEMENTS, [(e.table_name, e.row_key, *_cells(e.change, previous.name)) for e in rows])


def restatements(
    connection: duckdb.DuckDBPyConnection, before: Path, found: Between, after: str, min_persons: int
) -> Iterator[Restated]:
    """Every change from a release's database, through the states between, to one that is attached as `after`.

    `min_persons`: of the later one; where the earlier one had more, that counts.
    """
    named = {f"hemvard_step_{number}": database for number, database in enumerate(found.databases) if database}
    steps = [f"hemvard_step_{number}" if database else None for number, database in enumerate(found.databases)]
    with attached(connection, {_BEFORE: before, **named}):
        least = max(min_persons, least_persons(connection, _BEFORE))
        yield from restated(connection, [_BEFORE, *steps, after], found.causes, least)


def least_persons(connection: duckdb.DuckDBPyConnection, catalogue: str) -> int:
    """The least number of persons behind a figure of the release that is attached."""
    row = connection.execute(f"SELECT max(min_persons) FROM {qualified(f'{catalogue}.{RELEASE.name}')}").fetchone()
    return int(row[0] or 0) if row else 0


def _cells(change: Change, previous: str) -> tuple[object, ...]:
    column, cause, *rest = astuple(change)
    return (column, cause, previous, *rest)
