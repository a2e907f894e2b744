"""Small multiples: an indicator's value year by year, a panel for each area, against its baseline and its target."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts import BLUE, DECIMAL, GREY, INK, ORANGE, PER_CENT, Chart, Row, Size, Spec, charted, plain
from dashboard.figures import Figure


@dataclass(frozen=True)
class Panel:
    """An area's figures, one for each period, with its baseline and its target where it has one."""

    name: str
    figures: tuple[Figure, ...]
    baseline: Figure
    target: Figure


def multiples_chart(periods: Sequence[str], panels: Sequence[Panel], described: str, unit: str) -> Chart | None:
    """The panels side by side with one scale; None where no figure may be shown."""
    if not any(entry.shown for panel in panels for entry in panel.figures):
        return None
    points = [point for panel in panels for point in _points(periods, panel)]
    return charted(described, {"points": points}, lambda size: _panels(periods, panels, size, unit))


def _panels(periods: Sequence[str], panels: Sequence[Panel], size: Size, unit: str) -> Spec:
    columns, width = (5, 112) if size.labels_beside else (2, 92)
    return {
        "data": {"name": "points"},
        "facet": {
            "field": "area",
            "type": "nominal",
            "sort": [panel.name for panel in panels],
            "title": None,
            "header": {"labelFontSize": 13, "labelColor": INK, "labelFontWeight": 600, "labelLimit": width + 20},
        },
        "columns": columns,
        "spacing": {"row": 14, "column": 22},
        "spec": {"width": width, "height": 84, "layer": _layers(periods, panels, unit)},
    }


def _layers(periods: Sequence[str], panels: Sequence[Panel], unit: str) -> list[Spec]:
    axis = {"labelExpr": PER_CENT if unit == "share" else DECIMAL, "tickCount": 3, "domain": False, "ticks": False}
    across = {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": list(periods)},
        "axis": {
            "labelAngle": 0,
            "values": [periods[0], periods[-1]],
            "ticks": False,
            "labelFontSize": 11,
            "labelOverlap": True,
        },
    }
    up = {"type": "quantitative", "title": None, "axis": axis, "scale": {"domain": [0, _top(panels)], "nice": True}}
    dashed = {"type": "rule", "strokeDash": [5, 3], "strokeWidth": 1.5}
    return [
        {"mark": {**dashed, "color": ORANGE}, "encoding": {"y": {**up, "field": "baseline"}}},
        {"mark": {**dashed, "color": GREY, "strokeDash": [2, 2]}, "encoding": {"y": {**up, "field": "target"}}},
        {
            "mark": {"type": "line", "strokeWidth": 2, "color": BLUE, "invalid": "break-paths-show-domains"},
            "encoding": {"x": across, "y": {**up, "field": "value"}},
        },
        {
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": {"type": "point", "filled": True, "size": 28, "opacity": 1, "color": BLUE},
            "encoding": {"x": across, "y": {**up, "field": "value"}},
        },
    ]


def _points(periods: Sequence[str], panel: Panel) -> list[Row]:
    known = {"area": panel.name, "baseline": plain(panel.baseline), "target": plain(panel.target)}
    return [
        {**known, "period": name, "value": plain(entry)} for name, entry in zip(periods, panel.figures, strict=True)
    ]


def _top(panels: Sequence[Panel]) -> float:
    ends = (plain(end) or 0 for panel in panels for end in (*panel.figures, panel.baseline, panel.target))
    return max(ends, default=0) * 1.05 or 0.01
