"""The part of a year between a tax shift and the takeover, and what is settled for it.

Whoever has the tax without the care pays for it: if the tax is shifted before the takeover the municipalities pay
the region, otherwise the region pays them. Amounts are kr, parts are fractions of a year.
Source: Västerbotten 2013 (tax from 1 January, takeover on 1 September, eight months paid back to the region).
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

CountedBy = Literal["months", "days"]
_MONTHS_PER_YEAR = 12


def parts_of_years(tax_shift: date, takeover: date, counted_by: CountedBy) -> dict[int, Fraction]:
    """Year → the part of it that lies between the two days, the later one not included; none where they are one.

    By months only whole calendar months are counted, twelfths of a year; by days, days of the year's 365 or 366.
    Raises ValueError where months are counted and one of the days isn't the first of a month.
    """
    first, until = sorted((tax_shift, takeover))
    if first == until:
        return {}
    _must_be_countable(first, until, counted_by)
    parts = {}
    for year in range(first.year, (until - timedelta(days=1)).year + 1):
        start, end = max(first, date(year, 1, 1)), min(until, date(year + 1, 1, 1))
        parts[year] = _part(start, end, counted_by)
    return parts


def settled_amount(year_amount: Fraction, part: Fraction, tax_shift: date, takeover: date) -> Fraction:
    """What a municipality receives (+) of the region, or pays (−), for a part of a year, kr: ± part · amount.

    Minus where the tax is shifted before the takeover. Raises ValueError for a part below 0 or above 1.
    """
    if not 0 <= part <= 1:
        raise ValueError(f"A part of a year is between 0 and 1, not {part}.")
    return part * year_amount * (-1 if tax_shift < takeover else 1)


def _must_be_countable(first: date, until: date, counted_by: CountedBy) -> None:
    for day in (first, until):
        if counted_by == "months" and day.day != 1:
            raise ValueError(f"Only whole months can be counted, and {day} isn't the first of a month: count by days.")


def _part(start: date, end: date, counted_by: CountedBy) -> Fraction:
    """The part of their year between two days of it, or its end."""
    if counted_by == "months":
        months = (end.year - start.year) * _MONTHS_PER_YEAR + end.month - start.month
        return Fraction(months, _MONTHS_PER_YEAR)
    return Fraction((end - start).days, (date(start.year + 1, 1, 1) - date(start.year, 1, 1)).days)
