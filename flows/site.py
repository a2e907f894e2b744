"""`hemvard site`: the pages of the release in force, in the browser of whoever asks."""

import webbrowser
from pathlib import Path

from regions.errors import DataError
from regions.folder import load_region
from warehouse.home import RegionHome, find_home
from warehouse.releases import PAGES, require_release


def open_site(region: str, home: Path | None, *, only_print: bool) -> str:
    """Open the first page, unless it is only asked where it is; what to tell: its path, and whether it was opened.

    DataError where nothing has been published.
    """
    folder = load_region(region)
    page = require_release(RegionHome(find_home(home) / folder.region.id)) / PAGES
    if not page.is_file():
        raise DataError("The release in force has no pages.", where=str(page), todo=f"hemvard run {region}")
    if only_print or _opened(page):
        return str(page)
    return f"{page}\nNo browser was found on this machine: open that file in one, or copy its folder to where one is."


def _opened(page: Path) -> bool:
    try:
        return webbrowser.open(page.as_uri())
    except webbrowser.Error:
        return False
