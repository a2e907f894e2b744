"""land: the original bytes of each new delivery, encrypted, known by their content hash.

A source whose system is away loses nothing for the others: what each source gave is in the ledger before the
next is asked, and errors are told when all have been.
"""

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regions.errors import DataError, HemvardError, UnreachableError
from regions.folder import RegionFolder
from regions.month import Month
from regions.source import Source
from regions.transport import Feed, Remote
from tasks.run import Run
from tasks.sources import connect
from tasks.sources.offered import Offered, StartAnew, Transport
from tasks.sources.patience import pause
from warehouse.home import RegionHome
from warehouse.keys import Keys
from warehouse.ledger import Landing, LedgerState, add_landings, landed_file, note_stamps

_MIB = 2**20


@dataclass(frozen=True)
class Landed:
    """What landing found."""

    new: tuple[Landing, ...]
    strange: dict[str, int]
    """Source → files in its inbox whose names are not of its pattern."""
    away: dict[str, str] = field(default_factory=dict)
    """Source that isn't required → its place, which could not be reached."""


@dataclass(frozen=True)
class Waiting:
    """What a run would land, as far as listing tells it."""

    new: tuple[Landing, ...]
    """Of what lies elsewhere the ids are provisional, and the sizes 0: nothing has been fetched."""
    unsure: int
    """Deliveries that have landed and whose systems don't tell whether they have changed."""
    away: dict[str, str]


@dataclass(frozen=True)
class _Stored:
    """Bytes that lie encrypted beside the landing folder's files, and what they are."""

    file: Path
    delivery_id: str
    content_sha256: str
    size: int


def land(run: Run, feed: Feed = "monthly") -> Landed:
    """Land every delivery on offer that is not yet the latest of its source, month and version.

    Raises, when every source has been asked, UnreachableError where a required one's system is away, UsageError
    where one can't be asked as its file says, DataError where a delivery is too large.
    """
    for left in run.home.landing.rglob("*.part"):
        left.unlink()  # of a run that was killed
    new: list[Landing] = []
    strange, away = {}, {}
    errors: list[HemvardError] = []
    for source in sources_of(run.folder, feed):
        transport = connect(source, run.home, run.folder)
        try:
            new += _land_source(run, source, transport)
            strange[source.id] = transport.strange()
        except UnreachableError as error:
            if source.required:
                errors.append(error)
            else:
                away[source.id] = transport.describe()
                run.say(f"{source.id}: {error.what}")
        except HemvardError as error:
            errors.append(error)
    if errors:
        raise _all_of(errors)
    return Landed(tuple(new), {source: count for source, count in strange.items() if count}, away)


def look(folder: RegionFolder, home: RegionHome, state: LedgerState, feed: Feed = "monthly") -> Waiting:
    """What a run would land. What lies elsewhere is listed, not fetched."""
    new: list[Landing] = []
    unsure, away = 0, {}
    sequence = max((landing.landing_seq for landing in state.landings), default=0)
    for source in sources_of(folder, feed):
        transport, latest = connect(source, home, folder), _latest(state, source)
        try:
            for offered in _unknown(transport, latest):
                before = latest.get((offered.month, offered.version))
                if not transport.is_local and not offered.stamp and before:
                    unsure += 1
                    continue
                identity, size = _provisional(source, transport, offered)
                if before is None or before.delivery_id != identity:
                    new.append(_landing(source, offered, identity, size, sequence + len(new) + 1))
        except UnreachableError:
            away[source.id] = transport.describe()
    return Waiting(tuple(new), unsure, away)


def offered_months(folder: RegionFolder, home: RegionHome) -> list[Month]:
    """The months that the systems of the main job offer, ascending; one that is away and not required offers none."""
    months: set[Month] = set()
    for source in sources_of(folder, "monthly"):
        try:
            months |= {entry.month for entry in connect(source, home, folder).list_offered()}
        except UnreachableError:
            if source.required:
                raise
    return sorted(months)


def sources_of(folder: RegionFolder, feed: Feed) -> list[Source]:
    """The sources that a flow asks."""
    return [source for source in folder.sources if source.transport.feed == feed]


def delivery_id(source_id: str, offered: Offered, content: bytes) -> str:
    """The content hash: of the bytes, and of the source, month and version for which they came."""
    return hashlib.sha256(_head(source_id, offered) + content).hexdigest()


def _head(source_id: str, offered: Offered) -> bytes:
    return f"{source_id}\0{offered.month}\0{offered.version}\0".encode()


def _latest(state: LedgerState, source: Source) -> dict[tuple[Month, int], Landing]:
    return {(entry.month, entry.version): entry for entry in state.landings if entry.source_id == source.id}


def _unknown(transport: Transport, latest: dict[tuple[Month, int], Landing]) -> Iterator[Offered]:
    """What is on offer, without what has the stamp with which it landed."""
    for offered in transport.list_offered():
        before = latest.get((offered.month, offered.version))
        if before is None or not offered.stamp or before.stamp != offered.stamp:
            yield offered


def _provisional(source: Source, transport: Transport, offered: Offered) -> tuple[str, int]:
    """The id and size of a delivery on this machine; of another, an id that is no content's."""
    if not transport.is_local:
        return delivery_id(source.id, offered, f"not fetched\0{offered.stamp}".encode()), 0
    digest, size = hashlib.sha256(_head(source.id, offered)), 0
    for piece in transport.fetch(offered):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _land_source(run: Run, source: Source, transport: Transport) -> list[Landing]:
    """The new landings of one source; they are in the ledger even where a later delivery of it can't be fetched."""
    state = run.ledger()
    latest = _latest(state, source)
    sequence = max((landing.landing_seq for landing in state.landings), default=0)
    new: list[Landing] = []
    stamps: dict[int, str] = {}
    try:
        for offered in _unknown(transport, latest):
            stored = _fetched(run, source, transport, offered)
            before = latest.get((offered.month, offered.version))
            if before is not None and before.delivery_id == stored.delivery_id:
                stored.file.unlink()
                if before.stamp != offered.stamp:
                    stamps[before.landing_seq] = offered.stamp
                continue
            stored.file.replace(run.home.landing / landed_file(source.id, offered.month, stored.delivery_id))
            sequence += 1
            entry = _landing(source, offered, stored.delivery_id, stored.size, sequence, stored.content_sha256)
            new.append(entry)
    finally:
        _note(run, new, stamps)
    return new


def _note(run: Run, new: Sequence[Landing], stamps: dict[int, str]) -> None:
    if new or stamps:
        with run.transaction():
            if new:
                add_landings(run.connection, new)
            note_stamps(run.connection, stamps)


def _landing(
    source: Source, offered: Offered, identity: str, size: int, sequence: int, content_sha256: str = ""
) -> Landing:
    now = datetime.now(UTC).replace(tzinfo=None)
    own = (identity, source.id, offered.month, offered.version, offered.name, size, sequence, now)
    return Landing(*own, content_sha256=content_sha256, stamp=offered.stamp)


def _fetched(run: Run, source: Source, transport: Transport, offered: Offered) -> _Stored:
    """A delivery, fetched and encrypted; from the beginning again where what had come was of no use."""
    folder = run.home.landing / source.id
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{offered.month.compact}-{offered.version}.part"
    own = source.transport
    attempts = own.attempts if isinstance(own, Remote) else 1
    for attempt in range(1, attempts + 1):
        try:
            return _store(file, _Counted(source, transport, offered), run.keys)
        except StartAnew:
            if attempt == attempts:
                raise
            pause(attempt)
    raise AssertionError("the last attempt returns or raises")


def _store(file: Path, content: "_Counted", keys: Keys) -> _Stored:
    """Encrypt what is read into a file, whole or not at all."""
    try:
        with file.open("wb") as handle:
            content.pour(keys, handle)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return _Stored(file, content.identity.hexdigest(), content.alone.hexdigest(), content.size)


class _Counted(io.RawIOBase):
    """A delivery's bytes as a file that is read once: hashed, and counted, on the way."""

    def __init__(self, source: Source, transport: Transport, offered: Offered) -> None:
        self.identity = hashlib.sha256(_head(source.id, offered))
        self.alone = hashlib.sha256()
        self.size = 0
        self._source, self._transport, self._offered = source, transport, offered
        self._pieces = transport.fetch(offered)
        self._rest = memoryview(b"")
        self._error: BaseException | None = None

    def pour(self, keys: Keys, target: Any) -> None:
        """Encrypt all into a file; raises what reading raised."""
        try:
            keys.encrypt_stream(self, target)
        except Exception:
            # The encryption says of an error of its source no more than a text, which may hold anything.
            if self._error is not None:
                raise self._error from None
            raise

    def readable(self) -> bool:
        """It is read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many; none at the end."""
        try:
            while not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._take(piece)
        except BaseException as error:
            self._error = error
            raise
        taken = self._rest[: size if size >= 0 else None]
        self._rest = self._rest[len(taken) :]
        return bytes(taken)

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        limit = self._source.transport.max_mib
        if self.size > limit * _MIB:
            raise DataError(
                f"{self._source.id}: the delivery {self._offered.name} is larger than {limit} MiB; it has not landed.",
                where=self._transport.describe(),
                todo="Ask the supplier for the right file, or raise max_mib under transport in the source's file.",
            )
        self.identity.update(piece)
        self.alone.update(piece)
        self._rest = memoryview(piece)


def _all_of(errors: Sequence[HemvardError]) -> HemvardError:
    """The errors as one, of the kind that says most: the data, then the use, then a system that is away."""
    first = min(errors, key=lambda error: error.exit_code)
    if len(errors) == 1:
        return first
    told = dict.fromkeys(f"{error.what} ({error.where})" for error in errors)
    return type(first)("\n".join(told), where=first.where, todo=first.todo)
