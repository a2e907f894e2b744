"""Net cost by boundary, method, item and municipality, on a lake made by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_lake import memory_lake, small_folder

from regions.costs import Costs
from regions.errors import DataError
from regions.folder import RegionFolder, load_region
from regions.model import Basis, MonthSpan, Scenario
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.cost_items import price_factor
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.net_costs import (
    ComparisonRow,
    ItemisedCost,
    NetCostRow,
    comparison_rows,
    net_cost_rows,
    scenario_costs,
)
from warehouse.equalisation_tables import NET_COST_COMPARISON, NET_COSTS
from warehouse.schema import CUBE, SCENARIO_TOTALS, STAFFING, VERSIONS

AS_OF = date(2026, 11, 22)
LEKEBERG, HALLSBERG, OREBRO = CODES = ("1814", "1861", "1880")
POPULATION = {LEKEBERG: 1000, HALLSBERG: 2000, OREBRO: 7000}
OWN = {"basis": "derived", "source": "Prov"}
MOVED = {"payer_before": "region", "payer_after": "municipality", **OWN}
WAGES = {
    "id": "wages",
    "title_sv": "Löner",
    "allocation_key": "visits",
    "ledger": ["wages", "pensions"],
    "from_below": {"quantity": "fte", "unit_value": "wage", "by_profession": True, "surcharge": "charges"},
    **MOVED,
}
ON_CALL = {
    "id": "on_call",
    "title_sv": "Beredskap",
    "allocation_key": "fixed",
    "is_fixed": True,
    "from_below": {"quantity": "municipalities", "unit_value": "on_call"},
    **MOVED,
}
OVERHEAD = {
    "id": "overhead",
    "title_sv": "Ledning",
    "allocation_key": "fte",
    "from_below": {"quantity": "wages", "unit_value": "overhead"},
    **MOVED,
}
PREMISES = {
    "id": "premises",
    "title_sv": "Lokaler",
    "allocation_key": "population",
    "is_fixed": True,
    "ledger": ["premises"],
    **MOVED,
}
AIDS = {**MOVED, "id": "aids", "title_sv": "Hjälpmedel", "allocation_key": "patients", "ledger": ["aids"]} | {
    "payer_after": "region"
}
FEES = {
    "id": "fees",
    "title_sv": "Avgifter",
    "kind": "revenue",
    "allocation_key": "visits",
    "ledger": ["fees", "grant"],
    "from_below": {"quantity": "visits", "unit_value": "fee"},
    **MOVED,
}
ITEMS = (WAGES, ON_CALL, OVERHEAD, PREMISES, AIDS, FEES)
VALUES = {
    ("wage", 2024, "profession=nurse"): "400000",
    ("wage", 2024, "profession=other"): "300000",
    ("charges", 2024, "party=region"): "0.45",
    ("on_call", 2024, ""): "100000",
    ("overhead", 2024, ""): "0.1",
    ("fee", 2024, ""): "10",
    ("index", 2024, ""): "1.25",
    ("index", 2025, ""): "1.3125",
    **{("population_1_november", 2025, f"area={code}"): str(persons) for code, persons in POPULATION.items()},
}
STEPS = {"wide": ["home"], "narrow": ["home"], "few": ["home"]}
KINDS = {"narrow": ["home_health_care"], "few": ["unplanned_home_visit"]}


def values(without: str = "", kind: str = "illustrative") -> Parameters:
    told = []
    for (name, year, key), amount in VALUES.items():
        keys = (tuple(key.split("=")),) if key else ()
        if name != without:
            known = date(year - 1, 12, 31)
            told.append(ParameterValue(name, year, keys, Decimal(amount), "-", Basis(kind), known, "Prov", "-"))  # type: ignore[arg-type]
    return Parameters(told)


def scenario(name: str, **given: Any) -> Scenario:
    conditions: list[dict[str, Any]] = [{"attribute": "place", "in": ["home"], "unknown": "out"}]
    if name in KINDS:
        conditions.append({"attribute": "visit_kind", "in": KINDS[name], "unknown": "out"})
    told = {"id": name, "title_sv": name, "text_sv": name, "source": "Prov", "conditions": conditions, **given}
    return Scenario.model_validate(told)


def region(items: Iterable[dict[str, Any]] = ITEMS, parameters: Parameters | None = None, **costs: Any) -> RegionFolder:
    """The small region with a ledger of 2024, whose scope is every visit at home."""
    (ledger,) = [source for source in load_region("orebro").sources if source.id == "region_costs"]
    span = MonthSpan.model_validate({"from": "2024-01", "to": "2024-12"})
    told = {"base_year": 2024, "price_year": 2025, "price_index": "index", "ledger_scope": "wide", "posts": "volume"}
    small = small_folder()
    return replace(
        small,
        sources=(*small.sources, ledger.model_copy(update={"valid": (span,)})),
        scenarios=(scenario("wide"), scenario("narrow"), scenario("few")),
        costs=Costs.model_validate({**told, "items": list(items), **costs}),
        parameters=parameters or values(),
    )


def visits(code: str | None, persons: Iterable[int], each: int, kind: str = "home_health_care") -> list[dict[str, Any]]:
    """A person each with so many visits of ten minutes."""
    plain = dict.fromkeys(CUBE.names(), "unknown") | {"month": date(2024, 1, 1), "place": "home", "visit_kind": kind}
    plain |= {"serving_municipality_code": code, "residence_municipality_code": code, "visits": each, "age": "80"}
    return [plain | {"person_key": UUID(int=who), "minutes": 10 * each, "visits_with_minutes": each} for who in persons]


def clinic(months: Iterable[int] = range(1, 13)) -> list[dict[str, Any]]:
    (row,) = visits(OREBRO, [999], 1, "other")
    return [row | {"place": "clinic", "month": date(2024, month, 1)} for month in months]


# 400 visits, of which 300 narrow, and 10 of one person that are few: 40, 120 and 240 by municipality
CARE = [
    *visits(LEKEBERG, range(10), 3),
    *visits(LEKEBERG, range(10), 1, "planned_home_visit"),
    *visits(HALLSBERG, range(20, 30), 9),
    *visits(HALLSBERG, range(20, 30), 3, "planned_home_visit"),
    *visits(OREBRO, range(40, 60), 9),
    *visits(OREBRO, range(40, 50), 6, "planned_home_visit"),
]
SHOWN = {(name, code): "ok" for name in ("wide", "narrow") for code in ("all", *CODES)} | {("few", "all"): "protected"}
POSTS = [
    ("narrow", "nurse", {LEKEBERG: "0.3", HALLSBERG: "0.9", OREBRO: "1.8"}),
    ("wide", "nurse", {LEKEBERG: "0.4", HALLSBERG: "1.2", OREBRO: "2"}),
    ("wide", "other", {"0000": "0.4"}),
]
LEDGER = {
    **{("wages", code): amount for code, amount in zip(CODES, (300_000, 800_000, 2_000_000), strict=True)},
    **{("pensions", code): amount for code, amount in zip(CODES, (100_000, 400_000, 400_000), strict=True)},
    ("premises", LEKEBERG): 10_000,
    ("premises", None): 30_000,
    ("premises", "9998"): 20_000,
    ("aids", OREBRO): 90_000,
    ("fees", LEKEBERG): -4_000,
    ("fees", OREBRO): -8_000,
}
KIND = {"fees": "fee", "grant": "grant"}


def fill(lake: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Rows that all have the same columns, in one statement."""
    listed = list(rows)
    marks = ", ".join([f"({', '.join('?' * len(listed[0]))})"] * len(listed))
    cells = [value for row in listed for value in row.values()]
    lake.execute(f"INSERT INTO {table} ({', '.join(listed[0])}) VALUES {marks}", cells)


def post(
    lake: duckdb.DuckDBPyConnection, ledger: dict[tuple[str | None, str | None], float], months: Iterable[int]
) -> None:
    """The year's amounts in the first of the months, and a krona there and back of wages in the others."""
    first, *others = months
    plain = {"source_id": "region_costs", "account": "5", "cost_centre": "1"}
    rows = [
        plain
        | {"month": date(2024, first, 1), "cost_item": item, "municipality_code": code, "amount_sek": amount}
        | {"posting_kind": KIND.get(item or "", "gross_cost")}
        for (item, code), amount in ledger.items()
    ]
    rows += [
        plain
        | {"month": date(2024, month, 1), "cost_item": "wages", "municipality_code": OREBRO, "amount_sek": amount}
        | {"posting_kind": "gross_cost"}
        for month in others
        for amount in (1, -1)
    ]
    fill(lake, "lake.core.costs", rows)


def publish(lake: duckdb.DuckDBPyConnection, shown: dict[tuple[str, str], str]) -> None:
    lake.execute("DELETE FROM build.volumes.scenario_totals")
    rows = [{"scenario": name, "municipality_code": code, "status": status} for (name, code), status in shown.items()]
    fill(lake, "build.volumes.scenario_totals", (row | {"year": 2024} for row in rows))


def employ(
    lake: duckdb.DuckDBPyConnection, posts: Iterable[tuple[str, str, dict[str, str | None]]], **given: Any
) -> None:
    plain = {"year": 2024, "method": "volume", "party": "all", "basis": "delivered", "status": "ok"} | given
    fill(
        lake,
        "build.volumes.staffing",
        (
            plain | {"scenario": name, "profession": profession, "municipality_code": code, "fte": fte}
            for name, profession, by_place in posts
            for code, fte in by_place.items()
        ),
    )


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables, with the care, what is shown of it and the posts; no ledger yet."""
    connection = memory_lake()
    connection.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.volumes")
    for name, table in (
        ("lake.core.costs", VERSIONS["costs"]),
        ("build.volumes.scenario_totals", SCENARIO_TOTALS),
        ("build.volumes.staffing", STAFFING),
    ):
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")
    fill(connection, "lake.volumes.cube", [*CARE, *clinic()])
    publish(connection, SHOWN)
    employ(connection, POSTS)
    yield connection
    connection.close()


@pytest.fixture
def posted(lake: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    post(lake, LEDGER, range(1, 13))
    return lake


Found = dict[tuple[str, str], ItemisedCost]


def reckoned(lake: duckdb.DuckDBPyConnection, folder: RegionFolder | None = None) -> Found:
    costs, _ = scenario_costs(lake, Inputs(folder or region(), AS_OF))
    return {(cost.scenario, cost.method): cost for cost in costs}


def of_item(cost: ItemisedCost, item: str) -> dict[str, Fraction]:
    return {code: amount for (name, code), amount in cost.amounts.items() if name == item}


def parts(*amounts: int | str) -> dict[str, Fraction]:
    return dict(zip(CODES, map(Fraction, amounts), strict=True))


# from the ledger


def test_what_was_posted_is_the_scope_s_and_a_boundary_has_its_part(posted: duckdb.DuckDBPyConnection) -> None:
    found = reckoned(posted)
    wide, narrow = found["wide", "ledger"], found["narrow", "ledger"]
    assert of_item(wide, "wages") == parts(400_000, 1_200_000, 2_400_000)
    assert of_item(narrow, "wages") == parts(300_000, 900_000, 1_800_000), "three visits of four in each"
    assert of_item(wide, "premises") == of_item(narrow, "premises") == parts(15_000, 10_000, 35_000)
    assert of_item(wide, "aids") == of_item(narrow, "aids") == parts(0, 0, 90_000), "the same patients"
    assert of_item(narrow, "fees") == parts(-3_000, 0, -6_000)
    assert set(wide.items) == {"wages", "premises", "aids", "fees"}, "the others are not in the ledger"
    assert narrow.visits == parts(30, 90, 180)
    assert narrow.transferred() == parts(312_000, 910_000, 1_829_000), "aids stay with the region"


def test_only_net_cost_counts_and_a_grant_where_an_item_of_revenue_lists_it(
    posted: duckdb.DuckDBPyConnection,
) -> None:
    post(posted, {("grant", OREBRO): -1_000}, [1])
    plain = {"source_id": "region_costs", "month": date(2024, 5, 1), "account": "3", "cost_centre": "1"}
    plain |= {"cost_item": "wages", "municipality_code": OREBRO}
    fill(posted, "lake.core.costs", [plain | {"posting_kind": "grant", "amount_sek": -500}])
    fill(posted, "lake.core.costs", [plain | {"posting_kind": "internal_revenue", "amount_sek": -50}])
    found = reckoned(posted)["wide", "ledger"]
    assert of_item(found, "fees")[OREBRO] == -9_000
    assert of_item(found, "wages")[OREBRO] == 2_399_950


def test_another_year_s_postings_and_a_control_source_s_do_not_count(posted: duckdb.DuckDBPyConnection) -> None:
    before = reckoned(posted)["wide", "ledger"].amounts
    posted.execute(
        "INSERT INTO lake.core.costs SELECT * REPLACE (month + INTERVAL 1 YEAR AS month) FROM lake.core.costs"
    )
    posted.execute("INSERT INTO lake.core.costs SELECT * REPLACE ('copy' AS source_id) FROM lake.core.costs")
    folder = region()
    (own,) = [source for source in folder.sources if source.subject == "costs"]
    copy = own.model_copy(update={"id": "copy", "role": "control"})
    assert reckoned(posted, replace(folder, sources=(*folder.sources, copy)))["wide", "ledger"].amounts == before


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(CODES), st.integers(1, 10**6), st.sampled_from(["wages", "premises", "aids"]))
def test_a_krona_more_in_one_municipality_moves_its_own_rows_alone(
    posted: duckdb.DuckDBPyConnection, code: str, more: int, item: str
) -> None:
    before = {key: cost.amounts for key, cost in reckoned(posted).items()}
    posted.execute("BEGIN")
    post(posted, {(item, code): more}, [2])
    after = {key: cost.amounts for key, cost in reckoned(posted).items()}
    posted.execute("ROLLBACK")
    assert after["wide", "ledger"][item, code] - before["wide", "ledger"][item, code] == more
    moved = {
        (name, place)
        for key in before
        for (name, place) in before[key]
        if after[key][name, place] != before[key][name, place]
    }
    assert moved == {(item, code)}


def test_twice_the_ledger_is_twice_the_cost(posted: duckdb.DuckDBPyConnection) -> None:
    before = {key: cost.amounts for key, cost in reckoned(posted).items() if key[1] == "ledger"}
    post(posted, LEDGER, [7])
    after = {key: cost.amounts for key, cost in reckoned(posted).items() if key[1] == "ledger"}
    assert after == {key: {cell: 2 * kr for cell, kr in amounts.items()} for key, amounts in before.items()}
    assert len(after) == 2


def test_a_ledger_item_that_is_not_listed_is_an_error(posted: duckdb.DuckDBPyConnection) -> None:
    post(posted, {("taxi", OREBRO): 5, (None, OREBRO): 7}, [3])
    with pytest.raises(DataError, match=r"account 5, which has none \(region_costs\), taxi \(region_costs\)"):
        reckoned(posted)


@pytest.mark.parametrize(
    ("ledger", "told"),
    [
        ({("aids", HALLSBERG): -1}, r"the cost aids of 1861 is -1.00 kr"),
        ({("fees", HALLSBERG): 1}, r"the revenue fees of 1861 is 1.00 kr"),
        ({("fees", LEKEBERG): -900_000}, r"the net cost of 1814 is -\d+.00 kr"),
        ({("fees", OREBRO): -2_430_000}, r"what changes payer of 1880 is -3000.00 kr"),
    ],
)
def test_a_cost_below_zero_is_an_error(
    posted: duckdb.DuckDBPyConnection, ledger: dict[tuple[str | None, str | None], float], told: str
) -> None:
    post(posted, ledger, [3])
    with pytest.raises(DataError, match=told):
        reckoned(posted)


def test_what_belongs_to_nobody_needs_a_key_that_somebody_has(posted: duckdb.DuckDBPyConnection) -> None:
    nobody = {**PREMISES, "allocation_key": "visits"}
    posted.execute("DELETE FROM lake.volumes.cube WHERE place = 'home'")
    with pytest.raises(DataError, match=r"premises without a municipality can't be allocated by visits"):
        reckoned(posted, region((WAGES, nobody, AIDS, FEES)))


# from below


def test_posts_at_wages_with_the_employer_s_charges(lake: duckdb.DuckDBPyConnection) -> None:
    found = reckoned(lake)
    assert set(found) == {("wide", "from_below"), ("narrow", "from_below")}, "there is no ledger"
    wide, narrow = found["wide", "from_below"], found["narrow", "from_below"]
    assert of_item(narrow, "wages") == parts(174_000, 522_000, 1_044_000), "posts at 580 000"
    # 0.4 posts of others, of no municipality: by visits, 40 and 120 and 240 of 400, at 435 000
    assert of_item(wide, "wages") == parts(232_000 + 17_400, 696_000 + 52_200, 1_160_000 + 104_400)
    assert of_item(wide, "overhead") == {code: kr / 10 for code, kr in of_item(wide, "wages").items()}
    assert of_item(wide, "on_call") == of_item(narrow, "on_call") == dict.fromkeys(CODES, Fraction(100_000))
    assert of_item(narrow, "fees") == parts(-300, -900, -1_800)
    assert set(wide.items) == {"wages", "on_call", "overhead", "fees"}
    assert wide.keys == {"wages": "fte", "overhead": "fte", "on_call": "fixed", "fees": "visits"}


def test_a_fixed_item_has_the_scope_s_quantity(lake: duckdb.DuckDBPyConnection) -> None:
    found = reckoned(lake, region(({**WAGES, "is_fixed": True}, ON_CALL)))
    assert found["narrow", "from_below"].amounts == found["wide", "from_below"].amounts


def test_posts_from_personnel_systems_are_the_scope_s(lake: duckdb.DuckDBPyConnection) -> None:
    employ(lake, [("all", "nurse", {LEKEBERG: "1", HALLSBERG: "2", OREBRO: "4"})], method="hr", party="region")
    employ(lake, [("all", "nurse", dict.fromkeys(CODES, "9"))], method="hr", party="municipality")
    found = reckoned(lake, region((WAGES,), posts="hr"))
    assert of_item(found["wide", "from_below"], "wages") == {
        code: 580_000 * n for code, n in zip(CODES, (1, 2, 4), strict=True)
    }
    assert of_item(found["narrow", "from_below"], "wages") == parts(435_000, 870_000, 1_740_000)


def test_a_profession_without_a_wage_is_an_error(lake: duckdb.DuckDBPyConnection) -> None:
    employ(lake, [("wide", "doctor", {OREBRO: "0.1"})])
    with pytest.raises(DataError, match=r"No value of wage for 2024 \(profession doctor\)"):
        reckoned(lake)


# what is hidden


def hidden(*codes: str) -> dict[tuple[str, str], str]:
    return {**SHOWN, **{("wide", code): "protected" for code in codes}}


def test_hidden_municipalities_share_what_they_have_by_the_nearest_boundary_that_is_shown(
    posted: duckdb.DuckDBPyConnection,
) -> None:
    publish(posted, hidden(LEKEBERG, HALLSBERG))
    posted.execute(
        "DELETE FROM lake.volumes.cube WHERE visit_kind = 'planned_home_visit' AND serving_municipality_code = '1814'"
    )
    found = reckoned(posted)
    wide, narrow = found["wide", "ledger"], found["narrow", "ledger"]
    # together 150 visits wide and 120 narrow: 30 and 90 of them, so that each has 4/5 of its cost
    assert wide.visits == {LEKEBERG: Fraction(150 * 30, 120), HALLSBERG: Fraction(150 * 90, 120), OREBRO: Fraction(240)}
    assert of_item(narrow, "wages") == parts(320_000, 960_000, 1_800_000)
    assert of_item(wide, "wages") == parts(400_000, 1_200_000, 2_400_000), "what was posted stays"
    keys = {
        (row.scenario, row.method, row.municipality_code): row.allocation_key
        for row in net_cost_rows(list(found.values()), Inputs(region(), AS_OF))
        if row.cost_item in ("wages", "fees")
    }
    assert keys["narrow", "ledger", LEKEBERG] == keys["narrow", "ledger", HALLSBERG] == "joint"
    assert keys["narrow", "ledger", OREBRO] == keys["wide", "ledger", LEKEBERG] == "visits"
    assert keys["wide", "from_below", LEKEBERG] == "joint"
    assert keys["narrow", "from_below", LEKEBERG] != "joint"


@pytest.mark.parametrize("shown", [hidden(LEKEBERG, HALLSBERG), hidden(*CODES), hidden(LEKEBERG)])
def test_money_doesn_t_tell_how_a_hidden_number_lies(
    posted: duckdb.DuckDBPyConnection, shown: dict[tuple[str, str], str]
) -> None:
    """Ten visits moved from one hidden municipality to another change not a krona; the county's sum is exact."""
    publish(posted, shown)
    before = reckoned(posted)
    posted.execute(
        "UPDATE lake.volumes.cube SET serving_municipality_code = '1861', person_key = ? "
        "WHERE visit_kind = 'planned_home_visit' AND serving_municipality_code = '1814'",
        [UUID(int=20)],
    )
    after = reckoned(posted)
    assert {key: cost.amounts for key, cost in after.items()} == {key: cost.amounts for key, cost in before.items()}
    assert sum(after["wide", "ledger"].visits.values()) == 400


def test_few_patients_where_care_is_given_are_hidden_too(posted: duckdb.DuckDBPyConnection) -> None:
    posted.execute("DELETE FROM lake.volumes.cube WHERE person_key > ? AND person_key < ?", [UUID(int=1), UUID(int=10)])
    found = reckoned(posted)["narrow", "ledger"]
    assert found.together["wages"] == {LEKEBERG, HALLSBERG}, "two persons, and the smallest other municipality"
    shares = {code: Fraction(96 * persons, 3000) for code, persons in ((LEKEBERG, 1000), (HALLSBERG, 2000))}
    assert found.visits == {**shares, OREBRO: Fraction(180)}, "no boundary is shown in both: by inhabitants"


def test_what_few_patients_make_between_two_boundaries_where_care_is_given_is_hidden_too(
    posted: duckdb.DuckDBPyConnection,
) -> None:
    """Both boundaries are shown by residence, and ten patients are in each: but only two have what tells them apart."""
    posted.execute(
        "DELETE FROM lake.volumes.cube WHERE visit_kind = 'planned_home_visit' AND person_key BETWEEN ? AND ?",
        [UUID(int=2), UUID(int=9)],
    )
    found = reckoned(posted)
    wide, narrow = found["wide", "from_below"], found["narrow", "from_below"]
    assert wide.together["wages"] == frozenset(), "the first of the two is shown"
    assert narrow.together["wages"] == {LEKEBERG, HALLSBERG}
    assert narrow.together["on_call"] == frozenset(), "a fixed item is the scope's"
    assert wide.visits == parts(32, 120, 240)
    assert narrow.visits == parts("480/19", "1800/19", 180), "the 120 of both by 32 and 120"


def test_a_boundary_that_is_hidden_in_the_county_has_no_cost(posted: duckdb.DuckDBPyConnection) -> None:
    assert {name for name, _ in reckoned(posted)} == {"wide", "narrow"}
    assert scenario_costs(posted, Inputs(region(), AS_OF))[1] == [
        "No net cost of few: its figures of the county in 2024 are protected."
    ]


# what is lacking


def missing(lake: duckdb.DuckDBPyConnection, folder: RegionFolder) -> list[str]:
    return [text for text in scenario_costs(lake, Inputs(folder, AS_OF))[1] if "of few" not in text]


def test_a_region_without_a_list_has_nothing_and_nothing_is_missing(lake: duckdb.DuckDBPyConnection) -> None:
    inputs = Inputs(replace(region(), costs=None), AS_OF)
    assert scenario_costs(lake, inputs) == ([], [])
    assert net_cost_rows([], inputs) == comparison_rows([], inputs) == []


def test_a_part_of_a_year_is_not_sold_as_a_year(lake: duckdb.DuckDBPyConnection) -> None:
    post(lake, LEDGER, [1, 2, 3, 5, 6, 7, 8, 9, 10, 12])
    assert {method for _, method in reckoned(lake)} == {"from_below"}
    assert missing(lake, region()) == [
        "No net cost from the ledger: region_costs lacks 2024-04, 2024-11; a part of a year isn't sold as a year."
    ]
    lake.execute("DELETE FROM lake.volumes.cube WHERE month = DATE '2024-11-01'")
    assert reckoned(lake) == {}
    assert missing(lake, region()) == [
        "No net cost: there are no visits of 2024-11; a part of 2024 isn't sold as a year."
    ]


def test_without_a_ledger_from_below_still_stands(lake: duckdb.DuckDBPyConnection) -> None:
    folder = region()
    plain = tuple(source for source in folder.sources if source.subject != "costs")
    assert missing(lake, replace(folder, sources=plain)) == [
        "No net cost from the ledger: no ledger of 2024 is expected or delivered, or no item is made of one."
    ]
    (told,) = missing(lake, folder)
    assert "region_costs lacks 2024-01, 2024-02" in told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("fee", "No net cost from below: no value of fee for 2024 is known on 2026-11-22."),
        ("population_1_november", "No net cost: no population of 2025 is known for 1814, 1861, 1880."),
    ],
)
def test_a_parameter_that_lacks_is_named(posted: duckdb.DuckDBPyConnection, name: str, told: str) -> None:
    folder = region(parameters=values(without=name))
    assert missing(posted, folder) == [told]
    assert {method for _, method in reckoned(posted, folder)} == ({"ledger"} if name == "fee" else set())


def test_hidden_posts_leave_the_boundary_without_a_cost_from_below(posted: duckdb.DuckDBPyConnection) -> None:
    posted.execute("DELETE FROM build.volumes.staffing WHERE scenario = 'narrow'")
    employ(posted, [("narrow", "all", {"all": None})], status="protected")
    assert set(reckoned(posted)) == {("wide", "ledger"), ("wide", "from_below"), ("narrow", "ledger")}
    assert missing(posted, region()) == [
        "No net cost from below: no posts of narrow in 2024 by the method volume, for wages."
    ]


def test_a_boundary_of_half_a_year_or_a_scope_that_is_hidden(posted: duckdb.DuckDBPyConnection) -> None:
    late = scenario("narrow", valid={"from": "2024-07"})
    folder = region()
    half = replace(folder, scenarios=(folder.scenarios[0], late, folder.scenarios[2]))
    assert missing(posted, half) == ["No net cost of narrow: it isn't valid in every month of 2024."]
    publish(posted, {**SHOWN, ("wide", "all"): "protected"})
    assert missing(posted, folder) == [
        "No net cost: the ledger's scope wide is protected in the county, or not valid in every month of 2024."
    ]
    assert reckoned(posted) == {}


# rows


def rows(
    lake: duckdb.DuckDBPyConnection, folder: RegionFolder | None = None
) -> tuple[list[NetCostRow], list[ComparisonRow]]:
    inputs = Inputs(folder or region(), AS_OF)
    costs, _ = scenario_costs(lake, inputs)
    return net_cost_rows(costs, inputs), comparison_rows(costs, inputs)


def test_rows_are_the_tables_rows_and_sorted_by_key() -> None:
    assert [field.name for field in fields(NetCostRow)] == list(NET_COSTS.names())
    assert [field.name for field in fields(ComparisonRow)] == list(NET_COST_COMPARISON.names())


def test_municipalities_and_the_remainder_make_the_county_s_figure(posted: duckdb.DuckDBPyConnection) -> None:
    post(posted, {("wages", LEKEBERG): 0.33, ("wages", HALLSBERG): 0.33, ("wages", OREBRO): 0.33}, [4])
    found, compared = rows(posted)
    for table, listed in ((NET_COSTS, found), (NET_COST_COMPARISON, compared)):
        keys = [tuple(getattr(row, name) for name in table.key) for row in listed]
        assert keys == sorted(set(keys))
    wages = [row for row in found if (row.scenario, row.method, row.cost_item) == ("wide", "ledger", "wages")]
    assert [(row.municipality_code, row.base_cost_sek) for row in wages] == [
        ("0000", 1),
        (LEKEBERG, 400_000),
        (HALLSBERG, 1_200_000),
        (OREBRO, 2_400_000),
    ]
    assert sum(row.base_cost_sek for row in wages) == 4_000_001
    assert [row.cost_sek for row in wages] == [1, 420_000, 1_260_000, 2_520_000], "an index of 1.05"
    (row,) = [row for row in wages if row.municipality_code == OREBRO]
    assert (row.party, row.payer_after, row.is_transferred, row.is_fixed) == ("region", "municipality", True, False)
    assert (row.base_year, row.price_year, row.index, row.status) == (2024, 2025, Decimal("1.050000000"), "ok")
    assert row.basis == "illustrative", "the index is"


def test_the_difference_is_explained_item_by_item(posted: duckdb.DuckDBPyConnection) -> None:
    costs = reckoned(posted)
    _, compared = rows(posted)
    whole = {method: sum(costs["wide", method].amounts.values()) for method in ("ledger", "from_below")}
    wide = [row for row in compared if row.scenario == "wide"]
    assert sum(row.difference_sek for row in wide) == whole["from_below"] - whole["ledger"]
    assert {row.cost_item: row.found_in for row in wide} == {
        "wages": "both",
        "fees": "both",
        "premises": "ledger",
        "aids": "ledger",
        "on_call": "from_below",
        "overhead": "from_below",
    }
    (wages,) = [row for row in wide if (row.cost_item, row.municipality_code) == ("wages", OREBRO)]
    assert (wages.quantity, wages.quantity_unit) == (Decimal("2.2400"), "fte")
    assert (wages.unit_value_sek, wages.ledger_unit_sek) == (Decimal("564464.29"), Decimal("1071428.57"))
    (aids,) = [row for row in wide if (row.cost_item, row.municipality_code) == ("aids", OREBRO)]
    assert (aids.quantity, aids.quantity_unit, aids.unit_value_sek, aids.ledger_unit_sek) == (None,) * 4
    assert aids.basis == "derived", "delivered, by a list that is derived"


def test_without_an_index_the_price_year_s_cost_is_missing(posted: duckdb.DuckDBPyConnection) -> None:
    found, _ = rows(posted, region(parameters=values(without="index")))
    assert {(row.cost_sek, row.index, row.status) for row in found} == {(None, None, "missing")}
    assert {row.basis for row in found if row.cost_item == "aids"} == {"derived"}


@pytest.mark.parametrize(
    "statement", ["UPDATE build.volumes.scenario_totals SET status = 'preliminary' WHERE status = 'ok'", None]
)
def test_a_forecast_or_volumes_that_wait_make_it_preliminary(
    posted: duckdb.DuckDBPyConnection, statement: str | None
) -> None:
    if statement:
        posted.execute(statement)
    found, _ = rows(posted, region(parameters=values(kind="illustrative" if statement else "forecast")))
    assert {row.status for row in found} == {"preliminary"}


def test_the_price_factor_is_exact_and_its_year_must_be_known() -> None:
    inputs = Inputs(region(), AS_OF)
    assert price_factor(inputs, 2025) == Fraction(21, 20)
    assert price_factor(inputs, 2024) == 1
    with pytest.raises(DataError, match="No value of index for 2026"):
        price_factor(inputs, 2026)
    with pytest.raises(DataError, match="Without a list of cost items"):
        price_factor(Inputs(replace(region(), costs=None), AS_OF), 2025)
