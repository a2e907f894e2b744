"""Charts with a row for each area: values with intervals, gains and losses, and two values with a line between."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts import (
    BLUE,
    DECIMAL,
    GREY,
    INK,
    ORANGE,
    PER_CENT,
    THOUSANDS,
    Chart,
    Row,
    Size,
    Spec,
    charted,
    plain,
)
from dashboard.figures import Figure
from dashboard.words import measured, signed

_FIGURE = 50


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


@dataclass(frozen=True)
class Dumbbell:
    """A row with two values and the change between them, in the chart's unit."""

    name: str
    before: Figure
    after: Figure
    change: Figure


def dot_chart(dots: Sequence[Dot], described: str, unit: str) -> Chart | None:
    """Values in a unit with intervals, a row each; None where there is nothing to draw."""
    shown = [dot for dot in dots if dot.value.shown]
    return (
        charted(described, {"rows": list(map(_dot, shown))}, lambda size: _dots(shown, size, unit)) if shown else None
    )


def bar_chart(bars: Sequence[Bar], described: str) -> Chart | None:
    """Gains to the right of zero and losses to the left, a row each; None where there is nothing to draw."""
    shown = [bar for bar in bars if bar.value.shown]
    return charted(described, {"rows": list(map(_bar, shown))}, lambda size: _bars(shown, size)) if shown else None


def dumbbell_chart(rows: Sequence[Dumbbell], described: str, decimals: int = 0) -> Chart | None:
    """A ring for the value before, a dot for the one after, a line between; None where no change may be shown."""
    shown = [row for row in rows if row.before.shown and row.after.shown and row.change.shown]
    drawn = [_dumbbell(row, decimals) for row in shown]
    return charted(described, {"rows": drawn}, lambda size: _dumbbells(shown, size)) if shown else None


def described_dots(dots: Sequence[Dot], unit: str) -> str:
    """What the rows show, in words."""
    return (
        ", ".join(f"{dot.name} {measured(dot.value.value, unit)}" for dot in dots if dot.value.value is not None) + "."
    )


def _dots(dots: Sequence[Dot], size: Size, unit: str) -> Spec:
    axis = {"labelExpr": PER_CENT if unit == "share" else DECIMAL, "tickCount": 5, "domain": False, "ticks": False}
    scale = {"domain": [0, _furthest(dots)], "nice": True}
    across = {"type": "quantitative", "title": None, "axis": axis, "scale": scale}
    names = {"domain": False, "ticks": False, "labelLimit": 220}
    colour = {"value": BLUE, "condition": {"test": "datum.strong", "value": INK}}
    up = {"field": "name", "type": "nominal", "title": None, "sort": [dot.name for dot in dots], "axis": names}
    return {
        "width": size.width - 60,
        "height": {"step": 24},
        "data": {"name": "rows"},
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


def _dot(dot: Dot) -> Row:
    return {
        "name": dot.name,
        "value": plain(dot.value),
        "low": plain(dot.low if dot.low.shown else dot.value),
        "high": plain(dot.high if dot.high.shown else dot.value),
        "baseline": plain(dot.baseline),
        "strong": dot.strong,
    }


def _bar(bar: Bar) -> Row:
    return {"name": bar.name, "kr": plain(bar.value), "text": _gain(bar)}


def _bars(bars: Sequence[Bar], size: Size) -> Spec:
    names = {"domain": False, "ticks": False, "labelLimit": 220}
    up = {"field": "name", "type": "nominal", "title": None, "sort": [bar.name for bar in bars], "axis": names}
    axis = {"labelExpr": THOUSANDS, "tickCount": 4, "tickMinStep": 1, "domain": False, "ticks": False}
    width = size.width - 60
    scale = {"domain": _around_zero([plain(bar.value) or 0 for bar in bars], width), "nice": False}
    across = {"field": "kr", "type": "quantitative", "title": None, "axis": axis, "scale": scale}
    return {
        "width": width,
        "height": {"step": 24},
        "data": {"name": "rows"},
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
    ends = (plain(end) or 0 for dot in dots for end in (dot.value, dot.high, dot.baseline))
    return max(ends, default=0) * 1.04 or 0.01


def _dumbbells(rows: Sequence[Dumbbell], size: Size) -> Spec:
    names = {"domain": False, "ticks": False, "labelLimit": 220}
    up = {"field": "name", "type": "nominal", "title": None, "sort": [row.name for row in rows], "axis": names}
    axis = {"labelExpr": THOUSANDS, "tickCount": 4, "tickMinStep": 1, "domain": False, "ticks": False}
    across = {"type": "quantitative", "title": None, "axis": axis, "scale": {"domain": _spread(rows), "nice": False}}
    return {
        "width": size.width - (150 if size.labels_beside else 110),
        "height": {"step": 26},
        "data": {"name": "rows"},
        "encoding": {"y": up},
        "layer": [
            {"mark": {"type": "rule", "color": "#c9ccd1"}, "encoding": {"x": {"datum": 0}, "y": None}},
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, "color": GREY},
                "encoding": {"x": {**across, "field": "before"}, "x2": {"field": "after"}},
            },
            {
                "mark": {"type": "point", "size": 70, "color": GREY, "fill": "white", "strokeWidth": 2, "opacity": 1},
                "encoding": {"x": {**across, "field": "before"}},
            },
            {
                "mark": {"type": "point", "size": 80, "filled": True, "opacity": 1, "color": BLUE},
                "encoding": {"x": {**across, "field": "after"}},
            },
            {
                "mark": {"type": "text", "fontSize": 13, "color": INK, "align": "left", "dx": 10},
                "encoding": {"x": {**across, "field": "end"}, "text": {"field": "text"}},
            },
        ],
    }


def _dumbbell(row: Dumbbell, decimals: int) -> Row:
    before, after = plain(row.before) or 0, plain(row.after) or 0
    text = signed(row.change.value or 0, decimals)
    return {"name": row.name, "before": before, "after": after, "end": max(before, after), "text": text}


def _spread(rows: Sequence[Dumbbell]) -> list[float]:
    """From the least to the greatest value, zero included, with a little room at the ends."""
    ends = [plain(end) or 0 for row in rows for end in (row.before, row.after)]
    low, high = min(0, *ends), max(0, *ends)
    room = ((high - low) or 1) * 0.03
    return [low - room if low else 0, high + room]
