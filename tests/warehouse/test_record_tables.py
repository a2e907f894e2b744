"""The tables and views of other subjects than visits: always there, and made good where they are not whole."""

from pathlib import Path

import duckdb
import pytest
from small_region import region_home

from regions.contracts import CONTRACTS
from warehouse.lake import open_lake
from warehouse.records import ensure_records, view_of
from warehouse.schema import VERSIONS

LINKS = "core.person_links"


@pytest.fixture
def lake(own_home: Path) -> duckdb.DuckDBPyConnection:
    return open_lake(region_home(own_home))


def columns(lake: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [column[0] for column in lake.execute(f"SELECT * FROM lake.{name} LIMIT 0").description]


def test_every_subject_has_a_key_and_a_view() -> None:
    for subject in CONTRACTS:
        assert VERSIONS[subject].key == ("delivery_id", "row_number", "system", "record_id")
        assert view_of(VERSIONS[subject]) == f"core.{subject}"


def test_every_subject_has_a_table_and_a_view_before_any_rows(lake: duckdb.DuckDBPyConnection) -> None:
    ensure_records(lake)
    for subject in CONTRACTS:
        assert columns(lake, f"core.{subject}") == list(VERSIONS[subject].names())
        assert lake.execute(f"SELECT count(*) FROM lake.core.{subject}").fetchall() == [(0,)]
    assert columns(lake, "core.constructed_visits")


def test_a_view_that_a_killed_run_did_not_come_to_is_made(lake: duckdb.DuckDBPyConnection) -> None:
    ensure_records(lake)
    lake.execute(f"DROP VIEW lake.{LINKS}")
    lake.execute("DELETE FROM lake.ledger.layout WHERE part = 'views'")
    ensure_records(lake)
    assert columns(lake, LINKS) == list(VERSIONS["person_links"].names())


def test_a_contract_that_has_grown_reaches_an_older_lake(own_home: Path) -> None:
    older = open_lake(region_home(own_home))
    ensure_records(older)
    older.execute(f"DROP VIEW lake.{LINKS}")
    older.execute(f"ALTER TABLE lake.{LINKS}_versions DROP COLUMN reason")
    kept = ", ".join(name for name in VERSIONS["person_links"].names() if name != "reason")
    older.execute(f"CREATE VIEW lake.{LINKS} AS SELECT {kept} FROM lake.{LINKS}_versions")
    older.execute("DROP TABLE lake.ledger.layout")
    older.close()
    lake = open_lake(region_home(own_home))
    ensure_records(lake)
    assert "reason" in columns(lake, f"{LINKS}_versions")
    assert columns(lake, LINKS) == list(VERSIONS["person_links"].names())
