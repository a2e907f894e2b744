"""One run a region: the kernel's lock, seen from other processes."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regions.errors import BusyError
from warehouse.home import RegionHome
from warehouse.lock import is_held, region_lock

HOLD = (
    "import sys; from pathlib import Path; from warehouse.home import RegionHome; from warehouse.lock import region_lock\n"
    "with region_lock(RegionHome(Path(sys.argv[1])), wait=False): print('held', flush=True); sys.stdin.readline()\n"
)


@pytest.fixture
def home(tmp_path: Path) -> RegionHome:
    return RegionHome(tmp_path / "small")


@contextmanager
def holder(home: RegionHome) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the region."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_and_told_what_to_do(home: RegionHome) -> None:
    with holder(home):
        assert is_held(home)
        with (
            pytest.raises(BusyError, match="Another run holds the region small") as caught,
            region_lock(home, wait=False),
        ):
            raise AssertionError("the lock was given twice")
        assert caught.value.exit_code == 4
        assert "--wait" in caught.value.todo
        assert caught.value.where == str(home.lock)


def test_a_killed_run_holds_nothing(home: RegionHome) -> None:
    with holder(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not is_held(home)
        with region_lock(home, wait=False):
            assert is_held(home)
    assert not is_held(home)


def test_who_waits_gets_it_when_the_other_ends(home: RegionHome) -> None:
    with holder(home) as process:
        began = time.monotonic()
        timer = threading.Timer(0.3, process.kill)
        timer.start()
        with region_lock(home, wait=True):
            assert time.monotonic() - began >= 0.25
        timer.join()


def test_the_process_that_holds_it_may_take_it_again_and_keeps_it_to_the_end(home: RegionHome) -> None:
    with region_lock(home, wait=False):
        with region_lock(home, wait=False):
            pass
        assert is_held(home)
    assert not is_held(home)


def test_an_error_lets_it_go(home: RegionHome) -> None:
    with pytest.raises(KeyError), region_lock(home, wait=False):
        raise KeyError
    assert not is_held(home)


def test_regions_do_not_hold_each_other(home: RegionHome, tmp_path: Path) -> None:
    with holder(home), region_lock(RegionHome(tmp_path / "other"), wait=False):
        assert is_held(home)


def test_a_region_that_has_never_run_is_free(home: RegionHome) -> None:
    assert not is_held(home)
    assert not home.root.exists()
