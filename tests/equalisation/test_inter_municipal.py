"""Inter-municipal equalisation: worked by hand, and what must hold whatever the figures."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equalisation.inter_municipal import (
    Terms,
    amounts_of_year,
    balanced,
    centred_differences,
    fixed_amounts,
    shared_by_key,
    whole_amounts,
)

POPULATION = {"2580": Fraction(600), "2581": Fraction(300), "2582": Fraction(100)}
COSTS = {"2580": Fraction(240_000), "2581": Fraction(180_000), "2582": Fraction(90_000)}
REVENUES = {"2580": Fraction(300_000), "2581": Fraction(150_000), "2582": Fraction(50_000)}
"""500 kr per inhabitant; 10 000 kr too little for the costs."""
DIFFERENCES = {"2580": Fraction(-66_000), "2581": Fraction(27_000), "2582": Fraction(39_000)}
"""d = −60 000, 30 000 and 40 000, centred by 10 kr per inhabitant."""

few = settings(max_examples=40)
CODES = [f"25{number:02}" for number in range(8)]
KRONOR = st.integers(-(10**9), 10**9).map(lambda ore: Fraction(ore, 100))
SHARES = st.integers(0, 12).map(lambda parts: Fraction(parts, 12))
PER_INHABITANT = st.integers(0, 800).map(lambda quarters: Fraction(quarters, 4))


@st.composite
def municipalities(draw: st.DrawFn) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Differences, centred, and inhabitants."""
    codes = CODES[: draw(st.integers(1, len(CODES)))]
    population = {code: Fraction(draw(st.integers(500, 80_000))) for code in codes}
    costs = {code: draw(KRONOR) for code in codes}
    return centred_differences(costs, dict.fromkeys(codes, Fraction(0)), population), population


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    return Terms(
        tuple(draw(st.lists(SHARES, min_size=1, max_size=4))),
        draw(st.none() | PER_INHABITANT.map(lambda amount: amount + 1)),
        draw(PER_INHABITANT),
        draw(PER_INHABITANT),
    )


def total(amounts: dict[str, Fraction]) -> Fraction:
    return sum(amounts.values(), Fraction(0))


def per_inhabitant(amounts: dict[str, Fraction], population: dict[str, Fraction]) -> dict[str, Fraction]:
    return {code: amounts[code] / population[code] for code in amounts}


# by hand


def test_differences_are_centred_so_that_the_rounding_of_the_ore_makes_nobody_pay() -> None:
    assert centred_differences(COSTS, REVENUES, POPULATION) == DIFFERENCES


def test_a_cost_is_shared_by_a_key() -> None:
    assert shared_by_key(Fraction(100), {"b": Fraction(3), "a": Fraction(1), "c": Fraction(0)}) == {
        "a": 25,
        "b": 75,
        "c": 0,
    }


def test_cost_shared_by_inhabitants_leaves_nothing_to_even_out() -> None:
    costs = shared_by_key(total(COSTS), POPULATION)
    assert set(centred_differences(costs, REVENUES, POPULATION).values()) == {0}


def test_three_years_by_thirds() -> None:
    thirds = Terms((Fraction(1), Fraction(2, 3), Fraction(1, 3)))
    assert fixed_amounts(DIFFERENCES, POPULATION, thirds) == [
        {"2580": -66_000, "2581": 27_000, "2582": 39_000},
        {"2580": -44_000, "2581": 18_000, "2582": 26_000},
        {"2580": -22_000, "2581": 9_000, "2582": 13_000},
    ]


def test_floor_and_taper_leave_out_and_the_larger_side_is_scaled_down() -> None:
    # per inhabitant −110, 90 and 390; the floor of 60 leaves −50, 30 and 330: 30 000 paid, 42 000 wanted
    rule = Terms((Fraction(1), Fraction(1)), floor=Fraction(60), taper=Fraction(30))
    first = amounts_of_year(DIFFERENCES, POPULATION, rule, 1)
    assert first == {"2580": -30_000, "2581": Fraction(9_000 * 5, 7), "2582": Fraction(33_000 * 5, 7)}
    # the floor of 90 leaves −20, 0 and 300: 12 000 paid, 30 000 wanted
    assert amounts_of_year(DIFFERENCES, POPULATION, rule, 2) == {"2580": -12_000, "2581": 0, "2582": 12_000}


def test_a_cap_holds_for_payers_and_receivers() -> None:
    # at most 100 kr per inhabitant: 60 000 paid, 27 000 and 10 000 received; payers are scaled down to 37 000
    capped = amounts_of_year(DIFFERENCES, POPULATION, Terms((Fraction(1),), cap=Fraction(100)), 1)
    assert capped == {"2580": -37_000, "2581": 27_000, "2582": 10_000}


def test_an_amount_that_balancing_would_let_grow_is_kept_to_the_year_before() -> None:
    population = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(20)}
    differences = {"a": Fraction(-100), "b": Fraction(60), "c": Fraction(40)}
    rule = Terms((Fraction(1), Fraction(1)), cap=Fraction(50), taper=Fraction(2))
    first = amounts_of_year(differences, population, rule, 1)
    assert first == {"a": -50, "b": Fraction(250, 9), "c": Fraction(200, 9)}
    assert amounts_of_year(differences, population, rule, 2) == {"a": -50, "b": 50, "c": 0}
    assert fixed_amounts(differences, population, rule)[1] == {"a": Fraction(-250, 9), "b": Fraction(250, 9), "c": 0}


def test_a_weight_that_grows_may_let_amounts_grow() -> None:
    years = fixed_amounts(DIFFERENCES, POPULATION, Terms((Fraction(1, 2), Fraction(1))))
    assert [year["2580"] for year in years] == [-33_000, -66_000]


def test_amounts_are_rounded_on_each_side_by_itself() -> None:
    exact = {"a": Fraction(-2500), "b": Fraction(1250), "c": Fraction(1250), "d": Fraction(0)}
    assert whole_amounts(exact, 1000) == {"a": Decimal(-3000), "b": Decimal(2000), "c": Decimal(1000), "d": 0}
    assert whole_amounts(exact) == {code: Decimal(int(amount)) for code, amount in exact.items()}


def test_a_total_below_half_a_step_is_nothing() -> None:
    assert set(whole_amounts({"a": Fraction(-400), "b": Fraction(400)}, 1000).values()) == {0}


def test_where_nobody_receives_nobody_pays() -> None:
    assert balanced({"a": Fraction(-5), "b": Fraction(0)}) == {"a": 0, "b": 0}


# whatever the figures


@few
@given(municipalities(), terms(), st.sampled_from([1, 1000]))
def test_amounts_of_every_year_sum_to_exactly_zero(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms, step: int
) -> None:
    for amounts in fixed_amounts(*figures, rule):
        assert total(amounts) == 0
        rounded = {code: Fraction(amount) for code, amount in whole_amounts(amounts, step).items()}
        assert total(rounded) == 0
        for code, amount in rounded.items():
            assert amount % step == 0
            assert amount * amounts[code] >= 0
            assert abs(amount - amounts[code]) < Fraction(3, 2) * step


@few
@given(municipalities(), terms())
def test_a_year_without_weight_moves_nothing(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms
) -> None:
    nothing = amounts_of_year(*figures, replace(rule, weights=(Fraction(0),)), 1)
    assert set(nothing.values()) == {0}


@few
@given(st.lists(st.tuples(KRONOR, st.integers(500, 80_000)), min_size=1, max_size=8), PER_INHABITANT)
def test_whole_weight_gives_all_the_same_net_effect_per_inhabitant(
    figures: list[tuple[Fraction, int]], revenue: Fraction
) -> None:
    population = {code: Fraction(own) for code, (_, own) in zip(CODES, figures, strict=False)}
    costs = {code: cost for code, (cost, _) in zip(CODES, figures, strict=False)}
    revenues = {code: revenue * own for code, own in population.items()}
    amounts = amounts_of_year(centred_differences(costs, revenues, population), population, Terms((Fraction(1),)), 1)
    net = {code: revenues[code] - costs[code] + amounts[code] for code in population}
    assert len(set(per_inhabitant(net, population).values())) == 1
    for code, amount in whole_amounts(amounts).items():
        rounded = (revenues[code] - costs[code] + Fraction(amount)) / population[code]
        assert abs(rounded - net[code] / population[code]) < Fraction(3, 2) / population[code]


@few
@given(municipalities(), terms())
def test_no_loser_becomes_a_winner_and_all_end_nearer_the_mean(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms
) -> None:
    differences, population = figures
    for amounts in fixed_amounts(differences, population, rule):
        for code, amount in amounts.items():
            before, after = -differences[code], -differences[code] + amount
            assert before * after >= 0
            assert abs(after) <= abs(before)
            if rule.cap is not None:
                assert abs(amount) <= rule.cap * population[code]


@few
@given(municipalities(), terms())
def test_no_amount_grows_while_weights_do_not(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms
) -> None:
    falling = replace(rule, weights=tuple(sorted(rule.weights, reverse=True)))
    years = fixed_amounts(*figures, falling)
    for earlier, later in pairwise(years):
        assert all(abs(later[code]) <= abs(earlier[code]) for code in earlier)


@few
@given(municipalities(), st.integers(0, 7))
def test_a_krona_more_of_cost_moves_only_what_it_should(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], which: int
) -> None:
    differences, population = figures
    assume(which < len(differences))
    raised = sorted(differences)[which]
    costs = differences | {raised: differences[raised] + 1}
    moved = centred_differences(costs, dict.fromkeys(costs, Fraction(0)), population)
    for code, own in population.items():
        assert moved[code] - differences[code] == (code == raised) - own / total(population)


@few
@given(municipalities(), terms())
def test_the_order_of_municipalities_decides_nothing(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms
) -> None:
    differences, population = figures
    backwards = dict(reversed(differences.items()))
    there, back = fixed_amounts(differences, population, rule), fixed_amounts(backwards, population, rule)
    assert [list(year.items()) for year in there] == [list(year.items()) for year in back]
    whole = whole_amounts(there[0], 1000)
    assert list(whole_amounts(dict(reversed(there[0].items())), 1000).items()) == list(whole.items())


@few
@given(municipalities(), terms(), st.integers(1, 9).map(lambda tenths: Fraction(tenths, 10)))
def test_a_municipality_that_splits_into_two_alike_changes_nothing_for_others(
    figures: tuple[dict[str, Fraction], dict[str, Fraction]], rule: Terms, part: Fraction
) -> None:
    differences, population = figures
    old, new = CODES[0], "2599"
    split = [{**side, old: side[old] * part, new: side[old] * (1 - part)} for side in (differences, population)]
    for whole, parts in zip(fixed_amounts(*figures, rule), fixed_amounts(*split, rule), strict=True):
        assert parts[old] + parts[new] == whole[old]
        assert all(parts[code] == whole[code] for code in whole if code != old)


# what is refused


@pytest.mark.parametrize("weights", [(), (Fraction(-1, 3),), (Fraction(1), Fraction(75))])
def test_weights_are_shares(weights: tuple[Fraction, ...]) -> None:
    with pytest.raises(ValueError, match="weight from 0 to 1"):
        Terms(weights)


@pytest.mark.parametrize(
    "limits", [{"cap": Fraction(0)}, {"floor": Fraction(-1)}, {"taper": Fraction(-1)}], ids=["cap", "floor", "taper"]
)
def test_limits_that_no_agreement_has_are_refused(limits: dict[str, Fraction]) -> None:
    with pytest.raises(ValueError, match="kr per inhabitant"):
        Terms((Fraction(1),), **limits)


def test_a_year_that_the_scheme_has_not_is_refused() -> None:
    for number in (0, 2):
        with pytest.raises(ValueError, match=f"years 1 to 1, not {number}"):
            amounts_of_year(DIFFERENCES, POPULATION, Terms((Fraction(1),)), number)


def test_a_municipality_that_is_missing_anywhere_is_named() -> None:
    fewer = {code: cost for code, cost in COSTS.items() if code != "2581"}
    for figures in ((fewer, REVENUES, POPULATION), (COSTS, fewer, POPULATION), (COSTS, REVENUES, fewer)):
        with pytest.raises(ValueError, match="2581 is missing"):
            centred_differences(*figures)
    with pytest.raises(ValueError, match="2581 is missing"):
        amounts_of_year(DIFFERENCES, fewer, Terms((Fraction(1),)), 1)
    halves = Terms((Fraction(1), Fraction(1, 2)))
    with pytest.raises(ValueError, match="2581 is missing"):
        amounts_of_year(DIFFERENCES, POPULATION, halves, 2, fewer)


def test_no_municipality_at_all_and_none_without_inhabitants() -> None:
    with pytest.raises(ValueError, match="no municipality"):
        centred_differences({}, {}, {})
    with pytest.raises(ValueError, match="there are none in 2582"):
        centred_differences(COSTS, REVENUES, POPULATION | {"2582": Fraction(0)})


def test_what_does_not_sum_to_zero_is_not_evened_out() -> None:
    with pytest.raises(ValueError, match="centred"):
        amounts_of_year(COSTS, POPULATION, Terms((Fraction(1),)), 1)
    with pytest.raises(ValueError, match="sum to 0 kr"):
        whole_amounts({"a": Fraction(1)})
    with pytest.raises(ValueError, match="not to 0 kr"):
        whole_amounts({"a": Fraction(0)}, 0)


@pytest.mark.parametrize("keys", [{}, {"a": Fraction(0)}, {"a": Fraction(-1), "b": Fraction(2)}])
def test_a_key_that_shares_nothing_is_refused(keys: dict[str, Fraction]) -> None:
    with pytest.raises(ValueError, match="key of 0 or more"):
        shared_by_key(Fraction(1), keys)
