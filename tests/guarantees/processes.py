"""Real processes for the tests: one Prefect server, and runs of the command line that can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from small_region import FEW, SMALL

from tasks.step import KILL_AT

_START_SECONDS = 180
_RUN_SECONDS = 240
_NOT_ASKED_FOR = (
    "SCHEDULER",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "FOREMAN",
    "REPOSSESSOR",
    "CLEANUP_RECONCILER",
    "CANCELLATION_CLEANUP",
    "TRIGGERS",
)
"""Services of Prefect's server that look, every few seconds, for what no test of this server asks for."""


def free_port() -> int:
    """A port on the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(true: Callable[[], object], seconds: float = 60, pause: float = 0.02) -> object:
    """What a function answers as soon as that is true; AssertionError where it isn't in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(pause)
    raise AssertionError(f"not true within {seconds} s")


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """A Prefect server of our own in a folder; its API's address."""
    port = free_port()
    environment = clean_environment() | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _NOT_ASKED_FOR},
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/api"
        wait_for(lambda: healthy(address), _START_SECONDS, pause=0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def healthy(address: str) -> bool:
    """Whether a server answers there."""
    try:
        return httpx.get(f"{address}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def clean_environment() -> dict[str, str]:
    """This process's environment without what steers Prefect or hemvard."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "HEMVARD_"))}


@dataclass
class Process:
    """A run of the command line in a process of its own."""

    pid: int
    output: Path
    began: float = field(default_factory=time.monotonic)

    def kill(self) -> None:
        """As when the power goes."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._status.exists() and bool(self._status.read_text())

    def wait(self, seconds: float = _RUN_SECONDS) -> int:
        """Its exit code; minus the signal's number where one killed it."""
        wait_for(lambda: self.ended, seconds, pause=0.01)
        return int(self._status.read_text())

    @property
    def out(self) -> str:
        """What it wrote to standard output."""
        return self.output.with_name(self.output.name + ".out").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it wrote to standard error."""
        return self.output.with_name(self.output.name + ".err").read_text(encoding="utf-8")

    @property
    def _status(self) -> Path:
        return self.output.with_name(self.output.name + ".status")


class ForkServer:
    """Starts runs of the command line, each a process that imports nothing anew; all on one Prefect server."""

    def __init__(self, folder: Path, api: str) -> None:
        self.api = api
        self.folder = folder
        self._numbers = count(1)
        environment = clean_environment() | {"PREFECT_API_URL": api, "PREFECT_HOME": str(folder / "prefect")}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fork_server.py")), str(SMALL), *FEW],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def start(
        self,
        *arguments: object,
        environment: Mapping[str, str] | None = None,
        killed_in: str | None = None,
        typed: str = "",
    ) -> Process:
        """A process of `hemvard` with these arguments; `killed_in` names a function at whose call it dies.

        `typed` is what it finds on its standard input.
        """
        called = [str(argument) for argument in arguments]
        told = {"environment": dict(environment or {}), "killed_in": killed_in, "typed": typed}
        return self._fork({"arguments": called, **told})

    def start_plain(self, home: Path, *, killed_at: str = "", killed_in: str | None = None) -> Process:
        """A process of the main job as plain functions, as `run_plain(home, light=True, pages=True)`: quicker.

        It dies at a point of the steps (`load:after#2`), or at the call of a function.
        """
        environment = {KILL_AT: killed_at}
        return self._fork({"plain_run_in": str(home), "environment": environment, "killed_in": killed_in})

    def _fork(self, request: dict[str, Any]) -> Process:
        output = self.folder / f"run-{next(self._numbers)}"
        self._process.stdin.write(json.dumps(request | {"output": str(output)}).encode() + b"\n")
        self._process.stdin.flush()
        return Process(int(self._process.stdout.readline()), output)

    def run(self, *arguments: object, **given: object) -> Process:
        """The same, and wait for its end."""
        process = self.start(*arguments, **given)
        process.wait()
        return process

    def close(self) -> None:
        """End it by its own id."""
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
