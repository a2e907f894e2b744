"""The tax shift: what must hold for any county, and what each formula says of a made-up one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equalisation.tax_shift import (
    ORE,
    TaxPayer,
    effect_of,
    final_revenue,
    naive_shift,
    region_change,
    required_shift,
    rounded_shift,
    tax_shift,
)

GUARANTEED = Fraction(222_868)
kronor = st.integers(0, 10**9).map(Fraction)
persons = st.integers(1, 200_000).map(Fraction)
payers = st.builds(TaxPayer, persons, st.integers(1, 10**11).map(Fraction), kronor)
counties = st.dictionaries(st.sampled_from("ABCDEFGH"), payers, min_size=1)
shares = st.fractions(0, Fraction(1, 100), max_denominator=10_000)


@given(counties, shares)
def test_every_municipality_gets_the_same_per_inhabitant_whatever_its_tax_base(
    county: dict[str, TaxPayer], share: Fraction
) -> None:
    found = tax_shift(county, GUARANTEED, share)
    assert {effect.revenue / effect.population for effect in found.effects.values()} == {share * GUARANTEED}


@given(counties)
def test_the_required_shift_covers_the_cost_exactly_and_effects_then_sum_to_zero(county: dict[str, TaxPayer]) -> None:
    cost = sum((payer.cost for payer in county.values()), Fraction(0))
    population = sum((payer.population for payer in county.values()), Fraction(0))
    required = required_shift(cost, GUARANTEED, population)
    found = tax_shift(county, GUARANTEED, required)
    assert found.revenue == cost == found.net_cost
    assert sum(effect.effect for effect in found.effects.values()) == 0 == found.rounding


@given(counties)
def test_what_rounding_the_ore_leaves_is_less_than_half_an_ore_and_the_sum_of_the_effects(
    county: dict[str, TaxPayer],
) -> None:
    found = tax_shift(county, GUARANTEED)
    assert (found.agreed / ORE).denominator == 1
    assert abs(found.agreed - found.required) <= ORE / 2
    assert found.rounding == sum(effect.effect for effect in found.effects.values())
    assert found.rounding == (found.agreed - found.required) * GUARANTEED * found.population


@given(counties, st.sampled_from("ABCDEFGH"), shares)
def test_a_krona_more_in_one_municipality_moves_its_own_effect_alone(
    county: dict[str, TaxPayer], code: str, share: Fraction
) -> None:
    dearer = {
        name: TaxPayer(payer.population, payer.indexed_tax_base, payer.cost + (name == code))
        for name, payer in county.items()
    }
    before, after = tax_shift(county, GUARANTEED, share), tax_shift(dearer, GUARANTEED, share)
    moved = {name: before.effects[name].effect - after.effects[name].effect for name in county}
    assert moved == {name: int(name == code) for name in county}


@given(counties)
def test_the_order_of_the_municipalities_decides_nothing(county: dict[str, TaxPayer]) -> None:
    turned = dict(reversed(county.items()))
    assert list(tax_shift(turned, GUARANTEED).effects.items()) == list(tax_shift(county, GUARANTEED).effects.items())


def test_own_tax_follows_the_base_and_the_equalisation_makes_up_for_it() -> None:
    poor = effect_of(TaxPayer(Fraction(1000), Fraction(150_000_000), Fraction(400_000)), 22 * ORE, Fraction(200_000))
    rich = effect_of(TaxPayer(Fraction(1000), Fraction(250_000_000), Fraction(500_000)), 22 * ORE, Fraction(200_000))
    assert (poor.own_tax, poor.equalisation_change, poor.revenue, poor.effect) == (330_000, 110_000, 440_000, 40_000)
    assert (rich.own_tax, rich.equalisation_change, rich.revenue, rich.effect) == (550_000, -110_000, 440_000, -60_000)


def test_a_required_shift_is_cost_over_the_guaranteed_base_and_the_naive_one_over_the_own() -> None:
    assert required_shift(Fraction(44_000_000), Fraction(200_000), Fraction(100_000)) == 22 * ORE
    assert naive_shift(Fraction(44_000_000), Fraction(16_000_000_000)) == Fraction("27.5") * ORE


@pytest.mark.parametrize(("required", "step", "expected"), [("22.4", 1, 22), ("22.5", 1, 23), ("22.3", "0.5", "22.5")])
def test_ore_are_rounded_half_up_to_whole_steps(required: str, step: str | int, expected: str | int) -> None:
    assert rounded_shift(Fraction(required) * ORE, Fraction(step) * ORE) == Fraction(expected) * ORE


def test_until_2011_the_region_loses_less_than_the_municipalities_gain_and_from_2012_as_much() -> None:
    mean, population, share = Fraction(180_000), Fraction(250_000), 22 * ORE
    gain = share * Fraction("1.15") * mean * population
    assert (
        region_change(share, Fraction("1.10") * mean, population) + gain == share * Fraction("0.05") * mean * population
    )
    assert region_change(share, Fraction("1.15") * mean, population) + gain == 0


def test_the_final_settlement_adds_what_growth_was_above_the_uprating() -> None:
    uprated = Fraction("1.04")
    settled = final_revenue(22 * ORE, Fraction(1000), Fraction(200_000), Fraction(150_000), (Fraction("1.05"), uprated))
    assert settled == 22 * ORE * 1000 * (200_000 + 1_500)
    same = final_revenue(22 * ORE, Fraction(1000), Fraction(200_000), Fraction(150_000), (uprated, uprated))
    assert same == 22 * ORE * 1000 * 200_000


@pytest.mark.parametrize(
    ("given_values", "words"),
    [
        (lambda: required_shift(Fraction(-1), GUARANTEED, Fraction(1)), "0 kr or more"),
        (lambda: required_shift(Fraction(1), GUARANTEED, Fraction(0)), "population above zero"),
        (lambda: required_shift(Fraction(1), Fraction(0), Fraction(1)), "guaranteed tax power"),
        (lambda: rounded_shift(ORE, Fraction(0)), "steps above zero"),
        (lambda: naive_shift(Fraction(1), Fraction(0)), "tax base above zero"),
        (lambda: effect_of(TaxPayer(Fraction(0), Fraction(1), Fraction(1)), ORE, GUARANTEED), "inhabitants above zero"),
        (
            lambda: effect_of(TaxPayer(Fraction(1), Fraction(1), Fraction(-1)), ORE, GUARANTEED),
            "net cost of 0 kr or more",
        ),
        (lambda: tax_shift({}, GUARANTEED), "at least one municipality"),
    ],
)
def test_what_no_county_has_is_refused_in_words(given_values: object, words: str) -> None:
    assert callable(given_values)
    with pytest.raises(ValueError, match=words):
        given_values()
