"""Charts as static SVG that stands in the page itself: no script, no font or picture from elsewhere.

Every chart is drawn twice, for wide and for narrow screens, so that its text keeps its size.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from dashboard.figures import Figure
from dashboard.words import MONTHS, number, percent, runs

BLUE, ORANGE, GREY, INK = "#0b5394", "#b84a00", "#5f6368", "#1b1b1b"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_THOUSANDS = "replace(format(datum.value, ',d'), /,/g, '\u202f')"
_PER_CENT = "replace(format(datum.value * 100, '~g'), '.', ',') + '\u00a0%'"
_OPENING = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")
_GAP = 26


@dataclass(frozen=True)
class Size:
    """A chart's width in pixels for a kind of screen, its height, and whether labels stand beside the lines."""

    name: str
    width: int
    height: int
    labels_beside: bool


WIDE = Size("wide", 790, 320, labels_beside=True)
NARROW = Size("narrow", 268, 300, labels_beside=False)


@dataclass(frozen=True)
class Line:
    """A line of a chart over months: its name, colour and a figure for each month."""

    name: str
    colour: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Dot:
    """A row of a chart of values with intervals; figures are fractions."""

    name: str
    value: Figure
    low: Figure
    high: Figure
    baseline: Figure
    strong: bool = False


def month_chart(months: Sequence[date], lines: Sequence[Line], described: str) -> Markup:
    """Lines over months, a panel for each run of months without a gap; empty where there is nothing to draw."""
    if not any(entry.shown for line in lines for entry in line.figures):
        return Markup()
    return _both(described, lambda size: _month_panels(months, lines, size))


def dot_chart(dots: Sequence[Dot], described: str) -> Markup:
    """Values with intervals, a row each; empty where there is nothing to draw."""
    shown = [dot for dot in dots if dot.value.shown]
    return _both(described, lambda size: _dots(shown, size)) if shown else Markup()


def _both(described: str, draw: Any) -> Markup:
    return Markup("\n").join(_svg(draw(size), size, described) for size in (WIDE, NARROW))


def _svg(chart: alt.TopLevelMixin, size: Size, described: str) -> Markup:
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=alt.SCHEMA_VERSION.rsplit(".", 1)[0])
    opening = rf'<svg class="chart {size.name}" viewBox="\1" role="img" aria-label="{escape(described)}">'
    return Markup(_OPENING.sub(lambda found: opening.replace(r"\1", found[1]), drawn, count=1))


def _configured(chart: Any) -> Any:
    return chart.configure(
        font=FONT, aria=False, background="transparent", padding=4, view=alt.ViewConfig(stroke=None)
    ).configure_axis(
        labelColor=INK, labelFontSize=13, domainColor="#8a8a8a", tickColor="#8a8a8a", gridColor="#e3e3e3"
    )


def _month_panels(months: Sequence[date], lines: Sequence[Line], size: Size) -> Any:
    panels = runs(months)
    top = max(entry.count for line in lines for entry in line.figures if entry.shown) * 1.06 or 1
    room = size.width - _GAP * (len(panels) - 1)
    drawn = [
        _panel(_Panel(panel, months.index(panel[0]), max(40, room * len(panel) // len(months)), top), lines, size)
        for panel in panels
    ]
    drawn[-1] = alt.layer(drawn[-1], *_labels(lines, len(panels[-1]) - 1, top, size))
    return _configured(alt.hconcat(*drawn, spacing=_GAP))


@dataclass(frozen=True)
class _Panel:
    months: Sequence[date]
    start: int
    width: int
    top: float


def _panel(panel: _Panel, lines: Sequence[Line], size: Size) -> alt.LayerChart:
    points = [point for line in lines for point in _points(line, panel)]
    first = panel.start == 0
    x = alt.X("at:Q", title=None, axis=_month_axis(panel), scale=alt.Scale(domain=[0, max(1, len(panel.months) - 1)]))
    labels = alt.Axis(labelExpr=_THOUSANDS, tickCount=5, domain=False, ticks=False, labels=first, tickMinStep=1)
    y = alt.Y("visits:Q", title=None, axis=labels, scale=alt.Scale(domain=[0, panel.top], nice=True))
    colour = alt.Color("name:N", legend=None, scale=_colours(lines))
    base = alt.Chart(alt.Data(values=points), width=panel.width, height=size.height).encode(x=x, y=y, color=colour)
    line = base.mark_line(strokeWidth=2.5, clip=False).encode(detail="run:N")
    alone = base.mark_point(size=36, filled=True, opacity=1).transform_filter("datum.alone")
    open_ = base.mark_point(size=46, filled=True, fill="white", strokeWidth=2, opacity=1)
    return alt.layer(line, alone, open_.transform_filter("datum.preliminary"))


def _colours(lines: Sequence[Line]) -> alt.Scale:
    return alt.Scale(domain=[line.name for line in lines], range=[line.colour for line in lines])


def _points(line: Line, panel: _Panel) -> Iterator[dict[str, object]]:
    """The points of a line; a month without a figure ends one run of the line, so that it shows as a gap."""
    figures = line.figures[panel.start : panel.start + len(panel.months)]
    for at, entry in enumerate(figures):
        if entry.shown:
            before = at > 0 and figures[at - 1].shown
            after = at + 1 < len(figures) and figures[at + 1].shown
            run = sum(not earlier.shown for earlier in figures[:at])
            yield {
                "at": at,
                "visits": entry.count,
                "name": line.name,
                "run": f"{line.name} {run}",
                "alone": not (before or after),
                "preliminary": entry.status == "preliminary",
            }


def _month_axis(panel: _Panel) -> alt.Axis:
    ticks = {at: _tick(entry) for at, entry in enumerate(panel.months) if _is_tick(at, panel)}
    names = ", ".join(f"'{at}': {text}" for at, text in ticks.items())
    return alt.Axis(
        values=list(ticks), labelExpr=f"{{{names}}}[datum.value]", grid=False, labelOverlap=False, labelAlign="left",
        labelOffset=-2, labelPadding=6,
    )  # fmt: skip


def _is_tick(at: int, panel: _Panel) -> bool:
    """The first month, then every January; also July and more where there is room for it."""
    month = panel.months[at].month
    wide = panel.width / len(panel.months)
    step = next(step for step in (1, 3, 6, 12, 24, 48, 10_000) if step * wide >= (44 if step < 12 else 40))
    if at == 0:
        return True
    since = (panel.months[at].year - panel.months[0].year) * 12 + month - 1
    return since % step == 0 and at * wide >= 44


def _tick(entry: date) -> str:
    name = MONTHS[entry.month - 1][:3]
    return f"['{name}', '{entry.year}']"


def _labels(lines: Sequence[Line], last: int, top: float, size: Size) -> list[alt.Chart]:
    ends = [(line, found[-1]) for line in lines if (found := [entry for entry in line.figures if entry.shown])]
    heights = _apart([end.count for _, end in ends], 19 * top / size.height)
    values = [
        {"at": last, "visits": height, "name": line.name, "text": f"{line.name} {number(end.count)}"}
        for (line, end), height in zip(ends, heights, strict=True)
    ]
    base = alt.Chart(alt.Data(values=values)).encode(
        x="at:Q", y="visits:Q", text="text:N", color=alt.Color("name:N", legend=None, scale=_colours(lines))
    )
    if size.labels_beside:
        return [base.mark_text(align="left", dx=9, fontSize=14, fontWeight=600)]
    style = {"align": "right", "dx": 0, "dy": -14, "fontSize": 13, "fontWeight": 600}
    halo = base.mark_text(**style, stroke="white", strokeWidth=5, strokeJoin="round").encode(color=alt.value("white"))
    return [halo, base.mark_text(**style)]


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights moved up, lowest first, until each is at least so far from the one below."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda at: placed[at])
    for below, above in zip(order, order[1:], strict=False):
        placed[above] = max(placed[above], placed[below] + least)
    return placed


def _dots(dots: Sequence[Dot], size: Size) -> Any:
    names = [dot.name for dot in dots]
    values = [_dot(dot) for dot in dots]
    axis = alt.Axis(labelExpr=_PER_CENT, tickCount=5, domain=False, ticks=False)
    x = alt.X("value:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, _furthest(dots)], nice=True))
    y = alt.Y("name:N", title=None, sort=names, axis=alt.Axis(domain=False, ticks=False, labelLimit=220))
    width = size.width - (60 if size.labels_beside else 70)
    base = alt.Chart(alt.Data(values=values), width=width, height=alt.Step(24)).encode(y=y)
    colour = alt.condition("datum.strong", alt.value(INK), alt.value(BLUE))
    interval = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", color=colour)
    before = base.transform_filter("isValid(datum.baseline)").mark_point(
        size=70, filled=False, color=ORANGE, strokeWidth=2, shape="diamond", opacity=1
    )
    now = base.mark_point(size=70, filled=True, opacity=1).encode(x=x, color=colour)
    return _configured(alt.layer(interval, before.encode(x="baseline:Q"), now))


def _dot(dot: Dot) -> dict[str, object]:
    return {
        "name": dot.name,
        "value": _float(dot.value),
        "low": _float(dot.low if dot.low.shown else dot.value),
        "high": _float(dot.high if dot.high.shown else dot.value),
        "baseline": _float(dot.baseline),
        "strong": dot.strong,
    }


def _float(entry: Figure) -> float | None:
    return None if entry.value is None else float(entry.value)


def _furthest(dots: Sequence[Dot]) -> float:
    ends = (_float(end) or 0 for dot in dots for end in (dot.value, dot.high, dot.baseline))
    return max(ends, default=0) * 1.04 or 0.01


def described_line(line: Line, months: Sequence[str]) -> str:
    """What a line shows, in words: its first, lowest, highest and last figure."""
    known = [(name, entry.count) for name, entry in zip(months, line.figures, strict=True) if entry.shown]
    if not known:
        return f"{line.name}: inga uppgifter."
    low, high = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    parts = (("först", known[0]), ("lägst", low), ("högst", high), ("sist", known[-1]))
    return f"{line.name}: " + ", ".join(f"{word} {number(n)} i {name}" for word, (name, n) in parts) + "."


def described_dots(dots: Sequence[Dot]) -> str:
    """What the rows show, in words."""
    return ", ".join(f"{dot.name} {percent(dot.value.value)}" for dot in dots if dot.value.value is not None) + "."
