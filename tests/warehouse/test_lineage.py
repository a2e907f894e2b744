"""Where each published column comes from: every one told, every source there, and read out of the SQL as it stands."""

import re
from pathlib import Path

import pytest

from regions.contracts import CONTRACTS
from warehouse import indicators, schema
from warehouse.lineage import BOUND, CONSTANT, MADE_BY_CODE, NET_COSTS, Query, lineage, lineage_of, traced
from warehouse.model_files import shared_of, text_of
from warehouse.records import view_of

ROOT = Path(__file__).resolve().parents[2]
TABLES = {table.name: set(table.names()) for table in (*schema.LAKE, *schema.PUBLISHED)}
for _version in schema.VERSIONS.values():
    TABLES |= {_version.name: set(_version.names()), view_of(_version): set(_version.names())}
STAGED = {"staging.delivery_rows": {"counted", "control", "cancelled", "superseded"}}
"""What a step stages for a model: tasks/row_counts.py."""
OF_A_REGION = {"agreements/", "scenarios/", "sources/", "parameters/", "costs.yaml", "region.yaml", "staffing.yaml"}
IN_CODE = "\n".join(
    file.read_text(encoding="utf-8") for room in ("tasks", "warehouse") for file in (ROOT / room).rglob("*.py")
)


@pytest.fixture(autouse=True, scope="module")
def _of_all_models() -> None:
    """Other tests publish with few indicators; what was told of those is forgotten."""
    lineage.cache_clear()


def of(table: str, column: str) -> set[str]:
    """A column's sources as texts."""
    return {f"{line.source_table}.{line.source_column}" for line in lineage_of(table, [column])}


def exists(table: str, column: str) -> bool:
    """Whether a source is a column of a table, a small registered table, a bound value, or a file or folder."""
    if table in TABLES:
        return column == "*" or column in TABLES[table]
    if table in STAGED:
        return column in STAGED[table]
    if table.startswith("hemvard_"):
        return bool(re.search(rf"\b{table}\b", IN_CODE))
    if table == BOUND:
        return bool(re.search(rf"\${column}\b", "\n".join(_sql())))
    of_a_region = any((ROOT / "regions" / folder / table).exists() for folder in ("norrbotten", "orebro"))
    found = of_a_region if table in OF_A_REGION else (ROOT / table).exists() or (ROOT / "regions" / table).exists()
    return (table, column) == CONSTANT or (column == "*" and found)


def _sql() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in (ROOT / "warehouse" / "models").rglob("*.sql")]


@pytest.mark.parametrize("table", schema.PUBLISHED, ids=lambda table: table.name)
def test_every_published_column_is_told_where_it_comes_from(table) -> None:
    told = {line.column_name for line in lineage_of(table.name)}
    assert told == set(table.names())


def test_every_source_is_there() -> None:
    missing = {
        (line.source_table, line.source_column)
        for line in lineage()
        if not exists(line.source_table, line.source_column)
    }
    assert missing == set()
    assert not exists("core.visits", "no_such_column")
    assert not exists("no/such/file", "*")


def test_what_makes_a_column_is_a_file_of_the_package() -> None:
    assert {line.via for line in lineage() if not (ROOT / line.via).is_file()} == set()
    assert {line.kind for line in lineage()} == {"sql", "code"}


def test_lines_stand_once_in_order_and_none_is_of_itself() -> None:
    lines = lineage()
    assert list(lines) == sorted(set(lines))
    assert not [
        line for line in lines if (line.table_name, line.column_name) == (line.source_table, line.source_column)
    ]
    assert [line for line in lines if line.table_name == "core.visits"], "the way goes on in the lake"


def test_a_count_comes_from_rows_a_number_of_persons_from_persons_and_a_key_from_what_it_names() -> None:
    assert of("volumes.visits_month", "visits") == {"core.visits.*"}
    assert of("volumes.visits_month", "patients") == {"core.visits.person_key"}
    assert of("volumes.visits_month", "municipality_code") == {"core.visits.residence_municipality_code"}
    assert of("volumes.visits_month", "status") == {"volumes.visits_month.patients"}
    assert of("volumes.by_area", "measure") == {"model.constant"}


def test_queries_that_models_share_are_followed_through() -> None:
    assert of("volumes.scenario_totals", "minutes") >= {"volumes.cube.minutes"}
    assert not [line for line in lineage() if line.source_table in ("combinations", "boundaries", "contributions")]


def test_each_indicator_s_own_sources_stand_behind_its_results() -> None:
    lines = lineage_of("indicators.results", ["value"])
    computed = {f"warehouse/models/{entry.model_name}.sql" for entry in indicators.definitions() if entry.is_computed}
    assert computed <= {line.via for line in lines}
    cost = {line.source_table for line in lines if line.via.endswith("/cost_per_visit.sql")}
    assert cost == {"core.costs", "core.visits"}
    assert of("indicators.results", "target") == {"hemvard_targets.value"}


def test_subjects_that_no_indicator_reads_are_not_named() -> None:
    named = {line.source_table.removeprefix("core.") for line in lineage_of("indicators.results")}
    assert {"admissions", "costs"} <= named & set(CONTRACTS)
    assert "overview_status" not in named


def test_what_code_makes_is_declared_once_and_is_published() -> None:
    assert set(MADE_BY_CODE) <= {table.name for table in schema.PUBLISHED}
    assert {line.table_name for line in lineage() if line.source_column != "*" and line.table_name in MADE_BY_CODE} == {
        name for name in MADE_BY_CODE if {"patients", "persons"} & TABLES[name] and "status" in TABLES[name]
    }


BESIDE = {"core/constructed_visits", "quality/series", "quality/quarantine_standing"}
"""Queries whose rows become small tables (`hemvard_findings`, `hemvard_quarantine`) or the lake's views."""


def test_every_model_stands_behind_some_column() -> None:
    models = ROOT / "warehouse" / "models"
    files = {file.relative_to(models).with_suffix("").as_posix() for file in models.rglob("*.sql")}
    asked = {query for made in MADE_BY_CODE.values() for query in made.queries}
    asked |= {query for queries in NET_COSTS.values() for query in queries}
    told = {line.via.removeprefix("warehouse/models/").removesuffix(".sql") for line in lineage()} | asked
    shared = {name for file in told & files for name in shared_of(text_of(file))}
    assert files - told - shared == BESIDE


@pytest.mark.parametrize(
    ("sql", "column", "sources"),
    [
        ("SELECT sex AS s FROM lake.core.visits", "s", {("core.visits", "sex")}),
        ("SELECT sum(minutes) FILTER (sex = 'x') AS n FROM lake.core.visits", "n", {("core.visits", c) for c in ("minutes", "sex")}),
        ("WITH a AS (SELECT age AS b FROM lake.core.visits) SELECT a.* FROM a", "b", {("core.visits", "age")}),
        ("SELECT 1 AS x, x + 1 AS y FROM lake.core.visits", "y", set()),
        ("SELECT $kind AS k FROM lake.core.visits", "k", {("bound", "kind")}),
        ("SELECT count(*) AS n FROM (SELECT 1 FROM lake.core.visits JOIN lake.core.costs USING (month))", "n", {("core.visits", "*")}),
        ("SELECT age FROM lake.core.visits UNION ALL SELECT amount_sek FROM lake.core.costs", "age", {("core.visits", "age"), ("core.costs", "amount_sek")}),
        ("SELECT 'a' AS c, 'a' AS d UNION ALL SELECT 'a', cost_item FROM lake.core.costs", "d", {("core.costs", "cost_item")}),
        ("SELECT (SELECT max(b.day) FROM hemvard_breaks AS b WHERE b.x = v.sex) AS m FROM lake.core.visits AS v", "m", {("hemvard_breaks", "day")}),
        ("SELECT sex, amount_sek AS a FROM lake.core.visits, lake.core.costs", "a", {("core.costs", "amount_sek")}),
        ("SELECT u.v FROM (VALUES (1), (2)) AS u(v)", "v", set()),
    ],
)  # fmt: skip
def test_sql_is_read_as_it_stands(sql: str, column: str, sources: set[tuple[str, str]]) -> None:
    assert traced(sql)[column] == sources


def test_a_column_of_no_table_and_a_star_over_a_table_are_refused() -> None:
    with pytest.raises(ValueError, match="no table is found"):
        traced("SELECT z.sex FROM lake.core.visits AS v")
    with pytest.raises(ValueError, match="unnamed"):
        traced("SELECT * FROM lake.core.visits")


def test_contributions_are_put_in_the_place_of_what_the_frame_reads() -> None:
    query = Query("SELECT sum(minutes) AS numerator FROM lake.core.visits")
    assert query.behind([("contributions", "numerator"), ("volumes.population", "persons")]) == {
        ("core.visits", "minutes")
    }
    assert query.behind([("contributions", "*")]) == {("core.visits", "*")}
