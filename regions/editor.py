"""Help for those who write a region's folder: JSON Schemas for editors, and a new folder with examples."""

import json
import shutil
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from regions.agreement import Agreement
from regions.costs import Costs
from regions.errors import UsageError
from regions.folder import SHIPPED
from regions.model import Publication, Region, Scenario
from regions.parameters import ParameterFile
from regions.source import SOURCE
from regions.staffing import Staffing
from regions.targets import Target

SCHEMAS: dict[str, TypeAdapter[Any]] = {
    "region": TypeAdapter(Region),
    "publication": TypeAdapter(Publication),
    "source": SOURCE,
    "scenario": TypeAdapter(Scenario),
    "agreement": TypeAdapter(Agreement),
    "parameter": TypeAdapter(ParameterFile),
    "staffing": TypeAdapter(Staffing),
    "costs": TypeAdapter(Costs),
    "target": TypeAdapter(Target),
}
TEMPLATE = SHIPPED / "_template"


def write_schemas(folder: Path) -> list[Path]:
    """Write a JSON Schema per kind of file; the examples' first lines point editors to them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, adapter in SCHEMAS.items():
        file = folder / f"{name}.schema.json"
        schema = adapter.json_schema(by_alias=True)
        file.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(file)
    return written


def make_region(folder: Path) -> None:
    """Copy the commented example to a new folder, and the schemas to where its files look for them."""
    if folder.exists():
        raise UsageError(f"{folder} exists already.", todo="Name a folder that does not exist yet.")
    shutil.copytree(TEMPLATE, folder)
    write_schemas(folder.parent / ".schema")
