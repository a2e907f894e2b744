"""How a source's file may say that its deliveries come; what would be unsafe is refused."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from regions.transport import HttpsTransport, Model, S3Transport, Secret, SftpTransport, SqlTransport


def key_of(kind: str) -> str:
    return base64.b64encode(len(kind).to_bytes(4, "big") + kind.encode() + b"\0\0\0\x20" + b"k" * 32).decode()


SECRET = {"env": "ONE_SECRET"}
SFTP = {
    "kind": "sftp",
    "host": "sftp.example.invalid",
    "user": "region",
    "host_key": f"ssh-ed25519 {key_of('ssh-ed25519')} a comment",
    "password": SECRET,
    "file_name": "a_{month}.txt",
}
S3 = {"kind": "s3", "bucket": "b", "file_name": "a_{month}.txt"}
HTTPS = {"kind": "https", "url": "https://example.invalid/ut/", "index": "html", "file_name": "a_{month}.txt"}
SQL = {"kind": "sql", "url": "postgresql+psycopg://user@host/db", "table": "t", "month_column": "m"}
GIVEN: dict[type[Model], dict[str, Any]] = {
    SftpTransport: SFTP,
    S3Transport: S3,
    HttpsTransport: HTTPS,
    SqlTransport: SQL,
}


@pytest.mark.parametrize("kind", GIVEN)
def test_what_is_left_out(kind: type[Model]) -> None:
    made: Any = kind.model_validate(GIVEN[kind])
    assert (made.timeout_seconds, made.attempts, made.max_mib, made.feed) == (30, 3, 2048, "monthly")


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        (SftpTransport, {"host_key": None}, "host_key"),
        (SftpTransport, {"host_key": "ssh-ed25519"}, "public key in one line"),
        (SftpTransport, {"host_key": "ssh-ed25519 inte-base64"}, "public key in one line"),
        (SftpTransport, {"host_key": f"ssh-rsa {key_of('ssh-ed25519')}"}, "another type"),
        (SftpTransport, {"password": None}, "either password or private_key"),
        (SftpTransport, {"private_key": SECRET}, "either password or private_key"),
        (SftpTransport, {"passphrase": SECRET}, "passphrase goes with a private_key"),
        (SftpTransport, {"password": "hemligt"}, "password"),
        (SftpTransport, {"file_name": "a.txt"}, "{month} once"),
        (SftpTransport, {"attempts": 0}, "attempts"),
        (S3Transport, {"access_key": SECRET}, "go together"),
        (S3Transport, {"endpoint_url": "http://example.invalid"}, "https://"),
        (HttpsTransport, {"url": "http://example.invalid/ut/"}, "https://"),
        (HttpsTransport, {"url": "http://localhost.example.invalid/ut/"}, "https://"),
        (HttpsTransport, {"url": "https://"}, "https://"),
        (HttpsTransport, {"url": "file:///etc/passwd"}, "https://"),
        (HttpsTransport, {"url": "https://user:hemligt@example.invalid/"}, "holds no login"),
        (HttpsTransport, {"user": "region"}, "go together"),
        (HttpsTransport, {"header": "X-Key"}, "go together"),
        (HttpsTransport, {"header": "X-Key: 1", "header_value": SECRET}, "header"),
        (HttpsTransport, {"token": SECRET, "user": "a", "password": SECRET}, "give one of"),
        (SqlTransport, {"url": "postgresql+psycopg://user:hemligt@host/db"}, "holds a password"),
        (SqlTransport, {"url": "postgresql+psycopg://host/db?user=a&password=hemligt"}, "holds a password"),
        (SqlTransport, {"url": "mssql+pyodbc://?odbc_connect=DRIVER%3Dx%3BPWD%3Dhemligt"}, "holds a password"),
        (SqlTransport, {"url": "inte en url"}, "begins with the kind"),
        (Secret, {}, "either env"),
        (Secret, {"env": "A", "block": "b"}, "either env"),
        (Secret, {"env": "A B"}, "env"),
    ],
)
def test_what_is_refused(kind: type[Model], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({**GIVEN.get(kind, {}), **changes})
    messages = [f"{'.'.join(map(str, fault['loc']))} {fault['msg']}" for fault in caught.value.errors()]
    assert any(told in message for message in messages), messages
    assert not any("hemligt" in message for message in messages)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/ut/", "http://localhost/", "http://[::1]:1/", "https://a.b/c"])
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert HttpsTransport.model_validate({**HTTPS, "url": url}).url == url
