"""The share of unplanned visits at home: numerator, denominator, interval and baseline, by another computation."""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from statistics import NormalDist
from typing import Any

import duckdb
import pytest
from memory_lake import memory_lake
from test_volume_models import BOUND, MODELS, drawn, person, put, visit

from warehouse.ledger import Window
from warehouse.models import compute

YEAR = Window(date(2024, 1, 1), date(2024, 12, 31))
BASELINE = Window(date(2023, 12, 1), date(2023, 12, 31))
MODEL = MODELS["unplanned_share"]
Visits = list[dict[str, Any]]


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = memory_lake()
    yield connection
    connection.close()


def results(lake: duckdb.DuckDBPyConnection, *windows: Window) -> dict[tuple[Any, ...], dict[str, Any]]:
    """(first day, last day, area) → the row."""
    compute(lake, MODEL, dict.fromkeys(windows, 1), BOUND)
    result = lake.execute("SELECT * FROM lake.indicators.results")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    found = {(row["period_start"], row["period_end"], row["area_type"], row["area_code"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def region(lake: duckdb.DuckDBPyConnection, window: Window = YEAR) -> dict[str, Any]:
    return results(lake, window)[(window.start, window.end, "region", "18")]


def by_hand(visits: Visits) -> dict[str, Any]:
    """Share and interval of a set of visits: residuals between patients, by their definition."""
    at_home = [row for row in visits if row["living"] == "ordinary" and row["place"] == "home"]
    patients: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in at_home:
        if row["planned"] != "unknown":
            patients[row["person_key"]][0] += row["planned"] == "unplanned"
            patients[row["person_key"]][1] += 1
    unplanned = sum(entry[0] for entry in patients.values())
    known = sum(entry[1] for entry in patients.values())
    told: dict[str, Any] = {
        "numerator": unplanned,
        "denominator": known,
        "unknown": len(at_home) - known,
        "numerator_patients": sum(entry[0] > 0 for entry in patients.values()),
        "denominator_patients": len(patients),
        "value": None,
        "ci_low": None,
        "ci_high": None,
        "status": "ok" if known else "not_applicable",
    }
    if known:
        told["value"] = share = unplanned / known
        if len(patients) > 1:
            n = len(patients)
            variance = n / (n - 1) * sum((y - share * x) ** 2 for y, x in patients.values()) / known**2
            half = NormalDist().inv_cdf(0.975) * math.sqrt(variance)
            told["ci_low"], told["ci_high"] = max(0.0, share - half), min(1.0, share + half)
    return told


def same(row: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if isinstance(value, float):
            assert row[name] == pytest.approx(value, abs=1e-12), name
        else:
            assert row[name] == value, name


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_area_is_as_computed_by_hand(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    visits = drawn(120, seed)
    put(lake, visits)
    found = results(lake, YEAR)
    in_year = [row for row in visits if row["month"].year == 2024]
    same(found[(YEAR.start, YEAR.end, "region", "18")], by_hand(in_year))
    for code in ("1814", "1880", "9998", "9999"):
        own = [row for row in in_year if row["residence_municipality_code"] == code]
        key = (YEAR.start, YEAR.end, "municipality", code)
        if any(row["living"] == "ordinary" and row["place"] == "home" for row in own):
            same(found.pop(key), by_hand(own))
    assert list(found) == [(YEAR.start, YEAR.end, "region", "18")]


def test_a_person_of_two_municipalities_is_one_in_the_region(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1, planned="unplanned"), visit(2, planned="unplanned", residence_municipality_code="1814")])
    found = results(lake, YEAR)
    assert found[(YEAR.start, YEAR.end, "region", "18")]["denominator_patients"] == 1
    assert found[(YEAR.start, YEAR.end, "municipality", "1814")]["denominator_patients"] == 1


def test_only_visits_at_home_in_ordinary_housing_count(lake: duckdb.DuckDBPyConnection) -> None:
    others: Visits = [visit(1, place="clinic"), visit(2, living="special_housing"), visit(3, living="unknown")]
    put(lake, [*others, visit(4, place="unknown"), visit(5, planned="unplanned"), visit(6, care_form="outpatient")])
    row = region(lake)
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 2, 0.5)


def test_visits_of_which_nobody_knows_are_excluded_and_told(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(number, planned="unknown") for number in range(3)])
    row = region(lake)
    assert (row["denominator"], row["unknown"], row["status"]) == (0, 3, "not_applicable")
    assert (row["value"], row["ci_low"], row["ci_high"]) == (None, None, None)
    assert row["denominator_patients"] == 0


@pytest.mark.parametrize(("unknown", "usability"), [(0, "usable"), (5, "usable"), (6, "with_caution")])
def test_more_than_a_twentieth_unknown_asks_for_caution(
    lake: duckdb.DuckDBPyConnection, unknown: int, usability: str
) -> None:
    put(lake, [visit(number, planned="unknown" if number < unknown else "planned") for number in range(100)])
    assert region(lake)["usability"] == usability


def test_one_patient_has_a_share_and_no_interval(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1), visit(2, planned="unplanned")])
    row = region(lake)
    assert (row["value"], row["ci_low"], row["ci_high"]) == (0.5, None, None)


@pytest.mark.parametrize(("planned", "share"), [("planned", 0.0), ("unplanned", 1.0)])
def test_the_ends_of_the_scale_stay_on_it(lake: duckdb.DuckDBPyConnection, planned: str, share: float) -> None:
    put(lake, [visit(number, planned=planned, person_key=person(number)) for number in range(5)])
    row = region(lake)
    assert (row["value"], row["ci_low"], row["ci_high"]) == (share, share, share)


def test_a_period_of_an_agreement_stands_beside_the_years(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1, month=date(2023, 12, 1), planned="unplanned"), visit(2), visit(3, month=date(2023, 11, 1))])
    year = Window(date(2023, 1, 1), date(2023, 12, 31))
    found = results(lake, BASELINE, YEAR, year)
    shares = {key[:2]: row["value"] for key, row in found.items() if key[2] == "region"}
    assert shares == {
        (BASELINE.start, BASELINE.end): 1.0,
        (YEAR.start, YEAR.end): 0.0,
        (year.start, year.end): 0.5,
    }


def test_a_period_made_anew_leaves_one_that_begins_the_same_day(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1), visit(2, month=date(2024, 6, 1), planned="unplanned")])
    january = Window(date(2024, 1, 1), date(2024, 1, 31))
    results(lake, YEAR, january)
    put(lake, [visit(3, planned="unplanned")])
    found = results(lake, january)
    assert found[(january.start, january.end, "region", "18")]["value"] == 0.5
    assert found[(YEAR.start, YEAR.end, "region", "18")]["denominator"] == 2


def test_what_the_model_does_not_decide_is_left_open(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visit(1)])
    row = region(lake)
    assert (row["baseline_value"], row["baseline_start"], row["baseline_end"], row["target"]) == (None,) * 4
    assert (row["signal"], row["sex"], row["age_group"], row["standardisation"]) == (
        "not_assessed",
        "all",
        "all",
        "crude",
    )
