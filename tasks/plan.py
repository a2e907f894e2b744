"""What a run would do, and why: one pure function from the ledger and the region's folder.

`hemvard plan` prints it, `hemvard run` does it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from regions.errors import UsageError
from regions.folder import RegionFolder
from regions.month import Month
from regions.source import Source
from regions.transport import Feed
from warehouse.ledger import LANDING, ROWS, Landing, LedgerState, Load, landed_file


@dataclass(frozen=True)
class DeliveryWork:
    """A delivery to stage, judge and load."""

    delivery_id: str
    source_id: str
    month: Month
    file_name: str
    definition: str
    why: str

    @property
    def file(self) -> str:
        """Its file in the landing folder."""
        return landed_file(self.source_id, self.month, self.delivery_id)


@dataclass(frozen=True)
class MonthWork:
    """The deliveries of one file month that are loaded in one transaction."""

    month: Month
    deliveries: tuple[DeliveryWork, ...]


@dataclass(frozen=True, order=True)
class Missing:
    """A delivery that should have come."""

    month: Month
    source_id: str
    required: bool


@dataclass(frozen=True)
class Plan:
    """The work of a run, months ascending."""

    scope: tuple[Month, ...]
    months: tuple[MonthWork, ...]
    missing: tuple[Missing, ...]
    closed: tuple[Landing, ...] = ()
    """Deliveries that came for months whose rows are kept no more: they are not taken in."""
    unreadable: tuple[Landing, ...] = ()
    """Deliveries that should be read again, and whose originals are kept no more: their rows stand as they are."""

    @property
    def blocking(self) -> tuple[Missing, ...]:
        """The missing deliveries without which nothing is published."""
        return tuple(missing for missing in self.missing if missing.required)


def make_plan(
    folder: RegionFolder,
    state: LedgerState,
    definitions: Mapping[str, str],
    *,
    first: Month | None = None,
    last: Month | None = None,
    require: Sequence[Month] = (),
    feed: Feed = "monthly",
) -> Plan:
    """What is to be loaded of the sources of a flow, and what is missing.

    Without dates the scope is every month from the first to the last that has a delivery; `require`
    adds months that must have come (a scheduled run's). A month that lacks a required delivery is not
    loaded: nobody sees half a month. Official statistics (feed: reference) are not waited for.
    Raises UsageError where a source's file is gone.
    """
    require_sources(folder, state.landings)
    sources = {source.id: source for source in folder.sources if source.transport.feed == feed}
    known = [landing for landing in usable(state) if landing.source_id in sources]
    scope = _scope(known, first, last, require)
    open_months = [month for month in scope if month not in state.closed]
    missing = _missing(folder, known, open_months) if feed == "monthly" else ()
    held_back = {entry.month for entry in missing if entry.required}
    entries = [
        (landing, entry)
        for source in sources.values()
        for landing in wanted(source, known)
        if landing.month in scope and landing.month not in held_back
        if ROWS not in state.retired.get(landing.delivery_id, ())
        if (entry := _work(landing, known, state, definitions[source.id])) is not None
    ]
    closed = [landing for landing, _ in entries if landing.month in state.closed]
    unreadable = [landing for landing, _ in entries if LANDING in state.retired.get(landing.delivery_id, ())]
    return Plan(scope, _by_month(entries, {*closed, *unreadable}), missing, tuple(closed), tuple(unreadable))


def _by_month(entries: Sequence[tuple[Landing, DeliveryWork]], kept_out: Collection[Landing]) -> tuple[MonthWork, ...]:
    work: dict[Month, list[DeliveryWork]] = defaultdict(list)
    for landing, entry in entries:
        if landing not in kept_out:
            work[landing.month].append(entry)
    return tuple(MonthWork(month, tuple(listed)) for month, listed in sorted(work.items()))


def usable(state: LedgerState) -> list[Landing]:
    """The landings without those whose originals are gone before they were ever taken in: as if they had not come."""
    return [
        landing
        for landing in state.landings
        if LANDING not in state.retired.get(landing.delivery_id, ())
        or ((load := state.loads.get(landing.delivery_id)) is not None and load.accepted)
    ]


def require_sources(folder: RegionFolder, landings: Sequence[Landing]) -> None:
    """UsageError where the lake has deliveries of a source that the folder no longer names: they would still count."""
    gone = sorted({landing.source_id for landing in landings} - set(folder.sources_by_id))
    if gone:
        raise UsageError(
            f"Deliveries of {', '.join(gone)} have been taken in, but the region's folder has no such source.",
            where=f"{folder.path}/sources",
            todo="Put the file back. A source that has ended keeps its file, with an end (`to`) under valid.",
        )


def wanted(source: Source, landings: Sequence[Landing]) -> list[Landing]:
    """The landings whose rows should be in the lake: the newest of each month, or for changes every one."""
    own = sorted((entry for entry in landings if entry.source_id == source.id), key=lambda entry: entry.order)
    if source.delivers == "changes":
        return list({entry.delivery_id: entry for entry in own}.values())
    return list({entry.month: entry for entry in own}.values())


def _scope(
    landings: Sequence[Landing], first: Month | None, last: Month | None, require: Sequence[Month]
) -> tuple[Month, ...]:
    if first and last and last < first:
        raise UsageError(
            f"The last month, {last}, lies before the first, {first}.",
            where="--from and --to",
            todo="Give the months in their order.",
        )
    months = sorted({landing.month for landing in landings} | set(require))
    if not months and not (first and last):
        return ()
    begin = first or months[0]
    end = last or max(begin, months[-1])
    return tuple(begin.until(end))


def _missing(folder: RegionFolder, landings: Sequence[Landing], scope: Sequence[Month]) -> tuple[Missing, ...]:
    come = {(landing.source_id, landing.month) for landing in landings}
    return tuple(
        sorted(
            Missing(month, source.id, source.required)
            for source, month in folder.expected(scope)
            if (source.id, month) not in come
        )
    )


def _work(landing: Landing, landings: Sequence[Landing], state: LedgerState, definition: str) -> DeliveryWork | None:
    load = state.loads.get(landing.delivery_id)
    if load is None:
        why = "new"
    elif not load.accepted:
        if load.definition == definition and _followed(landing, landings):
            return None
        why = "rejected before"
    elif load.definition != definition:
        why = "mapping, rules or units changed"
    elif _replaced_since(landing, load, landings, state):
        why = "delivered again"
    else:
        return None
    return DeliveryWork(landing.delivery_id, landing.source_id, landing.month, landing.file_name, definition, why)


def _followed(landing: Landing, landings: Sequence[Landing]) -> bool:
    """Whether a newer delivery of the source and month has landed.

    Of changes every delivery is wanted: one that was rejected would be tried, and rejected, in every later
    run, whatever corrects it. It is tried again where mapping or rules have changed.
    """
    return any(
        (other.source_id, other.month) == (landing.source_id, landing.month) and other.order > landing.order
        for other in landings
    )


def _replaced_since(landing: Landing, load: Load, landings: Sequence[Landing], state: LedgerState) -> bool:
    """Whether the file came back after another content under its name had been loaded in its place."""
    between = (
        other
        for other in landings
        if (other.source_id, other.month, other.version) == (landing.source_id, landing.month, landing.version)
        and other.landing_seq < landing.landing_seq
        and other.delivery_id != landing.delivery_id
    )
    loads = (state.loads.get(other.delivery_id) for other in between)
    return any(other.accepted and other.sequence > load.sequence for other in loads if other)
