"""The main job without Prefect's engine, for benchmarks: the same steps as plain functions, each timed."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from flows import monthly as flow_module
from tasks import compute, identify, judge, land, load, present, protect, release, stage

STEPS: dict[str, Callable[..., Any]] = {
    "land": land.land,
    "stage": stage.stage,
    "identify": identify.identify,
    "judge": judge.judge,
    "load": load.load,
    "compute": compute.compute_models,
    "protect": protect.protect,
    "release": release.release,
    "present": present.present,
}


def run_timed(region: str, first: str, last: str, home: Path) -> Counter[str]:
    """Run the months; seconds by step, and `total`."""
    seconds: Counter[str] = Counter()

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                seconds[name] += time.perf_counter() - began

        return call

    steps = SimpleNamespace(**{name: timed(name, function) for name, function in STEPS.items()})
    quiet = {"steps": steps, "_say": lambda _text: None, "create_markdown_artifact": lambda *_, **__: None}
    began = time.perf_counter()
    with patch.multiple(flow_module, **quiet):
        flow_module.monthly.fn(region, first, last, str(home))
    seconds["total"] = time.perf_counter() - began
    return seconds
