"""The documents of a release for those who decide: reports as PDF and Word, municipalities' sheets, the workbook.

They are made of the release's published database and of the region's texts, and lie beside the release, whose folder is
never changed. `hemvard documents` and whatever freezes a release call `write_documents`.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from dashboard.documents.texts import faults
from dashboard.documents.write import Files, documents
from regions.errors import UsageError
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY
from regions.reader import Problem
from regions.scenarios import resolved
from warehouse.home import RegionHome
from warehouse.releases import DATABASE

FOLDER = "documents"
"""The folder of a region's own texts, and that of the documents under `published/`."""
SHEETS = "kommuner"
WORKBOOK = "tabeller.xlsx"
_OURS = re.compile(r"(slutrapport|ekonomirapport|personalrapport)\.(pdf|docx)|kommuner|tabeller\.xlsx")


def write_documents(folder: RegionFolder, release: Path, target: Path) -> tuple[Path, ...]:
    """Write the documents of a whole release into a folder, all or none of them; the files, reports first.

    What was there of the same kind is replaced. UsageError where the region's texts are wrong, or where the folder
    holds something else.
    """
    problems = text_problems(folder.path)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(f"The texts of the documents are not right:\n{listed}", todo="Correct the lines above.")
    _require_ours(target)
    boundaries = [boundary.id for boundary in resolved(folder.scenarios)]
    own = folder.path / FOLDER
    made = documents(
        release / DATABASE, _names(folder), boundaries, folder.region.municipalities, own if own.is_dir() else None
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        beside.chmod(0o755)
        _write(beside, made)
        _copy_workbook(release, beside)
        _put(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return tuple(sorted(file for file in target.rglob("*") if file.is_file()))


def text_problems(region: Path) -> list[Problem]:
    """What is wrong with the texts in a region's folder, with file and line; nothing where it has none of its own."""
    return [Problem(f"{FOLDER}/{fault.file}", fault.line, fault.text) for fault in faults(region / FOLDER)]


def folder_of(home: RegionHome, release: Path) -> Path:
    """Where a release's documents lie unless somebody says otherwise: beside the releases, by the release's id."""
    return home.published / FOLDER / release.name


def _names(folder: RegionFolder) -> Mapping[str, Mapping[str, str]]:
    codes = (*folder.region.municipalities, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY)
    return {
        "municipality_code": {code: folder.national.name(code) for code in codes},
        "profession": folder.national.professions,
    }


def _require_ours(target: Path) -> None:
    held = [entry.name for entry in target.iterdir()] if target.is_dir() else []
    if target.is_file() or any(not _OURS.fullmatch(name) for name in held):
        raise UsageError(
            f"{target} holds something other than a release's documents.",
            where=str(target),
            todo="Name an empty folder with --to, or one that does not exist yet.",
        )


def _write(folder: Path, made: Files) -> None:
    for name, content in made:
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)


def _copy_workbook(release: Path, folder: Path) -> None:
    """The release's workbook beside the documents, as it is."""
    for workbook in sorted((release / "excel").glob("*.xlsx"))[:1]:
        shutil.copyfile(workbook, folder / WORKBOOK)


def _put(made: Path, target: Path) -> None:
    """The new folder in the place of the old one."""
    if target.exists():
        old = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        target.rename(old / target.name)
        made.rename(target)
        shutil.rmtree(old)
    else:
        made.rename(target)
