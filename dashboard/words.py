"""Numbers, shares, months and times as Swedish readers expect them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboard.figures import Number, rounded

THIN = "\u202f"
NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_SWEDEN = ZoneInfo("Europe/Stockholm")
_ALPHABET = str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e"})


def number(value: Number, decimals: int = 0) -> str:
    """A number with thin spaces between thousands and a decimal comma: 96 412 or −1 234,50."""
    exact = rounded(value, decimals)
    text = f"{abs(exact):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    return f"{MINUS}{text}" if exact < 0 else text


def percent(share: Number, decimals: int | None = None) -> str:
    """A fraction as per cent with three significant digits, or as many decimals as asked for: 74,4 %."""
    value = rounded(share, 12) * 100
    places = _places(abs(value)) if decimals is None else decimals
    return f"{number(value, places)}{NO_BREAK}%"


def measured(value: Number, unit: str) -> str:
    """A value in its unit: a share as per cent, anything else with three significant digits, at most two decimals."""
    return percent(value) if unit == "share" else number(value, _places(abs(rounded(value, 12))))


def amount(value: Number) -> str:
    """A count, kronor or posts: whole where it is whole, else with one decimal."""
    return number(value, 0 if rounded(value, 1) == rounded(value) else 1)


def signed(value: Number, decimals: int = 0) -> str:
    """A number with its sign, + for a gain; 0 has none."""
    text = number(value, decimals)
    return f"+{text}" if rounded(value, decimals) > 0 else text


def about(count: int) -> str:
    """A count in running text: exact below 1 000, else three significant digits and «ungefär»."""
    if abs(count) < 1000:
        return number(count)
    step = 10 ** (len(str(abs(count))) - 3)
    near = int(rounded(count / step)) * step
    return number(count) if near == count else f"ungefär {number(near)}"


def month(day: date) -> str:
    """A month and its year: december 2012."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def short_month(day: date) -> str:
    """A month and its year, short: dec 2012."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"


def moment(utc: datetime) -> str:
    """A time in UTC, as date and clock in Sweden: 22 november 2026 kl. 12.06."""
    local = utc.replace(tzinfo=UTC).astimezone(_SWEDEN)
    return f"{day(local)} kl. {local:%H.%M}"


def day(value: date) -> str:
    """A date: 22 november 2026."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def period(start: date, end: date) -> str:
    """A period of whole months from its first to its last day: 2011, or februari–december 2013."""
    return span(start.replace(day=1), end.replace(day=1))


def span(first: date, last: date) -> str:
    """The months from one to another: december 2012, 2012, or januari 2011–mars 2012."""
    if first == last:
        return month(first)
    if first.year != last.year:
        return f"{month(first)}{DASH}{month(last)}"
    if (first.month, last.month) == (1, 12):
        return str(first.year)
    return f"{MONTHS[first.month - 1]}{DASH}{MONTHS[last.month - 1]} {last.year}"


def spans(months: Iterable[date]) -> str:
    """Months as the spans that they make: januari–mars 2011 och maj 2011."""
    return listed([span(run[0], run[-1]) for run in runs(months)])


def runs(months: Iterable[date]) -> list[list[date]]:
    """Months in order, in runs without a gap."""
    found: list[list[date]] = []
    for entry in sorted(set(months)):
        if found and following(found[-1][-1]) == entry:
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def following(first: date) -> date:
    """The first day of the next month."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def a_month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def a_year_before(first: date) -> date:
    """The first day of the same month a year before."""
    return first.replace(year=first.year - 1)


def listed(texts: Sequence[str]) -> str:
    """Texts with commas and a last «och»: a, b och c."""
    return " och ".join((", ".join(texts[:-1]), texts[-1])) if len(texts) > 1 else "".join(texts)


def alphabetical(name: str) -> str:
    """A key that sorts names as Swedish does: å, ä and ö after z."""
    return name.lower().translate(_ALPHABET)


def _places(per_cent: Decimal) -> int:
    if per_cent == 0 or per_cent >= 100:
        return 0
    return 1 if per_cent >= 10 else 2
