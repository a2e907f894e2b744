"""The share of unplanned visits at home, through the model as it is computed: figures, interval and windows."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from statistics import NormalDist
from typing import Any

import pytest
from indicator_bench import AREAS, Bench, Row, month, visit, year

from warehouse.ledger import Window, read_ledger
from warehouse.models import Bound, compute, indicator_models

YEAR, BASELINE = year(2024), month(2023, 12)
MODELS = {model.name: model for model in indicator_models()}
MODEL = MODELS["indicators/unplanned_share"]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.lake.close()


def results(bench: Bench, *windows: Window, model: str = MODEL.name) -> dict[tuple[Any, ...], Row]:
    """(first day, last day, area, sex, age group) → the row."""
    areas = bench.lake.execute("SELECT * FROM hemvard_areas").to_arrow_table()
    bound = Bound({"region_code": "18", "standard_year": None}, {"hemvard_areas": areas})
    stale = {MODELS[model]: dict.fromkeys(windows, 1)}
    compute(bench.lake, stale, bound, read_ledger(bench.lake))
    result = bench.lake.execute("SELECT * FROM lake.indicators.results WHERE indicator_id = ?", [model.split("/")[1]])
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    keys = ("period_start", "period_end", "area_type", "area_code", "sex", "age_group")
    found = {tuple(row[name] for name in keys): row for row in rows}
    assert len(found) == len(rows)
    bench.lake.register("hemvard_areas", areas)
    return found


def region(bench: Bench, window: Window = YEAR) -> Row:
    return results(bench, window)[(window.start, window.end, "region", "18", "all", "all")]


def drawn(seed: int) -> list[Row]:
    draw = random.Random(seed)
    return [
        visit(
            number,
            f"{draw.choice(('2023-12', '2024-01', '2024-02'))}-10 10:00",
            draw.randrange(15),
            living=draw.choice(("ordinary", "ordinary", "special_housing", "unknown")),
            care_form=draw.choice(("home_health_care", "outpatient")),
            place=draw.choice(("home", "clinic", "unknown")),
            planned=draw.choice(("planned", "unplanned", "unknown")),
            residence_municipality_code=draw.choice(("1814", "1880", "9998", "9999")),
        )
        for number in range(400)
    ]


def by_hand(visits: list[Row]) -> dict[str, Any]:
    """Share and interval of a set of visits: residuals between patients, by their definition."""
    at_home = [row for row in visits if row["living"] == "ordinary" and row["place"] == "home"]
    patients: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in at_home:
        if row["planned"] != "unknown":
            patients[row["person_key"]][0] += row["planned"] == "unplanned"
            patients[row["person_key"]][1] += 1
    unplanned, known = (sum(entry[at] for entry in patients.values()) for at in (0, 1))
    n, share = len(patients), unplanned / known
    error = math.sqrt(n / (n - 1) * sum((y - share * x) ** 2 for y, x in patients.values())) / known
    half = NormalDist().inv_cdf(0.975) * error
    return {
        "numerator": unplanned,
        "denominator": known,
        "unknown": len(at_home) - known,
        "numerator_patients": sum(entry[0] > 0 for entry in patients.values()),
        "denominator_patients": n,
        "value": share,
        "standard_error": error,
        "ci_low": max(0.0, share - half),
        "ci_high": min(1.0, share + half),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_area_is_as_computed_by_hand(bench: Bench, seed: int) -> None:
    visits = drawn(seed)
    bench.put(visits)
    found = results(bench, YEAR)
    shown = {key[2:4] for key in found}
    assert shown == {(area_type, area) for code, area_type, area in AREAS if code != "1881"}
    for area_type, area in shown:
        codes = {code for code, *rest in AREAS if rest == [area_type, area]}
        own = [row for row in visits if row["month"].year == 2024 and row["residence_municipality_code"] in codes]
        row = found[(YEAR.start, YEAR.end, area_type, area, "all", "all")]
        for name, value in by_hand(own).items():
            assert float(row[name]) == pytest.approx(value, abs=1e-12), name


def test_only_visits_at_home_in_ordinary_housing_count(bench: Bench) -> None:
    others = [visit(1, place="clinic"), visit(2, living="special_housing"), visit(3, living="unknown")]
    known = [visit(5, planned="unplanned"), visit(6, care_form="outpatient", planned="planned")]
    bench.put([*others, visit(4, place="unknown"), *known])
    row = region(bench)
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 2, 0.5)


def test_one_patient_has_a_share_and_no_interval(bench: Bench) -> None:
    bench.put([visit(1, planned="planned"), visit(2, planned="unplanned")])
    row = region(bench)
    assert (row["value"], row["standard_error"], row["ci_low"], row["ci_high"]) == (0.5, None, None, None)


@pytest.mark.parametrize(("planned", "share"), [("planned", 0.0), ("unplanned", 1.0)])
def test_the_ends_of_the_scale_stay_on_it(bench: Bench, planned: str, share: float) -> None:
    bench.put([visit(number, who=number, planned=planned) for number in range(5)])
    row = region(bench)
    assert (row["value"], row["ci_low"], row["ci_high"]) == (share, share, share)


def test_a_period_of_an_agreement_stands_beside_the_years(bench: Bench) -> None:
    december = visit(1, "2023-12-05 10:00", planned="unplanned")
    bench.put([december, visit(2, planned="planned"), visit(3, "2023-11-05 10:00", planned="planned")])
    found = results(bench, BASELINE, YEAR, year(2023))
    shares = {key[:2]: row["value"] for key, row in found.items() if key[2] == "region" and key[4:] == ("all", "all")}
    assert shares == {
        (BASELINE.start, BASELINE.end): 1.0,
        (YEAR.start, YEAR.end): 0.0,
        (date(2023, 1, 1), date(2023, 12, 31)): 0.5,
    }


def test_a_period_made_anew_leaves_one_that_begins_the_same_day(bench: Bench) -> None:
    bench.put([visit(1, planned="planned"), visit(2, "2024-06-05 10:00", planned="unplanned")])
    january = month(2024, 1)
    results(bench, YEAR, january)
    bench.put([visit(3, planned="unplanned")])
    found = results(bench, january)
    assert found[(january.start, january.end, "region", "18", "all", "all")]["value"] == 0.5
    assert found[(YEAR.start, YEAR.end, "region", "18", "all", "all")]["denominator"] == 2


def test_an_indicator_made_anew_leaves_the_others(bench: Bench) -> None:
    bench.put([visit(1, planned="unplanned", acute="yes")])
    before = results(bench, YEAR)
    acute = results(bench, YEAR, model="indicators/acute_share")
    assert acute[(YEAR.start, YEAR.end, "region", "18", "all", "all")]["value"] == 1
    assert results(bench, YEAR) == before
