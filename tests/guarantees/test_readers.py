"""Readers: never blocked, block nobody, never see half a month."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import duckdb
from small_region import MONTHS, copy_home, figure_hashes, lake_rows, region_home, rows, run_plain

from tasks import load as load_module
from warehouse.lake import open_lake

COUNTED = "SELECT sum(visits) FROM volumes.visits_month"
IN_LAKE = "SELECT count(*) FROM lake.core.visits"
SOURCES_OF_MONTHS = (
    "SELECT delivery_month::VARCHAR, source_id, count(*) FROM lake.core.visit_versions GROUP BY ALL ORDER BY ALL"
)
# A reader in a process of its own: answers a line with what it sees, or polls until its input ends.
_PUBLISHED_READER = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(json.dumps([str(row) for row in connection.execute(line).fetchall()]), flush=True)
"""
_POLLING_READER = """
import json, select, sys, time
from pathlib import Path
from warehouse.home import RegionHome
from warehouse.lake import open_lake
connection = open_lake(RegionHome(Path(sys.argv[1])), read_only=True)
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.002)[0]:
    began = time.monotonic()
    seen = connection.execute(sys.argv[2]).fetchall()
    print(json.dumps([time.monotonic() - began, seen]), flush=True)
"""


@contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process that we talk to."""
    command = [sys.executable, "-c", code, *arguments]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        yield running
    finally:
        running.stdin.close()
        running.wait(timeout=60)
        running.stdout.close()


def test_a_reader_that_keeps_the_published_database_open(more: Path, tmp_path: Path) -> None:
    home = copy_home(more, tmp_path / "home")
    database = region_home(home).published / "hemvard.duckdb"

    def asked(reader: subprocess.Popen[str]) -> str:
        reader.stdin.write(COUNTED + "\n")
        return reader.stdout.readline()

    with process(_PUBLISHED_READER, str(database)) as reader:
        old = asked(reader)
        assert old == json.dumps([str(row) for row in rows(home, COUNTED)]) + "\n"
        run_plain(home, light=True)
        assert asked(reader) == old
        new = json.dumps([str(row) for row in rows(home, COUNTED)]) + "\n"
        assert new != old
        with process(_PUBLISHED_READER, str(database)) as later:
            assert asked(later) == new
        assert asked(reader) == old


def test_what_this_process_has_opened_stays_while_a_run_loads_and_publishes(more: Path, tmp_path: Path) -> None:
    """A published database, and a snapshot of the lake."""
    home = copy_home(more, tmp_path / "home")
    published, in_lake = rows(home, COUNTED), lake_rows(home, IN_LAKE)
    opened = duckdb.connect(str(region_home(home).current.resolve() / "hemvard.duckdb"), read_only=True)
    lake = open_lake(region_home(home), read_only=True)
    try:
        lake.execute("BEGIN")
        assert lake.execute(IN_LAKE).fetchall() == in_lake
        run_plain(home, light=True)
        assert opened.execute(COUNTED).fetchall() == published
        assert lake.execute(IN_LAKE).fetchall() == in_lake
        assert lake.execute(SOURCES_OF_MONTHS).fetchall() == _months_in(home, MONTHS[:2], at_first=True)
        assert rows(home, COUNTED) != published
        assert lake_rows(home, IN_LAKE) != in_lake
        lake.execute("COMMIT")
        assert lake.execute(IN_LAKE).fetchall() == lake_rows(home, IN_LAKE)
    finally:
        lake.close()
        opened.close()


def test_a_polling_reader_never_sees_half_a_month(
    more: Path, undisturbed: dict[str, str], tmp_path: Path, monkeypatch: Any
) -> None:
    """The load is slowed down inside its transaction, so that the reader asks many times meanwhile."""
    home = copy_home(more, tmp_path / "home")
    for name in ("_forget", "_insert_versions", "count_visits", "_write_ledger"):
        monkeypatch.setattr(load_module, name, _slowed(getattr(load_module, name)))
    with process(_POLLING_READER, str(region_home(home).root), SOURCES_OF_MONTHS) as reader:
        assert reader.stdout.readline() == "ready\n"
        run_plain(home, light=True)
        told, _ = reader.communicate("\n", timeout=60)
    polls = [json.loads(line) for line in told.splitlines()]
    assert len(polls) >= 50
    assert max(seconds for seconds, _ in polls) < 5
    seen: dict[str, set[str]] = defaultdict(set)
    for _, state in polls:
        for month in MONTHS:
            seen[month].add(json.dumps([entry for entry in state if entry[0][:7] == month]))
    # Before and after: nothing between, in any of the months.
    assert [len(seen[month]) for month in MONTHS] == [1, 2, 2]
    assert "[]" in seen[MONTHS[2]]
    assert figure_hashes(home) == undisturbed


def _slowed(function: Callable[..., Any]) -> Callable[..., Any]:
    def slowed(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        sleep(0.15)
        return answer

    return slowed


def _months_in(home: Path, months: tuple[str, ...], *, at_first: bool) -> list[tuple[str, str, int]]:
    """What the lake held after the first run: twenty rows of each source and month."""
    assert at_first
    sources = ("alpha_visits", "beta_visits", "gamma_changes")
    return [(f"{month}-01", source, 20) for month in months for source in sources]
