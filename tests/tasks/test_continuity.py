"""Continuity: rows and hidden rows beside the release in force; what is odd is told and stops nothing."""

from pathlib import Path

import duckdb
import pytest
from memory_lake import Bench

from expectations.rules import rule
from regions.errors import DataError
from tasks import release as release_module
from tasks.continuity import counted, write_continuity
from tasks.protect import BUILD
from warehouse.lake import create_table
from warehouse.releases import DATABASE, put_in_force, write_manifest
from warehouse.schema import CONTINUITY

AREA, TOTALS, SHIFT = "volumes.by_area", "volumes.region_totals", "equalisation.purchases"


def fill(connection: duckdb.DuckDBPyConnection, catalogue: str, tables: dict[str, tuple[int, int]]) -> None:
    """Tables of so many rows, of which so many are hidden; money has no hidden rows and, here, no status."""
    for name, (rows, hidden) in tables.items():
        schema = f"{catalogue}.{name.split('.')[0]}"
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        status = "" if name == SHIFT else f", if(i < {hidden}, 'protected', 'ok') AS status"
        connection.execute(f"CREATE TABLE {catalogue}.{name} AS SELECT i{status} FROM range({rows}) AS r(i)")


@pytest.fixture
def bench(own_home: Path) -> Bench:
    """A lake with a release beside it that is being built."""
    made = Bench(own_home)
    made.run.connection.execute(f"ATTACH ':memory:' AS {BUILD}")
    made.run.connection.execute(f"CREATE SCHEMA {BUILD}.quality")
    made.run.connection.execute(f"CREATE SCHEMA {BUILD}.meta")
    create_table(made.run.connection, CONTINUITY, f"{BUILD}.{CONTINUITY.name}")
    return made


def before(bench: Bench, tables: dict[str, tuple[int, int]]) -> None:
    """Put a release with these tables in force."""
    release = bench.home.releases / "20240101T000000Z-00000000"
    release.mkdir()
    with duckdb.connect(str(release / DATABASE)) as connection:
        fill(connection, DATABASE.removesuffix(".duckdb"), tables)
    write_manifest(release, {"release_id": release.name, "inputs_hash": "", "previous_release": None})
    put_in_force(bench.home, release)


def compared(bench: Bench, tables: dict[str, tuple[int, int]]) -> list[tuple[object, ...]]:
    """The rows of `quality.continuity` of a build with these tables."""
    fill(bench.run.connection, BUILD, tables)
    write_continuity(bench.run, BUILD)
    found = bench.run.connection.execute(f"SELECT * FROM {BUILD}.{CONTINUITY.name}").fetchall()
    return [(name, *map(str, rest)) for name, *rest in found]


def test_rows_and_hidden_shares_stand_beside_those_of_the_release_in_force(bench: Bench) -> None:
    before(bench, {AREA: (10, 1), SHIFT: (4, 0)})
    assert compared(bench, {AREA: (12, 4), SHIFT: (4, 0), TOTALS: (0, 0)}) == [
        (SHIFT, "4", "4", "None", "None"),
        (AREA, "12", "10", "0.3333", "0.1000"),
        (TOTALS, "0", "None", "None", "None"),
    ]


def test_the_first_release_has_nothing_before_it(bench: Bench) -> None:
    assert compared(bench, {AREA: (3, 1)}) == [(AREA, "3", "None", "0.3333", "None")]


def test_only_tables_of_figures_count() -> None:
    with duckdb.connect(":memory:") as connection:
        fill(connection, "memory", {AREA: (2, 0), "quality.changes": (5, 0), "volumes.no_table_of_ours": (5, 0)})
        assert counted(connection, "memory").to_pylist() == [{"table_name": AREA, "rows": 2, "hidden": 0}]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ((100, 10), []),
        ((50, 5), []),
        ((49, 4), ["table_kept_its_rows"]),
        ((100, 20), []),
        ((100, 21), ["hidden_share_steady"]),
        ((0, 0), ["table_kept_its_rows"]),
        ((10, 9), ["hidden_share_steady", "table_kept_its_rows"]),
    ],
)
def test_a_table_that_lost_its_rows_or_shows_them_no_longer_is_told_and_stops_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, now: tuple[int, int], told: list[str]
) -> None:
    before(bench, {AREA: (100, 10)})
    compared(bench, {AREA: now})
    rules = [rule("hidden_share_steady"), rule("table_kept_its_rows")]
    monkeypatch.setattr(release_module, "failed_results", lambda *_: {entry.id for entry in rules})
    release_module._check(bench.run)
    assert bench.run.odd == [f"{AREA}: {rule(entry).message_en} ({entry})" for entry in told]


def test_an_error_stops_the_release_all_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_module, "failed_results", lambda *_: {"table_kept_its_rows", "money_adds_up"})
    with pytest.raises(DataError, match="break 1 rule") as caught:
        release_module._check(bench.run)
    assert "table_kept_its_rows" not in str(caught.value)
