"""What releases were made of beside their deliveries, kept by content hash: `restricted/inputs/<kind>-<hash>.zip`.

A set is files by name: a region's folder (`region`), `regions/sweden` (`national`), the code that makes figures
(`code`), the exact versions of its libraries (`lock`). A release's manifest names its sets under `made_of`. The same
files are kept once; a set stays as long as a release that names it.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from regions.errors import DataError
from warehouse.following import MANIFEST, to_disk
from warehouse.home import PRIVATE, RegionHome

Kind = Literal["region", "national", "code", "lock"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Files = Mapping[str, bytes]
_MADE = (1980, 1, 1, 0, 0, 0)
"""The same files give the same bytes, whenever they are kept."""


def set_hash(files: Files) -> str:
    """The hash of a set: of each name and content, in the order of names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def keep(home: RegionHome, kind: Kind, files: Files) -> str:
    """Keep a set; its hash."""
    named = set_hash(files)
    target = _file(home, kind, named)
    if not target.is_file():
        home.inputs.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        beside = target.with_suffix(".part")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                archive.writestr(zipfile.ZipInfo(name, _MADE), files[name], zipfile.ZIP_DEFLATED)
        to_disk(beside)
        beside.replace(target)
    return named


def kept_files(home: RegionHome, kind: Kind, named: str) -> dict[str, bytes]:
    """The files of a set; DataError where it isn't kept, or isn't what it was."""
    file = _file(home, kind, named)
    try:
        with zipfile.ZipFile(file) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except FileNotFoundError:
        raise _lacking(file, "is not kept") from None
    except zipfile.BadZipFile:
        raise _lacking(file, "can't be read") from None
    if set_hash(files) != named:
        raise _lacking(file, "is not what it was")
    return files


def is_kept(home: RegionHome, made_of: Mapping[str, str]) -> bool:
    """Whether every set that a manifest names stands."""
    return bool(made_of) and all(_file(home, kind, made_of[kind]).is_file() for kind in KINDS)


def write_files(files: Files, folder: Path) -> None:
    """Write a set's files into a folder; none of them lands outside it."""
    root = folder.resolve()
    for name, content in files.items():
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            raise DataError(f"A kept file has a name that leads out of its folder: {name}", where=str(folder))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def forget_unused(home: RegionHome) -> None:
    """Remove the sets that no release names any more."""
    named = set()
    for manifest in home.releases.glob(f"*/{MANIFEST}"):
        made_of = json.loads(manifest.read_text(encoding="utf-8")).get("made_of", {})
        named |= {_file(home, kind, made_of[kind]) for kind in KINDS if kind in made_of}
    for file in set(home.inputs.glob("*.zip")) - named:
        file.unlink(missing_ok=True)


def _file(home: RegionHome, kind: Kind, named: str) -> Path:
    return home.inputs / f"{kind}-{named}.zip"


def _lacking(file: Path, what: str) -> DataError:
    return DataError(
        f"What a release was made of {what}: it can't be computed again.",
        where=str(file),
        todo="Bring the file back from a backup of the region's restricted folder.",
    )
