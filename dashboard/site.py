"""The pages of a release: the first one, and the dictionary, in Swedish; made from the published database alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboard import words
from dashboard.boundaries import BoundaryTable, read_boundaries
from dashboard.charts import (
    BLUE,
    GREY,
    ORANGE,
    Bar,
    Dot,
    Line,
    bar_chart,
    described_dots,
    described_line,
    dot_chart,
    month_chart,
)
from dashboard.deliveries import Deliveries, read_deliveries
from dashboard.dictionary import as_csv, read_dictionary
from dashboard.equalisation import IncomeEqualisation, read_income_equalisation
from dashboard.figures import MISSING, Figure, figure, share
from dashboard.headline import Comparison, Headline, headline, month_compared
from dashboard.indicators import Indicator, Result, charted, read_indicators
from dashboard.money import Money, read_money
from dashboard.months import Kind, Months, read_months
from dashboard.municipalities import MunicipalityTable, municipality_table
from dashboard.published import Published, published
from dashboard.tax_shift import Effects
from dashboard.years import YearTable, read_years

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "index.html"
DICTIONARY = "dictionary.html"


@dataclass(frozen=True)
class Release:
    """A row of the query `release`."""

    release_id: str
    region_name: str
    data: str
    notice_sv: str | None
    min_persons: int
    cells_protected_share: Decimal | None
    visits_protected_share: Decimal | None
    code_version: str
    inputs_hash: str
    created_at: datetime | None


@dataclass(frozen=True)
class MonthLine:
    """A line of the month table, with what its chart says in one sentence."""

    kind: Kind
    figures: tuple[Figure, ...]
    latest: Comparison | None


@dataclass(frozen=True)
class Page:
    """All that the templates show."""

    release: Release | None
    months: tuple[date, ...]
    headline: Headline
    lines: tuple[MonthLine, ...]
    years: YearTable | None
    municipalities: MunicipalityTable | None
    boundaries: BoundaryTable | None
    indicators: tuple[Indicator, ...]
    charted: frozenset[tuple[str, int]]
    made_up_population: tuple[int, ...]
    money: Money | None
    equalisation: IncomeEqualisation | None
    deliveries: Deliveries
    parameters: tuple[tuple[Any, ...], ...]
    official: tuple[tuple[Any, ...], ...]
    inputs: tuple[tuple[str, int], ...]
    counted: tuple[date, ...]


_LINES: tuple[Kind, ...] = ("home_health_care", "home_visit", "other", "every")


def render(database: Path, target: Path, municipalities: Mapping[str, str], boundaries: Sequence[str] = ()) -> None:
    """Write a published database's `index.html`, `dictionary.html` and `dictionary.csv` in the folder `target`.

    The folder is made if need be. `municipalities` gives the name behind each code of the region's tables; a code
    without a name shows as itself. `boundaries` are the ids of the boundaries in the order of the page: the first is
    the one that the others are compared with. Nothing but the file's published tables is read, and it is opened
    read-only.
    """
    with published(database) as source:
        page, tables = read_page(source, municipalities, boundaries), read_dictionary(source)
    shown = {
        PAGE: environment().get_template(PAGE).render(page=page),
        DICTIONARY: environment().get_template(DICTIONARY).render(release=page.release, tables=tables),
        "dictionary.csv": as_csv(tables),
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, text in shown.items():
        (target / name).write_text(text, encoding="utf-8", newline="")


def read_page(source: Published, names: Mapping[str, str], boundaries: Sequence[str] = ()) -> Page:
    """Everything on the page, as the published tables have it."""
    deliveries = read_deliveries(source)
    months = read_months(source, deliveries.months)
    latest = months.counted[-1].year if months.counted else None
    indicators = read_indicators(source, names)
    return Page(
        release=next(iter(source.rows("release", Release)), None),
        months=months.listed,
        headline=headline(months),
        lines=tuple(_line(months, kind) for kind in _LINES if months.publishes(kind)),
        years=read_years(source, months),
        municipalities=municipality_table(months, names),
        boundaries=read_boundaries(source, months.counted, boundaries),
        indicators=indicators,
        charted=charted(indicators),
        made_up_population=tuple(source.rows("made_up_population", int)),
        money=read_money(source, names, boundaries),
        equalisation=read_income_equalisation(source, names, latest),
        deliveries=deliveries,
        parameters=tuple(source.rows("parameters", _row)),
        official=tuple(source.rows("official_series", _row)),
        inputs=tuple(source.rows("inputs", _row)),
        counted=months.counted,
    )


@cache
def environment() -> Environment:
    """The templates, with everything escaped, and the words and charts that they use."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(_FILTERS)
    charts = {"lines_chart": lines_chart, "indicator_chart": indicator_chart, "effect_chart": effect_chart}
    made.globals.update(share=share, span=words.span, **charts)
    return made


def lines_chart(lines: tuple[MonthLine, ...], months: tuple[date, ...], names: Mapping[str, str]) -> Markup:
    """The chart of visits month by month; `names` gives the kinds that it draws, in words."""
    colours: dict[Kind, str] = {"home_health_care": BLUE, "home_visit": ORANGE, "other": GREY}
    drawn = [Line(names[line.kind], colours[line.kind], line.figures) for line in lines if line.kind in colours]
    texts = [words.month(month) for month in months]
    described = " ".join(("Linjediagram, besök per månad.", *(described_line(line, texts) for line in drawn)))
    return month_chart(months, drawn, described)


def indicator_chart(indicator: Indicator, region: str) -> Markup:
    """The chart of an indicator's latest values with their intervals: the region first, then the areas."""
    latest = indicator.latest
    rows = [(region, latest, True)] if latest else []
    rows += [(area.label, area, False) for area in indicator.areas]
    dots = [
        Dot(name, row.value, row.low, row.high, _earlier(row, indicator.latest_period), strong)
        for name, row, strong in rows
    ]
    unit = indicator.definition.unit
    return dot_chart(dots, f"Diagram, {indicator.definition.title_sv}. {described_dots(dots, unit)}", unit)


def effect_chart(effects: Effects) -> Markup:
    """The chart of gain or loss per inhabitant by municipality, the greatest gain first."""
    found = [(name, figure(row.effect_sek_per_inhabitant, row.status)) for name, row in effects.rows]
    known = sorted((bar for bar in found if bar[1].shown), key=lambda bar: -(bar[1].value or 0))
    said = ", ".join(f"{name} {words.signed(value.value or 0)}" for name, value in known)
    title = f"Stapeldiagram, vinst (plus) eller förlust (minus) {effects.year} i kronor per invånare"
    return bar_chart([Bar(name, value) for name, value in known], f"{title}: {said}.")


def _earlier(result: Result, period: str) -> Figure:
    """The baseline, where it is another period than the one shown."""
    return MISSING if result.baseline_period == period else result.baseline


def _line(months: Months, kind: Kind) -> MonthLine:
    figures = tuple(months.visits(month, kind) for month in months.listed)
    latest = month_compared(months, months.counted[-1], kind) if months.counted else None
    return MonthLine(kind, figures, latest)


def _row(*values: Any) -> tuple[Any, ...]:
    return values


_FILTERS: dict[str, Callable[..., Any]] = {
    "number": words.number,
    "percent": words.percent,
    "signed": words.signed,
    "measured": words.measured,
    "amount": words.amount,
    "day": words.day,
    "about": words.about,
    "month": words.month,
    "short_month": words.short_month,
    "moment": words.moment,
    "spans": words.spans,
    "listed": words.listed,
}
