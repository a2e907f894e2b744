"""A month that is run twice gives the same figures and no new release; two runs at once take turns."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Pending, Running
from processes import ForkServer, Process, wait_for
from small_region import SMALL, copy_home, figure_hashes, region_home

from flows.monthly import monthly
from flows.up import mark_crashed
from warehouse.lock import is_held

pytestmark = pytest.mark.xdist_group("prefect-moments")


@pytest.mark.slow
def test_a_second_run_finds_nothing_new(hemvard: ForkServer, base: Path, tmp_path: Path) -> None:
    home = copy_home(base, tmp_path / "home")
    before, release = figure_hashes(home), region_home(home).current.resolve()
    for arguments in ((), ("--from", "2024-01", "--to", "2024-01")):
        again = hemvard.run("run", SMALL, "--home", home, *arguments)
        assert again.wait() == 0, again.err
        assert "Nothing new; the release in force stands" in again.out
    assert figure_hashes(home) == before
    assert region_home(home).current.resolve() == release
    assert list(region_home(home).releases.iterdir()) == [release]


def test_a_process_and_the_engine_make_the_figures_that_plain_functions_make(
    hemvard: ForkServer, client: SyncPrefectClient, more: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    home = copy_home(more, tmp_path / "home")
    run = hemvard.run("run", SMALL, "--home", home)
    assert run.wait() == 0, run.err
    assert "New release in force" in run.out
    assert figure_hashes(home) == undisturbed
    (latest,) = [entry for entry in client.read_flow_runs() if entry.parameters.get("home") == str(home)]
    assert latest.state_name == "Completed"
    ours = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[latest.id]))
    (artifact,) = client.read_artifacts(artifact_filter=ours)
    assert artifact.key == "small-run"
    assert "| beta_visits | 2024-01 | 2 | current |" in artifact.data
    assert "Syntetiska leveranser" in artifact.data


@pytest.fixture
def halted(hemvard: ForkServer, more: Path, tmp_path: Path) -> Iterator[tuple[Path, Process]]:
    """A home whose region a run holds, and that run, halted in its midst."""
    home = copy_home(more, tmp_path / "home")
    process = hemvard.start("run", SMALL, "--home", home)
    wait_for(lambda: is_held(region_home(home)))
    os.kill(process.pid, signal.SIGSTOP)
    yield home, process
    process.kill()
    process.wait()


def test_a_run_beside_another_ends_with_4(hemvard: ForkServer, halted: tuple[Path, Process]) -> None:
    home, _ = halted
    second = hemvard.run("run", SMALL, "--home", home)
    assert second.wait() == 4
    assert "Another run holds the region small." in second.err
    assert "--wait" in second.err
    assert "Traceback" not in second.err


@pytest.mark.slow
def test_a_run_that_waits_finds_nothing_new(
    hemvard: ForkServer, halted: tuple[Path, Process], undisturbed: dict[str, str]
) -> None:
    home, first = halted
    second = hemvard.start("run", SMALL, "--home", home, "--wait")
    first.signal(signal.SIGCONT)
    assert first.wait() == 0, first.err
    assert second.wait() == 0, second.err
    assert "New release in force" in first.out
    assert "Nothing new" in second.out
    assert figure_hashes(home) == undisturbed


@pytest.fixture
def client(hemvard: ForkServer) -> Iterator[SyncPrefectClient]:
    """A client of the server that the runs use."""
    with temporary_settings({PREFECT_API_URL: hemvard.api}), get_client(sync_client=True) as opened:
        yield opened


def state_of(client: SyncPrefectClient, home: Path) -> str:
    """The state of the newest run in a home, as the server knows it."""
    found = [run for run in client.read_flow_runs() if run.parameters.get("home") == str(home)]
    return str(max(found, key=lambda run: run.created).state_name) if found else "none"


@pytest.mark.slow
def test_a_killed_run_is_marked_crashed_and_a_living_one_is_not(
    hemvard: ForkServer, client: SyncPrefectClient, halted: tuple[Path, Process], more: Path, tmp_path: Path
) -> None:
    """Also where the region's folder has another name than its id, as this region's has."""
    home, living = halted
    other = copy_home(more, tmp_path / "other")
    killed = hemvard.run("run", SMALL, "--home", other, environment={"HEMVARD_TEST_KILL_AT": "stage:before"})
    assert killed.wait() == -9
    living.signal(signal.SIGCONT)
    wait_for(lambda: state_of(client, home) == "Running")
    living.signal(signal.SIGSTOP)
    assert state_of(client, other) == "Running"
    mark_crashed(other, timedelta(0))
    assert state_of(client, other) == "Crashed"
    assert state_of(client, home) == "Running"


def test_a_run_that_died_before_it_began_is_marked_crashed_too(
    client: SyncPrefectClient, base: Path, tmp_path: Path
) -> None:
    """A pending run takes its deployment's place as a running one does."""
    home = copy_home(base, tmp_path / "home")
    parameters = {"region": str(SMALL), "home": str(home)}
    client.create_flow_run(monthly, parameters=parameters, state=Pending())
    mark_crashed(home, timedelta(minutes=1))
    assert state_of(client, home) == "Pending"
    mark_crashed(home, timedelta(0))
    assert state_of(client, home) == "Crashed"


def test_a_run_of_a_region_that_is_gone_is_marked_and_ends_nothing(client: SyncPrefectClient, tmp_path: Path) -> None:
    parameters = {"region": str(tmp_path / "gone"), "home": str(tmp_path)}
    client.create_flow_run(monthly, parameters=parameters, state=Running())
    mark_crashed(tmp_path, timedelta(0))
    assert state_of(client, tmp_path) == "Crashed"
