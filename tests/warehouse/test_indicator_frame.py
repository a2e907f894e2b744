"""The frame: areas, groups, values and intervals of contributions made up here, against another computation."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from statistics import NormalDist
from typing import Any

import pyarrow as pa
import pytest
from indicator_bench import AREAS, Bench, Key, Row, month, person, year

from warehouse.indicators import FRAME, Definition
from warehouse.ledger import Window

Z = NormalDist().inv_cdf(0.975)
SEXES, BANDS = ("female", "male", "unknown"), ("0-18", "19-64", "65-79", "80-89", "90+", "unknown")
PLAIN = {
    "indicator_id": "made_up",
    "version": 1,
    "valid_from": date(2005, 1, 1),
    "valid_to": None,
    "unit": "share",
    "level": "process",
    "applies_from": None,
    "direction": "none",
    **dict.fromkeys(("title_sv", "title_en", "denominator", "exclusions", "numerator"), "Text."),
    **dict.fromkeys(("source", "reference", "limits"), "Text."),
}
OF_KIND: dict[str, Row] = {
    "share_of_persons": {},
    "share_of_visits": {},
    "ratio": {"unit": "minutes"},
    "quotient": {"unit": "sek"},
    "rate_of_persons": {"population": {"from": 0}},
    "rate_of_events": {"population": {"from": 0}, "per": 1000, "unit": "per_1000"},
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.lake.close()


def made_up(kind: str, **changes: Any) -> Definition:
    return Definition.model_validate(PLAIN | {"kind": kind} | OF_KIND[kind] | changes)


def given(municipality: str, who: int | None, y: float, x: float = 0, unknown: int = 0, **others: Any) -> Row:
    """A contribution of 2024."""
    row = {
        "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31),
        "municipality_code": municipality,
        "sex": "female",
        "age_group": "65-79",
        "person_key": None if who is None else str(person(who)),
        "numerator": y,
        "denominator": x,
        "unknown": unknown,
    }
    return row | others


def framed(
    bench: Bench, entry: Definition, rows: Iterable[Row], *windows: Window, standard_year: int | None = None
) -> dict[Any, Row]:
    """What the frame makes of contributions."""
    listed = list(rows)
    names = list(given("1880", 0, 0))
    columns = {name: pa.array([row[name] for row in listed], _TYPES.get(name)) for name in names}
    bench.lake.register("made_contributions", pa.table(columns))
    casts = ", ".join(f"{name}::UUID AS {name}" if name == "person_key" else name for name in names)
    sql = f"WITH contributions AS (SELECT {casts} FROM made_contributions)\n{FRAME}"
    return bench.framed(sql, entry, *(windows or (year(2024),)), standard_year=standard_year)


_TYPES = {
    "person_key": pa.string(),
    "numerator": pa.decimal128(18, 4),
    "denominator": pa.decimal128(18, 4),
    "unknown": pa.int64(),
    "period_start": pa.date32(),
    "period_end": pa.date32(),
}


# Another computation: one group at a time, by each measure's textbook definition.


def groups(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    """Area and group → its contributions."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        for code, area_type, area in AREAS:
            if code == row["municipality_code"]:
                found[(area_type, area, "all", "all")].append(row)
                if area_type == "region":
                    found[(area_type, area, row["sex"], "all")].append(row)
                    found[(area_type, area, "all", row["age_group"])].append(row)
    return found


def by_person(rows: Iterable[Row]) -> dict[Any, tuple[float, float, int]]:
    sums: dict[Any, tuple[float, float, int]] = {}
    for row in rows:
        y, x, unknown = sums.get(row["person_key"], (0.0, 0.0, 0))
        added = (y + float(row["numerator"]), x + float(row["denominator"]), unknown + row["unknown"])
        sums[row["person_key"]] = added
    return sums


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Both roots of (p − π)² = z² π (1 − π) / n."""
    a, b, c = of + Z * Z, -(2 * hits + Z * Z), hits * hits / of
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def of_persons(rows: list[Row]) -> dict[str, Any]:
    sums = by_person(rows).values()
    known = [y > 0 for y, x, _ in sums if x > 0]
    told: dict[str, Any] = {
        "numerator": sum(known),
        "denominator": len(known),
        "numerator_patients": sum(known),
        "denominator_patients": len(known),
        "unknown": sum(unknown > 0 and x == 0 for _, x, unknown in sums),
    }
    if known:
        share = sum(known) / len(known)
        low, high = wilson(sum(known), len(known))
        told |= {"value": share, "ci_low": low, "ci_high": high}
        told["standard_error"] = math.sqrt(share * (1 - share) / len(known))
    return told


def of_sums(rows: list[Row], kind: str) -> dict[str, Any]:
    patients = by_person(rows)
    y, x = sum(entry[0] for entry in patients.values()), sum(entry[1] for entry in patients.values())
    told: dict[str, Any] = {
        "numerator": y,
        "denominator": x,
        "numerator_patients": sum(entry[0] != 0 for key, entry in patients.items() if key),
        "denominator_patients": (n := sum(entry[1] != 0 for key, entry in patients.items() if key)),
        "unknown": sum(entry[2] for entry in patients.values()),
    }
    if x:
        told["value"] = ratio = y / x
        if n > 1 and kind != "quotient":
            residuals = sum((own_y - ratio * own_x) ** 2 for own_y, own_x, _ in patients.values())
            error = math.sqrt(n / (n - 1) * residuals) / x
            told |= {"standard_error": error, "ci_low": max(0.0, ratio - Z * error), "ci_high": ratio + Z * error}
            if kind == "share_of_visits":
                told["ci_high"] = min(1.0, told["ci_high"])
    return told


def same(row: Row, expected: dict[str, Any]) -> None:
    """The row's figures are those expected; what isn't expected is NULL."""
    for name in ("value", "standard_error", "ci_low", "ci_high"):
        wanted = expected.get(name)
        assert row[name] == (None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-9)), name
    for name in ("numerator", "denominator"):
        assert float(row[name]) == pytest.approx(expected[name]), name
    for name in ("numerator_patients", "denominator_patients", "unknown"):
        assert row[name] == expected[name], name
    assert row["status"] == ("ok" if "value" in expected else "not_applicable")


def drawn(seed: int) -> list[Row]:
    """Contributions of forty persons, some of them in two municipalities, sexes unknown or bands changed."""
    draw = random.Random(seed)
    rows = {}
    for _ in range(150):
        x = draw.randrange(4)
        row = given(
            draw.choice(("1814", "1880", "1881", "9998", "9999")),
            draw.randrange(40),
            draw.randint(0, x),
            x,
            draw.randrange(2),
            sex=draw.choice(SEXES),
            age_group=draw.choice(BANDS),
        )
        rows[tuple(row[name] for name in ("municipality_code", "sex", "age_group", "person_key"))] = row
    return list(rows.values())


@pytest.mark.parametrize("kind", ["share_of_persons", "share_of_visits", "ratio", "quotient"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_area_and_group_is_as_computed_by_hand(bench: Bench, kind: str, seed: int) -> None:
    rows = drawn(seed)
    found = framed(bench, made_up(kind), rows)
    expected = groups(rows)
    if kind == "quotient":
        expected = {key: own for key, own in expected.items() if key[2:] == ("all", "all")}
    assert set(found) == set(expected)
    for key, own in expected.items():
        same(found[key], of_persons(own) if kind == "share_of_persons" else of_sums(own, kind))


def population(of: int = 2024, persons: int = 10) -> list[tuple[int, str, int, str, int]]:
    return [
        (of, code, age, sex, persons + int(code) % 7)
        for code in ("1814", "1880", "1881")
        for age in range(101)
        for sex in ("female", "male")
    ]


def inhabitants(key: Key, people: Iterable[tuple[int, str, int, str, int]], ages: range) -> int:
    """Inhabitants of those ages of an area and a group."""
    codes = {code for code, area_type, area in AREAS if (area_type, area) == key[:2]}
    limits = {"0-18": (0, 18), "19-64": (19, 64), "65-79": (65, 79), "80-89": (80, 89), "90+": (90, 200)}
    low, high = limits.get(key[3], (0, 200))
    return sum(
        persons
        for _, code, age, sex, persons in people
        if code in codes and age in ages and low <= age <= high and key[2] in ("all", sex)
    )


@pytest.mark.parametrize("kind", ["rate_of_persons", "rate_of_events"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rate_is_by_the_inhabitants_of_the_area_and_group(bench: Bench, kind: str, seed: int) -> None:
    rows = [row for row in drawn(seed) if row["age_group"] not in ("0-18", "19-64")]
    people, ages = population(), range(65, 200)
    bench.people(people)
    entry = made_up(kind, population={"from": 65})
    found = framed(bench, entry, rows)
    in_county = groups(row for row in rows if row["municipality_code"] not in ("9998", "9999"))
    known = {key for key in in_county if "unknown" not in key}
    assert set(found) == known | {(area_type, area, "all", "all") for _, area_type, area in AREAS if area[:2] != "99"}
    for key, row in found.items():
        n = inhabitants(key, people, ages)
        events = [y for y, _, _ in by_person(in_county[key]).values()]
        assert (row["denominator"], row["denominator_patients"], row["status"]) == (n, n, "ok")
        assert row["numerator_patients"] == sum(y > 0 for y in events)
        if kind == "rate_of_persons":
            hits = sum(y > 0 for y in events)
            assert row["value"] == pytest.approx(hits / n)
            assert (row["ci_low"], row["ci_high"]) == pytest.approx(wilson(hits, n))
            assert row["standard_error"] == pytest.approx(math.sqrt(hits / n * (1 - hits / n) / n))
        else:
            assert row["value"] == pytest.approx(1000 * sum(events) / n)
            error = math.sqrt(sum(y * y for y in events))
            assert row["standard_error"] == pytest.approx(1000 * error / n)
            if sum(events):
                around = [1000 * math.exp(math.log(sum(events) / n) + way * Z * error / sum(events)) for way in (-1, 1)]
                assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(around))


def test_a_person_of_two_municipalities_and_bands_is_one_in_the_region(bench: Bench) -> None:
    rows = [
        given("1880", 1, 1, 1),
        given("1814", 1, 1, 2),
        given("1814", 1, 0, 1, age_group="80-89"),
        given("1880", 2, 0, 1),
    ]
    found = framed(bench, made_up("share_of_persons"), rows)
    assert found[("region", "18", "all", "all")]["denominator"] == 2
    assert found[("region", "18", "female", "all")]["denominator"] == 2
    assert found[("region", "18", "all", "80-89")]["denominator"] == 1
    assert found[("county_part", "south", "all", "all")]["numerator"] == 1
    assert found[("county_part", "north", "all", "all")]["denominator"] == 2


def test_a_numerator_counts_only_for_persons_of_the_denominator(bench: Bench) -> None:
    rows = [given("1880", 1, 1, 0), given("1814", 1, 0, 1), given("1880", 2, 1, 0)]
    found = framed(bench, made_up("share_of_persons"), rows)
    shares = {key[1]: (row["numerator"], row["denominator"]) for key, row in found.items() if key[2:] == ("all", "all")}
    assert shares == {"18": (1, 1), "1880": (0, 0), "north": (0, 0), "1814": (0, 1), "south": (0, 1)}


def test_groups_by_sex_and_age_are_of_the_region_alone(bench: Bench) -> None:
    for kind in ("share_of_visits", "rate_of_events"):
        found = framed(bench, made_up(kind, **({"standardised": True} if kind == "rate_of_events" else {})), drawn(1))
        split = {key[0] for key in found if key[2:] != ("all", "all")}
        assert split == {"region"}


@pytest.mark.parametrize("side", ["numerator", "denominator"])
def test_the_side_that_counts_persons_counts_each_once(bench: Bench, side: str) -> None:
    persons = [
        given("1880", 1, 0, 0) | {side: 1},
        given("1814", 1, 0, 0) | {side: 1},
        given("1814", 2, 0, 0) | {side: 1},
    ]
    other = "denominator" if side == "numerator" else "numerator"
    money = [given(code, None, 0, 0) | {other: Decimal("100.5")} for code in ("1880", "1814")]
    found = framed(bench, made_up("quotient", counts_persons=side), [*persons, *money])
    row = found[("region", "18", "all", "all")]
    assert (row[side], row[f"{side}_patients"], row[other], row[f"{other}_patients"]) == (2, 2, 201, 0)
    assert found[("municipality", "1814", "all", "all")][side] == 2
    assert found[("municipality", "1880", "all", "all")]["value"] == pytest.approx(
        1 / 100.5 if side == "numerator" else 100.5
    )


@pytest.mark.parametrize(
    ("unknown", "known", "usability"),
    [
        (0, 10, "usable"),
        (50, 950, "usable"),
        (51, 949, "with_caution"),
        (200, 800, "with_caution"),
        (201, 799, "not_usable"),
    ],
)
@pytest.mark.parametrize("kind", ["share_of_visits", "rate_of_events"])
def test_what_is_unknown_decides_how_usable_it_is(
    bench: Bench, kind: str, unknown: int, known: int, usability: str
) -> None:
    bench.people(population())
    row = framed(bench, made_up(kind), [given("1880", 1, known, known, unknown)])[("region", "18", "all", "all")]
    assert (row["usability"], row["unknown"]) == (usability, unknown)


def test_of_nothing_but_unknown_nothing_is_told(bench: Bench) -> None:
    row = framed(bench, made_up("share_of_visits"), [given("1880", 1, 0, 0, 3)])[("region", "18", "all", "all")]
    assert (row["value"], row["ci_low"], row["status"], row["usability"]) == (
        None,
        None,
        "not_applicable",
        "not_usable",
    )


@pytest.mark.parametrize(
    ("kind", "hits", "low", "high"),
    [
        ("share_of_visits", (0, 2, 4), 0.0, 0.4263),
        ("share_of_visits", (10, 8, 6), 0.5737, 1.0),
        ("ratio", (0, 2, 4), 0.0, 0.4263),
        ("ratio", (10, 8, 6), 0.5737, 1.0263),
    ],
)
def test_limits_stay_on_the_scale_as_in_the_worked_example(
    bench: Bench, kind: str, hits: tuple[int, ...], low: float, high: float
) -> None:
    rows = [given("1880", who, y, 10) for who, y in enumerate(hits)]
    row = framed(bench, made_up(kind), rows)[("region", "18", "all", "all")]
    assert (round(row["ci_low"], 4), round(row["ci_high"], 4)) == (low, high)
    assert round(row["standard_error"], 4) == 0.1155


def test_the_worked_examples_of_wilson_and_of_events_hold(bench: Bench) -> None:
    rows = [given("1880", who, int(who < 8), 1) for who in range(40)]
    row = framed(bench, made_up("share_of_persons"), rows)[("region", "18", "all", "all")]
    assert [round(row[name], 4) for name in ("value", "ci_low", "ci_high")] == [0.2, 0.105, 0.3476]
    bench.people(
        [(2024, code, 70, "female", persons) for code, persons in (("1814", 500), ("1880", 300), ("1881", 200))]
    )
    rows = [given("1880", who, y) for who, y in enumerate((1, 1, 4))]
    row = framed(bench, made_up("rate_of_events"), rows)[("region", "18", "all", "all")]
    assert [round(row[name], 2) for name in ("value", "ci_low", "ci_high")] == [6.0, 1.5, 23.99]


def test_the_region_has_a_row_for_every_window(bench: Bench) -> None:
    bench.people(population())
    for kind in OF_KIND:
        found = framed(bench, made_up(kind), [], year(2024), month(2024, 2))
        of_region = {key[0]: row["status"] for key, row in found.items() if key[1:] == ("region", "18", "all", "all")}
        status = "ok" if kind.startswith("rate") else "not_applicable"
        assert of_region == dict.fromkeys([(w.start, w.end) for w in (year(2024), month(2024, 2))], status)


def test_windows_are_told_apart_by_both_their_ends(bench: Bench) -> None:
    rows = [given("1880", 1, 1, 2), given("1880", 1, 1, 1, period_end=date(2024, 1, 31))]
    found = framed(bench, made_up("ratio"), rows, year(2024), month(2024, 1))
    values = {key[0][1]: row["value"] for key, row in found.items() if key[1] == "region" and key[3:] == ("all", "all")}
    assert values == {date(2024, 12, 31): 0.5, date(2024, 1, 31): 1.0}


def test_a_version_is_of_the_windows_within_its_validity(bench: Bench) -> None:
    entry = made_up("ratio", valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    across = [Window(date(2023, 12, 1), date(2024, 11, 30)), Window(date(2024, 12, 1), date(2025, 1, 31))]
    windows = [year(2023), year(2024), year(2025), *across, month(2024, 12)]
    found = framed(bench, entry, [given("1880", 1, 1, 1)], *windows)
    assert {key[0] for key in found} == {(w.start, w.end) for w in (year(2024), month(2024, 12))}


@pytest.mark.parametrize("kind", ["share_of_visits", "rate_of_events"])
def test_before_its_law_an_indicator_is_not_applicable(bench: Bench, kind: str) -> None:
    bench.people([*population(2017), *population(2018)])
    windows = (year(2017), year(2018))
    rows = [given("1880", 1, 1, 1, period_start=w.start, period_end=w.end) for w in windows]
    found = framed(bench, made_up(kind, applies_from=date(2018, 1, 1)), rows, *windows)
    before = {key[1:]: row for key, row in found.items() if key[0][0].year == 2017}
    assert list(before) == [("region", "18", "all", "all")]
    (row,) = before.values()
    assert (row["status"], row["value"], row["numerator"]) == ("not_applicable", None, 0)
    assert found[((date(2018, 1, 1), date(2018, 12, 31)), "municipality", "1880", "all", "all")]["status"] == "ok"


def test_a_rate_without_population_is_missing(bench: Bench) -> None:
    bench.people(population(2023))
    found = framed(bench, made_up("rate_of_events"), [given("1880", 1, 2)])
    assert {row["status"] for row in found.values()} == {"missing"}
    row = found[("region", "18", "all", "all")]
    assert (row["value"], row["denominator"], row["denominator_patients"], row["numerator"]) == (None, None, None, 2)


def test_an_area_that_lacks_a_municipality_s_population_has_none(bench: Bench) -> None:
    bench.people(row for row in population() if row[1] != "1881")
    found = framed(bench, made_up("rate_of_events"), [given("1880", 1, 2)])
    status = {key[1]: row["status"] for key, row in found.items() if key[2:] == ("all", "all")}
    assert status == {"1880": "ok", "1814": "ok", "south": "ok", "north": "missing", "18": "missing"}


def test_no_events_have_an_upper_limit_still(bench: Bench) -> None:
    bench.people(population(persons=100))
    row = framed(bench, made_up("rate_of_events"), [])[("municipality", "1814", "all", "all")]
    n = float(row["denominator"])
    assert (row["value"], row["ci_low"]) == (0, 0)
    # The exact limit: at this rate, no event would be seen in one case of forty.
    assert math.exp(-row["ci_high"] / 1000 * n) == pytest.approx(0.025)


def test_a_rate_follows_the_population_of_the_period_s_last_year(bench: Bench) -> None:
    bench.people([*population(2023, 10), *population(2024, 20)])
    window = Window(date(2023, 7, 1), date(2024, 6, 30))
    rows = [given("1880", 1, 2, period_start=window.start, period_end=window.end)]
    row = framed(bench, made_up("rate_of_events"), rows, window)[("region", "18", "all", "all")]
    assert row["denominator"] == sum(persons for *_, persons in population(2024, 20))


@pytest.mark.parametrize("standardised", [False, True])
def test_events_of_a_month_are_by_a_month_of_inhabitants(bench: Bench, standardised: bool) -> None:
    """Two visits a month by each of five persons are one rate, of a month as of a year."""
    bench.people(population())
    yearly = [given("1880", who, 24) for who in range(5)]
    monthly = [row | {"numerator": 2, "period_end": date(2024, 1, 31)} for row in yearly]
    entry = made_up("rate_of_events", standardised=standardised)
    found = framed(bench, entry, [*yearly, *monthly], year(2024), month(2024, 1), standard_year=2024)
    rest = ("municipality", "1880", "all", "all", *(["age"] if standardised else []))
    whole, part = (found[((window.start, window.end), *rest)] for window in (year(2024), month(2024, 1)))
    for name in ("value", "standard_error", "ci_low", "ci_high"):
        assert part[name] == pytest.approx(whole[name])
    assert float(part["denominator"]) == pytest.approx(float(whole["denominator"]) / 12, abs=1e-4)
    assert part["denominator_patients"] == whole["denominator_patients"]


def test_the_ages_of_a_rate_are_both_included(bench: Bench) -> None:
    bench.people(population())
    entry = made_up("rate_of_persons", population={"from": 19, "to": 64})
    found = framed(bench, entry, [given("1814", 1, 1, age_group="19-64")])
    n = inhabitants(("municipality", "1814", "all", "all"), population(), range(19, 65))
    assert found[("municipality", "1814", "all", "all")]["denominator"] == n
    assert {key[3] for key in found} == {"all", "19-64"}


def test_persons_of_a_month_are_by_the_inhabitants_themselves(bench: Bench) -> None:
    bench.people(population())
    rows = [given("1880", 1, 1, period_end=date(2024, 1, 31))]
    found = framed(bench, made_up("rate_of_persons"), rows, month(2024, 1))
    row = found[("municipality", "1880", "all", "all")]
    assert row["denominator"] == row["denominator_patients"] > 0


def standardised_by_hand(rows: list[Row], area: str, standard: list[Any], people: list[Any]) -> tuple[float, float]:
    """Rate per 1,000 and its standard error, a band at a time."""
    keys = [("municipality", area, "all", name) for name in BANDS[:-1]]
    weights = [inhabitants(("region", "18", "all", key[3]), standard, range(20, 200)) for key in keys]
    value = error = 0.0
    for key, weight in zip(keys, weights, strict=True):
        n = inhabitants(key, people, range(20, 200))
        if weight:
            own = [row for row in rows if row["municipality_code"] == area and row["age_group"] == key[3]]
            events = [y for y, _, _ in by_person(own).values()]
            value += weight / sum(weights) * sum(events) / n
            error += (weight / sum(weights) / n) ** 2 * sum(y * y for y in events)
    return 1000 * value, 1000 * math.sqrt(error)


@pytest.mark.parametrize("seed", [1, 2])
def test_standardised_rates_weigh_the_bands_by_the_standard(bench: Bench, seed: int) -> None:
    rows = [row for row in drawn(seed) if row["age_group"] not in ("0-18", "unknown")]
    standard = [(2023, code, age, sex, 200 - age) for _, code, age, sex, _ in population()]
    people = population()
    bench.people([*standard, *people])
    entry = made_up("rate_of_events", population={"from": 20}, standardised=True)
    found = framed(bench, entry, rows, standard_year=2023)
    for area in ("1814", "1880", "1881"):
        row = found[("municipality", area, "all", "all", "age")]
        value, error = standardised_by_hand(rows, area, standard, people)
        assert (row["value"], row["standard_error"]) == pytest.approx((value, error))
        assert math.sqrt(row["ci_low"] * row["ci_high"]) == pytest.approx(value)
        assert math.log(row["ci_high"] / row["ci_low"]) == pytest.approx(2 * Z * error / value)
        assert row["numerator"] == found[("municipality", area, "all", "all")]["numerator"]


def test_a_population_like_the_standard_changes_nothing(bench: Bench) -> None:
    bench.people(population())
    entry = made_up("rate_of_persons", standardised=True)
    rows = [given("1880", 1, 1, age_group="90+"), given("1814", 2, 1), given("1881", 3, 1, age_group="0-18")]
    found = framed(bench, entry, rows, standard_year=2024)
    crude, adjusted = found[("region", "18", "all", "all")], found[("region", "18", "all", "all", "age")]
    assert adjusted["value"] == pytest.approx(crude["value"])


def test_a_band_without_inhabitants_leaves_no_standardised_rate(bench: Bench) -> None:
    bench.people([(*row[:4], 0) if row[1] == "1814" and row[2] >= 90 else row for row in population()])
    found = framed(bench, made_up("rate_of_events", standardised=True), [given("1814", 1, 1)], standard_year=2024)
    row = found[("municipality", "1814", "all", "all", "age")]
    assert (row["value"], row["ci_low"], row["status"]) == (None, None, "missing")
    assert found[("municipality", "1880", "all", "all", "age")]["status"] == "ok"


def test_a_band_that_the_standard_lacks_plays_no_part(bench: Bench) -> None:
    young = [row for row in population() if row[2] < 90]
    bench.people([*young, *[(2023, *row[1:4], 5 * (row[2] < 90)) for row in population()]])
    rows = [given("1814", 1, 1), given("1880", 2, 3, age_group="19-64")]
    found = framed(bench, made_up("rate_of_events", standardised=True), rows, standard_year=2023)
    assert {row["status"] for row in found.values()} == {"ok"}
    assert ("municipality", "1814", "all", "all", "age") in found


def test_without_a_standard_nothing_is_standardised(bench: Bench) -> None:
    bench.people(population())
    found = framed(bench, made_up("rate_of_events", standardised=True), [given("1814", 1, 1)])
    assert {row["standardisation"] for row in found.values()} == {"crude"}


def test_the_order_of_rows_and_the_pseudonyms_change_nothing(bench: Bench) -> None:
    bench.people(population())
    rows = drawn(5)
    turned = [row | {"person_key": str(person(1000 - int(row["person_key"][-4:], 16)))} for row in reversed(rows)]
    for kind in OF_KIND:
        entry = made_up(kind, **({"standardised": True} if kind.startswith("rate") else {}))
        assert framed(bench, entry, rows, standard_year=2024) == framed(bench, entry, turned, standard_year=2024)


def test_what_the_frame_does_not_decide_is_left_open(bench: Bench) -> None:
    row = framed(bench, made_up("ratio"), [given("1880", 1, 1, 1)])[("region", "18", "all", "all")]
    left_open = ("baseline_value", "baseline_start", "baseline_end", "target", "source_break")
    assert [row[name] for name in left_open] == [None] * 5
    assert (row["signal"], row["comparison_source"], row["indicator_id"]) == ("not_assessed", "own", "made_up")
