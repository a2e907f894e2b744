"""land: the original bytes of each new delivery, encrypted, known by their content hash."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from regions.folder import RegionFolder
from regions.source import Source
from tasks.run import Run
from tasks.sources import connect
from tasks.sources.offered import Offered
from warehouse.home import RegionHome
from warehouse.lake import transaction
from warehouse.ledger import Landing, LedgerState, add_landings, read_ledger


@dataclass(frozen=True)
class Landed:
    """What landing found."""

    new: tuple[Landing, ...]
    strange: dict[str, int]
    """Source → files in its inbox whose names are not of its pattern."""


def land(run: Run) -> Landed:
    """Land every delivery on offer that is not yet the latest of its source, month and version."""
    new = []
    for landing, content in offered_anew(run.folder, run.home, read_ledger(run.connection)):
        write_landed(run.home.landing / landing.file, run.keys.encrypt(content))
        new.append(landing)
    if new:
        with transaction(run.connection):
            add_landings(run.connection, new)
    strange = {source.id: connect(source, run.home).strange() for source in run.folder.sources}
    return Landed(tuple(new), {source: count for source, count in strange.items() if count})


def offered_anew(folder: RegionFolder, home: RegionHome, state: LedgerState) -> Iterator[tuple[Landing, bytes]]:
    """What a run would land, with its bytes: `plan` and `land` share it."""
    sequence = max((landing.landing_seq for landing in state.landings), default=0)
    for source in folder.sources:
        for landing, content in _offered_by(source, home, state):
            sequence += 1
            yield replace(landing, landing_seq=sequence), content


def delivery_id(source_id: str, offered: Offered, content: bytes) -> str:
    """The content hash: of the bytes, and of the source, month and version for which they came."""
    head = f"{source_id}\0{offered.month}\0{offered.version}\0".encode()
    return hashlib.sha256(head + content).hexdigest()


def _offered_by(source: Source, home: RegionHome, state: LedgerState) -> Iterator[tuple[Landing, bytes]]:
    latest = {
        (entry.month, entry.version): entry.delivery_id for entry in state.landings if entry.source_id == source.id
    }
    transport = connect(source, home)
    for offered in transport.list_offered():
        content = transport.fetch(offered)
        identity = delivery_id(source.id, offered, content)
        if latest.get((offered.month, offered.version)) != identity:
            now = datetime.now(UTC).replace(tzinfo=None)
            yield (
                Landing(identity, source.id, offered.month, offered.version, offered.name, len(content), 0, now),
                content,
            )


def write_landed(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside, to disk, then renamed."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    beside = file.with_suffix(".part")
    with beside.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(file)
