"""One run a region: an operating-system lock on a file, which the kernel frees when its process dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regions.errors import BusyError
from warehouse.home import RegionHome

_POLL_SECONDS = 0.2
_GLANCE_SECONDS = 1.0
"""So long a run that won't wait tries all the same: `is_held` takes the lock for an instant."""
_held: dict[Path, int] = {}


@contextmanager
def region_lock(home: RegionHome, *, wait: bool) -> Iterator[None]:
    """Hold the region. BusyError where another process holds it, unless we wait for it.

    Taking it again in the process that holds it is nothing: the command takes it before the flow does.
    """
    home.prepare()
    if home.lock in _held:
        yield
        return
    handle = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, home, wait=wait)
        _held[home.lock] = handle
        yield
    finally:
        _held.pop(home.lock, None)
        os.close(handle)


def is_held(home: RegionHome) -> bool:
    """Whether some process holds the region now."""
    if not home.lock.exists():
        return False
    handle = os.open(home.lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _take(handle: int, home: RegionHome, *, wait: bool) -> None:
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait and time.monotonic() - began > _GLANCE_SECONDS:
                raise BusyError(
                    f"Another run holds the region {home.root.name}.",
                    where=str(home.lock),
                    todo="Let it end, or wait for it with --wait.",
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return
