"""Start: the handful of figures that matter, what changed since the last release, and a way in for each reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dashboard.ground import Ground
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.restatements import Sought, read_restatements
from dashboard.tax_shift import Effects

FILE = "index.html"


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
        "since": read_restatements(reading.source, list(sought(reading))),
    }
    return Page(FILE, "start.html", "Start", "Det viktigaste", shown)


def sought(reading: Reading) -> Iterator[Sought]:
    """The figures of this page whose change since the last release is told."""
    if reading.years:
        year = reading.years.columns[-1].year
        key = {"year": str(year), "care_form": "all", "place": "home", "planned": "all", "age_group": "all"}
        yield Sought(f"Besök i hemmet {year}, i ordinärt boende", "volumes.region_totals", "visits", key)
    for row in reading.money.years[:1] if reading.money else ():
        names = {"agreement": row.agreement, "scenario": row.scenario, "method": row.method, "year": str(row.year)}
        shift = "equalisation.tax_shift"
        yield Sought(f"Nettokostnad {row.year}, miljoner kronor", shift, "net_cost_sek", names, 1, 1_000_000)
        yield Sought(f"Öre som krävs {row.year}", shift, "required_ore", names, 2)


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
