"""What DuckLake keeps of rows that are gone, and that cleaning leaves nothing of it and takes nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from small_region import empty_lake, region_home

from warehouse.cleaning import Cleaned, clean, expire_before
from warehouse.home import RegionHome
from warehouse.lake import snapshots

LARGEST = "ffffffff-ffff-4fff-8fff-ffffffffffff"
CARRIED = "lake.core.pseudonyms_carried"
ABOVE = f"SELECT count(*) FROM {CARRIED} WHERE pseudonym > '80000000-0000-0000-0000-000000000000'"


@pytest.fixture
def home(tmp_path: Path) -> RegionHome:
    return region_home(tmp_path / "home")


@pytest.fixture
def lake(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A lake in which two rows, among a hundred and alone, have been deleted."""
    connection = empty_lake(tmp_path / "home")
    rows = (
        "SELECT ('00000000-0000-4000-8000-' || lpad(n::VARCHAR, 12, '0'))::UUID AS own, own, 1 FROM range(100) AS r(n)"
    )
    connection.execute(f"INSERT INTO {CARRIED} {rows}")
    connection.execute(f"INSERT INTO {CARRIED} VALUES ('{LARGEST}', '{LARGEST}', 1)")
    connection.execute(
        f"DELETE FROM {CARRIED} WHERE pseudonym = '{LARGEST}' OR key_seq = 1 AND pseudonym::VARCHAR LIKE '%7'"
    )
    return connection


def test_the_catalogue_remembers_a_deleted_extreme_until_it_is_cleaned(
    lake: duckdb.DuckDBPyConnection, home: RegionHome
) -> None:
    lake.execute("CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)")
    lake.execute("CALL ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMPTZ)")
    lake.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
    assert LARGEST.encode() in home.catalogue.read_bytes()
    clean(lake, home)
    assert not any(LARGEST.encode() in file.read_bytes() for file in home.catalogue.parent.glob("catalogue*"))
    assert len(snapshots(lake)) == 1


def test_what_is_left_is_read_and_written_as_before(lake: duckdb.DuckDBPyConnection, home: RegionHome) -> None:
    clean(lake, home)
    assert lake.execute(f"SELECT count(*), max(pseudonym)::VARCHAR FROM {CARRIED}").fetchall() == [
        (90, "00000000-0000-4000-8000-000000000099")
    ]
    assert lake.execute(ABOVE).fetchall() == [(0,)]
    new = "90000000-0000-4000-8000-000000000000"
    lake.execute(f"INSERT INTO {CARRIED} VALUES ('{new}', '{new}', 2)")
    assert lake.execute(ABOVE).fetchall() == [(1,)]
    assert lake.execute(f"SELECT count(*) FROM {CARRIED} WHERE pseudonym < '{new}'").fetchall() == [(90,)]
    assert clean(lake, home) == Cleaned(1, 0), "a snapshot more, and no file that nobody needs"


def test_files_that_a_killed_run_left_go_and_no_others(lake: duckdb.DuckDBPyConnection, home: RegionHome) -> None:
    clean(lake, home)
    kept = set(home.data.rglob("*.parquet"))
    left = home.data / "core" / "pseudonyms_carried" / "ducklake-left.parquet"
    left.write_bytes(b"left")
    assert clean(lake, home).files == 1
    assert set(home.data.rglob("*.parquet")) == kept


def test_old_snapshots_expire_and_the_newest_never_does(lake: duckdb.DuckDBPyConnection) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    assert expire_before(lake, now - timedelta(days=1)).snapshots == 0
    assert expire_before(lake, now + timedelta(days=1)).snapshots > 1
    assert len(snapshots(lake)) == 1
    assert lake.execute(f"SELECT count(*) FROM {CARRIED}").fetchall() == [(90,)]
