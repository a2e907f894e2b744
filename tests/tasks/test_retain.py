"""The region's rule for what is kept: originals and rows go, figures stand, and what comes too late is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from small_region import (
    ALPHA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    copy_home,
    figure_hashes,
    lake_rows,
    person,
    plausible,
    region_home,
    rows,
    run_plain,
    visit,
)

import flows.monthly
from flows.planning import describe_plan
from regions.folder import load_region
from regions.model import Retention
from regions.month import Month
from regions.retention import retention_warnings
from tasks.retain import retain
from tasks.run import Run
from warehouse.keys import find_keys
from warehouse.lake import open_lake, snapshots
from warehouse.records import ensure_records

FIRST, SECOND, _ = MONTHS
FIGURES = "SELECT * FROM volumes.visits_month WHERE period = DATE '2023-12-01' ORDER BY ALL"
YEAR = "SELECT * FROM volumes.region_totals WHERE year = 2023 ORDER BY ALL"


def months_since(month: Month) -> int:
    today = Month.of(datetime.now(UTC).date())
    return (today.year - month.year) * 12 + today.number - month.number


def with_rule(folder: Path, rule: str) -> Path:
    copytree(SMALL, folder)
    file = folder / "region.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\nretention: {{{rule}}}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two months of two years taken in; copy it, never change it."""
    home = tmp_path_factory.mktemp("begun") / "home"
    Deliveries(home).fill(12, months=MONTHS[:2])
    run_plain(home, light=True)
    return home


@contextmanager
def opened(home: Path, region: Path, days: int = 0) -> Iterator[Run]:
    """A run so many days from now."""
    place = region_home(home)
    connection = open_lake(place)
    ensure_records(connection)
    run = Run(load_region(str(region)), place, find_keys(place, synthetic=True), connection, lambda _message: None)
    run.started_at += timedelta(days=days)
    try:
        yield run
    finally:
        connection.close()


def test_rows_go_a_year_at_a_time_and_its_figures_stand(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(begun, tmp_path / "home")
    region = with_rule(tmp_path / "region", f"rows_months: {months_since(Month(2024, 6))}")
    before = (rows(home, FIGURES), rows(home, YEAR))
    first = run_plain(home, region, light=True)
    assert first.retained.closed == (Month(2023, 12),)
    assert "figures from 2023-12 to 2023-12 stand as they are" in first.text
    left = "SELECT count(*) FILTER (month < DATE '2024-01-01'), count(*) > 0 FROM lake.core."
    assert lake_rows(home, f"{left}visits") == lake_rows(home, f"{left}visit_versions") == [(0, True)]
    assert lake_rows(home, "SELECT count(*) FROM lake.volumes.cube WHERE month < DATE '2024-01-01'") == [(0,)]
    with opened(home, region) as run:
        assert len(snapshots(run.connection)) == 1, "an older one would still hold the rows"
    come_too_late(home)
    second = run_plain(home, region, light=True)
    assert "alpha_visits 2023-12: rows of that month are kept no more; the delivery is not taken in" in second.text
    assert (rows(home, FIGURES), rows(home, YEAR)) == before
    assert rows(home, "SELECT count(*) FROM volumes.visits_month WHERE municipality_code = '1861'") > [(0,)]
    status = "SELECT DISTINCT status FROM quality.deliveries WHERE month = DATE '2023-12-01' ORDER BY ALL"
    assert rows(home, status) == [("archived",), ("waiting",)]
    with opened(home, region) as run:
        assert retain(run).closed == (), "again, it changes nothing"
    own = flows.monthly.source_definitions
    monkeypatch.setattr(
        flows.monthly, "source_definitions", lambda of: {name: f"new {old}" for name, old in own(of).items()}
    )
    third = run_plain(home, region, light=True, publish=False)
    assert [str(month.month) for month in third.plan.months] == [SECOND], "what is gone is not read again"
    assert third.rejections == []


def come_too_late(home: Path) -> None:
    """A month delivered anew whose rows are gone, and a late row of it with the month after."""
    inbox = Deliveries(home)
    inbox.put(ALPHA, FIRST, plausible(ALPHA, FIRST, 9, seed=2), version=2)
    late = visit(GAMMA, SECOND, 90, person_id=person(5), started=datetime(2023, 12, 20, 9))
    inbox.put(GAMMA, SECOND, [late, *plausible(GAMMA, SECOND, 5, seed=3)], version=2)


def test_originals_go_with_their_copies_and_rows_stand_as_they_were_read(begun: Path, tmp_path: Path) -> None:
    home = copy_home(begun, tmp_path / "home")
    region = with_rule(tmp_path / "region", "originals_months: 2")
    with opened(home, region) as run:
        assert retain(run).originals == 0, "they landed today"
    with opened(home, region, days=100) as run:
        assert retain(run).originals == 6
    assert list(region_home(home).landing.rglob("*.age")) == []
    assert [file for file in region_home(home).inbox.rglob("*") if file.is_file()] == []
    assert "No delivery is waiting." in describe_plan(str(region), None, None, home)
    outcome = run_plain(home, region, light=True, publish=False)
    assert (outcome.plan.months, outcome.plan.missing, outcome.landed.new) == ((), (), ())
    assert figure_hashes(home) == figure_hashes(begun)


@pytest.mark.parametrize(
    ("rows_months", "today", "kept_from"),
    [
        (12, Month(2024, 12), Month(2023, 1)),  # a year after December of 2022, and not before
        (12, Month(2024, 1), Month(2023, 1)),
        (24, Month(2024, 1), Month(2022, 1)),
        (18, Month(2024, 6), Month(2022, 1)),
        (18, Month(2024, 7), Month(2023, 1)),
    ],
)
def test_a_year_of_rows_goes_when_its_last_month_is_older_than_the_rule(
    rows_months: int, today: Month, kept_from: Month
) -> None:
    assert Retention(rows_months=rows_months).rows_from(today) == kept_from
    assert Retention().rows_from(today) is Retention().originals_from(today) is None


def test_a_baseline_that_loses_its_rows_before_its_follow_up_ends_is_told(tmp_path: Path) -> None:
    assert list(retention_warnings(load_region("norrbotten"))) == []
    folder = tmp_path / "norrbotten"
    copytree(Path(load_region("norrbotten").path), folder)
    file = folder / "region.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\nretention: {{rows_months: 12}}\n", encoding="utf-8")
    (told,) = retention_warnings(load_region(str(folder)))
    assert "norrbotten_2013's baseline go in 2014-01" in told
