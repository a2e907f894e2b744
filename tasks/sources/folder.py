"""Deliveries laid in a folder: `<home>/<region>/inbox/<source>/`."""

from pathlib import Path

from regions.errors import UnreachableError
from regions.transport import FolderTransport
from tasks.sources.offered import Offered


class FolderSource:
    """The files of one source's inbox folder. Files whose names begin with a dot are still being written."""

    def __init__(self, transport: FolderTransport, folder: Path) -> None:
        self._transport = transport
        self._folder = folder

    def list_offered(self) -> list[Offered]:
        """The files whose names are of the source's pattern, by month and version.

        A version may be written with zeros before it; of two names that state the same, the last counts.
        """
        found = {}
        for file in self._files():
            if (named := self._transport.read_name(file.name)) is not None:
                found[named] = Offered(*named, file.name)
        return sorted(found.values())

    def strange(self) -> int:
        """How many files have names that are not of the source's pattern, or that state what another states."""
        return len(self._files()) - len(self.list_offered())

    def fetch(self, offered: Offered) -> bytes:
        """The file's bytes."""
        try:
            return (self._folder / offered.name).read_bytes()
        except OSError as error:
            raise UnreachableError(
                f"The file {offered.name} can't be read: {error.strerror}.",
                where=self.describe(),
                todo="See that the file is there and that this user may read it, then run again.",
            ) from None

    def describe(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(file for file in self._folder.iterdir() if file.is_file() and not file.name.startswith("."))
