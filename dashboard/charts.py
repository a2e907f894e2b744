"""Charts in the Vega-Lite language: static SVG in the page itself, or a text from which a browser draws the same.

Every chart has two specifications, for wide and for narrow screens, so that its text keeps its size. A page's first
view is drawn here; what a reader may choose is drawn in the browser, by the same library, when it is chosen.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import vl_convert
from markupsafe import Markup

from dashboard.figures import Figure

BLUE, ORANGE, GREY, INK = "#0b5394", "#b84a00", "#5f6368", "#1b1b1b"
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
THOUSANDS = "replace(format(datum.value, ',d'), /,/g, '\u202f')"
DECIMAL = "replace(replace(format(datum.value, ',~r'), /,/g, '\u202f'), '.', ',')"
PER_CENT = "replace(format(datum.value * 100, '~g'), '.', ',') + '\u00a0%'"
_VIEW_BOX = re.compile(r'viewBox="(\S+ \S+ (\S+) [^"]+)"')
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
_PADDING = {"left": 12, "top": 6, "right": 30, "bottom": 4}
_DRAW = """
window.hemvardVega = {
  svg: async (spec) => {
    const { view, finalize } = await vegaEmbed(document.createElement("div"), spec, { actions: false, tooltip: false });
    const text = await view.toSVG();
    finalize();
    return text;
  },
};
"""
_COMMON = {"config": _CONFIG, "background": None, "padding": _PADDING}
Spec = Mapping[str, Any]
"""A piece of a chart in the Vega-Lite language."""
Row = Mapping[str, Any]
"""What a chart draws a mark of: field → value."""


@dataclass(frozen=True)
class Size:
    """A chart's width in pixels for a kind of screen, its height, and whether labels stand beside the lines."""

    name: str
    width: int
    height: int
    labels_beside: bool


WIDE = Size("wide", 860, 320, labels_beside=True)
NARROW = Size("narrow", 262, 300, labels_beside=False)


@dataclass(frozen=True)
class Chart:
    """A chart: what it shows in words, its rows by the names that specifications give them, and its specifications."""

    described: str
    rows: Mapping[str, Sequence[Row]]
    specs: Mapping[str, Spec]

    def whole(self, size: str) -> dict[str, Any]:
        """All that the library needs to draw it for a kind of screen."""
        return {**_COMMON, **self.specs[size], "datasets": self.rows}


def charted(described: str, rows: Mapping[str, Sequence[Row]], draw: Callable[[Size], Spec]) -> Chart:
    """A chart of what `draw` makes for each kind of screen; it speaks of its rows by name."""
    return Chart(described, rows, {size.name: draw(size) for size in (WIDE, NARROW)})


def drawn(chart: Chart) -> Markup:
    """The chart as SVG, for each kind of screen: it scales with its frame, and reads as one picture with a text."""
    return Markup("\n").join(_svg(chart, name) for name in chart.specs)


def undrawn(chart: Chart) -> Markup:
    """The chart as a text that the site's script draws when a reader gets to see it."""
    return Markup('<script type="application/json" class="undrawn">{}</script>').format(as_script(_held(chart)))


def postponed(chart: Chart) -> Markup:
    """The same, packed: for a page that holds many charts which few readers unfold."""
    return Markup('<script type="text/plain" class="undrawn">{}</script>').format(packed(_held(chart)))


def packed(value: Any) -> str:
    """A value as JSON, deflated and written as base64: what is alike line by line becomes a twentieth."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode()


def _held(chart: Chart) -> dict[str, Any]:
    return {"described": chart.described, "rows": chart.rows, "common": _COMMON, **chart.specs}


def as_script(value: Any) -> Markup:
    """A value as JSON that no text in it can end, whether it stands in a script or in a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 – all that could be markup is written by its number


@cache
def library() -> str:
    """The part of Vega and Vega-Lite that draws, as one script that needs nothing else (BSD licence, see About)."""
    return f"(() => {{ {vl_convert.javascript_bundle(_DRAW)} }})();\n"


def plain(entry: Figure) -> float | None:
    """A figure as a chart's number."""
    return None if entry.value is None else float(entry.value)


def _svg(chart: Chart, name: str) -> Markup:
    svg = vl_convert.vegalite_to_svg(chart.whole(name))
    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    box = _VIEW_BOX.search(svg)
    opening = Markup('<svg class="chart {}" viewBox="{}" style="max-width: {}px" role="img" aria-label="{}">').format(
        name, box[1] if box else "", box[2] if box else "", chart.described
    )
    inside = Markup('<g aria-hidden="true">') + Markup(body)  # noqa: S704 – vl-convert escapes every text that it draws
    return opening + inside + Markup("</g></svg>")
