"""Deliveries over SFTP: from a real server whose key is known, whole even where the line breaks."""

import os
import random
from pathlib import Path
from typing import Any

import pytest
from servers import LOOPBACK, PASSWORD, USER, CutLine, SftpServer, free_port

from regions.errors import HemvardError, UnreachableError, UsageError
from regions.month import Month
from regions.transport import SftpTransport
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.sftp import SftpSource

pytestmark = pytest.mark.slow
CONTENT = random.Random(7).randbytes(3_000_000)
NAME = "besok_202401_1.txt"
OFFERED = Offered(Month(2024, 1), 1, NAME)


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFTP_PASSWORD", PASSWORD)


def source(server: SftpServer, **changes: Any) -> SftpSource:
    given = {
        "kind": "sftp",
        "host": LOOPBACK,
        "port": server.port,
        "user": USER,
        "folder": "/ut",
        "host_key": server.host_key,
        "password": {"env": "SFTP_PASSWORD"},
        "file_name": "besok_{month}_{version}.txt",
        "timeout_seconds": 10,
    }
    return SftpSource(SftpTransport.model_validate({**given, **changes}))


def test_what_is_listed_and_what_is_strange(sftp: SftpServer, sftp_files: Path) -> None:
    for name in (NAME, "besok_202312_2.txt", "annat.txt", ".besok_202402_1.txt"):
        (sftp_files / name).write_bytes(b"x" * 5)
        os.utime(sftp_files / name, (1_700_000_000, 1_700_000_000))
    (sftp_files / "besok_202403_1.txt").mkdir()
    own = source(sftp)
    assert own.list_offered() == [
        Offered(Month(2023, 12), 2, "besok_202312_2.txt", "5:1700000000"),
        Offered(Month(2024, 1), 1, NAME, "5:1700000000"),
    ]
    assert own.strange() == 1
    assert own.describe() == f"sftp://{USER}@{LOOPBACK}:{sftp.port}/ut"


def test_a_line_that_is_cut_is_gone_on_with(sftp: SftpServer, sftp_files: Path) -> None:
    (sftp_files / NAME).write_bytes(CONTENT)
    with CutLine(sftp.address) as line:
        line.cut_after(1_500_000)
        pieces = list(source(sftp, port=line.port).fetch(OFFERED))
        assert line.cuts == 1
    assert b"".join(pieces) == CONTENT
    assert len(pieces[0]) == 2**20, "what came before the cut isn't fetched again"


def test_a_line_that_is_cut_each_time_is_a_system_away(sftp: SftpServer, sftp_files: Path) -> None:
    (sftp_files / NAME).write_bytes(CONTENT)
    with CutLine(sftp.address) as line:
        line.cut_after(1_500_000)
        with pytest.raises(UnreachableError, match="broke the connection"):
            list(source(sftp, port=line.port, attempts=1).fetch(OFFERED))


def test_a_file_that_changes_meanwhile_starts_anew(sftp: SftpServer, sftp_files: Path) -> None:
    (sftp_files / NAME).write_bytes(CONTENT)
    pieces = source(sftp).fetch(OFFERED)
    next(pieces)
    with (sftp_files / NAME).open("ab") as still_written:
        still_written.write(b"more")
    with pytest.raises(StartAnew, match="changes while it is fetched"):
        list(pieces)


def test_an_empty_file_is_no_bytes(sftp: SftpServer, sftp_files: Path) -> None:
    (sftp_files / NAME).write_bytes(b"")
    assert b"".join(source(sftp).fetch(OFFERED)) == b""


@pytest.mark.parametrize("passphrase", [None, "en hemlig fras"])
def test_a_private_key_opens(
    sftp: SftpServer, sftp_files: Path, client_key: Any, passphrase: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sftp_files / NAME).write_bytes(b"content")
    monkeypatch.setenv("SFTP_KEY", client_key.export_private_key(passphrase=passphrase).decode())
    login: dict[str, Any] = {"password": None, "private_key": {"env": "SFTP_KEY"}}
    if passphrase:
        monkeypatch.setenv("SFTP_PASSPHRASE", passphrase)
        with pytest.raises(UsageError, match="private key can't be read"):
            source(sftp, **login).list_offered()
        login["passphrase"] = {"env": "SFTP_PASSPHRASE"}
    assert b"".join(source(sftp, **login).fetch(OFFERED)) == b"content"


def refused(own: SftpSource, kind: type[HemvardError], told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        own.list_offered()
    assert caught.value.where.startswith("sftp://")
    assert caught.value.todo
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "no text of a library is told"


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_server_with_another_key_is_refused(sftp: SftpServer, kind: str) -> None:
    import asyncssh

    other = asyncssh.generate_private_key(kind).export_public_key().decode().strip()
    refused(source(sftp, host_key=other), UsageError, "key is another than the source states")


def test_a_login_that_is_refused(sftp: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFTP_PASSWORD", "another")
    refused(source(sftp), UsageError, "refuses the login of hemvard")


def test_a_folder_that_is_not_there(sftp: SftpServer) -> None:
    refused(source(sftp, folder="/finns-inte"), UsageError, "is not there")


def test_a_secret_that_is_not_set_is_told_by_its_name(sftp: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SFTP_PASSWORD")
    with pytest.raises(UsageError, match="SFTP_PASSWORD is not set"):
        source(sftp).list_offered()


def test_nobody_listens(sftp: SftpServer) -> None:
    refused(source(sftp, port=free_port()), UnreachableError, "can't be reached")
