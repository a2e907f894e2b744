"""One person is gone from everything that is kept, and everything else stands as it was; killed anywhere, it goes on."""

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from processes import ForkServer
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    Row,
    copy_home,
    lake_rows,
    person,
    plausible,
    region_home,
    rows,
    run_plain,
    visit,
)
from test_key_rotation import CARE, KEYS, LINKS, care, link, rotated

import flows.monthly
from flows.cli import main
from flows.erasing import decided
from regions.errors import UsageError
from warehouse.keys import PSEUDONYM_KEY, find_keys
from warehouse.lake import load_extensions
from warehouse.releases import in_force
from warehouse.schema import COMPUTED, CUBE
from warehouse.sql import literal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
FIRST, SECOND, THIRD = MONTHS
WHO, FORMER, OTHER = 701, 702, 704
DECIDED = ("--reason", "gdpr_17", "--record", "RS 2026-123", "--yes")
VISITS = "SELECT system, record_id, source_id, row_number, month, started_at FROM lake.core.visits ORDER BY ALL"
FAULTS = "SELECT source_id, row_number, rule_id, record_id FROM lake.quality.quarantine ORDER BY ALL"


def written(text: str) -> tuple[str, ...]:
    """An id as it may be written."""
    return text, f"{text[:8]}-{text[8:]}", text[2:], f"{text[2:8]}-{text[8:]}"


SEARCHED = re.compile("|".join(re.escape(form) for number in (WHO, FORMER) for form in written(person(number))))


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small region with sources of links and of care recipients."""
    folder = tmp_path_factory.mktemp("erasure") / "region"
    shutil.copytree(SMALL, folder)
    (folder / "sources" / "links.yaml").write_text(LINKS, encoding="utf-8")
    (folder / "sources" / "care.yaml").write_text(CARE, encoding="utf-8")
    return folder


def deliver(home: Path, *, with_person: bool) -> None:
    """Two months in which the person has rows of every sort; or the same files with empty rows in their places."""

    def own(row: Row) -> Row:
        return row if with_person else dict.fromkeys(row, "")

    who, former = written(person(WHO)), written(person(FORMER))
    near = f"granne till {who[3]}" if with_person else "granne till ******-****"
    alpha = [
        own(visit(ALPHA, FIRST, 161, person_id=who[1])),
        own(visit(ALPHA, FIRST, 162, person_id=former[2])),
        own(visit(ALPHA, FIRST, 163, person_id=who[0]) | {"vårdform": "??"}),  # to quarantine
        own(visit(ALPHA, FIRST, 164, person_id="", note=f"gäller {who[0]}")),  # so does this one
        own(visit(ALPHA, FIRST, 165, person_id=who[0], record=who[1])),  # her id is a record's, too
        visit(ALPHA, FIRST, 166, person_id=person(OTHER), note=near),
    ]
    inbox = Deliveries(home)
    inbox.fill(20, months=MONTHS[:2])
    inbox.put(ALPHA, FIRST, [*plausible(ALPHA, FIRST, 100), *alpha, visit(ALPHA, FIRST, 167)])
    inbox.put(BETA, SECOND, [own(visit(BETA, SECOND, 61, person_id=former[1])), *plausible(BETA, SECOND, 20)])
    # What was hers in the second month had been somebody else's in the first: that must not count again.
    replaced = visit(GAMMA, FIRST, 80, record="moved", person_id=person(OTHER))
    inbox.put(GAMMA, FIRST, [own(replaced), *plausible(GAMMA, FIRST, 20)])
    hers = visit(GAMMA, SECOND, 80, record="moved", person_id=who[0])
    inbox.put(GAMMA, SECOND, [*plausible(GAMMA, SECOND, 20), own(hers)])
    if with_person:
        link(home, SECOND, (FORMER, WHO), (1, 2))
        care(home, FIRST, 1, 2, WHO, 3)
    else:
        link(home, SECOND, (1, 2))
        care(home, FIRST, 1, 2, 3)


def run_of(home: Path, region: Path, *, with_person: bool) -> Path:
    deliver(home, with_person=with_person)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PSEUDONYM_KEY, KEYS[0])
        run_plain(home, region, light=True, protected=False)
        if with_person:
            rotated(home, region, patch, KEYS[1])
    return home


@pytest.fixture(scope="module")
def before(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the person is everywhere, under two keys; copy it, never change it."""
    return run_of(tmp_path_factory.mktemp("before") / "home", region, with_person=True)


@pytest.fixture(scope="module")
def never(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to which the person was never delivered."""
    return run_of(tmp_path_factory.mktemp("never") / "home", region, with_person=False)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PSEUDONYM_KEY, KEYS[1])


def hers(home: Path) -> set[str]:
    """Every pseudonym that stands for the person."""
    mapped = "SELECT pseudonym::VARCHAR, person_key::VARCHAR FROM lake.core.person_map WHERE person_key IN (SELECT "
    mapped += "person_key FROM lake.core.visits WHERE record_id = '2023-12-161' AND source_id = 'alpha_visits')"
    return {text for row in lake_rows(home, mapped) for text in row}


def erase(region: Path, home: Path, *given: str, typed: str = person(WHO)) -> int:
    """The command as one would give it, with the id on standard input; its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        try:
            main(["erase", str(region), "--home", str(home), *(given or DECIDED)])
        except SystemExit as ended:
            return int(ended.code or 0)
    raise AssertionError("a command ends with an exit code")


@pytest.fixture(scope="module")
def erased(region: Path, before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home without the person; copy it, never change it."""
    home = copy_home(before, tmp_path_factory.mktemp("erased") / "home")
    (home / "reports").mkdir()
    (home / "reports" / "aterkoppling-small-alpha_visits.html").write_text(person(WHO), encoding="utf-8")
    (region_home(home).temp / "left-by-a-kill.tmp").write_text(person(WHO), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PSEUDONYM_KEY, KEYS[1])
        assert erase(region, home) == 0
    return home


def test_no_file_tells_of_the_person(before: Path, erased: Path) -> None:
    pseudonyms = hers(before)
    assert len(pseudonyms) == 4, "two ids, each under two keys"
    searched = re.compile("|".join((SEARCHED.pattern, *pseudonyms, *(text.replace("-", "") for text in pseudonyms))))
    assert any(searched.search(text) for _, text in everything(before))
    assert [where for where, text in everything(erased) if searched.search(text)] == []


def everything(home: Path) -> Iterator[tuple[str, str]]:
    """The text of every file below a home but releases: opened with its key where it is encrypted."""
    place = region_home(home)
    keys, lake_keys = find_keys(place, synthetic=True), file_keys(place.catalogue)
    connection = duckdb.connect()
    load_extensions(connection)
    for file in sorted(file for file in home.rglob("*") if file.is_file() and not file.is_relative_to(place.releases)):
        if file.suffix == ".parquet":
            yield str(file), str(parquet(connection, file, lake_keys[file.name]))
        elif file.suffix == ".age":
            yield str(file), keys.decrypt(file.read_bytes()).decode("latin-1")
        else:
            yield str(file), file.read_bytes().decode("latin-1")


def file_keys(catalogue: Path) -> dict[str, str]:
    """File of the lake → the key with which it is encrypted; every file must have one."""
    with closing(sqlite3.connect(catalogue)) as opened:
        every = "SELECT path, encryption_key FROM ducklake_data_file UNION SELECT path, encryption_key "
        found = opened.execute(f"{every} FROM ducklake_delete_file").fetchall()
    return {path.rpartition("/")[2]: key for path, key in found}


def parquet(connection: duckdb.DuckDBPyConnection, file: Path, key: str) -> list[tuple[object, ...]]:
    options = f"encryption_config = {{footer_key_value: from_base64({literal(key)})}}"
    return connection.execute(f"SELECT * FROM read_parquet({literal(str(file))}, {options})").fetchall()


def test_everybody_else_stands_as_if_the_person_had_never_been_delivered(
    region: Path, erased: Path, never: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(erased, tmp_path / "home")
    published = in_force(region_home(home))
    outcome = run_plain(home, region, light=True, protected=False)
    assert [len(month.deliveries) for month in outcome.plan.months] == [], "nothing is read again"
    assert outcome.landed.new == ()
    assert lake_rows(home, VISITS) == lake_rows(never, VISITS)
    # Of the lake: what is hidden depends on the release before, too, which still counts the person.
    assert computed(home) == computed(never)
    assert published.is_dir()
    assert published != in_force(region_home(home))
    ((record,),) = rows(home, "SELECT name FROM meta.inputs WHERE kind = 'erasure'")
    assert lake_rows(home, "SELECT DISTINCT record_id, state FROM lake.ledger.erasures") == [(record, "done")]
    reads_again_as_before(home, region, monkeypatch)
    assert lake_rows(home, VISITS) == lake_rows(never, VISITS)
    assert lake_rows(home, FAULTS) == lake_rows(never, FAULTS)


def computed(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What models have computed of numbers, in an order of their own."""
    names = [table.name for table in COMPUTED if table is not CUBE]
    return {name: lake_rows(home, f"SELECT * FROM lake.{name} ORDER BY ALL") for name in names}


def reads_again_as_before(home: Path, region: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every delivery anew out of landing, as after a change of the rules."""
    own = flows.monthly.source_definitions
    changed = lambda folder: {name: f"new {of}" for name, of in own(folder).items()}  # noqa: E731
    monkeypatch.setattr(flows.monthly, "source_definitions", changed)
    outcome = run_plain(home, region, light=True, protected=False, publish=False)
    assert sum(len(month.deliveries) for month in outcome.plan.months) == 8
    assert outcome.rejections == []


def test_a_later_delivery_of_the_person_is_told_and_taken_in(region: Path, erased: Path, tmp_path: Path) -> None:
    home = copy_home(erased, tmp_path / "home")
    again = [visit(BETA, SECOND, number, person_id=person(FORMER)) for number in (61, 62)]
    Deliveries(home).put(BETA, SECOND, [*plausible(BETA, SECOND, 20), *again], version=2)
    outcome = run_plain(home, region, light=True, protected=False, publish=False)
    ((record,),) = lake_rows(home, "SELECT DISTINCT record_id FROM lake.ledger.erasures")
    assert outcome.run.returned == [
        f"beta_visits 2024-01: 2 row(s) of a person erased under {record} have been delivered again"
    ]
    assert outcome.run.returned[0] in outcome.text
    assert len(lake_rows(home, "SELECT 1 FROM lake.core.visits WHERE record_id IN ('2024-01-61', '2024-01-62')")) == 2


def test_the_record_tells_numbers_and_the_decision(
    region: Path, erased: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase(region, erased, "--list") == 0
    told = capsys.readouterr().out
    assert re.search(r"^E\d{8}T\d{6}Z-[0-9a-f]{8}  done  10 row\(s\)  gdpr_17  RS 2026-123$", told, re.MULTILINE)
    assert len(re.findall(r"row\(s\), original rewritten", told)) == 6
    assert not SEARCHED.search(told)


def test_without_a_yes_nothing_is_changed_and_only_numbers_are_told(
    region: Path, before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(before, tmp_path / "home")
    assert erase(region, home, *DECIDED[:-1]) == 2
    told = capsys.readouterr().err
    assert "10 row(s) in 6 delivery(ies)" in told
    assert "1 row(s) of others show the id in another column" in told
    assert not SEARCHED.search(told)
    assert lake_rows(home, VISITS) == lake_rows(before, VISITS)


@pytest.mark.parametrize("typed", ["", "19450230-7777", person(WHO)[2:], "ABC"])
def test_what_is_no_whole_id_is_refused_and_not_repeated(
    typed: str, region: Path, before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase(region, before, typed=typed) == 2
    told = capsys.readouterr().err
    assert "no whole and valid person id" in told
    assert not typed or typed not in told


@pytest.mark.parametrize(("reason", "number"), [(None, "RS 2026-1"), ("gdpr_17", None), ("gdpr_17", "19450101-1234")])
def test_an_erasure_needs_its_decision_and_takes_no_id_for_its_number(reason: str | None, number: str | None) -> None:
    with pytest.raises(UsageError, match="its ground and the number of the decision") as caught:
        decided(reason, number)
    assert "1945" not in str(caught.value)


KILLED_IN = {
    "tasks.erase._erase_from_lake": "begun",  # originals are rewritten, the lake isn't
    "warehouse.cleaning._tidy_catalogue": "erased",  # the lake has lost the rows, its catalogue remembers
}


@pytest.mark.parametrize("place", KILLED_IN)
def test_killed_anywhere_the_same_command_goes_on(
    place: str, hemvard: ForkServer, region: Path, before: Path, erased: Path, tmp_path: Path
) -> None:
    home = copy_home(before, tmp_path / "home")
    asked = ("erase", region, "--home", home, *DECIDED)
    environment = {PSEUDONYM_KEY: KEYS[1]}
    killed = hemvard.start(*asked, environment=environment, killed_in=place, typed=person(WHO))
    assert killed.wait() == -9
    states = "SELECT DISTINCT record_id, state FROM lake.ledger.erasures"
    ((record, state),) = lake_rows(home, states)
    assert state == KILLED_IN[place]
    assert erase(region, home) == 0
    assert lake_rows(home, states) == [(record, "done")]
    kept = "SELECT source_id, month, rows_erased, landing FROM lake.ledger.erasures ORDER BY ALL"
    assert lake_rows(home, kept) == lake_rows(erased, kept)
    assert lake_rows(home, VISITS) == lake_rows(erased, VISITS)
    pseudonyms = hers(before)
    searched = re.compile("|".join((SEARCHED.pattern, *pseudonyms)))
    assert [where for where, text in everything(home) if searched.search(text)] == []
