"""`hemvard documents`: the reports and the municipalities' sheets of a release."""

from pathlib import Path

from regions.errors import UsageError
from regions.folder import load_region
from tasks.documents import folder_of, write_documents
from warehouse.home import RegionHome, find_home
from warehouse.releases import releases_of, require_release


def make_documents(region: str, home: Path | None, asked: str | None, target: Path | None) -> str:
    """Write the documents of a release, by default of the one in force; where they are, and what they are.

    `asked` is a release's id or the beginning of one. DataError where nothing has been published, UsageError where no
    or several releases begin so.
    """
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    release = _release(place, asked)
    into = (target or folder_of(place, release)).absolute()
    made = write_documents(folder, release, into)
    lines = [f"{len(made)} documents of release {release.name} in {into}:"]
    return "\n".join((*lines, *(f"  {file.relative_to(into)}" for file in made)))


def _release(place: RegionHome, asked: str | None) -> Path:
    current = require_release(place)
    if asked is None:
        return current
    found = [release for release in releases_of(place) if release.name.startswith(asked)]
    if len(found) != 1:
        what = "No release begins" if not found else f"{len(found)} releases begin"
        raise UsageError(f"{what} with {asked!r}.", where=str(place.releases), todo="`hemvard releases` lists them.")
    return found[0]
