"""Deliveries in a folder of an SFTP server, whose key must be the one that the source's YAML states."""

import io
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regions.errors import UnreachableError, UsageError
from regions.transport import SftpTransport
from tasks.secrets import read_secret
from tasks.sources.named import NamedSource, seen
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.patience import PIECE, patient, resumed

if TYPE_CHECKING:
    import paramiko

# The library writes a traceback wherever a line breaks; what a person needs to know is in the error that is raised.
_QUIET = "hemvard.sftp"
logging.getLogger(_QUIET).addHandler(logging.NullHandler())
logging.getLogger(_QUIET).propagate = False
logging.getLogger(_QUIET).setLevel(logging.CRITICAL + 1)
_REQUEST = 2**15
"""Bytes that a server gives at one request; a piece is asked for with many requests at once."""


class SftpSource(NamedSource):
    """The files of one folder, stamped by size and time of change.

    Files whose names begin with a dot are still being written.
    """

    is_local = False

    def __init__(self, transport: SftpTransport) -> None:
        super().__init__(transport)
        self._transport = transport

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The file's bytes; StartAnew where it changes meanwhile: it is still being written."""
        first: list[str] = []

        def read_from(position: int) -> Iterator[bytes]:
            with self._opened() as sftp, sftp.open(f"{self._transport.folder}/{offered.name}", "rb") as file:
                first.append(_stamp(file.stat()))
                self._unchanged(offered, first)
                yield from _pieces(file, position)
                first.append(_stamp(sftp.stat(f"{self._transport.folder}/{offered.name}")))
                self._unchanged(offered, first)

        return resumed(read_from, self._transport.attempts)

    def describe(self) -> str:
        """The folder's address."""
        own = self._transport
        return f"sftp://{own.user}@{own.host}:{own.port}/{own.folder.lstrip('/')}"

    def _unchanged(self, offered: Offered, stamps: list[str]) -> None:
        if len(set(stamps)) > 1:
            raise StartAnew(
                f"The file {offered.name} changes while it is fetched.",
                where=self.describe(),
                todo="Ask the supplier to write under a name that begins with a dot, and to rename when all is there.",
            )

    def _stamps(self) -> dict[str, str]:
        def ask() -> dict[str, str]:
            with self._opened() as sftp:
                found = {
                    entry.filename: _stamp(entry)
                    for entry in sftp.listdir_iter(self._transport.folder)
                    if not stat.S_ISDIR(entry.st_mode or 0)
                }
            return {name: found[name] for name in seen(found)}

        return patient(ask, self._transport.attempts)

    @contextmanager
    def _opened(self) -> "Iterator[paramiko.SFTPClient]":
        import paramiko

        client = paramiko.SSHClient()
        client.set_log_channel(_QUIET)
        with self._in_words(), client:
            self._log_in(client)
            sftp = client.open_sftp()
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(self._transport.timeout_seconds)
            yield sftp

    def _log_in(self, client: "paramiko.SSHClient") -> None:
        import paramiko

        own = self._transport
        kind, key = own.host_key.split()[:2]
        known = f"[{own.host}]:{own.port}" if own.port != 22 else own.host
        line = paramiko.hostkeys.HostKeyEntry.from_line(f"{known} {kind} {key}")
        if line is None or line.key is None:
            raise UsageError(f"A host_key of type {kind} is not known here.", where=self.describe(), todo=_HOST_KEY)
        client.get_host_keys().add(known, kind, line.key)
        client.set_missing_host_key_policy(_NoOtherKey(self.describe()))  # type: ignore[arg-type]
        client.connect(
            own.host,
            own.port,
            own.user,
            password=read_secret(own.password) if own.password else None,
            pkey=self._private_key() if own.private_key else None,
            timeout=own.timeout_seconds,
            banner_timeout=own.timeout_seconds,
            auth_timeout=own.timeout_seconds,
            channel_timeout=own.timeout_seconds,
            allow_agent=False,
            look_for_keys=False,
        )

    def _private_key(self) -> "paramiko.PKey":
        import paramiko

        own = self._transport
        text = read_secret(own.private_key) if own.private_key else ""
        passphrase = read_secret(own.passphrase) if own.passphrase else None
        for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
            try:
                return kind.from_private_key(io.StringIO(text), passphrase)
            except (paramiko.SSHException, ValueError):
                continue
        raise UsageError(
            "The private key can't be read: it is no Ed25519, ECDSA or RSA key, or its passphrase is another.",
            where=self.describe(),
            todo="Give the key's whole text, as ssh-keygen writes it, and its passphrase where it has one.",
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the library raises, without its texts."""
        import paramiko

        where = self.describe()
        try:
            yield
        except paramiko.BadHostKeyException:
            raise _other_key(where) from None
        except paramiko.AuthenticationException:
            raise UsageError(
                f"The server refuses the login of {self._transport.user}.",
                where=where,
                todo="See that the secret is right and that the server knows the user, then run again.",
            ) from None
        except (FileNotFoundError, PermissionError):
            raise UsageError(
                "The folder, or a file in it, is not there, or may not be read.",
                where=where,
                todo="See that folder is right, and that the user may read it.",
            ) from None
        except (paramiko.SSHException, EOFError, OSError):
            raise UnreachableError(
                "The SFTP server can't be reached, or broke the connection.",
                where=where,
                todo="See that it is running and that this machine may reach it, then run again.",
            ) from None


_HOST_KEY = "Ask the server's owner, by another way, for its public key; put it under host_key if it has been changed."


class _NoOtherKey:
    """What is done with a server that shows a key of a type that isn't stated: the connection ends."""

    def __init__(self, where: str) -> None:
        self._where = where

    def missing_host_key(self, _client: object, _host: str, _key: object) -> None:
        """Refuse."""
        raise _other_key(self._where)


def _other_key(where: str) -> UsageError:
    return UsageError("The server's key is another than the source states.", where=where, todo=_HOST_KEY)


def _stamp(facts: "paramiko.SFTPAttributes") -> str:
    return f"{facts.st_size}:{facts.st_mtime}"


def _pieces(file: "paramiko.SFTPFile", position: int) -> Iterator[bytes]:
    """The file from a position on, a piece at a time; of each piece all requests are on their way at once."""
    size = file.stat().st_size or 0
    while position < size:
        end = min(position + PIECE, size)
        asked = [(start, min(_REQUEST, end - start)) for start in range(position, end, _REQUEST)]
        piece = b"".join(file.readv(asked))
        if not piece:
            raise EOFError
        yield piece
        position += len(piece)
