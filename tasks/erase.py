"""erase: one person out of everything that the region keeps, under a record that doesn't tell who.

    begun    what goes is written down; then the originals in landing and inbox lose the rows
    erased   in one transaction the lake has lost them too, and the months that they touched are marked as changed
    done     old snapshots, their files, the catalogue's memory, and pages and reports that might tell of them are gone

Killed anywhere, the same command goes on where it was: with the same id while it has begun, without any afterwards.
"""

import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from regions.errors import UsageError
from tasks.erasure.originals import Original, originals_of, unseen_in_inboxes, write_again
from tasks.erasure.person import Person, find_person, fingerprint
from tasks.erasure.rows import count_loads, erase_rows, is_mapped, rows_of
from tasks.plan import require_sources
from tasks.returns import report_names
from tasks.run import Run
from warehouse import erasures
from warehouse.cleaning import Cleaned, clean
from warehouse.erasures import Erased, Landing
from warehouse.ledger import LANDING, ROWS


@dataclass(frozen=True)
class Decision:
    """On what ground a person is erased, and where that is written down."""

    reason: str
    number: str


@dataclass(frozen=True)
class Survey:
    """What an erasure would do."""

    person: Person = field(repr=False)
    begun: tuple[Erased, ...]
    """The record of an erasure of the same person that was broken off; none for a new one."""
    rows: Mapping[str, set[int]]
    """Delivery → rows of the person, in the lake or in its original."""
    originals: tuple[Original, ...]
    is_mapped: bool
    """Whether the person map or the cube knows a pseudonym of the person, with rows or without."""
    unseen: int
    """Files in inboxes that are no deliveries."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing tells of the person."""
        told = any(entry.is_readable for entry in self.originals)
        return not (self.begun or self.rows or self.is_mapped or told)


def survey(run: Run, given: str) -> Survey:
    """Where the person of an id is found; nothing is changed.

    Raises UsageError where it is no valid id, where a source's file is gone, or where the erasure of another person
    has begun; DataError where an original can't be written without the person's rows.
    """
    require_sources(run.folder, run.ledger().landings)
    person = find_person(run, given, run.started_at.date())
    begun = _begun(run, person)
    before = erasures.rows_going(run.connection, begun[0].record_id) if begun else {}
    originals = _originals(run, person, before)
    landed = {entry.delivery_id: entry.found.gone for entry in originals if entry.place == "landing"}
    every = {name: before.get(name, frozenset()) | landed.get(name, frozenset()) for name in {*before, *landed}}
    return Survey(person, begun, rows_of(run, person, every), originals, is_mapped(run, person), unseen_in_inboxes(run))


def erase(run: Run, found: Survey, decision: Decision) -> str:
    """Do what the survey tells, from where it was broken off; the record's id."""
    record = _begin(run, found, decision)
    for original in found.originals:
        write_again(run, original, found.person, found.rows.get(original.delivery_id, set()))
    _erase_from_lake(run, found, record)
    finish(run, record)
    return record


def unfinished(run: Run) -> list[str]:
    """The erasures whose rows are gone, and that are not done; they need no id to be finished."""
    found = erasures.read_erasures(run.connection)
    return list(dict.fromkeys(entry.record_id for entry in found if entry.state == "erased"))


def finish(run: Run, record: str) -> Cleaned:
    """What might still tell of the rows goes: snapshots, files, pages of rules, suppliers' reports; what went."""
    shutil.rmtree(run.home.restricted / "data-docs", ignore_errors=True)
    for report in run.home.root.parent.rglob(f"{report_names(run.folder.region.id)}*"):
        report.unlink()
    cleaned = clean(run.connection, run.home)
    with run.transaction():
        erasures.set_state(run.connection, record, "done")
    return cleaned


def _originals(run: Run, person: Person, before: Mapping[str, Iterable[int]]) -> tuple[Original, ...]:
    """The originals that tell of the person; looked for again while they show ids that were not known."""
    while True:
        known = len(person.ids)
        rows = rows_of(run, person, before)
        originals = tuple(originals_of(run, person, rows))
        if len(person.ids) == known:
            return originals


def _begun(run: Run, person: Person) -> tuple[Erased, ...]:
    """The record of an erasure of the person that has begun; UsageError where one of somebody else has."""
    pending = [entry for entry in erasures.read_erasures(run.connection) if entry.state == "begun"]
    if not pending:
        return ()
    record = pending[0].record_id
    if not erasures.fingerprints(run.connection)[record] & set(_prints(run, person, record)):
        raise UsageError(
            f"The erasure {record} has begun and is not finished, and it is of another person.",
            where="ledger.erasures",
            todo=f"Finish it first, with the id that it was begun with: hemvard erase {run.folder.region.id}",
        )
    return tuple(pending)


def _prints(run: Run, person: Person, record: str) -> list[str]:
    return [fingerprint(run.keys.chain[0], record, text) for text in person.texts]


def _begin(run: Run, found: Survey, decision: Decision) -> str:
    """Write the record, or write a broken-off one anew with all that is known by now."""
    now = datetime.now(UTC).replace(tzinfo=None)
    if found.begun:
        first = found.begun[0]
        record, now, decision = first.record_id, first.begun_at, Decision(first.reason, first.decision)
    else:
        record = f"E{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    deliveries = _deliveries(run, found, record, decision, now)
    with run.transaction():
        erasures.write_begun(run.connection, deliveries, found.rows, _prints(run, found.person, record))
    return record


def _deliveries(run: Run, found: Survey, record: str, decision: Decision, now: datetime) -> list[Erased]:
    """A row of the record for each delivery that loses rows or its original; one that names none where none does."""
    known: dict[str, tuple[str, date]] = {
        landing.delivery_id: (landing.source_id, landing.month.first) for landing in run.ledger().landings
    }
    own = [entry for entry in found.originals if entry.place != "copy"]
    known |= {entry.delivery_id: (entry.source.id, entry.month.first) for entry in own}
    fates: dict[str, Landing] = {entry.delivery_id: entry.landing for entry in found.begun}
    fates |= {entry.delivery_id: "removed" if entry.goes else "rewritten" for entry in own}
    lost = {**{entry.delivery_id: entry.found.gone for entry in own}, **found.rows}
    none = Erased(record, "-", "-", None, 0, "gone", "begun", decision.reason, decision.number, now)
    listed = []
    for name in sorted({*lost, *fates} & known.keys()):
        source, month = known[name]
        own_rows, fate = len(lost.get(name, ())), fates.get(name, "gone")
        listed.append(
            replace(none, delivery_id=name, source_id=source, month=month, rows_erased=own_rows, landing=fate)
        )
    return listed or [none]


def _erase_from_lake(run: Run, found: Survey, record: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    rows_of(run, found.person, found.rows)
    count_loads(run)
    deliveries = [entry for entry in erasures.read_erasures(run.connection) if entry.record_id == record]
    removed = [entry.delivery_id for entry in deliveries if entry.landing == "removed"]
    with run.transaction():
        erase_rows(run, found.person)
        erasures.retire(run.connection, {LANDING: removed, ROWS: removed}, "erasure", now)
        erasures.set_state(run.connection, record, "erased", erased_at=now)
