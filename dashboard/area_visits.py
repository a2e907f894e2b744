"""Visits per 1 000 inhabitants by area: of the county, its parts and its municipalities."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.figures import MISSING, Figure, figure
from dashboard.ground import weakest_basis
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.words import period


@dataclass(frozen=True)
class AreaRow:
    """A row of the query `area_visits`; `value` is visits per 1 000 inhabitants."""

    period_start: date
    period_end: date
    area_type: str
    area_code: str
    measure: str
    value: float | None
    visits: int | None
    patients: int | None
    population: int | None
    basis: str
    status: str


@dataclass(frozen=True)
class AreaVisits:
    """An area in the period: visits per 1 000 inhabitants, as they are and standardised by age and sex."""

    kind: str
    code: str
    name: str
    crude: Figure
    standardised: Figure
    visits: Figure
    population: Figure


@dataclass(frozen=True)
class AreaTable:
    """The areas of the latest year: municipalities, then county parts, then the county."""

    period: str
    rows: tuple[AreaVisits, ...]
    basis: str

    @property
    def municipalities(self) -> tuple[AreaVisits, ...]:
        """The municipalities alone."""
        return tuple(row for row in self.rows if row.kind == "municipality")

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        return frozenset(cell.status for row in self.rows for cell in (row.crude, row.standardised, row.visits))


def read_area_visits(source: Published, names: Mapping[str, str]) -> AreaTable | None:
    """The latest year (or agreed period) of a release; None where it has none. `names` has county parts' too."""
    found = source.rows("area_visits", AreaRow)
    if not found:
        return None
    last = max((row.period_end, -row.period_start.toordinal()) for row in found)
    rows = [row for row in found if (row.period_end, -row.period_start.toordinal()) == last]
    by_area = {(row.area_type, row.area_code, row.measure): row for row in rows}
    listed = [
        _area(kind, code, names, by_area)
        for kind in ("municipality", "county_part", "region")
        for code in ordered({row.area_code for row in rows if row.area_type == kind}, names)
    ]
    named = period(rows[0].period_start, rows[0].period_end)
    return AreaTable(named, tuple(listed), weakest_basis(row.basis for row in rows))


def _area(kind: str, code: str, names: Mapping[str, str], rows: Mapping[tuple[str, str, str], AreaRow]) -> AreaVisits:
    crude, standardised = (rows.get((kind, code, measure)) for measure in ("crude", "standardised"))
    return AreaVisits(
        kind,
        code,
        names.get(code, code),
        figure(crude.value, crude.status) if crude else MISSING,
        figure(standardised.value, standardised.status) if standardised else MISSING,
        figure(crude.visits, crude.status) if crude else MISSING,
        figure(crude.population, crude.status) if crude else MISSING,
    )
