"""The sentence that answers: how many visits, of which kind, and is that more or fewer than before?

Here is decided what is to be said; the words stand in `templates/headline.html`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.figures import Figure, Number, share
from dashboard.months import Kind, Months
from dashboard.words import month, spans

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
    return Headline(statement(months, months.latest_year()), statement(months, months.counted[-1:]))


def statement(months: Months, period: Sequence[date]) -> Statement:
    """What is said of some months of one year."""
    return Statement(
        _named(period),
        months.sum(period, "home"),
        months.sum(period, "home_health_care"),
        months.sum(period, "home_visit"),
        compared(months, period, "home"),
    )


def compared(months: Months, period: Sequence[date], kind: Kind) -> Comparison:
    """A kind of visits in some months beside the same months a year before."""
    earlier = tuple(entry.replace(year=entry.year - 1) for entry in period)
    if months.year_before(period) is None:
        return Comparison("missing", _named(earlier))
    return comparison(months.sum(period, kind), months.sum(earlier, kind), _named(earlier))


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


def _form(change: float) -> Form:
    if abs(change) < 0.0005:
        return "almost"
    return "more" if change > 0 else "fewer"


def _named(period: Sequence[date]) -> str:
    return month(period[0]) if len(period) == 1 else spans(period)
