"""The models' SQL, read as SQL: what it says of itself, and nothing that could make the figures differ."""

import re
from pathlib import Path
from typing import get_args

import pytest
import sqlglot
from sqlglot import exp

from regions.contracts import CONTRACTS
from warehouse.model_files import MODELS, composed, inputs_of, shared_of
from warehouse.models import COMPUTED, WindowKind, computed_models
from warehouse.schema import LAKE, PUBLISHED, VERSIONS

FILES = sorted(MODELS.rglob("*.sql"))
ROOT = MODELS.parents[1]
TABLES = {table.name: table for table in (*LAKE, *PUBLISHED, *VERSIONS.values())}
OTHERS = {*(f"core.{subject}" for subject in CONTRACTS), "contributions"}
OTHERS |= {"staging.constructed_visits", "staging.delivery_rows"}
"""The views of other subjects, an indicator's contributions to the frame, and what a step stages for a model."""
NOT_THE_SAME_TWICE = {
    *("random", "rand", "uuid", "gen_random_uuid", "setseed", "hash", "now", "today", "get_current_timestamp"),
    *("current_date", "current_timestamp", "current_time", "localtimestamp", "localtime", "transaction_timestamp"),
}
ORDERED = {"first", "last", "any_value", "arbitrary", "string_agg", "group_concat", "listagg", "list", "array_agg"}


def ids(file: Path) -> str:
    return file.relative_to(MODELS).as_posix()


def parsed(sql: str) -> exp.Expression:
    """DuckDB's ANTI and SEMI JOIN without a side are written with one for the parser."""
    return sqlglot.parse_one(re.sub(r"\$(\w+)", r"'\1'", sql), read="duckdb")


def functions(tree: exp.Expression) -> set[str]:
    named = {str(node.this).lower() for node in tree.find_all(exp.Anonymous)}
    return named | {node.sql_name().lower() for node in tree.find_all(exp.Func) if not isinstance(node, exp.Anonymous)}


def faults(sql: str) -> list[str]:
    """What a model must not have."""
    tree = parsed(sql)
    found = sorted(functions(tree) & NOT_THE_SAME_TWICE)
    found += [f"{node.sql()} of DOUBLE" for node in tree.find_all(exp.Sum, exp.Avg) if _is_double(node)]
    found += ["avg" for _ in tree.find_all(exp.Avg)]
    for node in tree.find_all(exp.Func):
        name = str(node.this).lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        if name in ORDERED and not node.find(exp.Order):
            found.append(f"{name} without ORDER BY")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for select in tree.find_all(exp.Select):
        tables = {
            table
            for scope in (select.args.get("from_"), *select.args.get("joins", []))
            if scope
            for table in scope.find_all(exp.Table)
        }
        if any(_is_star(entry) for entry in select.expressions) and not all(_is_own(table, own) for table in tables):
            found.append("SELECT *")
    return found


def _is_own(table: exp.Table, own: set[str]) -> bool:
    """A table of the file's own WITH, whose columns stand in the file."""
    return not table.db and table.name in own


def _is_star(entry: exp.Expression) -> bool:
    return isinstance(entry, exp.Star) or (isinstance(entry, exp.Column) and isinstance(entry.this, exp.Star))


def _is_double(node: exp.Expression) -> bool:
    inside = node.this
    double = {column.name for table in LAKE for column in table.columns if column.type == "DOUBLE"}
    casts = any(
        cast.to.this in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT) for cast in inside.find_all(exp.Cast)
    )
    divisions = bool(list(inside.find_all(exp.Div)))
    return casts or divisions or any(column.name in double for column in inside.find_all(exp.Column))


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_model_begins_with_what_a_row_is_from_which_tables_and_by_what(file: Path) -> None:
    head = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        head.append(line)
    told = "\n".join(head)
    assert head[0].startswith("-- A row is ")
    assert head[0].endswith(".")
    assert re.search(r"^-- (From|With): .+", told, re.MULTILINE)
    assert re.search(r"^-- By: .+", told, re.MULTILINE)


def shared_queries(sql: str) -> dict[str, str]:
    """The name under which each query stands that a file says it has before it (-- With), and the query's file."""
    return {
        name.rpartition("/")[2]: name
        for line in re.findall(r"^-- With: (.+)$", sql, re.MULTILINE)
        for name in line.split(", ")
    }


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_model_reads_the_tables_that_it_says(file: Path) -> None:
    sql = file.read_text(encoding="utf-8")
    lines = re.findall(r"^-- From: (.+)$", sql, re.MULTILINE)
    assert len(lines) <= 1
    told = {name.strip() for line in lines for name in re.split("[,;]", line)}
    tree = parsed(sql)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    read = {
        f"{table.db}.{table.name}" if table.db else table.name
        for table in tree.find_all(exp.Table)
        if not _is_own(table, own) and table.name != "hemvard_windows"
    }
    shared = shared_queries(sql)
    assert shared.keys() <= read, "what is shared is read"
    read -= shared.keys()
    assert read == told
    assert {name for name in read if not name.startswith("hemvard_")} <= set(TABLES) | OTHERS


@pytest.mark.parametrize("name", COMPUTED)
def test_a_computed_model_declares_its_window(name: str) -> None:
    (model,) = [entry for entry in computed_models() if entry.name == name]
    assert model.window in get_args(WindowKind)
    assert "hemvard_windows" in model.sql
    assert model.window_key
    columns = {column.name for column in sqlglot.parse_one(model.window_key, read="duckdb").find_all(exp.Column)}
    assert columns <= set(model.table.key)


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_model_gives_the_same_figures_every_time(file: Path) -> None:
    assert faults(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_the_outermost_select_names_its_columns(file: Path) -> None:
    tree = parsed(file.read_text(encoding="utf-8"))
    assert isinstance(tree, exp.Select | exp.Union)
    assert not any(_is_star(entry) for entry in tree.selects)
    names = [entry.alias_or_name for entry in tree.selects]
    assert len(set(names)) == len(names)
    table = TABLES[ids(file).removesuffix(".sql").replace("/", ".")] if ids(file) in _OWN_TABLE else None
    if table:
        assert set(names) == set(table.names())


_OWN_TABLE = {
    *("core/visits.sql", "volumes/visits_month.sql", "volumes/region_totals.sql"),
    *("quality/deliveries.sql", "quality/rule_results.sql", "quality/quarantine_summary.sql"),
}


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT sum(value) FROM lake.indicators.results", True),
        ("SELECT avg(minutes) FROM lake.core.visits", True),
        ("SELECT sum(minutes / 60) FROM lake.core.visits", True),
        ("SELECT sum(minutes::DOUBLE) FROM lake.core.visits", True),
        ("SELECT sum(minutes)::DOUBLE FROM lake.core.visits", False),
        ("SELECT first(sex) FROM lake.core.visits", True),
        ("SELECT any_value(sex) FROM lake.core.visits", True),
        ("SELECT string_agg(sex, ',') FROM lake.core.visits", True),
        ("SELECT string_agg(sex, ',' ORDER BY record_id) FROM lake.core.visits", False),
        ("SELECT random()", True),
        ("SELECT now()", True),
        ("SELECT current_date", True),
        ("SELECT current_timestamp", True),
        ("SELECT uuid()", True),
        ("SELECT * FROM lake.core.visits", True),
        ("SELECT v.* FROM lake.core.visits AS v", True),
        ("WITH a AS (SELECT * FROM lake.core.visits) SELECT sex FROM a", True),
        ("WITH a AS (SELECT sex FROM lake.core.visits) SELECT * FROM a", False),
        ("WITH a AS (SELECT 1 AS x) SELECT a.* FROM a JOIN lake.core.visits AS v ON true", True),
        ("SELECT count(*) FROM lake.core.visits", False),
    ],
)
def test_the_lint_finds_what_it_is_for(sql: str, found: bool) -> None:
    assert bool(faults(sql)) is found


SHARING = [file for file in FILES if "\n-- With: " in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", SHARING, ids=ids)
def test_what_a_model_shares_stands_before_it_in_the_order_in_which_it_is_read(file: Path) -> None:
    name, sql = ids(file).removesuffix(".sql"), file.read_text(encoding="utf-8")
    whole = parsed(composed(name))
    shared = [each.rpartition("/")[2] for each in shared_of(sql)]
    first = [cte.alias for cte in whole.args["with_"].expressions]
    assert first == shared
    assert set(shared_queries(sql)) <= set(shared)
    own = {cte.alias for cte in whole.find_all(exp.CTE)}
    read = {f"{table.db}.{table.name}" if table.db else table.name for table in whole.find_all(exp.Table)}
    assert read - own - {"hemvard_windows"} == set(inputs_of(sql))


def test_whether_a_visit_is_within_a_boundary_is_said_in_one_place() -> None:
    """Beside it, the gap analysis asks which ages a boundary takes in: of persons who have no visits."""
    sharing = {"gap", "scenario_totals", "scenario_differences", "work_by_scenario"}
    assert {file.stem for file in SHARING if file.parent.name == "volumes"} == {"boundaries", *sharing}
    reading = {
        file.stem
        for file in FILES
        if "hemvard_conditions"
        in {table.name for table in parsed(file.read_text(encoding="utf-8")).find_all(exp.Table)}
    }
    assert reading == {"combinations", "boundaries", "gap"}


def test_every_model_is_computed_by_some_step() -> None:
    by_step = {f"{name}.sql" for name in COMPUTED} | {"core/visits.sql", "core/constructed_visits.sql"}
    by_step |= {
        ids(file) for file in FILES if file.parent.name in ("quality", "follow_up", "indicators", "equalisation")
    }
    by_step |= {"volumes/posts.sql", "volumes/work_by_scenario.sql"}  # tasks/staffing.py
    by_step |= {f"{name}.sql" for file in SHARING for name in shared_of(file.read_text(encoding="utf-8"))}
    assert {ids(file) for file in FILES} == by_step


def test_no_figure_s_order_depends_on_a_pseudonym() -> None:
    for file in FILES:
        for node in parsed(file.read_text(encoding="utf-8")).find_all(exp.Order):
            assert "person_key" not in {column.name for column in node.find_all(exp.Column)}, ids(file)
