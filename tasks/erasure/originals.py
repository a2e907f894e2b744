"""The originals of deliveries: encrypted in landing, and in clear in the inboxes of sources whose files lie in folders.

What has landed keeps its place and its delivery's id when it loses rows, and is decrypted in memory alone. The inbox's
copy of it goes whole, so that no later run takes it for another delivery; a file that waits there to land loses rows.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from regions.errors import DataError
from regions.month import Month
from regions.source import Source
from regions.transport import FolderTransport
from tasks.erasure.landed import look_in, read_as_mapped
from tasks.erasure.person import Person
from tasks.erasure.rewriting import Found, NotTheSameError, without
from tasks.land import delivery_id
from tasks.reading import Reading
from tasks.run import Run
from tasks.sources.folder import FolderSource
from tasks.sources.offered import Offered
from warehouse.ledger import Landing


@dataclass(frozen=True)
class Original:
    """A file that tells of the person, or that can't be read, so that nobody knows."""

    source: Source
    month: Month
    file: Path
    delivery_id: str
    place: Literal["landing", "copy", "waiting"]
    """In landing; in the inbox, where it has landed; in the inbox, where it has not."""
    found: Found
    is_readable: bool
    goes: bool
    """Whether it goes whole: no row of it is left, it can't be read, or it is a copy."""


def originals_of(run: Run, person: Person, rows: Mapping[str, set[int]]) -> list[Original]:
    """Every original that tells of the person; `rows` are those that the lake knows, by delivery."""
    landed = _latest(run)
    looked_in = {name: _in_landing(run, person, landing, rows) for name, landing in landed.items()}
    found = list(looked_in.values())
    for source in run.folder.sources:
        for month, file, identity in _in_inbox(run, source):
            if (original := looked_in.get(identity)) is not None:  # the same bytes: they need not be read again
                found.append(replace(original, file=file, place="copy", goes=True))
            else:
                place: Literal["copy", "waiting"] = "copy" if identity in landed else "waiting"
                known = rows.get(identity, set())
                found.append(_original(run, person, source, month, file, identity, place, known))
    return [entry for entry in found if entry is not None and (not entry.is_readable or not entry.found.is_empty)]


def unseen_in_inboxes(run: Run) -> int:
    """The files in the region's inboxes that are no deliveries of any source, into which nobody looks."""
    known = sum(len(_offered(run, source)) for source in run.folder.sources)
    return sum(file.is_file() for file in run.home.inbox.rglob("*")) - known


def write_again(run: Run, original: Original, person: Person, known: set[int]) -> None:
    """Give an original the form that it is to have, whole or not at all; again, it changes nothing.

    DataError where what is left would not read as before.
    """
    if original.goes:
        original.file.unlink(missing_ok=True)
        return
    content = _content(run, original.place, original.file)
    reading = read_as_mapped(original.source, content)
    if reading is None:
        raise FileNotFoundError(f"{original.source.id} {original.month}: the original changed while it was rewritten")
    found = look_in(run, original.source, original.month, content, reading, person, known)
    left = None if found.is_empty else _left(original.source, original.month, content, reading, found, person)
    if left is not None:
        _replace(original.file, run.keys.encrypt(left) if original.place == "landing" else left)


def _latest(run: Run) -> dict[str, Landing]:
    return {landing.delivery_id: landing for landing in run.ledger().landings}


def _in_landing(run: Run, person: Person, landing: Landing, rows: Mapping[str, set[int]]) -> Original | None:
    file = run.home.landing / landing.file
    if not file.exists():
        return None
    source = run.folder.sources_by_id[landing.source_id]
    known = rows.get(landing.delivery_id, set())
    return _original(run, person, source, landing.month, file, landing.delivery_id, "landing", known)


def _in_inbox(run: Run, source: Source) -> Iterator[tuple[Month, Path, str]]:
    """The deliveries in a source's inbox folder: month, file, and the id that it has where it has landed."""
    for offered in _offered(run, source):
        file = run.home.inbox / source.id / offered.name
        yield offered.month, file, delivery_id(source.id, offered, file.read_bytes())


def _offered(run: Run, source: Source) -> list[Offered]:
    """The deliveries in a source's inbox folder, if its files lie in one."""
    if not isinstance(source.transport, FolderTransport):
        return []
    return FolderSource(source.transport, run.home.inbox / source.id).list_offered()


def _original(
    run: Run,
    person: Person,
    source: Source,
    month: Month,
    file: Path,
    identity: str,
    place: Literal["landing", "copy", "waiting"],
    known: set[int],
) -> Original:
    content = _content(run, place, file)
    reading = read_as_mapped(source, content)
    if reading is None:
        return Original(source, month, file, identity, place, Found(), is_readable=False, goes=True)
    found = look_in(run, source, month, content, reading, person, known)
    goes = place == "copy" or (not found.is_empty and _left(source, month, content, reading, found, person) is None)
    return Original(source, month, file, identity, place, found, is_readable=True, goes=goes)


def _content(run: Run, place: str, file: Path) -> bytes:
    content = file.read_bytes()
    return run.keys.decrypt(content) if place == "landing" else content


def _left(source: Source, month: Month, content: bytes, reading: Reading, found: Found, person: Person) -> bytes | None:
    """What is left of a delivery; None where no row is."""
    try:
        return without(source, content, reading, found, person.pattern())
    except NotTheSameError:
        raise DataError(
            f"{source.id} {month}: the delivery can't be written without the person's rows so that the rest reads as "
            "before. It was left as it is.",
            where="restricted/landing",
            todo="Report it with the source's format; let the supplier deliver the month anew without the rows.",
        ) from None


def _replace(file: Path, content: bytes) -> None:
    """Write beside, to the disk, then rename; what a process that died left beside goes with the next landing."""
    beside = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, file.stat().st_mode & 0o777), "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    beside.replace(file)
