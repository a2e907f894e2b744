"""The Swedish calendar: public holidays, and the working days on which suppliers deliver."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from regions.month import Month

_SATURDAY = 5


def swedish_holidays(years: range) -> Iterator[date]:
    """Public holidays, and the eves that are kept as such: midsummer, Christmas and New Year."""
    import holidays

    for year in years:
        for day, name in holidays.country_holidays("SE", years=year, language="sv").items():
            yield day
            if name == "Midsommardagen":
                yield day - timedelta(days=1)
        yield from (date(year, 12, 24), date(year, 12, 31))


def is_working_day(day: date) -> bool:
    """Whether the day is neither a weekend, a public holiday nor one of the eves above."""
    return day.weekday() < _SATURDAY and day not in _holidays_of(day.year)


def working_day_from(day: date) -> date:
    """The day itself if it is a working day, else the next that is."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def day_of(month: Month, day: int) -> date:
    """A day of the month by its number; its last day where the month is shorter."""
    last = calendar.monthrange(month.year, month.number)[1]
    return date(month.year, month.number, min(day, last))


@cache
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(swedish_holidays(range(year, year + 1)))
