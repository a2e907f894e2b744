"""Canaries: ids, names and free text of deliveries are nowhere but in the inbox and, encrypted, in landing."""

import base64
import re
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from processes import ForkServer, Process, wait_for
from small_region import ALPHA, BETA, GAMMA, MONTHS, SMALL, Deliveries, Row, person, plausible, region_home, visit

from warehouse.keys import find_keys
from warehouse.lake import open_lake
from warehouse.releases import DATABASE
from warehouse.sql import identifier

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
MONTH = MONTHS[0]
GOOD = person(4321)
MALFORMED = "19450230-77773"
NAME = "Kanariefågelsson"
NOTE = "kanarietext om en granne"
CELL = "kanariecell"
# As they stand, and as they might be written otherwise.
CANARIES = (
    *(GOOD, f"{GOOD[:8]}-{GOOD[8:]}", GOOD[2:], f"{GOOD[2:8]}-{GOOD[8:]}"),
    *(MALFORMED, MALFORMED.replace("-", ""), NAME, NOTE, CELL),
)


def row(source: str, number: int, month: str = MONTH, **values: str) -> Row:
    """A row full of canaries where the source's file maps nothing."""
    given = {"person_id": GOOD, "name": NAME, "note": NOTE} | values
    return visit(source, month, number, record=f"c{number}", **given)


def canaries(source: str, code_column: str, date_column: str) -> list[Row]:
    """Rows that count, and rows that go to quarantine with canaries in mapped cells too; below the thresholds."""
    counted = [row(source, number) for number in range(1, 9)]
    kept_out = [
        row(source, 11, person_id=MALFORMED),
        row(source, 12) | {code_column: CELL},
        row(source, 13) | {date_column: CELL},
        row(source, 14, residence=CELL),
        row(source, 15, unit=CELL),
    ]
    return [*plausible(source, MONTH, 100), *counted, *kept_out]


COLUMNS = {ALPHA: ("vårdform", "datum"), BETA: ("typ", "start"), GAMMA: ("form", "started_utc")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a month of canaries."""
    for source, (code_column, date_column) in COLUMNS.items():
        Deliveries(tmp_path / "home").put(source, MONTH, canaries(source, code_column, date_column))
    return tmp_path / "home"


@pytest.fixture
def region(tmp_path: Path, home: Path) -> Path:
    """The tiny region with a source of another subject, and a delivery of it full of canaries."""
    folder = tmp_path / "region"
    shutil.copytree(SMALL, folder)
    (folder / "sources" / "stays.yaml").write_text(STAYS, encoding="utf-8")
    good = [f"V{number};{person(number)};2023-12-09 12:00;H;{NAME};{NOTE}" for number in range(200)]
    bad = [
        f"B1;{MALFORMED};2023-12-09 12:00;H;{NAME};{NOTE}",
        f"B2;{GOOD};{CELL};H;{NAME};{NOTE}",
        f"B3;{GOOD};2023-12-09 12:00;{CELL};{NAME};{NOTE}",
        f"{GOOD};{GOOD};2023-12-09 12:00;?;{NAME};{NOTE}",
    ]
    inbox = region_home(home).inbox / "stays"
    inbox.mkdir(parents=True)
    lines = "\n".join(("id;pnr;ut;till;namn;text", *good, *bad)) + "\n"
    (inbox / "stays_202312_1.csv").write_text(lines, encoding="utf-8")
    return folder


STAYS = """
id: stays
system: pas
title_sv: Vårdtillfällen
supplier_sv: Regionen
subject: admissions
principal: region
required: false
delivers: whole_month
valid: [{from: 2023-12, to: 2024-02}]
basis: illustrative
transport: {kind: folder, file_name: "stays_{month}_{version}.csv"}
format: {kind: delimited, encoding: utf-8, separator: ";"}
columns: [id, pnr, ut, till, namn, text]
fields:
  record_id: {column: id}
  person: {column: pnr}
  admitted_at: {date_column: ut, date_format: "%Y-%m-%d %H:%M"}
  discharged_at: {date_column: ut, date_format: "%Y-%m-%d %H:%M"}
  discharged_to: {column: till, codes: {H: home}}
"""


def test_nothing_is_left_of_what_the_data_team_asks_for(hemvard: ForkServer, home: Path, region: Path) -> None:
    """Reports for suppliers, Data Docs, the register: none holds an id, a name, a free text or a cell."""
    out = region_home(home).published / "asked"
    runs = (("run", region), ("run", region, "--debug"))
    told = (
        ("deliveries", region),
        ("quarantine", region),
        ("quarantine", region, "--export", out / "returns"),
        ("docs", region, "--to", out / "docs"),
    )
    for commands in (runs, told):
        for arguments in commands:
            ended = hemvard.run(*arguments, "--home", home)
            assert ended.wait() == 0, ended.err
        assert_clean(home, hemvard, ended)
    assert len(list((out / "returns").iterdir())) == 8
    assert list((out / "docs").rglob("*.html"))


def test_nothing_is_left_of_a_run_that_publishes(hemvard: ForkServer, home: Path) -> None:
    for arguments in ((), ("--debug",)):
        run = hemvard.run("run", SMALL, "--home", home, *arguments)
        assert run.wait() == 0, run.err
    assert_clean(home, hemvard, run)
    with duckdb.connect(str(region_home(home).current.resolve() / DATABASE), read_only=True) as published:
        found = published.execute("SELECT sum(rows_quarantined) FROM quality.quarantine_summary").fetchone()
        assert found == (15,)
    assert_without_pseudonyms(home)


def assert_without_pseudonyms(home: Path) -> None:
    """A release holds aggregates alone: no file of it has the pseudonym of any person of the lake."""
    lake = open_lake(region_home(home), read_only=True)
    try:
        found = lake.execute("SELECT DISTINCT person_key::VARCHAR FROM lake.core.visit_versions").fetchall()
        pseudonyms = re.compile("|".join(f"{text}|{text.replace('-', '')}" for (text,) in found))
        assert any(pseudonyms.search(text) for _, text in _rows(lake, "'lake'"))
    finally:
        lake.close()
    every = list(published_texts(home))
    assert {Path(where).suffix for where, _ in every} >= {".parquet", ".csv", ".html", ".json"}
    assert [where for where, text in every if pseudonyms.search(text)] == []


def published_texts(home: Path) -> Iterator[tuple[str, str]]:
    """Every row of the tables of releases, every part of their workbooks, every other file as it stands."""
    for file in region_home(home).published.rglob("*"):
        if file.name == DATABASE:
            with duckdb.connect(str(file), read_only=True) as published:
                yield from _rows(published, "current_database()")
        elif file.suffix == ".parquet":
            with duckdb.connect() as reader:
                yield str(file), str(reader.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall())
        elif file.suffix == ".xlsx":
            with ZipFile(file) as workbook:
                yield from ((f"{file} {name}", workbook.read(name).decode()) for name in workbook.namelist())
        elif file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            yield str(file), " ".join((text, *_packed(text)))


@pytest.mark.parametrize("debug", [False, True])
def test_nothing_is_left_of_a_run_that_fails(debug: bool, hemvard: ForkServer, home: Path) -> None:
    rejected = faulty(home)
    run = hemvard.run("run", SMALL, "--home", home, *(["--debug"] if debug else []))
    assert run.wait() == 1
    assert ("Traceback" in run.err) is debug
    for file, rule in rejected.items():
        assert re.search(rf"{re.escape(file)}.*?{rule}", run.err, re.DOTALL), file
    assert_clean(home, hemvard, run)


def faulty(home: Path) -> dict[str, str]:
    """Make deliveries that are rejected, canaries beside the fault: file → the rule on which it falls."""
    inbox = Deliveries(home)
    for month in MONTHS[1:]:
        inbox.put(ALPHA, month, [*plausible(ALPHA, month, 20), row(ALPHA, 1, month=month)])
    first, second, third = ([row(BETA, number, month=month) for number in range(20)] for month in MONTHS)
    threshold = inbox.put(BETA, MONTHS[0], [entry | {"typ": CELL, "pnr": MALFORMED} for entry in first])
    encoding = inbox.put(BETA, MONTHS[1], second)
    spoil(encoding, b"\xe5")
    column = inbox.put(BETA, MONTHS[2], third, columns=[name for name in third[0] if name != "hemkommun"])
    shape = inbox.put(GAMMA, MONTHS[2], [row(GAMMA, number, month=MONTHS[2]) for number in range(20)])
    spoil(shape, b',"' + NOTE.encode())
    rules = {threshold: "care_form_known", encoding: "file_readable", column: "columns_present", shape: "file_readable"}
    return {file.name: rule for file, rule in rules.items()}


def spoil(file: Path, end: bytes) -> None:
    """Let the sixth line of a file end otherwise."""
    lines = file.read_bytes().split(b"\r\n")
    lines[5] += end
    file.write_bytes(b"\r\n".join(lines))


def assert_clean(home: Path, hemvard: ForkServer, run: Process) -> None:
    """No canary in any byte or text that the run left, beyond the inbox."""
    searched = re.compile("|".join(re.escape(canary) for canary in CANARIES), re.IGNORECASE)
    as_bytes = re.compile(
        b"|".join(re.escape(canary.encode(code)) for canary in CANARIES for code in ("utf-8", "latin-1", "utf-16-le"))
    )
    assert searched.search(NAME.lower())
    places = [run.output.parent, region_home(home).restricted, region_home(home).published]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert {".age", ".sqlite", ".parquet", ".err", ".db"} <= {file.suffix for file in files}
    leaking = [str(file) for file in files if as_bytes.search(file.read_bytes())]
    assert leaking == []
    for where, text in texts(home, hemvard):
        assert not searched.search(text), where
    kept = list(region_home(home).landing.rglob("*.age"))
    keys = find_keys(region_home(home), synthetic=True)
    assert kept
    assert all(as_bytes.search(keys.decrypt(file.read_bytes())) for file in kept)


def texts(home: Path, hemvard: ForkServer) -> Iterator[tuple[str, str]]:
    """Every row of every table that the run left: published, of the lake, of Prefect's database."""
    yield from published_texts(home)
    lake = open_lake(region_home(home), read_only=True)
    try:
        yield from _rows(lake, "'lake'")
    finally:
        lake.close()
    yield from _prefect(hemvard)


def _packed(text: str) -> Iterator[str]:
    """What a file of the pages holds packed."""
    for held in re.findall(r'(?:hemvard\.views\("|class="undrawn">)([A-Za-z0-9+/=]{20,})["<]', text):
        yield zlib.decompress(base64.b64decode(held)).decode()


def _rows(connection: duckdb.DuckDBPyConnection, database: str) -> Iterator[tuple[str, str]]:
    tables = connection.execute(
        f"SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE database_name = {database}"
    ).fetchall()
    assert len(tables) > 8
    for table in tables:
        name = ".".join(identifier(part) for part in table)
        yield name, str(connection.execute(f"SELECT * FROM {name}").fetchall())


def _prefect(hemvard: ForkServer) -> Iterator[tuple[str, str]]:
    """Prefect's own tables: parameters, states, logs, artifacts, events – once the run's logs have come."""
    (file,) = (Path(hemvard.folder) / "prefect").glob("prefect.db")
    with closing(sqlite3.connect(file)) as database:
        wait_for(lambda: database.execute("SELECT count(*) FROM log WHERE message LIKE 'judge%'").fetchone()[0])
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        assert {"log", "artifact", "flow_run", "task_run"} <= set(names)
        for name in names:
            yield name, str(database.execute(f"SELECT * FROM {identifier(name)}").fetchall())
