"""Indicators of hospital, discharge, assessments, cost and staff: each against another computation, on awkward rows."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from record_lake import (
    SQL,
    Contributions,
    Row,
    assessment,
    at,
    contributions,
    emergency,
    enrolled,
    message,
    person,
    put,
    record_lake,
    stay,
    totals,
    visited,
)

from regions.diagnoses import diagnosis_rows
from regions.folder import load_region
from regions.month import Month
from warehouse.indicators import definitions
from warehouse.ledger import Window
from warehouse.models import Bound, Model, computed_models
from warehouse.schema import INDICATOR_RESULTS

MODELS = {model.name.removeprefix("indicators/"): model for model in computed_models()}
JANUARY, FEBRUARY, MARCH = (
    Window(date(2024, 1, 1), date(2024, 1, 31)),
    Window(date(2024, 2, 1), date(2024, 2, 29)),
    Window(date(2024, 3, 1), date(2024, 3, 31)),
)
WINDOWS = (JANUARY, FEBRUARY, MARCH, Window(date(2024, 1, 1), date(2024, 12, 31)))
PERSONS, MUNICIPALITIES = 14, ("1880", "1814", None)
AGES = {0: None, 1: 64, 2: 65, 3: 18, 4: 19, 5: 20, 6: 79, 7: 80, 8: 89, 9: 90, 10: 104, 11: 70, 12: 85, 13: 85}


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = record_lake()
    yield connection
    connection.close()


# Another computation: loops over rows, by the definitions' words. ---------------------------------------------------


def band(age: int | None) -> str:
    if age is None:
        return "unknown"
    return next(
        name for name, last in (("0-18", 18), ("19-64", 64), ("65-79", 79), ("80-89", 89), ("90+", 999)) if age <= last
    )


class Tally:
    """Contributions added up by key, as an indicator's SQL groups them."""

    def __init__(self) -> None:
        self.sums: dict[Any, list[Any]] = defaultdict(lambda: [0, 0, 0])

    def add(self, window: Window, row: Row, numerator: Any, denominator: Any, unknown: Any = 0) -> None:
        where = row.get("residence_municipality_code", row.get("municipality_code"))
        key = (window.start, window.end, where or "9999", row["sex_of_id"] or "unknown", band(row["person_age"]))
        for place, value in enumerate((numerator, denominator, unknown)):
            self.sums[(*key, row["person"])][place] += int(value)

    def found(self, *, with_zeros: bool = True) -> Contributions:
        return {key: tuple(row) for key, row in self.sums.items() if with_zeros or any(row)}  # type: ignore[misc]


def within(window: Window, moment: datetime) -> bool:
    return window.start <= moment.date() <= window.end


def near(window: Window, row: Row, before: int, after: int) -> bool:
    month = Month.of(row["month"])
    return Month.of(window.start).plus(-before) <= month <= Month.of(window.end).plus(after)


def chains(stays: list[Row]) -> list[list[Row]]:
    """A person's stays as care chains: each continues the chain as long as it begins no later than that allows."""
    made: list[list[Row]] = []
    last: date | None = None
    for row in sorted(stays, key=lambda row: (row["admitted_at"], row["discharged_at"], row["record_id"])):
        to_other = bool(made) and made[-1][-1]["discharged_to"] == "other_hospital"
        if last is not None and row["admitted_at"].date() <= last + timedelta(days=int(to_other)):
            made[-1].append(row)
        else:
            made.append([row])
        last = max(last or date.min, row["discharged_at"].date())
    return made


def end_of(chain: list[Row]) -> Row:
    return max(chain, key=lambda row: (row["discharged_at"], row["admitted_at"], row["record_id"]))


def chains_of(rows: list[Row], window: Window) -> Iterator[list[list[Row]]]:
    near_rows = [row for row in rows if near(window, row, 1, 2)]
    for one in {row["person"] for row in near_rows}:
        yield chains([row for row in near_rows if row["person"] == one])


def readmissions(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for made in chains_of(data["admissions"], window):
        for chain, following in zip(made, [*made[1:], None], strict=True):
            last = end_of(chain)
            age = last["person_age"]
            if not within(window, last["discharged_at"]) or (age is not None and age < 65):
                continue
            if last["discharged_to"] in ("deceased", "other_hospital"):
                continue
            days = (following[0]["admitted_at"].date() - last["discharged_at"].date()).days if following else 999
            planned = (following[0]["planned"] or "unknown") if following and days <= 30 else "none"
            known = age is not None and planned != "unknown"
            tally.add(window, last, known and planned == "unplanned", known, not known)


def avoidable(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    prefixes = tuple(prefix for _, prefix, _, _ in diagnosis_rows())
    for made in chains_of(data["admissions"], window):
        for chain in made:
            last = end_of(chain)
            age = last["person_age"]
            if not within(window, last["discharged_at"]) or (age is not None and age < 20):
                continue
            codes = [(row["main_diagnosis"] or "").replace(".", "") for row in chain]
            listed, blank = any(code.startswith(prefixes) for code in codes), "" in codes
            tally.add(window, last, age is not None and listed, 0, (listed and age is None) or (blank and not listed))


def emergencies_80(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for row in data["emergency_visits"]:
        age = row["person_age"]
        if within(window, row["arrived_at"]) and (age is None or age >= 80):
            tally.add(window, row, age is not None, 0, age is None)


def ready(what: str, *, old: bool) -> Callable[[dict[str, list[Row]], Window, Tally], None]:
    def add(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
        for row in data["admissions"]:
            age, since, until = row["person_age"], row.get("discharge_ready_at"), row["discharged_at"]
            if not within(window, until) or (old and age is not None and age < 65):
                continue
            known = since is not None and (age is not None or not old)
            days = max(0, until.toordinal() - since.toordinal()) if known else 0
            numerator = {"mean": days, "days": days, "stays": days > 0}[what]
            tally.add(window, row, numerator, days > 0 if what == "mean" else known, not known)

    return add


def had_home_care(data: dict[str, list[Row]], row: Row) -> bool:
    day, begin = row["admitted_at"].date(), row["admitted_at"]
    visits = [
        visit
        for visit in data["visits"]
        if visit["care_form"] == "home_health_care" and visit["place"] in ("home", "special_housing")
    ]
    return is_enrolled(data, row["person"], day) or any(
        visit["person_key"] == row["person"]
        and visit["started_at"] < begin
        and (day - visit["started_at"].date()).days <= 90
        for visit in visits
    )


def is_enrolled(data: dict[str, list[Row]], one: Any, day: date) -> bool:
    return any(
        row["person"] == one
        and row["valid_from"] <= day <= (row["valid_to"] or date.max)
        and Month.of(day) <= Month.of(row["month"]) <= Month.of(day).plus(2)
        for row in data["enrolments"]
    )


def notices(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for row in data["admissions"]:
        begin, end = row["admitted_at"], row["discharged_at"]
        if not within(window, end) or end - begin < timedelta(hours=24) or (end.date() - begin.date()).days > 60:
            continue
        if had_home_care(data, row):
            sent = [
                told["sent_at"]
                for told in data["discharge_messages"]
                if told["message"] == "admission_notice"
                and told["person"] == row["person"]
                and (
                    told["admission_record_id"] == row["record_id"]
                    or (told["admission_record_id"] is None and begin <= told["sent_at"] <= end)
                )
            ]
            tally.add(window, row, any(moment <= begin + timedelta(hours=24) for moment in sent), 1)


def planning_calls(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for notice in data["discharge_messages"]:
        sent = notice["sent_at"]
        if notice["message"] != "discharge_ready_notice" or not within(window, sent):
            continue
        number = notice["admission_record_id"]
        if number is None:
            tally.add(window, notice, 0, 0, 1)
            continue
        same = [
            (told["message"], (told["sent_at"].date() - sent.date()).days, (told["sent_at"], told["record_id"]))
            for told in data["discharge_messages"]
            if (told["person"], told["admission_record_id"]) == (notice["person"], number)
        ]
        if any(
            kind == "discharge_ready_notice" and when < (sent, notice["record_id"]) and days >= -30
            for kind, days, when in same
        ):
            continue
        plans = [(kind, days) for kind, days, _ in same if kind.startswith("planning") and abs(days) <= 30]
        if plans:
            tally.add(window, notice, any(kind == "planning_call" and days <= 3 for kind, days in plans), 1)


def contacts(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    municipal = [v for v in data["visits"] if v["principal"] == "municipality" and v["place"] == "home"]
    for row in data["admissions"]:
        begin, end, one = row["admitted_at"], row["discharged_at"], row["person"]
        again = any(
            other["person"] == one and other["admitted_at"].date() == end.date() and other["admitted_at"] >= end
            for other in data["admissions"]
        )
        long = (end.date() - begin.date()).days > 60
        if not within(window, end) or row["discharged_to"] != "home" or long or again:
            continue
        own = [visit["started_at"] for visit in municipal if visit["person_key"] == one]
        before = any(start < begin and (begin.date() - start.date()).days <= 90 for start in own)
        planned = any(
            told["person"] == one and told["message"].startswith("planning") and begin <= told["sent_at"] <= end
            for told in data["discharge_messages"]
        )
        if before or planned or is_enrolled(data, one, end.date()):
            tally.add(window, row, any(start > end and (start.date() - end.date()).days <= 7 for start in own), 1)


def after_stay_home(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for row in data["assessments"]:
        if within(window, row["assessed_at"]) and row["outcome"] == "stay_home":
            waits = [
                e["arrived_at"] - row["assessed_at"] for e in data["emergency_visits"] if e["person"] == row["person"]
            ]
            tally.add(window, row, any(timedelta(0) < wait <= timedelta(hours=72) for wait in waits), 1)


def stay_home(data: dict[str, list[Row]], window: Window, tally: Tally) -> None:
    for row in data["assessments"]:
        if within(window, row["assessed_at"]):
            unknown = row["outcome"] == "unknown"
            tally.add(window, row, row["outcome"] == "stay_home", not unknown, unknown)


BY_HAND: dict[str, Callable[[dict[str, list[Row]], Window, Tally], None]] = {
    "readmission_30_days_65": readmissions,
    "avoidable_admissions": avoidable,
    "emergency_visits_80": emergencies_80,
    "discharge_ready_mean_days": ready("mean", old=True),
    "discharge_ready_mean_days_v2": ready("mean", old=False),
    "discharge_ready_days_per_65": ready("days", old=True),
    "discharge_ready_days_per_65_v2": ready("days", old=False),
    "discharge_ready_stays_per_65": ready("stays", old=True),
    "discharge_ready_stays_per_65_v2": ready("stays", old=False),
    "admission_notice_24h": notices,
    "planning_call_3_days": planning_calls,
    "municipal_contact_7_days": contacts,
    "visam_stay_home_emergency_72h": after_stay_home,
    "visam_stay_home_share": stay_home,
}
NOTHING_UNKNOWN = ("admission_notice_24h", "municipal_contact_7_days", "visam_stay_home_emergency_72h")
OF_MONEY = ("cost_per_visit", "cost_per_patient", "patients_per_fte")


def moment(draw: random.Random, first: str = "2023-09-15 00:00", days: int = 220) -> datetime:
    return at(first) + timedelta(days=draw.randrange(days), minutes=5 * draw.randrange(288))


def known_of(draw: random.Random, number: int) -> Row:
    return {"person_age": AGES[number], "sex_of_id": draw.choice(("female", "male", None))}


def drawn_stay(draw: random.Random) -> Row:
    number, begin = draw.randrange(PERSONS), moment(draw)
    length = timedelta(days=draw.choice((0, 1, 2, 5, 9, 30, 61)), minutes=5 * draw.randrange(1, 280))
    to = draw.choice(("home", "home", "home", "other_hospital", "deceased", "unknown", None))
    return stay(
        number,
        begin,
        begin + length,
        **known_of(draw, number),
        planned=draw.choice(("planned", "unplanned", "unplanned", "unknown", None)),
        discharged_to=to,
        main_diagnosis=draw.choice(("I50.9", "J449", "E119", "N390", "S720", None, "")),
        residence_municipality_code=draw.choice(MUNICIPALITIES),
        discharge_ready_at=draw.choice((None, begin, begin + length, begin + length / 2)),
    )


def stay_after(draw: random.Random, row: Row) -> Row:
    """The same person's next stay, on a day that a definition turns on."""
    begin = row["discharged_at"] + timedelta(days=draw.choice((0, 1, 29, 30, 31)))
    again = row | {"record_id": f"{row['record_id']}+", "admitted_at": begin, "discharge_ready_at": None}
    end = begin + timedelta(days=2)
    return again | {"discharged_at": end, "month": date(end.year, end.month, 1), "discharged_to": "home"}


def drawn_message(draw: random.Random, around: Row) -> Row:
    number = around["person"].int - 1
    kind = draw.choice(("admission_notice", "discharge_ready_notice", "planning_call", "planning_meeting"))
    sent = around["admitted_at"] + timedelta(hours=draw.choice((-30, 1, 24, 25, 60, 96, 120)))
    stay_id = draw.choice((around["record_id"],) * 5 + (None,))
    return message(number, kind, sent, stay_id, **known_of(draw, number))


def drawn_visit(draw: random.Random) -> Row:
    return visited(
        draw.randrange(PERSONS),
        moment(draw, "2023-08-01 00:00", 260),
        principal=draw.choice(("region", "municipality")),
        care_form=draw.choice(("home_health_care", "outpatient")),
        place=draw.choice(("home", "clinic")),
    )


def visit_around(draw: random.Random, row: Row) -> Row:
    after = timedelta(days=draw.choice((-1, 1, 7, 8)), hours=draw.choice((-3, 3)))
    return visited(row["person"].int - 1, row["discharged_at"] + after)


def drawn_assessment(draw: random.Random) -> Row:
    number = draw.randrange(PERSONS)
    outcome = draw.choice(("stay_home", "stay_home", "primary_care", "unknown"))
    where = draw.choice(MUNICIPALITIES)
    return assessment(number, moment(draw), outcome, municipality_code=where, **known_of(draw, number))


def emergency_after(draw: random.Random, row: Row) -> Row:
    number = row["person"].int - 1
    wait = timedelta(hours=draw.choice((-1, 0, 1, 71, 72, 73)), minutes=draw.choice((0, 5)))
    where = draw.choice(MUNICIPALITIES)
    return emergency(number, row["assessed_at"] + wait, residence_municipality_code=where, **known_of(draw, number))


def drawn_enrolment(draw: random.Random, number: int) -> Row:
    begun = moment(draw).date()
    extract = Month.of(begun).plus(draw.choice((0, 1, 2))).first
    return enrolled(number, begun, draw.choice((None, begun + timedelta(40)))) | {"month": extract}


def drawn(seed: int) -> dict[str, list[Row]]:
    """Rows of a few persons, close in time, so that stays touch, overlap and cross months."""
    draw = random.Random(seed)
    stays = [drawn_stay(draw) for _ in range(130)]
    stays += [stay_after(draw, row) for row in stays[::4]]
    assessed = [drawn_assessment(draw) for _ in range(90)]
    visits = [drawn_visit(draw) for _ in range(60)]
    return {
        "admissions": stays,
        "discharge_messages": [drawn_message(draw, row) for row in draw.choices(stays, k=260)],
        "visits": visits + [visit_around(draw, row) for row in draw.choices(stays, k=60)],
        "assessments": assessed,
        "emergency_visits": [emergency_after(draw, row) for row in draw.choices(assessed, k=140)],
        "enrolments": [drawn_enrolment(draw, number) for number in range(4)],
    }


def put_all(lake: duckdb.DuckDBPyConnection, data: dict[str, list[Row]]) -> None:
    for subject, rows in data.items():
        put(lake, subject, rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_indicator_agrees_with_another_computation(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    data = drawn(seed)
    put_all(lake, data)
    for stem, add in BY_HAND.items():
        tally = Tally()
        for window in WINDOWS:
            add(data, window, tally)
        expected = tally.found(with_zeros=stem != "avoidable_admissions")
        assert contributions(lake, stem, *WINDOWS) == expected, stem
        numerator, denominator, unknown = totals(expected)
        assert numerator, stem
        assert not denominator or denominator > numerator or "_days" in stem, stem
        assert unknown or stem in NOTHING_UNKNOWN, stem


@pytest.mark.parametrize("stem", sorted({*BY_HAND, *OF_MONEY}))
def test_rows_beyond_a_model_s_reach_never_change_its_window(lake: duckdb.DuckDBPyConnection, stem: str) -> None:
    put_all(lake, drawn(4))
    put_money(lake)
    with_all = contributions(lake, stem, FEBRUARY)
    before, after = MODELS[stem].reach
    first, last = Month(2024, 2).plus(-before).first, Month(2024, 2).plus(after).first
    for table in ("admissions", "visits", "discharge_messages", "assessments", "emergency_visits", "costs", "staffing"):
        lake.execute(f"DELETE FROM lake.core.{table} WHERE month NOT BETWEEN ? AND ?", [first, last])
    assert contributions(lake, stem, FEBRUARY) == with_all
    assert with_all or stem in OF_MONEY


# Awkward cases, one at a time. --------------------------------------------------------------------------------------


def readmitted(lake: duckdb.DuckDBPyConnection, *stays: Row, window: Window = JANUARY) -> tuple[Any, Any, int]:
    put(lake, "admissions", stays)
    return totals(contributions(lake, "readmission_30_days_65", window))


def test_a_same_day_transfer_is_one_chain_and_no_readmission(lake: duckdb.DuckDBPyConnection) -> None:
    one = stay(1, "2024-01-03 10:00", "2024-01-05 09:00")
    other = stay(1, "2024-01-05 13:00", "2024-01-10 12:00")
    assert readmitted(lake, one, other) == (0, 1, 0)


def test_a_transfer_that_arrives_after_midnight_is_one_chain(lake: duckdb.DuckDBPyConnection) -> None:
    one = stay(1, "2024-01-03 10:00", "2024-01-05 23:00", discharged_to="other_hospital")
    assert readmitted(lake, one, stay(1, "2024-01-06 01:00", "2024-01-10 12:00")) == (0, 1, 0)


def test_a_stay_within_another_does_not_end_the_chain(lake: duckdb.DuckDBPyConnection) -> None:
    whole, inside = stay(1, "2024-01-03 10:00", "2024-01-20 09:00"), stay(1, "2024-01-05 13:00", "2024-01-06 12:00")
    assert readmitted(lake, whole, inside, stay(1, "2024-01-15 08:00", "2024-01-16 12:00")) == (0, 1, 0)


def test_the_dead_are_no_index(lake: duckdb.DuckDBPyConnection) -> None:
    first = stay(1, "2024-01-03 10:00", "2024-01-05 09:00")
    assert readmitted(lake, first, stay(1, "2024-01-09 10:00", "2024-01-12 09:00", discharged_to="deceased")) == (
        1,
        1,
        0,
    )


@pytest.mark.parametrize(
    ("admitted", "numerator"), [("2024-02-28 23:55", 1), ("2024-02-29 00:00", 1), ("2024-03-01 00:00", 0)]
)
def test_thirty_days_include_29_february(lake: duckdb.DuckDBPyConnection, admitted: str, numerator: int) -> None:
    found = readmitted(
        lake, stay(1, "2024-01-20 10:00", "2024-01-30 15:00"), stay(1, admitted, "2024-03-05 12:00"), window=JANUARY
    )
    assert found == (numerator, 1, 0)


def test_a_stay_over_new_year_counts_where_it_ends(lake: duckdb.DuckDBPyConnection) -> None:
    put(
        lake, "admissions", [stay(1, "2023-12-28 10:00", "2024-01-04 09:00", discharge_ready_at=at("2023-12-31 12:00"))]
    )
    december = Window(date(2023, 12, 1), date(2023, 12, 31))
    assert contributions(lake, "discharge_ready_mean_days_v2", december) == {}
    assert totals(contributions(lake, "discharge_ready_mean_days_v2", JANUARY)) == (4, 1, 0)


def test_a_moved_person_counts_where_he_lived_at_the_chain_s_end(lake: duckdb.DuckDBPyConnection) -> None:
    first = stay(1, "2024-01-03 10:00", "2024-01-05 09:00", residence_municipality_code="1814")
    put(lake, "admissions", [first, stay(1, "2024-01-05 12:00", "2024-01-09 12:00")])
    put(lake, "admissions", [stay(1, "2024-01-12 12:00", "2024-01-19 12:00")])
    found = contributions(lake, "readmission_30_days_65", JANUARY)
    assert {key[2]: row for key, row in found.items()} == {"1880": (1, 2, 0)}


def test_the_day_of_becoming_ready_is_not_counted(lake: duckdb.DuckDBPyConnection) -> None:
    same_day = stay(1, "2024-01-03 10:00", "2024-01-05 16:00", discharge_ready_at=at("2024-01-05 08:00"))
    over_night = stay(2, "2024-01-03 10:00", "2024-01-06 08:00", discharge_ready_at=at("2024-01-05 23:00"))
    put(lake, "admissions", [same_day, over_night])
    assert totals(contributions(lake, "discharge_ready_mean_days_v2", JANUARY)) == (1, 1, 0)


def test_until_2016_only_those_of_65_wait(lake: duckdb.DuckDBPyConnection) -> None:
    put(
        lake,
        "admissions",
        [stay(1, "2024-01-03 10:00", "2024-01-06 16:00", person_age=64, discharge_ready_at=at("2024-01-04 08:00"))],
    )
    assert totals(contributions(lake, "discharge_ready_days_per_65", JANUARY)) == (0, 0, 0)
    assert totals(contributions(lake, "discharge_ready_days_per_65_v2", JANUARY)) == (2, 1, 0)
    versions = [entry for entry in definitions() if entry.indicator_id.startswith("discharge_ready")]
    assert {(entry.version, entry.valid_from.year, entry.valid_to and entry.valid_to.year) for entry in versions} == {
        (1, 2005, 2016),
        (2, 2017, None),
    }


@pytest.mark.parametrize(
    ("sent", "in_time"),
    [("2024-03-31 01:00", 1), ("2024-03-31 01:05", 0), ("2024-03-29 22:00", 1), ("2024-03-31 03:30", 0)],
)
def test_a_day_is_by_the_clock_on_the_night_when_it_changes(
    lake: duckdb.DuckDBPyConnection, sent: str, in_time: int
) -> None:
    row = stay(1, "2024-03-30 01:00", "2024-03-31 14:00")
    put(lake, "admissions", [row])
    put(lake, "enrolments", [enrolled(1, date(2024, 3, 30))])
    put(lake, "discharge_messages", [message(1, "admission_notice", sent, row["record_id"])])
    assert totals(contributions(lake, "admission_notice_24h", MARCH)) == (in_time, 1, 0)


def test_seventy_two_hours_over_the_night_when_clocks_change_are_by_the_clock(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "assessments", [assessment(1, "2024-03-29 12:00"), assessment(2, "2024-03-29 12:00")])
    put(lake, "emergency_visits", [emergency(1, "2024-04-01 12:00"), emergency(2, "2024-04-01 12:05")])
    found = contributions(lake, "visam_stay_home_emergency_72h", MARCH)
    assert {key[5]: row[:2] for key, row in found.items()} == {person(1): (1, 1), person(2): (0, 1)}


def test_before_the_act_the_notice_is_not_applicable() -> None:
    by_stem = {entry.stem: entry for entry in definitions()}
    for stem in ("admission_notice_24h", "planning_call_3_days"):
        assert by_stem[stem].applies_from == date(2018, 1, 1)


@pytest.mark.parametrize(
    ("kind", "sent", "found"),
    [
        ("planning_call", "2024-03-02 23:55", (1, 1, 0)),
        ("planning_call", "2024-03-03 00:00", (0, 1, 0)),
        ("planning_call", "2024-02-20 08:00", (1, 1, 0)),
        ("planning_meeting", "2024-02-29 08:00", (0, 1, 0)),
        ("care_transfer", "2024-02-29 08:00", (0, 0, 0)),
        ("planning_call", "2024-04-01 08:00", (0, 0, 0)),
    ],
)
def test_the_call_is_due_on_the_third_day(
    lake: duckdb.DuckDBPyConnection, kind: str, sent: str, found: tuple[int, int, int]
) -> None:
    put(
        lake,
        "discharge_messages",
        [message(1, "discharge_ready_notice", "2024-02-28 10:00", "a"), message(1, kind, sent, "a")],
    )
    put(lake, "discharge_messages", [message(1, "planning_call", "2024-02-28 11:00", "b")])
    assert totals(contributions(lake, "planning_call_3_days", FEBRUARY)) == found


def test_a_notice_sent_again_is_the_same_stay(lake: duckdb.DuckDBPyConnection) -> None:
    sent = ("2024-02-05 10:00", "2024-02-12 10:00")
    put(lake, "discharge_messages", [message(1, "discharge_ready_notice", when, "a") for when in sent])
    put(lake, "discharge_messages", [message(1, "planning_call", "2024-02-13 10:00", "a")])
    put(lake, "discharge_messages", [message(2, "discharge_ready_notice", "2024-02-13 10:00", None)])
    assert totals(contributions(lake, "planning_call_3_days", FEBRUARY)) == (0, 1, 1)


def test_thirty_days_over_a_short_february_are_within_reach(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "discharge_messages", [message(1, "discharge_ready_notice", "2024-01-31 10:00", "a")])
    put(lake, "discharge_messages", [message(1, "planning_call", "2024-03-01 10:00", "a")])
    assert totals(contributions(lake, "planning_call_3_days", JANUARY)) == (0, 1, 0)
    put(lake, "discharge_messages", [message(1, "discharge_ready_notice", "2024-03-01 09:00", "a")])
    assert totals(contributions(lake, "planning_call_3_days", MARCH)) == (0, 0, 0)


def test_a_visit_before_the_discharge_is_no_contact_after_it(lake: duckdb.DuckDBPyConnection) -> None:
    put(
        lake,
        "admissions",
        [stay(1, "2024-01-03 10:00", "2024-01-05 15:00"), stay(2, "2024-02-24 10:00", "2024-02-27 15:00")],
    )
    put(
        lake, "visits", [visited(1, "2023-12-30 09:00"), visited(1, "2024-01-05 09:00"), visited(1, "2024-01-13 00:00")]
    )
    put(lake, "visits", [visited(2, "2024-02-01 09:00"), visited(2, "2024-03-05 23:55")])
    found = contributions(lake, "municipal_contact_7_days", JANUARY, FEBRUARY)
    assert {key[0]: row[:2] for key, row in found.items()} == {JANUARY.start: (0, 1), FEBRUARY.start: (1, 1)}


def test_an_avoidable_chain_counts_once(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "admissions", [stay(1, "2024-01-03 10:00", "2024-01-05 09:00", main_diagnosis="I50.0")])
    put(lake, "admissions", [stay(1, "2024-01-05 13:00", "2024-01-10 12:00", main_diagnosis="J44.1")])
    put(lake, "admissions", [stay(1, "2024-01-15 13:00", "2024-01-17 12:00", main_diagnosis="j441")])
    assert totals(contributions(lake, "avoidable_admissions", JANUARY)) == (2, 0, 0)


# Money and staff. ---------------------------------------------------------------------------------------------------


def posting(month: date, kind: str, amount: str, where: str | None = "1880") -> Row:
    return {"month": month, "posting_kind": kind, "amount_sek": Decimal(amount), "municipality_code": where}


def put_money(lake: duckdb.DuckDBPyConnection) -> None:
    january, february = date(2024, 1, 1), date(2024, 2, 1)
    put(
        lake,
        "costs",
        [
            posting(january, "gross_cost", "1000.50"),
            posting(january, "fee", "-100.25"),
            posting(january, "sale", "-50"),
            posting(january, "internal_revenue", "-25.25"),
            posting(january, "grant", "-500"),
            posting(january, "other", "77"),
            posting(january, "gross_cost", "40", "1814"),
            posting(february, "fee", "-7", "1814"),
            posting(february, "gross_cost", "3", None),
        ],
    )
    visits = [visited(1, "2024-01-03 10:00"), visited(1, "2024-01-04 10:00"), visited(2, "2024-01-05 10:00")]
    visits += [visited(1, "2024-01-06 10:00", serving_municipality_code="1814", age_group="18")]
    visits += [visited(3, "2024-01-06 10:00", place="clinic"), visited(3, "2024-01-06 10:00", living="special_housing")]
    put(
        lake,
        "visits",
        [*visits, visited(4, "2024-02-06 10:00"), visited(5, "2024-02-06 10:00", serving_municipality_code="1814")],
    )


def by_place(found: Contributions) -> dict[tuple[str, Any], tuple[Any, Any]]:
    return {(key[2], key[5]): row[:2] for key, row in found.items()}


def test_net_cost_meets_the_visits_of_municipalities_and_months_with_costs(lake: duckdb.DuckDBPyConnection) -> None:
    put_money(lake)
    window = Window(date(2024, 1, 1), date(2024, 2, 29))
    money = {("1880", None): (825, 0), ("1814", None): (33, 0), ("9999", None): (3, 0)}
    assert by_place(contributions(lake, "cost_per_visit", window)) == money | {
        ("1880", person(1)): (0, 2),
        ("1880", person(2)): (0, 1),
        ("1814", person(1)): (0, 1),
    }
    patients = contributions(lake, "cost_per_patient", window)
    assert by_place(patients) == money | {
        ("1880", person(1)): (0, 1),
        ("1880", person(2)): (0, 1),
        ("1814", person(1)): (0, 1),
    }
    assert {key[4] for key in patients if key[5]} == {"80-89", "0-18"}


def posts(month: date, where: str | None, fte: str) -> Row:
    return {"month": month, "municipality_code": where, "fte": Decimal(fte)}


def test_posts_of_november_meet_the_patients_of_november(lake: duckdb.DuckDBPyConnection) -> None:
    november = date(2024, 11, 1)
    put(lake, "staffing", [posts(november, "1880", "1.5"), posts(november, "1880", "0.25"), posts(november, None, "1")])
    put(lake, "staffing", [posts(date(2024, 10, 1), "1880", "9"), posts(date(2023, 11, 1), "1880", "9")])
    put(
        lake, "visits", [visited(1, "2024-11-03 10:00"), visited(1, "2024-11-05 10:00"), visited(2, "2024-10-03 10:00")]
    )
    put(lake, "visits", [visited(3, "2024-11-03 10:00", serving_municipality_code="1814")])
    put(lake, "visits", [visited(4, "2024-11-03 10:00", care_form="outpatient")])
    found = contributions(lake, "patients_per_fte", WINDOWS[3], JANUARY, Window(date(2024, 9, 1), date(2024, 11, 30)))
    assert by_place(found) == {
        ("1880", None): (0, Decimal("1.75")),
        ("9999", None): (0, 1),
        ("1880", person(1)): (1, 0),
    }


# Through the frame, and Kolada. -------------------------------------------------------------------------------------

AREAS = [
    (code, kind, area)
    for code in ("1880", "1814", "9998", "9999")
    for kind, area in (("municipality", code), ("region", "18"))
]


def bound(**more: pa.Table) -> Bound:
    areas = dict(zip(("municipality_code", "area_type", "area_code"), map(list, zip(*AREAS, strict=True)), strict=True))
    names = ("list_id", "prefix", "valid_from", "valid_to")
    listed = dict(zip(names, map(list, zip(*diagnosis_rows(), strict=True)), strict=True))
    types = pa.schema(
        [("list_id", pa.string()), ("prefix", pa.string()), ("valid_from", pa.date32()), ("valid_to", pa.date32())]
    )
    tables = {"hemvard_areas": pa.table(areas), "hemvard_diagnoses": pa.table(listed, schema=types), **more}
    return Bound({"region_code": "18", "standard_year": 2024}, tables)


def computed(lake: duckdb.DuckDBPyConnection, model: Model, **more: pa.Table) -> list[Row]:
    """The rows of a model, as its SQL gives them."""
    told = bound(**more)
    spans = {"period_start": [window.start for window in WINDOWS], "period_end": [window.end for window in WINDOWS]}
    for name, table in {"hemvard_windows": pa.table(spans), **model.tables(told)}.items():
        lake.register(name, table)
    result = lake.execute(model.sql, model.bound(told))
    names = [column[0] for column in result.description]
    assert set(names) == set(INDICATOR_RESULTS.names())
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.mark.parametrize("stem", sorted({*BY_HAND, *OF_MONEY}))
def test_the_frame_takes_what_an_indicator_gives(lake: duckdb.DuckDBPyConnection, stem: str) -> None:
    put_all(lake, drawn(5))
    put_money(lake)
    rows = computed(lake, MODELS[stem])
    whole = [row for row in rows if (row["area_type"], row["sex"], row["age_group"]) == ("region", "all", "all")]
    whole = [row for row in whole if (row["period_end"].month, row["standardisation"]) == (12, "crude")]
    definition = next(entry for entry in definitions() if entry.stem == stem)
    if definition.valid_to is not None:
        assert whole == []
        return
    (row,) = whole
    numerator, denominator, _ = totals(contributions(lake, stem, WINDOWS[3]))
    if definition.kind in ("share_of_visits", "ratio"):
        assert (row["numerator"], row["denominator"]) == (numerator, denominator)
        assert row["value"] == pytest.approx(numerator / denominator)
    assert row["status"] in ("ok", "missing", "not_applicable")


def test_kolada_s_values_stand_beside_ours_in_our_unit(lake: duckdb.DuckDBPyConnection) -> None:
    names = ("area_code", "indicator", "year", "sex", "value")
    values = [("1880", "N20506", "all", "12.5"), ("18", "N20506", "female", "20"), ("00", "N20506", "all", None)]
    values += [("25", "N20506", "all", "1"), ("1880", "N00000", "all", "1")]
    rows = [(area, figure, date(2024, 1, 1), sex, value and Decimal(value)) for area, figure, sex, value in values]
    put(lake, "external_indicators", [dict(zip(names, row, strict=True)) for row in rows])
    versions = [(1, date(2024, 1, 1), None), (2, date(2005, 1, 1), date(2023, 12, 31))]
    compared = pa.table(
        {
            "indicator_id": ["readmission_30_days_65"] * 2,
            "version": pa.array([version for version, _, _ in versions], pa.int16()),
            "kolada": ["N20506"] * 2,
            "times": pa.array([Decimal("0.01")] * 2, pa.decimal128(18, 6)),
            "valid_from": pa.array([first for _, first, _ in versions], pa.date32()),
            "valid_to": pa.array([last for _, _, last in versions], pa.date32()),
        }
    )
    found = computed(lake, MODELS["kolada"], hemvard_compared=compared)
    shown = {(row["area_type"], row["area_code"], row["sex"]): (row["value"], row["status"]) for row in found}
    assert shown == {
        ("municipality", "1880", "all"): (0.125, "ok"),
        ("region", "18", "female"): (0.2, "ok"),
        ("country", "00", "all"): (None, "missing"),
    }
    assert {(row["period_start"], row["period_end"]) for row in found} == {(WINDOWS[3].start, WINDOWS[3].end)}
    assert {(row["comparison_source"], row["version"]) for row in found} == {("kolada", 1)}, "the version in force"


def test_every_figure_that_is_compared_is_asked_of_kolada() -> None:
    folder = load_region("norrbotten")
    asked = {kpi for source in folder.sources for kpi in getattr(source.transport, "kpis", ())}
    compared = {entry.compare.kolada for entry in definitions() if entry.compare}
    assert compared <= asked
    assert {"U21425", "U21426", "N20402", "N20580", "U20414"} <= compared


def test_each_file_of_records_is_tested_here() -> None:
    subjects = ("admissions", "emergency_visits", "assessments", "discharge_messages", "costs", "staffing")
    assert {stem for stem, sql in SQL.items() if any(f"core.{name}" in sql for name in subjects)} == {
        *BY_HAND,
        *OF_MONEY,
    }
