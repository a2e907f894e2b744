"""How a system that may be away is asked: a few times, with a growing pause, and on from where it stopped."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from regions.errors import UnreachableError
from tasks.sources.offered import StartAnew

T = TypeVar("T")
PIECE = 2**20
"""Bytes of a piece: what is held in memory of a delivery."""


def patient(ask: Callable[[], T], attempts: int) -> T:
    """The answer; the last attempt's UnreachableError where there is none."""
    for attempt in range(1, attempts):
        try:
            return ask()
        except UnreachableError:
            pause(attempt)
    return ask()


def resumed(read_from: Callable[[int], Iterator[bytes]], attempts: int) -> Iterator[bytes]:
    """All bytes of a delivery: `read_from` gives them from a position on, until it is cut off."""
    position = 0
    for attempt in range(1, attempts + 1):
        try:
            for piece in read_from(position):
                position += len(piece)
                yield piece
        except StartAnew:
            raise
        except UnreachableError:
            if attempt == attempts:
                raise
            pause(attempt)
        else:
            return


def pause(attempt: int) -> None:
    """After the first attempt none, then 1, 3, 7 … seconds, half a minute at most."""
    time.sleep(min(2 ** (attempt - 1) - 1, 30))
