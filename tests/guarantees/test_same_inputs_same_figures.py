"""Threads, the order of rows, and the pseudonym key: none of them changes a figure."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SOURCES,
    Deliveries,
    Row,
    figure_hashes,
    person,
    plausible,
    rows,
    run_plain,
    visit,
)

import flows.monthly as monthly_module
from warehouse.lake import open_lake

pytestmark = pytest.mark.slow
MANY = 130_000


def awkward(source: str, month: str) -> list[Row]:
    """Plausible rows with what order could decide: two versions of a record in one file, and rows kept out."""
    found = plausible(source, month, 120)
    again = visit(source, month, 700, minutes=45, place="other", person_id=person(5))
    bad = visit(source, month, 998, person_id="19121212")
    return [*found, again, visit(source, month, 700, minutes=45, planned="unplanned", person_id=person(5)), bad]


def figures_of(home: Path, order: Callable[[list[Row]], list[Row]]) -> dict[str, str]:
    """The figures of these rows, written in an order."""
    inbox = Deliveries(home)
    for source in SOURCES:
        for month in MONTHS:
            inbox.put(source, month, order(awkward(source, month)))
    run_plain(home, light=True)
    return figure_hashes(home)


def as_written(found: list[Row]) -> list[Row]:
    """No change."""
    return found


def shuffled(found: list[Row], seed: int) -> list[Row]:
    """Another order."""
    return random.Random(seed).sample(found, len(found))


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The figures of the rows as they are."""
    return figures_of(tmp_path_factory.mktemp("ordered") / "home", as_written)


@pytest.mark.parametrize("seed", [1])
def test_shuffled_rows_give_the_same_figures(seed: int, expected: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert figures_of(home, partial(shuffled, seed=seed)) == expected
    assert rows(home, "SELECT sum(rows_quarantined) FROM quality.quarantine_summary") == [(9,)]


def test_another_pseudonym_key_gives_the_same_figures(
    expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMVARD_PSEUDONYM_KEY", "another key of more than 32 characters")
    assert figures_of(tmp_path / "home", as_written) == expected


def test_a_record_of_two_persons_in_one_file_does_not_depend_on_order(tmp_path: Path) -> None:
    """Two rows of one record that differ in nothing but the person, who has other visits, or none."""
    first, second = _twins()
    inbox = [visit(BETA, MONTHS[0], number, person_id=person(number)) for number in range(1, 160)]
    inbox += [visit(BETA, MONTHS[0], 500, person_id=first)]
    pair = [visit(BETA, MONTHS[0], 600, record="twice", person_id=one) for one in (first, second)]
    found = []
    for number, order in enumerate((pair, pair[::-1])):
        home = tmp_path / str(number)
        Deliveries(home).fill(5, months=MONTHS[:1], sources=(ALPHA, GAMMA))
        Deliveries(home).put(BETA, MONTHS[0], inbox + order)
        run_plain(home, light=True)
        found.append(figure_hashes(home))
    assert found[0] == found[1]


def _twins() -> tuple[str, str]:
    """Two persons born on the same day, of the same sex."""
    import numpy as np

    from synthetic.person_ids import personnummer

    births = np.array(["1940-05-05"] * 2, dtype="datetime64[D]")
    return tuple(personnummer(births, np.array([0, 0]), np.array([0, 1])))


def test_one_thread_and_two_give_the_same_figures(tmp_path: Path) -> None:
    """With so many rows that DuckDB shares them out: it does so by 122 880."""
    found = []
    for threads in (1, 2):
        home = tmp_path / str(threads)
        inbox = Deliveries(home)
        inbox.fill(40, months=MONTHS[:1], sources=(BETA, GAMMA))
        inbox.put_bytes(ALPHA, MONTHS[0], _many())
        with patch.object(monthly_module, "open_lake", partial(open_lake, threads=threads)):
            run_plain(home, light=True)
        found.append(figure_hashes(home))
        assert rows(home, "SELECT rows_read FROM quality.deliveries WHERE source_id = 'alpha_visits' AND version = 1")[
            0
        ] == (MANY,)
    assert found[0] == found[1]


def _many() -> bytes:
    """The region's plausible rows over and over, each with a record id of its own."""
    from small_region import as_bytes

    header, *lines = as_bytes(ALPHA, plausible(ALPHA, MONTHS[0], 4000)).split(b"\r\n")[:-1]
    rests = [line.partition(b"|")[2] for line in lines]
    copies = (b"%d|%s" % (number, rests[number % len(rests)]) for number in range(MANY))
    return b"\r\n".join([header, *copies]) + b"\r\n"
