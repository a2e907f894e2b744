"""The YAML of docs/guides/add-an-agreement.md is an agreement that a region's folder may hold."""

import re
import textwrap
from pathlib import Path

from regions.agreement import Agreement, Economy
from regions.reader import FolderReader

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "add-an-agreement.md"
BLOCK = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)


def test_the_guide_s_blocks_make_one_agreement_with_every_part_of_an_economy(tmp_path: Path) -> None:
    whole, economy, *parts = (textwrap.dedent(block) for block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")))
    text = whole + economy + "".join(textwrap.indent(part, "  ") for part in parts)
    (tmp_path / "valley_2030.yaml").write_text(text, encoding="utf-8")
    reader = FolderReader(tmp_path)
    agreement = reader.one("valley_2030.yaml", Agreement)
    assert reader.problems == []
    assert agreement is not None
    assert agreement.economy is not None
    assert agreement.economy.model_fields_set == set(Economy.model_fields) - {"look_ahead_years"}
    assert [decision.ore for decision in agreement.ore] == [20, 25]
    assert agreement.economy.inter_municipal[0].weights == ("1", "2/3", "1/3")
