"""The delivery register: what was expected, what has come, and what became of it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa

from regions.folder import RegionFolder
from regions.month import Month
from regions.source import Source
from tasks.plan import wanted
from warehouse.ledger import Landing, LedgerState

Status = Literal["current", "superseded", "rejected", "waiting", "missing"]
NOT_COME = "-"


@dataclass(frozen=True)
class Entry:
    """A delivery, or the lack of one."""

    source: Source
    month: Month
    status: Status
    delivery_id: str = NOT_COME
    version: int | None = None
    landed_at: datetime | None = None

    @property
    def delivery(self) -> str:
        """The content hash as it is published."""
        return self.delivery_id[:12]


def register(folder: RegionFolder, state: LedgerState) -> list[Entry]:
    """Every delivery that has landed, and every one that was expected in a year that has visits or landings."""
    entries = [entry for source in folder.sources for entry in _landed(source, state)]
    come = {(entry.source.id, entry.month) for entry in entries}
    years = {month.year for month in state.month_seq} | {entry.month.year for entry in entries}
    missing = [
        Entry(source, month, "missing")
        for source, month in folder.expected(_months_of(years))
        if (source.id, month) not in come
    ]
    return sorted(entries + missing, key=lambda entry: (entry.month, entry.source.id, entry.version or 0))


def waiting(entries: Iterable[Entry]) -> list[tuple[Source, Month]]:
    """The sources and months that have no current delivery."""
    listed = list(entries)
    current = {(entry.source.id, entry.month) for entry in listed if entry.status == "current"}
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
        }
    )


def _landed(source: Source, state: LedgerState) -> list[Entry]:
    latest = {landing.delivery_id: landing for landing in state.landings if landing.source_id == source.id}
    newest = {landing.delivery_id for landing in wanted(source, list(latest.values()))}
    in_lake = _in_lake(source, list(latest.values()), state)
    return [
        Entry(
            source,
            landing.month,
            _status(landing, state, newest, in_lake),
            landing.delivery_id,
            landing.version,
            landing.landed_at,
        )
        for landing in latest.values()
    ]


def _in_lake(source: Source, landings: Sequence[Landing], state: LedgerState) -> set[str]:
    """The deliveries whose rows are in the lake: the newest accepted of each month, or for changes all accepted."""
    accepted = [entry for entry in landings if (load := state.loads.get(entry.delivery_id)) and load.accepted]
    return {landing.delivery_id for landing in wanted(source, accepted)}


def _status(landing: Landing, state: LedgerState, newest: set[str], in_lake: set[str]) -> Status:
    if landing.delivery_id in in_lake:
        return "current"
    if landing.delivery_id not in newest:
        return "superseded"
    load = state.loads.get(landing.delivery_id)
    return "waiting" if load is None else "rejected"


def _months_of(years: Iterable[int]) -> list[Month]:
    return [Month(year, number) for year in sorted(years) for number in range(1, 13)]
