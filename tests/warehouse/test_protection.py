"""Disclosure control: what is hidden, what is shown, and which margins leave the lake at all."""

from itertools import product
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.folder import load_region
from regions.model import Publication
from warehouse.protection import check_publication, protected_select
from warehouse.schema import INDICATOR_RESULTS, POPULATION, PUBLISHED, VISITS_MONTH

MARGINS = [[], ["care_form"], ["municipality_code", "place"], ["municipality_code", "care_form", "place", "planned"]]


def publication(
    min_persons: int = 5, margins: list[list[str]] | None = None, table: str = VISITS_MONTH.name
) -> Publication:
    entry = {"table": table, "margins": MARGINS if margins is None else margins}
    return Publication.model_validate({"min_persons": min_persons, "tables": [entry]})


def cube(patients: list[int]) -> list[tuple[Any, ...]]:
    """Rows of every combination of one value or `all`, with so many patients in turn."""
    combinations = product(("1880", "all"), ("outpatient", "all"), ("home", "all"), ("planned", "all"))
    return [
        ("2024-01-01", *dimensions, 10 * count + place, count, 300, count, "ok")
        for place, (dimensions, count) in enumerate(zip(combinations, patients, strict=True))
    ]


def published(rows: list[tuple[Any, ...]], wanted: Publication) -> list[dict[str, Any]]:
    with duckdb.connect(":memory:") as connection:
        columns = ", ".join(f"{column.name} {column.type}" for column in VISITS_MONTH.columns)
        connection.execute(f"CREATE SCHEMA volumes; CREATE TABLE volumes.visits_month ({columns})")
        connection.executemany(f"INSERT INTO volumes.visits_month VALUES ({', '.join('?' * len(rows[0]))})", rows)
        result = connection.execute(protected_select(VISITS_MONTH, "memory.volumes.visits_month", wanted))
        names = [column[0] for column in result.description]
        assert names == list(VISITS_MONTH.names())
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


MEASURES = ("visits", "patients", "minutes", "visits_with_minutes")


@settings(max_examples=40)
@given(st.lists(st.integers(0, 12), min_size=16, max_size=16), st.integers(1, 10))
def test_no_published_row_has_too_few_persons(patients: list[int], least: int) -> None:
    rows = cube(patients)
    found = published(rows, publication(least))
    known = {row[1:5]: row for row in rows}
    assert len(found) == len(MARGINS)
    for row in found:
        own = known[tuple(row[name] for name in VISITS_MONTH.dimensions)]
        if 1 <= own[6] < least:
            assert row["status"] == "protected"
            assert [row[name] for name in MEASURES] == [None] * 4, "all measures are hidden together"
        else:
            assert row["status"] == "ok"
            assert tuple(row[name] for name in MEASURES) == own[5:9]


def test_a_threshold_of_1_hides_nothing() -> None:
    assert {row["status"] for row in published(cube([1] * 16), publication(1))} == {"ok"}
    assert {row["status"] for row in published(cube([1] * 16), publication(2))} == {"protected"}


def test_the_threshold_itself_is_shown_and_no_persons_are_no_secret() -> None:
    assert {row["status"] for row in published(cube([5] * 16), publication(5))} == {"ok"}
    assert {row["status"] for row in published(cube([0] * 16), publication(5))} == {"ok"}


@settings(max_examples=40)
@given(st.sets(st.frozensets(st.sampled_from(VISITS_MONTH.dimensions)), max_size=5))
def test_the_margins_are_a_closed_list(margins: set[frozenset[str]]) -> None:
    found = published(cube([9] * 16), publication(5, [sorted(margin) for margin in margins]))
    shown = [frozenset(name for name in VISITS_MONTH.dimensions if row[name] != "all") for row in found]
    assert sorted(map(sorted, shown)) == sorted(map(sorted, margins))


def test_a_table_that_is_not_listed_publishes_nothing() -> None:
    assert published(cube([9] * 16), publication(5, table="volumes.region_totals")) == []
    assert published(cube([9] * 16), publication(5, [])) == []


def share(numerator_patients: int | None, denominator_patients: int) -> dict[str, Any]:
    """An indicator's published row with so many persons behind numerator and denominator."""
    with duckdb.connect(":memory:") as connection:
        columns = ", ".join(f"{column.name} {column.type}" for column in INDICATOR_RESULTS.columns)
        connection.execute(f"CREATE SCHEMA indicators; CREATE TABLE indicators.results ({columns})")
        connection.execute(
            "INSERT INTO indicators.results BY NAME SELECT 'x' AS indicator_id, 'all' AS sex, 'all' AS age_group, 3 AS numerator, 9 AS denominator, "
            "$1 AS numerator_patients, $2 AS denominator_patients, 0 AS unknown, 0.3 AS value, 0.1 AS standard_error, "
            "0.1 AS ci_low, 0.5 AS ci_high, 0.2 AS baseline_value, 'ok' AS status, 'usable' AS usability",
            [numerator_patients, denominator_patients],
        )
        wanted = publication(5, [[]], table="indicators.results")
        result = connection.execute(protected_select(INDICATOR_RESULTS, "memory.indicators.results", wanted))
        return dict(zip((column[0] for column in result.description), result.fetchall()[0], strict=True))


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"), [(4, 9, True), (5, 9, False), (0, 9, False), (0, 4, True), (None, 9, False)]
)
def test_a_share_is_hidden_for_too_few_persons_in_either_part(
    numerator: int | None, denominator: int, hidden: bool
) -> None:
    row = share(numerator, denominator)
    measures = INDICATOR_RESULTS.names("persons", "additive", "ratio")
    assert row["status"] == ("protected" if hidden else "ok")
    assert all(row[name] is None for name in measures) == hidden
    assert row["usability"] == "usable"


def test_a_table_without_dimensions_is_published_whole() -> None:
    assert protected_select(POPULATION, "a.b.c", publication()).endswith("WHERE true")


def test_a_publication_that_lists_what_is_not_there_is_told() -> None:
    wanted = Publication.model_validate(
        {
            "tables": [
                {"table": "volumes.visits_months", "margins": [[]]},
                {"table": "volumes.visits_month", "margins": [["sex", "place"]]},
                {"table": "meta.inputs", "margins": [[]]},
            ]
        }
    )
    told = [problem.text for problem in check_publication(wanted)]
    assert len(told) == 3
    assert told[0].startswith("volumes.visits_months has no margins; those that have: indicators.results, volumes.")
    assert "has no dimension sex; it has municipality_code, care_form, place, planned" in told[1]
    assert told[2].startswith("meta.inputs has no margins")


@pytest.mark.parametrize("name", ["norrbotten", "orebro", "_template"])
def test_the_shipped_publications_are_right(name: str) -> None:
    assert check_publication(load_region(name).publication) == []


TELLS_OF_NOBODY = {
    *("status", "signal", "usability", "target", "baseline_start", "baseline_end", "source_break"),
    *("title_sv", "standard_population", "basis", "agreement", "priority", "unplanned_status"),
}


def test_every_measure_of_persons_is_of_a_kind_that_is_hidden() -> None:
    for table in PUBLISHED:
        if table.names("persons"):
            shown = set(table.names("open"))
            assert shown <= TELLS_OF_NOBODY, table.name
