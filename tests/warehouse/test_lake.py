"""The lake: encrypted, for its owner alone, readable beside a writer, and never written by a reader."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from small_region import region_home

from regions.month import Month
from warehouse.home import RegionHome
from warehouse.lake import open_lake, snapshot, transaction
from warehouse.ledger import Landing, Window, add_landings, add_windows, read_ledger
from warehouse.schema import LAKE

PLANTED = "Planterad-hemlighet"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> RegionHome:
    """A home whose lake holds a planted value; the tests only read it, or add to it."""
    place = RegionHome(tmp_path_factory.mktemp("home") / "small")
    connection = open_lake(place, threads=1)
    with transaction(connection):
        connection.execute(
            "INSERT INTO lake.quality.quarantine BY NAME SELECT $secret AS delivery_id, range AS row_number, 'rule' AS rule_id, "
            "$secret AS record_id, DATE '2024-01-01' AS delivery_month FROM range(3)",
            {"secret": PLANTED},
        )
    connection.close()
    return place


@pytest.fixture(scope="module")
def lake(home: RegionHome) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_lake(home, threads=2)
    yield connection
    connection.close()


def count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM lake.quality.quarantine").fetchone()
    assert row
    return int(row[0])


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    row = connection.execute(f"SELECT current_setting('{name}')").fetchone()
    assert row
    return row[0]


def test_every_table_is_there_once_and_opening_again_changes_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    found = lake.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'lake'"
    ).fetchall()
    assert sorted(row[0] for row in found) == sorted(table.name for table in LAKE)


def test_the_catalogue_is_in_wal_mode_and_for_the_owner_alone(home: RegionHome) -> None:
    with closing(sqlite3.connect(home.catalogue)) as catalogue:
        assert catalogue.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE(home.catalogue.stat().st_mode) == 0o600


def test_the_restricted_folders_are_for_the_owner_alone(home: RegionHome) -> None:
    for folder in (home.restricted, home.landing, home.data, home.temp, home.catalogue.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder.name


def test_the_files_are_encrypted_parquet(home: RegionHome) -> None:
    files = list(home.data.rglob("*.parquet"))
    assert files, "small inserts are files too, not rows of the catalogue"
    for file in files:
        content = file.read_bytes()
        assert PLANTED.encode() not in content
        assert content[:4] == b"PARE", "the footer itself is encrypted"
        with duckdb.connect(":memory:") as plain, pytest.raises(duckdb.Error):
            plain.execute(f"SELECT * FROM read_parquet('{file}')")


def test_the_catalogue_holds_no_rows(home: RegionHome) -> None:
    """Small inserts are files like large ones; the catalogue has the files' keys and extremes, and so is restricted."""
    with closing(sqlite3.connect(home.catalogue)) as catalogue:
        tables = [row[0] for row in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        inlined = [name for name in tables if name.startswith("ducklake_inlined_data_")]
        assert [name for name in inlined if catalogue.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()] == []
        assert catalogue.execute("SELECT count(*) FROM ducklake_data_file").fetchone() != (0,)


def test_what_spills_is_encrypted_and_stays_in_the_home(home: RegionHome, lake: duckdb.DuckDBPyConnection) -> None:
    assert setting(lake, "temp_directory") == str(home.temp)
    assert setting(lake, "temp_file_encryption") is True
    assert setting(lake, "TimeZone") == "UTC"
    assert setting(lake, "threads") == 2
    assert setting(lake, "autoinstall_known_extensions") is False


def test_a_reader_cannot_write(home: RegionHome) -> None:
    reader = open_lake(home, read_only=True)
    try:
        assert count(reader) >= 3
        for sql in (
            "INSERT INTO lake.quality.quarantine SELECT * FROM lake.quality.quarantine",
            "DELETE FROM lake.quality.quarantine",
            "CREATE TABLE lake.core.own (x INTEGER)",
        ):
            with pytest.raises(duckdb.Error, match="read-only"):
                reader.execute(sql)
    finally:
        reader.close()


def test_a_reader_with_an_open_snapshot_blocks_no_writer_and_sees_no_change(
    home: RegionHome, lake: duckdb.DuckDBPyConnection
) -> None:
    script = (
        "import sys; from pathlib import Path; from warehouse.home import RegionHome; from warehouse.lake import open_lake\n"
        "reader = open_lake(RegionHome(Path(sys.argv[1])), read_only=True); reader.execute('BEGIN')\n"
        "count = lambda: reader.execute('SELECT count(*) FROM lake.quality.quarantine').fetchone()[0]\n"
        "before = count(); print('open', flush=True); sys.stdin.readline(); print(before == count(), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        before = count(lake)
        with transaction(lake):
            lake.execute(
                "INSERT INTO lake.quality.quarantine (delivery_id, row_number, rule_id, record_id, delivery_month) VALUES ('d', 9, 'rule', 'r', DATE '2024-02-01')"
            )
        assert count(lake) == before + 1
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "True\n"


def test_a_transaction_is_all_or_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    before = count(lake), snapshot(lake)
    with pytest.raises(KeyboardInterrupt), transaction(lake):
        lake.execute("DELETE FROM lake.quality.quarantine")
        raise KeyboardInterrupt
    assert (count(lake), snapshot(lake)) == before


def test_the_ledger_remembers(lake: duckdb.DuckDBPyConnection) -> None:
    entry = Landing("abc", "alpha_visits", Month(2024, 1), 20240201, "a.txt", 10, 1, datetime(2024, 2, 1, 6))
    window = Window(datetime(2024, 1, 1).date(), datetime(2024, 1, 31).date())
    with transaction(lake):
        add_landings(lake, [entry])
        add_windows(lake, {"volumes/visits_month": ("one", {window: 3})})
        add_windows(lake, {"volumes/visits_month": ("two", {window: 4})})
    state = read_ledger(lake)
    assert entry in state.landings
    assert state.windows == {("volumes/visits_month", window): (4, "two")}


def test_nothing_is_left_beside_the_home(home: RegionHome) -> None:
    allowed = {"inbox", "restricted", "published"}
    assert {path.name for path in home.root.iterdir()} == allowed
    assert [path.name for path in Path(home.root).parent.iterdir()] == [home.root.name]


def test_a_home_that_was_moved_opens_where_it_now_lies(tmp_path: Path) -> None:
    place = RegionHome(tmp_path / "here" / "small")
    connection = open_lake(place)
    connection.execute("INSERT INTO lake.ledger.month_changes VALUES (1, DATE '2024-01-01', 'visits')")
    connection.close()
    (tmp_path / "here").rename(tmp_path / "there")
    moved = open_lake(RegionHome(tmp_path / "there" / "small"))
    try:
        moved.execute("INSERT INTO lake.ledger.month_changes VALUES (2, DATE '2024-02-01', 'visits')")
        assert moved.execute("SELECT count(*) FROM lake.ledger.month_changes").fetchall() == [(2,)]
    finally:
        moved.close()
    assert not (tmp_path / "here").exists()


def test_a_column_that_an_older_version_did_not_have_is_added(tmp_path: Path) -> None:
    place = RegionHome(tmp_path / "small")
    entry = Landing("abc", "alpha_visits", Month(2024, 1), 1, "a.txt", 10, 1, datetime(2024, 2, 1, 6))
    connection = open_lake(place, threads=1)
    with transaction(connection):
        add_landings(connection, [entry])
    connection.execute("ALTER TABLE lake.ledger.landings DROP COLUMN stamp")
    connection.execute("DROP TABLE lake.ledger.layout")
    connection.close()
    reader = open_lake(place, read_only=True)
    assert read_ledger(reader).landings == (entry,), "a reader does with what there is"
    reader.close()
    for _ in range(2):
        connection = open_lake(place, threads=1)
        found = connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'landings' AND column_name = 'stamp'"
        ).fetchall()
        state, number = read_ledger(connection), snapshot(connection)
        connection.close()
    assert [name for name, _ in found] == ["stamp"]
    assert "ETag" in found[0][1]
    assert state.landings == (entry,)
    connection = open_lake(place, threads=1)
    assert snapshot(connection) == number, "opening again adds nothing"
    connection.close()


def test_what_an_older_version_computed_in_other_types_is_computed_again(own_home: Path) -> None:
    older = open_lake(region_home(own_home))
    older.execute("DROP TABLE lake.ledger.layout")
    older.execute("DROP TABLE lake.indicators.results")
    older.execute("CREATE TABLE lake.indicators.results (indicator_id VARCHAR, numerator BIGINT)")
    older.execute("INSERT INTO lake.volumes.population BY NAME SELECT 2024 AS year, '1880' AS municipality_code")
    older.execute("INSERT INTO lake.core.person_map BY NAME SELECT 1 AS map_seq")
    window = Window(datetime(2024, 1, 1).date(), datetime(2024, 1, 31).date())
    with transaction(older):
        add_windows(older, {"volumes/population": ("one", {window: 3})})
    older.close()
    newer = open_lake(region_home(own_home))
    (found,) = newer.execute(
        "SELECT data_type FROM duckdb_columns() WHERE database_name = 'lake' AND table_name = 'results' "
        "AND column_name = 'numerator'"
    ).fetchall()
    assert found == ("DECIMAL(18,4)",)
    assert newer.execute("SELECT count(*) FROM lake.volumes.population").fetchall() == [(0,)]
    assert read_ledger(newer).windows == {}
    assert newer.execute("SELECT count(*) FROM lake.core.person_map").fetchall() == [(1,)], "rows stay"
