"""`hemvard shell`: the restricted lake is read as it stands or stood, by who holds the keys, and never written."""

import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from small_region import SMALL, copy_home, region_home

import flows.shell
from flows.cli import main
from flows.shell import Shell, ask_lake, converse, opened
from regions.errors import DataError, UsageError
from regions.folder import RegionFolder
from warehouse.home import RegionHome
from warehouse.keys import PSEUDONYM_KEY, find_keys, note_key
from warehouse.lake import open_lake, snapshot, transaction
from warehouse.schema import LAKE, MONTH_CHANGES

RECORD = "Planterad-post"
COUNTED = "SELECT count(*) AS n FROM quality.quarantine"
# What was committed when, in UTC. Sweden's 1 March 2024 ended at 23:00 UTC.
COMMITTED = {1: datetime(2024, 2, 10, 12), 2: datetime(2024, 3, 1, 22, 59, 59), 3: datetime(2024, 3, 1, 23)}


def put(place: RegionHome, number: int) -> None:
    """One more row, in a snapshot of its own."""
    connection = open_lake(place)
    with transaction(connection):
        connection.execute(
            "INSERT INTO lake.quality.quarantine (delivery_id, row_number, rule_id, record_id, delivery_month) "
            "VALUES ('d', $number, 'rule', $record, DATE '2024-01-01')",
            {"number": number, "record": RECORD},
        )
    connection.close()


@pytest.fixture(scope="module")
def once_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose lake got a row on each of three days, and its key before them."""
    home = tmp_path_factory.mktemp("lake") / "home"
    place = region_home(home)
    connection = open_lake(place)
    note_key(connection, find_keys(place, synthetic=True).pseudonym)
    made = snapshot(connection)
    connection.close()
    for number in COMMITTED:
        put(place, number)
    with closing(sqlite3.connect(place.catalogue)) as catalogue, catalogue:
        for number, moment in {0: min(COMMITTED.values()), **COMMITTED}.items():
            catalogue.execute(
                "UPDATE ducklake_snapshot SET snapshot_time = ? WHERE snapshot_id "
                + ("<= ?" if number == 0 else "= ?"),
                (f"{moment}+00", made + number),
            )
    return home


@pytest.fixture(scope="module")
def shell(once_filled: Path) -> Iterator[Shell]:
    """That lake open, as it stands, in a home that nothing changes."""
    with opened(str(SMALL), once_filled, None) as found:
        yield found


@pytest.fixture
def home(once_filled: Path, own_home: Path) -> Path:
    """A copy of that home, where commands look for it."""
    return copy_home(once_filled, own_home)


def ask(home: Path, sql: str, day: date | None = None) -> str:
    return ask_lake(str(SMALL), sql, home, as_of=day, as_csv=True)


@pytest.mark.parametrize(
    ("day", "rows"),
    [(None, 3), (date(2024, 3, 2), 3), (date(2024, 3, 1), 2), (date(2024, 2, 29), 1), (date(2024, 2, 10), 1)],
)
def test_what_we_knew_when_a_day_ended_in_sweden(once_filled: Path, day: date | None, rows: int) -> None:
    assert (
        ask(once_filled, f"SELECT count(*) AS n FROM lake.quality.quarantine WHERE record_id = '{RECORD}'", day)
        == f"n\n{rows}"
    )


def test_the_heading_names_the_snapshot(once_filled: Path) -> None:
    with opened(str(SMALL), once_filled, date(2024, 3, 1)) as shell:
        assert "as it stood when 2024-03-01 ended: snapshot " in shell.heading
        assert shell.heading.endswith(" of 2024-03-01 23:59:59.")


def test_a_day_without_a_lake(once_filled: Path) -> None:
    with pytest.raises(
        UsageError, match="nothing of 2024-02-09: the first snapshot that it keeps is of 2024-02-10 13:00"
    ):
        ask(once_filled, COUNTED, date(2024, 2, 9))
    with pytest.raises(UsageError, match="has not come yet"):
        ask(once_filled, COUNTED, date.today() + timedelta(days=2))


def test_nothing_is_made_where_nothing_was_loaded(own_home: Path) -> None:
    with pytest.raises(DataError, match="Nothing has been loaded"):
        ask(own_home, COUNTED)
    assert not own_home.exists()
    open_lake(region_home(own_home)).close()
    with pytest.raises(DataError, match="Nothing has been loaded"):
        ask(own_home, COUNTED)


def test_only_who_holds_the_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PSEUDONYM_KEY, "another key, of more than 32 characters")
    for day in (None, date(2024, 3, 1)):
        with pytest.raises(UsageError, match="not the key that this region's pseudonyms were made with"):
            ask(home, COUNTED, day)
    monkeypatch.setattr(RegionFolder, "is_synthetic", property(lambda _: False))
    with pytest.raises(UsageError, match="HEMVARD_STORE_KEY not set, and this region's data are real"):
        ask(home, COUNTED)


def test_a_folder_of_another_user(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(flows.shell, "open_lake", refused)
    with pytest.raises(UsageError, match="by its owner alone"):
        ask(home, COUNTED)


def attempts(place: RegionHome) -> list[str]:
    """Statements that write, read beside the lake, or change what the session may."""
    key, out = place.restricted / "synthetic-keys.json", place.data / "out.csv"
    return [
        "INSERT INTO quality.quarantine SELECT * FROM quality.quarantine",
        "UPDATE lake.quality.quarantine SET record_id = 'x'",
        "DELETE FROM lake.quality.quarantine",
        "CREATE TABLE lake.core.own (x INTEGER)",
        "DROP TABLE quality.quarantine",
        "CREATE TEMP TABLE own AS SELECT 1",
        f"ATTACH '{place.catalogue}' AS own (TYPE sqlite)",
        f"ATTACH 'ducklake:sqlite:{place.catalogue}' AS own",
        "DETACH lake",
        f"COPY quality.quarantine TO '{out}'",
        f"COPY (SELECT 1) TO '{place.root / 'out.csv'}'",
        f"EXPORT DATABASE '{place.root / 'out'}'",
        "INSTALL spatial",
        "LOAD spatial",
        "SET threads = 1",
        "RESET lock_configuration",
        "PRAGMA enable_profiling",
        "BEGIN",
        "USE memory",
        "CALL ducklake_cleanup_old_files('lake', cleanup_all => true)",
        "SELECT * FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
        "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())",
        "WITH own AS (SELECT * FROM ducklake_cleanup_old_files('lake', cleanup_all => true)) SELECT * FROM own",
        f"SELECT (SELECT count(*) FROM sqlite_scan('{place.catalogue}', 'ducklake_data_file'))",
        f"SELECT * FROM SQLITE_QUERY('{place.catalogue}', 'SELECT 1')",
        "SELECT encryption_key FROM __ducklake_metadata_lake.ducklake_data_file",
        "DESCRIBE __ducklake_metadata_lake.main.ducklake_data_file",
        "SELECT * FROM query('DELETE FROM lake.quality.quarantine')",
        f"SELECT * FROM read_text('{key}')",
        f"FROM '{key}'",
        f"SELECT * FROM read_blob('{place.landing}/*')",
        f"SELECT * FROM glob('{place.landing}/**')",
        "SELECT 1; DELETE FROM lake.quality.quarantine",
        "SELECT * FROM COMMITTED",
    ]


def state(place: RegionHome) -> tuple[object, ...]:
    """The lake's snapshots and rows, and every file but SQLite's own beside the catalogue."""
    with closing(sqlite3.connect(place.catalogue)) as catalogue:
        told = [
            catalogue.execute(f"SELECT count(*) FROM ducklake_{name}").fetchall() for name in ("snapshot", "data_file")
        ]
    files = [file for file in sorted(place.root.rglob("*")) if not file.name.startswith("catalogue.sqlite-")]
    return told, files


def test_whatever_is_more_than_reading_the_lake_is_refused(once_filled: Path, shell: Shell) -> None:
    place = region_home(once_filled)
    before = state(place)
    for sql in attempts(place):
        with pytest.raises(UsageError):
            shell.answer(sql)
    assert shell.answer(COUNTED, as_csv=True) == "n\n3"
    assert state(place) == before


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM lake.quality.quarantine", "one SELECT at a time"),
        ("SELECT 1; SELECT 2", "one SELECT at a time"),
        ("", "one SELECT at a time"),
        ("SELECT * FROM Read_Text('x')", r"read_text\(\) can't be read from here"),
        ("FROM __ducklake_metadata_lake.ducklake_table", "is no table of the lake"),
    ],
)
def test_the_refusal_comes_before_duckdb_is_asked(shell: Shell, sql: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        shell.answer(sql)


def test_duckdb_itself_refuses_what_would_get_past_us(
    once_filled: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.shell, "_require_reading", lambda *_: None)
    place = region_home(once_filled)
    for sql in (
        "DELETE FROM lake.quality.quarantine",
        "CREATE TABLE lake.core.own (x INTEGER)",
        f"COPY (SELECT 1) TO '{place.root / 'out.csv'}'",
        f"SELECT * FROM read_text('{place.restricted / 'synthetic-keys.json'}')",
        f"SELECT * FROM read_blob('{place.landing}/*')",
        "INSTALL spatial",
        "LOAD spatial",
        "SET threads = 1",
        "SET enable_external_access = true",
        "SELECT * FROM COMMITTED",
    ):
        with pytest.raises(UsageError):
            shell.answer(sql)
    assert not (place.root / "out.csv").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "FROM quality.quarantine",
        "DESCRIBE quality.quarantine",
        "SUMMARIZE lake.quality.quarantine",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a, range(2) UNION ALL VALUES (1, 2)",
        "PIVOT quality.quarantine ON rule_id IN ('rule') USING count(*)",
        "SELECT * FROM ducklake_snapshots('lake')",
        "SELECT [x + 1 for x in [1]] FROM duckdb_tables",
        "SELECT * FROM ducklake_table_changes('lake', 'quality', 'quarantine', 0, 3)",
    ],
)
def test_reading_has_its_ways(shell: Shell, sql: str) -> None:
    assert shell.answer(sql, as_csv=True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST(record_id AS INTEGER) FROM quality.quarantine",
        "SELECT strptime(record_id, '%Y') FROM quality.quarantine",
        "SELECT error(record_id) FROM quality.quarantine",
    ],
)
def test_an_error_tells_no_value(once_filled: Path, shell: Shell, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="isn't shown") as raised:
        shell.answer(sql)
    assert RECORD not in str(raised.value)
    with pytest.raises(SystemExit) as ended:
        main(["shell", str(SMALL), sql, "--home", str(once_filled)])
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert "isn't shown" in told.err
    assert RECORD not in told.out + told.err


def test_an_error_about_the_query_is_told_whole(shell: Shell) -> None:
    with pytest.raises(UsageError, match='"nowhere" not found'):
        shell.answer("SELECT nowhere FROM quality.quarantine")
    with pytest.raises(UsageError, match='syntax error at or near "SELEC"'):
        shell.answer("SELEC 1")


def test_the_dictionary_is_that_of_the_schema(shell: Shell) -> None:
    listed = shell.answer(".tables", as_csv=True).splitlines()
    assert listed[0] == "table_name,row_sv,row_en"
    assert [line.split(",")[0] for line in listed[1:]] == sorted(table.name for table in LAKE)
    for name in (MONTH_CHANGES.name, f"lake.{MONTH_CHANGES.name};"):
        described = shell.answer(f".describe {name}", as_csv=True).splitlines()
        assert [line.split(",")[0] for line in described[1:]] == list(MONTH_CHANGES.names())
        for column, line in zip(MONTH_CHANGES.columns, described[1:], strict=True):
            assert column.sv.split(",")[0] in line
    for wrong, told in ((".describe core.nothing", "no table 'core.nothing'"), (".nonsense", "no command .nonsense")):
        with pytest.raises(UsageError, match=told):
            shell.answer(wrong)


def test_what_spills_is_encrypted_and_a_run_has_room_beside(once_filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.lake._memory_mib", lambda: 900)
    settings = ", ".join(
        f"current_setting('{name}')" for name in ("temp_directory", "temp_file_encryption", "memory_limit")
    )
    told = ask(once_filled, f"SELECT {settings}").splitlines()
    assert told[1] == f"{region_home(once_filled).temp},True,300.0 MiB"


def test_a_long_answer_is_cut_and_says_so(shell: Shell) -> None:
    answer = shell.answer("FROM range(5)", as_csv=True, at_most=2)
    assert answer.splitlines() == ["range", "0", "1", "… the first 2 rows; count or LIMIT to see others"]
    assert shell.answer("FROM range(2)", as_csv=True, at_most=2).splitlines() == ["range", "0", "1"]


def test_a_run_commits_while_shells_are_open(home: Path) -> None:
    many = "SELECT record_id, x FROM quality.quarantine, range(1000000) AS r(x)"
    with opened(str(SMALL), home, None) as now, opened(str(SMALL), home, date(2024, 3, 1)) as earlier:
        for reader in (now, earlier):
            assert "the first 1 rows" in reader.answer(many, at_most=1)
        put(region_home(home), 4)
        assert now.answer(COUNTED, as_csv=True) == "n\n4"
        assert earlier.answer(COUNTED, as_csv=True) == "n\n2"


ANOTHER_PROCESS = """
import sys
from pathlib import Path
from flows.shell import opened
with opened(sys.argv[1], Path(sys.argv[2]), None) as shell:
    shell.answer("SELECT record_id, x FROM quality.quarantine, range(1000000) AS r(x)", at_most=1)
    print("answered", flush=True)
    sys.stdin.readline()
    print(shell.answer("SELECT count(*) AS n FROM quality.quarantine", as_csv=True), flush=True)
"""


def test_between_answers_a_shell_holds_nothing_of_the_catalogue(home: Path) -> None:
    """Else its journal would grow for as long as somebody has a prompt open."""
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(SMALL), str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout
        assert shell.stdout.readline() == "answered\n"
        put(region_home(home), 4)
        with closing(sqlite3.connect(region_home(home).catalogue)) as catalogue:
            busy, *_ = catalogue.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        told, _ = shell.communicate("\n", timeout=60)
    assert busy == 0
    assert told == "n\n4\n"


def test_the_prompt_goes_on_after_an_error_and_keeps_nothing(
    once_filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = region_home(once_filled)
    before = state(place)
    asked = f"\n{COUNTED}\nWHERE record_id = '  a\n  b';\nDROP TABLE quality.quarantine;\n.nonsense\nSELECT 1\nAS x"
    told = []
    for text in (asked, f".quit\n{asked}"):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        converse(str(SMALL), once_filled, as_of=None, as_csv=True)
        told.append(capsys.readouterr())
    assert told[0].out == "n\n0\nx\n1\n"
    assert "one SELECT at a time" in told[0].err
    assert "no command .nonsense" in told[0].err
    assert told[1].out + told[1].err == ""
    assert state(place) == before


def test_an_interrupted_query_ends(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """As DuckDB's Python tells of Ctrl-C; the lake answers again."""

    class Interrupted:
        interrupts = 0

        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self._connection = connection

        def execute(self, sql: str, *rest: object) -> object:
            if sql == COUNTED:
                raise RuntimeError("Query interrupted")
            return self._connection.execute(sql, *rest)

        def interrupt(self) -> None:
            Interrupted.interrupts += 1

    connection = shell._connection
    monkeypatch.setattr(shell, "_connection", Interrupted(connection))
    with pytest.raises(UsageError, match="interrupted"):
        shell.answer(COUNTED)
    assert Interrupted.interrupts == 1
    monkeypatch.setattr(shell, "_connection", connection)
    assert shell.answer(COUNTED, as_csv=True) == "n\n3"


def test_the_command(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    for arguments, out in (
        ([COUNTED, "--csv", "--as-of", "2024-03-01"], "n\n2\n"),
        ([COUNTED], "n\n3\n"),
        (["--as-of", "2024-02-29", "--csv"], "n\n1\n"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{COUNTED};"))
        with pytest.raises(SystemExit) as ended:
            main(["shell", str(SMALL), *arguments])
        assert (ended.value.code, capsys.readouterr().out) == (0, out)
