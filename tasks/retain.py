"""retain: what the region's rule no longer keeps goes, at the end of a run; figures stay as they were computed.

Originals go month by month. Rows of persons go a calendar year at a time, so that no year is ever half kept, and with
them the years' months are closed: nothing is computed of them again, and nothing is taken in for them. Links between
persons stay, for without them the persons of later rows would be split.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from regions.contracts import CONTRACTS
from regions.month import Month
from regions.source import VISITS
from regions.transport import FolderTransport
from tasks.erase import finish, unfinished
from tasks.land import delivery_id
from tasks.plan import wanted
from tasks.run import Run
from tasks.sources.folder import FolderSource
from warehouse.cleaning import clean, expire_before
from warehouse.erasures import close_months, retire
from warehouse.lake import snapshots
from warehouse.ledger import LANDING, ROWS, Landing
from warehouse.records import PERSON_LINKS
from warehouse.schema import CUBE, QUARANTINE, QUARANTINE_RESOLVED, VERSIONS
from warehouse.schema import VISITS as COUNTED
from warehouse.sql import qualified


@dataclass(frozen=True)
class Retained:
    """What went."""

    originals: int = 0
    deliveries: int = 0
    """Deliveries whose rows went."""
    closed: tuple[Month, ...] = ()
    snapshots: int = 0
    finished: tuple[str, ...] = ()
    """Erasures that had been broken off, and are done now."""


def retain(run: Run) -> Retained:
    """Apply the region's rule; doing it again changes nothing, and ends what was broken off."""
    rule, today = run.folder.region.retention, Month.of(run.started_at.date())
    originals = [entry.delivery_id for entry in _going(run, LANDING, rule.originals_from(today), _landed_in)]
    rows = _rows_going(run, rule.rows_from(today))
    closing = _closing(run, rule.rows_from(today))
    _remove(run, originals, rows, closing)
    _delete_originals(run)
    finished = tuple(unfinished(run))
    for record in finished:
        finish(run, record)
    gone = _forget_snapshots(run, today)
    return Retained(len(originals), len(rows), tuple(closing), gone, finished)


def _taken_in(run: Run) -> Iterator[Landing]:
    """Deliveries that are in the lake or that a newer one has replaced, once each: nobody waits for them."""
    state = run.ledger()
    latest = {landing.delivery_id: landing for landing in state.landings}
    newest = {landing.delivery_id for source in run.folder.sources for landing in wanted(source, list(latest.values()))}
    for identity, landing in latest.items():
        load = state.loads.get(identity)
        if identity not in newest or (load is not None and load.accepted):
            yield landing


def _going(run: Run, what: str, kept_from: Month | None, month_of: Callable[[Landing], Month]) -> list[Landing]:
    """The deliveries of which something still is kept, and is to go, by a month of theirs."""
    if kept_from is None:
        return []
    retired = run.ledger().retired
    return [
        landing
        for landing in _taken_in(run)
        if month_of(landing) < kept_from and what not in retired.get(landing.delivery_id, ())
    ]


def _landed_in(landing: Landing) -> Month:
    return Month.of(landing.landed_at.date())


def _rows_going(run: Run, kept_from: Month | None) -> list[str]:
    """The deliveries whose rows are to go: those of persons, but not their links."""
    listed = _going(run, ROWS, kept_from, lambda landing: landing.month)
    subject = {source.id: source.subject for source in run.folder.sources}
    return [landing.delivery_id for landing in listed if _is_of_persons(subject[landing.source_id])]


def _is_of_persons(subject: str) -> bool:
    return subject == VISITS or (subject != PERSON_LINKS and bool(CONTRACTS[subject].person_fields))


def _closing(run: Run, kept_from: Month | None) -> list[Month]:
    """The months with rows of persons that are to be closed."""
    if kept_from is None:
        return []
    state = run.ledger()
    known = set(state.month_seq)
    known |= {month for subject, months in state.subject_seq.items() if _is_of_persons(subject) for month in months}
    return sorted(month for month in known - state.closed if month < kept_from)


def _remove(run: Run, originals: Iterable[str], rows: list[str], closing: list[Month]) -> None:
    """Note what goes, and remove the rows: one transaction."""
    if not (originals or rows or closing):
        return
    going = {"going": rows}
    with run.transaction():
        retire(run.connection, {LANDING: originals, ROWS: rows}, "retention", run.started_at)
        close_months(run.connection, [month.first for month in closing], run.started_at)
        persons = [table for subject, table in VERSIONS.items() if _is_of_persons(subject)]
        for table in (*persons, QUARANTINE, QUARANTINE_RESOLVED) if rows else ():
            name = qualified(f"lake.{table.name}")
            run.connection.execute(f"DELETE FROM {name} WHERE list_contains($going, delivery_id)", going)
        months = {"months": [month.first for month in closing]}
        for table in (COUNTED, CUBE) if closing else ():
            name = qualified(f"lake.{table.name}")
            run.connection.execute(f"DELETE FROM {name} WHERE list_contains($months, month)", months)


def _delete_originals(run: Run) -> None:
    """Delete the files of originals that are noted as gone: now, or by a run that died before it came to this."""
    state = run.ledger()
    gone = [entry for entry in state.landings if LANDING in state.retired.get(entry.delivery_id, ())]
    for landing in gone:
        (run.home.landing / landing.file).unlink(missing_ok=True)
    named = {(landing.source_id, landing.month, landing.version) for landing in gone}
    identities = {landing.delivery_id for landing in gone}
    for source in run.folder.sources:
        if isinstance(source.transport, FolderTransport):
            _delete_copies(source.transport, source.id, run.home.inbox / source.id, named, identities)


def _delete_copies(
    transport: FolderTransport, source_id: str, folder: Path, named: set[tuple[str, Month, int]], gone: set[str]
) -> None:
    """Delete what lies in an inbox of the deliveries that are gone."""
    for offered in FolderSource(transport, folder).list_offered():
        if (source_id, offered.month, offered.version) in named:
            file = folder / offered.name
            if delivery_id(source_id, offered, file.read_bytes()) in gone:
                file.unlink()


def _forget_snapshots(run: Run, today: Month) -> int:
    """Snapshots that hold rows which have gone, and those older than rows are kept; how many."""
    closed = run.connection.execute("SELECT max(closed_at) FROM lake.ledger.closed_months").fetchone()
    if closed and closed[0] is not None and _oldest(run) < closed[0]:
        return clean(run.connection, run.home).snapshots
    months = run.folder.region.retention.rows_months
    if months is None:
        return 0
    return expire_before(run.connection, datetime.combine(today.plus(-months).first, datetime.min.time())).snapshots


def _oldest(run: Run) -> datetime:
    return snapshots(run.connection)[0].committed
