"""Late and corrected deliveries in any order, in any number of runs: the figures of one run over them all."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    Deliveries,
    Row,
    figure_hashes,
    lake_rows,
    person,
    plausible,
    rows,
    run_plain,
    visit,
)

from regions.errors import DataError

pytestmark = pytest.mark.slow
FIRST, SECOND, _ = MONTHS
IN_FIRST = datetime(2023, 12, 20, 9)
IN_SECOND = datetime(2024, 1, 20, 9)


@dataclass(frozen=True)
class Delivery:
    """A file, its version distinct from all others' of its source."""

    source: str
    month: str
    version: int
    content: tuple[Row, ...]

    def __repr__(self) -> str:
        return f"{self.source} {self.month} v{self.version}"

    def __hash__(self) -> int:
        return hash((self.source, self.month, self.version))


def corrected(source: str, month: str) -> tuple[Row, ...]:
    """The month delivered again: some rows gone, some changed, some new, one late from the month before."""
    before = plausible(source, month, 16)
    changed = plausible(source, month, 20, seed=2)
    late = visit(source, month, 90, person_id=person(3), started=IN_FIRST)
    return (*before[:6], *changed[9:20], late)


def upserts(month: str, start: int) -> tuple[Row, ...]:
    """Records of both months: new, changed, moved to the other month, and withdrawn."""
    shared = [
        visit(
            GAMMA,
            month,
            number,
            record=f"shared-{number}",
            person_id=person(number % 11),
            started=(IN_FIRST, IN_SECOND)[(number + start) % 2] if month == SECOND else IN_FIRST,
            minutes=start + number,
            cancelled=(number + start) % 5 == 0,
        )
        for number in range(start, start + 8)
    ]
    return (*shared, *plausible(GAMMA, month, 6, seed=start))


@cache
def deliveries() -> tuple[Delivery, ...]:
    """Nine deliveries of two months."""
    returned = plausible(BETA, SECOND, 60)
    quarantined = [returned[0] | {"typ": "??"}, *returned[1:]]
    return (
        Delivery(ALPHA, FIRST, 1, tuple(plausible(ALPHA, FIRST, 16))),
        Delivery(ALPHA, SECOND, 2, tuple(plausible(ALPHA, SECOND, 16))),
        Delivery(ALPHA, SECOND, 3, corrected(ALPHA, SECOND)),
        Delivery(BETA, FIRST, 1, tuple(plausible(BETA, FIRST, 16))),
        Delivery(BETA, SECOND, 2, tuple(quarantined)),
        Delivery(BETA, SECOND, 3, tuple(returned)),
        Delivery(GAMMA, FIRST, 1, upserts(FIRST, 0)),
        Delivery(GAMMA, SECOND, 2, upserts(SECOND, 3)),
        Delivery(GAMMA, FIRST, 3, upserts(FIRST, 5)),
    )


def figures(runs: Sequence[Sequence[Delivery]]) -> dict[str, str]:
    """The figures after runs over these arrivals; a run that lacks a required delivery publishes nothing."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for number, arrived in enumerate(runs):
            for entry in arrived:
                Deliveries(home).put(entry.source, entry.month, entry.content, entry.version)
            last = number == len(runs) - 1
            try:
                run_plain(home, light=True, protected=False, publish=last)
            except DataError:
                assert not last
        return figure_hashes(home)


@cache
def full() -> dict[str, str]:
    """The figures of one run over all."""
    return figures([deliveries()])


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Delivery]]:
    """The deliveries in some order, cut into two to four runs."""
    order = draw(st.permutations(deliveries()))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), min_size=1, max_size=3)))
    bounds = [0, *cuts, len(order)]
    return [order[begin:end] for begin, end in itertools.pairwise(bounds)]


@given(arrivals())
@settings(max_examples=3)
def test_any_order_and_any_number_of_runs_give_the_figures_of_one(runs: list[list[Delivery]]) -> None:
    assert figures(runs) == full()


def one_by_one(home: Path, *arriving: Sequence[Delivery]) -> None:
    """A run after each arrival; the last publishes."""
    for number, entries in enumerate(arriving, 1):
        for entry in entries:
            Deliveries(home).put(entry.source, entry.month, entry.content, entry.version)
        run_plain(home, light=True, protected=False, publish=number == len(arriving))


def required(month: str) -> Delivery:
    """The region's own delivery, without which nothing is published."""
    return Delivery(ALPHA, month, 1, tuple(plausible(ALPHA, month, 8)))


def counted(home: Path, source: str) -> list[tuple[str, str]]:
    """The records that count, and their months."""
    sql = "SELECT record_id, strftime(month, '%Y-%m') FROM lake.core.visits WHERE source_id = '{}' ORDER BY ALL"
    return lake_rows(home, sql.format(source))


def test_rows_that_come_back_from_quarantine_count_once(tmp_path: Path) -> None:
    found = plausible(BETA, FIRST, 60)
    bad = Delivery(BETA, FIRST, 1, (found[0] | {"typ": "??"}, *found[1:]))
    good = Delivery(BETA, FIRST, 2, tuple(found))
    one_by_one(tmp_path / "two", [required(FIRST), bad])
    assert rows(tmp_path / "two", "SELECT rows_quarantined FROM quality.quarantine_summary") == [(1,)]
    before = counted(tmp_path / "two", BETA)
    one_by_one(tmp_path / "two", [good])
    assert rows(tmp_path / "two", "SELECT rows_quarantined FROM quality.quarantine_summary") == []
    assert set(counted(tmp_path / "two", BETA)) - set(before) == {(f"{FIRST}-0", FIRST)}
    one_by_one(tmp_path / "one", [required(FIRST), bad, good])
    assert figure_hashes(tmp_path / "two") == figure_hashes(tmp_path / "one")


def test_a_record_that_moves_to_another_month_leaves_its_first(tmp_path: Path) -> None:
    def record(version: int, started: datetime) -> Delivery:
        others = plausible(GAMMA, SECOND, 5)
        moved = visit(GAMMA, SECOND, record="moves", started=started)
        return Delivery(GAMMA, SECOND, version, (*others, moved))

    versions = [record(1, IN_SECOND), record(2, IN_FIRST), record(3, IN_SECOND)]
    base = [required(FIRST), required(SECOND)]
    for place, (arriving, month) in enumerate((([0, 1], FIRST), ([1, 2, 0], SECOND))):
        home = tmp_path / str(place)
        one_by_one(home, [*base, versions[arriving[0]]], *([versions[number]] for number in arriving[1:]))
        assert [entry for entry in counted(home, GAMMA) if entry[0] == "moves"] == [("moves", month)]
    one_by_one(tmp_path / "one", [*base, *versions])
    assert figure_hashes(tmp_path / "1") == figure_hashes(tmp_path / "one")


def test_a_record_that_a_month_no_longer_holds_is_gone(tmp_path: Path) -> None:
    found = plausible(BETA, FIRST, 12)
    first, second = Delivery(BETA, FIRST, 1, tuple(found)), Delivery(BETA, FIRST, 2, tuple(found[:9]))
    one_by_one(tmp_path / "two", [required(FIRST), first], [second])
    one_by_one(tmp_path / "back", [required(FIRST), second], [first])
    one_by_one(tmp_path / "one", [required(FIRST), first, second])
    alone = tmp_path / "alone"
    one_by_one(alone, [required(FIRST), second])
    assert {figure_hashes(tmp_path / name)["volumes.visits_month"] for name in ("two", "back", "one")} == {
        figure_hashes(alone)["volumes.visits_month"]
    }
    assert f"{FIRST}-11" not in dict(counted(tmp_path / "two", BETA))


def test_a_withdrawn_record_comes_back_with_a_later_version(tmp_path: Path) -> None:
    def version(number: int, *, cancelled: bool) -> Delivery:
        row = visit(GAMMA, FIRST, record="back", cancelled=cancelled)
        return Delivery(GAMMA, FIRST, number, (*plausible(GAMMA, FIRST, 3), row))

    home = tmp_path / "home"
    one_by_one(home, [required(FIRST), version(1, cancelled=False)])
    assert ("back", FIRST) in counted(home, GAMMA)
    one_by_one(home, [version(3, cancelled=True)])
    assert ("back", FIRST) not in counted(home, GAMMA)
    one_by_one(home, [version(2, cancelled=False)])
    assert ("back", FIRST) not in counted(home, GAMMA)
    one_by_one(home, [version(4, cancelled=False)])
    assert ("back", FIRST) in counted(home, GAMMA)


def test_a_late_row_restates_its_own_month_and_a_too_late_one_does_not(tmp_path: Path) -> None:
    """Two months late at most, in this region."""
    home = tmp_path / "home"
    last = MONTHS[2]
    one_by_one(home, [required(month) for month in MONTHS])
    before = dict(rows(home, "SELECT period, visits FROM volumes.visits_month WHERE municipality_code = 'all'"))
    late = visit(ALPHA, last, 70, started=IN_FIRST)
    too_late = visit(ALPHA, last, 71, started=datetime(2023, 11, 30, 9))
    clean = plausible(ALPHA, last, 60)
    one_by_one(home, [Delivery(ALPHA, last, 2, (*clean, late, too_late))])
    found = lake_rows(home, "SELECT record_id, month::VARCHAR FROM lake.core.visits WHERE record_id LIKE '%-7_'")
    assert found == [(f"{last}-70", "2023-12-01")]
    assert rows(home, "SELECT rule_id FROM quality.quarantine_summary") == [("started_in_window",)]
    assert before
