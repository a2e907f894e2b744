"""Parts of a year by hand and by property: nothing of the time between two days is lost or counted twice."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.settlement import parts_of_years, settled_amount

DAYS = st.dates(date(2008, 1, 1), date(2028, 12, 31))
FIRSTS = DAYS.map(lambda day: day.replace(day=1))


@pytest.mark.parametrize(
    ("shift", "takeover", "by", "parts"),
    [
        (date(2013, 1, 1), date(2013, 9, 1), "months", {2013: Fraction(8, 12)}),  # Västerbotten
        (date(2013, 1, 1), date(2013, 2, 1), "months", {2013: Fraction(1, 12)}),  # Norrbotten
        (date(2014, 1, 1), date(2014, 2, 3), "days", {2014: Fraction(33, 365)}),  # Västernorrland
        (date(2024, 1, 1), date(2024, 2, 3), "days", {2024: Fraction(33, 366)}),
        (date(2025, 1, 1), date(2024, 7, 1), "months", {2024: Fraction(1, 2)}),
        (date(2013, 1, 1), date(2014, 4, 1), "months", {2013: Fraction(1), 2014: Fraction(1, 4)}),
        (date(2014, 1, 1), date(2013, 12, 31), "days", {2013: Fraction(1, 365)}),
        (date(2014, 2, 3), date(2014, 2, 3), "months", {}),
    ],
)
def test_parts(shift: date, takeover: date, by: str, parts: dict[int, Fraction]) -> None:
    assert parts_of_years(shift, takeover, by) == parts  # type: ignore[arg-type]  # a text of the parameters above


@pytest.mark.parametrize(("shift", "takeover"), [("2014-01-01", "2014-02-03"), ("2014-01-15", "2014-03-15")])
def test_a_part_of_a_month_needs_days(shift: str, takeover: str) -> None:
    with pytest.raises(ValueError, match="count by days"):
        parts_of_years(date.fromisoformat(shift), date.fromisoformat(takeover), "months")


def test_who_has_the_tax_without_the_care_pays() -> None:
    first, later = date(2013, 1, 1), date(2013, 2, 1)
    assert settled_amount(Fraction(1200), Fraction(1, 12), tax_shift=first, takeover=later) == -100
    assert settled_amount(Fraction(1200), Fraction(1, 12), tax_shift=later, takeover=first) == 100


@pytest.mark.parametrize("part", [Fraction(-1, 12), Fraction(13, 12)])
def test_no_more_than_a_year_is_settled(part: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        settled_amount(Fraction(1200), part, date(2013, 1, 1), date(2013, 2, 1))


@settings(max_examples=40)
@given(one=DAYS, other=DAYS)
def test_days_are_neither_lost_nor_counted_twice(one: date, other: date) -> None:
    parts = parts_of_years(one, other, "days")
    lengths = {year: (date(year + 1, 1, 1) - date(year, 1, 1)).days for year in parts}
    assert sum(parts[year] * lengths[year] for year in parts) == abs((other - one).days)
    assert all(0 < part <= 1 for part in parts.values())
    assert parts == parts_of_years(other, one, "days")


@settings(max_examples=40)
@given(one=FIRSTS, other=FIRSTS)
def test_months_are_neither_lost_nor_counted_twice(one: date, other: date) -> None:
    parts = parts_of_years(one, other, "months")
    months = (other.year - one.year) * 12 + other.month - one.month
    assert sum(parts.values()) * 12 == abs(months)
    assert all(0 < part <= 1 for part in parts.values())


@settings(max_examples=20)
@given(day=DAYS)
def test_a_whole_year_is_one_by_either_count(day: date) -> None:
    first, next_year = date(day.year, 1, 1), date(day.year, 12, 31) + timedelta(days=1)
    whole = {day.year: Fraction(1)}
    assert parts_of_years(first, next_year, "months") == parts_of_years(first, next_year, "days") == whole
