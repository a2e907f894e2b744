"""The gap analysis and its follow-ups: who in fact cares for persons at home, and who should by the agreement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.figures import MISSING, Figure, figure
from dashboard.municipalities import ordered
from dashboard.published import Published

ALL = "all"
GROUPS = ("only_municipality", "both", "only_region", "neither")
_FIRST_RANKS = 20


@dataclass(frozen=True)
class GapRow:
    """A row of the query `gap`."""

    period_start: date
    period_end: date
    municipality_code: str
    health_centre: str
    gap_group: str
    agreed_principal: str
    agreement: str
    patients: int | None
    visits: int | None
    priority: int | None
    priority_rank: Decimal | None
    status: str


Period = tuple[date, date]


@dataclass(frozen=True)
class GapLine:
    """Who cares and who should: the persons of each period."""

    group: str
    principal: str
    priority: int | None
    patients: tuple[Figure, ...]


@dataclass(frozen=True)
class Gap:
    """The gap analysis of a release: its periods, its lines by area, and which gaps come first in the latest period."""

    agreement: str
    periods: tuple[Period, ...]
    areas: tuple[str, ...]
    lines: Mapping[str, tuple[GapLine, ...]]
    first: tuple[GapRow, ...]

    def patients(self, area: str, group: str, principal: str = "municipality") -> tuple[Figure, ...]:
        """The persons of a line, one figure for each period; missing where there is no such line."""
        found = (line for line in self.lines[area] if (line.group, line.principal) == (group, principal))
        line = next(found, None)
        return line.patients if line else (MISSING,) * len(self.periods)


def read_gap(source: Published, names: Mapping[str, str]) -> Gap | None:
    """The gap analysis of a release; None where it has none."""
    rows = source.rows("gap", GapRow)
    if not rows:
        return None
    periods = tuple(sorted({(row.period_start, row.period_end) for row in rows}))
    latest = [row for row in rows if (row.period_start, row.period_end) == periods[-1]]
    ranked = sorted((row for row in latest if row.priority_rank is not None), key=lambda row: row.priority_rank or 0)
    codes = {row.municipality_code for row in rows} - {ALL}
    areas = (ALL, *ordered(codes, names))
    totals = [row for row in rows if row.health_centre == ALL]
    lines = {area: _lines([row for row in totals if row.municipality_code == area], periods) for area in areas}
    return Gap(rows[0].agreement, periods, areas, lines, tuple(ranked[:_FIRST_RANKS]))


def _lines(rows: list[GapRow], periods: tuple[Period, ...]) -> tuple[GapLine, ...]:
    found = {(row.agreed_principal, row.gap_group, (row.period_start, row.period_end)): row for row in rows}
    keys = sorted({key[:2] for key in found}, key=lambda key: (key[0], GROUPS.index(key[1])))
    return tuple(
        _line(principal, group, [found.get((principal, group, of)) for of in periods]) for principal, group in keys
    )


def _line(principal: str, group: str, rows: list[GapRow | None]) -> GapLine:
    priority = next((row.priority for row in rows if row), None)
    patients = tuple(figure(row.patients, row.status) if row else Figure(0) for row in rows)
    return GapLine(group, principal, priority, patients)
