"""Quality: the indicators against baseline and target, of every area, and small multiples of the municipalities."""

from dataclasses import dataclass

from dashboard import words
from dashboard.charts import Chart
from dashboard.choices import Block, choice
from dashboard.figures import MISSING, Figure
from dashboard.indicators import Indicator, Result, Series, charted
from dashboard.multiples_chart import Panel, multiples_chart
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.row_charts import Dot, described_dots, dot_chart

FILE = "kvalitet.html"


@dataclass(frozen=True)
class Overview:
    """The latest value of every indicator in an area."""

    area: str
    is_region: bool
    rows: tuple[tuple[Indicator, Result | None], ...]


def page(reading: Reading) -> Page:
    """The page of the indicators."""
    region = reading.release.region_name if reading.release else "regionen"
    drawn = charted(reading.indicators)
    shown = {
        "indicators": reading.indicators,
        "charted": drawn,
        "dots": {_key(entry): indicator_chart(entry, region) for entry in reading.indicators},
        "multiples": {_key(entry): multiples(entry) for entry in reading.indicators},
        "made_up_population": tuple(reading.source.rows("made_up_population", int)),
    }
    return Page(FILE, "quality.html", "Kvalitet", "Indikatorer mot baslinje och mål", shown, _blocks(reading, region))


def _key(indicator: Indicator) -> tuple[str, int]:
    return indicator.definition.indicator_id, indicator.definition.version


def _blocks(reading: Reading, region: str) -> dict[str, Block]:
    if not reading.indicators:
        return {}
    areas = dict(reading.area_options)

    def show(area: str) -> Overview:
        rows = tuple((entry, entry.latest_of(area)) for entry in reading.indicators)
        return Overview(region if area == "all" else areas[area], area == "all", rows)

    return {"oversikt": Block("block_indicators.html", (choice("omrade", "Område", reading.area_options),), show)}


def indicator_chart(indicator: Indicator, region: str) -> Chart | None:
    """The chart of an indicator's latest values with their intervals: the region first, then the municipalities."""
    latest = indicator.latest
    rows = [(region, latest, True)] if latest else []
    rows += [(area.label, area, False) for area in indicator.areas]
    dots = [
        Dot(name, row.value, row.low, row.high, _earlier(row, indicator.latest_period), strong)
        for name, row, strong in rows
    ]
    unit = indicator.definition.unit
    return dot_chart(dots, f"Diagram, {indicator.definition.title_sv}. {described_dots(dots, unit)}", unit)


def multiples(indicator: Indicator) -> Chart | None:
    """A panel for each municipality, period by period; None where there is but one period."""
    periods = [name for name in indicator.periods if len(name) == len("2011")] or list(indicator.periods)
    places = [entry for entry in indicator.series if entry.kind == "municipality"]
    if len(periods) < 2 or not places:
        return None
    panels = [_panel(entry, periods, indicator.latest_period) for entry in places]
    said = "; ".join(_said(panel, periods, indicator.definition.unit) for panel in panels)
    described = f"Små diagram, {indicator.definition.title_sv}, en ruta per kommun: {said}."
    return multiples_chart(periods, panels, described, indicator.definition.unit)


def _panel(series: Series, periods: list[str], latest: str) -> Panel:
    found = [series.results.get(name) for name in periods]
    last = series.results.get(latest)
    target = Figure(last.target) if last and last.target is not None else MISSING
    figures = tuple(result.value if result else MISSING for result in found)
    return Panel(series.name, figures, last.baseline if last else MISSING, target)


def _said(panel: Panel, periods: list[str], unit: str) -> str:
    known = [
        f"{words.measured(entry.value, unit)} {name}"
        for name, entry in zip(periods, panel.figures, strict=True)
        if entry.value is not None
    ]
    return f"{panel.name} {', '.join(known) or 'inga uppgifter'}"


def _earlier(result: Result, period: str) -> Figure:
    """The baseline, where it is another period than the one shown."""
    return MISSING if result.baseline_period == period else result.baseline
