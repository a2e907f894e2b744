"""What a source's system offers."""

from dataclasses import dataclass

from regions.month import Month


@dataclass(frozen=True, order=True)
class Offered:
    """A delivery on offer: its month and version as its name states them."""

    month: Month
    version: int
    name: str
