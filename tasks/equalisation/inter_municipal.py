"""The rows of `equalisation.inter_municipal`: each variant of an agreement, by year and municipality.

`fixed_at_agreement`: the first year's differences, weighted year by year; `recomputed`: each year's own. The gain or
loss before is in both that of the year itself (`equalisation.municipality_effects`). What cannot be computed because a
year's shift or a parameter isn't known is NULL with the status missing. Formulas: `equalisation.inter_municipal`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.inter_municipal import (
    Terms,
    amounts_of_year,
    centred_differences,
    fixed_amounts,
    shared_by_key,
    whole_amounts,
)
from regions.agreement import AgeGroup, Agreement, InterMunicipal
from regions.errors import DataError
from regions.model import Basis
from regions.parameters import weakest
from tasks.equalisation.forecast import PARAMETER as POPULATION
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.shift import REMAINDER, ShiftOfYear, effect_rows, whole


@dataclass(frozen=True)
class InterMunicipalRow:
    """A row of `equalisation.inter_municipal`; whole kronor, and amounts sum to exactly 0 with the row 0000."""

    agreement: str
    variant: str
    year_number: int
    year: int
    municipality_code: str
    title_sv: str
    is_agreed: bool
    weight: Decimal
    cost_key: str
    difference_sek: Decimal | None
    amount_sek: Decimal | None
    amount_sek_per_inhabitant: Decimal | None
    effect_sek: Decimal | None
    net_effect_sek: Decimal | None
    basis: str
    status: str


@dataclass(frozen=True)
class _Ground:
    """What a year's amounts rest on."""

    differences: Mapping[str, Fraction]
    population: Mapping[str, Fraction]
    basis: Basis
    status: str


@dataclass(frozen=True)
class _YearOfVariant:
    """A year of a variant; ground and amounts are None where what they rest on isn't known."""

    agreement: Agreement
    variant: InterMunicipal
    number: int
    year: int
    ground: _Ground | None
    amounts: Mapping[str, Decimal] | None
    shift: ShiftOfYear | None
    codes: tuple[str, ...]


def inter_municipal_rows(shifts: Sequence[ShiftOfYear], inputs: Inputs) -> list[InterMunicipalRow]:
    """Every variant of the agreement that holds, by key; none where no shift is agreed.

    `shifts`: those that aren't agreed are left out. `inputs`: with the delivered population forecasts, where there are
    such (`forecast.with_forecasts`). Raises DataError for figures that no formula accepts: a municipality without
    visits, terms that no agreement can have.
    """
    agreed = {shift.year: shift for shift in shifts if shift.is_agreed}
    if not agreed:
        return []
    variants = _variants(next(iter(agreed.values())).agreement)
    rows = [row for variant in variants for year in _years(variant, agreed, inputs) for row in _rows(year)]
    return sorted(rows, key=lambda row: (row.agreement, row.variant, row.year_number, row.municipality_code))


def _variants(agreement: Agreement) -> tuple[InterMunicipal, ...]:
    return agreement.economy.inter_municipal if agreement.economy else ()


def _years(variant: InterMunicipal, agreed: Mapping[int, ShiftOfYear], inputs: Inputs) -> list[_YearOfVariant]:
    some = next(iter(agreed.values()))
    first, codes = _first_year(some.agreement), tuple(sorted(some.shift.effects))
    years = range(first, first + len(variant.weights))
    with _in_words(some.agreement, variant):
        grounds = _grounds(variant, years, agreed, inputs)
        amounts = _amounts(variant, grounds)
    return [
        _YearOfVariant(some.agreement, variant, number, year, ground, paid, agreed.get(year), codes)
        for number, (year, ground, paid) in enumerate(zip(years, grounds, amounts, strict=True), 1)
    ]


def _first_year(agreement: Agreement) -> int:
    if agreement.tax_shift_from is None:
        raise ValueError(f"{agreement.id} has no day from which tax is shifted.")
    return agreement.tax_shift_from.year


def _grounds(
    variant: InterMunicipal, years: range, agreed: Mapping[int, ShiftOfYear], inputs: Inputs
) -> list[_Ground | None]:
    """What each year's amounts rest on: the first year's figures, or its own."""
    if variant.years == "fixed_at_agreement":
        return [_ground(variant, agreed.get(years[0]), inputs)] * len(years)
    return [_ground(variant, agreed.get(year), inputs) for year in years]


def _ground(variant: InterMunicipal, shift: ShiftOfYear | None, inputs: Inputs) -> _Ground | None:
    """The differences of a year; None where its shift, or a parameter of the variant's key, isn't known."""
    if shift is None:
        return None
    apart = inputs.apart()
    costs = _costs(variant, shift, apart)
    if costs is None:
        return None
    effects = shift.shift.effects
    population = {code: effect.population for code, effect in effects.items()}
    revenues = {code: effect.revenue for code, effect in effects.items()}
    status = "preliminary" if "preliminary" in (shift.status, apart.status) else "ok"
    basis = apart.basis(shift.basis, variant.basis)
    return _Ground(centred_differences(costs, revenues, population), population, basis, status)


def _costs(variant: InterMunicipal, shift: ShiftOfYear, inputs: Inputs) -> dict[str, Fraction] | None:
    """Municipality → kr by the variant's key; None where a parameter of the year isn't known.

    Visits at a price are the cost itself; population, weighted or not, only shares the county's cost.
    """
    effects = shift.shift.effects
    if variant.cost_key == "actual_cost":
        return {code: effect.cost for code, effect in effects.items()}
    if variant.unit_price is not None:
        known = inputs.has(variant.unit_price, shift.year)
        return _at_a_price(inputs.exact(variant.unit_price, shift.year), shift) if known else None
    if variant.cost_key == "per_inhabitant":
        return shared_by_key(shift.shift.net_cost, {code: effect.population for code, effect in effects.items()})
    keys = _weighed(variant.age_weights, shift, inputs)
    return None if keys is None else shared_by_key(shift.shift.net_cost, keys)


def _at_a_price(price: Fraction, shift: ShiftOfYear) -> dict[str, Fraction]:
    """Visits times price; a municipality without a figure is left out, which `centred_differences` refuses."""
    visits = shift.cost.visits
    return {code: price * visits[code] for code in shift.shift.effects if code in visits}


def _weighed(weights: Mapping[AgeGroup, str], shift: ShiftOfYear, inputs: Inputs) -> dict[str, Fraction] | None:
    """Municipality → Σ weight · inhabitants over age groups; None where the year's inhabitants by age aren't known."""
    codes = sorted(shift.shift.effects)
    if not all(inputs.has(POPULATION, shift.year, area=code, age_group=group) for code in codes for group in weights):
        return None
    return {code: sum(_weighed_groups(weights, code, shift.year, inputs), Fraction(0)) for code in codes}


def _weighed_groups(weights: Mapping[AgeGroup, str], code: str, year: int, inputs: Inputs) -> Iterator[Fraction]:
    for group, weight in sorted(weights.items()):
        yield Fraction(weight) * inputs.exact(POPULATION, year, area=code, age_group=group)


def _amounts(variant: InterMunicipal, grounds: Sequence[_Ground | None]) -> list[dict[str, Decimal] | None]:
    """Rounded amounts of each year; None where there is nothing to reckon from."""
    terms = _terms(variant)
    exact: Sequence[Mapping[str, Fraction] | None]
    if variant.years == "fixed_at_agreement" and (fixed := grounds[0]) is not None:
        exact = fixed_amounts(fixed.differences, fixed.population, terms)
    else:
        exact = [
            None if ground is None else amounts_of_year(ground.differences, ground.population, terms, number)
            for number, ground in enumerate(grounds, 1)
        ]
    return [None if amounts is None else whole_amounts(amounts, variant.rounding_sek) for amounts in exact]


def _terms(variant: InterMunicipal) -> Terms:
    cap = variant.cap_sek_per_inhabitant
    return Terms(
        tuple(Fraction(weight) for weight in variant.weights),
        None if cap is None else Fraction(cap),
        Fraction(variant.floor_sek_per_inhabitant),
        Fraction(variant.taper_sek_per_inhabitant),
    )


def _rows(year: _YearOfVariant) -> Iterator[InterMunicipalRow]:
    """The remainder, then the municipalities by code."""
    effects = {row.municipality_code: row.effect_sek for row in effect_rows([year.shift])} if year.shift else {}
    differences = _with_remainder(year.ground)
    for code in (REMAINDER, *year.codes):
        amount = _amount(year, code)
        effect = effects.get(code)
        yield InterMunicipalRow(
            year.agreement.id,
            year.variant.id,
            year.number,
            year.year,
            code,
            year.variant.title_sv,
            year.variant.is_agreed,
            rounded(Fraction(year.variant.weights[year.number - 1]), 6),
            year.variant.cost_key,
            differences.get(code),
            amount,
            _per_inhabitant(year, code),
            effect,
            None if effect is None or amount is None else effect + amount,
            _basis(year).value,
            _status(year),
        )


def _with_remainder(ground: _Ground | None) -> dict[str, Decimal]:
    """Centred differences in whole kronor, and what is left of the county's, which is 0."""
    if ground is None:
        return {}
    own = {code: whole(difference) for code, difference in ground.differences.items()}
    return {REMAINDER: -sum(own.values(), whole(Fraction(0))), **own}


def _amount(year: _YearOfVariant, code: str) -> Decimal | None:
    if year.amounts is None:
        return None
    return whole(Fraction(0) if code == REMAINDER else Fraction(year.amounts[code]))


def _per_inhabitant(year: _YearOfVariant, code: str) -> Decimal | None:
    """By the inhabitants that the amount was reckoned with; none in the remainder."""
    if year.ground is None or year.amounts is None or code == REMAINDER:
        return None
    return rounded(Fraction(year.amounts[code]) / year.ground.population[code])


def _basis(year: _YearOfVariant) -> Basis:
    known = (year.ground.basis if year.ground else None, year.shift.basis if year.shift else None)
    return weakest([year.variant.basis, *(basis for basis in known if basis is not None)])


def _status(year: _YearOfVariant) -> str:
    if year.ground is None or year.shift is None:
        return "missing"
    return "preliminary" if "preliminary" in (year.ground.status, year.shift.status) else "ok"


@contextmanager
def _in_words(agreement: Agreement, variant: InterMunicipal) -> Iterator[None]:
    """What no formula accepts becomes a message to the person who wrote the agreement."""
    try:
        yield
    except ValueError as error:
        raise DataError(
            f"The inter-municipal equalisation {variant.id} cannot be computed: {error}",
            where=f"agreements/{agreement.id}.yaml, economy, inter_municipal",
            todo="Correct the variant, or the parameters that it names.",
        ) from error
