"""The tax shift by agreement, scenario, method and year, and what it is to each municipality.

An agreement's öre hold for its own scenario and method (`is_agreed`); for every other boundary the question is what
would have been required, so its öre are the required ones, rounded by the agreement's rule. Municipal amounts are
whole kronor; what rounding leaves is the row 0000, so that rows sum to the county's figure exactly.
Formulas: `equalisation.tax_shift`, docs/maths.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.tax_shift import (
    ORE,
    Effect,
    Shift,
    TaxPayer,
    final_revenue,
    region_change,
    required_shift,
    rounded_shift,
    tax_shift,
)
from regions.agreement import Agreement, Method
from regions.model import Basis
from tasks.equalisation.cost_items import price_factor
from tasks.equalisation.inputs import COUNTRY, REGION, Inputs, TaxYear
from tasks.equalisation.scenario_cost import ScenarioCost

REMAINDER = "0000"
"""The municipality code under which what rounding leaves stands."""


@dataclass(frozen=True)
class ShiftOfYear:
    """The shift of one agreement, scenario, method and year, exact, and how its inputs are known."""

    agreement: Agreement
    year: int
    cost: ScenarioCost
    price_factor: Fraction
    """Price index of the year over that of the base year."""
    shift: Shift
    is_agreed: bool
    ore_kind: str
    region_revenue: Fraction
    final: Mapping[str, Fraction]
    """Municipality → revenue after the final settlement, kr; empty until the outcome is known."""
    basis: Basis
    status: str

    @property
    def scenario(self) -> str:
        """The boundary."""
        return self.cost.scenario

    @property
    def method(self) -> Method:
        """How the net cost was reckoned."""
        return self.cost.method


@dataclass(frozen=True)
class TaxShiftRow:
    """A row of `equalisation.tax_shift`; its columns are the contract's."""

    agreement: str
    scenario: str
    method: str
    year: int
    is_agreed: bool
    net_cost_sek: Decimal
    guaranteed_tax_power_sek: Decimal
    population: Decimal
    required_ore: Decimal
    agreed_ore: Decimal
    ore_kind: str
    revenue_sek: Decimal
    own_tax_sek: Decimal
    equalisation_change_sek: Decimal
    rounding_sek: Decimal
    region_revenue_sek: Decimal
    state_sek: Decimal
    naive_ore: Decimal
    naive_revenue_sek: Decimal
    final_revenue_sek: Decimal | None
    basis: str
    status: str


@dataclass(frozen=True)
class EffectRow:
    """A row of `equalisation.municipality_effects`; whole kronor, so that revenue and effect are exact sums."""

    agreement: str
    scenario: str
    method: str
    year: int
    municipality_code: str
    is_agreed: bool
    population: Decimal | None
    cost_sek: Decimal
    own_tax_sek: Decimal
    equalisation_change_sek: Decimal
    revenue_sek: Decimal
    effect_sek: Decimal
    effect_sek_per_inhabitant: Decimal | None
    naive_revenue_sek: Decimal
    final_revenue_sek: Decimal | None
    basis: str
    status: str


@dataclass(frozen=True)
class BoundaryRow:
    """A row of `equalisation.boundary_questions`: a boundary against the agreement's own."""

    agreement: str
    method: str
    year: int
    scenario: str
    agreed_scenario: str
    title_sv: str
    net_cost_sek: Decimal
    required_ore: Decimal
    net_cost_difference_sek: Decimal
    ore_difference: Decimal
    basis: str
    status: str


def shifts(inputs: Inputs, costs: Sequence[ScenarioCost]) -> list[ShiftOfYear]:
    """Every shift that can be computed, by agreement, scenario, method and year.

    An agreement's years run from its first; one for which a parameter lacks is left out (`missing_years`).
    Raises DataError where a price index lacks for a year that is otherwise known.
    """
    return [
        _shift(inputs.apart(), agreement, year, cost)
        for agreement in _with_money(inputs)
        for cost in costs
        if cost.scenario not in bought(agreement)
        for year in years_of(agreement)
        if not lacking(inputs, year)
    ]


def bought(agreement: Agreement) -> set[str]:
    """The scenarios whose visits are bought: nobody shifts tax for them, so they are no boundary of the transfer."""
    purchases = agreement.economy.purchases if agreement.economy else ()
    return {purchase.scenario for purchase in purchases if purchase.scenario is not None}


def years_of(agreement: Agreement) -> range:
    """The years for which the agreement's tax shift is reckoned; none without money in it."""
    if agreement.economy is None or agreement.tax_shift_from is None:
        return range(0)
    first = agreement.tax_shift_from.year
    return range(first, first + agreement.economy.years)


def lacking(inputs: Inputs, year: int) -> tuple[str, ...]:
    """The parameters without which the year isn't computed, with the areas where only some lack one."""
    tax_year, found = TaxYear(inputs, year), dict[str, list[str]]()
    for name, keys in (*tax_year.needs(), ("guarantee_share", {"level": REGION})):
        if not inputs.has(name, year, **keys):
            found.setdefault(name, []).append(keys.get("area", ""))
    everywhere = {*tax_year.municipalities, COUNTRY}
    return tuple(_told(name, areas, everywhere) for name, areas in found.items())


def _told(name: str, areas: Sequence[str], everywhere: set[str]) -> str:
    """A parameter, and for which areas it lacks where it doesn't lack for all: one split, or merged, perhaps."""
    some = sorted(set(areas) - {""})
    return f"{name} ({', '.join(some)})" if some and set(some) < everywhere - {COUNTRY} else name


def missing_years(inputs: Inputs) -> list[str]:
    """For each agreement and year that isn't computed, in plain English, which parameters lack."""
    return [
        f"{agreement.id} {year}: not computed, no value of {', '.join(names)}"
        for agreement in _with_money(inputs)
        for year in years_of(agreement)
        if (names := lacking(inputs, year))
    ]


def decided_ore(agreement: Agreement, year: int) -> Decimal:
    """The öre in force at the beginning of the year: those of the last decision; 0 before the first."""
    in_force = [decision.ore for decision in agreement.ore if decision.valid_from <= date(year, 1, 1)]
    return in_force[-1] if in_force else Decimal(0)


def tax_shift_rows(found: Sequence[ShiftOfYear]) -> list[TaxShiftRow]:
    """The rows of `equalisation.tax_shift`, by key; amounts in whole kronor, öre with nine decimals."""
    return [_tax_shift_row(entry) for entry in found]


def effect_rows(found: Sequence[ShiftOfYear]) -> list[EffectRow]:
    """The rows of `equalisation.municipality_effects`, by key; with the row 0000 they sum to `tax_shift_rows`."""
    return [row for entry in found for row in _effects_of(entry)]


def boundary_rows(found: Sequence[ShiftOfYear], titles: Mapping[str, str]) -> list[BoundaryRow]:
    """The rows of `equalisation.boundary_questions`: what each boundary costs more or less than the agreed one.

    `titles`: scenario → its Swedish title. A method and year without the agreement's own scenario has no rows.
    """
    agreed = {
        (entry.agreement.id, entry.method, entry.year): entry
        for entry in found
        if entry.scenario == entry.agreement.scenario
    }
    rows = []
    for entry in found:
        own = agreed.get((entry.agreement.id, entry.method, entry.year))
        if own is not None:
            rows.append(_boundary_row(entry, own, titles[entry.scenario]))
    return sorted(rows, key=lambda row: (row.agreement, row.method, row.year, row.scenario))


def whole(amount: Fraction) -> Decimal:
    """Kronor as they are published: whole, halves away from zero."""
    return rounded(amount, 0).quantize(Decimal("0.01"))


def _with_money(inputs: Inputs) -> list[Agreement]:
    return [agreement for agreement in inputs.folder.agreements if agreement.economy is not None]


def _shift(inputs: Inputs, agreement: Agreement, year: int, cost: ScenarioCost) -> ShiftOfYear:
    economy, tax_year = agreement.economy, TaxYear(inputs, year)
    if economy is None:
        raise ValueError(f"{agreement.id} says nothing of money.")
    factor = price_factor(inputs, year)
    payers, guaranteed = _payers(tax_year, cost, factor), tax_year.guaranteed()
    is_agreed = economy.is_agreed and (cost.scenario, cost.method) == (agreement.scenario, economy.method)
    found = tax_shift(payers, guaranteed, _ore(agreement, year, payers, guaranteed, is_agreed=is_agreed))
    return ShiftOfYear(
        agreement,
        year,
        cost,
        factor,
        found,
        is_agreed,
        "decided" if is_agreed else "rounded",
        region_change(found.agreed, tax_year.guaranteed(REGION), found.population),
        _final(inputs, tax_year, found),
        inputs.basis(cost.basis, *_kinds_of_ore(agreement, year, is_agreed=is_agreed)),
        "preliminary" if "preliminary" in (cost.status, inputs.status) else "ok",
    )


def _payers(tax_year: TaxYear, cost: ScenarioCost, factor: Fraction) -> dict[str, TaxPayer]:
    base_costs = cost.transferred()
    return {
        code: TaxPayer(tax_year.population(code), tax_year.indexed_base(code), factor * base_costs[code])
        for code in tax_year.municipalities
    }


def _ore(
    agreement: Agreement, year: int, payers: Mapping[str, TaxPayer], guaranteed: Fraction, *, is_agreed: bool
) -> Fraction:
    """The öre as a fraction of income: decided, or what is required, rounded by the agreement's rule."""
    if is_agreed:
        return Fraction(decided_ore(agreement, year)) * ORE
    cost = sum((payer.cost for payer in payers.values()), Fraction(0))
    population = sum((payer.population for payer in payers.values()), Fraction(0))
    step = Fraction(agreement.economy.ore_rounding) if agreement.economy else Fraction(1)
    return rounded_shift(required_shift(cost, guaranteed, population), step * ORE)


def _kinds_of_ore(agreement: Agreement, year: int, *, is_agreed: bool) -> list[Basis]:
    """How the decided öre are known; where none is decided they are computed, and weaken nothing."""
    decided = [decision.kind for decision in agreement.ore if decision.valid_from <= date(year, 1, 1)]
    return decided[-1:] if is_agreed else []


def _final(inputs: Inputs, tax_year: TaxYear, found: Shift) -> dict[str, Fraction]:
    """Each municipality's revenue after the final settlement; nothing until the actual growth is known."""
    names = ("previous", "current")
    if not all(inputs.has("actual_growth_factor", tax_year.year, factor=name) for name in names):
        return {}
    actual = [tax_year.exact("actual_growth_factor", factor=name) for name in names]
    uprated = [tax_year.exact("uprating_factor", factor=name) for name in names]
    growth = actual[0] * actual[1], uprated[0] * uprated[1]
    base = tax_year.exact("tax_base", area=COUNTRY) / tax_year.exact("national_population_1_november")
    return {
        code: final_revenue(found.agreed, effect.population, found.guaranteed, base, growth)
        for code, effect in found.effects.items()
    }


def _tax_shift_row(entry: ShiftOfYear) -> TaxShiftRow:
    found = entry.shift
    revenue, cost, own = whole(found.revenue), whole(found.net_cost), whole(found.own_tax)
    region = whole(entry.region_revenue)
    return TaxShiftRow(
        entry.agreement.id,
        entry.scenario,
        entry.method,
        entry.year,
        entry.is_agreed,
        cost,
        rounded(found.guaranteed),
        rounded(found.population, 4),
        rounded(found.required / ORE, 9),
        rounded(found.agreed / ORE, 4),
        entry.ore_kind,
        revenue,
        own,
        revenue - own,
        revenue - cost,
        region,
        revenue + region,
        rounded(found.naive / ORE, 9),
        own,
        whole(sum(entry.final.values(), Fraction(0))) if entry.final else None,
        entry.basis.value,
        entry.status,
    )


def _effects_of(entry: ShiftOfYear) -> Iterator[EffectRow]:
    """The remainder, then the municipalities by code."""
    rows = [_effect_row(entry, code, effect) for code, effect in sorted(entry.shift.effects.items())]
    yield _remainder(_tax_shift_row(entry), rows)
    yield from rows


def _effect_row(entry: ShiftOfYear, code: str, effect: Effect) -> EffectRow:
    revenue, own, cost = whole(effect.revenue), whole(effect.own_tax), whole(effect.cost)
    return EffectRow(
        entry.agreement.id,
        entry.scenario,
        entry.method,
        entry.year,
        code,
        entry.is_agreed,
        rounded(effect.population, 4),
        cost,
        own,
        revenue - own,
        revenue,
        revenue - cost,
        rounded(effect.effect / effect.population),
        own,
        whole(entry.final[code]) if entry.final else None,
        entry.basis.value,
        entry.status,
    )


def _remainder(county: TaxShiftRow, rows: Sequence[EffectRow]) -> EffectRow:
    """The county's figures minus the municipalities' rounded ones."""
    cost = county.net_cost_sek - sum(row.cost_sek for row in rows)
    own = county.own_tax_sek - sum(row.own_tax_sek for row in rows)
    revenue = county.revenue_sek - sum(row.revenue_sek for row in rows)
    final = county.final_revenue_sek
    return EffectRow(
        county.agreement,
        county.scenario,
        county.method,
        county.year,
        REMAINDER,
        county.is_agreed,
        None,
        cost,
        own,
        revenue - own,
        revenue,
        revenue - cost,
        None,
        own,
        None if final is None else final - sum(row.final_revenue_sek or 0 for row in rows),
        county.basis,
        county.status,
    )


def _boundary_row(entry: ShiftOfYear, own: ShiftOfYear, title_sv: str) -> BoundaryRow:
    return BoundaryRow(
        entry.agreement.id,
        entry.method,
        entry.year,
        entry.scenario,
        own.scenario,
        title_sv,
        whole(entry.shift.net_cost),
        rounded(entry.shift.required / ORE, 9),
        whole(entry.shift.net_cost) - whole(own.shift.net_cost),
        rounded(entry.shift.required / ORE, 9) - rounded(own.shift.required / ORE, 9),
        entry.basis.value,
        entry.status,
    )
