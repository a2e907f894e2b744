"""The tax shift that was agreed: its years, what it is to each municipality, and what each boundary is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dashboard.ground import Ground, summed
from dashboard.municipalities import ordered
from dashboard.published import Published

REMAINDER = "0000"
"""The municipality code under which what rounding leaves stands."""


@dataclass(frozen=True)
class ShiftRow:
    """A row of the query `tax_shift`: kronor, and öre per hundred kronor of income."""

    agreement: str
    scenario: str
    method: str
    year: int
    net_cost_sek: Decimal | None
    guaranteed_tax_power_sek: Decimal | None
    population: Decimal | None
    required_ore: Decimal | None
    agreed_ore: Decimal | None
    revenue_sek: Decimal | None
    own_tax_sek: Decimal | None
    equalisation_change_sek: Decimal | None
    rounding_sek: Decimal | None
    region_revenue_sek: Decimal | None
    state_sek: Decimal | None
    naive_ore: Decimal | None
    final_revenue_sek: Decimal | None
    basis: str
    status: str

    @property
    def ground(self) -> Ground:
        """How the year's figures are known."""
        return Ground(self.basis, self.status)


@dataclass(frozen=True)
class QuestionRow:
    """A row of the query `boundary_questions`; differences are against the agreement's own boundary."""

    agreement: str
    method: str
    year: int
    scenario: str
    agreed_scenario: str
    title_sv: str
    net_cost_sek: Decimal | None
    required_ore: Decimal | None
    net_cost_difference_sek: Decimal | None
    ore_difference: Decimal | None
    basis: str
    status: str

    @property
    def is_own(self) -> bool:
        """It is the agreement's own boundary: the others are compared with it."""
        return self.scenario == self.agreed_scenario

    @property
    def ground(self) -> Ground:
        """How the boundary's figures are known."""
        return Ground(self.basis, self.status)


@dataclass(frozen=True)
class EffectRow:
    """A row of the query `municipality_effects`, in kronor; effect = revenue − cost, plus is a gain."""

    scenario: str
    is_agreed: bool
    municipality_code: str
    year: int
    population: Decimal | None
    cost_sek: Decimal | None
    revenue_sek: Decimal | None
    effect_sek: Decimal | None
    effect_sek_per_inhabitant: Decimal | None
    basis: str
    status: str

    @property
    def ground(self) -> Ground:
        """How the municipality's figures are known."""
        return Ground(self.basis, self.status)


@dataclass(frozen=True)
class Questions:
    """The boundaries of an agreement, reckoned by one method, the agreement's own first."""

    agreement: str
    method: str
    year: int
    rows: tuple[QuestionRow, ...]


@dataclass(frozen=True)
class Effects:
    """A boundary's year, by municipality; `cost`, `revenue` and `effect` are the county's, remainder included."""

    scenario: str
    is_agreed: bool
    year: int
    rows: tuple[tuple[str, EffectRow], ...]
    cost: Decimal | None
    revenue: Decimal | None
    effect: Decimal | None
    remainder: EffectRow | None

    @property
    def by_code(self) -> dict[str, EffectRow]:
        """Municipality code → its row."""
        return {row.municipality_code: row for _, row in self.rows}


def read_questions(source: Published, years: Sequence[ShiftRow], order: Sequence[str]) -> tuple[Questions, ...]:
    """The boundaries by agreement and method; those of the shift in `years` first. `order` is that of the page."""
    found = source.rows("boundary_questions", QuestionRow)
    grouped = groupby(found, key=lambda row: (row.agreement, row.method))
    listed = [Questions(*key, rows[0].year, _in_order(rows, order)) for key, group in grouped if (rows := list(group))]
    agreed = {(row.agreement, row.method) for row in years}
    return tuple(sorted(listed, key=lambda entry: (entry.agreement, entry.method) not in agreed))


def read_effects(source: Published, names: Mapping[str, str]) -> tuple[Effects, ...]:
    """Gain or loss by municipality, in Swedish order, of every boundary and year; what was agreed comes first."""
    found = source.rows("municipality_effects", EffectRow)
    grouped = groupby(found, key=lambda row: (row.scenario, row.year))
    made = [entry for _, group in grouped if (entry := _effects(list(group), names))]
    return tuple(sorted(made, key=lambda entry: not entry.is_agreed))


def _effects(rows: Sequence[EffectRow], names: Mapping[str, str]) -> Effects | None:
    found = {row.municipality_code: row for row in rows}
    codes = ordered(set(found) - {REMAINDER}, names)
    if not codes:
        return None
    return Effects(
        rows[0].scenario,
        rows[0].is_agreed,
        rows[0].year,
        tuple((names.get(code, code), found[code]) for code in codes),
        summed(row.cost_sek for row in rows),
        summed(row.revenue_sek for row in rows),
        summed(row.effect_sek for row in rows),
        found.get(REMAINDER),
    )


def _in_order(rows: Sequence[QuestionRow], order: Sequence[str]) -> tuple[QuestionRow, ...]:
    place = {entry: at for at, entry in enumerate(order)}
    return tuple(
        sorted(rows, key=lambda row: (not row.is_own, place.get(row.scenario, len(place)), row.scenario)),
    )
