"""What a figure is defined by, as hashes: a change of any of them makes the figure again."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distributions, version
from pathlib import Path

from regions.folder import NATIONAL, RegionFolder
from regions.source import Source
from warehouse.kept_inputs import set_hash

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
_LOCK = "requirements.lock"


def source_definitions(folder: RegionFolder) -> dict[str, str]:
    """Source → hash of all that decides what its deliveries' rows mean."""
    return {source.id: _source_definition(folder, source) for source in folder.sources}


def rules_hash() -> str:
    """The hash of the rules."""
    return _hash((_ROOT / "expectations" / name).read_bytes() for name in _RULES)


def code_files() -> dict[str, bytes]:
    """The code that makes figures, by its place in the package; of regions the code alone, no region's folder."""
    found = [file for room in _ROOMS for file in (_ROOT / room).rglob("*") if file.suffix in (".py", ".sql", ".yaml")]
    found += (_ROOT / "regions").glob("*.py")
    return {file.relative_to(_ROOT).as_posix(): file.read_bytes() for file in found}


@cache
def code_hash() -> str:
    """The hash of the code that makes figures."""
    return set_hash(code_files())


def national_files() -> dict[str, bytes]:
    """What holds for every region: the files of `regions/sweden`, by their place in it."""
    found = [file for file in NATIONAL.rglob("*") if file.suffix in (".yaml", ".csv")]
    return {file.relative_to(NATIONAL).as_posix(): file.read_bytes() for file in found}


def lock_files() -> dict[str, bytes]:
    """The exact versions of the libraries: the lock of a checkout, else what is installed."""
    if (_ROOT / _LOCK).is_file():
        return {_LOCK: (_ROOT / _LOCK).read_bytes()}
    installed = sorted({f"{entry.name}=={entry.version}" for entry in distributions()})
    return {_LOCK: "\n".join(installed).encode()}


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
