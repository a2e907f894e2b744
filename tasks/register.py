"""The delivery register: what was expected and when, what has come, and what became of it. Pure.

When a delivery came is what the supplier says, where the version in its name is a creation time
(YYYYMMDD or YYYYMMDDHHMMSS), else when it landed. Made-up deliveries land whenever the demo is run: in a
region with `data: synthetic` the day of landing says nothing, and a delivery that does not state when it was
made is neither late nor on time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import pyarrow as pa

from regions.calendar import day_of, working_day_from
from regions.folder import RegionFolder
from regions.month import Month
from regions.source import Source
from tasks.plan import wanted
from warehouse.ledger import ROWS, Landing, LedgerState, Load

Status = Literal["current", "archived", "superseded", "rejected", "waiting", "missing"]
Finding = Literal[
    "mislabelled",
    "changed",
    "duplicate",
    "overdue",
    "late",
    "expected",
    "later_version",
    "on_time",
    "not_applicable",
]
FINDINGS: tuple[Finding, ...] = get_args(Finding)
"""What stands first is what is told of a delivery of which more than one is true."""
TO_TELL: tuple[Finding, ...] = ("mislabelled", "changed", "duplicate", "overdue", "late")
"""The findings that somebody should look at before a release."""
IN_FIGURES: tuple[Status, ...] = ("current", "archived")
"""The statuses of deliveries that figures are made of, whether their rows are still kept or not."""
NOT_COME = "-"
_MISLABELLED = "month_as_named"
_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_CREATION_TIMES = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
_YEARS = range(1990, 2100)


@dataclass(frozen=True)
class Entry:
    """A delivery, or the lack of one."""

    source: Source
    month: Month
    status: Status
    delivery_id: str = NOT_COME
    version: int | None = None
    landed_at: datetime | None = None
    finding: Finding = "not_applicable"
    due_on: date | None = None
    days_late: int | None = None
    """Days after `due_on` on which the month's first delivery came, or that have passed without one."""
    rows: int | None = None
    file_name: str = ""
    same_as: str = ""
    """The earlier delivery that has the same bytes."""
    fault: str | None = None
    detail_sv: str | None = None

    @property
    def delivery(self) -> str:
        """The content hash as it is published."""
        return self.delivery_id[:12]

    @property
    def is_wanting(self) -> bool:
        """Whether somebody still has to deliver it, or deliver it again."""
        return self.status in ("missing", "rejected")


def register(
    folder: RegionFolder, state: LedgerState, as_of: date | None = None, *, asked: Iterable[Month] = ()
) -> list[Entry]:
    """Every delivery that has landed, and every one that was expected in a year that has visits or landings.

    The years of months `asked` for are looked at, too. Without `as_of`, a delivery is missing as of today in
    Sweden. Official statistics are no part of it: see `retrieved`.
    """
    today = as_of or datetime.now(_STOCKHOLM).date()
    arrivals = _arrivals(state)
    monthly = [source for source in folder.sources if is_monthly(source)]
    entries = [entry for source in monthly for entry in _landed(folder, source, state, arrivals)]
    come = {(entry.source.id, entry.month) for entry in entries}
    years = {month.year for month in state.month_seq} | {entry.month.year for entry in entries}
    years |= {month.year for month in asked}
    missing = [
        _missing(folder, source, month, today)
        for source, month in folder.expected(_months_of(years))
        if is_monthly(source) and (source.id, month) not in come
    ]
    return sorted(entries + missing, key=lambda entry: (entry.month, entry.source.id, entry.version or 0))


def is_monthly(source: Source) -> bool:
    """Whether a source's deliveries are waited for; official statistics are fetched when they are published."""
    return source.transport.feed == "monthly"


def due_on(source: Source, month: Month) -> date:
    """The last day on which the month's delivery is in time: the source's day, or the next Swedish working day."""
    return working_day_from(day_of(month.plus(source.due.months_after), source.due.day))


def created_on(version: int) -> date | None:
    """The day on which a delivery was made, where its version is a creation time."""
    text = str(version)
    if len(text) not in _CREATION_TIMES:
        return None
    try:
        moment = datetime.strptime(text, _CREATION_TIMES[len(text)])
    except ValueError:
        return None
    return moment.date() if moment.year in _YEARS else None


@dataclass(frozen=True)
class Retrieved:
    """An official series: its periods, ascending, and when its latest values were fetched."""

    source: Source
    months: tuple[Month, ...]
    retrieved_at: datetime

    @property
    def deliveries(self) -> int:
        """How many periods of it there are."""
        return len(self.months)

    @property
    def last_month(self) -> Month:
        """Its latest period."""
        return self.months[-1]


def retrieved(folder: RegionFolder, state: LedgerState) -> list[Retrieved]:
    """The official statistics that have been fetched and taken in, by source."""
    found = []
    for source in folder.sources:
        if own := _official_of(source, state):
            newest = max(landing.landed_at for landing in own)
            found.append(Retrieved(source, tuple(sorted({entry.month for entry in own})), newest))
    return found


def latest_official(folder: RegionFolder, state: LedgerState) -> list[Landing]:
    """What the lake holds of each official series: the newest accepted landing of each period."""
    return [landing for source in folder.sources for landing in _official_of(source, state)]


def _official_of(source: Source, state: LedgerState) -> list[Landing]:
    if is_monthly(source):
        return []
    return wanted(source, [landing for landing in state.landings if _is_accepted(landing, state)])


def waiting(entries: Iterable[Entry]) -> list[tuple[Source, Month]]:
    """The sources and months that have no current delivery."""
    listed = list(entries)
    current = {(entry.source.id, entry.month) for entry in listed if entry.status in IN_FIGURES}
    lacking = {(entry.source.id, entry.month): entry.source for entry in listed}
    return [(source, month) for (source_id, month), source in lacking.items() if (source_id, month) not in current]


def register_table(entries: Sequence[Entry]) -> pa.Table:
    """The register as a table that SQL can join."""
    return pa.table(
        {
            "source_id": pa.array([entry.source.id for entry in entries], pa.string()),
            "month": pa.array([entry.month.first for entry in entries], pa.date32()),
            "delivery": pa.array([entry.delivery for entry in entries], pa.string()),
            "delivery_id": pa.array([entry.delivery_id for entry in entries], pa.string()),
            "supplier_sv": pa.array([entry.source.supplier_sv for entry in entries], pa.string()),
            "required": pa.array([entry.source.required for entry in entries], pa.bool_()),
            "version": pa.array([entry.version for entry in entries], pa.int64()),
            "status": pa.array([entry.status for entry in entries], pa.string()),
            "landed_at": pa.array([entry.landed_at for entry in entries], pa.timestamp("us")),
            "due_on": pa.array([entry.due_on for entry in entries], pa.date32()),
            "days_late": pa.array([entry.days_late for entry in entries], pa.int64()),
            "finding": pa.array([entry.finding for entry in entries], pa.string()),
        }
    )


def _missing(folder: RegionFolder, source: Source, month: Month, today: date) -> Entry:
    due = due_on(source, month)
    if today <= due:
        return Entry(source, month, "missing", finding="expected", due_on=due)
    passed = None if folder.is_synthetic else (today - due).days
    return Entry(source, month, "missing", finding="overdue", due_on=due, days_late=passed)


@dataclass(frozen=True)
class _Arrivals:
    """Which delivery was the first of its kind; a file that was put back counts from when it first landed."""

    of_month: Mapping[tuple[str, Month], Landing]
    of_name: Mapping[tuple[str, Month, int], Landing]
    of_content: Mapping[str, Landing]


def _arrivals(state: LedgerState) -> _Arrivals:
    landed = sorted(state.landings, key=lambda entry: entry.landing_seq, reverse=True)
    stated = sorted(landed, key=lambda entry: created_on(entry.version) or date.max, reverse=True)
    return _Arrivals(
        {(entry.source_id, entry.month): entry for entry in stated},
        {(entry.source_id, entry.month, entry.version): entry for entry in landed},
        {entry.content_sha256: entry for entry in landed if entry.content_sha256},
    )


def _landed(folder: RegionFolder, source: Source, state: LedgerState, arrivals: _Arrivals) -> list[Entry]:
    latest = {landing.delivery_id: landing for landing in state.landings if landing.source_id == source.id}
    newest = {landing.delivery_id for landing in wanted(source, list(latest.values()))}
    in_lake = _in_lake(source, list(latest.values()), state)
    status = {identity: _status(landing, state, newest, in_lake) for identity, landing in latest.items()}
    return [
        _entry(folder, source, landing, status[landing.delivery_id], state.loads.get(landing.delivery_id), arrivals)
        for landing in latest.values()
    ]


def _entry(
    folder: RegionFolder, source: Source, landing: Landing, status: Status, load: Load | None, arrivals: _Arrivals
) -> Entry:
    due = due_on(source, landing.month)
    is_first = arrivals.of_month[source.id, landing.month].delivery_id == landing.delivery_id
    came = _came_on(folder, landing) if is_first else None
    late = max((came - due).days, 0) if came else None
    twin = arrivals.of_content.get(landing.content_sha256, landing)
    entry = Entry(source, landing.month, status, landing.delivery_id, landing.version, landing.landed_at, due_on=due)
    return replace(
        entry,
        finding=_finding(landing, load, arrivals, late, is_first=is_first),
        days_late=late,
        rows=load.rows if load else None,
        file_name=landing.file_name,
        same_as=f"{twin.source_id} {twin.month} {twin.file_name}" if twin.delivery_id != landing.delivery_id else "",
        fault=load.fault if load else None,
        detail_sv=load.detail_sv if load else None,
    )


def _finding(landing: Landing, load: Load | None, arrivals: _Arrivals, late: int | None, *, is_first: bool) -> Finding:
    """The first of the findings that is true of a delivery that has come."""
    identity, name = landing.delivery_id, (landing.source_id, landing.month, landing.version)
    if load is not None and load.fault == _MISLABELLED:
        return "mislabelled"
    if arrivals.of_name[name].delivery_id != identity:
        return "changed"
    if arrivals.of_content.get(landing.content_sha256, landing).delivery_id != identity:
        return "duplicate"
    if not is_first:
        return "later_version"
    if late is None:
        return "not_applicable"
    return "late" if late else "on_time"


def _came_on(folder: RegionFolder, landing: Landing) -> date | None:
    """The day on which a delivery came, in Sweden; None where nothing says so."""
    if stated := created_on(landing.version):
        return stated
    return None if folder.is_synthetic else landing.landed_at.replace(tzinfo=UTC).astimezone(_STOCKHOLM).date()


def _in_lake(source: Source, landings: Sequence[Landing], state: LedgerState) -> set[str]:
    """The deliveries whose rows are in the lake: the newest accepted of each month, or for changes all accepted."""
    accepted = [landing for landing in landings if _is_accepted(landing, state)]
    return {landing.delivery_id for landing in wanted(source, accepted)}


def _is_accepted(landing: Landing, state: LedgerState) -> bool:
    load = state.loads.get(landing.delivery_id)
    return load is not None and load.accepted


def _status(landing: Landing, state: LedgerState, newest: set[str], in_lake: set[str]) -> Status:
    if landing.delivery_id in in_lake:
        return "archived" if ROWS in state.retired.get(landing.delivery_id, ()) else "current"
    if landing.delivery_id not in newest:
        return "superseded"
    load = state.loads.get(landing.delivery_id)
    return "waiting" if load is None else "rejected"


def _months_of(years: Iterable[int]) -> list[Month]:
    return [Month(year, number) for year in sorted(years) for number in range(1, 13)]
