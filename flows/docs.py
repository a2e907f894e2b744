"""`hemvard docs`: Great Expectations' Data Docs of what the rules say now, as static pages."""

import shutil
from pathlib import Path

from expectations.offline import make_offline
from expectations.suite import write_docs
from regions.errors import UsageError
from regions.folder import load_region
from tasks.findings import measure
from warehouse.home import PRIVATE, RegionHome, find_home
from warehouse.lake import open_lake
from warehouse.ledger import read_ledger
from warehouse.lock import region_lock
from warehouse.releases import DATABASE, require_release
from warehouse.sql import literal

_CATALOGUE = "published"


_OURS = frozenset(("index.html", "expectations", "validations", "static"))


def build_docs(region: str, home: Path | None, target: Path | None) -> Path:
    """Write the pages, by default under the region's `restricted/data-docs`; the path of the first one.

    They are of the release in force and the lake behind it, so no run may be going on: BusyError where one is,
    DataError where nothing has been published, UsageError where the folder holds something else.
    """
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    database = require_release(place) / DATABASE
    pages = (target or place.restricted / "data-docs").absolute()
    with region_lock(place, wait=False):
        _clear(pages)
        connection = open_lake(place, read_only=True)
        try:
            connection.execute(f"ATTACH {literal(str(database))} AS {_CATALOGUE} (READ_ONLY)")
            measure(connection, folder, read_ledger(connection))
            write_docs(connection, _CATALOGUE, pages)
        finally:
            connection.close()
    make_offline(pages)
    return pages / "index.html"


def _clear(pages: Path) -> None:
    """An empty folder for its owner alone: pages of before go, and a folder that holds anything else is left alone."""
    held = {entry.name for entry in pages.iterdir()} if pages.exists() else set()
    if not held <= _OURS:
        raise UsageError(
            f"{pages} holds something other than Data Docs.",
            where=str(pages),
            todo="Name an empty folder with --to, or one that does not exist yet.",
        )
    if held:
        shutil.rmtree(pages)
    pages.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
