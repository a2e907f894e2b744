"""What a figure is defined by, as hashes: a change of any of them makes the figure again."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from regions.folder import RegionFolder
from regions.source import Source

_ROOT = Path(__file__).resolve().parent.parent
_READING = (
    *sorted(file.relative_to(_ROOT).as_posix() for file in (_ROOT / "tasks" / "reading").glob("*.py")),
    "regions/contracts.py",
    "regions/expressions.py",
    "tasks/cells.py",
    "tasks/mapping.py",
    "tasks/records.py",
    "tasks/stage.py",
    "tasks/person_ids.py",
    "tasks/identify.py",
    "tasks/person_map.py",
    "tasks/judge.py",
    "expectations/visits.yaml",
    "expectations/records.yaml",
    "expectations/rules.py",
    "warehouse/models/core/visits.sql",
)
_RULES = ("visits.yaml", "records.yaml", "results.yaml", "series.yaml")
_NOT_OF_ROWS = {"title_sv", "supplier_sv", "note_sv", "due", "required", "transport"}
"""What of a source its readers see, and its rows do not."""
_ROOMS = ("expectations", "equalisation", "tasks", "warehouse")


def source_definitions(folder: RegionFolder) -> dict[str, str]:
    """Source → hash of all that decides what its deliveries' rows mean."""
    return {source.id: _source_definition(folder, source) for source in folder.sources}


def rules_hash() -> str:
    """The hash of the rules."""
    return _hash((_ROOT / "expectations" / name).read_bytes() for name in _RULES)


@cache
def code_hash() -> str:
    """The hash of the code that makes figures."""
    files = sorted(
        file for room in _ROOMS for file in (_ROOT / room).rglob("*") if file.suffix in (".py", ".sql", ".yaml")
    )
    return _hash(file.relative_to(_ROOT).as_posix().encode() + b"\0" + file.read_bytes() for file in files)


def code_version() -> str:
    """The version of this package."""
    return version("hemvard")


def _source_definition(folder: RegionFolder, source: Source) -> str:
    region = folder.region
    place = {
        "municipalities": list(region.municipalities),
        "all_municipalities": sorted(folder.national.municipalities),
        "late_months": region.late_months,
        "parts_of_day": region.parts_of_day.model_dump(mode="json"),
        "source": source.model_dump(mode="json", exclude=_NOT_OF_ROWS),
    }
    return _hash(
        [
            json.dumps(place, sort_keys=True).encode(),
            folder.files.get("units.csv", b""),
            *((_ROOT / name).read_bytes() for name in _READING),
        ]
    )


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
