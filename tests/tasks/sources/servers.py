"""Real servers on this machine for the transports, each ended by its own handle, and a line that can be cut.

with CutLine(server.address) as line:         # clients use line.port instead of the server's
    line.cut_after(100_000)                   # the next connection that brings so many bytes is cut, once
"""

import asyncio
import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

LOOPBACK = "127.0.0.1"
USER, PASSWORD = "hemvard", "ett-hemligt-lösenord-7"
Address = tuple[str, int] | str


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])


class CutLine:
    """A port that leads to a server, until it is told to break."""

    def __init__(self, upstream: Address) -> None:
        self._upstream = upstream
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self.cuts = 0
        self._limit: int | None = None
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would not wake a thread that waits in accept.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            _break(end)
        for thread in self._threads:
            thread.join(10)
        for end in self._open:
            end.close()

    def cut_after(self, count: int) -> None:
        """Cut the next connection over which the server has sent so many bytes."""
        self._limit = count

    def _begin(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX if isinstance(self._upstream, str) else socket.AF_INET)
            self._open += [client, server]
            try:
                server.connect(self._upstream)
            except OSError:
                _break(client)
                continue
            self._begin(self._pump, client, server, False)
            self._begin(self._pump, server, client, True)

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        sent = 0
        with suppress(OSError):
            while piece := source.recv(16_384):
                limit = self._limit if counted else None
                if limit is not None and sent + len(piece) >= limit:
                    self._limit = None
                    self.cuts += 1
                    target.sendall(piece[: max(0, limit - sent)])
                    break
                target.sendall(piece)
                sent += len(piece)
        _break(source)
        _break(target)


def _break(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


class SftpServer:
    """An SFTP server of one folder, for one user with a password or a key."""

    def __init__(self, folder: Path, client_key: Any) -> None:
        import asyncssh

        self._folder, self._client_key = folder, client_key
        self._connections: list[Any] = []
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._soon(self._listen())
        self.port = int(self._server.get_port())

    @property
    def address(self) -> Address:
        return LOOPBACK, self.port

    @property
    def host_key(self) -> str:
        """Its public key, as it stands in a source's YAML."""
        return str(self.key.export_public_key().decode().strip())

    def close(self) -> None:
        self._soon(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        """Listen no more, then close what clients have left open, and let the loop see that it is closed.

        All of it in the loop: a server of asyncio that another thread closes may wake its waiters twice.
        """
        self._server.close()
        for connection in self._connections:
            connection.abort()
            await connection.wait_closed()
        await self._server.wait_closed()
        for _ in range(5):
            await asyncio.sleep(0)

    def _soon(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> Any:
        import asyncssh

        trusted = asyncssh.import_authorized_keys(self._client_key.export_public_key().decode())

        connections = self._connections

        class Doorman(asyncssh.SSHServer):
            def connection_made(self, conn: Any) -> None:
                connections.append(conn)

            def begin_auth(self, _username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (USER, PASSWORD)

        return await asyncssh.listen(
            LOOPBACK,
            0,
            server_factory=Doorman,
            server_host_keys=[self.key],
            authorized_client_keys=trusted,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(self._folder).encode()),
        )


class WebServer:
    """A web server of one folder, with an index page, an index in JSON, ETag and ranges."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and Range of every request."""
        self.needs: dict[str, str] = {}
        """Headers without which it refuses."""
        self.ranges, self.tags = True, True
        self.answers: dict[str, bytes] = {}
        """Path → what is answered instead."""
        self.failing = 0
        """So many of the next requests are answered with 503."""
        web = self

        class Handler(_Handler):
            server_of = web

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def address(self) -> Address:
        return LOOPBACK, self.port

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def names(self) -> Iterable[str]:
        return sorted(file.name for file in self.folder.iterdir())

    def content(self, path: str) -> bytes | None:
        """What lies at a path."""
        if path in self.answers:
            return self.answers[path]
        name = unquote(path.rpartition("/")[2])
        if path == "/files/":
            return "".join(f'<a href="{quote(entry)}">{entry}</a>' for entry in self.names()).encode()
        if path == "/files/index.json":
            return json.dumps([{"name": entry, "size": 1} for entry in self.names()]).encode()
        file = self.folder / name
        return file.read_bytes() if name and file.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: WebServer

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        own = self.server_of
        path, wanted = urlsplit(self.path).path, self.headers.get("Range", "")
        own.asked.append((self.command, path, wanted))
        if own.failing:
            own.failing -= 1
            return self._answer(503, b"", {})
        if any(self.headers.get(name) != value for name, value in own.needs.items()):
            return self._answer(401, b"", {})
        content = own.content(path)
        if content is None:
            return self._answer(404, b"", {})
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag} if own.tags else {}
        if own.ranges and wanted and self.headers.get("If-Range", tag) == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return self._answer(206, content[start:], headers)
        return self._answer(200, content, headers)

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)


def basic(user: str, password: str) -> str:
    """The header of a login."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
