"""restatements: each published figure that is not what it was, as a sum of causes.

The causes are the parts that releases are made of (`tasks/states.py`), in their order. What the exchange of one part
changes in a figure is that part's change; added up they are the figure's whole change, to the last decimal. Where the
state between two exchanges shows no number – its row is hidden or isn't there, or so few persons part it from its
neighbour that the two beside each other would tell of them – these causes stand together: `deliveries+boundary`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb

from regions.errors import DataError
from tasks.protect import BUILD
from tasks.run import Run
from tasks.states import Between, Side, between, side_of
from tasks.tables import insert
from warehouse.columns import Table
from warehouse.releases import DATABASE, in_force, manifest_of
from warehouse.schema import PUBLISHED, RELEASE, RESTATEMENTS, SCENARIO_DIFFERENCES
from warehouse.sql import columns, identifier, literal, qualified

STATUS = "status"
WITH = "+"
"""Between causes that stand together."""
_SHOWN, _HIDDEN, _MISSING = "ok", "protected", "missing"
_SCHEMAS = ("volumes.", "indicators.results", "equalisation.")
_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "DOUBLE")
_EXACT = "DECIMAL(38,12)"
WHOLE = "all"
_DELIVERIES = "deliveries"
_OF_RULES = {"boundary", "definition", "code"}
"""The causes that change which of the delivered visits are counted."""
_OF_PERSONS = {_DELIVERIES, *_OF_RULES}
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


def told_states(
    stands: Sequence[Stand | None], causes: Sequence[str], counted: Sequence[int], min_persons: int
) -> Told:
    """The states of a row whose numbers may stand beside each other: first, last, and of the others the shown.

    One that is as the first or the last tells nothing more. Any other is not told where another rule alone – boundary,
    definition, code – parts it from a told state, and a count of it differs by fewer than the least number of persons:
    the two beside each other would tell of them. What deliveries part is told as it is between any two releases.
    """
    ends, end = _ends(stands), len(stands) - 1
    known = [(number, stand) for number, stand in enumerate(stands) if stand and (stand.is_shown or number in (0, end))]
    told = {number: stand for number, stand in known if number in (0, end) or stand in ends}
    for number, stand in known:
        if number not in told and not any(
            _is_of_rules(causes, number, other) and _near(stand, beside, counted, min_persons)
            for other, beside in told.items()
        ):
            told[number] = stand
    return tuple(sorted(told))


def _is_of_rules(causes: Sequence[str], one: int, other: int) -> bool:
    """Whether what lies between two states is how the same deliveries are counted."""
    between_them = set(causes[min(one, other) : max(one, other)])
    return bool(_OF_RULES & between_them) and _DELIVERIES not in between_them


def _near(one: Stand, other: Stand, counted: Sequence[int], min_persons: int) -> bool:
    pairs = [(one.figure(place), other.figure(place)) for place in counted]
    return any(a is not None and b is not None and 0 < abs(a - b) < min_persons for a, b in pairs)


def _of_changes(told: Sequence[tuple[object, ...] | None], causes: Sequence[str]) -> str:
    """The causes at which what is told of a row changes, over the states that are known."""
    known = [number for number, entry in enumerate(told) if entry]
    changing = [(one, other) for one, other in pairwise(known) if told[one] != told[other]]
    return WITH.join(cause for one, other in changing for cause in causes[one:other])


@dataclass(frozen=True)
class StandingRow:
    """A row that is not the same in every state."""

    figures: Figures
    key: str
    stands: tuple[Stand | None, ...]
    is_whole: bool
    """Whether it is of the whole county, and undivided: its table has no row that it is a part of."""

    def own(self) -> Iterator[int]:
        """The states that show it otherwise than the first and the last do."""
        ends = _ends(self.stands)
        between_them = enumerate(self.stands[1:-1], 1)
        return (number for number, stand in between_them if stand and stand.is_shown and stand not in ends)

    def steps(self, number: int) -> Iterator[Decimal]:
        """How far the first of its counts lies from those of the first and the last state."""
        stand, place = self.stands[number], self.figures.counted[0]
        own = stand.figure(place) if stand else None
        ends = (end.figure(place) for end in _ends(self.stands))
        return (own - end for end in ends if own is not None and end is not None and own != end)


@dataclass(frozen=True)
class Telling:
    """In which states the rows of all tables may be told where they stand otherwise than first and last."""

    whole: frozenset[int]
    """Those of the whole county."""
    parts: frozenset[int]
    """Those that are parts of others, too."""


def telling(rows: Iterable[StandingRow], causes: Sequence[str], min_persons: int) -> Telling:
    """What may be told without telling, by subtraction, of a row that may not. Pure.

    Where any row that counts persons is too near another state's, no part is told in that state, for the whole less
    the other parts would be that row. Where a whole is too near, or all its change may be that row's, nothing is: its
    months and tables add up. How boundaries differ is told row by row, as in a release: it follows from their totals.
    """
    whole, parts = set(range(len(causes) + 1)), set(range(len(causes) + 1))
    counting = [row for row in rows if row.figures.counted]
    few: set[tuple[Table, int, Decimal]] = set()
    for row in counting:
        untold = set(row.own()) - {*told_states(row.stands, causes, row.figures.counted, min_persons)}
        parts -= untold
        if row.figures.table is SCENARIO_DIFFERENCES:
            continue
        whole -= untold if row.is_whole else set()
        few |= {(row.figures.table, number, step) for number in untold for step in row.steps(number)}
    for row in counting:
        if row.is_whole:
            whole -= {n for n in row.own() if any((row.figures.table, n, step) in few for step in row.steps(n))}
    return Telling(frozenset(whole), frozenset(parts & whole))


def told_of(row: StandingRow, may: Telling, causes: Sequence[str], min_persons: int) -> Told:
    """The states whose numbers are told of a row. Pure.

    Kronor and posts have no counts beside them. Where causes of persons lie on both sides of a state they rest on
    visits that neither release counts so: then they are told of the whole county alone.
    """
    allowed = may.whole if row.is_whole else may.parts

    def is_told(number: int) -> bool:
        is_of_persons = all(_OF_PERSONS & set(side) for side in (causes[:number], causes[number:]))
        if not row.figures.counted:
            return not is_of_persons or (row.is_whole and number in may.whole)
        return number in allowed

    own = set(row.own())
    told = told_states(row.stands, causes, row.figures.counted, min_persons)
    return tuple(number for number in told if number not in own or is_told(number))


@dataclass(frozen=True)
class Restated:
    """A row of `meta.restatements`, but for the release before."""

    table_name: str
    row_key: str
    change: Change


def restated(
    connection: duckdb.DuckDBPyConnection, catalogues: Sequence[str | None], causes: Sequence[str], min_persons: int
) -> Iterator[Restated]:
    """Every change between databases that are attached: one more than the causes, None for one that isn't there.

    DataError where figures differ though nothing does that they are made of.
    """
    rows = [row for table in tables_of_figures() for row in _rows(connection, figures_of(table), catalogues)]
    if rows and not causes:
        raise DataError(
            f"{len(rows)} rows are not what they were, though nothing is that they are made of.",
            where=f"{rows[0].figures.table.name}, {rows[0].key}",
            todo="The same inputs must give the same figures: report it with this row.",
        )
    may = telling(rows, causes, min_persons)
    for row in rows:
        told = told_of(row, may, causes, min_persons)
        for change in changes_of(row.stands, causes, row.figures.names, told):
            yield Restated(row.figures.table.name, row.key, change)


def _rows(
    connection: duckdb.DuckDBPyConnection, figures: Figures, catalogues: Sequence[str | None]
) -> Iterator[StandingRow]:
    """The rows of a table that are not the same in every state, by their keys as text."""
    _find_changed(connection, figures, [each for each in catalogues if each])
    found = [_stands(connection, figures, each) if each else None for each in catalogues]
    connection.execute("DROP TABLE hemvard_changed")
    keys = sorted({key for each in found if each for key in each})
    parted = {name for key in keys for name, value in _parts(key) if value == WHOLE}
    for key in keys:
        stands = tuple(each.get(key, Stand()) if each is not None else None for each in found)
        yield StandingRow(figures, key, stands, _is_whole(key, parted))


def _is_whole(key: str, parted: Collection[str]) -> bool:
    """Whether a row is no part of another, by the columns in which others of its table read `all`."""
    places = dict(_parts(key))
    areas = places.get("area_type", "region") == "region" and places.get("municipality_code", WHOLE) == WHOLE
    return areas and all(places[name] == WHOLE for name in parted)


def _parts(key: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (part.partition("=") for part in key.split(", "))]


def _find_changed(connection: duckdb.DuckDBPyConnection, figures: Figures, catalogues: Sequence[str]) -> None:
    """Make `hemvard_changed`: the keys of the rows that are not the same in all of them."""
    one, *others = (_read(connection, figures, catalogue) for catalogue in catalogues)
    unlike = " UNION ALL ".join(f"({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one})" for other in others)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE hemvard_changed AS SELECT DISTINCT {columns(figures.table.key)} FROM ({unlike})"
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
    status = f"coalesce({identifier(STATUS)}, {literal(_SHOWN)})" if STATUS in has else literal(_SHOWN)
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
