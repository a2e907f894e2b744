"""Revenue and cost in the years after a shift, worked by hand, and what must hold of any."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.look_ahead import LaterYear, ageing_factor, grown, outcome, visits_per_inhabitant
from equalisation.tax_shift import ORE, TaxPayer, effect_of

G = Fraction(222_868)
TAU = 22 * ORE
RATES = {"0-64": Fraction(1, 10), "65+": Fraction(3)}
PERSONS = st.integers(1, 100_000).map(Fraction)
AGES = st.fixed_dictionaries({"0-64": PERSONS, "65+": PERSONS})


def test_a_year_by_hand() -> None:
    year = LaterYear(G, Fraction(1000), Fraction("1.10"), Fraction("1.05"))
    found = outcome(TAU, Fraction(400_000), year)
    assert found.revenue == Fraction("490309.6")
    assert found.cost == 462_000
    assert found.effect == Fraction("28309.6")


@settings(max_examples=30)
@given(PERSONS, st.integers(0, 10**9).map(Fraction), st.integers(0, 100).map(lambda ore: ore * ORE))
def test_an_unchanged_year_is_the_first_year(persons: Fraction, cost: Fraction, shift: Fraction) -> None:
    first = effect_of(TaxPayer(persons, Fraction(0), cost), shift, G)
    later = outcome(shift, cost, LaterYear(G, persons, Fraction(1)))
    assert (later.revenue, later.cost, later.effect) == (first.revenue, first.cost, first.effect)


def test_growth_is_on_growth() -> None:
    assert grown(Fraction(100), []) == 100
    assert grown(Fraction(100), [Fraction("0.1"), Fraction("0.1")]) == 121
    assert grown(Fraction(100), [Fraction("-0.5")]) == 50


def test_visits_per_inhabitant_by_hand() -> None:
    found = visits_per_inhabitant({"65+": 9000, "0-64": 800}, {"0-64": Fraction(8000), "65+": Fraction(2000)})
    assert found == {"0-64": Fraction("0.1"), "65+": Fraction("4.5")}


def test_a_municipality_that_ages_without_growing() -> None:
    first, then = ({"0-64": Fraction(young), "65+": Fraction(1000 - young)} for young in (800, 750))
    assert ageing_factor(RATES, then, first) == Fraction(75 + 750, 80 + 600)


@settings(max_examples=30)
@given(AGES, AGES, st.integers(1, 9))
def test_ageing(first: dict[str, Fraction], then: dict[str, Fraction], scale: int) -> None:
    found = ageing_factor(RATES, then, first)
    assert ageing_factor(RATES, first, first) == 1
    assert found * ageing_factor(RATES, first, then) == 1
    assert ageing_factor({group: rate * scale for group, rate in RATES.items()}, then, first) == found
    if all(then[group] >= first[group] for group in first):
        assert found >= 1
    low, high = sorted(then[group] / first[group] for group in first)
    assert low <= found <= high


@pytest.mark.parametrize(
    "year",
    [
        LaterYear(Fraction(0), Fraction(1), Fraction(1)),
        LaterYear(G, Fraction(0), Fraction(1)),
        LaterYear(G, Fraction(1), Fraction(0)),
        LaterYear(G, Fraction(1), Fraction(1), Fraction(-1)),
    ],
)
def test_a_year_without_money_or_people_is_none(year: LaterYear) -> None:
    with pytest.raises(ValueError, match="above zero"):
        outcome(TAU, Fraction(1), year)


def test_what_no_growth_can_be() -> None:
    with pytest.raises(ValueError, match="more than −100 %"):
        grown(Fraction(1), [Fraction("0.1"), Fraction(-1)])


@pytest.mark.parametrize(
    ("visits", "population", "told"),
    [
        ({"65+": 1}, {"0-64": 1, "65+": 1}, "Visits of 65"),
        ({"0-64": 1, "65+": 1}, {"0-64": 0, "65+": 1}, "0-64 has no inhabitants"),
        ({"0-64": 0, "65+": 0}, {"0-64": 1, "65+": 1}, "some of them more than 0"),
        ({"0-64": 2, "65+": -1}, {"0-64": 1, "65+": 1}, "0 or more"),
        ({}, {}, "some of them"),
    ],
)
def test_visits_that_no_rate_comes_of(visits: dict[str, int], population: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        visits_per_inhabitant(visits, {group: Fraction(persons) for group, persons in population.items()})


def test_ages_that_no_factor_comes_of() -> None:
    whole = {"0-64": Fraction(1), "65+": Fraction(1)}
    with pytest.raises(ValueError, match="the same age groups"):
        ageing_factor(RATES, whole, {"65+": Fraction(1)})
    with pytest.raises(ValueError, match="no need"):
        ageing_factor({"0-64": Fraction(0), "65+": Fraction(1)}, whole, {"0-64": Fraction(1), "65+": Fraction(0)})
