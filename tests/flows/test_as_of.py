"""A run as of an earlier day: it asks for that day's parameters, says so, and is a release of its own."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from memory_lake import KEYS, Bench
from typer.testing import CliRunner

import flows.running
from flows.cli import app
from tasks.land import Landed
from tasks.plan import Plan
from tasks.release import Input, collect_inputs, inputs_hash
from tasks.report import Outcome, summary
from tasks.run import Run

MAY = date(2012, 5, 15)


def as_of(bench: Bench, day: date | None) -> Run:
    return Run(bench.folder, bench.home, KEYS, bench.run.connection, print, as_of=day)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(Path(tmp_path_factory.mktemp("home")))


def test_a_run_is_of_today_unless_a_day_is_asked_for(bench: Bench) -> None:
    run = as_of(bench, None)
    assert (run.as_of, run.asked_as_of) == (run.started_at.date(), None)
    assert as_of(bench, MAY).as_of == MAY


def test_another_day_is_another_release_and_the_same_day_the_same(bench: Bench) -> None:
    runs = [as_of(bench, day) for day in (None, MAY, MAY, date(2012, 5, 16))]
    today, may, again, next_day = (inputs_hash(collect_inputs(run)) for run in runs)
    assert may == again
    assert len({today, may, next_day}) == 3
    kinds = [entry.kind for entry in collect_inputs(runs[0])]
    assert "as_of" not in kinds, "a release of today is not made anew tomorrow"
    (named,) = [entry for entry in collect_inputs(runs[1]) if entry.kind == "as_of"]
    assert isinstance(named, Input)
    assert named.name == "2012-05-15"


def test_the_summary_says_the_day(bench: Bench) -> None:
    told = {day: summary(Outcome(as_of(bench, day), Plan((), (), ()), Landed((), {}))) for day in (None, MAY)}
    line = "As of 2012-05-15: parameters that became known later are not used"
    assert line in told[MAY]
    assert "As of" not in told[None]


def test_the_command_hands_the_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(flows.running, "run_monthly", lambda *_args, **options: asked.append(options["as_of"]) or "")
    for arguments in (["run", "orebro", "--as-of", "2012-05-15"], ["run", "orebro"]):
        assert CliRunner().invoke(app, arguments).exit_code == 0
    assert asked == [MAY, None]
    assert CliRunner().invoke(app, ["run", "orebro", "--as-of", "may"]).exit_code == 2
