"""How a source's deliveries come: the kinds of `transport` in `sources/<id>.yaml`.

No secret stands in a region's folder: the YAML names an environment variable, or a Secret block of Prefect.
"""

import base64
import binascii
import re
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from regions.model import Model
from regions.month import Month

Feed = Literal["monthly", "reference"]
"""Which flow asks: the main job, or the one that fetches official statistics."""
_TOKEN = re.compile(r"\{(month|version)\}")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PASSWORD_IN_QUERY = re.compile(r"(^|[&;?])\s*(password|passwd|pwd)\s*=", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]")


class Secret(Model):
    """Where a secret is: an environment variable, or a Secret block of Prefect; exactly one."""

    env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    block: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.block is None):
            raise ValueError("give either env (an environment variable's name) or block (a Secret block's)")
        return self


class Limited(Model):
    """What holds for every transport: a delivery that is larger is refused."""

    feed: ClassVar[Feed] = "monthly"
    max_mib: int = Field(default=2048, ge=1)


class Remote(Limited):
    """What holds for every other system: how long an answer may take, and how often it is asked."""

    timeout_seconds: int = Field(default=30, ge=1, le=3600)
    attempts: int = Field(default=3, ge=1, le=10)


class NamedFiles(Limited):
    """Files whose names state month and version.

    `file_name` is a pattern with `{month}` (YYYYMM) and, where the supplier numbers its deliveries,
    `{version}` (digits; a creation time such as 20110203061500 will do): the higher is the newer.
    """

    file_name: str

    @field_validator("file_name")
    @classmethod
    def _has_a_month(cls, pattern: str) -> str:
        if pattern.count("{month}") != 1 or pattern.count("{version}") > 1:
            raise ValueError("file_name needs {month} once, and {version} at most once")
        if "/" in pattern or "\\" in pattern:
            raise ValueError("file_name is a name, not a path")
        return pattern

    def read_name(self, name: str) -> tuple[Month, int] | None:
        """Month and version that a file's name states; None where the name isn't of this pattern."""
        parts = _TOKEN.split(self.file_name)
        digits = {"month": r"(?P<month>[0-9]{6})", "version": r"(?P<version>[0-9]{1,18})"}
        expression = "".join(digits[part] if index % 2 else re.escape(part) for index, part in enumerate(parts))
        found = re.fullmatch(expression, name)
        if not found:
            return None
        try:
            month = Month.parse(f"{found['month'][:4]}-{found['month'][4:]}")
        except ValueError:
            return None
        return month, int(found.groupdict().get("version") or 0)

    def make_name(self, month: Month, version: int) -> str:
        """The name of a delivery's file."""
        return self.file_name.replace("{month}", month.compact).replace("{version}", str(version))


class FolderTransport(NamedFiles):
    """Files laid in the inbox folder of the source."""

    kind: Literal["folder"] = "folder"


class SftpTransport(NamedFiles, Remote):
    """Files in a folder of an SFTP server, whose key is known beforehand."""

    kind: Literal["sftp"]
    host: str
    port: int = Field(default=22, ge=1, le=65535)
    user: str
    folder: str = "."
    host_key: str = Field(description="The server's public key as OpenSSH writes it: ssh-ed25519 AAAA…")
    password: Secret | None = None
    private_key: Secret | None = Field(default=None, description="The key's text, as ssh-keygen writes it.")
    passphrase: Secret | None = Field(default=None, description="Of the private key.")

    @field_validator("host_key")
    @classmethod
    def _is_a_key(cls, line: str) -> str:
        parts = line.split()
        try:
            blob = base64.b64decode(parts[1], validate=True)
        except (IndexError, binascii.Error):
            raise ValueError("host_key is the server's public key in one line: its type, then the key") from None
        if blob[4 : 4 + int.from_bytes(blob[:4], "big")] != parts[0].encode():
            raise ValueError("host_key names another type than its key is of")
        return line

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if (self.password is None) == (self.private_key is None):
            raise ValueError("give either password or private_key")
        if self.passphrase is not None and self.private_key is None:
            raise ValueError("a passphrase goes with a private_key")
        return self


class S3Transport(NamedFiles, Remote):
    """Objects of a bucket, in S3 or in a store that answers as it does (`endpoint_url`)."""

    kind: Literal["s3"]
    bucket: str
    prefix: str = Field(default="", description="What stands before the files' names, its last / included.")
    endpoint_url: str | None = None
    region: str | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None

    @field_validator("endpoint_url")
    @classmethod
    def _is_safe(cls, url: str | None) -> str | None:
        return None if url is None else safe_address(url)

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("access_key and secret_key go together; without them, those of the machine are used")
        return self


class HttpsTransport(NamedFiles, Remote):
    """Files that a web server lists (`index`) and serves beside that list."""

    kind: Literal["https"]
    url: str = Field(description="Of the index; the files lie beside it.")
    index: Literal["html", "json"]
    token: Secret | None = Field(default=None, description="Sent as Authorization: Bearer …")
    user: str | None = None
    password: Secret | None = None
    header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    header_value: Secret | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return safe_address(url)

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if (self.header is None) != (self.header_value is None):
            raise ValueError("header and header_value go together")
        if sum(given is not None for given in (self.token, self.user, self.header)) > 1:
            raise ValueError("give one of token, user with password, header with header_value")
        return self


class SqlTransport(Remote):
    """A table or view of a database: each month's rows are a delivery, read as `format: {kind: parquet}`."""

    kind: Literal["sql"]
    url: str = Field(description="As SQLAlchemy writes it, without the password: postgresql+psycopg://user@host/db")
    password: Secret | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    table: str
    month_column: str = Field(description="A date or a timestamp; or the month as text or whole number, YYYYMM.")
    version_column: str | None = Field(
        default=None,
        description="A number or a timestamp that grows with each change; a month's version is its largest.",
    )

    @field_validator("url")
    @classmethod
    def _has_no_password(cls, url: str) -> str:
        if "://" not in url:
            raise ValueError("url begins with the kind of database: postgresql+psycopg://…")
        if _holds_a_password(url):
            raise ValueError("url holds a password; take it out, and say where it is: password: {env: NAME}")
        return url


def safe_address(url: str) -> str:
    """An address to which secrets may be sent: encrypted, or on this machine; without a login in it."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address holds no login; say where the secret is")
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or local) or _CONTROL.search(url):
        raise ValueError("an address begins with https:// and the host's name (http:// on this machine alone)")
    return url


def _holds_a_password(url: str) -> bool:
    parts = urlsplit(url)
    return parts.password is not None or bool(_PASSWORD_IN_QUERY.search(unquote(parts.query)))


AnyTransport = FolderTransport | SftpTransport | S3Transport | HttpsTransport | SqlTransport
