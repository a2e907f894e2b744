"""`hemvard up` for real: server, worker and deployments, runs that Prefect's page starts, and a crash of all."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings
from small_region import MONTHS, SMALL, Deliveries, figure_hashes, region_home, run_plain

from warehouse.lock import is_held

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up"), pytest.mark.timeout(600)]
HEMVARD = [sys.executable, "-m", "flows.cli"]


@dataclass
class Up:
    """A running `hemvard up`."""

    process: subprocess.Popen[bytes]
    home: Path

    @property
    def noted(self) -> Path:
        """Where it notes its address."""
        return self.home / "prefect" / "up.json"

    @property
    def api(self) -> str:
        """Its server's address."""
        return str(json.loads(self.noted.read_text(encoding="utf-8"))["api_url"])

    def children(self) -> list[psutil.Process]:
        """Server, worker, and what they started."""
        return psutil.Process(self.process.pid).children(recursive=True)


def environment() -> dict[str, str]:
    """This process's environment without what steers Prefect or hemvard; the worker asks for work every second."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PREFECT_", "HEMVARD_"))}
    return kept | {"PREFECT_WORKER_QUERY_SECONDS": "1"}


def wait_for(true, seconds: float = 120, pause: float = 0.1):
    """What a function answers as soon as that is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(pause)
    raise AssertionError(f"not true within {seconds} s")


@contextmanager
def up(home: Path, port: int) -> Iterator[Up]:
    """`hemvard up` until the end of the block; whatever is left of it then is ended by its id."""
    with (home.parent / "up.log").open("ab") as log:
        command = [*HEMVARD, "up", "--home", str(home), "--port", str(port)]
        running = Up(subprocess.Popen(command, env=environment(), cwd=home.parent, stdout=log, stderr=log), home)
    seen: list[psutil.Process] = []
    try:
        wait_for(lambda: running.process.poll() is not None or _answers(running))
        seen = running.children()
        yield running
    finally:
        if running.process.poll() is None:
            seen += running.children()
            running.process.terminate()
            running.process.wait(timeout=60)
        for process in seen:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _answers(running: Up) -> bool:
    with suppress(OSError, ValueError, KeyError, httpx.HTTPError):
        log = (running.home.parent / "up.log").read_text(encoding="utf-8")
        noted_by = json.loads(running.noted.read_text(encoding="utf-8"))["pid"]
        return noted_by == running.process.pid and "Prefect's page" in log
    return False


@contextmanager
def client_of(running: Up) -> Iterator[SyncPrefectClient]:
    """A client of its server, as Prefect's page is one."""
    with temporary_settings({PREFECT_API_URL: running.api}), get_client(sync_client=True) as client:
        yield client


def start_run(client: SyncPrefectClient) -> FlowRun:
    """What the button on Prefect's page does, with another region than the deployment's own."""
    deployment = client.read_deployment_by_name("monthly/monthly")
    assert deployment.parameters == {"region": "norrbotten"}
    return client.create_flow_run_from_deployment(deployment.id, parameters={"region": str(SMALL)})


def ended(client: SyncPrefectClient, run: FlowRun, state: str) -> None:
    """Wait until the run has ended, in this state."""
    found = wait_for(lambda: (now := client.read_flow_run(run.id)).state.is_final() and now.state, 180)
    assert found.name == state, found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The figures of the deliveries that the tests put before the worker."""
    home = tmp_path_factory.mktemp("expected") / "home"
    Deliveries(home).fill(12, months=MONTHS[:2])
    run_plain(home, light=True, every_indicator=True)  # all of them: so does the worker's process
    return figure_hashes(home)


def test_runs_on_its_server_and_ends_with_its_children(
    expected: dict[str, str], tmp_path: Path, unused_tcp_port: int
) -> None:
    home = tmp_path / "home"
    Deliveries(home).fill(12, months=MONTHS[:2])
    with up(home, unused_tcp_port) as running:
        with client_of(running) as client:
            names = {deployment.name for deployment in client.read_deployments()}
            assert names == {"monthly", "backfill", "reference"}
            ended(client, start_run(client), "Completed")
            assert figure_hashes(home) == expected

            again = subprocess.run(
                [*HEMVARD, "run", str(SMALL), "--home", str(home)],
                env=environment(),
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert again.returncode == 0, again.stderr
            assert "Nothing new" in again.stdout
            runs = client.read_flow_runs()
            assert [run.state_name for run in runs if run.deployment_id is None] == ["Completed"]
            (by_hand,) = [run for run in runs if run.deployment_id is None]
            ours = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[by_hand.id]))
            assert [artifact.key for artifact in client.read_artifacts(artifact_filter=ours)] == ["small-run"]
        second = subprocess.run(
            [*HEMVARD, "up", "--home", str(home)],
            env=environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 2
        assert "A server is up for this home already" in second.stderr
        children = running.children()
        assert len(children) >= 2
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=60) in (0, 130)
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []
        assert not running.noted.exists()


def test_after_a_crash_of_everything_the_next_run_goes_through(
    expected: dict[str, str], tmp_path: Path, unused_tcp_port: int
) -> None:
    """Server, worker and flow killed in a run; a second run waits for its place. `hemvard up` again mends both."""
    home = tmp_path / "home"
    Deliveries(home).fill(12, months=MONTHS[:2])
    with up(home, unused_tcp_port) as running:
        with client_of(running) as client:
            first = start_run(client)
            wait_for(lambda: is_held(region_home(home)), pause=0.01)
            wait_for(lambda: client.read_flow_run(first.id).state_name == "Running", pause=0.01)
            waiting = start_run(client)
        for process in [psutil.Process(running.process.pid), *running.children()]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        running.process.wait()
    wait_for(lambda: not is_held(region_home(home)), 20)
    assert not region_home(home).current.exists()
    with up(home, unused_tcp_port) as again, client_of(again) as client:
        assert client.read_flow_run(first.id).state_name == "Crashed"
        ended(client, waiting, "Completed")
    assert figure_hashes(home) == expected


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on the loopback interface that nobody listens on now."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
