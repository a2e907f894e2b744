"""`hemvard documents`: the reports and the municipalities' sheets of a release."""

from pathlib import Path

from flows.releases import found_region, named_release
from tasks.documents import folder_of, write_documents
from warehouse.releases import require_release


def make_documents(region: str, home: Path | None, asked: str | None, target: Path | None) -> str:
    """Write the documents of a release, by default of the one in force; where they are, and what they are.

    `asked` is a release's id or the beginning of one. DataError where nothing has been published, UsageError where no
    or several releases begin so.
    """
    folder, place = found_region(region, home)
    current = require_release(place)
    release = named_release(place, asked) if asked else current
    into = (target or folder_of(place, release)).absolute()
    made = write_documents(folder, release, into)
    lines = [f"{len(made)} documents of release {release.name} in {into}:"]
    return "\n".join((*lines, *(f"  {file.relative_to(into)}" for file in made)))
