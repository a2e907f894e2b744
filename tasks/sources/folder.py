"""Deliveries laid in a folder: `<home>/<region>/inbox/<source>/`."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from regions.errors import UnreachableError
from regions.transport import FolderTransport
from tasks.sources.named import NamedSource, seen
from tasks.sources.offered import Offered
from tasks.sources.patience import PIECE

_SETTLED_SECONDS = 2


class FolderSource(NamedSource):
    """The files of one source's inbox folder. Files whose names begin with a dot are still being written."""

    is_local = True

    def __init__(self, transport: FolderTransport, folder: Path) -> None:
        super().__init__(transport)
        self._folder = folder

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

    def _stamps(self) -> dict[str, str]:
        if not self._folder.is_dir():
            return {}
        names = seen(entry.name for entry in os.scandir(self._folder) if entry.is_file())
        return {name: _stamp(self._folder / name) for name in names}


def _stamp(file: Path) -> str:
    """Size, times and place of a file; empty while it is so new that a change would not show in its time."""
    try:
        facts = file.stat()
    except OSError:
        return ""
    if time.time() - max(facts.st_mtime, facts.st_ctime) < _SETTLED_SECONDS:
        return ""
    return f"{facts.st_size}:{facts.st_mtime_ns}:{facts.st_ctime_ns}:{facts.st_ino}"
