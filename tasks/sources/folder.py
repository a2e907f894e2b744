"""Deliveries laid in a folder: `<home>/<region>/inbox/<source>/`."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from regions.errors import UnreachableError
from regions.transport import FolderTransport
from tasks.sources.named import by_name, seen
from tasks.sources.offered import Offered
from tasks.sources.patience import PIECE

_SETTLED_SECONDS = 2


class FolderSource:
    """The files of one source's inbox folder. Files whose names begin with a dot are still being written."""

    is_local = True

    def __init__(self, transport: FolderTransport, folder: Path) -> None:
        self._transport = transport
        self._folder = folder

    def list_offered(self) -> list[Offered]:
        """The files whose names are of the source's pattern, by month and version."""
        names = self._names()
        return by_name(self._transport, names, {name: _stamp(self._folder / name) for name in names})

    def strange(self) -> int:
        """How many files have names that are not of the source's pattern, or that state what another states."""
        names = self._names()
        return len(names) - len(by_name(self._transport, names))

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The file's bytes."""
        try:
            with (self._folder / offered.name).open("rb") as handle:
                while piece := handle.read(PIECE):
                    yield piece
        except OSError as error:
            raise UnreachableError(
                f"The file {offered.name} can't be read: {error.strerror}.",
                where=self.describe(),
                todo="See that the file is there and that this user may read it, then run again.",
            ) from None

    def describe(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return seen(entry.name for entry in os.scandir(self._folder) if entry.is_file())


def _stamp(file: Path) -> str:
    """Size, times and place of a file; empty while it is so new that a change would not show in its time."""
    try:
        facts = file.stat()
    except OSError:
        return ""
    if time.time() - max(facts.st_mtime, facts.st_ctime) < _SETTLED_SECONDS:
        return ""
    return f"{facts.st_size}:{facts.st_mtime_ns}:{facts.st_ctime_ns}:{facts.st_ino}"
