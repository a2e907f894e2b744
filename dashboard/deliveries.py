"""What came and what didn't: the deliveries month by month, what became of their rows, and the faults found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from dashboard.published import Published

State = Literal["current", "rejected", "waiting", "missing", "not_expected"]
_BEST_FIRST: tuple[State, ...] = ("current", "rejected", "waiting", "missing")


@dataclass(frozen=True)
class Delivery:
    """A row of the query `deliveries`."""

    source_id: str
    month: date
    delivery: str
    supplier_sv: str
    required: bool
    version: int | None
    status: str
    rows_read: int | None
    rows_counted: int | None
    rows_cancelled: int | None
    rows_superseded: int | None
    rows_quarantined: int | None
    landed_at: datetime | None


@dataclass(frozen=True)
class MonthState:
    """A source's month: what has become of it, and how many versions have come."""

    source_id: str
    supplier_sv: str
    month: date
    state: State
    versions: int = 0


@dataclass(frozen=True)
class YearMatrix:
    """A year's sources, each with its twelve months."""

    year: int
    rows: tuple[tuple[str, str, tuple[MonthState, ...]], ...]


@dataclass(frozen=True)
class SourceCounts:
    """The rows of a source's current deliveries, and what became of them; read is the sum of the others."""

    source_id: str
    supplier_sv: str
    deliveries: int
    read: int
    counted: int
    cancelled: int
    superseded: int
    quarantined: int


@dataclass(frozen=True)
class RuleCount:
    """A rule that found something, with its words in Swedish."""

    rule_id: str
    message_sv: str
    rows: int
    sources: int
    months: int


@dataclass(frozen=True)
class RuleChanges:
    """A rule whose findings are not those of the last release, with its words in Swedish."""

    rule_id: str
    message_sv: str
    new: int
    persisting: int
    resolved: int


@dataclass(frozen=True)
class Deliveries:
    """All that the page says of deliveries."""

    listed: tuple[Delivery, ...]
    states: tuple[MonthState, ...]
    years: tuple[YearMatrix, ...]
    counts: tuple[SourceCounts, ...]
    quarantine: tuple[RuleCount, ...]
    warnings: tuple[RuleCount, ...]
    changes: tuple[RuleChanges, ...]

    @property
    def came(self) -> int:
        """How many of the months and sources expected are in the figures."""
        return sum(entry.state == "current" for entry in self.states)

    @property
    def lacking(self) -> tuple[MonthState, ...]:
        """Months and sources that are not in the figures."""
        return tuple(entry for entry in self.states if entry.state != "current")

    @property
    def months(self) -> tuple[date, ...]:
        """The months for which something was expected or has come."""
        return tuple(sorted({entry.month for entry in self.states}))

    @property
    def whole(self) -> SourceCounts:
        """The counts of all sources together."""
        return _sum("", "", self.counts)


def read_deliveries(source: Published) -> Deliveries:
    """The deliveries of a release."""
    listed = source.rows("deliveries", Delivery)
    states = tuple(_month_state(list(group)) for _, group in groupby(listed, lambda row: (row.source_id, row.month)))
    return Deliveries(
        tuple(listed),
        states,
        tuple(_matrix(year, states) for year in sorted({entry.month.year for entry in states}, reverse=True)),
        tuple(_counts(list(group)) for _, group in groupby(listed, lambda row: row.source_id)),
        tuple(source.rows("quarantine", RuleCount)),
        tuple(source.rows("warnings", RuleCount)),
        tuple(source.rows("changes", RuleChanges)),
    )


def _month_state(rows: Sequence[Delivery]) -> MonthState:
    found = {row.status for row in rows}
    state: State = next((entry for entry in _BEST_FIRST if entry in found), "missing")
    versions = sum(row.status != "missing" for row in rows)
    return MonthState(rows[0].source_id, rows[0].supplier_sv, rows[0].month, state, versions)


def _matrix(year: int, states: Iterable[MonthState]) -> YearMatrix:
    of_year = [entry for entry in states if entry.month.year == year]
    rows = []
    for (source_id, supplier), group in groupby(of_year, lambda entry: (entry.source_id, entry.supplier_sv)):
        known = {entry.month.month: entry for entry in group}
        months = (
            known.get(number, MonthState(source_id, supplier, date(year, number, 1), "not_expected"))
            for number in range(1, 13)
        )
        rows.append((source_id, supplier, tuple(months)))
    return YearMatrix(year, tuple(rows))


def _counts(rows: Sequence[Delivery]) -> SourceCounts:
    current = [row for row in rows if row.status == "current"]
    return SourceCounts(
        rows[0].source_id,
        rows[0].supplier_sv,
        len(current),
        sum(row.rows_read or 0 for row in current),
        sum(row.rows_counted or 0 for row in current),
        sum(row.rows_cancelled or 0 for row in current),
        sum(row.rows_superseded or 0 for row in current),
        sum(row.rows_quarantined or 0 for row in current),
    )


def _sum(source_id: str, supplier: str, counts: Sequence[SourceCounts]) -> SourceCounts:
    return SourceCounts(
        source_id,
        supplier,
        sum(entry.deliveries for entry in counts),
        sum(entry.read for entry in counts),
        sum(entry.counted for entry in counts),
        sum(entry.cancelled for entry in counts),
        sum(entry.superseded for entry in counts),
        sum(entry.quarantined for entry in counts),
    )
