"""A month: written, read, counted on, and in order."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.month import Month

MONTHS = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))
NEAR = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))
STEPS = st.integers(-600, 600)


@given(MONTHS)
def test_what_is_written_is_read_again(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.parse(f" {month}\n") == month
    assert month.compact == str(month).replace("-", "")


@pytest.mark.parametrize(
    "text",
    ["", "2011", "2011-1", "2011-13", "2011-00", "0000-01", "201101", "2011-01-01", "11-01", "２０１１-01", "2011-01x"],
)
def test_anything_else_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM, such as 2011-01"):
        Month.parse(text)


@given(st.text(max_size=8))
def test_no_text_does_worse_than_a_value_error(text: str) -> None:
    try:
        month = Month.parse(text)
    except ValueError:
        return
    assert str(month) == text.strip()
    assert month.first.day == 1


@given(NEAR, STEPS, STEPS)
def test_steps_add_up(month: Month, one: int, other: int) -> None:
    assert month.plus(one).plus(other) == month.plus(one + other)
    assert month.plus(one).plus(-one) == month
    assert (month.plus(one) > month) == (one > 0)


@given(NEAR)
def test_the_next_month_begins_the_day_after_this_one_ends(month: Month) -> None:
    last = month.plus(1).first - timedelta(days=1)
    assert Month.of(last) == Month.of(month.first) == month
    assert 28 <= last.day <= 31


@given(NEAR, st.integers(-3, 60))
def test_until_gives_every_month_once_in_order(first: Month, count: int) -> None:
    months = list(first.until(first.plus(count)))
    assert len(months) == max(0, count + 1)
    assert months == sorted(set(months))
    assert all(later == earlier.plus(1) for earlier, later in pairwise(months))


@given(NEAR, NEAR)
def test_months_are_ordered_as_their_days(one: Month, other: Month) -> None:
    assert (one < other) == (one.first < other.first)
    assert (str(one) < str(other)) == (one < other)


def test_a_turn_of_the_year() -> None:
    assert Month(2011, 12).plus(1) == Month(2012, 1)
    assert Month(2012, 1).plus(-1) == Month(2011, 12)
    assert Month(2012, 1).plus(-13) == Month(2010, 12)
    assert Month.of(date(2012, 2, 29)) == Month(2012, 2)
