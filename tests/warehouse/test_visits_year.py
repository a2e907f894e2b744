"""volumes.visits_year: each margin against another computation of the same definitions."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from volume_lake import Row, cube_row, put, run, volume_lake, year

ATTRIBUTES = ("care_form", "age_group", "sex", "profession", "provider_level", "part_of_day")
MARGINS = {
    "total",
    *ATTRIBUTES,
    "care_form+age_group",
    "age_group+sex",
    "care_form+profession",
}
MEASURES = ("visits", "patients", "minutes", "visits_with_minutes")
AGES = {"10": "0-17", "18": "18", "19": "19-64", "64": "19-64", "65": "65-79", "95": "90+", "unknown": "unknown"}
Found = dict[tuple[Any, ...], tuple[int, ...]]


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = volume_lake()
    yield connection
    connection.close()


def drawn(seed: int, count: int = 120) -> list[Row]:
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        age, visits = draw.choice(sorted(AGES)), draw.randint(1, 4)
        rows.append(
            cube_row(
                draw.randrange(20),
                month=date(draw.choice((2023, 2024)), draw.randint(1, 12), 1),
                residence_municipality_code=draw.choice(("1814", "1880", "9998", "9999")),
                living=draw.choice(("ordinary", "special_housing")),
                care_form=draw.choice(("home_health_care", "outpatient")),
                profession=draw.choice(("nurse", "doctor", "unknown")),
                provider_level=draw.choice(("primary", "municipal")),
                part_of_day=draw.choice(("day", "night")),
                sex=draw.choice(("female", "male", "unknown")),
                age=age,
                age_group=AGES[age],
                visits=visits,
                minutes=draw.choice((0, 20, 45)),
                visits_with_minutes=draw.randint(0, visits),
            )
        )
    return rows


def results(lake: duckdb.DuckDBPyConnection, rows: list[Row], *years: int) -> Found:
    put(lake, "volumes.cube", rows)
    found = run(lake, "volumes/visits_year", [year(number) for number in years])
    assert {row["status"] for row in found} <= {"ok"}
    key = ("year", "municipality_code", "margin", *ATTRIBUTES)
    return {tuple(row[name] for name in key): tuple(row[name] for name in MEASURES) for row in found}


def by_hand(rows: list[Row], of_year: int) -> Found:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["month"].year != of_year:
            continue
        told = row | {"age_group": "0-18" if row["age"] in ("10", "18") else row["age_group"]}
        for margin in MARGINS:
            shown = margin.split("+")
            cells = tuple(told[name] if name in shown else "all" for name in ATTRIBUTES)
            for municipality in (row["residence_municipality_code"], "all"):
                groups[(of_year, municipality, margin, *cells)].append(row)
    return {
        key: (
            sum(row["visits"] for row in own),
            len({row["person_key"] for row in own}),
            sum(row["minutes"] for row in own),
            sum(row["visits_with_minutes"] for row in own),
        )
        for key, own in groups.items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_margin_is_as_counted_by_hand(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    rows = drawn(seed)
    expected = by_hand(rows, 2023) | by_hand(rows, 2024)
    assert results(lake, rows, 2023, 2024) == expected
    assert {key[2] for key in expected} == MARGINS


def test_each_visit_is_in_exactly_one_row_of_each_margin(lake: duckdb.DuckDBPyConnection) -> None:
    rows = drawn(4)
    found = results(lake, rows, 2024)
    whole = sum(row["visits"] for row in rows if row["month"].year == 2024)
    for margin in MARGINS:
        for everywhere in (True, False):
            own = [row[0] for key, row in found.items() if key[2] == margin and (key[1] == "all") is everywhere]
            assert sum(own) == whole, margin


def test_one_who_turns_65_is_in_both_bands_and_one_person_in_the_total(lake: duckdb.DuckDBPyConnection) -> None:
    found = results(
        lake,
        [cube_row(age="64", age_group="19-64"), cube_row(age="65", age_group="65-79", month=date(2024, 2, 1))],
        2024,
    )
    bands = {key[4]: row[1] for key, row in found.items() if key[1] == "all" and key[2] == "age_group"}
    assert bands == {"19-64": 1, "65-79": 1}
    assert found[(2024, "all", "total", *["all"] * 6)][:2] == (2, 1)


def test_one_who_moves_is_a_patient_of_both_municipalities_and_one_in_all(lake: duckdb.DuckDBPyConnection) -> None:
    found = results(lake, [cube_row(), cube_row(residence_municipality_code="1814", month=date(2024, 7, 1))], 2024)
    total = {key[1]: row[1] for key, row in found.items() if key[2] == "total"}
    assert total == {"1880": 1, "1814": 1, "all": 1}
