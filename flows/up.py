"""`hemvard up`: Prefect's server, a worker and the deployments on this machine.

A crash leaves a run RUNNING at the server, and its deployment's limit taken. The kernel has freed the
region's lock by then, so `up` sets runs whose lock nobody holds to CRASHED: at its start and every minute.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from flows.prefect_home import running_server, up_file, use_prefect
from regions.errors import UnreachableError, UsageError
from regions.folder import load_region
from warehouse.home import RegionHome, find_home
from warehouse.lock import is_held

ROOT = Path(__file__).resolve().parent.parent
POOL = "hemvard"
FLOWS = ("monthly", "backfill", "reference")
_START_SECONDS = 180
_TEND_SECONDS = 60
_GRACE = timedelta(seconds=60)
"""So young a run may not have taken its lock yet."""
_PENDING_TIMES = 10


def serve(home: Path | None, port: int) -> None:
    """Bring all up and tend it until the process is told to end."""
    place = find_home(home)
    if address := running_server(place):
        raise UsageError(
            f"A server is up for this home already: {address}", todo="Use it, or end it with Ctrl-C there."
        )
    use_prefect(place)
    address = f"http://127.0.0.1:{port}/api"
    os.environ |= {"PREFECT_API_URL": address, "PREFECT_UI_API_URL": address, "HEMVARD_HOME": str(place)}
    signal.signal(signal.SIGTERM, _end)
    with _child("server", "start", "--host", "127.0.0.1", "--port", str(port), log=place / "prefect" / "server.log"):
        _wait_until_healthy(address, place)
        mark_crashed(place, timedelta(0))
        _deploy()
        _note_address(place, address)
        try:
            with _child("worker", "start", "--pool", POOL, "--name", POOL, log=place / "prefect" / "worker.log"):
                print(
                    f"Prefect's page: {address.removesuffix('/api')}  (Ctrl-C ends server and worker)",
                    flush=True,
                )
                _tend(place)
        finally:
            up_file(place).unlink(missing_ok=True)


def mark_crashed(home: Path, older_than: timedelta = _GRACE) -> int:
    """Set runs that the server takes for alive, but whose region nobody holds, to CRASHED; how many.

    A pending run takes its deployment's place too; its process, which still imports, has ten times as long.
    """
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    marked = 0
    with get_client(sync_client=True) as client:
        for run in _alive(client):
            patience = older_than * (_PENDING_TIMES if run.state.is_pending() else 1)
            if datetime.now(UTC) - run.state.timestamp >= patience and not _is_held(run.parameters, home):
                message = "Its process is gone: nobody holds the region's lock."
                client.set_flow_run_state(run.id, Crashed(message=message), force=True)
                marked += 1
    return marked


def _alive(client: Any) -> list[Any]:
    from prefect.client.schemas.filters import (
        FlowFilter,
        FlowFilterName,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType

    alive = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=alive))
    found: list[Any] = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOWS))),
        flow_run_filter=FlowRunFilter(state=state),
    )
    return found


def _is_held(parameters: dict[str, Any], home: Path) -> bool:
    """Whether a process holds the run's region; none does where the region's folder is gone or wrong."""
    given = parameters.get("home")
    try:
        folder = load_region(str(parameters.get("region", "")))
    except UsageError:
        return False
    return is_held(RegionHome((Path(given) if given else home) / folder.region.id))


@contextmanager
def _child(*arguments: str, log: Path) -> Iterator[None]:
    """A Prefect process of ours; ended by its own id."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            [sys.executable, "-m", "prefect", *arguments], stdout=output, stderr=output, cwd=ROOT
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(address: str, home: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/health", timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return
    raise UnreachableError(
        f"Prefect's server did not answer within {_START_SECONDS} s.",
        where=str(home / "prefect" / "server.log"),
        todo="See the log; is the port taken? Another: hemvard up --port 4300",
    )


def _deploy() -> None:
    for arguments in (
        ("work-pool", "create", POOL, "--type", "process", "--overwrite"),
        ("--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml")),
    ):
        done = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
            [sys.executable, "-m", "prefect", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise UnreachableError(f"prefect {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _note_address(home: Path, address: str) -> None:
    file = up_file(home)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({"api_url": address, "pid": os.getpid()}), encoding="utf-8")
    beside.replace(file)


def _tend(home: Path) -> None:
    while True:
        time.sleep(_TEND_SECONDS)
        mark_crashed(home)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
