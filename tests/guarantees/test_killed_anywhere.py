"""A run that is killed anywhere is made good by the next one: the same figures, and nothing half in between."""

import random
import time
from pathlib import Path

import pytest
from processes import ForkServer
from small_region import SMALL, copy_home, figure_hashes, region_home, run_plain
from whole import nothing_is_half, release_is_whole

from tasks.step import KILL_AT

pytestmark = pytest.mark.slow
STEPS = ("land", "stage", "identify", "judge", "load", "compute", "protect", "release", "present")
# Between two steps nothing is written: the end of one is the beginning of the next.
BOUNDARIES = [*(f"{step}:before" for step in STEPS), "load:after", "present:after"]
WITHIN = (
    "tasks.land.add_landings",  # files encrypted, not yet in the ledger
    "tasks.load.count_visits",  # in the transaction: rows in, not yet counted
    "tasks.load._write_ledger",  # in the transaction: rows counted, not yet in the ledger
    "warehouse.models.add_windows",  # in the transaction: a model's rows in, its windows not yet
    "tasks.release._write_parquet",
    "tasks.present.finish",  # built, not yet named
    "tasks.present.put_in_force",  # named, not yet in force
)
MOMENTS = 3


@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("point", [*BOUNDARIES, "load:after#2", "stage:before#3"])
def test_killed_at_a_boundary(
    point: str, hemvard: ForkServer, base: Path, more: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    home = copy_home(more, tmp_path / "home")
    assert hemvard.start_plain(home, killed_at=point).wait() == -9
    in_force = figure_hashes(home)
    assert in_force == (undisturbed if point == "present:after" else figure_hashes(base))
    nothing_is_half(home)
    run_plain(home, light=True, pages=True)
    is_as_undisturbed(home, undisturbed)


@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("place", WITHIN)
def test_killed_within_a_step(
    place: str, hemvard: ForkServer, base: Path, more: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    home = copy_home(more, tmp_path / "home")
    assert hemvard.start_plain(home, killed_in=place).wait() == -9
    assert figure_hashes(home) == figure_hashes(base)
    releases = [folder for folder in region_home(home).releases.iterdir() if not folder.name.startswith(".")]
    assert len(releases) == (2 if place == "tasks.present.put_in_force" else 1)
    nothing_is_half(home)
    run_plain(home, light=True, pages=True)
    is_as_undisturbed(home, undisturbed)


@pytest.mark.xdist_group("prefect-moments")
@pytest.mark.parametrize("point", ["load:after#2", "present:before"])
def test_the_command_is_killed_at_a_boundary_and_run_again(
    point: str, hemvard: ForkServer, base: Path, more: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    """With Prefect, Great Expectations and the command line, which have no part in the tests above."""
    home = copy_home(more, tmp_path / "home")
    killed = hemvard.run("run", SMALL, "--home", home, environment={KILL_AT: point})
    assert killed.wait() == -9
    assert figure_hashes(home) == figure_hashes(base)
    recovered(hemvard, home, undisturbed)


@pytest.fixture(scope="module")
def seconds(hemvard: ForkServer, more: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a run takes that nothing disturbs."""
    home = copy_home(more, tmp_path_factory.mktemp("timed") / "home")
    began = time.monotonic()
    assert hemvard.run("run", SMALL, "--home", home).wait() == 0
    return time.monotonic() - began


@pytest.mark.xdist_group("prefect-moments")
@pytest.mark.parametrize("number", range(MOMENTS))
def test_killed_at_a_random_moment(
    number: int,
    hemvard: ForkServer,
    base: Path,
    more: Path,
    undisturbed: dict[str, str],
    seconds: float,
    tmp_path: Path,
) -> None:
    """A moment in each twentieth of the run's time, so that all of it is tried."""
    home = copy_home(more, tmp_path / "home")
    process = hemvard.start("run", SMALL, "--home", home)
    time.sleep(seconds * (number + random.Random(number).random()) / MOMENTS)
    process.kill()
    assert process.wait() in (-9, 0)
    assert figure_hashes(home) in (figure_hashes(base), undisturbed)
    recovered(hemvard, home, undisturbed)


def recovered(hemvard: ForkServer, home: Path, undisturbed: dict[str, str]) -> None:
    """The state that a killed run left is not half; the next run gives the figures of an undisturbed one."""
    nothing_is_half(home)
    again = hemvard.run("run", SMALL, "--home", home)
    assert again.wait() == 0, again.err
    is_as_undisturbed(home, undisturbed)


def is_as_undisturbed(home: Path, undisturbed: dict[str, str]) -> None:
    """The figures are those of an undisturbed run, in a whole release, and nothing is left of the one half built."""
    assert figure_hashes(home) == undisturbed
    release_is_whole(home)
    assert not list(region_home(home).releases.glob(".*"))
