"""Full-time equivalents in four ways: from HR, from the time of visits, by norm, and as agreed.

The rows of `volumes.staffing`. In each of them every row is, to the last decimal, the sum of its parts: `all` of the
municipalities (0000 among them), of the professions, and of the employers where these are known. What rests on few
persons is never shown as a cell of its own: see `folded`. Formulas: `equalisation.staffing`, docs/maths.md.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, product
from typing import Literal, TypeVar

import duckdb

from equalisation.exact import rounded
from equalisation.staffing import (
    ALL,
    PLACES,
    WorkingTime,
    fte_of_norm,
    fte_of_volume,
    mean_minutes,
    reconciled,
    split_totals,
    whole_minutes,
)
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY, Basis
from regions.parameters import weakest
from regions.source import VISITS
from regions.staffing import AgreedPosts, Norm, Volume
from tasks.compute import bound_of
from tasks.near_boundaries import BOUNDARIES, read_apart, without_own_numbers
from tasks.register import register, waiting
from warehouse.lake import registered
from warehouse.ledger import read_ledger
from warehouse.model_files import composed

Method = Literal["hr", "volume", "norm", "agreed"]
NOWHERE = "0000"
OTHER = "other"
"""The profession under which those with few patients stand."""
_NOVEMBER = 11
_STEP = Decimal(1).scaleb(-PLACES)
_YEARS = """
SELECT DISTINCT make_date(year(month), 1, 1) AS period_start, make_date(year(month), 12, 31) AS period_end
FROM lake.volumes.cube
WHERE $year IS NULL OR year(month) = $year"""
_Cell = tuple[str, str]
"""Municipality and profession."""
_StatusOf = Callable[[int, str], str]
"""The status of what rests on a year's visits in a municipality."""
_Known = frozenset[tuple[Basis, str]]
"""How each value behind a figure is known, and where it is from."""
_Key = TypeVar("_Key", bound=Hashable)
_Number = TypeVar("_Number", int, Fraction)


@dataclass(frozen=True)
class StaffingRow:
    """A row of `volumes.staffing`; its columns are the contract's. Posts with four decimals."""

    year: int
    municipality_code: str
    profession: str
    scenario: str
    method: Method
    party: str
    fte: Decimal | None
    headcount: int | None
    basis: str
    source: str
    status: str


@dataclass(frozen=True)
class Work:
    """A row of `work_by_scenario.sql`: what is done within a boundary in a year, for so many persons."""

    year: int
    scenario: str
    municipality_code: str
    profession: str
    months: int
    visits: int
    minutes: int
    visits_with_minutes: int
    patients: int
    patients_in_home_health_care: int


@dataclass(frozen=True)
class _Posts:
    """A row of `posts.sql`, with the employer."""

    month: date
    party: str
    title_sv: str
    cell: _Cell
    fte: Decimal
    headcount: int | None


def staffing_rows(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, as_of: date) -> list[StaffingRow]:
    """The rows of `volumes.staffing`, by year, scenario, method, employer, municipality and profession.

    `as_of`: the day on which deliveries that are expected are found to be missing; then rows are preliminary.
    A region without `staffing.yaml` has rows from HR alone.
    """
    lacking = _lacking(connection, folder, as_of)
    rows = list(_delivered(_read_posts(connection, folder), folder, lacking))
    if folder.staffing is not None:
        status_of, minimum = _status_of_visits(folder, lacking), folder.publication.min_persons
        done = read_work(connection, folder)
        near = _near(connection, folder, done)
        work = {key: _Boundary(group, minimum, status_of, near[key]) for key, group in done.items()}
        for boundary in work.values():
            rows += boundary.by_volume(folder.staffing.volume) if folder.staffing.volume else ()
            rows += boundary.by_norm(folder.staffing.norms) if folder.staffing.norms else ()
        for agreed in folder.staffing.agreed:
            rows += _agreed(agreed, work, status_of)
    return sorted(rows, key=_order)


def _order(row: StaffingRow) -> tuple[object, ...]:
    return row.year, row.scenario, row.method, row.party, row.municipality_code, row.profession


def folded(persons: Mapping[str, int], minimum: int, into: str) -> frozenset[str]:
    """Which of the codes are to be counted under `into`, so that no code shows what rests on fewer persons. Pure.

    Those with 1 … minimum − 1 persons; and the next larger one with them, where else these few would stand alone
    under `into`, and could be read as the total less the others.
    """
    small = {code for code, count in persons.items() if code != into and count < minimum}
    held = persons.get(into, 0)
    if held >= minimum or not (small or held):
        return frozenset(small)
    larger = sorted((count, code) for code, count in persons.items() if code != into and code not in small)
    return frozenset(small | {code for _, code in larger[:1]})


# deliveries


def _lacking(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, as_of: date) -> set[tuple[str, date]]:
    """Counting sources and months for which an expected delivery is not in the lake."""
    entries = register(folder, read_ledger(connection), as_of)
    return {(source.id, month.first) for source, month in waiting(entries) if source.role == "counting"}


def _status_of_visits(folder: RegionFolder, lacking: Iterable[tuple[str, date]]) -> _StatusOf:
    sources = folder.sources_by_id
    visits = [(sources[source_id], month.year) for source_id, month in lacking if sources[source_id].subject == VISITS]
    waited = {(year, code) for source, year in visits for code in folder.municipalities_of(source)}
    # whose visits these are isn't known before they come
    waited |= {(year, code) for _, year in visits for code in (ALL, NOWHERE, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY)}
    return lambda year, code: "preliminary" if (year, code) in waited else "ok"


def _read_posts(connection: duckdb.DuckDBPyConnection, folder: RegionFolder) -> list[_Posts]:
    posts = []
    found = connection.execute(composed("volumes/posts")).fetchall()
    for month, source_id, municipality, profession, fte, headcount in found:
        source = folder.sources_by_id[source_id]
        cell = (municipality, profession)
        posts.append(_Posts(month, source.principal.value, source.title_sv, cell, fte, headcount))
    return posts


def read_work(
    connection: duckdb.DuckDBPyConnection, folder: RegionFolder, year: int | None = None
) -> dict[tuple[int, str], list[Work]]:
    """What is done within each boundary, by year and scenario: of one year, or of all."""
    bound = bound_of(folder).tables
    years = connection.execute(_YEARS, {"year": year}).to_arrow_table()
    tables = {"hemvard_windows": years, **{name: bound[name] for name in BOUNDARIES}}
    with registered(connection, tables):
        found = connection.execute(composed("volumes/work_by_scenario")).fetchall()
    rows = [Work(*row) for row in sorted(found)]
    return {key: list(group) for key, group in groupby(rows, key=lambda work: (work.year, work.scenario))}


def _near(
    connection: duckdb.DuckDBPyConnection, folder: RegionFolder, done: Mapping[tuple[int, str], Sequence[Work]]
) -> dict[tuple[int, str], frozenset[str]]:
    """Year and boundary → the municipalities that have no posts of their own, for few persons part it from another."""
    scenarios, least = [scenario.id for scenario in folder.scenarios], folder.publication.min_persons
    near: dict[tuple[int, str], frozenset[str]] = {}
    for year in sorted({year for year, _ in done}):
        whole = {name: [row for row in done.get((year, name), ()) if row.profession == ALL] for name in scenarios}
        patients = {name: {row.municipality_code: row.patients for row in rows} for name, rows in whole.items()}
        size = {code: Fraction(max(of.get(code, 0) for of in patients.values())) for code in _places(patients)}
        counted = {name: {code: of[code] for code in of if code in size} for name, of in patients.items()}
        apart = read_apart(connection, folder, year)
        found = without_own_numbers(scenarios, scenarios, counted, apart, size, least, {})
        near |= {(year, name): codes for name, codes in found.items()}
    return near


def _places(patients: Mapping[str, Mapping[str, int]]) -> set[str]:
    """The municipalities of any boundary, in which somebody is."""
    return {code for of in patients.values() for code in of} - {ALL, NOWHERE}


# from HR


def _delivered(posts: Iterable[_Posts], folder: RegionFolder, lacking: set[tuple[str, date]]) -> Iterator[StaffingRow]:
    """Posts as delivered, by employer and of all of them; sums of what was delivered, so nothing is rounded."""
    sources = [source for source in folder.sources if source.subject == "staffing"]
    for month, group in groupby(posts, key=lambda entry: entry.month):
        of_month = list(group)
        late = {source.principal.value for source in sources if (source.id, month) in lacking}
        for party in sorted({ALL, *(entry.party for entry in of_month)}):
            own = [entry for entry in of_month if party in (ALL, entry.party)]
            is_late = party in late or (party == ALL and bool(late))
            status = "preliminary" if is_late or month.month != _NOVEMBER else "ok"
            yield from _delivered_of(party, own, status)


def _delivered_of(party: str, posts: Sequence[_Posts], status: str) -> Iterator[StaffingRow]:
    source = "; ".join(sorted({entry.title_sv for entry in posts}))
    by_cell: dict[_Cell, list[_Posts]] = {}
    for entry in posts:
        for cell in product((entry.cell[0], ALL), (entry.cell[1], ALL)):
            by_cell.setdefault(cell, []).append(entry)
    for (municipality, profession), entries in by_cell.items():
        yield StaffingRow(
            year=posts[0].month.year,
            municipality_code=municipality,
            profession=profession,
            scenario=ALL,
            method="hr",
            party=party,
            fte=sum((entry.fte for entry in entries), Decimal(0)).quantize(_STEP),
            headcount=_headcount(entries),
            basis=Basis.DELIVERED.value,
            source=source,
            status=status,
        )


def _headcount(posts: Iterable[_Posts]) -> int | None:
    """The sum, if every row has one."""
    counts = [entry.headcount for entry in posts]
    return None if None in counts else sum(count for count in counts if count is not None)


# from visits and patients


class _Boundary:
    """A year's work within a boundary, and the posts reckoned from it."""

    def __init__(self, work: Sequence[Work], minimum: int, status_of: _StatusOf, near: frozenset[str]) -> None:
        by_cell = {(entry.municipality_code, entry.profession): entry for entry in work}
        self._total = by_cell[ALL, ALL]
        self._cells = {cell: entry for cell, entry in by_cell.items() if ALL not in cell}
        self._professions = [entry for (code, name), entry in by_cell.items() if code == ALL != name]
        self._municipalities = [entry for (code, name), entry in by_cell.items() if name == ALL != code]
        self._minimum = minimum
        self._status_of = status_of
        self._near = near
        """Municipalities whose posts beside those of another boundary would tell of few persons."""

    def by_volume(self, volume: Volume) -> Iterator[StaffingRow]:
        """Posts that the minutes of the visits need, and the travel to them."""
        names = self._names()
        known = {profession: self._from_visits | _known_of(volume, profession) for profession in names}
        if self._total.patients < self._minimum or not self._total.visits_with_minutes:
            status = "protected" if self._total.patients < self._minimum else "missing"
            yield self._row("volume", (ALL, ALL), None, _united(known.values()), status)
            return
        for cell, fte in reconciled(self._shown(self._fte_of_volume(volume), names)).items():
            behind = (known[profession] for profession, name in names.items() if cell[1] in (ALL, name))
            yield self._row("volume", cell, fte, _united(behind))

    def by_norm(self, norms: Sequence[Norm]) -> Iterator[StaffingRow]:
        """Posts for the patients in home health care; `all` professions are those that have a norm.

        The posts are those of the total's own number of patients, split by the municipalities' numbers: a patient
        of two municipalities is one patient of the total.
        """
        patients = self._total.patients_in_home_health_care
        known = {norm.profession: self._from_visits | {(norm.basis, norm.source)} for norm in norms}
        if patients < self._minimum:
            if patients:
                yield self._row("norm", (ALL, ALL), None, _united(known.values()), "protected")
            return
        posts = {norm.profession: fte_of_norm(patients, Fraction(norm.patients_per_post)) for norm in norms}
        totals = {profession: rounded(fte, PLACES) for profession, fte in posts.items()}
        found = {entry.municipality_code: entry.patients_in_home_health_care for entry in self._municipalities}
        counts = {code: count for code, count in found.items() if count}
        for cell, fte in _split(totals, self._gathered(counts, counts)).items():
            yield self._row("norm", cell, fte, _united(known[name] for name in known if cell[1] in (ALL, name)))

    def visits_by_municipality(self) -> dict[str, int]:
        """Visits by municipality where care is given, those of few patients under 0000; empty for too few in all."""
        if self._total.patients < self._minimum:
            return {}
        visits = {entry.municipality_code: entry.visits for entry in self._municipalities}
        return self._gathered(visits, {entry.municipality_code: entry.patients for entry in self._municipalities})

    @property
    def _from_visits(self) -> _Known:
        return frozenset({(Basis.DELIVERED, f"Levererade besök under {self._total.months} av årets 12 månader")})

    def _fte_of_volume(self, volume: Volume) -> dict[_Cell, Fraction]:
        """Posts of each cell, unrounded. Visits without a duration get the profession's mean, or else that of all."""
        with_minutes = {entry.profession: entry for entry in self._professions if entry.visits_with_minutes}
        posts = {}
        for cell, entry in self._cells.items():
            among = with_minutes.get(entry.profession, self._total)
            mean = mean_minutes(Fraction(among.minutes), among.visits_with_minutes)
            minutes = whole_minutes(Fraction(entry.minutes), entry.visits, entry.visits_with_minutes, mean)
            posts[cell] = fte_of_volume(minutes, _working_time(volume, entry.profession), self._total.months)
        return posts

    def _names(self) -> dict[str, str]:
        """Profession → that under which it is shown: its own, or `other` where it has few patients."""
        persons = {entry.profession: entry.patients for entry in self._professions}
        hidden = folded(persons, self._minimum, OTHER)
        return {profession: OTHER if profession in hidden else profession for profession in persons}

    def _shown(self, posts: Mapping[_Cell, Fraction], names: Mapping[str, str]) -> dict[_Cell, Fraction]:
        """The cells that may be shown: none of them rests on few patients, and all posts are among them.

        Several professions' cells under one name have at least as many patients as the largest of them.
        """
        renamed = _summed(((code, names[profession]), fte) for (code, profession), fte in posts.items())
        shown: dict[_Cell, Fraction] = {}
        for name in sorted(set(names.values())):
            persons: dict[str, int] = {}
            for (code, profession), entry in self._cells.items():
                if names[profession] == name:
                    persons[code] = max(persons.get(code, 0), entry.patients)
            own = {code: fte for (code, profession), fte in renamed.items() if profession == name}
            shown |= {(code, name): fte for code, fte in self._gathered(own, persons).items()}
        return shown

    def _gathered(self, values: Mapping[str, _Number], persons: Mapping[str, int]) -> dict[str, _Number]:
        """Values by municipality, those of municipalities with few persons under 0000."""
        hidden = folded(persons, self._minimum, NOWHERE) | self._near
        return _summed((NOWHERE if code in hidden else code, value) for code, value in values.items())

    def _row(
        self, method: Method, cell: _Cell, fte: Decimal | None, known: _Known, status: str | None = None
    ) -> StaffingRow:
        """A row of this boundary; no employer is known of it."""
        status = status or self._status_of(self._total.year, cell[0])
        basis, source = _ground(known)
        return StaffingRow(self._total.year, *cell, self._total.scenario, method, ALL, fte, None, basis, source, status)


def _known_of(volume: Volume, profession: str) -> _Known:
    return frozenset((value.basis, value.source) for value in volume.of(profession))


def _working_time(volume: Volume, profession: str) -> WorkingTime:
    return WorkingTime(*(Fraction(value.value) for value in volume.of(profession)))


# as agreed


def _agreed(
    agreed: AgreedPosts, work: Mapping[tuple[int, str], _Boundary], status_of: _StatusOf
) -> Iterator[StaffingRow]:
    """Agreed posts, of the employer whose they become and of all, split by the visits of a year if the file says so."""
    split = agreed.split
    boundary = work.get((split.by_visits_of, agreed.scenario)) if split else None
    weights = boundary.visits_by_municipality() if boundary else {}
    for (municipality, profession), fte in _split(agreed.professions, weights or {NOWHERE: 1}).items():
        is_split = split is not None and bool(weights) and municipality != ALL
        known = {(agreed.basis, agreed.source)} | ({(split.basis, split.source)} if split and is_split else set())
        status = status_of(split.by_visits_of, municipality) if split and is_split else "ok"
        basis, source = _ground(frozenset(known))
        for party in (ALL, agreed.party.value):
            yield StaffingRow(
                agreed.year,
                municipality,
                profession,
                agreed.scenario,
                "agreed",
                party,
                fte,
                None,
                basis,
                source,
                status,
            )


def _split(totals: Mapping[str, Decimal], weights: Mapping[str, int]) -> dict[_Cell, Decimal]:
    """Each profession's total by the same weights of municipalities, with the rows `all`."""
    cells = {(code, profession): Fraction(weight) for code, weight in weights.items() for profession in totals}
    return split_totals(totals, cells)


def _summed(values: Iterable[tuple[_Key, _Number]]) -> dict[_Key, _Number]:
    sums: dict[_Key, _Number] = {}
    for key, value in values:
        sums[key] = sums[key] + value if key in sums else value
    return sums


def _united(known: Iterable[_Known]) -> _Known:
    return frozenset(entry for entries in known for entry in entries)


def _ground(known: _Known) -> tuple[str, str]:
    """The weakest basis, and all sources."""
    return weakest(sorted(basis for basis, _ in known)).value, "; ".join(sorted({source for _, source in known}))
