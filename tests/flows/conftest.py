"""The command line in this process, without Prefect, and a home to start from."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from small_region import MONTHS, Deliveries, few_indicators, run_plain, without_prefect, without_weight


@dataclass(frozen=True)
class Ended:
    """What a command told, and its exit code."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ended]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """`cli("run", region, "--home", home)` through the real entry; light: rules by plain SQL, no pages."""
    import flows.cli
    import flows.monthly
    import flows.running

    def called(*arguments: object, light: bool = True) -> Ended:
        capsys.readouterr()
        code: int | str | None = 0
        with ExitStack() as stack:
            stack.enter_context(without_prefect())
            stack.enter_context(few_indicators())
            if light:
                stack.enter_context(without_weight())
            stack.enter_context(patch.object(flows.running, "_prepare", lambda _place: None))
            stack.enter_context(patch.object(flows.monthly, "monthly", flows.monthly.monthly.fn))
            try:
                flows.cli.main([str(argument) for argument in arguments])
            except SystemExit as ended:
                code = ended.code
        out, err = capsys.readouterr()
        return Ended(int(code or 0), out, err)

    return called


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two months published; copy it, never change it."""
    home = tmp_path_factory.mktemp("published") / "home"
    Deliveries(home).fill(20, months=MONTHS[:2])
    run_plain(home, light=True, pages=True)
    return home
