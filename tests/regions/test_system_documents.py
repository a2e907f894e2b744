"""docs/systems says what every shipped source is: no source or column is left out."""

from pathlib import Path

import pytest

from regions.folder import RegionFolder, load_region
from regions.source import Source

SYSTEMS = Path(__file__).parents[2] / "docs" / "systems"


def _own(folder: RegionFolder) -> list[Source]:
    return [source for source in folder.sources if (folder.path / "sources" / f"{source.id}.yaml").is_file()]


@pytest.mark.parametrize("name", ["norrbotten", "orebro"])
def test_each_source_and_column_stands_in_its_system_s_document(name: str) -> None:
    overview = (SYSTEMS / "README.md").read_text(encoding="utf-8")
    for source in _own(load_region(name)):
        text = (SYSTEMS / f"{source.system}.md").read_text(encoding="utf-8")
        part = text.split(f"## {source.id}\n")[1].split("\n## ")[0]
        assert f"`{source.named_files.file_name}`" in part
        assert [column for column in source.columns if f"\n| {column} |" not in part] == [], source.id
        assert f"({source.system}.md) | `{source.id}`" in overview


def test_each_document_is_of_a_system_that_takes_part() -> None:
    systems = {source.system for name in ("norrbotten", "orebro") for source in _own(load_region(name))}
    assert {path.stem for path in SYSTEMS.glob("*.md")} - {"README"} == systems
    for system in systems:
        text = (SYSTEMS / f"{system}.md").read_text(encoding="utf-8")
        assert "our own delivery specification" in text
        assert "## Known limits" in text
