"""What the transports of files share: names read by the source's pattern, from one listing."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property

from regions.transport import NamedFiles
from tasks.sources.offered import Offered


def by_name(pattern: NamedFiles, names: Iterable[str], stamps: Mapping[str, str] | None = None) -> list[Offered]:
    """The files whose names are of the source's pattern, by month and version.

    A version may be written with zeros before it; of two names that state the same, the last counts.
    """
    found = {}
    for name in sorted(names):
        if (named := pattern.read_name(name)) is not None:
            found[named] = Offered(*named, name, (stamps or {}).get(name, ""))
    return sorted(found.values())


def seen(names: Iterable[str]) -> list[str]:
    """The names without those that begin with a dot: such files are still being written."""
    return sorted(name for name in names if not name.startswith("."))


class NamedSource(ABC):
    """A place of files. It is listed once: what is offered and what is strange there are told of the same moment."""

    def __init__(self, pattern: NamedFiles) -> None:
        self._pattern = pattern

    def list_offered(self) -> list[Offered]:
        """The files whose names are of the source's pattern, by month and version."""
        return by_name(self._pattern, self._listing, self._listing)

    def strange(self) -> int:
        """How many files have names that are not of the source's pattern, or that state what another states."""
        return len(self._listing) - len(by_name(self._pattern, self._listing))

    @abstractmethod
    def _stamps(self) -> Mapping[str, str]:
        """Every file's name, and what tells its content from another's; those still being written left out."""

    @cached_property
    def _listing(self) -> Mapping[str, str]:
        return self._stamps()
