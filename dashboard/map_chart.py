"""The map of the municipalities: where a value is high and where it is low."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, log10
from typing import Any

from dashboard.charts import INK, Chart, Row, Size, Spec, charted, plain
from dashboard.figures import Figure
from dashboard.words import DASH, measured

Shape = Mapping[str, Any]
"""A municipality's borders: a GeoJSON geometry in WGS 84."""
_SHADES = ("#dbe7f3", "#a9c7e3", "#6f9fce", "#3a74ae", "#0b4a85")
_UNKNOWN = "#ececec"
_NO_VALUE = "skyddad eller saknas"


@dataclass(frozen=True)
class Area:
    """A municipality on the map: its name, its figure in the map's unit, and its borders."""

    name: str
    value: Figure
    shape: Shape


def map_chart(areas: Sequence[Area], described: str) -> Chart | None:
    """Shades from the lowest to the highest value, grey where none may be shown; None without any value."""
    known = [float(area.value.value) for area in areas if area.value.value is not None]
    if not known:
        return None
    shades = _shades(_steps(min(known), max(known)))
    rows = [_feature(area, shades) for area in areas]
    hidden = [_Shade(_NO_VALUE, _UNKNOWN, inf)] if len(known) < len(areas) else []
    return charted(described, {"areas": rows}, lambda size: _map([*shades, *hidden], size))


@dataclass(frozen=True)
class _Shade:
    """A shade: what the legend says, its colour, and where it ends."""

    label: str
    colour: str
    end: float


def _steps(low: float, high: float) -> list[float]:
    """Where one shade ends and the next begins: round values, four at most, each once."""
    width = (high - low) / len(_SHADES)
    digits = -floor(log10(width)) if width > 0 else 0
    return sorted({round(low + width * at, digits) for at in range(1, len(_SHADES))})


def _shades(steps: Sequence[float]) -> list[_Shade]:
    told = [measured(step, "") for step in steps]
    labels = [f"under {told[0]}", *(f"{a}{DASH}{b}" for a, b in pairwise(told)), f"minst {told[-1]}"]
    return [_Shade(*parts) for parts in zip(labels, _SHADES, (*steps, inf), strict=False)]


def _feature(area: Area, shades: Sequence[_Shade]) -> Row:
    value = plain(area.value)
    shade = next((shade.label for shade in shades if value is not None and value < shade.end), _NO_VALUE)
    return {"type": "Feature", "geometry": area.shape, "name": area.name, "shade": shade}


def _map(shades: Sequence[_Shade], size: Size) -> Spec:
    legend = {"title": None, "orient": "top", "symbolType": "square", "symbolSize": 220, "symbolOpacity": 1}
    legend = {**legend, "labelColor": INK, "labelFontSize": 13, "columns": 3 if size.labels_beside else 2}
    scale = {"domain": [shade.label for shade in shades], "range": [shade.colour for shade in shades]}
    colour = {"field": "shade", "type": "nominal", "scale": scale, "legend": legend}
    return {
        "width": 560 if size.labels_beside else size.width,
        "height": 600 if size.labels_beside else 330,
        "projection": {"type": "mercator"},
        "data": {"name": "areas"},
        "layer": [
            {
                "mark": {"type": "geoshape", "stroke": "#6b6f76", "strokeWidth": 0.7},
                "encoding": {"color": colour},
            },
            *([_names({"stroke": "white", "strokeWidth": 3.5}), _names({})] if size.labels_beside else ()),
        ],
    }


def _names(style: Spec) -> Spec:
    """The municipalities' names amid their borders."""
    return {
        "transform": [
            {"calculate": "geoCentroid(null, datum)", "as": "amid"},
            {"calculate": "datum.amid[0]", "as": "east"},
            {"calculate": "datum.amid[1]", "as": "north"},
        ],
        "mark": {"type": "text", "fontSize": 12, "color": INK, **style},
        "encoding": {
            "longitude": {"field": "east", "type": "quantitative"},
            "latitude": {"field": "north", "type": "quantitative"},
            "text": {"field": "name"},
        },
    }
