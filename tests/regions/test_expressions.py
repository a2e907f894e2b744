"""The language of derived fields: what it can say, what it refuses, and that no cell can make it fail."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.expressions import binding_fault, check_expression, columns_of, compile_expression

COLUMNS = ("TYP", "PLATS", "BESÖKS-ID", "ANTAL")


def column(name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return f"nullif(trim(raw.{quoted}), '')"


def value(expression: str, **cells: str | None) -> str | None:
    """What an expression gives for one row."""
    given_cells = {name: cells.get(name.replace("-", "_")) for name in COLUMNS}
    with duckdb.connect(":memory:") as connection:
        named = ", ".join(f'"{name}" VARCHAR' for name in COLUMNS)
        connection.execute(f"CREATE TABLE raw ({named})")
        connection.execute("INSERT INTO raw VALUES (?, ?, ?, ?)", list(given_cells.values()))
        row = connection.execute(f"SELECT {compile_expression(expression, column)} FROM raw").fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


@pytest.mark.parametrize(
    ("expression", "cells", "expected"),
    [
        ("CASE WHEN TYP = '4' THEN 'H' ELSE PLATS END", {"TYP": "4", "PLATS": "X"}, "H"),
        ("CASE WHEN TYP = '4' THEN 'H' ELSE PLATS END", {"TYP": "5", "PLATS": "X"}, "X"),
        ("left(TYP, 2) || '-' || coalesce(PLATS, 'saknas')", {"TYP": "abcd"}, "ab-saknas"),
        ('upper("BESÖKS-ID")', {"BESÖKS_ID": "åb"}, "ÅB"),
        ("lpad(ANTAL, 4, '0')", {"ANTAL": "7"}, "0007"),
        ("split_part(TYP, ':', 2)", {"TYP": "a:b:c"}, "b"),
        ("CASE WHEN TRY_CAST(ANTAL AS INTEGER) > 3 THEN 'J' ELSE 'N' END", {"ANTAL": "4"}, "J"),
        ("CASE WHEN TRY_CAST(ANTAL AS INTEGER) > 3 THEN 'J' ELSE 'N' END", {"ANTAL": "fyra"}, "N"),
        ("CASE WHEN TRY_CAST(ANTAL AS DATE) >= '2024-05-15' THEN 'J' END", {"ANTAL": "2024-05-15"}, "J"),
        ("CASE WHEN TYP IN ('a', 'b') AND PLATS IS NOT NULL THEN 'J' END", {"TYP": "a", "PLATS": "x"}, "J"),
        ("nullif(TYP, 'x')", {"TYP": "x"}, None),
        ("TYP", {"TYP": "  "}, None),
        ("replace(TYP, 'a', '')", {"TYP": "a"}, None),
    ],
)
def test_it_says(expression: str, cells: dict[str, str], expected: str | None) -> None:
    assert value(expression, **cells) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "SELECT 1",
        "(SELECT 1)",
        "TYP; DROP TABLE raw",
        "read_csv('/etc/passwd')",
        "getenv('HEMVARD_STORE_KEY')",
        "CAST(TYP AS INTEGER)",
        "TYP::INTEGER",
        "TYP = 4",
        "ANTAL + 1",
        "TRY_CAST(ANTAL AS INTEGER) = PLATS",
        "TRY_CAST(ANTAL AS INTEGER) = 'x'",
        "TRY_CAST(ANTAL AS DATE) > 'i går'",
        "coalesce(TRY_CAST(ANTAL AS INTEGER), PLATS)",
        "TRY_CAST(ANTAL AS BLOB)",
        "lpad(TYP, 100000000, 'x')",
        "lpad(TYP, TRY_CAST(ANTAL AS INTEGER), 'x')",
        "repeat(TYP, 3)",
        "raw.TYP",
        "hemvard_row_number",
        "TYP ~ '(a+)+$'",
        "random()",
        "now()",
        "columns('.*')",
        "*",
        "TYP IN (SELECT PLATS FROM raw)",
        "[TYP]",
        "left(TYP, 'a')",
        "left(TYP, ANTAL)",
        "CASE WHEN TYP THEN 'x' END",
        "CASE WHEN NOT TYP THEN 'x' END",
        "CASE WHEN TYP AND PLATS = 'x' THEN 'x' END",
        "CASE WHEN TYP = true THEN 'x' END",
        "CASE WHEN TYP = 'x' THEN TYP = 'y' END",
        "TYP = 'x'",
        "upper(TYP = 'x')",
        "$delivery_id",
        "'a",
        "",
        "x" * 3000,
        "(" * 500 + "TYP" + ")" * 500,
    ],
)
def test_it_refuses(expression: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_expression(expression)


def test_it_knows_its_columns() -> None:
    assert set(columns_of("CASE WHEN \"BESÖKS-ID\" = 'a' THEN TYP ELSE left(TYP, 2) END")) == {"BESÖKS-ID", "TYP"}


def test_what_cannot_be_bound_is_told_before_any_row() -> None:
    assert binding_fault("left(TYP, 2)", COLUMNS) is None
    assert "does not work" in (binding_fault("split_part(TYP, PLATS, 99999999999999999999)", COLUMNS) or "")


@given(
    st.dictionaries(
        st.sampled_from(["TYP", "PLATS", "ANTAL"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    )
)
def test_no_cell_makes_it_fail(cells: dict[str, str]) -> None:
    everything = (
        "CASE WHEN TRY_CAST(ANTAL AS DECIMAL(9, 2)) BETWEEN 1 AND 2 OR TRY_CAST(TYP AS DATE) < '2024-01-01' "
        "THEN lpad(left(TYP, 3), 9, 'x') WHEN PLATS LIKE 'a%' THEN substring(PLATS, 2, 4) "
        "ELSE coalesce(split_part(ANTAL, ' ', 1), lower(right(TYP, 2))) END"
    )
    value(everything, **cells)
