"""The chart of visits month by month: lines, a panel for each run of months without a gap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from dashboard.charts import THOUSANDS, Chart, Row, Size, Spec, charted
from dashboard.figures import Figure
from dashboard.words import MONTHS, number, runs

_GAP, _TICK = 38, 44


@dataclass(frozen=True)
class Line:
    """A line of a chart over months: its name, colour and a figure for each month."""

    name: str
    colour: str
    figures: tuple[Figure, ...]


def month_chart(months: Sequence[date], lines: Sequence[Line], described: str) -> Chart | None:
    """Lines over months; None where there is nothing to draw."""
    if not any(entry.shown for line in lines for entry in line.figures):
        return None
    panels = runs(months)
    starts = [months.index(panel[0]) for panel in panels]
    points = {
        f"months {start}": [point for line in lines for point in _points(line, start, len(panel))]
        for start, panel in zip(starts, panels, strict=True)
    }
    return charted(described, points, lambda size: _month_panels(months, lines, size))


def described_line(line: Line, months: Sequence[str]) -> str:
    """What a line shows, in words: its first, lowest, highest and last figure."""
    known = [(name, entry.count) for name, entry in zip(months, line.figures, strict=True) if entry.shown]
    if not known:
        return f"{line.name}: inga uppgifter."
    low, high = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    parts = (("först", known[0]), ("lägst", low), ("högst", high), ("sist", known[-1]))
    return f"{line.name}: " + ", ".join(f"{word} {number(n)} i {name}" for word, (name, n) in parts) + "."


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
            "data": {"name": f"months {self.start}"},
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
        axis = {**quiet, "labelExpr": THOUSANDS, "labels": self.start == 0}
        return {"field": "visits", "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _colours(lines: Sequence[Line]) -> Spec:
    scale = {"domain": [line.name for line in lines], "range": [line.colour for line in lines]}
    return {"field": "name", "type": "nominal", "legend": None, "scale": scale}


def _points(line: Line, start: int, count: int) -> Iterator[Row]:
    """The points of a line in a panel; a month without a figure ends one run of the line, so that it shows as a gap."""
    figures = line.figures[start : start + count]
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
