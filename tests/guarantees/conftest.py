"""A Prefect server and a fork server for the tests of one worker, and homes to start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ForkServer, prefect_server
from small_region import BETA, GAMMA, MONTHS, Deliveries, copy_home, figure_hashes, plausible, run_plain, visit


@pytest.fixture(scope="session")
def hemvard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """The command line as real processes, on a real Prefect server."""
    folder = tmp_path_factory.mktemp("server")
    with prefect_server(folder / "prefect") as api:
        server = ForkServer(folder, api)
        try:
            yield server
        finally:
            server.close()


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two months published; copy it, never change it."""
    home = tmp_path_factory.mktemp("base") / "home"
    Deliveries(home).fill(20, months=MONTHS[:2])
    run_plain(home, light=True, pages=True)
    return home


@pytest.fixture(scope="session")
def more(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home with deliveries that wait: a third month, a corrected and a changed one of the second."""
    home = copy_home(base, tmp_path_factory.mktemp("more") / "home")
    inbox = Deliveries(home)
    inbox.fill(20, months=MONTHS[2:])
    inbox.put(BETA, MONTHS[1], plausible(BETA, MONTHS[1], 15, seed=2), version=2)
    gone = visit(GAMMA, MONTHS[0], 3, cancelled=True)
    inbox.put(GAMMA, MONTHS[1], [gone, *plausible(GAMMA, MONTHS[1], 5, seed=3)], version=2)
    return home


@pytest.fixture(scope="session")
def undisturbed(more: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The figures of that home after a run that nothing disturbs."""
    home = copy_home(more, tmp_path_factory.mktemp("undisturbed") / "home")
    run_plain(home, light=True)
    return figure_hashes(home)
