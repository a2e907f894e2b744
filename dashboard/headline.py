"""The sentence that answers: how many visits, of which kind, and is that more or fewer than before?

Here is decided what is to be said; the words stand in `templates/headline.html`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.figures import Figure, Number, share
from dashboard.months import Kind, Months
from dashboard.words import a_month_before, a_year_before, month, spans

Form = Literal["more", "fewer", "same", "almost", "from_none", "protected", "missing"]


@dataclass(frozen=True)
class Comparison:
    """How a figure stands to the same a year before; `change` is a fraction of the earlier."""

    form: Form
    before: str
    visits: int = 0
    change: Number = 0


@dataclass(frozen=True)
class Statement:
    """What is said of a period: visits at home, how they fall on the kinds, and the comparison."""

    period: str
    home: Figure
    home_health_care: Figure
    home_visit: Figure
    comparison: Comparison

    @property
    def home_health_care_share(self) -> Figure:
        """The share that home health care visits are of visits at home."""
        return share(self.home_health_care, self.home)

    @property
    def home_visit_share(self) -> Figure:
        """The share that home visits are of visits at home."""
        return share(self.home_visit, self.home)


@dataclass(frozen=True)
class Headline:
    """The latest year, and its last month; both None for a release without visits."""

    year: Statement | None
    month: Statement | None


def headline(months: Months) -> Headline:
    """What the first sentences of the page say."""
    if not months.counted:
        return Headline(None, None)
    year, last = months.latest_year(), months.counted[-1]
    return Headline(
        _statement(months, year, year_compared(months, year, "home")),
        _statement(months, (last,), month_compared(months, last, "home")),
    )


def year_compared(months: Months, period: Sequence[date], kind: Kind) -> Comparison:
    """A kind of visits in some months beside the same months a year before."""
    earlier = tuple(a_year_before(entry) for entry in period)
    if not set(earlier) <= set(months.counted):
        return Comparison("missing", _named(earlier))
    return comparison(months.sum(period, kind), months.sum(earlier, kind), _named(earlier))


def month_compared(months: Months, last: date, kind: Kind) -> Comparison:
    """A kind of visits in a month beside the same month a year before; beside the month before where that lacks."""
    before = a_month_before(last)
    if a_year_before(last) in months.counted or before not in months.counted:
        return year_compared(months, (last,), kind)
    return comparison(months.visits(last, kind), months.visits(before, kind), month(before))


def comparison(now: Figure, before: Figure, named: str) -> Comparison:
    """Two figures compared; `named` is what the earlier period is called."""
    if "protected" in (now.status, before.status):
        return Comparison("protected", named)
    if not (now.shown and before.shown):
        return Comparison("missing", named)
    visits = now.count - before.count
    if visits == 0:
        return Comparison("same", named)
    if before.count == 0:
        return Comparison("from_none", named, visits)
    change = visits / before.count
    return Comparison(_form(change), named, visits, change)


def _statement(months: Months, period: Sequence[date], compared: Comparison) -> Statement:
    return Statement(
        _named(period),
        months.sum(period, "home"),
        months.sum(period, "home_health_care"),
        months.sum(period, "home_visit"),
        compared,
    )


def _form(change: float) -> Form:
    if abs(change) < 0.0005:
        return "almost"
    return "more" if change > 0 else "fewer"


def _named(period: Sequence[date]) -> str:
    return month(period[0]) if len(period) == 1 else spans(period)
