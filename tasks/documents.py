"""The documents of a release for those who decide: reports as PDF and Word, municipalities' sheets, the workbook.

They are made of the release's published database and of the region's texts, and lie beside the release, whose folder is
never changed. `hemvard documents` and whatever freezes a release call `write_documents`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from dashboard.documents.texts import faults
from regions.errors import DataError, UsageError
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY
from regions.reader import Problem
from regions.scenarios import resolved
from warehouse.following import files_of, replaced
from warehouse.home import RegionHome
from warehouse.releases import DATABASE

FOLDER = "documents"
"""The folder of a region's own texts, and that of the documents under `published/`."""
WORKBOOK = "tabeller.xlsx"
_OURS = re.compile(
    r"(slutrapport|ekonomirapport|personalrapport)\.(pdf|docx)|kommuner/[0-9]{4}[a-z0-9-]*\.pdf|tabeller\.xlsx"
)


def write_documents(folder: RegionFolder, release: Path, target: Path) -> tuple[Path, ...]:
    """Write the documents of a whole release into a folder, once all of them could be made; their files.

    What was there of the same kind is replaced. UsageError where the region's texts are wrong, or where the folder
    holds something else; DataError where the release lacks what documents tell of, or a reader holds a file.
    """
    _require_texts(folder)
    _require_ours(target)
    made = {**_made(folder, release), **dict(_workbook(release))}
    held = [name for name, content in made.items() if not _is_written(target / name, content)]
    for name in set(files_of(target)) - set(made):
        (target / name).unlink()
    if held:
        raise DataError(
            f"{len(held)} file(s) could not be replaced: somebody holds them open. They are not of this release: "
            f"{', '.join(held)}",
            where=str(target),
            todo="Close them and do it again.",
        )
    return tuple(target / name for name in made)


def text_problems(region: Path) -> list[Problem]:
    """What is wrong with the texts in a region's folder, with file and line; nothing where it has none of its own."""
    return [Problem(f"{FOLDER}/{fault.file}", fault.line, fault.text) for fault in faults(region / FOLDER)]


def folder_of(home: RegionHome, release: Path) -> Path:
    """Where a release's documents lie unless somebody says otherwise: beside the releases, by the release's id."""
    return home.published / FOLDER / release.name


def _require_texts(folder: RegionFolder) -> None:
    if problems := text_problems(folder.path):
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(f"The texts of the documents are not right:\n{listed}", todo="Correct the lines above.")


def _require_ours(target: Path) -> None:
    held = files_of(target) if target.is_dir() else []
    if target.is_file() or not all(map(_OURS.fullmatch, held)):
        raise UsageError(
            f"{target} holds something other than a release's documents.",
            where=str(target),
            todo="Name an empty folder with --to, or one that does not exist yet.",
        )


def _made(folder: RegionFolder, release: Path) -> dict[str, bytes]:
    from dashboard.documents.write import documents  # its charts take long to import, and `hemvard check` is instant

    boundaries = [boundary.id for boundary in resolved(folder.scenarios)]
    own, municipalities = folder.path / FOLDER, folder.region.municipalities
    try:
        return dict(documents(release / DATABASE, _names(folder), boundaries, municipalities, own))
    except duckdb.ProgrammingError as error:
        raise DataError(
            f"Release {release.name} lacks tables or columns that the documents tell of: another version made it.",
            where=str(release / DATABASE),
            todo="Make the documents with that version, or run the region again and take the new release.",
        ) from error


def _names(folder: RegionFolder) -> Mapping[str, Mapping[str, str]]:
    codes = (*folder.region.municipalities, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY)
    return {
        "municipality_code": {code: folder.national.name(code) for code in codes},
        "profession": folder.national.professions,
    }


def _workbook(release: Path) -> Iterator[tuple[str, bytes]]:
    """The release's workbook, as it is; none where the release has none."""
    for workbook in sorted((release / "excel").glob("*.xlsx"))[:1]:
        yield WORKBOOK, workbook.read_bytes()


def _is_written(file: Path, content: bytes) -> bool:
    file.parent.mkdir(parents=True, exist_ok=True)
    return replaced(file, lambda beside: beside.write_bytes(content))
