"""Every table of money of the demo region, from a lake and a release made by hand: filled, typed, and adding up."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from memory_lake import add_subject, memory_lake

from expectations.rules import rule
from regions.folder import RegionFolder, load_region
from tasks.equalisation.tables import Equalisation, equalisation
from warehouse import equalisation_tables as tables
from warehouse.columns import Table
from warehouse.lake import create_table, registered
from warehouse.schema import BY_AREA, CUBE, SCENARIO_TOTALS, STAFFING, VERSIONS
from warehouse.sql import columns, qualified

AS_OF = date(2026, 11, 22)
YEAR = 2011
RULES = ("money_adds_up", "one_combination_is_agreed", "money_key_is_unique")


@pytest.fixture(scope="module")
def folder() -> RegionFolder:
    return load_region("norrbotten")


def fill(lake: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    with registered(lake, {"given": pa.Table.from_pylist(list(rows))}):
        lake.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")


def care(codes: list[str]) -> Iterator[dict[str, Any]]:
    """Ten persons a municipality with a planned visit a month each."""
    plain = dict.fromkeys(CUBE.names(), "unknown") | {"place": "home", "visit_kind": "home_health_care", "age": "80"}
    plain |= {"age_group": "80-89", "profession": "district_nurse", "part_of_day": "day", "living": "ordinary"}
    for at, code in enumerate(codes):
        for month in range(1, 13):
            for who in range(10):
                yield plain | {
                    "month": date(YEAR, month, 1),
                    "person_key": UUID(int=100 * at + who).bytes.hex(),
                    "serving_municipality_code": code,
                    "residence_municipality_code": code,
                    "visits": 1 + at % 3,
                    "minutes": 40,
                    "visits_with_minutes": 1,
                }


def postings(codes: list[str]) -> Iterator[dict[str, Any]]:
    plain = {"source_id": "region_costs", "account": "5010", "cost_centre": "1"}
    for month in range(1, 13):
        for at, code in enumerate(codes):
            of_place = plain | {"month": date(YEAR, month, 1), "municipality_code": code}
            yield of_place | {"cost_item": "wages", "posting_kind": "gross_cost", "amount_sek": 600_000 + 1000 * at}
            yield of_place | {"cost_item": "patient_fees", "posting_kind": "fee", "amount_sek": -1000}


@pytest.fixture(scope="module")
def lake(folder: RegionFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    connection, codes = memory_lake(), sorted(folder.region.municipalities)
    add_subject(connection)
    connection.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.volumes; CREATE SCHEMA build.equalisation")
    for table in (SCENARIO_TOTALS, STAFFING, BY_AREA, *tables.EQUALISATION_TABLES):
        create_table(connection, table, qualified(f"build.{table.name}"))
    fill(connection, "lake.volumes.cube", care(codes))
    connection.execute("DROP VIEW lake.core.costs")
    made = ", ".join(f"{column.name} {column.type}" for column in VERSIONS["costs"].columns)
    connection.execute(f"CREATE TABLE lake.core.costs ({made})")
    fill(connection, "lake.core.costs", postings(codes))
    shown = [{"year": YEAR, "scenario": entry.id, "visits": 400, "status": "ok"} for entry in folder.scenarios]
    places = ("all", *codes)
    totals = [row | {"municipality_code": code} for row in shown for code in places]
    fill(connection, "build.volumes.scenario_totals", totals)
    post = {"year": YEAR, "method": "volume", "party": "all", "basis": "delivered", "status": "ok"}
    posts = [
        post | {"scenario": entry.id, "profession": "district_nurse", "municipality_code": code, "fte": 2}
        for entry in folder.scenarios
        for code in codes
    ]
    fill(connection, "build.volumes.staffing", posts)
    ages = {
        "period_start": date(YEAR, 1, 1),
        "period_end": date(YEAR, 12, 31),
        "area_type": "region",
        "area_code": "25",
    }
    ages |= {"care_form": "all", "sex": "all", "measure": "crude"}
    by_age = [ages | {"age_group": group, "visits": visits} for group, visits in (("19-64", 500), ("80-89", 1500))]
    fill(connection, "build.volumes.by_area", by_age)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def found(lake: duckdb.DuckDBPyConnection, folder: RegionFolder) -> Equalisation:
    return equalisation(lake, folder, AS_OF)


def publish(lake: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    listed = [dict(zip(table.names(), row, strict=True)) for row in rows]
    lake.execute(f"DELETE FROM build.{table.name}")
    fill(lake, f"build.{table.name}", listed)


def test_no_table_of_money_of_the_demo_region_is_empty(found: Equalisation) -> None:
    assert set(found.rows) == set(tables.EQUALISATION_TABLES)
    assert {table.name: len(rows) for table, rows in found.rows.items() if not rows} == {}
    assert found.missing == ()


def test_rows_are_of_their_tables_in_the_order_of_their_keys(
    lake: duckdb.DuckDBPyConnection, found: Equalisation
) -> None:
    for table, rows in found.rows.items():
        publish(lake, table, rows)
        key = f"SELECT {columns(table.key)} FROM build.{table.name}"
        assert lake.execute(key).fetchall() == lake.execute(f"{key} ORDER BY ALL").fetchall(), table.name
        assert lake.execute(f"SELECT count(*) FROM (SELECT DISTINCT * FROM ({key}))").fetchone() == (len(rows),)


def test_the_tables_break_no_rule_of_results(lake: duckdb.DuckDBPyConnection, found: Equalisation) -> None:
    for table, rows in found.rows.items():
        publish(lake, table, rows)
    lake.execute("USE build")
    try:
        assert [entry for entry in RULES if lake.execute(str(rule(entry).breaches)).fetchall()] == []
    finally:
        lake.execute("USE memory")


def test_exactly_one_combination_is_agreed(found: Equalisation) -> None:
    names = tables.TAX_SHIFT.names()
    rows = [dict(zip(names, row, strict=True)) for row in found.rows[tables.TAX_SHIFT]]
    agreed = {(row["agreement"], row["scenario"], row["method"]) for row in rows if row["is_agreed"]}
    assert agreed == {("norrbotten_2013", "lsg_base", "ledger")}


def test_every_parameter_behind_the_tables_is_told_with_its_source(found: Equalisation) -> None:
    keys = [(value.parameter, value.year, value.keys) for value in found.used]
    assert keys == sorted(set(keys))
    assert {"price_index", "mean_wage", "population_1_november", "tax_base", "price_child_visit"} <= {
        key[0] for key in keys
    }
    assert all(value.reference for value in found.used)


def test_the_same_inputs_give_the_same_rows(
    lake: duckdb.DuckDBPyConnection, folder: RegionFolder, found: Equalisation
) -> None:
    assert equalisation(lake, folder, AS_OF).rows == found.rows


def test_without_a_whole_year_in_the_ledger_nothing_rests_on_it_and_it_is_said(
    lake: duckdb.DuckDBPyConnection, folder: RegionFolder
) -> None:
    lake.execute("BEGIN; DELETE FROM lake.core.costs WHERE month = DATE '2011-07-01'")
    try:
        found = equalisation(lake, folder, AS_OF)
    finally:
        lake.execute("ROLLBACK")
    method = tables.TAX_SHIFT.names().index("method")
    assert {row[method] for row in found.rows[tables.TAX_SHIFT]} == {"from_below"}
    assert any("2011-07" in line for line in found.missing)


def test_a_region_without_costs_has_what_does_not_rest_on_them(
    lake: duckdb.DuckDBPyConnection, folder: RegionFolder
) -> None:
    found = equalisation(lake, replace(folder, costs=None), AS_OF)
    assert found.rows[tables.INCOME_EQUALISATION] and found.rows[tables.EXCHANGE_DECISIONS]
    assert not found.rows.get(tables.TAX_SHIFT) and not found.rows[tables.NET_COSTS]
