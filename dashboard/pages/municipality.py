"""A page for each municipality, printed on one sheet: its visits, its economy, its indicators, its staff."""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.area_visits import AreaVisits
from dashboard.boundary_pairs import PlaceChange
from dashboard.figures import Figure
from dashboard.headline import Comparison, comparison
from dashboard.indicators import Indicator, Result
from dashboard.page import Page
from dashboard.pages.staffing import PROFESSIONS
from dashboard.pages.volumes import MonthView, month_view
from dashboard.reading import Place, Reading
from dashboard.staffing import StaffingTable
from dashboard.tax_shift import EffectRow
from dashboard.words import a_year_before, spans

_INDICATORS = 8
_BOUNDARIES = 6


@dataclass(frozen=True)
class Visits:
    """A municipality's visits at home in the latest year, and how they stand to the year before."""

    period: str
    home: Figure
    home_health_care: Figure
    home_visit: Figure
    compared: Comparison
    months: MonthView


@dataclass(frozen=True)
class BoundaryLine:
    """A boundary beside the first: the municipality's visits, and its gain or loss in kronor per inhabitant."""

    title: str
    is_first: bool
    visits: PlaceChange
    money: PlaceChange | None


def pages(reading: Reading) -> Iterator[Page]:
    """The page of every municipality, none of which stands in the menu: a list leads there."""
    for place in reading.places:
        yield Page(place.file, "municipality.html", "", place.name, _shown(reading, place))


def _shown(reading: Reading, place: Place) -> dict[str, object]:
    return {
        "place": place,
        "visits": visits(reading, place.code),
        "area": _area(reading, place.code),
        "effect": effect(reading, place.code),
        "boundaries": boundaries(reading, place.code),
        "indicators": _indicators(reading, place.code),
        "staffing": _staffing(reading, place.code),
        "gap": reading.gap,
        "professions": PROFESSIONS,
    }


def visits(reading: Reading, code: str) -> Visits | None:
    """The visits of the latest year; None where nothing is published by municipality."""
    months = reading.months
    if not months.counted or not months.publishes("home", code):
        return None
    year = months.latest_year()
    home, care, visit = (months.sum(year, kind, code) for kind in ("home", "home_health_care", "home_visit"))
    earlier = tuple(a_year_before(month) for month in year)
    before = months.sum(earlier, "home", code)
    listed = month_view(months, reading.names[code], (code,), months.listed)
    return Visits(spans(year), home, care, visit, comparison(home, before, spans(earlier)), listed)


def effect(reading: Reading, code: str) -> EffectRow | None:
    """What the agreed tax shift is to the municipality in its first year; None where nothing is published."""
    effects = reading.money.effects if reading.money else None
    return effects.by_code.get(code) if effects else None


def boundaries(reading: Reading, code: str) -> tuple[BoundaryLine, ...]:
    """The first boundaries beside the one that was agreed (else the first)."""
    table = reading.boundaries
    if table is None:
        return ()
    ids = {row.id: row.title for row in table.rows}
    agreed = [name for name in reading.pairs.with_money if name in ids]
    first = agreed[0] if agreed else table.first.id
    listed = [first, *(name for name in (*agreed, *ids) if name != first)]
    return tuple(_boundary(reading, code, first, name, ids[name]) for name in list(dict.fromkeys(listed))[:_BOUNDARIES])


def _boundary(reading: Reading, code: str, first: str, other: str, title: str) -> BoundaryLine:
    year = reading.boundaries.year if reading.boundaries else 0
    money = reading.pairs.money(first, other)
    found = next((row for row in money.rows if row.code == code), None) if money else None
    return BoundaryLine(title, first == other, reading.pairs.place(year, first, other, code), found)


def _area(reading: Reading, code: str) -> AreaVisits | None:
    rows = reading.areas.municipalities if reading.areas else ()
    return next((row for row in rows if row.code == code), None)


def _indicators(reading: Reading, code: str) -> tuple[tuple[Indicator, Result, Result | None], ...]:
    """Some indicators with a value here: those with a signal or a target first, then those of the county's signals."""
    found = [
        (entry, result) for entry in reading.indicators if (result := entry.latest_of(code)) and result.value.shown
    ]
    ranked = sorted(found, key=lambda pair: (pair[1].signal in ("none", "not_assessed"), pair[1].target is None))
    return tuple((entry, result, entry.latest) for entry, result in ranked[:_INDICATORS])


def _staffing(reading: Reading, code: str) -> StaffingTable | None:
    staffing = reading.staffing
    if not staffing.years or code not in staffing.areas:
        return None
    agreed = [row.scenario for row in reading.money.years] if reading.money else []
    first = [row.id for row in reading.boundaries.rows] if reading.boundaries else []
    boundary = next((name for name in (*agreed, *first) if name in staffing.scenarios), "all")
    return staffing.table(staffing.fullest_year, boundary, code)
