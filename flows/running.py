"""Runs a flow from the command line, on the server that is up or on one of its own."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from flows.prefect_home import CONSOLE, use_prefect
from regions.folder import SHIPPED, RegionFolder, load_region
from warehouse.home import RegionHome, find_home
from warehouse.lock import region_lock


def run_monthly(
    region: str, first: str | None, last: str | None, home: Path | None, *, wait: bool, as_of: date | None = None
) -> str:
    """Run the main job, by parameters as they were known on a day; its summary."""
    place = find_home(home)
    folder = load_region(region)
    with region_lock(RegionHome(place / folder.region.id), wait=wait):
        _prepare(place)
        from flows.monthly import monthly

        outcome: Any = monthly(_name(folder), first, last, str(place), wait=wait, as_of=as_of)
        return str(outcome.text)


def run_backfill(region: str, first: str | None, last: str | None, home: Path | None, *, wait: bool, chunk: int) -> str:
    """Run the backfill; the last chunk's summary."""
    place = find_home(home)
    folder = load_region(region)
    with region_lock(RegionHome(place / folder.region.id), wait=wait):
        _prepare(place)
        from flows.backfill import backfill

        return str(backfill(_name(folder), first, last, str(place), chunk_months=chunk, wait=wait))


def run_reference(region: str, home: Path | None, *, wait: bool) -> str:
    """Fetch the official statistics; from when each series is."""
    place = find_home(home)
    folder = load_region(region)
    with region_lock(RegionHome(place / folder.region.id), wait=wait):
        _prepare(place)
        from flows.reference import reference

        return str(reference(_name(folder), str(place), wait=wait))


def _name(folder: RegionFolder) -> str:
    """A shipped region by its id, any other by its path: what Prefect's page shows, and a worker finds."""
    return folder.region.id if folder.path.parent == SHIPPED else str(folder.path)


def _prepare(place: Path) -> None:
    """Prefect's environment, and progress on the console."""
    use_prefect(place)
    os.environ.setdefault(CONSOLE, "1")
    if not sys.stderr.isatty():
        os.environ.setdefault("NO_COLOR", "1")
