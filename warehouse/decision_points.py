"""Decision points: releases that are frozen under a name, such as BP1, for as long as the region stands.

`published/decision_points/<name>/decision_point.json` says which release it is, and the SHA-256 of its list of files:
neither a file of the release nor that list can be changed unseen. What is made of a decision point for people lies in
the same folder.
"""

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from regions.errors import UsageError
from warehouse.following import SUMS, digest, to_disk
from warehouse.home import RegionHome

FILE = "decision_point.json"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True)
class DecisionPoint:
    """A frozen release."""

    name: str
    release: str
    frozen_at: str
    """When, UTC, ISO 8601."""
    sums: str
    """The SHA-256 of the release's list of files."""


def require_name(name: str) -> None:
    """UsageError where a decision point can't have the name: a folder is called so."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a decision point.",
            todo="Give a letter, then letters, digits, - or _; at most 32 of them, such as BP1.",
        )


def sums_of(release: Path) -> str:
    """The SHA-256 of a release's list of files."""
    return digest(release / SUMS)


def decision_points(home: RegionHome) -> list[DecisionPoint]:
    """Every decision point, in the order in which they were frozen."""
    files = home.decision_points.glob(f"[!.]*/{FILE}")
    found = [DecisionPoint(**json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return sorted(found, key=lambda point: (point.frozen_at, point.name))


def start_freezing(home: RegionHome, point: DecisionPoint) -> Path:
    """A folder beside, with the decision point's own file, to which documents can be added."""
    building = home.decision_points / f".{point.name}"
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(parents=True)
    file = building / FILE
    file.write_text(json.dumps(asdict(point), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    to_disk(file)
    return building


def finish_freezing(home: RegionHome, building: Path) -> Path:
    """Give the folder its name: from here on the release is frozen."""
    return building.rename(home.decision_points / building.name.removeprefix("."))
