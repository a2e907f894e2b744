"""Posts from HR, from visits, by norm and as agreed, on a lake made by hand."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_lake import memory_lake, small_folder

from equalisation.exact import rounded
from regions.folder import RegionFolder, load_region
from regions.model import Scenario
from regions.month import Month
from regions.scenarios import Resolved, attribute_values, resolved
from regions.staffing import Staffing
from tasks.compute import bound_of
from tasks.staffing import NOWHERE, OTHER, StaffingRow, folded, staffing_rows
from warehouse.ledger import Landing, add_landings
from warehouse.model_files import composed
from warehouse.schema import CUBE, STAFFING

AS_OF = date(2026, 11, 22)
OWN = {"basis": "illustrative", "source": "Prov"}
VOLUME = {
    "hours_per_year": {"value": 1600, **OWN},
    "direct_share": {"value": "0.6", **OWN},
    "travel_share": {"value": "0.5", **OWN},
    "professions": {
        "occupational_therapist": {"direct_share": {"value": "0.5", "basis": "forecast", "source": "Norm"}}
    },
}
PER_POST = {"nurse": Fraction(57_600), "occupational_therapist": Fraction(48_000)}
"""Minutes of visits and travel that a post of VOLUME gives in a year."""
NORM = {"profession": "occupational_therapist", "patients_per_post": 111, "basis": "official", "source": "Norm"}
AGREED = {
    "agreement": "small_2024",
    "scenario": "base",
    "year": 2025,
    "party": "municipality",
    "total": "116.0",
    "professions": {"district_nurse": "87.3", "occupational_therapist": "24.3", "physiotherapist": "4.4"},
    "basis": "official",
    "source": "Tidningen",
    "split": {"by_visits_of": 2024, **OWN},
}
Rows = dict[tuple[str, str], StaffingRow]


def region(**staffing: Any) -> RegionFolder:
    """The small region, whose only scenario is every visit at home, with sources of staff and a staffing.yaml."""
    small, orebro = small_folder(), load_region("orebro")
    hr = tuple(source for source in orebro.sources if source.subject == "staffing")
    return replace(small, sources=(*small.sources, *hr), staffing=Staffing.model_validate(staffing))


def visits(**attributes: Any) -> dict[str, Any]:
    """A row of the cube: thirty minutes of a nurse at home in Örebro."""
    row = dict.fromkeys(CUBE.names(), "unknown")
    row |= {"month": date(2024, 1, 1), "person_key": 1, "serving_municipality_code": "1880", "profession": "nurse"}
    row |= {"place": "home", "visit_kind": "home_health_care", "care_form": "home_health_care", "age": "70"}
    row |= {"visits": 1, "minutes": 30, "visits_with_minutes": 1} | attributes
    return row | {"person_key": UUID(int=row["person_key"])}


def whole_year(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, and a visit at a clinic in every month, so that the year has twelve."""
    clinic = visits(person_key=999, place="clinic", visit_kind="other")
    return [*rows, *(clinic | {"month": date(2024, month, 1)} for month in range(1, 13))]


def put(lake: duckdb.DuckDBPyConnection, rows: Iterable[dict[str, Any]]) -> None:
    marks = ", ".join("?" * len(CUBE.columns))
    values = [[row[name] for name in CUBE.names()] for row in rows]
    lake.executemany(f"INSERT INTO lake.volumes.cube VALUES ({marks})", values)


def employ(lake: duckdb.DuckDBPyConnection, *rows: tuple[str, str, str | None, str, str, int | None]) -> None:
    """Posts: month, source, municipality, profession, FTE, headcount."""
    values = [[date.fromisoformat(month), *rest[:2], [rest[2]], *rest[3:]] for month, *rest in rows]
    lake.executemany("INSERT INTO lake.core.staffing VALUES (?, ?, ?, ?, ?, ?)", values)


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = memory_lake()
    connection.execute(
        "CREATE TABLE lake.core.staffing (month DATE, source_id VARCHAR, municipality_code VARCHAR, "
        "professions VARCHAR[], fte DECIMAL(12,4), headcount INTEGER)"
    )
    yield connection
    connection.close()


def computed(lake: duckdb.DuckDBPyConnection, folder: RegionFolder, method: str, party: str = "all") -> Rows:
    """Municipality and profession → row."""
    rows = [row for row in staffing_rows(lake, folder, AS_OF) if row.method == method and row.party == party]
    found = {(row.municipality_code, row.profession): row for row in rows}
    assert len(found) == len(rows), "a year and a scenario at a time"
    return found


def fte(rows: Rows) -> dict[tuple[str, str], str]:
    return {cell: str(row.fte) for cell, row in rows.items()}


def adds_up(rows: Iterable[StaffingRow]) -> bool:
    """Whether each row `all` is the sum of its parts: municipalities, professions, and employers where known."""
    by_key = {
        (row.year, row.scenario, row.method, row.party, row.municipality_code, row.profession): row.fte for row in rows
    }
    for place in (3, 4, 5):
        wholes = [key for key in by_key if key[place] == "all"]
        for whole in wholes:
            rest = (*whole[:place], *whole[place + 1 :])
            parts = [
                value
                for key, value in by_key.items()
                if key[place] != "all" and (*key[:place], *key[place + 1 :]) == rest
            ]
            if (parts or place != 3) and sum(part for part in parts if part is not None) != by_key[whole]:
                return False
    return True


# from the volume


def test_minutes_travel_and_visits_without_a_duration_become_posts(lake: duckdb.DuckDBPyConnection) -> None:
    persons = range(1, 5)
    put(
        lake,
        whole_year(
            [
                *(visits(person_key=who, visits=240, minutes=9600, visits_with_minutes=240) for who in persons),
                *(
                    visits(
                        person_key=who, serving_municipality_code="1861", visits=120, minutes=0, visits_with_minutes=0
                    )
                    for who in persons
                ),
                *(
                    visits(person_key=who, profession="occupational_therapist", visits=100, minutes=8000)
                    | {"visits_with_minutes": 100}
                    for who in persons
                ),
            ]
        ),
    )
    rows = computed(lake, region(volume=VOLUME), "volume")
    # nurses: 960 visits of 40 minutes in 1880, and as long the 480 of 1861: 1.5 · 38 400 / 57 600 and half of it
    assert fte(rows) == {
        ("1861", "nurse"): "0.5000",
        ("1861", "all"): "0.5000",
        ("1880", "nurse"): "1.0000",
        ("1880", "occupational_therapist"): "1.0000",
        ("1880", "all"): "2.0000",
        ("all", "nurse"): "1.5000",
        ("all", "occupational_therapist"): "1.0000",
        ("all", "all"): "2.5000",
    }
    row = rows["all", "occupational_therapist"]
    assert (row.year, row.scenario, row.party, row.headcount, row.status) == (2024, "base", "all", None, "ok")
    assert row.basis == "illustrative", "the hours are"
    assert row.source == "Levererade besök under 12 av årets 12 månader; Norm; Prov"
    assert "Norm" not in rows["all", "nurse"].source
    assert "Norm" in rows["1880", "all"].source


def test_half_a_year_of_visits_needs_posts_of_half_a_year(lake: duckdb.DuckDBPyConnection) -> None:
    months = [date(2024, month, 1) for month in range(7, 13)]
    put(lake, [visits(person_key=who, month=month, minutes=1600) for who in range(4) for month in months])
    row = computed(lake, region(volume=VOLUME), "volume")["all", "all"]
    assert row.fte == 2 * rounded(4 * 6 * 1600 * Fraction("1.5") / 57_600, 4)
    assert row.source.startswith("Levererade besök under 6 av")


def test_without_any_duration_nothing_is_guessed(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visits(person_key=who, minutes=0, visits_with_minutes=0) for who in range(4)])
    (row,) = computed(lake, region(volume=VOLUME), "volume").values()
    assert (row.municipality_code, row.profession, row.fte, row.status) == ("all", "all", None, "missing")


def test_only_visits_within_the_boundary_count(lake: duckdb.DuckDBPyConnection) -> None:
    at_home = [visits(person_key=who) for who in range(4)]
    put(lake, whole_year(at_home))
    before = computed(lake, region(volume=VOLUME, norms=[NORM]), "volume")
    put(lake, [visits(person_key=who, place=place, minutes=90) for who in range(4) for place in ("clinic", "unknown")])
    assert computed(lake, region(volume=VOLUME, norms=[NORM]), "volume") == before


def drawn(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    rows = []
    for _ in range(400):
        count = draw.randrange(1, 5)
        timed = draw.randrange(count + 1)
        rows.append(
            visits(
                person_key=draw.randrange(60),
                serving_municipality_code=draw.choice(("1814", "1861", "1880", "1880", "9998")),
                profession=draw.choice(sorted(PER_POST)),
                place=draw.choice(("home", "home", "clinic", "unknown")),
                visits=count,
                visits_with_minutes=timed,
                minutes=sum(draw.randrange(5, 91) for _ in range(timed)),
            )
        )
    return whole_year(rows)


@pytest.mark.parametrize("seed", range(5))
def test_posts_are_as_reckoned_visit_by_visit(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    rows = drawn(seed)
    put(lake, rows)
    expected: dict[tuple[str, str], Fraction] = {}
    for profession, per_post in PER_POST.items():
        own = [row for row in rows if row["profession"] == profession and row["place"] == "home"]
        mean = Fraction(sum(row["minutes"] for row in own), sum(row["visits_with_minutes"] for row in own))
        for row in own:
            minutes = row["minutes"] + (row["visits"] - row["visits_with_minutes"]) * mean
            cell = row["serving_municipality_code"], profession
            expected[cell] = expected.get(cell, Fraction(0)) + minutes * Fraction(3, 2) / per_post
    found = computed(lake, region(volume=VOLUME), "volume")
    assert {cell for cell in found if "all" not in cell} == set(expected)
    for cell, posts in expected.items():
        assert abs(Fraction(found[cell].fte or 0) - posts) < Fraction("0.0004")
    assert found["all", "all"].fte == rounded(sum(expected.values(), Fraction(0)), 4)
    assert adds_up(found.values())


def test_no_figure_depends_on_who_has_which_pseudonym(lake: duckdb.DuckDBPyConnection) -> None:
    folder = region(volume=VOLUME, norms=[NORM], agreed=[AGREED])
    put(lake, drawn(7))
    before = staffing_rows(lake, folder, AS_OF)
    lake.execute("UPDATE lake.volumes.cube SET person_key = md5(person_key::VARCHAR)::UUID")
    assert staffing_rows(lake, folder, AS_OF) == before


def test_columns_are_the_published_ones(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, drawn(1))
    employ(lake, ("2024-11-01", "region_staffing", "1880", "nurse", "3.2500", 4))
    rows = staffing_rows(lake, region(volume=VOLUME, norms=[NORM], agreed=[AGREED]), AS_OF)
    assert tuple(field.name for field in fields(StaffingRow)) == STAFFING.names()
    assert {row.method for row in rows} == {"hr", "volume", "norm", "agreed"}
    keys = [tuple(getattr(row, name) for name in STAFFING.key) for row in rows]
    assert len(set(keys)) == len(keys)
    assert adds_up(rows)


# within a boundary


def of_any_kind(draw: random.Random, professions: Iterable[str]) -> dict[str, Any]:
    """A row of the cube with any values at all, as often as not those of a plain visit at home."""
    values = attribute_values(professions)
    drawn = {name: draw.choice(listed) for name, listed in values.items() if draw.random() < 0.4}
    return visits(
        person_key=draw.randrange(30),
        month=date(draw.choice((2011, 2012)), draw.randrange(1, 13), 1),
        serving_municipality_code=draw.choice(("2505", "2580")),
        living="ordinary",
        age_group="65-79",
    ) | {**drawn, "visits": draw.randrange(1, 4)}


@pytest.mark.parametrize("seed", range(3))
def test_work_is_within_a_boundary_as_each_of_its_conditions_says(lake: duckdb.DuckDBPyConnection, seed: int) -> None:
    norrbotten = load_region("norrbotten")
    spring = {"id": "spring", "title_sv": "Vår", "text_sv": "Vår.", "source": "Prov", "extends": "lsg_base"}
    spring |= {"valid": {"from": "2012-02", "to": "2012-05"}}
    old = {"id": "old", "title_sv": "Äldre", "text_sv": "Äldre.", "source": "Prov"}
    old |= {"conditions": [{"attribute": "age", "from": 65, "to": 79, "unknown": "out"}]}
    everything = {"id": "everything", "title_sv": "Allt", "text_sv": "Allt.", "source": "Prov"}
    own = tuple(Scenario.model_validate(entry) for entry in (spring, old, everything))
    folder = replace(norrbotten, scenarios=(*norrbotten.scenarios, *own))
    draw = random.Random(seed)
    rows = [of_any_kind(draw, folder.national.professions) for _ in range(600)]
    put(lake, rows)
    expected: dict[tuple[int, str], tuple[int, int]] = {}
    for boundary in resolved(folder.scenarios):
        for year in (2011, 2012):
            inside = [row for row in rows if row["month"].year == year and holds(boundary, row)]
            if inside:
                persons = {row["person_key"] for row in inside}
                expected[year, boundary.id] = sum(row["visits"] for row in inside), len(persons)
    tables = bound_of(folder).tables
    lake.register("hemvard_conditions", tables["hemvard_conditions"])
    lake.register("hemvard_scenarios", tables["hemvard_scenarios"])
    years = [{"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)} for year in (2011, 2012)]
    lake.register("hemvard_windows", pa.Table.from_pylist(years))
    found = lake.sql(composed("volumes/work_by_scenario")).filter("municipality_code = 'all' AND profession = 'all'")
    counted = found.select("year, scenario, visits, patients, months").fetchall()
    assert {row[:2]: row[2:4] for row in counted} == expected
    assert {row[:2]: row[4] for row in counted if row[1] in ("spring", "everything")} == {
        (2011, "everything"): 12,
        (2012, "everything"): 12,
        (2012, "spring"): 4,
    }


def holds(boundary: Resolved, row: dict[str, Any]) -> bool:
    """Whether a row is within a boundary, condition by condition."""
    valid = boundary.valid is None or boundary.valid.holds(Month.of(row["month"]))
    return valid and all(condition.holds(row[condition.attribute]) for condition in boundary.conditions)


# by norm


def test_a_patient_of_two_municipalities_is_one_of_the_total(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, whole_year(visits(person_key=who, serving_municipality_code="1880") for who in range(111)))
    put(lake, [visits(person_key=who, serving_municipality_code="1861") for who in range(37)])
    put(
        lake,
        [
            visits(person_key=who, visit_kind="planned_home_visit", serving_municipality_code="1814")
            for who in range(200, 300)
        ],
    )
    rows = computed(lake, region(norms=[NORM]), "norm")
    assert fte(rows) == {
        ("1861", "occupational_therapist"): "0.2500",
        ("1861", "all"): "0.2500",
        ("1880", "occupational_therapist"): "0.7500",
        ("1880", "all"): "0.7500",
        ("all", "occupational_therapist"): "1.0000",
        ("all", "all"): "1.0000",
    }
    assert rows["all", "all"].basis == "delivered"


# as agreed


def test_agreed_posts_without_visits_belong_to_no_municipality(lake: duckdb.DuckDBPyConnection) -> None:
    rows = computed(lake, load_region("norrbotten"), "agreed", "municipality")
    posts = {"all": "116.0000", "district_nurse": "87.3000", "occupational_therapist": "24.3000"}
    posts |= {"physiotherapist": "4.4000"}
    assert fte(rows) == {(code, name): value for code in ("all", NOWHERE) for name, value in posts.items()}
    assert {row.basis for row in rows.values()} == {"official"}
    assert {(row.year, row.scenario, row.status) for row in rows.values()} == {(2013, "lsg_base", "ok")}


def test_agreed_posts_are_split_by_the_visits_of_the_year_that_the_file_names(lake: duckdb.DuckDBPyConnection) -> None:
    counts = {"1814": 1, "1861": 2, "1880": 4}
    put(
        lake,
        [
            visits(person_key=who, serving_municipality_code=code, visits=count, minutes=0, visits_with_minutes=0)
            for code, count in counts.items()
            for who in range(4)
        ],
    )
    rows = computed(lake, region(agreed=[AGREED]), "agreed")
    assert {code: fte(rows)[code, "district_nurse"] for code in (*counts, "all")} == {
        "1814": "12.4714",
        "1861": "24.9429",
        "1880": "49.8857",
        "all": "87.3000",
    }
    assert rows["all", "all"].fte == Decimal("116.0")
    assert adds_up(rows.values())
    assert (rows["all", "all"].basis, rows["all", "all"].source) == ("official", "Tidningen")
    assert (rows["1814", "all"].basis, rows["1814", "all"].source) == ("illustrative", "Prov; Tidningen")
    assert computed(lake, region(agreed=[AGREED]), "agreed", "municipality").keys() == rows.keys()


# from HR


def test_november_stands_for_its_year(lake: duckdb.DuckDBPyConnection) -> None:
    employ(
        lake,
        ("2024-10-01", "region_staffing", "1880", "nurse", "9.0000", 9),
        ("2024-11-01", "region_staffing", "1880", "nurse", "3.2500", 4),
        ("2024-11-01", "municipal_staffing", "1880", "nurse", "1.5000", 2),
        ("2024-11-01", "municipal_staffing", None, "physiotherapist", "0.2505", 1),
        ("2024-12-01", "municipal_staffing", "1880", "nurse", "7.0000", 8),
    )
    rows = computed(lake, region(), "hr")
    assert {cell: (str(row.fte), row.headcount) for cell, row in rows.items()} == {
        ("1880", "nurse"): ("4.7500", 6),
        ("1880", "all"): ("4.7500", 6),
        (NOWHERE, "physiotherapist"): ("0.2505", 1),
        (NOWHERE, "all"): ("0.2505", 1),
        ("all", "nurse"): ("4.7500", 6),
        ("all", "physiotherapist"): ("0.2505", 1),
        ("all", "all"): ("5.0005", 7),
    }
    own = computed(lake, region(), "hr", "region")
    assert {(row.fte, row.headcount) for row in own.values()} == {(Decimal("3.2500"), 4)}
    row = rows["all", "all"]
    assert (row.year, row.scenario, row.basis, row.status) == (2024, "all", "delivered", "ok")
    assert row.source == "Bemanning i hemsjukvård, kommunerna; Bemanning i hemsjukvård, regionen"
    assert adds_up(staffing_rows(lake, region(), AS_OF))


def test_staff_who_change_employer_in_the_year_are_counted_once(lake: duckdb.DuckDBPyConnection) -> None:
    employ(
        lake,
        ("2024-01-01", "region_staffing", "1880", "nurse", "3.0000", 3),
        ("2024-11-01", "municipal_staffing", "1880", "nurse", "3.0000", 3),
    )
    rows = staffing_rows(lake, region(), AS_OF)
    assert {row.party for row in rows} == {"municipality", "all"}
    assert {row.fte for row in rows} == {Decimal(3)}


def test_where_november_lacks_the_last_month_stands_and_says_so(lake: duckdb.DuckDBPyConnection) -> None:
    employ(
        lake,
        ("2024-03-01", "region_staffing", "1880", "nurse", "2.0000", 2),
        ("2024-06-01", "region_staffing", "1880", "nurse", "3.0000", None),
        ("2024-06-01", "region_staffing", "1861", "nurse", "1.0000", 1),
    )
    rows = computed(lake, region(), "hr")
    assert {row.status for row in rows.values()} == {"preliminary"}
    assert rows["all", "all"].fte == 4
    assert rows["1861", "nurse"].headcount == 1
    assert rows["all", "all"].headcount is None, "a headcount of some is none"


def test_a_staff_delivery_that_has_not_come_is_said(lake: duckdb.DuckDBPyConnection) -> None:
    orebro = load_region("orebro")
    month = Month(2024, 11)
    landed(lake, "region_staffing", month)
    employ(lake, ("2024-11-01", "region_staffing", "1880", "nurse", "3.0000", 3))
    status = {row.party: row.status for row in staffing_rows(lake, orebro, AS_OF) if row.method == "hr"}
    assert status == {"region": "ok", "all": "preliminary"}
    landed(lake, "municipal_staffing", month)
    assert {row.status for row in staffing_rows(lake, orebro, AS_OF) if row.method == "hr"} == {"ok"}


def landed(lake: duckdb.DuckDBPyConnection, source_id: str, month: Month) -> None:
    """A delivery that has been accepted."""
    (seq,) = lake.execute("SELECT count(*) + 1 FROM lake.ledger.loads").fetchone() or (1,)
    delivery = f"{source_id} {month}"
    add_landings(lake, [Landing(delivery, source_id, month, 1, "file", 1, seq, datetime(2024, 12, 1))])
    lake.execute(
        "INSERT INTO lake.ledger.loads (delivery_id, status, definition, load_seq) VALUES (?, 'accepted', '', ?)",
        (delivery, seq),
    )


# few persons


PERSONS = st.dictionaries(st.sampled_from(["1814", "1861", "1880", "9998", NOWHERE]), st.integers(1, 12), min_size=1)


@given(PERSONS, st.integers(1, 6))
def test_nothing_shown_rests_on_few_persons(persons: dict[str, int], minimum: int) -> None:
    hidden = folded(persons, minimum, NOWHERE)
    shown = {code: count for code, count in persons.items() if code not in hidden and code != NOWHERE}
    assert all(count >= minimum for count in shown.values())
    gathered = [count for code, count in persons.items() if code in hidden or code == NOWHERE]
    assert not gathered or max(gathered) >= minimum or not shown, "a few alone are the total less the others"
    if min(persons.values()) >= minimum:
        assert not hidden


def test_a_municipality_with_few_patients_stands_under_0000_with_another(lake: duckdb.DuckDBPyConnection) -> None:
    sizes = {"1814": 2, "1861": 5, "1880": 20}
    people = iter(range(1000))
    put(
        lake,
        whole_year(
            visits(person_key=next(people), serving_municipality_code=code)
            for code, size in sizes.items()
            for _ in range(size)
        ),
    )
    rows = staffing_rows(lake, region(volume=VOLUME, norms=[NORM], agreed=[AGREED]), AS_OF)
    for method in ("volume", "norm", "agreed"):
        assert {row.municipality_code for row in rows if row.method == method} == {NOWHERE, "1880", "all"}
    assert adds_up(rows)


def test_a_profession_with_few_patients_stands_under_other(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, whole_year(visits(person_key=who, profession="nurse") for who in range(9)))
    put(lake, [visits(person_key=who, profession="physiotherapist") for who in range(5)])
    put(lake, [visits(person_key=50, profession="dietitian", minutes=600)])
    rows = computed(lake, region(volume=VOLUME), "volume")
    assert {profession for _, profession in rows} == {"nurse", OTHER, "all"}
    expected = (14 * 30 + 600) * Fraction("1.5") / 57_600
    assert rows["all", "all"].fte == rounded(expected, 4)


def test_two_professions_few_patients_are_no_more_when_they_stand_together(lake: duckdb.DuckDBPyConnection) -> None:
    both = ("dietitian", "physiotherapist")
    put(lake, [visits(person_key=who) for who in range(9)])
    put(lake, [visits(person_key=who, profession="physiotherapist") for who in range(5)])
    put(
        lake, [visits(person_key=w, profession=name, serving_municipality_code="1861") for w in (1, 2) for name in both]
    )
    rows = computed(lake, region(volume=VOLUME), "volume")
    assert {code for code, profession in rows if profession == OTHER} == {NOWHERE, "all"}


def test_a_year_with_few_patients_shows_no_posts(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, [visits(person_key=who) for who in range(2)])
    rows = staffing_rows(lake, region(volume=VOLUME, norms=[NORM], agreed=[AGREED]), AS_OF)
    told = {(row.method, row.municipality_code, row.profession, row.fte, row.status) for row in rows}
    assert {entry for entry in told if entry[0] != "agreed"} == {
        ("volume", "all", "all", None, "protected"),
        ("norm", "all", "all", None, "protected"),
    }
    assert {row.municipality_code for row in rows if row.method == "agreed"} == {NOWHERE, "all"}


# states


def test_what_rests_on_visits_that_have_not_come_is_preliminary(lake: duckdb.DuckDBPyConnection) -> None:
    """Beta delivers for Hallsberg, and has delivered nothing; alpha and gamma have."""
    for source in ("alpha_visits", "gamma_changes"):
        for month in (Month(2024, 1), Month(2024, 2)):
            landed(lake, source, month)
    put(lake, [visits(person_key=who, serving_municipality_code=c) for who in range(4) for c in ("1880", "1861")])
    rows = computed(lake, region(volume=VOLUME), "volume")
    assert {code: row.status for (code, _), row in rows.items()} == {
        "1880": "ok",
        "1861": "preliminary",
        "all": "preliminary",
    }


def test_a_region_without_the_file_has_posts_from_hr_alone(lake: duckdb.DuckDBPyConnection) -> None:
    put(lake, drawn(1))
    employ(lake, ("2024-11-01", "region_staffing", "1880", "nurse", "3.0000", 3))
    folder = replace(region(), staffing=None)
    assert {row.method for row in staffing_rows(lake, folder, AS_OF)} == {"hr"}
