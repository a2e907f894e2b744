"""Both shipped regions through a real database, SFTP server, object store and web server, cut off once each."""

import itertools
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import sqlalchemy as sa
from ruamel.yaml import YAML
from servers import LOOPBACK, PASSWORD, USER, CutLine, SftpServer, WebServer
from small_region import figure_hashes, run_plain

from regions.folder import RegionFolder, load_region
from regions.month import Month
from regions.source import VisitSource
from synthetic.deliveries import make_deliveries
from tasks.reading import ROW_NUMBER, read_delivery

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("transports")]
ROWS = 6000
"""Visits a year in the region's own systems: enough for every rule, few enough for a test."""
Moved = Callable[[VisitSource, Path], dict[str, Any]]


@dataclass
class Servers:
    """Where deliveries are moved to, each behind a line that is cut once."""

    sftp: SftpServer
    sftp_files: Path
    web: WebServer
    store: Any
    engine: sa.Engine
    lines: dict[str, CutLine]

    def over_sftp(self, source: VisitSource, files: Path) -> dict[str, Any]:
        shutil.copytree(files, self.sftp_files / source.id)
        login = {"host": LOOPBACK, "port": self.lines["sftp"].port, "user": USER, "password": {"env": "THE_PASSWORD"}}
        return {"kind": "sftp", **login, "host_key": self.sftp.host_key, "folder": f"/ut/{source.id}", **named(source)}

    def over_s3(self, source: VisitSource, files: Path) -> dict[str, Any]:
        for file in files.iterdir():
            self.store.upload_file(str(file), f"{source.id}/{file.name}")
        address = f"http://{LOOPBACK}:{self.lines['s3'].port}"
        place = {"bucket": self.store.name, "region": "us-east-1", "prefix": f"{source.id}/", "endpoint_url": address}
        return {"kind": "s3", **place, **named(source)}

    def over_https(self, source: VisitSource, files: Path) -> dict[str, Any]:
        for file in files.iterdir():
            shutil.copy(file, self.web.folder / file.name)
        url = f"http://{LOOPBACK}:{self.lines['https'].port}/files/"
        return {"kind": "https", "index": "html", "url": url, **named(source)}

    def over_sql(self, source: VisitSource, files: Path) -> dict[str, Any]:
        """A table of text, a row of the deliveries a row; read as Parquet."""
        columns = [sa.Column(name, sa.Text) for name in source.columns]
        own = (sa.Column("hemvard_month", sa.Text), sa.Column("hemvard_version", sa.Integer))
        table = sa.Table(source.id, sa.MetaData(), *columns, *own)
        with self.engine.begin() as connection:
            table.create(connection)
            for file in sorted(files.iterdir()):
                month, version = source.named_files.read_name(file.name) or (None, None)
                assert month is not None
                cells = read_delivery(source, file.read_bytes()).table.drop_columns([ROW_NUMBER]).to_pylist()
                stamped = {"hemvard_month": month.compact, "hemvard_version": version}
                connection.execute(table.insert(), [{**row, **stamped} for row in cells])
        url = f"postgresql+psycopg://postgres@{LOOPBACK}:{self.lines['sql'].port}/postgres"
        where = {"table": source.id, "month_column": "hemvard_month", "version_column": "hemvard_version"}
        return {"kind": "sql", "url": url, "password": {"env": "THE_PASSWORD"}, **where}


def named(source: VisitSource) -> dict[str, str]:
    return {"file_name": source.named_files.file_name}


@pytest.fixture
def servers(
    tmp_path: Path,
    sftp: SftpServer,
    sftp_files: Path,
    web: WebServer,
    s3_address: tuple[str, int],
    database: CutLine,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    for name in ("THE_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, PASSWORD)
    resource = boto3.session.Session().resource(
        "s3", endpoint_url=f"http://{LOOPBACK}:{s3_address[1]}", region_name="us-east-1"
    )
    bucket = resource.create_bucket(Bucket=tmp_path.name.replace("_", "-"))
    engine = sa.create_engine(
        f"postgresql+psycopg://postgres@{LOOPBACK}:{database.port}/postgres", poolclass=sa.NullPool
    )
    with ExitStack() as stack:
        addresses = {
            "sftp": sftp.address,
            "s3": (LOOPBACK, s3_address[1]),
            "https": web.address,
            "sql": (LOOPBACK, database.port),
        }
        lines = {name: stack.enter_context(CutLine(address)) for name, address in addresses.items()}
        yield Servers(sftp, sftp_files, web, bucket, engine, lines)
    resource.meta.client.close()


def moved(folder: RegionFolder, tmp_path: Path, servers: Servers, inbox: Path) -> Path:
    """The region's folder with its feeds of visits behind the four servers, and the deliveries there."""
    place = tmp_path / "moved" / folder.region.id
    shutil.copytree(folder.path, place)
    yaml = YAML()
    yaml.width = 1000  # a longer line would be broken within a key
    ways: list[Moved] = [servers.over_sql, servers.over_sftp, servers.over_s3, servers.over_https]
    delivering = [source for source in folder.visit_sources if (inbox / source.id).is_dir()]
    for source, way in zip(delivering, itertools.cycle(ways), strict=False):
        file = place / "sources" / f"{source.id}.yaml"
        tree = yaml.load(file)
        tree["transport"] = way(source, inbox / source.id)
        if tree["transport"]["kind"] == "sql":
            tree["format"] = {"kind": "parquet"}
        yaml.dump(tree, file)
        shutil.rmtree(inbox / source.id)
    return place


@pytest.mark.parametrize(("name", "month"), [("norrbotten", "2013-03"), ("orebro", "2024-09")])
def test_a_shipped_region_gives_the_same_figures(name: str, month: str, tmp_path: Path, servers: Servers) -> None:
    folder = load_region(name)
    asked = {"first": Month.parse(month), "last": Month.parse(month).plus(1), "rows": ROWS}
    homes = [tmp_path / "folder", tmp_path / "servers"]
    for home in homes:
        make_deliveries(folder, home / name / "inbox", **asked)
    run_plain(homes[0], name, light=True)
    place = moved(folder, tmp_path, servers, homes[1] / name / "inbox")
    for line in servers.lines.values():
        line.cut_after(6000)
    outcome = run_plain(homes[1], place, light=True)
    assert {way: line.cuts for way, line in servers.lines.items()} == dict.fromkeys(servers.lines, 1)
    assert len(outcome.landed.new) == len(list(homes[0].glob(f"{name}/restricted/landing/*/*.age")))
    assert figure_hashes(homes[1], name) == figure_hashes(homes[0], name)
