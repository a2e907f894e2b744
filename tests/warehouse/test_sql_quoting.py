"""Quoting: whatever a name or a text holds, DuckDB reads back just that."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.sql import columns, identifier, listed, literal, qualified

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
HOSTILE = ("'", "''", '"', '""', "\\'", "a'; DROP TABLE x; --", "$1", "?", "{x}", "%", "/*", "\n", "é\u2028", "'\\")
_CONNECTION = duckdb.connect(":memory:")


def one(sql: str) -> object:
    row = _CONNECTION.execute(sql).fetchone()
    return row[0] if row else None


@settings(max_examples=60)
@given(TEXTS | st.sampled_from(HOSTILE))
def test_a_text_comes_back(text: str) -> None:
    assert one(f"SELECT {literal(text)}") == text
    assert one(f"SELECT {literal(text)} IN ({listed([text, 'other'])})") is True


@settings(max_examples=60)
@given((TEXTS | st.sampled_from(HOSTILE)).filter(bool))
def test_a_name_comes_back(name: str) -> None:
    result = _CONNECTION.execute(f"SELECT 1 AS {identifier(name)}")
    assert result.description[0][0] == name
    assert one(f"SELECT {columns([name], 't')} FROM (SELECT 7 AS {identifier(name)}) AS t") == 7


def test_an_empty_list_matches_nothing() -> None:
    assert listed([]) == "NULL"
    assert one(f"SELECT count(*) FROM (SELECT 'NULL' AS x) WHERE x IN ({listed([])})") == 0
    assert listed(["a", "b'"]) == "'a', 'b'''"


def test_parts_of_a_name_are_quoted_each() -> None:
    assert qualified("lake.core.visits") == '"lake"."core"."visits"'
    assert columns(["a", 'b"']) == '"a", "b"""'
    assert columns(["a", "b"], "t") == 't."a", t."b"'


@pytest.mark.parametrize("name", ["", "a\0b", "\0"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must not"):
        identifier(name)
    with pytest.raises(ValueError, match="must not"):
        qualified(f"a.{name}")


def test_a_nul_cannot_be_in_a_text() -> None:
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0")
    with pytest.raises(ValueError, match="NUL"):
        listed(["a\0"])
