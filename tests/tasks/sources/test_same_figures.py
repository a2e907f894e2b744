"""The same deliveries through every transport: the figures of a folder."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ruamel.yaml import YAML
from servers import LOOPBACK, PASSWORD, USER, CutLine, SftpServer, WebServer, free_port
from small_region import (
    ALPHA,
    BETA,
    MONTHS,
    SMALL,
    SOURCES,
    Deliveries,
    figure_hashes,
    lake_rows,
    plausible,
    region_home,
    run_plain,
    small_folder,
)

from regions.errors import UnreachableError
from regions.month import Month

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("transports")]
LANDED = "SELECT source_id, count(*), count(DISTINCT stamp) FROM lake.ledger.landings GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The figures of the deliveries in a folder."""
    home = tmp_path_factory.mktemp("folder") / "home"
    Deliveries(home).fill()
    run_plain(home, light=True, protected=False)
    return figure_hashes(home)


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THE_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, PASSWORD)


def region(tmp_path: Path, transport: Callable[[str], dict[str, Any]], **others: Any) -> Path:
    """The small region with another transport: source → what its file then says, file_name apart."""
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    yaml = YAML()
    for source in SOURCES:
        file = folder / "sources" / f"{source}.yaml"
        tree = yaml.load(file)
        named = {} if "format" in others else {"file_name": tree["transport"]["file_name"]}
        tree["transport"] = {**named, **transport(source)}
        tree.update(others)
        yaml.dump(tree, file)
    return folder


def delivered(tmp_path: Path) -> Path:
    """The deliveries' files, a folder a source."""
    inbox = Deliveries(tmp_path / "given")
    inbox.fill()
    return inbox.inbox


def test_sftp(tmp_path: Path, sftp: SftpServer, sftp_files: Path, expected: dict[str, str]) -> None:
    shutil.copytree(delivered(tmp_path), sftp_files, dirs_exist_ok=True)
    home = tmp_path / "home"
    with CutLine(sftp.address) as line:
        given = {"kind": "sftp", "host": LOOPBACK, "port": line.port, "user": USER, "host_key": sftp.host_key}
        place = region(tmp_path, lambda name: {**given, "folder": f"/ut/{name}", "password": {"env": "THE_PASSWORD"}})
        line.cut_after(5000)
        run_plain(home, place, light=True, protected=False)
        assert line.cuts == 1
    assert figure_hashes(home) == expected


def test_s3(tmp_path: Path, s3_address: tuple[str, int], expected: dict[str, str]) -> None:
    import boto3

    store = boto3.session.Session().resource(
        "s3", endpoint_url=f"http://{LOOPBACK}:{s3_address[1]}", region_name="us-east-1"
    )
    bucket = store.create_bucket(Bucket=tmp_path.name.replace("_", "-"))
    for file in delivered(tmp_path).rglob("*.*"):
        bucket.upload_file(str(file), f"{file.parent.name}/{file.name}")
    store.meta.client.close()
    home = tmp_path / "home"
    with CutLine((LOOPBACK, s3_address[1])) as line:
        given = {"kind": "s3", "bucket": bucket.name, "region": "us-east-1"}
        address = f"http://{LOOPBACK}:{line.port}"
        place = region(tmp_path, lambda name: {**given, "prefix": f"{name}/", "endpoint_url": address})
        line.cut_after(2500)
        run_plain(home, place, light=True, protected=False)
        assert line.cuts == 1
    assert figure_hashes(home) == expected


@pytest.mark.parametrize("index", ["html", "json"])
def test_https(tmp_path: Path, web: WebServer, index: str, expected: dict[str, str]) -> None:
    for file in delivered(tmp_path).rglob("*.*"):
        shutil.copy(file, web.folder / file.name)
    page = "index.json" if index == "json" else ""
    home = tmp_path / "home"
    with CutLine(web.address) as line:
        url = f"http://{LOOPBACK}:{line.port}/files/{page}"
        place = region(tmp_path, lambda _: {"kind": "https", "index": index, "url": url})
        line.cut_after(2500)
        run_plain(home, place, light=True, protected=False)
        assert line.cuts == 1
    assert figure_hashes(home) == expected
    asked = sum(method == "GET" and path != f"/files/{page}" for method, path, _ in web.asked)
    assert not run_plain(
        home, region(tmp_path / "again", lambda _: url_of(web, index, page)), light=True, protected=False
    ).landed.new
    assert asked == sum(method == "GET" and path != f"/files/{page}" for method, path, _ in web.asked)


def url_of(web: WebServer, index: str, page: str) -> dict[str, str]:
    return {"kind": "https", "index": index, "url": f"http://{LOOPBACK}:{web.port}/files/{page}"}


def test_sql(tmp_path: Path, database: CutLine, expected: dict[str, str]) -> None:
    engine = sa.create_engine(
        f"postgresql+psycopg://postgres@{LOOPBACK}:{database.port}/postgres", poolclass=sa.NullPool
    )
    with engine.begin() as connection:
        for source in SOURCES:
            fill_table(connection, source)
    home = tmp_path / "home"
    with CutLine((LOOPBACK, database.port)) as line:
        given = {
            "kind": "sql",
            "url": f"postgresql+psycopg://postgres@{LOOPBACK}:{line.port}/postgres",
            "password": {"env": "THE_PASSWORD"},
            "month_column": "hemvard_month",
            "version_column": "hemvard_version",
        }
        place = region(tmp_path, lambda name: {**given, "table": name}, format={"kind": "parquet"})
        line.cut_after(5000)
        run_plain(home, place, light=True, protected=False)
        assert line.cuts == 1
        assert figure_hashes(home) == expected
        assert run_plain(home, place, light=True, protected=False).landed.new == ()
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE {BETA} SET hemvard_version = 2 WHERE hemvard_month = '2024-01-01'"))
        (landing,) = run_plain(home, place, light=True, protected=False).landed.new
        assert (landing.source_id, landing.month, landing.version) == (BETA, Month(2024, 1), 2)
        with engine.begin() as connection:
            for source in SOURCES:
                connection.execute(sa.text(f"DROP TABLE {source}"))
    assert figure_hashes(home) == expected


def fill_table(connection: sa.Connection, source: str) -> None:
    names = small_folder().sources_by_id[source].columns
    columns = [sa.Column(name, sa.Text) for name in names]
    own = (sa.Column("hemvard_month", sa.Date), sa.Column("hemvard_version", sa.Integer))
    table = sa.Table(source, sa.MetaData(), *columns, *own)
    table.create(connection)
    for month in MONTHS:
        first = date.fromisoformat(f"{month}-01")
        rows = [{**row, "hemvard_month": first, "hemvard_version": 1} for row in plausible(source, month, 30)]
        connection.execute(table.insert(), rows)


def test_a_required_system_that_is_away_ends_the_run_and_the_others_have_landed(tmp_path: Path, web: WebServer) -> None:
    for file in delivered(tmp_path).rglob("*.*"):
        shutil.copy(file, web.folder / file.name)
    home = tmp_path / "home"
    away = {"kind": "https", "index": "html", "url": f"http://{LOOPBACK}:{free_port()}/", "attempts": 1}
    place = region(tmp_path, lambda name: away if name == ALPHA else url_of(web, "html", ""))
    with pytest.raises(UnreachableError) as caught:
        run_plain(home, place, light=True, protected=False)
    assert caught.value.exit_code == 3
    assert caught.value.where == away["url"]
    assert [row[:2] for row in lake_rows(home, LANDED)] == [(BETA, 3), ("gamma_changes", 3)]
    assert not region_home(home).current.exists()


def test_another_system_that_is_away_is_told_and_its_months_are_missing(tmp_path: Path, web: WebServer) -> None:
    for file in delivered(tmp_path).rglob("*.*"):
        shutil.copy(file, web.folder / file.name)
    home = tmp_path / "home"
    away = {"kind": "https", "index": "html", "url": f"http://{LOOPBACK}:{free_port()}/", "attempts": 1}
    place = region(tmp_path, lambda name: away if name == BETA else url_of(web, "html", ""))
    outcome = run_plain(home, place, light=True, protected=False)
    assert outcome.landed.away == {BETA: away["url"]}
    assert f"{BETA}: {away['url']} could not be reached; what came before stands" in outcome.text
    assert f"Missing: {BETA} for 2023-12, 2024-01, 2024-02" in outcome.text
    assert region_home(home).current.exists()
