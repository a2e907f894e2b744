"""Where deliveries come from: one interface, a module per transport.

`list_offered` says what a system offers, `fetch` brings the bytes, `describe` names the place to a person.
"""

from typing import Protocol

from regions.source import Source
from tasks.sources.folder import FolderSource
from tasks.sources.offered import Offered
from warehouse.home import RegionHome


class Transport(Protocol):
    """What each kind of transport can do."""

    def list_offered(self) -> list[Offered]:
        """The deliveries on offer, by month and version; UnreachableError where the system is away."""

    def strange(self) -> int:
        """How many files there are whose names are not this source's; their names are not told."""

    def fetch(self, offered: Offered) -> bytes:
        """The original bytes of a delivery; UnreachableError where the system is away."""

    def describe(self) -> str:
        """The place, in words for a person."""


def connect(source: Source, home: RegionHome) -> Transport:
    """The transport that a source's YAML names."""
    return FolderSource(source.transport, home.inbox / source.id)
