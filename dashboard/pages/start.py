"""Start: the handful of figures that matter, what changed since the last release, and a way in for each reader."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.ground import Ground
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.restatements import Agreed, restatement_lines
from dashboard.tax_shift import Effects

FILE = "index.html"
_FIGURES = 2
"""So many figures that changed are told; a line more counts the others."""
_RESTATEMENT = (
    *("table_name", "row_key", "column_name", "cause", "value_before", "value_after", "change"),
    *("status_before", "status_after"),
)


@dataclass(frozen=True)
class Since:
    """What has changed since the last release, in sentences; `is_first` where there was none."""

    is_first: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Extreme:
    """The municipality that gains most or loses most, in kronor per inhabitant; plus is a gain."""

    name: str
    file: str
    amount: Decimal
    ground: Ground


def page(reading: Reading) -> Page:
    """The first page."""
    effects = reading.money.effects if reading.money else None
    aimed = [entry for entry in reading.indicators if entry.reaches_target is not None]
    shown = {
        "headline": reading.headline,
        "money": reading.money,
        "gains_most": extreme(reading, effects, gain=True),
        "loses_most": extreme(reading, effects, gain=False),
        "gap": reading.gap,
        "years": reading.years,
        "with_target": len(aimed),
        "at_target": sum(bool(entry.reaches_target) for entry in aimed),
        "assessed": [entry for entry in reading.indicators if entry.is_assessed],
        "indicators": reading.indicators,
        "deliveries": reading.deliveries,
        "since": since_last(reading),
    }
    return Page(FILE, "start.html", "Start", "Det viktigaste", shown)


def since_last(reading: Reading) -> Since:
    """What has changed since the last release: two figures in words, and how many others."""
    shift = reading.money.years[0] if reading.money and reading.money.years else None
    agreed = Agreed(shift.agreement, shift.scenario, shift.method) if shift else None
    titles = {row.id: row.title for row in reading.boundaries.rows} if reading.boundaries else {}
    rows = reading.source.rows("restatements", _restatement)
    lines = restatement_lines(rows, titles=titles, agreed=agreed, at_most=_FIGURES)
    return Since(not reading.source.rows("earlier_tables", str), tuple(lines))


def _restatement(*values: object) -> dict[str, object]:
    return dict(zip(_RESTATEMENT, values, strict=True))


def extreme(reading: Reading, effects: Effects | None, *, gain: bool) -> Extreme | None:
    """The municipality that gains most, or loses most; None where none does, or not all that is known may be shown."""
    if effects is None:
        return None
    rows = [row for _, row in effects.rows]
    amounts = {row.municipality_code: row.effect_sek_per_inhabitant for row in rows if row.status != "protected"}
    known = {code: amount for code, amount in amounts.items() if amount is not None}
    sign = 1 if gain else -1
    code = max(sorted(known), key=lambda of: sign * known[of], default=None)
    if code is None or sign * known[code] <= 0:
        return None
    files = {place.code: place.file for place in reading.places}
    found = effects.by_code[code].ground
    return Extreme(reading.names.get(code, code), files.get(code, "ekonomi.html"), known[code], found)
