"""`hemvard deliveries`: the register at a glance, what needs doing, and the same as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_region import ALPHA, BETA, GAMMA, SMALL, Deliveries, plausible, run_plain

import flows.deliveries as module
from flows.cli import main
from flows.deliveries import describe_deliveries, sign
from regions.folder import load_region
from regions.month import Month
from tasks.register import Entry, Finding, Status
from warehouse.ledger import Landing, LedgerState, Load

DECEMBER, JANUARY, FEBRUARY = (Month.parse(month) for month in ("2023-12", "2024-01", "2024-02"))
AT = datetime(2026, 11, 22, 5)


def hemvard(arguments: list[str]) -> None:
    """The command line; it ends well."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


def landed(source: str, month: Month, seq: int, *, version: int = 1, content: str = "") -> Landing:
    name = f"{source}_{month.compact}_{version}.txt"
    return Landing(f"{source}{month}v{version}s{seq}", source, month, version, name, 10, seq, AT, content or str(seq))


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Landing]]:
    """Landings that the command finds; those of `rejected` fell, the others are accepted."""
    landings = [
        landed(ALPHA, DECEMBER, 1),
        landed(ALPHA, JANUARY, 2),
        landed(ALPHA, JANUARY, 3),  # another content under the same name
        landed(BETA, DECEMBER, 4),
        landed(BETA, JANUARY, 5, version=20240207),
        landed(GAMMA, DECEMBER, 6, content="1"),
    ]
    loads = {entry.delivery_id: Load(entry.delivery_id, True, "x", rows=30) for entry in landings}
    fallen = landings[3].delivery_id
    loads[fallen] = Load(fallen, False, "x", fault="month_as_named", detail_sv="Filen heter 2023-12.", rows=30)
    monkeypatch.setattr(module, "known_state", lambda _: LedgerState(tuple(landings), loads, {}, {}))
    yield landings


def test_the_register_at_a_glance_then_what_needs_doing(ledger: list[Landing], tmp_path: Path) -> None:
    told = describe_deliveries(str(SMALL), None, None, tmp_path, as_csv=False, as_of=date(2024, 3, 1))
    assert told.splitlines() == [
        "Lilla regionen: deliveries 2023-12 to 2024-02, as of 2024-03-01",
        "",
        "month    alpha_visits  beta_visits  gamma_changes",
        "2023-12  ●             ✗            ◐",
        "2024-01  ◐             ◐            ○",
        "2024-02  ·             ·            ·",
        "",
        "● in the figures   ◐ in the figures, but look below   ✗ rejected   ○ missing   · not yet due",
        "",
        "What needs doing",
        "  alpha_visits: Lilla regionen; due on day 5 of the month after, or the next working day",
        "    2024-01  alpha_visits_202401_1.txt (version 1) has other content than first came under that name: ask for a"
        " higher version next time.",
        "  beta_visits: Hallsberg; due on day 5 of the month after, or the next working day",
        "    2023-12  beta_visits_202312_1.txt (version 1) was rejected by rule month_as_named: ask for a new delivery."
        " Filen heter 2023-12.",
        "    2024-01  beta_visits_202401_20240207.txt (version 20240207) came 2 day(s) after 2024-02-05.",
        "  gamma_changes: Örebro; due on day 5 of the month after, or the next working day",
        "    2023-12  gamma_changes_202312_1.txt (version 1) has the same bytes as alpha_visits 2023-12"
        " alpha_visits_202312_1.txt: ask which source and month they are of.",
        "    missing 2024-01, since 2024-02-05: ask for it (figures are preliminary).",
    ]


def test_the_months_asked_for_alone(ledger: list[Landing], tmp_path: Path) -> None:
    told = describe_deliveries(str(SMALL), "2024-02", "2024-02", tmp_path, as_csv=False, as_of=date(2024, 3, 6))
    assert "2024-02 to 2024-02" in told
    assert "    missing 2024-02, since 2024-03-05: ask for it (months wait for it)." in told
    assert "2024-01" not in told


def test_months_that_are_missing_are_told_in_one_line(ledger: list[Landing], tmp_path: Path) -> None:
    del ledger[4]
    told = describe_deliveries(str(SMALL), None, None, tmp_path, as_csv=False, as_of=date(2024, 3, 6))
    line = "    missing 2024-01 to 2024-02, the oldest since 2024-02-05: ask for them (figures are preliminary)."
    assert told.splitlines().count(line) == 2, "of Beta and of Gamma"


def test_the_same_as_csv(ledger: list[Landing], tmp_path: Path) -> None:
    told = describe_deliveries(str(SMALL), "2024-01", "2024-01", tmp_path, as_csv=True, as_of=date(2024, 3, 1))
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [(row["source_id"], row["status"], row["finding"]) for row in rows] == [
        (ALPHA, "superseded", "not_applicable"),
        (ALPHA, "current", "changed"),
        (BETA, "current", "late"),
        (GAMMA, "missing", "overdue"),
    ]
    assert (rows[2]["due_on"], rows[2]["days_late"], rows[2]["rows"]) == ("2024-02-05", "2", "30")


def test_official_statistics_are_listed_below(
    ledger: list[Landing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = load_region(str(SMALL))
    official = folder.sources_by_id[BETA].model_copy(update={"transport": SimpleNamespace(feed="reference")})
    changed = replace(folder, sources=tuple(official if entry.id == BETA else entry for entry in folder.sources))
    monkeypatch.setattr(module, "load_region", lambda _: changed)
    told = describe_deliveries(str(SMALL), None, None, tmp_path, as_csv=False, as_of=date(2024, 3, 1))
    assert told.splitlines()[-2:] == [
        "Official statistics, fetched apart from the months:",
        "  beta_visits: 1 accepted delivery to 2024-01, latest fetched 2026-11-22 (UTC)",
    ], "what was rejected isn't counted"
    assert "month    alpha_visits  gamma_changes" in told


def test_before_anything_has_landed(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hemvard(["deliveries", str(SMALL)])
    told = capsys.readouterr().out
    assert "Lilla regionen: no delivery has landed." in told
    assert "hemvard plan small" in told


def entry(status: Status, finding: Finding = "not_applicable") -> Entry:
    return Entry(load_region(str(SMALL)).sources[0], JANUARY, status, finding=finding)


@pytest.mark.parametrize(
    ("entries", "mark"),
    [
        ([entry("current")], "●"),
        ([entry("current", "later_version"), entry("superseded", "changed")], "●"),
        ([entry("current", "late")], "◐"),
        ([entry("current"), entry("rejected")], "◐"),
        ([entry("current"), entry("waiting")], "◐"),
        ([entry("rejected"), entry("superseded")], "✗"),
        ([entry("waiting")], "…"),
        ([entry("missing", "overdue")], "○"),
        ([entry("missing", "expected")], "·"),
    ],
)
def test_a_month_s_sign_is_made_of_all_that_came(entries: list[Entry], mark: str) -> None:
    assert sign(entries) == mark


def test_a_run_s_deliveries_from_the_lake(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = Deliveries(own_home)
    inbox.fill(20)
    inbox.put(BETA, "2024-01", plausible(BETA, "2024-01", 20), version=2)
    run_plain(own_home, publish=False, light=True)
    hemvard(["deliveries", str(SMALL), "--from", "2024-01", "--to", "2024-01", "--csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["file_name"], row["status"], row["finding"], row["rows"]) for row in rows] == [
        ("alpha_202401_1.txt", "current", "not_applicable", "20"),
        ("beta-202401-1.csv", "superseded", "not_applicable", ""),
        ("beta-202401-2.csv", "current", "duplicate", "20"),
        ("gamma-202401-1.csv", "current", "not_applicable", "20"),
    ]
