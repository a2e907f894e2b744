"""Forks a process for each run of the command line: a real process, quickly.

Everything is imported, and the tests' region read, before. Reads a request a line (JSON: arguments of the command line, or else
the home of a plain run; environment, output, killed_in), answers with the child's id, and writes `<output>.status` when it has
ended. Linux only; used by `processes.py` alone.
"""

import atexit
import importlib
import io
import json
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from flows.prefect_home import use_prefect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # else the folder tests/tasks passes for the room
from quick_duckdb import use_quick_duckdb

use_quick_duckdb()
use_prefect(Path(os.environ["PREFECT_HOME"]).parent)

import fastapi.applications  # noqa: E402, F401 - what a run imports late is imported here, so that no child has to
import prefect.engine  # noqa: E402
import prefect.flow_engine  # noqa: E402
import prefect.task_engine  # noqa: E402, F401
from small_region import MONTHS, Deliveries, plain_steps, run_plain  # noqa: E402

import flows.backfill  # noqa: E402
import flows.cli  # noqa: E402
import flows.monthly  # noqa: E402
import flows.running  # noqa: E402
from regions.folder import load_region  # noqa: E402
from tasks import step  # noqa: E402
from warehouse import indicators  # noqa: E402


def read_before(region: str) -> None:
    """Read a region's folder now, and in the runs no more."""
    kept = load_region(region)
    for module in (flows.running, flows.monthly):
        module.load_region = lambda name: kept if Path(name) == kept.path else load_region(name)


def keep_few_indicators(ids: list[str]) -> None:
    """As `small_region.few_indicators`, for the runs of this process."""
    few = tuple(entry for entry in indicators.definitions() if entry.indicator_id in ids)
    indicators.definitions = lambda: few


def run_before() -> None:
    """A run in this process, without Prefect and without pages: what libraries make ready once is ready in each child."""
    with TemporaryDirectory() as home, patch("tasks.present.render", lambda *_args: None):
        Deliveries(Path(home)).fill(5, months=MONTHS[:1])
        run_plain(Path(home))


def serve() -> dict[str, Any] | None:
    """Fork until the input ends; in a child, its request."""
    running: dict[int, str] = {}
    os.set_blocking(sys.stdin.fileno(), False)
    waiting = b""
    while True:
        if select.select([sys.stdin], [], [], 0.01)[0]:
            received = os.read(sys.stdin.fileno(), 65536)
            if not received:
                return None
            *lines, waiting = (waiting + received).split(b"\n")
            for line in lines:
                request = json.loads(line)
                child = os.fork()
                if child == 0:
                    return request
                running[child] = request["output"]
                print(child, flush=True)
        reap(running)


def reap(running: dict[int, str]) -> None:
    """Note how children have ended."""
    for child in list(running):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            Path(running.pop(child) + ".status").write_text(str(os.waitstatus_to_exitcode(status)))


def run(request: dict[str, Any]) -> None:
    """The command line in this child, its output in files."""
    for stream, descriptor in (("out", 1), ("err", 2)):
        target = os.open(f"{request['output']}.{stream}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, descriptor)
        os.close(target)
    sys.stdin = io.StringIO(request.get("typed", ""))
    os.environ.update(request["environment"])
    if place := request.get("killed_in"):
        module, _, name = place.rpartition(".")
        setattr(importlib.import_module(module), name, die)
    if home := request.get("plain_run_in"):
        run_plain(Path(home), light=True, pages=True, **steps_that_may_die())
        end(0)
    end(code_of(request["arguments"]))


def steps_that_may_die() -> dict[str, Callable[..., Any]]:
    """The plain steps, with the points at which those of the main job can be killed."""
    return {name: with_points(name, function) for name, function in vars(plain_steps()).items()}


def with_points(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """As `tasks.step` has them."""

    def called(*args: Any) -> Any:
        step._kill_point(f"{name}:before")
        result = function(*args)
        step._kill_point(f"{name}:after")
        return result

    return called


def code_of(arguments: list[str]) -> int:
    """Run the command; the exit code that the interpreter would give."""
    try:
        flows.cli.main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def end(code: int) -> None:
    """End as the interpreter does, but for C++ destructors, which miss the threads that a fork leaves behind."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def die(*_args: object, **_kwargs: object) -> None:
    """The power goes."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    read_before(sys.argv[1])
    keep_few_indicators(sys.argv[2:])
    run_before()
if __name__ == "__main__" and (given := serve()) is not None:
    run(given)
