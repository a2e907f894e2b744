"""Releases: folders built beside, put in force by one rename of a link, never changed.

`published/releases/<id>/` holds hemvard.duckdb, parquet/, dashboard/ and manifest.json;
`published/current` is the link to the one in force, and `published/hemvard.duckdb` and
`published/dashboard` are links through it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from regions.errors import DataError
from warehouse.home import RegionHome

DATABASE = "hemvard.duckdb"
MANIFEST = "manifest.json"
_BUILDING = ".building"
_THROUGH_CURRENT = (DATABASE, "dashboard", "parquet", MANIFEST)

Manifest = dict[str, Any]


def manifest_of(release: Path) -> Manifest:
    """The manifest of a release."""
    manifest: Manifest = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def in_force(home: RegionHome) -> Path | None:
    """The release in force, if there is one."""
    return home.current.resolve() if home.current.is_symlink() and home.current.exists() else None


def require_release(home: RegionHome) -> Path:
    """The release in force; DataError where nothing has been published."""
    release = in_force(home)
    if release is None:
        raise DataError(
            "Nothing has been published for this region yet.",
            where=str(home.published),
            todo=f"Run it first: hemvard run {home.root.name}",
        )
    return release


def find_release(home: RegionHome, inputs_hash: str) -> Path | None:
    """The newest whole release that was made of these inputs, in force or not."""
    found = [
        folder
        for folder in sorted(home.releases.iterdir(), reverse=True)
        if not folder.name.startswith(".") and manifest_of(folder)["inputs_hash"] == inputs_hash
    ]
    return found[0] if found else None


def start_building(home: RegionHome) -> Path:
    """An empty folder to build a release in; what an interrupted run left is removed."""
    building = home.releases / _BUILDING
    if building.exists():
        shutil.rmtree(building)
    building.mkdir()
    return building


def release_id(manifest: Mapping[str, Any], created: datetime) -> str:
    """The UTC time and 8 hexadecimal digits of the manifest's hash."""
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    return f"{created:%Y%m%dT%H%M%SZ}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def write_manifest(building: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder that is being built."""
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (building / MANIFEST).write_text(text + "\n", encoding="utf-8")


def finish(home: RegionHome, building: Path) -> Path:
    """Give a built folder its id as its name; it's whole from here on."""
    _to_disk(building)
    release = home.releases / str(manifest_of(building)["release_id"])
    building.rename(release)
    return release


def put_in_force(home: RegionHome, release: Path) -> None:
    """Point `current` at a release by one rename; readers of the old one keep it."""
    _link(home.current, Path("releases") / release.name)
    for name in _THROUGH_CURRENT:
        link = home.published / name
        if not link.is_symlink():
            _link(link, Path(home.current.name) / name)


def _link(link: Path, target: Path) -> None:
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)


def _to_disk(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
