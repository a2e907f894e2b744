"""The years after the tax shift by two assumptions of the cost, and what ten per cent of each assumption means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.ground import Ground, ground, summed
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.tax_shift import REMAINDER

_ORDER = ("recorded_cost_indexed", "future_growth")


@dataclass(frozen=True)
class AheadRow:
    """A row of the query `look_ahead`, in kronor; effect = revenue − cost, plus is a gain."""

    assumption: str
    year_number: int
    year: int
    municipality_code: str
    revenue_sek: Decimal | None
    cost_sek: Decimal | None
    effect_sek: Decimal | None
    effect_sek_per_inhabitant: Decimal | None
    basis: str
    status: str


@dataclass(frozen=True)
class Sums:
    """The county's revenue, cost and effect in a year by one assumption, in kronor."""

    revenue: Decimal | None
    cost: Decimal | None
    effect: Decimal | None


@dataclass(frozen=True)
class AheadYear:
    """A year: the county's sums by each assumption."""

    number: int
    year: int
    sums: tuple[Sums, ...]
    ground: Ground


@dataclass(frozen=True)
class AheadPlace:
    """A municipality: kronor per inhabitant by each assumption in the first and in the last year.

    `between` is the last assumption's effect minus the first one's in the last year, in kronor.
    """

    code: str
    name: str
    first: tuple[Decimal | None, ...]
    last: tuple[Decimal | None, ...]
    between: Decimal | None


@dataclass(frozen=True)
class LookAhead:
    """The county year by year, and the municipalities in the first and the last year."""

    assumptions: tuple[str, ...]
    years: tuple[AheadYear, ...]
    places: tuple[AheadPlace, ...]

    @property
    def ground(self) -> Ground:
        """What all years rest on, together."""
        return ground(row.ground for row in self.years)


@dataclass(frozen=True)
class SensitivityRow:
    """A row of the query `sensitivity`: kronor, öre, and a change as a fraction."""

    assumption: str
    change_share: Decimal
    net_cost_sek: Decimal | None
    required_ore: Decimal | None
    rounding_sek: Decimal | None
    lowest_effect_sek_per_inhabitant: Decimal | None
    lowest_municipality_code: str | None
    basis: str


@dataclass(frozen=True)
class Sensitivity:
    """What each change does, the assumption that moves most first; `unchanged` is what they are compared with."""

    unchanged: SensitivityRow | None
    rows: tuple[SensitivityRow, ...]
    names: Mapping[str, str]


def read_look_ahead(source: Published, names: Mapping[str, str]) -> LookAhead | None:
    """The years ahead of a release; None where it has none."""
    found = source.rows("look_ahead", AheadRow)
    if not found:
        return None
    assumptions = _assumptions({row.assumption for row in found})
    years = sorted({(row.year_number, row.year) for row in found})
    codes = ordered({row.municipality_code for row in found} - {REMAINDER}, names)
    of_code = {code: [row for row in found if row.municipality_code == code] for code in codes}
    return LookAhead(
        assumptions,
        tuple(_year(number, year, assumptions, found) for number, year in years),
        tuple(_place(names.get(code, code), assumptions, of_code[code], years) for code in codes),
    )


def read_sensitivity(source: Published, names: Mapping[str, str]) -> Sensitivity | None:
    """The changes of a release; None where it has none."""
    found = source.rows("sensitivity", SensitivityRow)
    if not found:
        return None
    unchanged = next((row for row in found if row.change_share == 0), None)
    widest = _widest(found)
    changed = [row for row in found if row.change_share != 0]
    return Sensitivity(unchanged, tuple(sorted(changed, key=lambda row: -widest[row.assumption])), names)


def _widest(found: Sequence[SensitivityRow]) -> dict[str, Decimal]:
    """Assumption → how far apart its changes bring what is left over, in kronor."""
    left: dict[str, list[Decimal]] = {row.assumption: [] for row in found}
    for row in found:
        left[row.assumption] += [] if row.rounding_sek is None else [row.rounding_sek]
    return {name: max(amounts) - min(amounts) if amounts else Decimal(0) for name, amounts in left.items()}


def _assumptions(found: set[str]) -> tuple[str, ...]:
    return (*(entry for entry in _ORDER if entry in found), *sorted(found - set(_ORDER)))


def _year(number: int, year: int, assumptions: Sequence[str], found: Sequence[AheadRow]) -> AheadYear:
    rows = [row for row in found if row.year_number == number]
    by_assumption = [[row for row in rows if row.assumption == entry] for entry in assumptions]
    return AheadYear(
        number,
        year,
        tuple(
            Sums(
                summed(row.revenue_sek for row in part),
                summed(row.cost_sek for row in part),
                summed(row.effect_sek for row in part),
            )
            for part in by_assumption
        ),
        ground(Ground(row.basis, row.status) for row in rows),
    )


def _place(
    name: str, assumptions: Sequence[str], rows: Sequence[AheadRow], years: Sequence[tuple[int, int]]
) -> AheadPlace:
    found = {(row.assumption, row.year_number): row for row in rows}
    first, last = ([found.get((entry, number)) for entry in assumptions] for number, _ in (years[0], years[-1]))
    return AheadPlace(
        rows[0].municipality_code,
        name,
        tuple(row.effect_sek_per_inhabitant if row else None for row in first),
        tuple(row.effect_sek_per_inhabitant if row else None for row in last),
        _between(last),
    )


def _between(rows: Sequence[AheadRow | None]) -> Decimal | None:
    first, last = (row.effect_sek if row else None for row in (rows[0], rows[-1]))
    return None if first is None or last is None else last - first
