"""Posts: the formulas on numbers worked by hand, and parts that make their total to the last decimal."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equalisation.exact import rounded
from equalisation.staffing import (
    ALL,
    WorkingTime,
    fte_of_norm,
    fte_of_volume,
    largest_remainder,
    mean_minutes,
    reconciled,
    split_totals,
    whole_minutes,
)

WORK = WorkingTime(Fraction(1600), Fraction("0.6"), Fraction("0.5"))
AGREED = {
    "district_nurse": Decimal("87.3"),
    "occupational_therapist": Decimal("24.3"),
    "physiotherapist": Decimal("4.4"),
}
"""The posts that changed employer in Norrbotten in 2013."""
CODES = st.text("0123456789", min_size=4, max_size=4)
WEIGHTS = st.dictionaries(CODES, st.fractions(0, 10**6), min_size=1, max_size=14)
TOTALS = st.decimals(0, 10**5, places=4)
CELLS = st.dictionaries(
    st.tuples(CODES, st.sampled_from(sorted(AGREED))), st.fractions(0, 500), min_size=1, max_size=30
)


def test_posts_of_so_many_minutes() -> None:
    # 100 visits of 30 minutes and 20 without a duration: 3 600 minutes, 5 400 with travel; 57 600 a post and year
    mean = mean_minutes(Fraction(3000), 100)
    assert mean == 30
    minutes = whole_minutes(Fraction(3000), 120, 100, mean)
    assert minutes == 3600
    assert fte_of_volume(minutes, WORK) == Fraction(5400, 57600)


def test_half_a_year_s_minutes_need_twice_the_posts() -> None:
    assert fte_of_volume(Fraction(3600), WORK, months=6) == 2 * fte_of_volume(Fraction(3600), WORK)


def test_one_post_per_111_patients() -> None:
    assert fte_of_norm(111, Fraction(111)) == 1
    assert rounded(fte_of_norm(2697, Fraction(111)), 4) == Decimal("24.2973")


@pytest.mark.parametrize(
    "work",
    [
        WorkingTime(Fraction(0), Fraction("0.6"), Fraction(0)),
        WorkingTime(Fraction(1600), Fraction(0), Fraction(0)),
        WorkingTime(Fraction(1600), Fraction(60), Fraction(0)),
        WorkingTime(Fraction(1600), Fraction("0.6"), Fraction(-1)),
    ],
)
def test_working_time_that_no_post_has_is_refused(work: WorkingTime) -> None:
    with pytest.raises(ValueError, match="A post needs"):
        fte_of_volume(Fraction(1), work)


@pytest.mark.parametrize("months", [0, 13])
def test_a_year_has_one_to_twelve_months(months: int) -> None:
    with pytest.raises(ValueError, match="1 to 12 months"):
        fte_of_volume(Fraction(1), WORK, months)


def test_durations_and_norms_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one visit"):
        mean_minutes(Fraction(0), 0)
    with pytest.raises(ValueError, match="3 visits with a duration"):
        whole_minutes(Fraction(30), 2, 3, Fraction(10))
    with pytest.raises(ValueError, match="patients per post"):
        fte_of_norm(10, Fraction(0))


def test_what_is_left_goes_to_those_that_lost_most_and_ties_to_the_first_code() -> None:
    assert largest_remainder(Decimal(1), {"b": 1, "a": 1, "c": 1}, 2) == {
        "a": Decimal("0.34"),
        "b": Decimal("0.33"),
        "c": Decimal("0.33"),
    }
    assert largest_remainder(Decimal("0.02"), {"a": 7, "b": 9, "c": 4}, 2) == {
        "a": Decimal("0.01"),
        "b": Decimal("0.01"),
        "c": Decimal("0.00"),
    }


@given(TOTALS, WEIGHTS)
def test_parts_make_the_total_and_none_is_a_step_off(total: Decimal, weights: dict[str, Fraction]) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts.values()) == total
    assert set(parts) == set(weights)
    step, whole = Fraction(1, 10_000), sum(weights.values())
    for code, part in parts.items():
        assert -part.as_tuple().exponent == 4
        if whole:
            assert abs(Fraction(part) - Fraction(total) * weights[code] / whole) < step


@given(TOTALS, WEIGHTS)
def test_the_order_of_municipalities_decides_nothing(total: Decimal, weights: dict[str, Fraction]) -> None:
    backwards = dict(reversed(weights.items()))
    assert largest_remainder(total, backwards) == largest_remainder(total, weights)


def test_without_weights_or_with_decimals_that_are_too_many_nothing_is_split() -> None:
    with pytest.raises(ValueError, match="at most 4 decimals"):
        largest_remainder(Decimal("0.00001"), {"a": 1})
    with pytest.raises(ValueError, match="at most 4 decimals"):
        largest_remainder(Decimal(-1), {"a": 1})
    for weights in ({}, {"a": 1, "b": -1}):
        with pytest.raises(ValueError, match="weights of 0 or more"):
            largest_remainder(Decimal(1), weights)
    assert largest_remainder(Decimal(1), {"b": 0, "a": 0}) == {"a": Decimal("0.5"), "b": Decimal("0.5")}


def adds_up(rows: dict[tuple[str, str], Decimal]) -> bool:
    """Whether every row `all` is the sum of its parts, in both directions."""
    codes, professions = {code for code, _ in rows} - {ALL}, {name for _, name in rows} - {ALL}
    zero = Decimal(0)
    return (
        all(rows[code, ALL] == sum((rows.get((code, name), zero) for name in professions), zero) for code in codes)
        and all(rows[ALL, name] == sum((rows.get((code, name), zero) for code in codes), zero) for name in professions)
        and rows[ALL, ALL] == sum((rows[code, ALL] for code in codes), zero)
        and rows[ALL, ALL] == sum((rows[ALL, name] for name in professions), zero)
    )


@given(CELLS)
def test_every_row_is_the_sum_of_its_parts(cells: dict[tuple[str, str], Fraction]) -> None:
    rows = reconciled(cells)
    assert adds_up(rows)
    assert rows[ALL, ALL] == rounded(sum(cells.values(), Fraction(0)), 4)
    assert {cell for cell in rows if ALL not in cell} == set(cells)
    for cell, fte in cells.items():
        assert abs(rows[cell] - rounded(fte, 6)) < Decimal("0.0004")


@given(st.dictionaries(CODES, st.integers(1, 10_000), min_size=1, max_size=14))
def test_norrbotten_s_116_posts_are_87_3_and_24_3_and_4_4_however_they_are_split(visits: dict[str, int]) -> None:
    cells = {(code, name): Fraction(count) for code, count in visits.items() for name in AGREED}
    rows = split_totals(AGREED, cells)
    assert rows[ALL, ALL] == Decimal("116.0")
    assert {name: rows[ALL, name] for name in AGREED} == AGREED
    assert adds_up(rows)


def test_posts_of_a_profession_without_cells_are_not_lost() -> None:
    with pytest.raises(ValueError, match="at least one"):
        split_totals({"nurse": Decimal(1)}, {("2505", "doctor"): Fraction(1)})
