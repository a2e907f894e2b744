"""`hemvard quarantine`: the summary for the data team, and the reports for suppliers, from a real lake."""

from pathlib import Path

import pytest
from memory_lake import changed
from python_calamine import CalamineWorkbook
from small_region import ALPHA, BETA, SMALL, Deliveries, copy_home, person, plausible, region_home, run_plain, visit

from flows.cli import main
from flows.quarantine import describe_quarantine
from regions.errors import UsageError
from tasks.returns import MASKED_SV
from warehouse.lake import open_lake

JANUARY = "2024-01"


def hemvard(arguments: list[str]) -> None:
    """The command line; it ends well."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


@pytest.fixture(scope="module")
def once_loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which Alpha has two faults, one of them on a record named by a person's id, and Beta one."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    inbox = Deliveries(home)
    inbox.fill(100, months=[JANUARY])
    wrong = changed(visit(ALPHA, JANUARY, record="@SUM(A1)"), plats="?")
    masked = changed(visit(ALPHA, JANUARY, record=person(77)), datum="x")
    inbox.put(ALPHA, JANUARY, [*plausible(ALPHA, JANUARY, 100), wrong, masked])
    inbox.put(BETA, JANUARY, [*plausible(BETA, JANUARY, 100), changed(visit(BETA, JANUARY, record="-2+3"), typ="?")])
    run_plain(home, publish=False, light=True)
    return home


@pytest.fixture
def loaded(once_loaded: Path, own_home: Path) -> Path:
    """That home as the test's own."""
    return copy_home(once_loaded, own_home)


def test_the_summary_and_the_reports(loaded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hemvard(["quarantine", str(SMALL)])
    hemvard(["quarantine", str(SMALL), "--export", str(tmp_path / "returns")])
    told = capsys.readouterr().out
    for line in (
        "alpha_visits: Lilla regionen",
        "        1 row(s)  attribute_codes_known: 2024-01, first seen ",
        "  alpha_visits: 1 record(s)",
        "  Hallsberg: aterkoppling-small-beta_visits.html, aterkoppling-small-beta_visits.xlsx",
    ):
        assert line in told
    assert person(77) not in told
    files = sorted(file.name for file in (tmp_path / "returns").iterdir())
    assert files == [f"aterkoppling-small-{source}.{end}" for source in (ALPHA, BETA) for end in ("html", "xlsx")]
    page = (tmp_path / "returns" / f"aterkoppling-small-{ALPHA}.html").read_text(encoding="utf-8")
    assert MASKED_SV in page
    assert person(77)[2:] not in page
    book = CalamineWorkbook.from_path(tmp_path / "returns" / f"aterkoppling-small-{ALPHA}.xlsx")
    rows = book.get_sheet_by_name("Rader att rätta").to_python()
    assert {row[0] for row in rows[3:]} == {"@SUM(A1)", MASKED_SV}


def test_a_month_without_faults(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hemvard(["quarantine", str(SMALL), "--from", "2024-02"])
    hemvard(["quarantine", str(SMALL), "--from", "2024-02", "--export", str(loaded / "returns")])
    told = capsys.readouterr().out
    assert "no row stands in quarantine" in told
    assert "no report was written" in told
    assert not (loaded / "returns").exists()


def test_before_anything_has_been_loaded(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hemvard(["quarantine", str(SMALL)])
    assert "nothing has been loaded" in capsys.readouterr().out


def test_a_lake_of_an_older_version_is_told_of(own_home: Path) -> None:
    lake = open_lake(region_home(own_home))
    lake.execute("DROP TABLE lake.quality.quarantine_resolved")
    lake.close()
    with pytest.raises(UsageError, match="older version"):
        describe_quarantine(str(SMALL), None, None, own_home)
