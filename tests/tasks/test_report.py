"""What a run says: for a person, complete, and without personal data."""

from datetime import datetime
from pathlib import Path

import pytest
from memory_lake import Bench
from small_region import ALPHA, BETA, GAMMA, visit

from regions.errors import DataError
from regions.month import Month
from tasks import report
from tasks.compute import Computed
from tasks.land import Landed
from tasks.plan import DeliveryWork, Missing, MonthWork, Plan
from tasks.release import NOTICE_SV
from tasks.report import Outcome, _restated, markdown, raise_where_blocked, summary
from tasks.run import Rejection
from warehouse.ledger import Landing
from warehouse.releases import put_in_force, write_manifest

JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)
REJECTION = Rejection(ALPHA, JANUARY, "alpha_202401_1.txt", "unit_known", "Fel.", "Unknown unit.", 7, (2, 5))


@pytest.fixture
def bench(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(report, "deviations", lambda *_: [])
    return Bench(own_home)


def outcome(bench: Bench, **told: object) -> Outcome:
    work = DeliveryWork("abc", ALPHA, JANUARY, "alpha_202401_1.txt", "def", "new")
    plan = Plan((JANUARY, FEBRUARY), (MonthWork(JANUARY, (work,)),), ())
    landing = Landing("abc", ALPHA, JANUARY, 1, "alpha_202401_1.txt", 10, 1, datetime(2024, 2, 5))
    return Outcome(bench.run, **{"plan": plan, "landed": Landed((landing,), {}), **told})  # type: ignore[arg-type]


def test_made_up_data_say_so_first(bench: Bench) -> None:
    assert summary(outcome(bench)).splitlines()[0] == NOTICE_SV
    assert f"**{NOTICE_SV}**" in markdown(outcome(bench))


def test_what_came_and_what_was_taken_in(bench: Bench) -> None:
    assert "2024-01 to 2024-02: 1 new deliveries landed, 1 taken in, 0 rejected" in summary(outcome(bench))
    nothing = outcome(bench, plan=Plan((), (), ()), landed=Landed((), {}))
    assert "no months: 0 new deliveries landed, 0 taken in, 0 rejected" in summary(nothing)


def test_strange_files_are_counted_and_their_names_not_told(bench: Bench) -> None:
    told = summary(outcome(bench, landed=Landed((), {BETA: 2})))
    assert "2 file(s) in inbox/beta_visits/" in told
    assert "The pattern is beta-{month}-{version}.csv" in told


def test_computed_models_are_listed(bench: Bench) -> None:
    indicators = (Computed("indicators/one", 3, 7), Computed("indicators/two", 2, 5))
    told = summary(outcome(bench, computed=(Computed("volumes/visits_month", 2, 40), *indicators)))
    assert "Computed volumes/visits_month: 2 window(s), 40 rows" in told
    assert "Computed the indicators (2 models): 5 window(s), 12 rows" in told
    assert "indicators/" not in told


def test_missing_deliveries_are_told_by_source_with_what_it_means(bench: Bench) -> None:
    missing = (
        Missing(JANUARY, ALPHA, required=True),
        Missing(JANUARY, BETA, required=False),
        Missing(FEBRUARY, BETA, required=False),
    )
    told = summary(outcome(bench, plan=Plan((JANUARY, FEBRUARY), (), missing)))
    assert "Missing: alpha_visits for 2024-01 (required)" in told
    assert "Missing: beta_visits for 2024-01, 2024-02 (figures that need it are preliminary)" in told


def test_a_rejected_delivery_is_told_with_rule_and_first_rows(bench: Bench) -> None:
    bench.run.rejections.append(REJECTION)
    told = summary(outcome(bench))
    assert "alpha_visits 2024-01, file alpha_202401_1.txt, rule unit_known: Unknown unit. First rows: 2, 5." in told
    assert ", 1 rejected" in told


def test_nothing_stands_in_the_way_of_a_clean_run(bench: Bench) -> None:
    raise_where_blocked(outcome(bench, plan=Plan((JANUARY,), (), (Missing(JANUARY, BETA, required=False),))))


@pytest.mark.parametrize("kind", ["rejected", "missing"])
def test_what_stops_a_release_is_told_with_where_and_what_to_do(bench: Bench, kind: str) -> None:
    plan = Plan((JANUARY,), (), (Missing(JANUARY, ALPHA, required=True),) if kind == "missing" else ())
    if kind == "rejected":
        bench.run.rejections.append(REJECTION)
    with pytest.raises(DataError) as caught:
        raise_where_blocked(outcome(bench, plan=plan))
    told = str(caught.value)
    assert "nothing was published, the last release stands" in told
    assert ("rule unit_known" in told) == (kind == "rejected")
    assert ("alpha_visits 2024-01: the delivery is missing, and it is required" in told) == (kind == "missing")
    assert str(bench.home.inbox) in caught.value.where
    assert "higher version" in caught.value.todo
    assert caught.value.exit_code == 1


def test_the_release_is_told_with_whole_paths(bench: Bench) -> None:
    release = bench.home.releases / "20240205T060000Z-01234567"
    release.mkdir()
    write_manifest(release, {"release_id": release.name})
    put_in_force(bench.home, release)
    told = summary(outcome(bench, release=release, is_new=True))
    assert f"New release in force: {release.name}" in told
    for line in (f"Release   {release}", f"Database  {bench.home.published}/hemvard.duckdb"):
        assert line in told.splitlines()
    assert f"Pages     {bench.home.published}/dashboard/index.html" in told
    assert "Nothing new; the release in force stands" in summary(outcome(bench, release=release))
    page = release / "dashboard" / "index.html"
    assert f"[{page}]({page.as_uri()})" in markdown(outcome(bench, release=release)), "the run leads to its pages"
    assert "Pages of the release" not in markdown(outcome(bench))


def test_the_page_lists_the_deliveries_of_the_run_s_months(bench: Bench) -> None:
    bench.with_source(ALPHA, required=False)
    bench.inbox.put(GAMMA, "2024-01", [visit(GAMMA, "2024-01")], version=20240201)
    bench.take_in()
    told = markdown(outcome(bench, plan=Plan((JANUARY,), (), ())))
    assert "| gamma_changes | 2024-01 | 20240201 | current |" in told
    assert "| alpha_visits | 2024-01 |  | missing |" in told
    assert "2024-02 |" not in told


def test_the_report_holds_no_personal_data(bench: Bench) -> None:
    bench.with_source(ALPHA, required=False)
    row = visit(ALPHA, "2024-01", name="Påhittsson, Alfa", note="Ring dottern")
    bench.inbox.put(ALPHA, "2024-01", [row | {"plats": "?"}])
    bench.run.rejections += bench.take_in()
    told = summary(outcome(bench)) + markdown(outcome(bench)) + repr(bench.run.rejections) + repr(bench.said)
    assert bench.run.rejections
    assert not any(row[name] in told for name in ("personid", "namn", "anteckning"))


def test_one_line_says_what_the_register_finds_before_the_release(bench: Bench) -> None:
    """Of what landed in this run, and of what still has to come; what was told in an earlier run is not told again."""
    for source in (ALPHA, GAMMA):
        bench.inbox.put(source, "2024-01", [visit(source, "2024-01")])
    first = bench.land()
    bench.inbox.put(ALPHA, "2024-01", [visit(ALPHA, "2024-01", minutes=45)])
    bench.inbox.put_bytes(GAMMA, "2024-02", bench.inbox.path(GAMMA, "2024-01").read_bytes())
    second = bench.land()
    plan = Plan((JANUARY, FEBRUARY), (), ())
    told = summary(outcome(bench, plan=plan, landed=second, computed=(Computed("volumes/visits_month", 2, 40),)))
    line = (
        "Register: 1 changed (alpha_visits 2024-01), 1 duplicate (gamma_changes 2024-02), "
        "3 overdue (beta_visits 2024-01, alpha_visits 2024-02, beta_visits 2024-02). What to do: hemvard deliveries small"
    )
    assert line in told.splitlines()
    assert told.index(line) < told.index("Computed")
    assert "changed" not in summary(outcome(bench, plan=plan, landed=first))


def test_figures_that_are_not_what_they_were_are_counted_by_cause() -> None:
    assert list(_restated({})) == []
    assert list(_restated({"deliveries": 3, "boundary": 2})) == [
        "Figures that are not what they were in the last release: 2 by boundary, 3 by deliveries (meta.restatements)"
    ]
