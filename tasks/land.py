"""land: the original bytes of each new delivery, encrypted, known by their content hash."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from regions.source import Source
from tasks.run import Run
from tasks.sources import Transport, connect
from tasks.sources.offered import Offered
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
    state = read_ledger(run.connection)
    new: list[Landing] = []
    strange: dict[str, int] = {}
    for source in run.folder.sources:
        transport = connect(source, run.home)
        new += _land_source(run, source, transport, state, len(state.landings) + len(new))
        if count := transport.strange():
            strange[source.id] = count
    if new:
        with transaction(run.connection):
            add_landings(run.connection, new)
    return Landed(tuple(new), strange)


def delivery_id(source_id: str, offered: Offered, content: bytes) -> str:
    """The content hash: of the bytes, and of the source, month and version for which they came."""
    head = f"{source_id}\0{offered.month}\0{offered.version}\0".encode()
    return hashlib.sha256(head + content).hexdigest()


def _land_source(
    run: Run, source: Source, transport: Transport, state: LedgerState, sequence: int
) -> Iterator[Landing]:
    latest = {
        (entry.month, entry.version): entry.delivery_id for entry in state.landings if entry.source_id == source.id
    }
    for offered in transport.list_offered():
        content = transport.fetch(offered)
        identity = delivery_id(source.id, offered, content)
        if latest.get((offered.month, offered.version)) == identity:
            continue
        sequence += 1
        folder = run.home.landing / source.id
        write_landed(folder / f"{offered.month.compact}-{identity}.age", run.keys.encrypt(content))
        now = datetime.now(UTC).replace(tzinfo=None)
        yield Landing(identity, source.id, offered.month, offered.version, offered.name, len(content), sequence, now)


def write_landed(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside, to disk, then renamed."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    beside = file.with_suffix(".part")
    with beside.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(file)
