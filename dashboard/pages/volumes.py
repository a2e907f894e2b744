"""Volumes: how many visits, of which kind, month by month and year by year, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard import words
from dashboard.area_visits import AreaTable
from dashboard.charts import BLUE, GREY, ORANGE, Chart
from dashboard.choices import NONE, Block, choice
from dashboard.figures import Figure, total
from dashboard.headline import Comparison, comparison
from dashboard.map_chart import Area, map_chart
from dashboard.month_chart import Line, described_line, month_chart
from dashboard.months import ALL, Kind, Months
from dashboard.municipalities import municipality_table
from dashboard.page import Page
from dashboard.reading import Reading

FILE = "volymer.html"
EVERY_YEAR = "alla"
_KINDS: tuple[Kind, ...] = ("home_health_care", "home_visit", "other", "every")
_DRAWN: dict[Kind, tuple[str, str]] = {
    "home": ("Besök i hemmet", BLUE),
    "home_health_care": ("Hemsjukvårdsbesök", BLUE),
    "home_visit": ("Hembesök", ORANGE),
    "other": ("Övriga besök", GREY),
}


@dataclass(frozen=True)
class MonthLine:
    """A kind of visits month by month, and how its last month stands to the same month a year before."""

    kind: Kind
    figures: tuple[Figure, ...]
    latest: Comparison | None


@dataclass(frozen=True)
class MonthView:
    """An area's visits in some months: the lines of the chart and of the table behind it."""

    area: str
    months: tuple[date, ...]
    last: date
    lines: tuple[MonthLine, ...]
    chart: Chart | None

    @property
    def drawn(self) -> tuple[MonthLine, ...]:
        """The lines that the chart has."""
        return tuple(line for line in self.lines if line.kind != "every")

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        return frozenset(entry.status for line in self.lines for entry in line.figures)

    @property
    def statuses_drawn(self) -> frozenset[str]:
        """Every status in the chart: what its footnotes must explain."""
        return frozenset(entry.status for line in self.drawn for entry in line.figures)


def page(reading: Reading) -> Page:
    """The page of the volumes."""
    shown = {
        "headline": reading.headline,
        "years": reading.years,
        "municipalities": municipality_table(reading.months, reading.names),
        "areas": reading.areas,
        "map": area_map(reading.areas, reading),
    }
    return Page(FILE, "volumes.html", "Volymer", "Besök: hur många och av vilket slag", shown, _blocks(reading))


def area_map(table: AreaTable | None, reading: Reading) -> Chart | None:
    """The map of visits per 1 000 inhabitants; None without borders or figures."""
    shapes = reading.region.shapes
    if table is None or not shapes:
        return None
    rows = [row for row in table.municipalities if row.code in shapes]
    said = ", ".join(f"{row.name} {words.measured(row.crude.value, '')}" for row in rows if row.crude.value is not None)
    areas = [Area(row.name, row.crude, shapes[row.code]) for row in rows]
    return map_chart(areas, f"Karta, besök i hemmet per 1 000 invånare {table.period}: {said}.")


def _blocks(reading: Reading) -> dict[str, Block]:
    months = reading.months
    if not months.counted:
        return {}
    years = sorted({month.year for month in months.listed}, reverse=True)
    periods = [(EVERY_YEAR, "Alla månader"), *((str(year), str(year)) for year in years)]
    areas = [entry for entry in reading.area_options if _lines_of(months, _codes(reading, entry[0]), ())]
    if not areas:
        return {}
    area, period = choice("omrade", "Område", areas), choice("ar", "Period", periods)
    compared = choice("jamfor", "Jämför med", [(NONE, "Inget"), *areas])

    def show(code: str, year: str) -> MonthView:
        listed = tuple(month for month in months.listed if year in (EVERY_YEAR, str(month.year)))
        return month_view(months, dict(areas)[code], _codes(reading, code), listed)

    return {"manader": Block("block_months.html", (area, period), show, also={"omrade": compared})}


def _codes(reading: Reading, area: str) -> tuple[str, ...]:
    parts = {part.code: part.municipalities for part in reading.region.county_parts}
    return parts.get(area, (area,))


def month_view(months: Months, area: str, codes: Sequence[str], listed: tuple[date, ...]) -> MonthView:
    """What an area's visits were in some months; `codes` are its municipalities, or `all`."""
    lines = _lines_of(months, codes, listed)
    counted = [month for month in listed if month in months.counted]
    last = counted[-1] if counted else listed[-1]
    return MonthView(area, listed, last, lines, _chart(lines, listed, area))


def _lines_of(months: Months, codes: Sequence[str], listed: Sequence[date]) -> tuple[MonthLine, ...]:
    """The kinds that are published of an area; of municipalities no others than those at home are."""
    kinds = _KINDS if tuple(codes) == (ALL,) else ("home", "home_health_care", "home_visit")
    published = [kind for kind in kinds if all(months.publishes(kind, code) for code in codes)]
    return tuple(_line(months, kind, codes, listed) for kind in published)


def _line(months: Months, kind: Kind, codes: Sequence[str], listed: Sequence[date]) -> MonthLine:
    figures = tuple(_visits(months, month, kind, codes) for month in listed)
    counted = [month for month in listed if month in months.counted]
    return MonthLine(kind, figures, _compared(months, counted[-1], kind, codes) if counted else None)


def _visits(months: Months, month: date, kind: Kind, codes: Sequence[str]) -> Figure:
    return total(months.visits(month, kind, code) for code in codes)


def _compared(months: Months, last: date, kind: Kind, codes: Sequence[str]) -> Comparison:
    """The last month beside the same one a year before, or beside the month before where that lacks."""
    year, month = words.a_year_before(last), words.a_month_before(last)
    before = month if year not in months.counted and month in months.counted else year
    now, then = (_visits(months, of, kind, codes) for of in (last, before))
    return comparison(now, then, words.month(before))


def _chart(lines: Sequence[MonthLine], listed: Sequence[date], area: str) -> Chart | None:
    drawn = [Line(*_DRAWN[line.kind], line.figures) for line in lines if line.kind in _DRAWN and _is_part(line, lines)]
    texts = [words.month(month) for month in listed]
    described = (f"Linjediagram, besök per månad, {area}.", *(described_line(line, texts) for line in drawn))
    return month_chart(listed, drawn, " ".join(described))


def _is_part(line: MonthLine, lines: Sequence[MonthLine]) -> bool:
    """All visits at home are drawn where the kinds aren't there to be."""
    return line.kind != "home" or len(lines) == 1
