"""A step is a step everywhere: one decorator makes a function a Prefect task.

It logs and measures, translates what DuckDB raises – its texts quote the row – and has a named point
before and after at which a test can kill the process. Imports Prefect: only flows use this module.
"""

import functools
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import duckdb
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.utilities.annotations import quote

from regions.errors import UnreachableError

P = ParamSpec("P")
R = TypeVar("R")
KILL_AT = "HEMVARD_TEST_KILL_AT"
_WAIT_SECONDS = [2.0, 10.0, 30.0]
_passed: Counter[str] = Counter()


class StepError(Exception):
    """A fault of ours in a step; the text of the library that raised it is withheld, for it may quote a row."""


def step(name: str, *, retries: int = 0) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function the step of this name. Retries (at most 3) are for a system that may be away."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @task(
            name=name,
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=retries,
            retry_delay_seconds=_WAIT_SECONDS[:retries] or None,
            retry_condition_fn=_system_was_away if retries else None,
        )
        def run(call: Callable[[], R]) -> R:
            return _guarded(name, call)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            # quote: Prefect neither looks into the call nor keeps it.
            whole: Any = quote(functools.partial(function, *args, **kwargs))
            result: R = run(whole)
            return result

        return call

    return decorate


def _guarded(name: str, function: Callable[[], R]) -> R:
    _kill_point(f"{name}:before")
    began = time.perf_counter()
    try:
        result = function()
    except duckdb.Error as error:
        raise StepError(f"{name}: DuckDB raised {type(error).__name__}; its text is withheld") from None
    get_run_logger().info("%s took %.2f s", name, time.perf_counter() - began)
    _kill_point(f"{name}:after")
    return result


def _system_was_away(_task: Any, _run: Any, state: Any) -> bool:
    """Retry only what may pass by itself."""
    return isinstance(state.result(raise_on_failure=False), UnreachableError)


def _kill_point(point: str) -> None:
    """Die here, as in a power cut, where a test says so: `load:after`, or `load:after#2` for the second time."""
    wanted, _, count = os.environ.get(KILL_AT, "").partition("#")
    _passed[point] += 1
    if wanted == point and _passed[point] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
