"""The gap analysis on hand-made persons, one awkward case at a time, and on drawn ones against plain Python."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from test_volume_models import person, put, visit

from regions.model import MonthSpan, Scenario
from regions.scenarios import condition_rows, resolved, scenario_rows
from warehouse.model_files import composed
from warehouse.schema import CUBE as CUBE_TABLE
from warehouse.schema import VERSIONS, VISITS

GAP, CUBE = composed("volumes/gap"), composed("volumes/cube")
QUARTER = (date(2024, 1, 1), date(2024, 3, 31))
LEAP = (date(2024, 1, 1), date(2024, 2, 29))
AUTUMN = (date(2024, 9, 1), date(2024, 11, 30))
DAYS = 7
PRIORITY = [("neither", "municipality"), ("only_region", "municipality"), ("only_municipality", "region")]
ADULTS = ("19-64", "65-79", "80-89", "90+", "unknown")
SUBJECTS = ("admissions", "emergency_visits", "discharge_messages", "assessments", "enrolments", "listings")
HAPPENED = {"admissions": "discharged_at", "emergency_visits": "arrived_at", "assessments": "assessed_at"}
SCENARIO = Scenario.model_validate(
    {
        "id": "base",
        "title_sv": "Bas",
        "text_sv": "Bas",
        "source": "Prov",
        "conditions": [
            {"attribute": "visit_kind", "in": ["home_health_care", "planned_home_visit"], "unknown": "out"},
            {"attribute": "age_group", "in": ["19-64", "65-79", "80-89", "90+"], "unknown": "in"},
        ],
    }
)
Span = tuple[date, date]
Row = dict[str, Any]


class Cell(NamedTuple):
    """Where a person stands in the partition."""

    municipality: str
    health_centre: str
    group: str
    principal: str


@dataclass(frozen=True)
class World:
    """What the deliveries tell of some persons."""

    visits: list[Row] = field(default_factory=list)
    records: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, subject: str) -> list[Row]:
        return self.records.get(subject, [])

    def renamed(self, named: dict[UUID, UUID]) -> "World":
        """The same persons under other pseudonyms, or some of them alone."""
        return World(
            [row | {"person_key": named[row["person_key"]]} for row in self.visits if row["person_key"] in named],
            {
                subject: [row | {"person": named[row["person"]]} for row in rows if row["person"] in named]
                for subject, rows in self.records.items()
            },
        )


def at_home(who: int, day: date, principal: str = "region", **attributes: Any) -> Row:
    """A visit at home on a day."""
    told = {
        "person_key": person(who),
        "started_at": datetime.combine(day, time(10)),
        "month": day.replace(day=1),
        "principal": principal,
        "residence_municipality_code": "1880",
        "health_centre_id": "vc-a",
    }
    return visit(0, **(told | attributes))


def stay(who: int, discharged: datetime, to: str | None = "home", **fields: Any) -> Row:
    told = {"person": person(who), "admitted_at": discharged - timedelta(days=3), "discharged_at": discharged}
    return told | {"discharged_to": to, "person_age": 80, "residence_municipality_code": "1880"} | fields


def call(who: int, sent: datetime, message: str = "planning_call", **fields: Any) -> Row:
    return {
        "person": person(who),
        "sent_at": sent,
        "message": message,
        "person_age": 80,
        "municipality_code": "1880",
    } | fields


def assessment(who: int, at: datetime, **fields: Any) -> Row:
    return {"person": person(who), "assessed_at": at, "outcome": "stay_home", "person_age": 80} | fields


def enrolment(who: int, first: date, last: date | None = None, living: str = "ordinary", **fields: Any) -> Row:
    told = {"person": person(who), "valid_from": first, "valid_to": last, "living": living, "person_age": 80}
    return told | {"municipality_code": "1880"} | fields


def listing(who: int, centre: str, first: date, last: date | None = None) -> Row:
    return {"person": person(who), "health_centre": centre, "valid_from": first, "valid_to": last}


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def lake_of(world: World) -> duckdb.DuckDBPyConnection:
    """A lake with what counts: visits, and each other subject's view as a table."""
    lake = duckdb.connect(":memory:")
    lake.execute("SET threads = 1; ATTACH ':memory:' AS lake; CREATE SCHEMA lake.core; CREATE SCHEMA lake.volumes")
    tables = {table.name: table for table in (VISITS, CUBE_TABLE)} | {
        f"core.{name}": VERSIONS[name] for name in SUBJECTS
    }
    for name, table in tables.items():
        lake.execute(f"CREATE TABLE lake.{name} ({', '.join(f'{entry.name} {entry.type}' for entry in table.columns)})")
    if world.visits:
        put(lake, [row | {"record_id": str(number)} for number, row in enumerate(world.visits)])
    for subject in SUBJECTS:
        names = VERSIONS[subject].names()
        for row in world.of(subject):
            happened = row.get(HAPPENED.get(subject, "sent_at")) or noon(QUARTER[1])
            whole = {"month": happened.date().replace(day=1)} | row
            lake.execute(
                f"INSERT INTO lake.core.{subject} VALUES ({', '.join('?' * len(names))})",
                [whole.get(name) for name in names],
            )
    return lake


def register(lake: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """A small table as the step registers it: whole numbers are INTEGER."""
    arrays = [pa.array(cells) for cells in zip(*rows, strict=True)]
    narrow = [entry.cast(pa.int32()) if pa.types.is_integer(entry.type) else entry for entry in arrays]
    lake.register(name, pa.table(dict(zip(columns.split(), narrow, strict=True))))


def computed(world: World, *spans: Span) -> list[Row]:
    """The model's rows for the world."""
    lake = lake_of(world)
    months = sorted({row["month"] for row in world.visits}) or [QUARTER[0]]
    register(lake, "hemvard_windows", "period_start period_end", [(month, month) for month in months])
    lake.execute(f"INSERT INTO lake.volumes.cube BY NAME {CUBE}")
    register(lake, "hemvard_windows", "period_start period_end", list(spans))
    gap = [(*span, "one", "base", DAYS) for span in {*spans, AUTUMN}]
    register(lake, "hemvard_gap", "period_start period_end agreement scenario contact_days", gap)
    priority = [("one", *entry, place) for place, entry in enumerate(PRIORITY, 1)]
    register(lake, "hemvard_gap_priorities", "agreement gap_group agreed_principal priority", priority)
    conditions = list(condition_rows(resolved([SCENARIO]), ("nurse",)))
    register(lake, "hemvard_conditions", "scenario attribute value holds unknown", conditions)
    boundaries = list(scenario_rows(resolved([SCENARIO])))
    register(lake, "hemvard_scenarios", "scenario title_sv position first_month last_month", boundaries)
    result = lake.execute(GAP)
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    lake.close()
    return rows


def cell_of(row: Row) -> Cell:
    return Cell(row["municipality_code"], row["health_centre"], row["gap_group"], row["agreed_principal"])


def partition(world: World, span: Span = QUARTER) -> dict[Cell, tuple[int, int]]:
    """Cell → patients and visits, without totals."""
    rows = computed(world, span)
    return {
        cell_of(row): (row["patients"], row["visits"])
        for row in rows
        if "all" not in (row["municipality_code"], row["health_centre"])
    }


def only(world: World, span: Span = QUARTER) -> Cell | None:
    """Where the world's one person stands; None: nowhere."""
    found = partition(world, span)
    assert sum(patients for patients, _ in found.values()) == len(found) <= 1
    return next(iter(found), None)


def known(**records: list[Row]) -> World:
    return World(records=records)


JANUARY, MARCH = date(2024, 1, 15), date(2024, 3, 10)


@pytest.mark.parametrize(
    ("principals", "group"),
    [
        (["region"], "only_region"),
        (["municipality"], "only_municipality"),
        (["municipality", "region"], "both"),
    ],
)
def test_who_cares_are_the_principals_of_the_visits_at_home(principals: list[str], group: str) -> None:
    world = World([at_home(1, JANUARY, principal) for principal in principals])
    assert partition(world) == {Cell("1880", "vc-a", group, "municipality"): (1, len(principals))}


@pytest.mark.parametrize(
    "world",
    [
        known(admissions=[stay(1, noon(JANUARY))]),
        known(admissions=[stay(1, noon(JANUARY), "unknown")]),
        known(admissions=[stay(1, noon(JANUARY), None)]),
        known(discharge_messages=[call(1, noon(JANUARY))]),
        known(discharge_messages=[call(1, noon(JANUARY), "planning_meeting")]),
        known(assessments=[assessment(1, noon(JANUARY), municipality_code="1880")]),
        known(enrolments=[enrolment(1, JANUARY)]),
        known(enrolments=[enrolment(1, date(2019, 5, 1))]),
        known(enrolments=[enrolment(1, date(2019, 5, 1), QUARTER[0])]),
        known(enrolments=[enrolment(1, QUARTER[1])]),
    ],
)
def test_a_person_who_is_known_and_whom_nobody_visits_is_in_neither(world: World) -> None:
    assert partition(world) == {Cell("1880", "unknown", "neither", "municipality"): (1, 0)}


@pytest.mark.parametrize(
    "world",
    [
        known(admissions=[stay(1, noon(JANUARY), "special_housing")]),
        known(admissions=[stay(1, noon(JANUARY), "other_hospital")]),
        known(admissions=[stay(1, noon(date(2023, 12, 31)))]),
        known(admissions=[stay(1, noon(date(2024, 4, 1)))]),
        known(discharge_messages=[call(1, noon(JANUARY), "admission_notice")]),
        known(enrolments=[enrolment(1, date(2019, 5, 1), date(2023, 12, 31))]),
        known(enrolments=[enrolment(1, date(2024, 4, 1))]),
        known(enrolments=[enrolment(1, JANUARY, living="unknown")]),
        known(emergency_visits=[{"person": person(1), "arrived_at": noon(JANUARY), "outcome": "home"}]),
        known(listings=[listing(1, "vc-b", date(2010, 1, 1))]),
        World([at_home(1, JANUARY, place="clinic")]),
        World([at_home(1, JANUARY, living="special_housing")]),
        World([at_home(1, date(2023, 12, 31)), at_home(1, date(2024, 4, 1))]),
    ],
)
def test_what_makes_nobody_known(world: World) -> None:
    assert partition(world) == {}


def test_an_event_of_the_last_day_is_seen_to_beyond_the_period() -> None:
    event = {"admissions": [stay(1, datetime(2024, 3, 31, 23, 50))]}
    in_time = World([at_home(1, date(2024, 4, 7), "municipality")], event)
    assert partition(in_time) == {Cell("1880", "vc-a", "only_municipality", "municipality"): (1, 0)}
    too_late = World([at_home(1, date(2024, 4, 8), "municipality")], event)
    assert partition(too_late) == {Cell("1880", "unknown", "neither", "municipality"): (1, 0)}


def test_visits_of_the_period_decide_before_those_after_it() -> None:
    event = {"admissions": [stay(1, noon(QUARTER[1]))]}
    world = World([at_home(1, JANUARY), at_home(1, date(2024, 4, 2), "municipality")], event)
    assert partition(world) == {Cell("1880", "vc-a", "only_region", "municipality"): (1, 1)}


def test_the_latest_event_tells_how_long_a_visit_may_wait() -> None:
    events = {"admissions": [stay(1, noon(date(2024, 3, 1)))], "discharge_messages": [call(1, noon(date(2024, 3, 28)))]}
    found = only(World([at_home(1, date(2024, 4, 4))], events))
    assert found is not None
    assert found.group == "only_region"
    found = only(World([at_home(1, date(2024, 4, 5))], events))
    assert found is not None
    assert found.group == "neither"


def test_a_visit_of_the_period_outside_the_agreed_time_still_tells_who_cares() -> None:
    world = World([at_home(1, date(2024, 3, 31), "municipality")], {"admissions": [stay(1, noon(date(2024, 1, 2)))]})
    assert partition(world) == {Cell("1880", "vc-a", "only_municipality", "municipality"): (1, 1)}


@pytest.mark.parametrize(("day", "group"), [(date(2024, 3, 7), "only_region"), (date(2024, 3, 8), "neither")])
def test_an_event_on_the_29th_of_february(day: date, group: str) -> None:
    found = only(World([at_home(1, day)], {"admissions": [stay(1, noon(date(2024, 2, 29)))]}), LEAP)
    assert found is not None
    assert found.group == group


def test_the_dead_are_not_waited_for() -> None:
    home, open_ended = stay(1, noon(JANUARY)), enrolment(1, date(2020, 1, 1))
    died = {"person": person(1), "arrived_at": noon(date(2024, 1, 20)), "outcome": "deceased"}
    assert partition(known(admissions=[home, stay(1, noon(date(2024, 3, 30)), "deceased")])) == {}
    assert partition(known(admissions=[home, stay(1, noon(date(2024, 4, 7)), "deceased")])) == {}
    assert partition(known(admissions=[home], emergency_visits=[died])) == {}
    assert partition(known(enrolments=[open_ended], admissions=[stay(1, noon(date(2023, 1, 3)), "deceased")])) == {}


def test_who_died_later_or_was_visited_stands_where_he_or_she_was() -> None:
    later = known(admissions=[stay(1, noon(JANUARY)), stay(1, noon(date(2024, 4, 8)), "deceased")])
    assert only(later) == Cell("1880", "unknown", "neither", "municipality")
    visited = World([at_home(1, JANUARY)], {"admissions": [stay(1, noon(date(2024, 2, 1)), "deceased")]})
    assert only(visited) == Cell("1880", "vc-a", "only_region", "municipality")


def test_only_deaths_of_the_year_before_are_looked_for() -> None:
    """What lies further back is beyond the model's reach: a late word of it would not make the period anew."""
    open_ended = enrolment(1, date(2020, 1, 1))
    long_ago = noon(date(2022, 12, 31))
    died = {"person": person(1), "arrived_at": long_ago, "outcome": "deceased"}
    world = known(enrolments=[open_ended], admissions=[stay(1, long_ago, "deceased")], emergency_visits=[died])
    assert only(world) == Cell("1880", "unknown", "neither", "municipality")


def test_a_transfer_of_the_same_day_is_no_discharge() -> None:
    first = stay(1, datetime(2024, 3, 20, 10), "unknown", residence_municipality_code="1814")
    goes_on = stay(1, datetime(2024, 4, 20, 12), admitted_at=datetime(2024, 3, 20, 11))
    assert partition(known(admissions=[first, goes_on])) == {}
    ends = stay(1, datetime(2024, 3, 25, 12), admitted_at=datetime(2024, 3, 20, 11))
    assert only(known(admissions=[first, ends])) == Cell("1880", "unknown", "neither", "municipality")
    another = stay(
        1, datetime(2024, 3, 25, 12), admitted_at=datetime(2024, 3, 21, 11), residence_municipality_code="1861"
    )
    assert only(known(admissions=[first, another])) == Cell("1861", "unknown", "neither", "municipality")


def test_a_person_who_moved_stands_where_the_latest_visit_says() -> None:
    moved = at_home(1, MARCH, residence_municipality_code="1814", health_centre_id="unknown")
    world = World([at_home(1, JANUARY), moved, at_home(1, JANUARY, health_centre_id="vc-0")])
    assert partition(world) == {Cell("1814", "vc-0", "only_region", "municipality"): (1, 3)}


def test_who_lives_in_special_housing_is_no_gap() -> None:
    special = at_home(1, MARCH, "municipality", living="special_housing")
    message = call(1, noon(JANUARY))
    assert partition(World([special], {"discharge_messages": [message]})) == {}
    moved_in = stay(1, noon(date(2024, 1, 16)), "special_housing")
    assert partition(known(discharge_messages=[message], admissions=[moved_in])) == {}
    enrolled = enrolment(1, date(2020, 1, 1), living="special_housing")
    assert partition(known(discharge_messages=[message], enrolments=[enrolled])) == {}


def test_a_sign_of_special_housing_on_the_day_of_the_discharge_decides() -> None:
    special = at_home(1, MARCH, "municipality", living="special_housing")
    assert partition(World([special], {"admissions": [stay(1, noon(MARCH))]})) == {}


def test_a_snapshot_of_before_the_period_tells_nothing_of_it() -> None:
    begun = date(2019, 5, 1)
    assert partition(known(enrolments=[enrolment(1, begun, month=date(2023, 12, 1))])) == {}
    assert partition(known(enrolments=[enrolment(1, begun, month=date(2024, 6, 1))])) == {}
    assert partition(known(enrolments=[enrolment(1, begun, month=date(2024, 5, 1))])) != {}, "one of the months after"
    old = {"enrolments": [enrolment(1, begun)], "listings": [listing(1, "vc-b", begun) | {"month": JANUARY}]}
    assert only(known(**old)).health_centre == "unknown"


def test_an_enrolment_that_began_before_counts_from_the_first_day() -> None:
    """With a discharge of the same day neither is later: the lower code stands."""
    home = stay(1, noon(QUARTER[0]), residence_municipality_code="1880")
    world = known(enrolments=[enrolment(1, date(2019, 5, 1), municipality_code="1814")], admissions=[home])
    assert only(world) == Cell("1814", "unknown", "neither", "municipality")


def test_who_came_home_from_special_housing_is_one() -> None:
    special = at_home(1, JANUARY, "municipality", living="special_housing")
    home = Cell("1880", "unknown", "neither", "municipality")
    assert only(World([special], {"admissions": [stay(1, noon(MARCH))]})) == home
    ended = enrolment(1, date(2020, 1, 1), date(2024, 2, 1), "special_housing")
    assert only(known(enrolments=[ended, enrolment(1, date(2024, 2, 2))])) == home
    visited = World([special, at_home(1, JANUARY)])
    assert only(visited) == Cell("1880", "vc-a", "only_region", "municipality")


@pytest.mark.parametrize(
    ("age", "principal"), [(10, "region"), (18, "region"), (19, "municipality"), (None, "municipality")]
)
def test_a_person_whom_nobody_visits_is_judged_by_age(age: int | None, principal: str) -> None:
    assert only(known(assessments=[assessment(1, noon(JANUARY), person_age=age)])) == Cell(
        "9999", "unknown", "neither", principal
    )


def test_the_age_is_that_of_the_latest_event() -> None:
    world = known(admissions=[stay(1, noon(JANUARY), person_age=18), stay(1, noon(MARCH), person_age=19)])
    assert only(world) == Cell("1880", "unknown", "neither", "municipality")


@pytest.mark.parametrize(
    ("attributes", "principal"),
    [
        ({}, "municipality"),
        ({"age": 10, "age_group": "0-17"}, "region"),
        ({"care_form": "outpatient", "planned": "unplanned"}, "region"),
        ({"care_form": "outpatient", "planned": "planned"}, "municipality"),
        ({"care_form": "outpatient", "planned": "unknown"}, "region"),
        ({"age": None, "age_group": "unknown"}, "municipality"),
    ],
)
def test_one_visit_within_the_boundary_makes_the_person_the_municipality_s(
    attributes: dict[str, Any], principal: str
) -> None:
    one = at_home(1, JANUARY, "municipality", **attributes)
    outside = at_home(1, MARCH, "municipality", care_form="outpatient", planned="unplanned")
    assert partition(World([one, outside])) == {Cell("1880", "vc-a", "only_municipality", principal): (1, 2)}


def test_a_visit_of_a_month_in_which_the_boundary_is_not_valid_is_outside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    valid = MonthSpan.model_validate({"from": "2024-02", "to": None})
    monkeypatch.setitem(globals(), "SCENARIO", SCENARIO.model_copy(update={"valid": valid}))
    assert only(World([at_home(1, JANUARY)])) == Cell("1880", "vc-a", "only_region", "region")
    assert only(World([at_home(1, MARCH)])) == Cell("1880", "vc-a", "only_region", "municipality")


def test_a_visit_within_the_boundary_but_not_at_home_says_nothing() -> None:
    elsewhere = at_home(1, JANUARY, living="special_housing")
    outside = at_home(1, JANUARY, care_form="outpatient", planned="unplanned")
    assert only(World([elsewhere, outside])) == Cell("1880", "vc-a", "only_region", "region")


def test_the_health_centre_is_that_of_the_visits_then_of_the_listing() -> None:
    listings = [
        listing(1, "vc-old", date(2010, 1, 1), date(2024, 1, 31)),
        listing(1, "vc-new", date(2024, 2, 1)),
        listing(1, "vc-next", date(2024, 4, 1)),
    ]
    records = {"listings": listings}
    assert only(World([at_home(1, JANUARY)], records)) == Cell("1880", "vc-a", "only_region", "municipality")
    unknown = World([at_home(1, JANUARY, health_centre_id="unknown")], records)
    assert only(unknown) == Cell("1880", "vc-new", "only_region", "municipality")
    neither = known(admissions=[stay(1, noon(JANUARY))], **records)
    assert only(neither) == Cell("1880", "vc-new", "neither", "municipality")
    twice = {"listings": [listing(1, "vc-z", date(2024, 2, 1)), listing(1, "vc-a", date(2010, 1, 1))]}
    neither = known(admissions=[stay(1, noon(JANUARY))], **twice)
    assert only(neither) == Cell("1880", "vc-z", "neither", "municipality")


def test_those_from_outside_the_county_and_of_unknown_residence_stay_in() -> None:
    world = World(
        [at_home(1, JANUARY, residence_municipality_code="9998")],
        {"admissions": [stay(2, noon(JANUARY), residence_municipality_code=None)]},
    )
    assert partition(world) == {
        Cell("9998", "vc-a", "only_region", "municipality"): (1, 1),
        Cell("9999", "unknown", "neither", "municipality"): (1, 0),
    }


def test_gaps_are_ranked_by_priority_then_persons_then_place() -> None:
    visits = [at_home(who, JANUARY, residence_municipality_code=code) for who, code in ((1, "1880"), (2, "1814"))]
    visits += [at_home(3, JANUARY, residence_municipality_code="1861"), at_home(4, JANUARY, "municipality")]
    visits += [at_home(5, JANUARY, residence_municipality_code="1861")]
    rows = computed(World(visits, {"assessments": [assessment(6, noon(JANUARY))]}), QUARTER)
    ranked = sorted((row["priority_rank"], row["priority"], *cell_of(row)[:3]) for row in rows if row["priority_rank"])
    assert ranked == [
        (1.0, 1, "9999", "unknown", "neither"),
        (2.0, 2, "1861", "vc-a", "only_region"),
        (3.0, 2, "1814", "vc-a", "only_region"),
        (4.0, 2, "1880", "vc-a", "only_region"),
    ]
    totals = [row for row in rows if "all" in (row["municipality_code"], row["health_centre"])]
    assert {row["priority"] for row in totals if row["gap_group"] == "only_region"} == {2}
    assert {row["priority"] for row in rows if row["gap_group"] == "only_municipality"} == {None}


def test_two_periods_stand_apart() -> None:
    world = World([at_home(1, JANUARY), at_home(1, date(2024, 9, 2), "municipality")])
    rows = computed(world, QUARTER, AUTUMN)
    groups = {(row["period_start"], row["period_end"]): row["gap_group"] for row in rows}
    assert groups == {QUARTER: "only_region", AUTUMN: "only_municipality"}
    assert {row["agreement"] for row in rows} == {"one"}


def test_periods_that_end_the_same_day_stand_apart() -> None:
    world = World([at_home(1, JANUARY), at_home(1, MARCH, "municipality")])
    rows = computed(world, QUARTER, (date(2024, 3, 1), QUARTER[1]))
    groups = sorted((row["period_start"], row["gap_group"]) for row in rows if row["municipality_code"] != "all")
    assert groups == [(QUARTER[0], "both")] * 2 + [(date(2024, 3, 1), "only_municipality")] * 2


# The same definition once more, a person at a time and without SQL.


def drawn(seed: int, persons: int = 40) -> World:
    """Persons with anything of everything, around the ends of the period."""
    draw = random.Random(seed)
    visits: list[Row] = []
    records: dict[str, list[Row]] = {subject: [] for subject in SUBJECTS}
    for who in range(persons):
        age = draw.choice((10, 18, 19, 70, None))
        visits += [drawn_visit(draw, who, age) for _ in range(draw.choice((0, 0, 1, 3, 6)))]
        records["admissions"] += [drawn_stay(draw, who, age) for _ in range(draw.choice((0, 1, 1, 2)))]
        for subject, rows in drawn_events(draw, who, age).items():
            records[subject] += rows if draw.random() < 0.3 else []
    return World(visits, records)


def drawn_day(draw: random.Random) -> date:
    first = draw.choice((date(2023, 12, 20), date(2024, 1, 1), date(2024, 2, 20), date(2024, 3, 25)))
    return first + timedelta(days=draw.randrange(16))


def drawn_code(draw: random.Random) -> str | None:
    return draw.choice(("1814", "1880", "9998", "9999", None))


def drawn_visit(draw: random.Random, who: int, age: int | None) -> Row:
    return at_home(
        who,
        drawn_day(draw),
        draw.choice(("region", "municipality")),
        age=age,
        age_group={10: "0-17", 18: "18", 19: "19-64", 70: "65-79", None: "unknown"}[age],
        place=draw.choice(("home", "home", "home", "clinic")),
        living=draw.choice(("ordinary", "ordinary", "special_housing", "unknown")),
        care_form=draw.choice(("home_health_care", "outpatient", "outpatient")),
        planned=draw.choice(("planned", "unplanned", "unknown")),
        residence_municipality_code=drawn_code(draw) or "1861",
        health_centre_id=draw.choice(("vc-a", "vc-b", "unknown")),
    )


def drawn_stay(draw: random.Random, who: int, age: int | None) -> Row:
    ends = datetime.combine(drawn_day(draw), time(draw.randrange(24)))
    begins = ends - timedelta(hours=draw.randrange(60))
    to = draw.choice(("home", "home", "home", "unknown", "special_housing", "other_hospital", "deceased", None))
    return stay(who, ends, to, admitted_at=begins, person_age=age, residence_municipality_code=drawn_code(draw))


def drawn_events(draw: random.Random, who: int, age: int | None) -> dict[str, list[Row]]:
    """A row of each other subject."""
    told = {"person_age": age, "municipality_code": drawn_code(draw)}
    message = draw.choice(("planning_call", "planning_meeting", "care_transfer"))
    first = draw.choice((date(2015, 1, 1), drawn_day(draw)))
    living = draw.choice(("ordinary", "ordinary", "special_housing", "unknown"))
    outcome = draw.choice(("deceased", "home", "home"))
    return {
        "discharge_messages": [call(who, noon(drawn_day(draw)), message, **told)],
        "assessments": [assessment(who, noon(drawn_day(draw)), **told)],
        "enrolments": [enrolment(who, first, draw.choice((None, None, first + timedelta(days=20))), living, **told)],
        "emergency_visits": [{"person": person(who), "arrived_at": noon(drawn_day(draw)), "outcome": outcome}],
        "listings": [
            listing(who, draw.choice(("vc-a", "vc-c")), date(2020, 1, 1), draw.choice((None, drawn_day(draw))))
        ],
    }


class Event(NamedTuple):
    """How a person became known."""

    day: date
    age: int | None
    municipality: str | None
    at_home: bool


def events_of(one: World, first: date, last: date) -> list[Event]:
    found = []
    for row in one.of("admissions"):
        day = row["discharged_at"].date()
        others = [
            other
            for other in one.of("admissions")
            if other["admitted_at"].date() <= day and other["discharged_at"] > row["discharged_at"]
        ]
        if first <= day <= last and row["discharged_to"] in ("home", "unknown", None) and not others:
            is_home = row["discharged_to"] == "home"
            found.append(Event(day, row["person_age"], row["residence_municipality_code"], is_home))
    for row in one.of("discharge_messages"):
        if first <= row["sent_at"].date() <= last and row["message"] != "care_transfer":
            found.append(Event(row["sent_at"].date(), row["person_age"], row["municipality_code"], False))
    for row in one.of("assessments"):
        if first <= row["assessed_at"].date() <= last:
            found.append(Event(row["assessed_at"].date(), row["person_age"], row["municipality_code"], False))
    for row in one.of("enrolments"):
        if row["living"] == "ordinary" and row["valid_from"] <= last and (row["valid_to"] or last) >= first:
            found.append(Event(max(row["valid_from"], first), row["person_age"], row["municipality_code"], True))
    return found


def is_gone(one: World, events: list[Event], first: date, last: date) -> bool:
    """Dead, or in special housing by the latest that is told."""
    limit = last + timedelta(days=DAYS)
    deaths = [row["discharged_at"].date() for row in one.of("admissions") if row["discharged_to"] == "deceased"]
    deaths += [row["arrived_at"].date() for row in one.of("emergency_visits") if row["outcome"] == "deceased"]
    signs = [row["started_at"].date() for row in one.visits if row["living"] == "special_housing"]
    signs += [row["discharged_at"].date() for row in one.of("admissions") if row["discharged_to"] == "special_housing"]
    signs = [day for day in signs if first <= day <= last]
    for row in one.of("enrolments"):
        if row["living"] == "special_housing" and row["valid_from"] <= last and (row["valid_to"] or last) >= first:
            signs.append(min(row["valid_to"] or last, last))
    home = [event.day for event in events if event.at_home]
    return any(day <= limit for day in deaths) or bool(signs and (not home or max(signs) >= max(home)))


def is_within(row: Row) -> bool:
    kind = row["care_form"] == "home_health_care" or row["planned"] == "planned"
    return kind and row["age_group"] in ADULTS


def by_hand(one: World, span: Span) -> tuple[Cell, int] | None:
    """The cell and the visits of one person."""
    first, last = span
    events = events_of(one, first, last)
    everywhere = [row for row in one.visits if row["place"] == "home" and row["living"] == "ordinary"]
    during = [row for row in everywhere if first <= row["started_at"].date() <= last]
    limit = max((event.day for event in events), default=date.min) + timedelta(days=DAYS)
    visits = during or [row for row in everywhere if last < row["started_at"].date() <= limit]
    if not visits and (not events or is_gone(one, events, first, last)):
        return None
    visits.sort(key=lambda row: (-row["started_at"].timestamp(), row["residence_municipality_code"]))
    events.sort(key=lambda event: (-event.day.toordinal(), event.municipality or ""))
    principals = {row["principal"] for row in visits}
    group = "both" if len(principals) > 1 else f"only_{min(principals)}" if principals else "neither"
    ages = [event.age for event in events if event.age is not None]
    municipal = any(map(is_within, during)) if during else not ages or ages[0] >= 19
    places = [row["residence_municipality_code"] for row in visits] or [event.municipality for event in events]
    at = sorted(visits, key=lambda row: (-row["started_at"].timestamp(), row["health_centre_id"]))
    centres = [row["health_centre_id"] for row in at if row["health_centre_id"] != "unknown"]
    centres += [row["health_centre"] for row in one.of("listings") if (row["valid_to"] or last) >= last]
    place = next(filter(None, places), "9999")
    return Cell(place, (*centres, "unknown")[0], group, "municipality" if municipal else "region"), len(during)


def persons_of(world: World) -> list[UUID]:
    found = {row["person_key"] for row in world.visits}
    return sorted(found | {row["person"] for rows in world.records.values() for row in rows})


def counted(world: World, span: Span) -> Iterator[tuple[Cell, int]]:
    for key in persons_of(world):
        if found := by_hand(world.renamed({key: key}), span):
            yield found


@pytest.mark.parametrize("span", [QUARTER, LEAP])
@pytest.mark.parametrize("seed", range(6))
def test_all_rows_are_as_counted_by_hand(seed: int, span: Span) -> None:
    world = drawn(seed, 100)
    patients: Counter[Cell] = Counter()
    visits: Counter[Cell] = Counter()
    for cell, count in counted(world, span):
        for code in (cell.municipality, "all"):
            for centre in (cell.health_centre, "all"):
                patients[cell._replace(municipality=code, health_centre=centre)] += 1
                visits[cell._replace(municipality=code, health_centre=centre)] += count
    rows = computed(world, span)
    assert {cell_of(row): (row["patients"], row["visits"]) for row in rows} == {
        cell: (patients[cell], visits[cell]) for cell in patients
    }
    assert len(rows) == len(patients)
    assert {cell.group for cell in patients} == {"only_region", "only_municipality", "both", "neither"}
    assert {cell.principal for cell in patients if cell.group == "neither"} == {"region", "municipality"}


@pytest.mark.parametrize("seed", [11, 12])
def test_each_person_is_in_one_cell_of_the_partition_and_no_other(seed: int) -> None:
    world = drawn(seed, 25)
    together: Counter[Cell] = Counter()
    for key in persons_of(world):
        alone = partition(world.renamed({key: key}))
        assert sum(patients for patients, _ in alone.values()) <= 1
        together.update(list(alone))
    assert {cell: patients for cell, (patients, _) in partition(world).items()} == together
    assert sum(together.values()) > 10


def test_a_pseudonym_s_value_changes_nothing() -> None:
    world = drawn(21, 40)
    keys = persons_of(world)
    others = dict(zip(keys, (UUID(int=7919 * key.int % 100_003 + 1_000) for key in keys), strict=True))
    turned = world.renamed(others)
    turned = replace(
        turned, visits=turned.visits[::-1], records={name: rows[::-1] for name, rows in turned.records.items()}
    )
    assert sorted(map(str, computed(world, QUARTER))) == sorted(map(str, computed(turned, QUARTER)))
