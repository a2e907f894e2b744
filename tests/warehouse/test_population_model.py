"""volumes.population: the inhabitants on 31 December, of one source a municipality and year."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from volume_lake import delivered, put, run, volume_lake, year

LAST = date(2024, 12, 31)


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = volume_lake()
    yield connection
    connection.close()


def population(lake: duckdb.DuckDBPyConnection, *rows: dict[str, Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(year, municipality, age, sex) → persons, basis, source."""
    put(lake, "core.population", rows)
    found = run(lake, "volumes/population", [year(2023), year(2024)])
    key, rest = ("year", "municipality_code", "age", "sex"), ("persons", "basis", "source_id")
    return {tuple(row[name] for name in key): tuple(row[name] for name in rest) for row in found}


def of_scb(number: int, area: str, day: date = LAST, **attributes: Any) -> dict[str, Any]:
    return delivered(number, area, day, system="scb", source_id="scb_population", **attributes)


def test_a_cell_is_as_delivered(lake: duckdb.DuckDBPyConnection) -> None:
    found = population(
        lake, delivered(1, "1880", LAST), delivered(2, "1880", LAST, sex="male", age=0), delivered(3, "1881", LAST)
    )
    assert found == {
        (2024, "1880", 70, "female"): (10, "illustrative", "population"),
        (2024, "1880", 0, "male"): (10, "illustrative", "population"),
        (2024, "1881", 70, "female"): (10, "illustrative", "population"),
    }


def test_totals_counties_and_other_days_are_left_out(lake: duckdb.DuckDBPyConnection) -> None:
    others = [
        delivered(1, "18", LAST),
        delivered(2, "00", LAST),
        delivered(3, "1880", LAST, age=None),
        delivered(4, "1880", LAST, sex="all"),
        delivered(5, "1880", LAST, sex=None),
        delivered(6, "1880", date(2024, 11, 1)),
        delivered(7, "1880", date(2022, 12, 31)),
    ]
    assert list(population(lake, delivered(8, "1880", date(2023, 12, 31)), *others)) == [(2023, "1880", 70, "female")]


def test_the_official_one_goes_before_any_other(lake: duckdb.DuckDBPyConnection) -> None:
    found = population(lake, delivered(1, "1880", LAST), of_scb(2, "1880", persons=12))
    assert found == {(2024, "1880", 70, "female"): (12, "official", "scb_population")}


def test_a_municipality_s_year_is_never_mixed_of_two_sources(lake: duckdb.DuckDBPyConnection) -> None:
    """An age that the official source has nobody of is not filled from another."""
    found = population(
        lake,
        delivered(1, "1880", LAST),
        delivered(2, "1880", LAST, age=99),
        of_scb(3, "1880", persons=12),
        delivered(4, "1881", LAST, age=99),
        delivered(5, "1880", date(2023, 12, 31), age=99),
    )
    assert found == {
        (2024, "1880", 70, "female"): (12, "official", "scb_population"),
        (2024, "1881", 99, "female"): (10, "illustrative", "population"),
        (2023, "1880", 99, "female"): (10, "illustrative", "population"),
    }


def test_of_two_others_the_first_by_name_counts(lake: duckdb.DuckDBPyConnection) -> None:
    found = population(
        lake, delivered(1, "1880", LAST, source_id="b"), delivered(2, "1880", LAST, source_id="a", persons=7)
    )
    assert found == {(2024, "1880", 70, "female"): (7, "illustrative", "a")}
