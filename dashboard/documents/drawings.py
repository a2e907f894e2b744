"""The charts of the documents, as SVG with the documents' own font; protected values are left out, never drawn as 0."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from dashboard.charts import BLUE, GREY, INK, ORANGE
from dashboard.documents.blocks import Chart, plain
from dashboard.figures import Figure, Number, rounded
from dashboard.words import number, signed

FONT = "Libertinus Serif"
_WIDTH, _HEIGHT = 430, 210
_STEP, _LINE = 21, 15
_TICKS = 6
_ROOM = 0.16
"""The part of the axis that is kept free beside the bars, for their figures."""
_LOOKS = ((BLUE, [1, 0]), (ORANGE, [6, 3]), (GREY, [2, 3]))
"""Colours, and dashes: the lines are told apart in print without colour too."""
_CONFIG = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {"labelColor": INK, "labelFontSize": 13, "gridColor": "#e3e3e3", "domainColor": "#8a8a8a"},
}
_NUMBER = "replace(replace(replace(format(datum.value, ',~r'), /,/g, '\u202f'), '.', ','), '-', '\u2212')"
Spec = Mapping[str, Any]
"""A piece of a chart in the Vega-Lite language."""
Bars = Sequence[tuple[str, Figure]]
Lines = Sequence[tuple[str, Sequence[Figure]]]


def bars(caption: str, given: Bars, *, unit: str, source: str, decimals: int = 0, sign: bool = False) -> Chart:
    """A row for each figure, from zero; with `sign` gains stand to the right and losses to the left."""
    written = signed if sign else number
    shown = [(plain(name), entry.value) for name, entry in given if entry.value is not None]
    rows = [{"name": name, "value": float(amount), "text": written(amount, decimals)} for name, amount in shown]
    said = ", ".join(f"{row['name']} {row['text']}" for row in rows)
    alt = f"Stapeldiagram. {caption}. Enhet: {unit}. {said}."
    return Chart(plain(caption), _drawn(_bars(rows)), plain(alt), plain(source))


def over_time(
    caption: str,
    times: Sequence[str],
    given: Lines,
    *,
    unit: str,
    source: str,
    decimals: int = 0,
    from_zero: bool = True,
) -> Chart:
    """A line for each row of figures, which has as many as there are times; a gap where there is no value."""
    lines = [(plain(name), figures) for name, figures in given if any(entry.shown for entry in figures)]
    said = " ".join(_described(name, figures, times, decimals) for name, figures in lines)
    alt = f"Linjediagram. {caption}. Enhet: {unit}. {said}"
    titled = f"{caption}, {unit}"
    return Chart(plain(titled), _drawn(_lines(times, lines, decimals, from_zero)), plain(alt), plain(source))


def _drawn(spec: Spec) -> str:
    import vl_convert  # takes long to import

    padding = {"left": 4, "top": 8, "right": 8, "bottom": 4}
    return str(vl_convert.vegalite_to_svg({"config": _CONFIG, "background": None, "padding": padding, **spec}))


def _bars(rows: Sequence[Mapping[str, Any]]) -> Spec:
    names = {"domain": False, "ticks": False, "labelLimit": 240, "labelPadding": 6}
    up = {"field": "name", "type": "nominal", "title": None, "sort": None, "axis": names}
    axis = {"labelExpr": _NUMBER, "tickCount": 5, "domain": False, "ticks": False}
    across = {"field": "value", "type": "quantitative", "title": None, "axis": axis, "scale": _scale(rows)}
    colour = {"value": BLUE, "condition": {"test": "datum.value < 0", "value": ORANGE}}
    return {
        "width": _WIDTH,
        "height": {"step": _STEP},
        "data": {"values": list(rows)},
        "encoding": {"y": up, "x": across},
        "layer": [
            {"mark": {"type": "bar", "height": 13}, "encoding": {"color": colour}},
            {"mark": {"type": "rule", "color": INK}, "encoding": {"x": {"datum": 0}, "y": None}},
            _ends("datum.value >= 0", {"align": "left", "dx": 5}),
            _ends("datum.value < 0", {"align": "right", "dx": -5}),
        ],
    }


def _ends(which: str, style: Spec) -> Spec:
    """The figures at the ends of the bars."""
    mark = {"type": "text", "fontSize": 13, "color": INK, "baseline": "middle", **style}
    return {"transform": [{"filter": which}], "mark": mark, "encoding": {"text": {"field": "text"}}}


def _scale(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """From the greatest loss to the greatest gain, with room for the figures."""
    low, high = (edge(0.0, *(row["value"] for row in rows)) for edge in (min, max))
    room = ((high - low) or 1.0) * _ROOM
    return {"domain": [low - room if low else 0, high + room if high else 0], "nice": False}


def _lines(times: Sequence[str], lines: Lines, decimals: int, from_zero: bool) -> Spec:
    values = [float(entry.value) for _, figures in lines for entry in figures if entry.value is not None]
    low, high = 0 if from_zero else min(values) * 0.97, max(values) * 1.05 or 1
    colours = {"domain": [name for name, _ in lines], "range": [colour for colour, _ in _LOOKS[: len(lines)]]}
    dashes = {"domain": colours["domain"], "range": [dash for _, dash in _LOOKS[: len(lines)]]}
    up = {"domain": False, "ticks": False, "tickCount": 5, "labelExpr": _NUMBER}
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "data": {"values": _points(lines)},
        "encoding": {
            "x": {"field": "at", "type": "quantitative", "title": None, "axis": _times(times),
                  "scale": {"domain": [0, max(1, len(times) - 1)], "nice": False}},
            "y": {"field": "value", "type": "quantitative", "title": None, "axis": up,
                  "scale": {"domain": [low, high], "nice": True, "zero": from_zero}},
            "color": {"field": "name", "type": "nominal", "legend": None, "scale": colours},
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.2},
                "encoding": {
                    "detail": {"field": "run"},
                    "strokeDash": {"field": "name", "type": "nominal", "legend": None, "scale": dashes},
                },
            },
            {"mark": {"type": "point", "size": 14, "opacity": 1}, "transform": [{"filter": "datum.alone"}]},
            _labels(lines, len(times) - 1, (high - low) / _HEIGHT, decimals),
        ],
    }  # fmt: skip


def _points(lines: Lines) -> list[Spec]:
    """The points of the lines; a time without a value ends one run of a line, so that it shows as a gap."""
    found: list[Spec] = []
    for name, figures in lines:
        for at, entry in enumerate(figures):
            if entry.value is not None:
                before = at > 0 and figures[at - 1].shown
                after = at + 1 < len(figures) and figures[at + 1].shown
                run = f"{name} {sum(not earlier.shown for earlier in figures[:at])}"
                alone = not (before or after)
                found.append({"at": at, "value": float(entry.value), "name": name, "run": run, "alone": alone})
    return found


def _times(times: Sequence[str]) -> Spec:
    step = max(1, -(-len(times) // _TICKS))
    shown = {at: time for at, time in enumerate(times) if at % step == 0}
    # the texts are of the program's own making: months and years
    named = ", ".join(f"'{at}': '{text}'" for at, text in shown.items())
    return {"values": list(shown), "labelExpr": f"{{{named}}}[datum.value]", "grid": False, "labelOverlap": False}


def _labels(lines: Lines, last: int, a_pixel: float, decimals: int) -> Spec:
    """Each line's name and latest figure beside its end, two lines of text, so far apart that they can be read."""
    ends = [next(float(entry.value) for entry in reversed(figures) if entry.value is not None) for _, figures in lines]
    texts = [_label(name, figures, decimals) for name, figures in lines]
    heights = _apart(ends, a_pixel * _LINE * (max(map(len, texts)) + 0.2))
    values = [
        {"at": last, "value": height, "name": name, "text": text}
        for (name, _), height, text in zip(lines, heights, texts, strict=True)
    ]
    mark = {
        "type": "text",
        "align": "left",
        "dx": 9,
        "fontSize": 13,
        "lineHeight": _LINE,
        "baseline": "middle",
        "clip": False,
    }
    return {"data": {"values": values}, "mark": mark, "encoding": {"text": {"field": "text"}}}


def _label(name: str, figures: Sequence[Figure], decimals: int) -> list[str]:
    first, _, rest = name.partition(": ")
    value = f" {number(figures[-1].value, decimals)}" if figures[-1].value is not None else ""
    return [f"{first}{value}", rest] if rest else [f"{first}{value}"]


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights moved up, lowest first, until each is at least so far from the one below."""
    placed = list(heights)
    for below, above in pairwise(sorted(range(len(placed)), key=lambda at: placed[at])):
        placed[above] = max(placed[above], placed[below] + least)
    return placed


def _described(name: str, figures: Sequence[Figure], times: Sequence[str], decimals: int) -> str:
    known = [(time, entry.value) for time, entry in zip(times, figures, strict=True) if entry.value is not None]
    low, high = min(known, key=_size), max(known, key=_size)
    parts = (("först", known[0]), ("lägst", low), ("högst", high), ("sist", known[-1]))
    return f"{name}: " + ", ".join(f"{word} {number(value, decimals)} ({time})" for word, (time, value) in parts) + "."


def _size(entry: tuple[str, Number]) -> Number:
    return rounded(entry[1], 6)
