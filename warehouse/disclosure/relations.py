"""What of the published rows adds up to what.

* a row that reads `all` in a dimension is the sum of the rows that name each of its values;
* a region is the sum of its county parts, its municipalities, or its health centres; a county part of its
  municipalities;
* a period is the sum of its months;
* the difference of two boundaries is what the total of one has beyond the other's;
* rows of different tables that tell the same number of visits and persons of one place and period tell the same ones.

Where a total has a little that no part has – persons of unknown age, say – it is taken to be known: an attacker may
know it. Over time that would not do: the persons of a year are fewer than those of its months.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from warehouse.disclosure.cells import ALL, WIDTH, Published, Row
from warehouse.disclosure.families import ADDED, REMOVED, UNPLANNED, VISITS
from warehouse.disclosure.system import Cell, System, Variable
from warehouse.schema import SCENARIO_DIFFERENCES, SCENARIO_TOTALS, VISITS_MONTH, VISITS_YEAR

_Place = tuple[object, ...]
_Sum = tuple[Row, list[Row]]
_NUMBER = 0
"""Which of a cell's variables is the number; the other is the persons behind it."""
_NEARLY = 1e-6
_PLACES, _PERSONS = 3, 100
"""In how many places two series must tell the same to be taken for one; or of how many persons in a single one."""


def relate(published: Published, county_parts: Mapping[str, str], boundaries: Sequence[str]) -> None:
    """Add the equations between the rows of a release to its system.

    `county_parts`: municipality → the part that it is in. `boundaries`: in their order, the one that matters most
    first.
    """
    rows, system = [row for row in published.rows if row.is_published], published.system
    for total, parts in (*_over_dimensions(rows), *_over_areas(rows, county_parts)):
        _add_up(system, total, parts)
    for total, parts in _over_time(rows):
        _add_up_over_time(system, total, parts)
    for longer, shorter in _overlapping(rows):
        _add_rest(system, longer, shorter)
    _between_boundaries(system, published.rows, boundaries)
    _between_tables(published)


def _place(row: Row, **changed: str) -> _Place:
    """Where a row stands; with other values in some columns of its key, where another one does."""
    return (row.family.table.name, row.time, *(dict(row.key) | changed).values())


def _over_dimensions(rows: Sequence[Row]) -> Iterator[_Sum]:
    known = {_place(row): row for row in rows}
    sums: dict[tuple[_Place, str], list[Row]] = defaultdict(list)
    for row in rows:
        for name in row.family.dimensions:
            if row.key[name] != ALL and (place := _place(row, **{name: ALL})) in known:
                sums[place, name].append(row)
    yield from ((known[place], parts) for (place, _), parts in sums.items())


def _over_areas(rows: Sequence[Row], county_parts: Mapping[str, str]) -> Iterator[_Sum]:
    areas = [row for row in rows if row.family.has_areas]
    known = {_place(row): row for row in areas if row.area[0] in ("region", "county_part")}
    codes = {row.area[1] for row in areas if row.area[0] == "region"}
    sums: dict[tuple[_Place, str], list[Row]] = defaultdict(list)
    for row in areas:
        for kind, area in _ways_up(row, codes, county_parts):
            if (place := _place(row, **area)) in known:
                sums[place, kind].append(row)
    # Where no county part is published, those outside any are no sum of the region.
    with_parts = {place for (place, _), parts in sums.items() if any(part.area[0] == "county_part" for part in parts)}
    yield from (
        (known[place], parts) for (place, kind), parts in sums.items() if kind != "county_part" or place in with_parts
    )


def _ways_up(row: Row, regions: Iterable[str], county_parts: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The sums that an area is a part of: by which kind of part, and the larger area."""
    kind, code = row.area
    for region in sorted(regions) if kind != "region" else ():
        whole = {"area_type": "region", "area_code": region}
        yield kind, whole
        if kind == "municipality" and code not in county_parts:
            yield "county_part", whole
    if kind == "municipality" and code in county_parts:
        yield kind, {"area_type": "county_part", "area_code": county_parts[code]}


def _over_time(rows: Sequence[Row]) -> Iterator[_Sum]:
    """Periods and the months in them; the years of one table and the months of another."""
    months: dict[_Place, list[Row]] = defaultdict(list)
    for row in rows:
        if _is_month(row.time):
            months[_timeless(row)].append(row)
    for row in rows:
        if not _is_month(row.time) and (parts := _within(row.time, months.get(_months_of(row), ()))):
            yield row, parts


def _overlapping(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Two periods, one within the other, of which no months are told."""
    places: dict[_Place, list[Row]] = defaultdict(list)
    for row in rows:
        places[_timeless(row)].append(row)
    for periods in places.values():
        if not any(_is_month(row.time) for row in periods):
            yield from (
                (longer, shorter)
                for longer in periods
                for shorter in periods
                if longer.time != shorter.time and _within(longer.time, [shorter])
            )


def _add_rest(system: System, longer: Row, shorter: Row) -> None:
    """What the longer period has beyond the shorter one is a cell that no row tells, where it is of few visits."""
    for name, cell in longer.cells.items():
        if name not in shorter.cells:
            continue
        number, part = _number(system, cell), _number(system, shorter.cells[name])
        rest = _rest(system, number, [part])
        if 1 <= rest < system.least:
            whole = system.cells[cell]
            index = system.add(Cell((*whole.name, *map(str, shorter.time), "rest"), 1, whole.owner, True, True))
            system.relate(number, [part, system.measure(Variable(index, rest, WIDTH))])


def _is_month(time: tuple[date, date]) -> bool:
    return time[0].replace(day=1) == time[1].replace(day=1)


def _within(time: tuple[date, date], months: Iterable[Row]) -> list[Row]:
    return [row for row in months if time[0] <= row.time[0] and row.time[1] <= time[1]]


def _timeless(row: Row) -> _Place:
    return (row.family.table.name, row.area, *row.values(row.family.stratum), *row.values(row.family.dimensions))


def _months_of(row: Row) -> _Place:
    """Where the months of a period stand: of a year of all visits, in the table of months."""
    if row.family.table is not VISITS_YEAR:
        return _timeless(row)
    both = ("municipality_code", "care_form")
    if any(row.key[name] != ALL for name in row.family.dimensions if name not in both):
        return ()
    return (VISITS_MONTH.name, row.area, *row.values(both), ALL, ALL)


def _add_up(system: System, total: Row, parts: Sequence[Row]) -> None:
    """An equation for each number, and for the persons behind it unless some of them are in several parts."""
    for name, cell in total.cells.items():
        found = [system.cells[part.cells[name]].variables for part in parts if name in part.cells]
        for position, variable in enumerate(system.cells[cell].variables if found else ()):
            parts_of_it = [variables[position] for variables in found]
            if position == _NUMBER or _rest(system, variable, parts_of_it) >= 0:
                system.relate(variable, parts_of_it)


def _add_up_over_time(system: System, total: Row, parts: Sequence[Row]) -> None:
    """An equation for each number that is the sum of its months' indeed: persons aren't."""
    for name, cell in total.cells.items():
        number, found = (
            _number(system, cell),
            [_number(system, part.cells[name]) for part in parts if name in part.cells],
        )
        if found and abs(_rest(system, number, found)) < _NEARLY:
            system.relate(number, found)


def _number(system: System, cell: int) -> int:
    return system.cells[cell].variables[_NUMBER]


def _rest(system: System, total: int, parts: Sequence[int]) -> float:
    """What a total has beyond its parts."""
    return system.variables[total].value - sum(system.variables[part].value for part in parts)


def _between_boundaries(system: System, rows: Sequence[Row], order: Sequence[str]) -> None:
    """What the other boundary's total has beyond the first's is what it adds less what it removes."""
    names = ("year", "municipality_code", "scenario")
    totals = {row.values(names): row for row in rows if row.family.table is SCENARIO_TOTALS}
    for row in totals.values():  # to lose an earlier boundary is worse than to lose all later ones
        for cell in row.cells.values():
            system.cells[cell].cost <<= len(order) - order.index(row.key["scenario"])
    for row in rows:
        if row.family.table is SCENARIO_DIFFERENCES:
            year, code, *_ = row.values(names)
            pair = [totals.get((year, code, row.key[name])) for name in ("scenario", "other_scenario")]
            if pair[0] and pair[1]:
                first, other = pair[0], pair[1]
                if row.key["reason"] == ALL:
                    _set_between(
                        system, row, sorted((first, other), key=lambda total: order.index(total.key["scenario"]))
                    )
                    _differ(system, row, first, other)


def _set_between(system: System, row: Row, totals: Sequence[Row]) -> None:
    """Where what two boundaries differ by has to be hidden, the later one's total is, beside all others too."""
    for name, cell in row.cells.items():
        first, later = (total.cells[UNPLANNED if name == UNPLANNED else VISITS] for total in totals)
        system.cells[cell].between = (first, later)


def _differ(system: System, row: Row, first: Row, other: Row) -> None:
    visits = [(other.cells[VISITS], 1), (first.cells[VISITS], -1), (row.cells[ADDED], -1), (row.cells[REMOVED], 1)]
    unplanned = [(other.cells.get(UNPLANNED), 1), (first.cells.get(UNPLANNED), -1), (row.cells.get(UNPLANNED), -1)]
    for terms in (visits, unplanned) if row.is_published else (visits,):
        system.equations.append(tuple((_number(system, cell), sign) for cell, sign in terms if cell is not None))


def _between_tables(published: Published) -> None:
    """Series that tell the same wherever both are published are taken to tell the same visits."""
    series = _series(published)
    for one, another in _alike(series, published.least):
        for place in sorted(series[one].keys() & series[another].keys(), key=str):
            cells = (series[one][place][0], series[another][place][0])
            pairs = zip(*(published.system.cells[cell].variables for cell in cells), strict=True)
            for variable, its in pairs:
                published.system.relate(variable, [its])


_Series = dict[_Place, tuple[int, tuple[float, ...]]]
"""Period and area → cell, and what it tells: number and persons."""


def _series(published: Published) -> dict[_Place, _Series]:
    """What a table counts of one kind, over periods and areas."""
    system = published.system
    found: dict[_Place, _Series] = defaultdict(dict)
    for row in (row for row in published.rows if row.is_published):
        aside = ("municipality_code", "area_type", "area_code", "period", "year", "period_start", "period_end")
        kind = tuple(value for name, value in row.key.items() if name not in aside)
        area = ALL if row.area[0] == "region" else row.area
        for name, cell in row.cells.items():
            values = tuple(system.variables[variable].value for variable in system.cells[cell].variables)
            if len(values) > 1:
                found[row.family.table.name, *kind, name][row.time, area] = (cell, values)
    return found


def _alike(series: Mapping[_Place, _Series], least: int) -> Iterator[tuple[_Place, _Place]]:
    """Pairs of series that agree wherever both stand, in places enough, or of persons enough, to be no coincidence."""
    same: dict[_Place, list[_Place]] = defaultdict(list)
    for kind, numbers in series.items():
        for place, (_, values) in numbers.items():
            if values[1] >= least:
                same[*place, *values].append(kind)
    pairs = {pair for kinds in same.values() for pair in pairwise(sorted(kinds, key=str))}
    for one, another in sorted(pairs, key=str):
        places = series[one].keys() & series[another].keys()
        told = [(series[one][place][1], series[another][place][1]) for place in places]
        enough = [first for first, _ in told if first[1] >= least]
        if all(first == other for first, other in told) and (
            len(enough) >= _PLACES or max((first[1] for first in enough), default=0) >= _PERSONS
        ):
            yield one, another
