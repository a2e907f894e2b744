"""What is about to be published as cells: read beside the lake's own numbers, and written back when more is hidden."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import indicators
from warehouse.disclosure.families import FAMILIES, Count, Family
from warehouse.disclosure.system import Cell, Name, System, Variable
from warehouse.lake import registered
from warehouse.schema import SCENARIO_DIFFERENCES
from warehouse.sql import columns, identifier, qualified

ALL = "all"
WIDTH = 2.0
"""The least width of the interval of what tells of few persons: at least three whole numbers are possible."""
_ONE_COUNT = 5
"""Columns of a count in the query: number, persons, upper bound, whether it is few, whether its column is hidden."""


_WAYS = 2
"""What a boundary adds, and what it removes."""
_UNPUBLISHED = f"""
SELECT make_date(l.year, 1, 1), make_date(l.year, 12, 31), l.year::VARCHAR, l.municipality_code, l.scenario,
  l.other_scenario, l.reason, l.visits_added::DOUBLE, l.patients_added::DOUBLE, l.visits_removed::DOUBLE,
  l.patients_removed::DOUBLE
FROM lake.{SCENARIO_DIFFERENCES.name} AS l
ANTI JOIN {{catalogue}}.{SCENARIO_DIFFERENCES.name} AS b
  USING (year, municipality_code, scenario, other_scenario, reason)
WHERE l.municipality_code <> '{ALL}' AND l.reason = '{ALL}' AND l.scenario < l.other_scenario
  AND (l.patients_added BETWEEN 1 AND $least - 1 OR l.patients_removed BETWEEN 1 AND $least - 1)
ORDER BY ALL"""


@dataclass(frozen=True, slots=True)
class Row:
    """A published row: where it stands, and its cells."""

    family: Family
    time: tuple[date, date]
    key: Mapping[str, str]
    cells: Mapping[str, int]
    """Name of a count → its cell."""
    is_published: bool = True
    """Else it's what published rows differ by: not shown, and not to be worked out."""

    @property
    def area(self) -> tuple[str, str]:
        """Type and code; of a family without areas, of its municipality."""
        if self.family.has_areas:
            return self.key["area_type"], self.key["area_code"]
        code = self.key.get("municipality_code", ALL)
        return ("region", ALL) if code == ALL else ("municipality", code)

    def values(self, names: Sequence[str]) -> tuple[str, ...]:
        """What the row says in some columns of its key."""
        return tuple(self.key[name] for name in names)


class Published:
    """The rows of a release that is built, as a system of cells."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, catalogue: str, least: int) -> None:
        self.system = System()
        self.rows: list[Row] = []
        self.least = self.system.least = least
        self._connection, self._catalogue = connection, catalogue

    def read(self, municipalities: Collection[str], *, as_published: bool) -> None:
        """Read the rows of every family; `municipalities` are those that know their own persons.

        As published: what is hidden is hidden. Else it's still to be decided: a count that is hidden with its row alone
        is taken to be known, unless it needs hiding itself.
        """
        self.system.knowing = frozenset(municipalities)
        with registered(self._connection, {"hemvard_kinds": _kinds()}):
            for family in FAMILIES:
                for record in self._connection.execute(self._select(family), {"least": self.least}).fetchall():
                    self.rows.append(self._row(family, record, as_published=as_published))
            for record in self._connection.execute(
                _UNPUBLISHED.format(catalogue=identifier(self._catalogue)), {"least": self.least}
            ).fetchall():
                self.rows.append(self._near(record))

    def hide(self) -> None:
        """Write back what has been hidden beside the rows that were."""
        hidden: dict[tuple[str, tuple[str, ...]], list[Name]] = {}
        for row in self.rows:
            for name, index in row.cells.items():
                cell = self.system.cells[index]
                if cell.is_hidden:
                    hidden.setdefault((row.family.table.name, row.family.count(name).part), []).append(cell.name)
        for family in FAMILIES:
            for part in sorted({count.part for count in family.counts}):
                if names := hidden.get((family.table.name, part)):
                    self._write(family, part, names)
            for count in family.counts:
                if count.part:
                    self._follow(family, count)

    # reading

    def _select(self, family: Family) -> str:
        same = " AND ".join(f"l.{name} = b.{name}" for name in map(identifier, family.table.key))
        selected = [*family.time, "b.status = 'protected'", *(f"l.{identifier(name)}::VARCHAR" for name in family.key)]
        for count in family.counts:
            few = f"coalesce({count.persons} BETWEEN 1 AND $least - 1 OR ({count.is_few}), false)"
            hidden = f"b.{identifier(count.part[-1])} = 'protected'" if count.part else "b.status = 'protected'"
            number = f"CASE WHEN {count.told} THEN {count.number} END"
            numbers = (f"({each})::DOUBLE" for each in (number, count.persons, count.upper))
            selected += [*numbers, few, hidden]
        kinds = "JOIN hemvard_kinds AS d ON d.indicator_id = l.indicator_id AND d.version = l.version"
        return (
            f"SELECT {', '.join(selected)} FROM {qualified(f'{self._catalogue}.{family.table.name}')} AS b "
            f"JOIN {qualified(f'lake.{family.table.name}')} AS l ON {same} "
            f"{kinds if 'indicator_id' in family.key else ''} WHERE {family.rows} ORDER BY {columns(family.key, 'l')}"
        )

    def _row(self, family: Family, record: Sequence[Any], *, as_published: bool) -> Row:
        start, end, is_protected, *rest = record
        key = dict(zip(family.key, rest, strict=False))
        row = Row(family, (start, end), key, {})
        owner = row.area[1] if row.area[0] == "municipality" else None
        told = rest[len(family.key) :]
        counts = [told[place : place + _ONE_COUNT] for place in range(0, len(told), _ONE_COUNT)]
        is_alone = sum(not count.part for count in family.counts) == 1
        place, cells = len(self.rows), {}
        if is_protected:
            self.system.lost.add(place)
        for count, (number, persons, upper, few, hidden) in zip(family.counts, counts, strict=True):
            if number is not None:
                is_hidden = few or (hidden if as_published else is_protected and is_alone and not count.part)
                name = (family.table.name, *key.values(), count.name)
                cost = family.weight * max(1, int(persons or 0))
                cell = Cell(name, cost, owner, few, is_hidden, row=place, is_part=bool(count.part))
                cells[count.name] = self._add(cell, count, number, persons, upper)
        return Row(family, (start, end), key, cells)

    def _near(self, record: Sequence[Any]) -> Row:
        """What two boundaries differ by in a municipality, by few persons, where no row tells it."""
        family = next(family for family in FAMILIES if family.table is SCENARIO_DIFFERENCES)
        start, end, *rest = record
        key = dict(zip(family.key, rest, strict=False))
        counts, cells = family.counts[:_WAYS], {}
        told = rest[len(family.key) :]
        for count, (number, persons) in zip(counts, zip(told[::2], told[1::2], strict=True), strict=True):
            few = 1 <= persons < self.least
            cell = Cell((family.table.name, *key.values(), count.name), 1, key["municipality_code"], few, few)
            cell.row = len(self.rows)
            cells[count.name] = self._add(cell, count, number, persons, None if number else 0.0)
        return Row(family, (start, end), key, cells, is_published=False)

    def _add(self, cell: Cell, count: Count, number: float, persons: float | None, upper: float | None) -> int:
        """Add a cell: its number, and the persons behind it."""
        index = self.system.add(cell)
        width = WIDTH if upper is None else min(WIDTH, upper)
        self.system.measure(Variable(index, number, width, count.is_signed, upper))
        if persons is not None:
            most = 0.0 if upper == 0 else None
            self.system.measure(Variable(index, persons, WIDTH, upper=most))
        return index

    # writing

    def _write(self, family: Family, part: tuple[str, ...], names: Sequence[Name]) -> None:
        *hidden, status = part or (*family.table.names("persons", "additive", "ratio"), "status")
        nothing = ", ".join(f"{identifier(name)} = NULL" for name in hidden)
        target = qualified(f"{self._catalogue}.{family.table.name}")
        keys = zip(*(name[1:-1] for name in names), strict=True)
        table = {name: pa.array(list(values), pa.string()) for name, values in zip(family.key, keys, strict=True)}
        with registered(self._connection, {"hemvard_hidden": pa.table(table)}):
            for same in _directions(family):
                self._connection.execute(
                    f"UPDATE {target} AS t SET {nothing}, {identifier(status)} = 'protected' FROM hemvard_hidden AS h "
                    f"WHERE {same} AND t.{identifier(status)} <> 'protected'"
                )

    def _follow(self, family: Family, count: Count) -> None:
        """A part is hidden with its row, and in the rows in which it isn't told."""
        *hidden, status = (identifier(name) for name in count.part)
        nothing = ", ".join(f"{name} = NULL" for name in hidden)
        self._connection.execute(
            f"UPDATE {qualified(f'{self._catalogue}.{family.table.name}')} AS l SET {nothing}, {status} = 'protected' "
            f"WHERE l.status = 'protected' OR NOT ({count.told})"
        )


def _directions(family: Family) -> list[str]:
    """How a cell's rows are found; a difference of two boundaries stands in both directions."""
    ways = [{name: name for name in family.key}]
    if "other_scenario" in family.key:
        ways.append(ways[0] | {"scenario": "other_scenario", "other_scenario": "scenario"})
    return [
        " AND ".join(f"t.{identifier(name)}::VARCHAR = h.{identifier(way[name])}" for name in family.key)
        for way in ways
    ]


def _kinds() -> pa.Table:
    found = indicators.definitions()
    return pa.table(
        {
            "indicator_id": pa.array([entry.indicator_id for entry in found], pa.string()),
            "version": pa.array([entry.version for entry in found], pa.int16()),
            "kind": pa.array([entry.kind for entry in found], pa.string()),
        }
    )
