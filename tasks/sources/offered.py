"""What a source's system offers, and what every transport can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from regions.errors import UnreachableError
from regions.month import Month


@dataclass(frozen=True, order=True)
class Offered:
    """A delivery on offer: its month and version as its name states them.

    `stamp` tells one content from another without fetching it (size and time, ETag, rows and version): a delivery
    whose month, version and stamp are those of the latest landing isn't fetched again. Empty: nobody can tell.
    """

    month: Month
    version: int
    name: str
    stamp: str = ""


class StartAnew(UnreachableError):
    """What has been fetched of a delivery is of no use: it changed meanwhile, or can't be gone on with."""


class Transport(Protocol):
    """What each kind of transport can do. Nothing is asked of the system before a method is called."""

    @property
    def is_local(self) -> bool:
        """Whether a delivery's bytes lie on this machine, so that a plan may look at them."""

    def list_offered(self) -> list[Offered]:
        """The deliveries on offer, by month and version.

        Raises UnreachableError where the system is away (which may pass), UsageError where a person must act.
        """

    def strange(self) -> int:
        """How many files (of a table: months) there are whose names are not this source's; they are not told."""

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The original bytes of a delivery, in pieces; a cut-off connection is gone on with where it stopped.

        Raises UnreachableError where the system stays away, StartAnew where the pieces so far are of no use.
        """

    def describe(self) -> str:
        """The place, in words for a person; without secrets."""
