"""volumes.by_area: visits per 1,000 inhabitants against another computation, in fractions."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from volume_lake import PARTS, REGION, SINGLE, Row, Span, cube_row, inhabitants, listing, put, run, volume_lake, year

BANDS = {"0-18": range(19), "19-64": range(19, 65), "65-79": range(65, 80), "80-89": range(80, 90)}
FEBRUARY = date(2024, 2, 1), date(2024, 2, 29)
WINTER = date(2023, 12, 1), date(2024, 2, 29)
KEY = ("period_start", "period_end", "area_type", "area_code", "care_form", "age_group", "sex", "measure")
AGES = (0, 18, 19, 64, 65, 79, 80, 89, 90, 100)
TOTAL = ("all", "all", "all", "crude")
TOTALS = ((), ("care_form",))
WITHIN_A_YEAR = (*TOTALS, ("age_group",), ("sex",), ("age_group", "sex"), ("care_form", "age_group"))
MEASURES = ("visits", "unplanned_visits", "patients", "minutes", "visits_with_minutes")
Found = dict[tuple[Any, ...], Row]


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = volume_lake()
    yield connection
    connection.close()


def band_of(age: str | int | None) -> str:
    if age in ("unknown", None):
        return "unknown"
    return next((name for name, ages in BANDS.items() if int(str(age)) in ages), "90+")


def lake_group(age: str) -> str:
    """The lake's own partition of ages, where 0–17 and 18 are apart."""
    if age == "18":
        return "18"
    return "0-17" if band_of(age) == "0-18" else band_of(age)


def results(
    lake: duckdb.DuckDBPyConnection, cube: list[Row], windows: Iterable[Span], standard_year: int | None = 2024
) -> Found:
    put(lake, "volumes.cube", cube)
    rows = run(lake, "volumes/by_area", list(windows), region_code=REGION, standard_year=standard_year)
    return {tuple(row[name] for name in KEY): row for row in rows}


def people(years: Iterable[int] = (2024,), persons: int = 50) -> list[Row]:
    """Inhabitants of every municipality: more of the young than of the old, and not equally many anywhere."""
    return [
        row
        for of_year in years
        for place, code in enumerate(SINGLE)
        for row in inhabitants(code, of_year, {age: persons + 7 * place + (100 - age) // 3 for age in AGES})
    ]


def drawn(seed: int, count: int = 150) -> list[Row]:
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        age = draw.choice([*(str(age) for age in AGES), "unknown"])
        visits = draw.randint(1, 5)
        rows.append(
            cube_row(
                draw.randrange(25),
                month=draw.choice((date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 12, 1))),
                residence_municipality_code=draw.choice((*SINGLE, "9998", "9999")),
                health_centre_id=draw.choice(("vc1", "vc2", "unknown")),
                living=draw.choice(("ordinary", "ordinary", "special_housing", "unknown")),
                place=draw.choice(("home", "home", "clinic")),
                care_form=draw.choice(("home_health_care", "outpatient")),
                planned=draw.choice(("planned", "unplanned", "unknown")),
                sex=draw.choice(("female", "male", "unknown")),
                age=age,
                age_group=lake_group(age),
                visits=visits,
                minutes=20 * visits,
                visits_with_minutes=visits - 1,
            )
        )
    return rows


# Another computation of the same definitions, a cell at a time.


def _areas(row: Row) -> list[tuple[str, str]]:
    code, centre = row["residence_municipality_code"], row["health_centre_id"]
    found = [("health_centre", centre)] if centre != "unknown" else []
    if code in SINGLE:
        found += [("municipality", code), ("region", REGION)]
        found += [("county_part", part) for part, codes in PARTS.items() if code in codes]
    return found


def _inhabitants(rows: list[Row], of_year: int, area: tuple[str, str], band: str, sex: str) -> int | None:
    codes = {"municipality": (area[1],), "region": SINGLE, "county_part": PARTS.get(area[1], ())}[area[0]]
    own = [row for row in rows if row["year"] == of_year and row["municipality_code"] in codes]
    if {row["municipality_code"] for row in own} != set(codes):
        return None
    wanted = [row for row in own if band in ("all", band_of(row["age"])) and sex in ("all", row["sex"])]
    return sum(row["persons"] for row in wanted)


def _listed(rows: list[Row], day: date, centre: str, band: str, sex: str) -> int | None:
    months = [day.replace(day=1)]
    for _ in range(2):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    at: dict[Any, Row] = {}
    for row in sorted(rows, key=lambda row: row["month"]):
        if row["month"] in months and row["valid_from"] <= day <= (row["valid_to"] or date.max):
            at.setdefault(row["person"], row)
    own = [row for row in at.values() if row["health_centre"] == centre]
    wanted = [row for row in own if band in ("all", band_of(row["person_age"])) and sex in ("all", row["sex_of_id"])]
    return len(wanted) if own else None


def by_hand(
    cube: list[Row], population: list[Row], listings: list[Row], span: Span, shown: tuple[tuple[str, ...], ...]
) -> Found:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in cube:
        if span[0] <= row["month"] <= span[1] and row["place"] == "home" and row["living"] == "ordinary":
            told = {"care_form": row["care_form"], "age_group": band_of(row["age"]), "sex": row["sex"]}
            for margin, area in product(shown, _areas(row)):
                groups[(*area, *(told[name] if name in margin else "all" for name in told))].append(row)
    found: Found = {}
    for (kind, code, form, band, sex), own in groups.items():
        if "unknown" not in (band, sex):
            centre = kind == "health_centre"
            persons = (
                _listed(listings, span[1], code, band, sex)
                if centre
                else _inhabitants(population, span[1].year, (kind, code), band, sex)
            )
            found[(*span, kind, code, form, band, sex, "crude")] = _crude(own, persons)
    return found


def _crude(own: list[Row], persons: int | None) -> Row:
    visits, patients = sum(row["visits"] for row in own), len({row["person_key"] for row in own})
    return {
        "visits": visits,
        "unplanned_visits": sum(row["visits"] for row in own if row["planned"] == "unplanned"),
        "patients": patients,
        "minutes": sum(row["minutes"] for row in own),
        "visits_with_minutes": sum(row["visits_with_minutes"] for row in own),
        "population": persons,
        "value": 1000 * Fraction(visits, persons) if persons else None,
        "patients_value": 1000 * Fraction(patients, persons) if persons else None,
        "status": "missing" if persons is None else "ok" if persons else "not_applicable",
    }


def extracts(seed: int) -> list[Row]:
    draw = random.Random(seed)
    rows = []
    for month, number in product((date(2024, 2, 1), date(2024, 3, 1), date(2024, 12, 1)), range(30)):
        rows.append(
            listing(
                number,
                month,
                health_centre=draw.choice(("vc1", "vc2")),
                valid_from=draw.choice((date(2020, 1, 1), date(2024, 2, 29), date(2024, 3, 1))),
                valid_to=draw.choice((None, date(2024, 2, 28), date(2024, 2, 29))),
                person_age=draw.choice([*AGES, None]),
                sex_of_id=draw.choice(("female", "male")),
            )
        )
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("span", [FEBRUARY, year(2024), WINTER, year(2023)])
def test_crude_rates_are_as_counted_by_hand(lake: duckdb.DuckDBPyConnection, seed: int, span: Span) -> None:
    cube, population, listings = drawn(seed), people(), extracts(seed)
    put(lake, "volumes.population", population)
    put(lake, "core.listings", listings)
    found = {key: row for key, row in results(lake, cube, [span]).items() if key[-1] == "crude"}
    expected = by_hand(cube, population, listings, span, TOTALS if span == FEBRUARY else WITHIN_A_YEAR)
    assert found.keys() == expected.keys()
    for key, own in expected.items():
        assert [found[key][name] for name in (*MEASURES, "population", "status")] == [
            own[name] for name in (*MEASURES, "population", "status")
        ], key
        for name in ("value", "patients_value"):
            assert found[key][name] == (None if own[name] is None else pytest.approx(float(own[name]), rel=1e-14)), key


@pytest.mark.parametrize("seed", [4, 5])
@pytest.mark.parametrize("span", [FEBRUARY, year(2024)])
def test_standardised_rates_are_as_counted_by_hand(lake: duckdb.DuckDBPyConnection, seed: int, span: Span) -> None:
    cube, population = drawn(seed), people((2023, 2024))
    put(lake, "volumes.population", population)
    found = results(lake, cube, [span], standard_year=2023)
    bands = by_hand(cube, population, [], span, WITHIN_A_YEAR)
    checked = 0
    for key, row in found.items():
        if key[-1] != "standardised" or key[2] == "health_centre":
            continue
        crude_row = found[(*key[:-1], "crude")]
        same = (*MEASURES, "population")
        assert [row[name] for name in same] == [crude_row[name] for name in same]
        assert (row["standard_population"], row["status"]) == (f"region {REGION}, 2023-12-31", "ok")
        for name, measure in (("value", "visits"), ("patients_value", "patients")):
            assert row[name] == pytest.approx(float(_standardised(bands, population, key, measure)), rel=1e-12), key
        checked += 1
    assert checked >= 10


def _standardised(bands: Found, population: list[Row], key: tuple[Any, ...], measure: str) -> Fraction:
    total, weights = Fraction(0), 0
    for band in (*BANDS, "90+"):
        weight = _inhabitants(population, 2023, ("region", REGION), band, "all")
        persons = _inhabitants(population, 2024, (key[2], key[3]), band, "all")
        assert weight and persons
        row = bands.get((*key[:5], band, "all", "crude"))
        total += weight * Fraction(row[measure] if row else 0, persons)
        weights += weight
    return 1000 * total / weights


cells = st.lists(
    st.tuples(st.sampled_from(AGES), st.sampled_from(SINGLE), st.integers(0, 5), st.integers(1, 40)), min_size=1
)
persons_by_age = st.fixed_dictionaries({age: st.integers(1, 5000) for age in AGES})


@settings(max_examples=25, deadline=None)
@given(cells=cells, standard=st.fixed_dictionaries(dict.fromkeys(SINGLE, persons_by_age)))
def test_a_rate_gives_the_visits_back_and_one_s_own_standard_changes_nothing(
    cells: list[tuple[int, str, int, int]], standard: dict[str, dict[int, int]]
) -> None:
    cube = [
        cube_row(number, age=str(age), age_group=lake_group(str(age)), residence_municipality_code=code, visits=visits)
        for age, code, number, visits in cells
    ]
    lake = volume_lake()
    put(lake, "volumes.population", [row for code in SINGLE for row in inhabitants(code, 2024, standard[code])])
    found = results(lake, cube, [year(2024)])
    for key, row in found.items():
        if key[-1] == "crude":
            assert row["value"] * row["population"] / 1000 == pytest.approx(row["visits"], rel=1e-12)
    own = (*year(2024), "region", REGION)
    for form in ("all", "home_health_care"):
        as_it_is, standardised = (found[(*own, form, "all", "all", measure)] for measure in ("crude", "standardised"))
        assert standardised["value"] == pytest.approx(as_it_is["value"], rel=1e-9)
    whole = {
        kind: sum(row["visits"] for key, row in found.items() if key[2] == kind and key[4:] == TOTAL)
        for kind in ("municipality", "county_part", "region")
    }
    assert set(whole.values()) == {sum(cell[3] for cell in cells)}
    lake.close()


def crude(found: Found, span: Span, area: tuple[str, str], *cell: str) -> Row:
    return found[(*span, *area, *(cell or ("all", "all", "all")), "crude")]


def test_the_29th_of_february_is_in_its_month_and_listed_that_day_counts(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "volumes.population", people())
    put(
        lake,
        "core.listings",
        [
            listing(1, date(2024, 3, 1), valid_from=date(2024, 2, 29), valid_to=date(2024, 2, 29)),
            listing(2, date(2024, 3, 1), valid_from=date(2024, 3, 1), valid_to=None),
            listing(3, date(2024, 3, 1), valid_to=date(2024, 2, 28)),
        ],
    )
    found = results(lake, [cube_row(month=date(2024, 2, 1), health_centre_id="vc1")], [FEBRUARY])
    centre = crude(found, FEBRUARY, ("health_centre", "vc1"))
    assert (centre["population"], centre["value"], centre["basis"]) == (1, 1000, "delivered")
    assert crude(found, FEBRUARY, ("municipality", "1880"))["visits"] == 1


def test_one_who_turns_65_is_in_both_bands_and_one_person_in_all(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "volumes.population", people())
    cube = [cube_row(age="64", age_group="19-64"), cube_row(month=date(2024, 6, 1), age="65", age_group="65-79")]
    found, area = results(lake, cube, [year(2024)]), ("region", REGION)
    assert [crude(found, year(2024), area, "all", band, "all")["patients"] for band in ("19-64", "65-79")] == [1, 1]
    assert crude(found, year(2024), area)["patients"] == 1


def test_one_who_moves_is_a_patient_of_each_and_one_of_their_county_part(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "volumes.population", people())
    cube = [cube_row(), cube_row(month=date(2024, 6, 1), residence_municipality_code="1814")]
    found = results(lake, cube, [year(2024)])
    own = {key[2:4]: row["patients"] for key, row in found.items() if key[4:] == TOTAL}
    assert own == {
        ("municipality", "1880"): 1,
        ("municipality", "1814"): 1,
        ("county_part", "east"): 1,
        ("region", REGION): 1,
    }


def test_a_population_that_is_not_whole_is_missing(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "volumes.population", [row for row in people() if row["municipality_code"] != "1814"])
    found = results(lake, [cube_row(), cube_row(1, residence_municipality_code="1881")], [year(2024)])
    rows = {key[2:4]: row for key, row in found.items() if key[4:] == TOTAL}
    known = {area: row["status"] for area, row in rows.items()}
    assert known == {
        ("municipality", "1880"): "ok",
        ("municipality", "1881"): "ok",
        ("county_part", "east"): "missing",
        ("county_part", "west"): "ok",
        ("region", REGION): "missing",
    }
    lacking = rows[("region", REGION)]
    assert (lacking["visits"], lacking["population"], lacking["value"], lacking["basis"]) == (2, None, None, None)
    standardised = {row["status"] for key, row in found.items() if key[-1] == "standardised"}
    assert standardised == {"missing"}  # the standard is the region's, which isn't whole


@pytest.mark.parametrize("standard_year", [None, 2019])
def test_without_a_standard_the_crude_rate_stands_alone(
    lake: duckdb.DuckDBPyConnection, standard_year: int | None
) -> None:
    put(lake, "volumes.population", people())
    found = results(lake, [cube_row()], [year(2024)], standard_year)
    assert crude(found, year(2024), ("region", REGION))["status"] == "ok"
    row = found[(*year(2024), "region", REGION, "all", "all", "all", "standardised")]
    assert (row["value"], row["patients_value"], row["status"]) == (None, None, "missing")


def test_a_band_without_inhabitants_can_not_be_standardised(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, "volumes.population", [*inhabitants("1880", 2024, {70: 10}), *inhabitants("1814", 2024, {70: 5, 95: 5})])
    put(lake, "volumes.population", inhabitants("1881", 2024, {70: 4}))
    found = results(lake, [cube_row(), cube_row(1, age="95", age_group="90+")], [year(2024)])
    own = (*year(2024), "municipality", "1880", "all")
    assert found[(*own, "all", "all", "standardised")]["status"] == "not_applicable"
    assert found[(*own, "all", "all", "standardised")]["value"] is None
    empty = found[(*own, "90+", "all", "crude")]
    assert (empty["population"], empty["value"], empty["status"]) == (0, None, "not_applicable")
    assert found[(*year(2024), "region", REGION, "all", "all", "all", "standardised")]["status"] == "ok"


def test_the_weakest_basis_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    ages = dict.fromkeys(AGES, 10)
    official = [row for code in ("1814", "1880") for row in inhabitants(code, 2024, ages, basis="official")]
    put(lake, "volumes.population", [*official, *inhabitants("1881", 2024, ages)])
    found = results(lake, [cube_row(), cube_row(1, residence_municipality_code="1881")], [year(2024)])
    told = {(key[3], key[-1]): row["basis"] for key, row in found.items() if key[4:7] == ("all", "all", "all")}
    assert (told[("1880", "crude")], told[("east", "crude")]) == ("official", "official")
    assert {told[("1881", "crude")], told[(REGION, "crude")], told[("1880", "standardised")]} == {"illustrative"}


def test_threads_and_the_order_of_rows_change_nothing() -> None:
    seen = []
    for threads, order in ((1, 1), (4, -1)):
        connection = volume_lake()
        connection.execute(f"SET threads = {threads}")
        put(connection, "volumes.population", people()[::order])
        put(connection, "core.listings", extracts(6)[::order])
        seen.append(results(connection, drawn(6)[::order], [FEBRUARY, WINTER, year(2024)]))
        connection.close()
    assert seen[0] == seen[1]
