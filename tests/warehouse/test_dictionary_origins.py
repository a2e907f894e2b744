"""Each published table and column says whose it is, and names a definition that is written down."""

import re
from pathlib import Path

import pytest

from flows.explain.ways import WAYS
from warehouse import definitions, schema

ROOT = Path(__file__).resolve().parents[2]
EVERY = tuple(dict.fromkeys((*schema.LAKE, *schema.PUBLISHED, *schema.VERSIONS.values())))
"""The lake's tables too: its COMMENTs are made of the same."""
UNITS = {
    "_sek": {"sek", "sek_per_inhabitant"},
    "_ore": {"ore"},
    "_minutes": {"minutes", "visits"},
    "_share": {"share"},
    "minutes": {"minutes"},
    "population": {"persons"},
    "patients": {"persons"},
    "visits": {"visits"},
}
"""What a name ends with → the units that it may have."""


def sections(file: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("table", schema.PUBLISHED, ids=lambda table: table.name)
def test_a_column_s_definition_is_in_a_file_and_section_that_are_there(table) -> None:
    for column in table.names():
        told = definitions.origin(table.name, column)
        assert told.source_sv, column
        name, _, section = told.definition.partition("#")
        assert (ROOT / name).is_file(), told.definition
        assert not section or section in sections(ROOT / name), told.definition


def test_the_tables_named_are_the_published_ones() -> None:
    assert set(definitions.TABLES) == {table.name for table in schema.PUBLISHED}
    assert definitions.origin("core.visits", "minutes") == definitions.Origin("", "")


@pytest.mark.parametrize("name", WAYS)
def test_money_is_defined_in_the_section_that_explain_names(name: str) -> None:
    heading = re.sub(r"[^\w\- ]", "", WAYS[name].section).lower().replace(" ", "-")
    assert definitions.TABLES[name].definition == f"docs/maths.md#{heading}"


def test_an_attribute_is_the_standard_s_where_visits_are_counted_and_the_table_s_elsewhere() -> None:
    assert "termbank" in definitions.origin("volumes.visits_month", "care_form").source_sv
    assert "SCB" in definitions.origin("volumes.population", "sex").source_sv


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_a_number_has_the_unit_that_its_name_says(table) -> None:
    for column in table.columns:
        is_number = column.type.startswith(("DECIMAL", "BIGINT", "DOUBLE"))
        for ending, units in UNITS.items():
            if is_number and (column.name == ending or (ending.startswith("_") and column.name.endswith(ending))):
                assert column.unit in units, column.name


@pytest.mark.parametrize("table", schema.PUBLISHED, ids=lambda table: table.name)
def test_descriptions_say_something_and_do_not_begin_like_a_formula(table) -> None:
    for row in (row for row in schema.dictionary_rows() if row[0] == table.name):
        assert all(str(text).strip() for text in (*row[6:9], row[9], row[10])), row[1]
        assert not any(str(text).startswith(("=", "+", "-", "@")) for text in row), row[1]
