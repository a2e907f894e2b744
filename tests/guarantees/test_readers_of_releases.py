"""Readers ask without pause while releases come in force and are rolled back: no error, no mixed release.

8 readers and 6 swaps here; as many as you like with HEMVARD_READERS=50 HEMVARD_SWAPS=20 in the environment.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

import duckdb
import pytest

from warehouse.home import RegionHome
from warehouse.releases import (
    DATABASE,
    finish,
    in_force,
    manifest_of,
    put_in_force,
    release_id,
    require_release,
    start_building,
    write_manifest,
)

READERS = int(os.environ.get("HEMVARD_READERS", "8"))
SWAPS = int(os.environ.get("HEMVARD_SWAPS", "6"))
PATIENCE_SECONDS = 60
ASKED = "SELECT (SELECT inputs FROM one), (SELECT inputs FROM other)"


def make(home: RegionHome, inputs: str, day: int) -> Path:
    """A release whose two tables and manifest say which it is."""
    building = start_building(home)
    with duckdb.connect(str(building / DATABASE)) as connection:
        for table in ("one", "other"):
            connection.execute(f"CREATE TABLE {table} AS SELECT '{inputs}' AS inputs")
    manifest = {"inputs_hash": inputs, "previous_release": None}
    write_manifest(building, manifest | {"release_id": release_id(manifest, datetime(2024, 1, day))})
    return finish(home, building)


class Reader:
    """Opens the published database anew all the time, and keeps the connection before open meanwhile."""

    def __init__(self, home: RegionHome) -> None:
        self.home = home
        self.seen: list[str] = []

    def read(self, done: Event) -> None:
        """Until it is done: what is opened by name is whole, and what is opened before stays what it was."""
        held = self.opened(self.home.published)
        while not done.is_set():
            (before,) = set(self.asked(held))
            new = self.opened(self.home.published)
            (seen,) = set(self.asked(new))
            assert set(self.asked(held)) == {before}
            held.close()
            held = new
            self.goes_by_the_file()
            self.seen.append(seen)
        held.close()

    def goes_by_the_file(self) -> None:
        """As our own commands do: the release that `current.json` names, its manifest and its database."""
        release = require_release(self.home)
        with self.opened(release) as connection:
            assert set(self.asked(connection)) == {manifest_of(release)["inputs_hash"]}

    def opened(self, folder: Path) -> duckdb.DuckDBPyConnection:
        """A new connection."""
        return duckdb.connect(str(folder / DATABASE), read_only=True)

    def asked(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
        """What both tables say."""
        row = connection.execute(ASKED).fetchone()
        assert row is not None
        return tuple(row)


def all_read_on(readers: list[Reader]) -> None:
    """Wait until each has asked twice more: no reader stands still, and a swap falls between its questions."""
    wanted = [len(reader.seen) + 2 for reader in readers]
    end = time.monotonic() + PATIENCE_SECONDS
    while any(len(reader.seen) < count for reader, count in zip(readers, wanted, strict=True)):
        assert time.monotonic() < end, "a reader stands still"
        time.sleep(0.005)


def test_readers_see_whole_releases_while_they_are_published_and_rolled_back(tmp_path: Path) -> None:
    home = RegionHome(tmp_path / "small")
    home.prepare()
    releases = [make(home, str(day), day) for day in (1, 2, 3)]
    put_in_force(home, releases[0])
    readers, done = [Reader(home) for _ in range(READERS)], Event()
    with ThreadPoolExecutor(READERS) as pool:
        asking = [pool.submit(reader.read, done) for reader in readers]
        try:
            for swap in range(1, SWAPS + 1):
                put_in_force(home, releases[swap % 3])
                stopped = [reader.exception() for reader in asking if reader.done()]
                assert stopped == []
                all_read_on(readers)
        finally:
            done.set()
        for reader in asking:
            reader.result()
    assert in_force(home) == releases[SWAPS % 3].resolve()
    assert {reader.seen[-1] for reader in readers} == {str(SWAPS % 3 + 1)}
    assert all(set(reader.seen) == {"1", "2", "3"} for reader in readers)


def test_a_mixed_release_would_be_seen(tmp_path: Path) -> None:
    """The reader's own test can fail: a database whose tables are of two releases."""
    home = RegionHome(tmp_path / "small")
    home.prepare()
    put_in_force(home, make(home, "1", 1))
    with duckdb.connect(str(require_release(home) / DATABASE)) as connection:
        connection.execute("UPDATE other SET inputs = '2'")
    with pytest.raises(ValueError, match="too many values"):
        Reader(home).read(Event())
    assert json.loads(home.current_file.read_text(encoding="utf-8"))["release"] == require_release(home).name
