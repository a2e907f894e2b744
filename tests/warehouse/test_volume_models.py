"""Volumes on hand-made visits, against another computation of the same definitions in pandas."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID

import duckdb
import pandas as pd
import pytest
from memory_lake import memory_lake

from warehouse.ledger import Window, read_ledger
from warehouse.models import Bound, compute, computed_models
from warehouse.schema import VISITS

MODELS = {model.name.split("/")[1]: model for model in computed_models()}
BOUND = Bound({"region_code": "18"})
DECEMBER, JANUARY = Window(date(2023, 12, 1), date(2023, 12, 31)), Window(date(2024, 1, 1), date(2024, 1, 31))
YEARS = [Window(date(year, 1, 1), date(year, 12, 31)) for year in (2023, 2024)]


def person(number: int) -> UUID:
    return UUID(int=number + 1)


def visit(number: int, **attributes: Any) -> dict[str, Any]:
    """A visit that counts; what isn't given is plain."""
    row = dict.fromkeys(VISITS.names(), "unknown")
    row |= {
        "record_id": str(number),
        "row_number": number,
        "known_from": datetime(2024, 2, 1),
        "started_at": datetime(2024, 1, 5, 10),
        "person_key": person(0),
        "month": date(2024, 1, 1),
        "professions": ["unknown"],
        "age": 70,
        "age_group": "65-79",
        "minutes": 30,
        "living": "ordinary",
        "care_form": "home_health_care",
        "place": "home",
        "planned": "planned",
        "residence_municipality_code": "1880",
    }
    return row | attributes


def put(connection: duckdb.DuckDBPyConnection, visits: list[dict[str, Any]]) -> None:
    marks = ", ".join("?" * len(VISITS.columns))
    connection.executemany(
        f"INSERT INTO lake.core.visits VALUES ({marks})",
        [tuple(row[name] for name in VISITS.names()) for row in visits],
    )


def drawn(count: int = 70, seed: int = 1) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    ages = {"0-17": 17, "18": 18, "19-64": 50, "65-79": 70, "unknown": None}
    rows = []
    for number in range(count):
        month = draw.choice((date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1)))
        group = draw.choice(sorted(ages))
        rows.append(
            visit(
                number,
                month=month,
                person_key=person(draw.randrange(15)),
                living=draw.choice(("ordinary", "ordinary", "special_housing", "unknown")),
                care_form=draw.choice(("home_health_care", "outpatient")),
                place=draw.choice(("home", "clinic", "unknown")),
                planned=draw.choice(("planned", "unplanned", "unknown")),
                age=ages[group],
                age_group=group,
                minutes=draw.choice((None, 0, 15, 45)),
                residence_municipality_code=draw.choice(("1814", "1880", "9998", "9999")),
            )
        )
    return rows


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = memory_lake()
    yield connection
    connection.close()


def results(
    lake: duckdb.DuckDBPyConnection, name: str, windows: list[Window]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Key → measures and status."""
    model = MODELS[name]
    compute(lake, {model: dict.fromkeys(windows, 1)}, BOUND, read_ledger(lake))
    key, rest = model.table.key, [column for column in model.table.names() if column not in model.table.key]
    rows = lake.execute(f"SELECT {', '.join([*key, *rest])} FROM lake.{model.table.name}").fetchall()
    found = {row[: len(key)]: row[len(key) :] for row in rows}
    assert len(found) == len(rows), "the key is unique"
    return found


def by_hand(
    frame: pd.DataFrame, group: str, dimensions: tuple[str, ...], *fixed: str
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The cube over the dimensions, a group at a time: (group, fixed …, dimensions …) → measures."""
    found = {}
    for shown in product((True, False), repeat=len(dimensions)):
        whole = frame.assign(**{name: "all" for name, is_shown in zip(dimensions, shown, strict=True) if not is_shown})
        for key, rows in whole.groupby([group, *dimensions]):
            visits = len(rows)
            measures = (visits, rows["person_key"].nunique(), int(rows["minutes"].fillna(0).sum()))
            found[(key[0], *fixed, *key[1:])] = (*measures, int(rows["minutes"].notna().sum()), "ok")
    return found


def frame_of(visits: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(visits)
    frame["person_key"] = frame["person_key"].astype(str)
    return frame


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_months_are_as_counted_by_hand(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    visits = drawn(seed=seed)
    put(lake, visits)
    frame = frame_of(visits)
    frame = frame[frame["month"] < date(2024, 2, 1)].rename(
        columns={"residence_municipality_code": "municipality_code"}
    )
    expected = by_hand(frame, "month", ("municipality_code", "care_form", "place", "planned"))
    assert results(lake, "visits_month", [DECEMBER, JANUARY]) == expected
    assert len(expected) > 100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_years_are_as_counted_by_hand(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    visits = drawn(seed=seed)
    put(lake, visits)
    frame = frame_of(visits)
    frame = frame[frame["living"] == "ordinary"]
    frame = frame.assign(year=frame["month"].map(lambda month: month.year))
    frame["age_group"] = frame["age_group"].replace({"0-17": "0-18", "18": "0-18"})
    expected = by_hand(frame, "year", ("care_form", "place", "planned", "age_group"), "18")
    assert results(lake, "region_totals", YEARS) == expected


def test_patients_are_distinct_within_a_row_and_do_not_add_up(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1), visit(2, place="clinic"), visit(3, place="clinic"), visit(4, person_key=person(2))])
    found = results(lake, "visits_month", [JANUARY])
    patients = {key[3]: row[1] for key, row in found.items() if (key[1], key[2], key[4]) == ("all", "all", "all")}
    assert patients == {"home": 2, "clinic": 1, "all": 2}


def test_one_who_turns_18_is_one_person_of_0_to_18(lake: duckdb.DuckDBPyConnection) -> None:
    put(
        lake,
        [visit(1, age=17, age_group="0-17"), visit(2, age=18, age_group="18"), visit(3, age=19, age_group="19-64")],
    )
    found = results(lake, "region_totals", YEARS)
    assert found[(2024, "18", "all", "all", "all", "0-18")][:2] == (2, 1)
    assert found[(2024, "18", "all", "all", "all", "19-64")][:2] == (1, 1)
    assert found[(2024, "18", "all", "all", "all", "all")][:2] == (3, 1)
    assert not {key[5] for key in found} & {"0-17", "18"}


def test_years_are_of_ordinary_housing_alone_and_months_of_all(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1), visit(2, living="special_housing"), visit(3, living="unknown")])
    assert results(lake, "region_totals", YEARS)[(2024, "18", *["all"] * 4)][0] == 1
    assert results(lake, "visits_month", [JANUARY])[(date(2024, 1, 1), *["all"] * 4)][0] == 3


def test_unknown_is_a_value_and_outside_the_county_is_in_the_totals(lake: duckdb.DuckDBPyConnection) -> None:
    put(
        lake,
        [
            visit(1, planned="unknown"),
            visit(2, residence_municipality_code="9998"),
            visit(3, residence_municipality_code="9999"),
        ],
    )
    found = results(lake, "visits_month", [JANUARY])
    assert found[(date(2024, 1, 1), "all", "all", "all", "unknown")][0] == 1
    assert found[(date(2024, 1, 1), "9998", "all", "all", "all")][0] == 1
    assert found[(date(2024, 1, 1), *["all"] * 4)][0] == 3


def test_visits_without_a_duration_are_told_apart_from_those_of_0_minutes(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1, minutes=None), visit(2, minutes=0), visit(3, minutes=20)])
    assert results(lake, "visits_month", [JANUARY])[(date(2024, 1, 1), *["all"] * 4)] == (3, 1, 20, 2, "ok")
    lake.execute("UPDATE lake.core.visits SET minutes = NULL")
    assert results(lake, "visits_month", [JANUARY])[(date(2024, 1, 1), *["all"] * 4)] == (3, 1, 0, 0, "ok")


def test_only_the_windows_asked_for_are_made_anew(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1), visit(2, month=date(2023, 12, 1))])
    total = lambda found, month: found[(month, *["all"] * 4)][0]  # noqa: E731
    results(lake, "visits_month", [DECEMBER, JANUARY])
    put(lake, [visit(3), visit(4, month=date(2023, 12, 1))])
    found = results(lake, "visits_month", [JANUARY])
    assert (total(found, date(2023, 12, 1)), total(found, date(2024, 1, 1))) == (1, 2)


def test_threads_and_the_order_of_rows_change_nothing() -> None:
    seen = []
    for threads, order in ((1, 1), (4, -1)):
        connection = memory_lake()
        connection.execute(f"SET threads = {threads}")
        put(connection, drawn()[::order])
        seen.append((results(connection, "visits_month", [JANUARY]), results(connection, "region_totals", YEARS)))
        connection.close()
    assert seen[0] == seen[1]
