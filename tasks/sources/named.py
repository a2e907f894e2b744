"""What the transports of files share: names read by the source's pattern."""

from collections.abc import Iterable, Mapping

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
