"""Releases: folders built beside, put in force by one rename, never changed.

`published/releases/<id>/` holds hemvard.duckdb, parquet/, dashboard/ …, manifest.json and the SHA-256 of each file.
`published/current.json` names the one in force: all of ours reads it. What others open follows (`warehouse.following`):
`published/current` is the link to it, and `published/hemvard.duckdb`, `published/dashboard` … are links through that.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from regions.errors import DataError
from warehouse.following import MANIFEST, digest, files_of, follow, read_sums, replaced, to_disk, write_sums
from warehouse.home import RegionHome

DATABASE = "hemvard.duckdb"
PAGES = "dashboard/index.html"
_BUILDING = ".building"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Hold:
    """A rollback that holds: runs whose inputs are those of the release rolled back leave it in force."""

    release: str
    instead_of: str
    inputs_hash: str
    since: str
    """When, UTC, ISO 8601."""


def manifest_of(release: Path) -> Manifest:
    """The manifest of a release."""
    manifest: Manifest = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def releases_of(home: RegionHome) -> list[Path]:
    """The whole releases, the newest first."""
    return sorted((folder for folder in home.releases.iterdir() if not folder.name.startswith(".")), reverse=True)


def in_force(home: RegionHome) -> Path | None:
    """The release in force, if there is one: what `current.json` names; where there is none, what the link leads to."""
    told = _read(home.current_file)
    release = home.releases / str(told["release"]) if told else home.current
    return release.resolve() if release.is_dir() else None


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
    made_of_them = (entry for entry in releases_of(home) if manifest_of(entry)["inputs_hash"] == inputs_hash)
    return next(made_of_them, None)


def predecessor(release: Path) -> Path | None:
    """The release that was in force when this one was made, if it still stands."""
    name = manifest_of(release).get("previous_release")
    return release.with_name(name) if name and release.with_name(name).is_dir() else None


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
    (building / MANIFEST).write_text(_text(manifest), encoding="utf-8")


def finish(home: RegionHome, building: Path) -> Path:
    """Give a built folder its id as its name, and its files their sums; it's whole from here on."""
    write_sums(building)
    for file in building.rglob("*"):
        if file.is_file():
            to_disk(file)
    release = home.releases / str(manifest_of(building)["release_id"])
    building.rename(release)
    return release


def faults_of(release: Path) -> tuple[str, ...]:
    """What is wrong with a release's manifest and files, in plain English; nothing where it is as it was made."""
    told, found = read_sums(release), set(files_of(release))
    if MANIFEST not in told:
        return ("its list of files is missing, or does not hold the manifest",)
    faults = [f"{name} is missing" for name in sorted(set(told) - found)]
    faults += [f"{name} does not belong to it" for name in sorted(found - set(told))]
    faults += [f"{name} has been changed" for name in sorted(set(told) & found) if digest(release / name) != told[name]]
    if not faults and manifest_of(release)["release_id"] != release.name:
        faults.append(f"its manifest is that of {manifest_of(release)['release_id']}")
    return tuple(faults)


def put_in_force(home: RegionHome, release: Path) -> None:
    """Name a release in `current.json` by one rename, then let what readers open follow; again, it changes nothing.

    DataError where a reader holds `current.json` all the time: then the one before stays in force.
    """
    told = {"release": release.name, "folder": f"{home.releases.name}/{release.name}"}
    if told != _read(home.current_file):
        _write(home.current_file, told)
    follow(home, release)


def read_hold(home: RegionHome) -> Hold | None:
    """The rollback that holds, if one does: both its releases stand, and one of them is in force."""
    told, current = _read(home.hold), in_force(home)
    hold = Hold(**told) if told else None
    if hold is None or current is None or current.name not in (hold.release, hold.instead_of):
        return None
    return hold if all((home.releases / name).is_dir() for name in (hold.release, hold.instead_of)) else None


def write_hold(home: RegionHome, hold: Hold | None) -> None:
    """Let a rollback hold; None ends the one that does."""
    if hold is None:
        home.hold.unlink(missing_ok=True)
    else:
        _write(home.hold, asdict(hold))


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def _write(file: Path, told: Mapping[str, Any]) -> None:
    if not replaced(file, lambda beside: beside.write_text(_text(told), encoding="utf-8")):
        raise DataError(
            f"{file.name} could not be replaced: somebody holds it open, or it may not be written.",
            where=str(file),
            todo="Close what holds it and do it again; until then what was in force stays in force.",
        )


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
