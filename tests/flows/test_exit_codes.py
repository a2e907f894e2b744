"""What each fault gives: its exit code, a message that helps, and nothing lost."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    Row,
    as_bytes,
    copy_home,
    figure_hashes,
    lake_rows,
    plausible,
    region_home,
    rows,
)

from warehouse.keys import find_keys

LAST = MONTHS[2]


@dataclass(frozen=True)
class Fault:
    """A file that is not to be accepted, and what the message must tell."""

    source: str
    rule: str
    content: Callable[[], bytes]
    told: tuple[str, ...]


def good(source: str) -> list[Row]:
    """A month's clean rows."""
    return plausible(source, LAST, 20)


def without_column(source: str, column: str) -> bytes:
    """The rows, but for a column."""
    found = good(source)
    return as_bytes(source, found, [name for name in found[0] if name != column])


def with_codes(source: str, column: str, count: int) -> bytes:
    """The rows, the first ones with a code that no list has."""
    return as_bytes(source, [row | {column: "QQ"} if place < count else row for place, row in enumerate(good(source))])


def with_bytes(source: str, line: int) -> bytes:
    """The rows, one with a byte that is no UTF-8."""
    lines = as_bytes(source, good(source)).split(b"\r\n")
    lines[line - 1] += b"\xe5"
    return b"\r\n".join(lines)


FAULTS = {
    "another encoding": Fault(
        ALPHA, "file_readable", lambda: as_bytes(ALPHA, good(ALPHA)).decode("latin-1").encode(), ("latin-1", "UTF-8")
    ),
    "bytes that are no text": Fault(BETA, "file_readable", lambda: with_bytes(BETA, 7), ("utf-8", "line 7")),
    "not a text at all": Fault(GAMMA, "file_readable", lambda: b"PK\x03\x04\0\0\0", ("utf-8",)),
    "a column missing": Fault(BETA, "columns_present", lambda: without_column(BETA, "minuter"), ("minuter",)),
    "the region's column missing": Fault(ALPHA, "columns_present", lambda: without_column(ALPHA, "enhet"), ("enhet",)),
    "unknown codes": Fault(
        BETA, "care_form_known", lambda: with_codes(BETA, "typ", 3), ("3 of 20 rows", "2.0 %", "First rows: 2, 3, 4.")
    ),
    "unknown codes in changes": Fault(
        GAMMA, "profession_known", lambda: with_codes(GAMMA, "profession", 1), ("1 of 20 rows", "First rows: 2.")
    ),
    "a header and no rows": Fault(ALPHA, "rows_present", lambda: as_bytes(ALPHA, []), ("empty",)),
    "no bytes": Fault(GAMMA, "rows_present", lambda: b"", ("empty",)),
    "another month's file": Fault(
        BETA, "month_as_named", lambda: as_bytes(BETA, plausible(BETA, MONTHS[1], 20)), (MONTHS[1], LAST)
    ),
}


# A run tells the faults of all sources: at most one of each.
TOGETHER = (
    ("another encoding", "bytes that are no text", "not a text at all"),
    ("the region's column missing", "a column missing", "unknown codes in changes"),
    ("a header and no rows", "unknown codes", "no bytes"),
    ("another month's file",),
)


def test_every_fault_has_its_run() -> None:
    assert sorted(name for names in TOGETHER for name in names) == sorted(FAULTS)


@pytest.mark.parametrize("names", TOGETHER)
def test_faulty_files_end_with_1_and_their_corrections_with_0(
    names: tuple[str, ...], cli, published: Path, tmp_path: Path
) -> None:
    faults = [FAULTS[name] for name in names]
    home = copy_home(published, tmp_path / "home")
    inbox = Deliveries(home)
    for source in (ALPHA, BETA, GAMMA):
        inbox.put(source, LAST, good(source))
    files = [inbox.put_bytes(fault.source, LAST, fault.content()) for fault in faults]
    before, release = figure_hashes(home), region_home(home).current.resolve()

    ended = cli("run", SMALL, "--home", home, light="unknown codes" not in names)

    assert ended.code == 1
    assert "nothing was published" in ended.err
    assert "Traceback" not in ended.err
    for fault, file in zip(faults, files, strict=True):
        for told in (file.name, fault.source, LAST, fault.rule, *fault.told, "To do: Ask the"):
            assert told in ended.err
        assert file.read_bytes() == fault.content()
        assert landed(home, fault.source) == fault.content()
    assert figure_hashes(home) == before
    assert region_home(home).current.resolve() == release
    assert loaded_sources(home) == []

    if "file_readable" in {fault.rule for fault in faults}:
        again = cli("run", SMALL, "--home", home)
        assert again.code == 1
        assert again.err.count("file_readable") >= len(faults)

    for fault in faults:
        inbox.put(fault.source, LAST, good(fault.source), version=2)
    corrected = cli("run", SMALL, "--home", home)
    assert corrected.code == 0, corrected.err
    assert loaded_sources(home) == [ALPHA, BETA, GAMMA]
    assert rows(home, "SELECT max(period)::VARCHAR FROM volumes.visits_month") == [(f"{LAST}-01",)]


def test_corrected_files_of_the_same_name_are_taken_in(cli, published: Path, tmp_path: Path) -> None:
    home = copy_home(published, tmp_path / "home")
    inbox = Deliveries(home)
    inbox.put(ALPHA, LAST, good(ALPHA))
    for source in (BETA, GAMMA):
        inbox.put_bytes(source, LAST, b"")
    assert cli("run", SMALL, "--home", home).code == 1
    for source in (BETA, GAMMA):
        inbox.put(source, LAST, good(source))
    corrected = cli("run", SMALL, "--home", home)
    assert corrected.code == 0, corrected.err
    assert loaded_sources(home) == [ALPHA, BETA, GAMMA]


def landed(home: Path, source: str) -> bytes:
    """What landing keeps of the source's last month, decrypted; the bytes on disk hold none of it."""
    place = region_home(home)
    (file,) = (place.landing / source).glob(f"{LAST.replace('-', '')}-*.age")
    kept = file.read_bytes()
    plain = find_keys(place, synthetic=True).decrypt(kept)
    assert plain[:40] not in kept or not plain
    return plain


def loaded_sources(home: Path) -> list[str]:
    """The sources of the last month in the lake."""
    sql = f"SELECT DISTINCT source_id FROM lake.core.visit_versions WHERE delivery_month = '{LAST}-01' ORDER BY 1"
    return [row[0] for row in lake_rows(home, sql)]


def test_a_missing_required_delivery_ends_with_1(cli, published: Path, tmp_path: Path) -> None:
    home = copy_home(published, tmp_path / "home")
    inbox = Deliveries(home)
    inbox.fill(20, months=[LAST], sources=(BETA, GAMMA))
    before = figure_hashes(home)
    ended = cli("run", SMALL, "--home", home)
    assert ended.code == 1
    assert f"{ALPHA} {LAST}: the delivery is missing, and it is required" in ended.err
    assert "nothing was published, the last release stands" in ended.err
    assert figure_hashes(home) == before
    assert loaded_sources(home) == []
    inbox.fill(20, months=[LAST], sources=(ALPHA,))
    assert cli("run", SMALL, "--home", home).code == 0
    assert loaded_sources(home) == [ALPHA, BETA, GAMMA]


def test_another_missing_delivery_ends_with_0_and_preliminary_figures(cli, published: Path, tmp_path: Path) -> None:
    """Exactly the rows that need it: its municipality's, and those of all, of others and of unknown."""
    home = copy_home(published, tmp_path / "home")
    inbox = Deliveries(home)
    inbox.fill(30, months=[LAST], sources=(ALPHA, GAMMA))
    ended = cli("run", SMALL, "--home", home)
    assert ended.code == 0
    assert f"Missing: {BETA} for {LAST}" in ended.out
    sql = "SELECT DISTINCT {} FROM volumes.visits_month WHERE status = '{}' AND period = '{}-01' ORDER BY 1"
    assert rows(home, sql.format("municipality_code", "preliminary", LAST)) == [
        (code,) for code in ("1861", "9998", "9999", "all")
    ]
    assert rows(home, sql.format("municipality_code", "ok", LAST)) == [("1814",), ("1880",)]
    assert rows(home, sql.format("status", "preliminary", MONTHS[1])) == []
    years = "SELECT year, list(DISTINCT status ORDER BY status) FROM volumes.region_totals GROUP BY year ORDER BY year"
    found = {year: set(statuses) - {"protected"} for year, statuses in rows(home, years)}
    assert found == {2023: {"ok"}, 2024: {"preliminary"}}
    shares = (
        "SELECT DISTINCT area_code FROM indicators.results WHERE status = 'preliminary' AND period_start = '2024-01-01'"
    )
    assert {"18"} <= {row[0] for row in rows(home, shares)} <= {"18", "1861", "sodra", "9998", "9999"}
    assert rows(home, "SELECT source_id, month::VARCHAR FROM quality.deliveries WHERE status = 'missing'") == [
        (BETA, f"{LAST}-01")
    ]
    inbox.fill(30, months=[LAST], sources=(BETA,))
    assert cli("run", SMALL, "--home", home).code == 0
    assert rows(home, "SELECT count(*) FROM volumes.visits_month WHERE status = 'preliminary'") == [(0,)]
    assert rows(home, "SELECT count(*) FROM volumes.region_totals WHERE status = 'preliminary'") == [(0,)]


def test_rows_below_the_threshold_go_to_quarantine_and_the_run_ends_with_0(
    cli, published: Path, tmp_path: Path
) -> None:
    home = copy_home(published, tmp_path / "home")
    inbox = Deliveries(home)
    inbox.fill(20, months=[LAST], sources=(ALPHA, GAMMA))
    many = plausible(BETA, LAST, 50)
    inbox.put(BETA, LAST, [many[0] | {"typ": "QQ"}, *many[1:]])
    assert cli("run", SMALL, "--home", home, light=False).code == 0
    found = rows(home, "SELECT source_id, month::VARCHAR, rule_id, rows_quarantined FROM quality.quarantine_summary")
    assert found == [(BETA, f"{LAST}-01", "care_form_known", 1)]
    inbox.put(BETA, LAST, [many[0] | {"typ": "QQ"}, many[1] | {"typ": "QQ"}, *many[2:]], version=2)
    assert cli("run", SMALL, "--home", home, light=False).code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "nowhere"), "There is no region 'nowhere'"),
        (("run", "norrbotten", "--from", "2024-13"), "'2024-13' is no month"),
        (("run", "norrbotten", "--to", "januari"), "'januari' is no month"),
        (("run", SMALL, "--from", "2024-02", "--to", "2024-01"), "2024-02"),
        (("run",), "Missing argument"),
        (("run", "norrbotten", "--nonsense"), "No such option"),
        (("nonsense",), "No such command"),
        (("query", SMALL, "SELECT 1 FROM volumes.nowhere"), "nowhere"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[object, ...], told: str, cli, published: Path, monkeypatch) -> None:
    monkeypatch.setenv("HEMVARD_HOME", str(published))
    ended = cli(*arguments)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_a_held_region_ends_with_4(cli, published: Path, tmp_path: Path) -> None:
    home = copy_home(published, tmp_path / "home")
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(region_home(home).lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        ended = cli("run", SMALL, "--home", home)
        holder.communicate(b"\n")
    assert ended.code == 4
    assert "Another run holds the region small." in ended.err
    assert cli("run", SMALL, "--home", home).code == 0


def test_an_unexpected_fault_tells_its_kind_and_no_more(cli, published: Path, tmp_path: Path, monkeypatch) -> None:
    home = copy_home(published, tmp_path / "home")

    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("19121212-1212")

    monkeypatch.setattr("flows.monthly.make_plan", broken)
    ended = cli("run", SMALL, "--home", home)
    assert ended.code == 1
    assert "ZeroDivisionError" in ended.err
    assert "--debug" in ended.err
    assert "19121212" not in ended.err + ended.out
