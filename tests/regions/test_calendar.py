"""The Swedish calendar: holidays, eves and working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.calendar import day_of, is_working_day, swedish_holidays, working_day_from
from regions.month import Month


def test_the_swedish_holidays_of_a_year_with_the_eves_that_are_kept() -> None:
    found = set(swedish_holidays(range(2024, 2025)))
    assert {day.strftime("%m-%d") for day in found if day.isoweekday() < 7} == {
        *("01-01", "01-06", "03-29", "04-01", "05-01", "05-09", "06-06", "06-21", "06-22"),
        *("11-02", "12-24", "12-25", "12-26", "12-31"),
    }
    assert date(2024, 3, 31) in found
    assert date(2024, 3, 28) not in found  # Maundy Thursday
    assert set(swedish_holidays(range(0))) == set()


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        (date(2024, 4, 5), date(2024, 4, 5)),  # a Friday
        (date(2024, 5, 5), date(2024, 5, 6)),  # a Sunday
        (date(2024, 3, 29), date(2024, 4, 2)),  # Good Friday, over Easter Monday
        (date(2024, 6, 21), date(2024, 6, 24)),  # Midsummer Eve
        (date(2024, 12, 24), date(2024, 12, 27)),  # Christmas Eve and both days of Christmas
        (date(2023, 12, 31), date(2024, 1, 2)),  # New Year's Eve, over the turn of the year
        (date(2024, 1, 5), date(2024, 1, 5)),  # Twelfth Night is no holiday by law
        (date(2011, 1, 6), date(2011, 1, 7)),  # Epiphany on a Thursday
    ],
)
def test_a_due_day_moves_to_the_next_working_day(due: date, moved: date) -> None:
    assert working_day_from(due) == moved


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_the_working_day_is_the_first_that_is_one(day: date) -> None:
    found = working_day_from(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=passed)) for passed in range((found - day).days))


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    assert day_of(Month(2024, 2), 31) == date(2024, 2, 29)
    assert day_of(Month(2023, 2), 30) == date(2023, 2, 28)
    assert day_of(Month(2024, 4), 15) == date(2024, 4, 15)
