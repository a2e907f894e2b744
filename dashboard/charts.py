"""Charts as static SVG that stands in the page itself: no script, no font or picture from elsewhere.

Every chart is drawn twice, for wide and for narrow screens, so that its text keeps its size.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import vl_convert
from markupsafe import Markup

from dashboard.figures import Figure
from dashboard.words import MONTHS, measured, number, runs, signed

BLUE, ORANGE, GREY, INK = "#0b5394", "#b84a00", "#5f6368", "#1b1b1b"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_THOUSANDS = "replace(format(datum.value, ',d'), /,/g, '\u202f')"
_DECIMAL = "replace(replace(format(datum.value, ',~r'), /,/g, '\u202f'), '.', ',')"
_PER_CENT = "replace(format(datum.value * 100, '~g'), '.', ',') + '\u00a0%'"
_VIEW_BOX = re.compile(r'viewBox="([^"]+)"')
_CONFIG = {
    "font": FONT,
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 13,
        "domainColor": "#8a8a8a",
        "tickColor": "#8a8a8a",
        "gridColor": "#e3e3e3",
    },
}
Spec = Mapping[str, Any]
"""A piece of a chart in the Vega-Lite language."""
_GAP, _TICK, _FIGURE = 38, 44, 50
_PADDING = {"left": 12, "top": 6, "right": 30, "bottom": 4}


@dataclass(frozen=True)
class Size:
    """A chart's width in pixels for a kind of screen, its height, and whether labels stand beside the lines."""

    name: str
    width: int
    height: int
    labels_beside: bool


WIDE = Size("wide", 760, 320, labels_beside=True)
NARROW = Size("narrow", 262, 300, labels_beside=False)


@dataclass(frozen=True)
class Line:
    """A line of a chart over months: its name, colour and a figure for each month."""

    name: str
    colour: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Dot:
    """A row of a chart of values with intervals; figures are in the chart's unit."""

    name: str
    value: Figure
    low: Figure
    high: Figure
    baseline: Figure
    strong: bool = False


@dataclass(frozen=True)
class Bar:
    """A row of a chart of gains and losses, in whole kronor."""

    name: str
    value: Figure


def month_chart(months: Sequence[date], lines: Sequence[Line], described: str) -> Markup:
    """Lines over months, a panel for each run of months without a gap; empty where there is nothing to draw."""
    if not any(entry.shown for line in lines for entry in line.figures):
        return Markup()
    return _both(described, lambda size: _month_panels(months, lines, size))


def dot_chart(dots: Sequence[Dot], described: str, unit: str) -> Markup:
    """Values in a unit with intervals, a row each; empty where there is nothing to draw."""
    shown = [dot for dot in dots if dot.value.shown]
    return _both(described, lambda size: _dots(shown, size, unit)) if shown else Markup()


def bar_chart(bars: Sequence[Bar], described: str) -> Markup:
    """Gains to the right of zero and losses to the left, a row each; empty where there is nothing to draw."""
    shown = [bar for bar in bars if bar.value.shown]
    return _both(described, lambda size: _bars(shown, size)) if shown else Markup()


def _both(described: str, draw: Callable[[Size], Spec]) -> Markup:
    return Markup("\n").join(_svg(draw(size), size, described) for size in (WIDE, NARROW))


def _svg(spec: Spec, size: Size, described: str) -> Markup:
    """The chart as SVG that scales with its frame, and that reads as one picture with a text."""
    drawn = vl_convert.vegalite_to_svg({"config": _CONFIG, "background": None, "padding": _PADDING, **spec})
    body = drawn[drawn.index(">") + 1 :]
    box = _VIEW_BOX.search(drawn)
    opening = Markup('<svg class="chart {}" viewBox="{}" role="img" aria-label="{}">').format(
        size.name, box[1] if box else "", described
    )
    return opening + Markup(body)  # noqa: S704 – vl-convert escapes every text that it draws


def _month_panels(months: Sequence[date], lines: Sequence[Line], size: Size) -> Spec:
    panels = runs(months)
    top = max(entry.count for line in lines for entry in line.figures if entry.shown) * 1.06 or 1
    room = size.width - _GAP * (len(panels) - 1)
    drawn = [
        _Panel(
            panel, months.index(panel[0]), max(40, room * len(panel) // len(months)), top, panel is panels[-1]
        ).layers(lines, size)
        for panel in panels
    ]
    drawn[-1]["layer"] += _labels(lines, len(panels[-1]) - 1, top, size)
    return {"hconcat": drawn, "spacing": _GAP, "bounds": "flush"}


@dataclass(frozen=True)
class _Panel:
    """Some months without a gap, from the `start`th of all; its width in pixels, and the axis' top in visits."""

    months: Sequence[date]
    start: int
    width: int
    top: float
    last: bool

    def layers(self, lines: Sequence[Line], size: Size) -> dict[str, Any]:
        """The panel: a line a run of figures, a point for a month alone, an open one for a preliminary month."""
        line = {"type": "line", "strokeWidth": 2.5}
        alone = {"type": "point", "size": 36, "filled": True, "opacity": 1}
        unfilled = {**alone, "size": 46, "filled": False, "fill": "white", "strokeWidth": 2}
        return {
            "width": self.width,
            "height": size.height,
            "data": {"values": [point for line in lines for point in _points(line, self)]},
            "encoding": {"x": self._across(), "y": self._up(), "color": _colours(lines)},
            "layer": [
                {"mark": line, "encoding": {"detail": {"field": "run"}}},
                {"mark": alone, "transform": [{"filter": "datum.alone"}]},
                {"mark": unfilled, "transform": [{"filter": "datum.preliminary"}]},
            ],
        }

    def _across(self) -> Spec:
        scale = {"domain": [0, max(1, len(self.months) - 1)]}
        return {"field": "at", "type": "quantitative", "title": None, "scale": scale, "axis": _month_axis(self)}

    def _up(self) -> Spec:
        scale = {"domain": [0, self.top], "nice": True}
        quiet = {"domain": False, "ticks": False, "tickCount": 5, "tickMinStep": 1}
        axis = {**quiet, "labelExpr": _THOUSANDS, "labels": self.start == 0}
        return {"field": "visits", "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _colours(lines: Sequence[Line]) -> Spec:
    scale = {"domain": [line.name for line in lines], "range": [line.colour for line in lines]}
    return {"field": "name", "type": "nominal", "legend": None, "scale": scale}


def _points(line: Line, panel: _Panel) -> Iterator[Spec]:
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


def _month_axis(panel: _Panel) -> Spec:
    ticks = {at: _tick(entry) for at, entry in enumerate(panel.months) if _is_tick(at, panel)}
    names = ", ".join(f"'{at}': {text}" for at, text in ticks.items())
    return {
        "values": list(ticks),
        "labelExpr": f"{{{names}}}[datum.value]",
        "labelAlign": "left",
        "labelOffset": -2,
        "labelPadding": 6,
        "labelOverlap": False,
        "grid": False,
    }


def _is_tick(at: int, panel: _Panel) -> bool:
    """The first month, then every January, and as many months between as there is room for."""
    if at == 0:
        return True
    month, first, wide = panel.months[at], panel.months[0], panel.width / len(panel.months)
    step = next(step for step in (1, 3, 6, 12, 24, 48, 10_000) if step * wide >= _TICK)
    after = (len(panel.months) - 1 - at) * wide + _GAP
    since = (month.year - first.year) * 12 + month.month - 1
    return since % step == 0 and at * wide >= _TICK and (panel.last or after >= _TICK)


def _tick(entry: date) -> str:
    name = MONTHS[entry.month - 1][:3]
    return f"['{name}', '{entry.year}']"


def _labels(lines: Sequence[Line], last: int, top: float, size: Size) -> list[Spec]:
    """Each line's name, and its figure of the last month, beside its end; above it where there is no room."""
    ends = [(line, found[-1]) for line in lines if (found := [entry for entry in line.figures if entry.shown])]
    heights = _apart([end.count for _, end in ends], 19 * top / size.height)
    values = [
        {"at": last, "visits": height, "name": line.name, "text": _label(line)}
        for (line, _), height in zip(ends, heights, strict=True)
    ]
    if size.labels_beside:
        return [_text(values, {"align": "left", "dx": 9, "fontSize": 14})]
    above = {"align": "right", "dy": -14, "fontSize": 13}
    rim = {"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"}
    return [_text(values, {**above, **rim}), _text(values, above)]


def _label(line: Line) -> str:
    end = line.figures[-1]
    return f"{line.name} {number(end.count)}" if end.shown else line.name


def _text(values: Sequence[Spec], style: Spec) -> Spec:
    mark = {"type": "text", "fontWeight": 600, **style}
    return {"data": {"values": values}, "mark": mark, "encoding": {"text": {"field": "text"}}}


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights moved up, lowest first, until each is at least so far from the one below."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda at: placed[at])
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + least)
    return placed


def _dots(dots: Sequence[Dot], size: Size, unit: str) -> Spec:
    axis = {"labelExpr": _PER_CENT if unit == "share" else _DECIMAL, "tickCount": 5, "domain": False, "ticks": False}
    scale = {"domain": [0, _furthest(dots)], "nice": True}
    across = {"type": "quantitative", "title": None, "axis": axis, "scale": scale}
    names = {"domain": False, "ticks": False, "labelLimit": 220}
    colour = {"value": BLUE, "condition": {"test": "datum.strong", "value": INK}}
    up = {"field": "name", "type": "nominal", "title": None, "sort": [dot.name for dot in dots], "axis": names}
    return {
        "width": size.width - 60,
        "height": {"step": 24},
        "data": {"values": [_dot(dot) for dot in dots]},
        "encoding": {"y": up},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": {**across, "field": "low"}, "x2": {"field": "high"}, "color": colour},
            },
            {
                "transform": [{"filter": "isValid(datum.baseline)"}],
                "mark": {"type": "point", "shape": "diamond", "size": 70, "color": ORANGE, "strokeWidth": 2},
                "encoding": {"x": {**across, "field": "baseline"}},
            },
            {
                "mark": {"type": "point", "size": 70, "filled": True, "opacity": 1},
                "encoding": {"x": {**across, "field": "value"}, "color": colour},
            },
        ],
    }


def _dot(dot: Dot) -> Spec:
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


def _bars(bars: Sequence[Bar], size: Size) -> Spec:
    names = {"domain": False, "ticks": False, "labelLimit": 220}
    up = {"field": "name", "type": "nominal", "title": None, "sort": [bar.name for bar in bars], "axis": names}
    axis = {"labelExpr": _THOUSANDS, "tickCount": 4, "tickMinStep": 1, "domain": False, "ticks": False}
    width = size.width - 60
    scale = {"domain": _around_zero([_float(bar.value) or 0 for bar in bars], width), "nice": False}
    across = {"field": "kr", "type": "quantitative", "title": None, "axis": axis, "scale": scale}
    return {
        "width": width,
        "height": {"step": 24},
        "data": {"values": [{"name": bar.name, "kr": _float(bar.value), "text": _gain(bar)} for bar in bars]},
        "encoding": {"y": up, "x": across},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14},
                "encoding": {"color": {"value": BLUE, "condition": {"test": "datum.kr < 0", "value": ORANGE}}},
            },
            {"mark": {"type": "rule", "color": INK}, "encoding": {"x": {"datum": 0}, "y": None}},
            _bar_ends("datum.kr >= 0", {"align": "left", "dx": 5}),
            _bar_ends("datum.kr < 0", {"align": "right", "dx": -5}),
        ],
    }


def _bar_ends(which: str, style: Spec) -> Spec:
    """The figures at the ends of the bars."""
    mark = {"type": "text", "fontSize": 13, "color": INK, "baseline": "middle", **style}
    return {"transform": [{"filter": which}], "mark": mark, "encoding": {"text": {"field": "text"}}}


def _gain(bar: Bar) -> str:
    return signed(bar.value.value) if bar.value.value is not None else ""


def _around_zero(values: Sequence[float], width: int) -> list[float]:
    """From the greatest loss to the greatest gain, with room for a figure beside the bars on either side."""
    low, high = min(0, *values), max(0, *values)
    room = ((high - low) or 1) * _FIGURE / (width - 2 * _FIGURE)
    return [low - room if low else 0, high + room]


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


def described_dots(dots: Sequence[Dot], unit: str) -> str:
    """What the rows show, in words."""
    return (
        ", ".join(f"{dot.name} {measured(dot.value.value, unit)}" for dot in dots if dot.value.value is not None) + "."
    )
