"""The canonical hash: what changes the figures changes it, and nothing else does."""

from collections.abc import Iterator
from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.canonical import table_hash
from warehouse.columns import Column, Table

TABLE = Table(
    "figures.small",
    "En rad",
    "A row",
    (
        Column("k", "VARCHAR", "key", "k", "k"),
        Column("n", "INTEGER", "key", "n", "n"),
        Column("text", "VARCHAR", "open", "t", "t"),
        Column("value", "DOUBLE", "ratio", "v", "v"),
        Column("made_at", "TIMESTAMP", "open", "m", "m", volatile=True),
    ),
)
Row = tuple[str, int, str | None, float | None, str]
ROWS: list[Row] = [
    ("a", 1, "x", 0.5, "2024-01-01"),
    ("a", 2, None, None, "2024-01-01"),
    ("b", 1, "", 0.25, "2024-01-02"),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        opened.execute("CREATE SCHEMA figures")
        yield opened


def hashed(connection: duckdb.DuckDBPyConnection, rows: list[Row], types: str = "INTEGER") -> str:
    connection.execute(
        f"CREATE OR REPLACE TABLE figures.small (k VARCHAR, n {types}, text VARCHAR, value DOUBLE, made_at TIMESTAMP)"
    )
    if rows:
        connection.executemany("INSERT INTO figures.small VALUES (?, ?, ?, ?, ?)", rows)
    return table_hash(connection, TABLE, "memory")


def test_the_order_of_rows_the_threads_and_the_run_s_time_are_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    first = hashed(connection, ROWS)
    assert hashed(connection, ROWS[::-1]) == first
    connection.execute("SET threads = 1")
    assert hashed(connection, ROWS) == first
    assert hashed(connection, [(*row[:4], "2031-05-05") for row in ROWS]) == first


def test_a_whole_number_of_another_width_is_the_same_figure(connection: duckdb.DuckDBPyConnection) -> None:
    assert hashed(connection, ROWS, "BIGINT") == hashed(connection, ROWS)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, ("a", 1, "y", 0.5, "2024-01-01")),
        (0, ("a", 1, "x", 0.5000000000000001, "2024-01-01")),
        (0, ("a", 3, "x", 0.5, "2024-01-01")),
        (1, ("a", 2, "", None, "2024-01-01")),  # an empty text is not NULL
        (1, ("a", 2, None, 0.0, "2024-01-01")),
        (2, ("b", 1, None, 0.25, "2024-01-02")),
        (0, ("a", 1, "x ", 0.5, "2024-01-01")),
    ],
)
def test_every_value_counts(connection: duckdb.DuckDBPyConnection, place: int, change: Row) -> None:
    rows = [*ROWS[:place], change, *ROWS[place + 1 :]]
    assert hashed(connection, rows) != hashed(connection, ROWS)


def test_a_row_more_or_less_counts(connection: duckdb.DuckDBPyConnection) -> None:
    seen = {hashed(connection, ROWS[:count]) for count in range(4)}
    assert len(seen) == 4


def test_the_table_s_name_and_columns_count(connection: duckdb.DuckDBPyConnection) -> None:
    before = hashed(connection, ROWS)
    connection.execute("CREATE TABLE figures.other AS FROM figures.small")
    other = Table("figures.other", "", "", TABLE.columns)
    assert table_hash(connection, other, "memory") != before
    assert table_hash(connection, Table(TABLE.name, "", "", TABLE.columns[:3]), "memory") != before


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(
            st.none() | st.text(st.characters(codec="ascii", min_codepoint=32), max_size=4), st.none() | st.floats(0, 1)
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_shuffled_rows_have_the_same_hash_and_other_rows_another(rows: dict, random: Random) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE SCHEMA figures")
        listed = [(*key, *values, "2024-01-01") for key, values in rows.items()]
        before = hashed(connection, listed)
        shuffled = listed[:]
        random.shuffle(shuffled)
        assert hashed(connection, shuffled) == before
        if listed:
            assert hashed(connection, listed[1:]) != before
