"""identify: what is derived of a visit, and that no id is left."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_lake import Bench, changed, small_folder
from small_region import ALPHA, BETA, GAMMA, person, visit

from regions.model import PartsOfDay
from synthetic.person_ids import personnummer
from tasks.person_ids import classify, pseudonym

MONTH = "2024-02"
Rows = list[dict[str, str]]


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    return found


def identified(bench: Bench, source: str, rows: Rows, columns: str, month: str = MONTH) -> list[Any]:
    """Columns of the identified rows, in the order of the file."""
    bench.inbox.put(source, month, rows)
    bench.land()
    (work,) = bench.plan().months
    assert bench.stage(*work.deliveries) == []
    found = bench.rows(f"SELECT {columns} FROM staging.identified ORDER BY row_number")
    return [row[0] if len(row) == 1 else row for row in found]


def born(day: date, sex: int = 0) -> str:
    return personnummer(np.array([day], dtype="datetime64[D]"), np.array([sex]), np.array([0]))[0]


def test_the_parts_of_the_day_begin_on_the_minute(bench: Bench) -> None:
    times = {(6, 59): "night", (7, 0): "day", (16, 59): "day", (17, 0): "evening", (20, 59): "evening"}
    times |= {(21, 0): "night", (23, 59): "night", (0, 0): "night"}
    rows = [visit(ALPHA, MONTH, n, started=datetime(2024, 2, 5, *time)) for n, time in enumerate(times)]
    assert identified(bench, ALPHA, rows, "part_of_day") == list(times.values())


def test_the_parts_of_the_day_are_the_region_s(own_home: Path) -> None:
    parts = PartsOfDay.model_validate({"day": "06:30", "evening": "18:00", "night": "22:00"})
    small = small_folder()
    bench = Bench(own_home, replace(small, region=small.region.model_copy(update={"parts_of_day": parts})))
    times = {(6, 29): "night", (6, 30): "day", (17, 59): "day", (18, 0): "evening", (22, 0): "night"}
    rows = [visit(ALPHA, MONTH, n, started=datetime(2024, 2, 5, *time)) for n, time in enumerate(times)]
    assert identified(bench, ALPHA, rows, "part_of_day") == list(times.values())


def test_a_visit_without_a_time_has_no_part_of_the_day(bench: Bench) -> None:
    row = changed(visit(ALPHA, MONTH), tid="")
    assert identified(bench, ALPHA, [row], "part_of_day, started_at IS NULL") == [("unknown", False)]


@pytest.mark.parametrize(
    ("month", "days"),
    [
        ("2024-02", {2: "weekday", 3: "weekend", 4: "weekend", 5: "weekday"}),
        ("2023-12", {22: "weekday", 23: "weekend", 24: "holiday", 25: "holiday", 26: "holiday", 27: "weekday"}),
        ("2023-12", {31: "holiday", 29: "weekday"}),
        ("2024-01", {1: "holiday", 2: "weekday", 5: "weekday", 6: "holiday", 7: "weekend"}),
    ],
)
def test_holidays_weekends_and_weekdays(bench: Bench, month: str, days: dict[int, str]) -> None:
    year, number = (int(part) for part in month.split("-"))
    rows = [visit(ALPHA, month, day, started=datetime(year, number, day, 10, 0)) for day in days]
    assert identified(bench, ALPHA, rows, "day_type", month) == list(days.values())


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1950, 2, 10), 9, 73),
        (date(1950, 2, 10), 10, 74),
        (date(1950, 2, 10), 11, 74),
        (date(1952, 2, 29), 28, 71),
        (date(1952, 2, 29), 29, 72),
        (date(2024, 2, 10), 10, 0),
        (date(2024, 2, 10), 9, -1),
    ],
)
def test_age_is_that_of_the_day(bench: Bench, birth: date, day: int, age: int) -> None:
    rows = [visit(ALPHA, MONTH, person_id=born(birth), started=datetime(2024, 2, day, 10, 0))]
    assert identified(bench, ALPHA, rows, "age") == [age]


def test_one_born_on_leap_day_turns_a_year_older_on_1_march_of_a_common_year(own_home: Path) -> None:
    bench = Bench(own_home)
    days = {datetime(2023, 2, 28, 10): 70, datetime(2023, 3, 1, 10): 71}
    rows = [visit(ALPHA, "2023-03", n, person_id=born(date(1952, 2, 29)), started=day) for n, day in enumerate(days)]
    rows += [visit(ALPHA, "2023-03", 9, started=datetime(2023, 3, 2, 10))]
    assert identified(bench, ALPHA, rows, "age", "2023-03")[:2] == list(days.values())


@pytest.mark.parametrize(
    ("age", "group"),
    [
        *((0, "0-17"), (17, "0-17"), (18, "18"), (19, "19-64"), (64, "19-64"), (65, "65-79"), (79, "65-79")),
        *((80, "80-89"), (89, "80-89"), (90, "90+"), (104, "90+")),
    ],
)
def test_age_groups(bench: Bench, age: int, group: str) -> None:
    rows = [visit(ALPHA, MONTH, person_id=born(date(2024 - age, 2, 10)), started=datetime(2024, 2, 10, 10))]
    assert identified(bench, ALPHA, rows, "age, age_group") == [(age, group)]


def test_a_reserve_number_tells_neither_age_nor_sex(bench: Bench) -> None:
    rows = [visit(ALPHA, MONTH, person_id="19810829SF12"), visit(ALPHA, MONTH, 2, person_id="991981000010")]
    assert (
        identified(bench, ALPHA, rows, "person_id_class, age, age_group, sex, sex_of_id")
        == [("LOCAL", None, "unknown", "unknown", "unknown")] * 2
    )


def test_sex_is_as_given_else_as_the_id_tells(bench: Bench) -> None:
    female, male = born(date(1950, 1, 1)), born(date(1950, 1, 1), 1)
    rows = [
        changed(visit(ALPHA, MONTH, 1, person_id=female), kön=""),
        changed(visit(ALPHA, MONTH, 2, person_id=male), kön=""),
        changed(visit(ALPHA, MONTH, 3, person_id=male), kön="K"),
        changed(visit(ALPHA, MONTH, 4, person_id="19810829SF12"), kön="M"),
    ]
    assert identified(bench, ALPHA, rows, "sex, sex_of_id") == [
        ("female", "female"),
        ("male", "male"),
        ("female", "male"),
        ("male", "unknown"),
    ]


def test_the_unit_is_the_one_valid_on_the_day(bench: Bench) -> None:
    days = {15: "SE2329999999-8002", 16: "SE2329999999-8003"}
    rows = [visit(ALPHA, "2024-01", day, unit="VC2", started=datetime(2024, 1, day, 10)) for day in days]
    rows.append(visit(ALPHA, "2024-01", 20, unit="VC9"))
    rows.append(visit(ALPHA, "2024-01", 21, unit="HS1"))  # another system's
    rows.append(changed(visit(ALPHA, "2024-01", 22), enhet=""))
    found = identified(bench, ALPHA, rows, "care_unit_id, serving_municipality_code, unit_unmapped", "2024-01")
    assert found == [(unit, "1861", False) for unit in days.values()] + [(None, None, True)] * 3


def test_serving_must_be_a_municipality_of_the_source(bench: Bench) -> None:
    rows = [changed(visit(BETA, MONTH, 1), kommun=code) for code in ("1861", "1880", "0180", "")]
    found = identified(bench, BETA, rows, "serving_municipality_code, serving_is_of_source")
    assert found == [("1861", True), ("1880", False), ("0180", False), (None, False)]


def test_a_row_of_a_delivery_gives_one_row(bench: Bench) -> None:
    rows = [visit(ALPHA, MONTH, n, person_id=person(n % 3), unit="VC2") for n in range(40)]
    assert len(identified(bench, ALPHA, rows, "record_id")) == 40


def test_ragged_rows_and_rows_without_an_id_stay(bench: Bench) -> None:
    lines = "\r\n".join(
        [
            "record,person,name,started_utc,minutes,form,place,living,booked,profession,unit,home,op,note",
            f"1,{person(1)},,2024-02-05T10:00:00Z,30,H,H,O,1,DN,G1,1880,U,",
            "2,only,three",
            "3,,,2024-02-05T10:00:00Z,30,H,H,O,1,DN,G1,1880,U,",
        ]
    )
    bench.inbox.put_bytes(GAMMA, MONTH, lines.encode())
    bench.land()
    (work,) = bench.plan().months
    bench.stage(*work.deliveries)
    assert bench.rows("SELECT row_number, ragged, person_id_class FROM staging.identified ORDER BY 1") == [
        (2, False, "PNR"),
        (3, True, "MISSING"),
        (4, False, "MISSING"),
    ]


def test_the_pseudonym_is_the_same_in_every_source_and_spelling(bench: Bench) -> None:
    number = person(100)
    for source, text in ((ALPHA, number), (BETA, f"{number[:8]}-{number[8:]}"), (GAMMA, f"{number[2:8]}-{number[8:]}")):
        bench.inbox.put(source, MONTH, [visit(source, MONTH, person_id=text)])
    bench.land()
    bench.stage(*bench.plan().months[0].deliveries)
    (key,) = {str(row[0]) for row in bench.rows("SELECT person_key FROM staging.identified")}
    expected = pseudonym(bench.run.keys.pseudonym, classify(number, date(2024, 2, 29)))
    assert key.replace("-", "") == expected


def test_no_id_name_or_note_is_left_in_any_staging_table(bench: Bench) -> None:
    number, name, note = person(7), "Påhittsson, Alfa", "Ring dottern"
    rows = [visit(source, MONTH, 1, person_id=number, name=name, note=note) for source in (ALPHA, BETA, GAMMA)]
    for source, row in zip((ALPHA, BETA, GAMMA), rows, strict=True):
        bench.inbox.put(source, MONTH, [row])
    bench.land()
    bench.stage(*bench.plan().months[0].deliveries)
    tables = bench.rows("SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'memory'")
    assert ("staging.identified",) in tables
    assert ("staging.visits",) not in tables
    assert bench.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name <> 'lake'") == []
    for (table,) in tables:
        text = repr(bench.rows(f"SELECT * FROM {table}"))
        assert not any(secret in text for secret in (number, number[2:], number[8:], name, note, "1920")), table
    assert bench.said == []
