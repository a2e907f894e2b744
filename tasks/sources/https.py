"""Deliveries that a web server lists and serves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from regions.errors import UnreachableError, UsageError
from regions.transport import HttpsTransport
from tasks.secrets import read_secret
from tasks.sources.named import NamedSource, by_name, seen
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.patience import PIECE, patient, resumed

if TYPE_CHECKING:
    import httpx
_LARGEST_INDEX = 2**26
"""Bytes: an index that is larger is none."""
_WHOLE, _PART, _PRECONDITION, _NO_RANGE, _TOO_MANY = 200, 206, 412, 416, 429
_NO_HEAD = (405, 501)


class HttpsSource(NamedSource):
    """The files that an index lists, beside that index, stamped by ETag, or by size and time of change.

    Names that begin with a dot are still being written.
    """

    is_local = False

    def __init__(self, transport: HttpsTransport) -> None:
        super().__init__(transport)
        self._transport = transport

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The file's bytes; StartAnew where it is replaced meanwhile, or where the server can't go on."""
        tags: list[str] = []

        def read_from(position: int) -> Iterator[bytes]:
            headers = self._range(offered, position, tags)
            with self._opened() as client, client.stream("GET", self._address(offered.name), headers=headers) as answer:
                if answer.status_code in (_PRECONDITION, _NO_RANGE):
                    raise self._changed(offered)
                self._accept(answer)
                tag = answer.headers.get("ETag", "")
                if position and (tag != tags[0] or not _goes_on(position, answer)):
                    raise self._changed(offered)
                tags.append(tag)
                yield from _from(position, answer)

        return resumed(read_from, self._transport.attempts)

    def describe(self) -> str:
        """The index's address."""
        return self._transport.url.partition("?")[0]

    def _range(self, offered: Offered, position: int, tags: list[str]) -> dict[str, str]:
        if not position:
            return {}
        if not tags[0] or tags[0].startswith("W/"):
            raise self._changed(offered)  # nothing says that the rest would be of the same content
        return {"Range": f"bytes={position}-", "If-Range": tags[0]}

    def _changed(self, offered: Offered) -> StartAnew:
        return StartAnew(
            f"The file {offered.name} was cut off, and can't be gone on with.", where=self.describe(), todo="Run again."
        )

    def _stamps(self) -> dict[str, str]:
        """Only files of the source's pattern are asked for their stamps; others are never fetched."""
        names = self._names()
        listed = by_name(self._transport, names)

        def ask() -> dict[str, str]:
            with self._opened() as client:
                return {entry.name: self._stamp(client, entry.name) for entry in listed}

        return dict.fromkeys(names, "") | patient(ask, self._transport.attempts)

    def _names(self) -> list[str]:
        def ask() -> bytes:
            with self._opened() as client, client.stream("GET", self._transport.url) as answer:
                self._accept(answer)
                return self._index(answer)

        content = patient(ask, self._transport.attempts)
        try:
            text = content.decode("utf-8")
            return seen(set(self._beside(text) if self._transport.index == "html" else _listed(text)))
        except ValueError:
            raise self._no_index() from None

    def _index(self, answer: "httpx.Response") -> bytes:
        content = b""
        for piece in answer.iter_raw(PIECE):
            content += piece
            if len(content) > _LARGEST_INDEX:
                raise self._no_index()
        return content

    def _no_index(self) -> UsageError:
        return UsageError(
            f"The address gives no {self._transport.index} index of files.",
            where=self.describe(),
            todo="index: html is a page of links to files; json a list of names, or of objects with a name.",
        )

    def _beside(self, page: str) -> Iterator[str]:
        """The names of the files that a page links to and that lie beside it: no other place is ever asked."""
        links = _Links()
        links.feed(page)
        links.close()
        own = urlsplit(self._transport.url)
        folder = own.path.rpartition("/")[0]
        for href in links.found:
            target = urlsplit(urljoin(self._transport.url, href))
            place, _, name = target.path.rpartition("/")
            if (target.scheme, target.netloc, place) == (own.scheme, own.netloc, folder) and name and not target.query:
                yield unquote(name)

    def _address(self, name: str) -> str:
        return urljoin(self._transport.url, quote(name, safe=""))

    def _stamp(self, client: "httpx.Client", name: str) -> str:
        answer = client.head(self._address(name))
        if answer.status_code in _NO_HEAD:
            return ""
        self._accept(answer)
        headers = answer.headers
        if tag := headers.get("ETag", ""):
            return str(tag)
        changed = headers.get("Last-Modified", "")
        return f"{headers.get('Content-Length', '')}:{changed}" if changed else ""

    @contextmanager
    def _opened(self) -> "Iterator[httpx.Client]":
        import httpx

        own = self._transport
        # The bytes as they lie there: a transfer that is packed on the way couldn't be gone on with.
        headers = {"Accept-Encoding": "identity"}
        if own.token:
            headers["Authorization"] = f"Bearer {read_secret(own.token)}"
        if own.header and own.header_value:
            headers[own.header] = read_secret(own.header_value)
        login = httpx.BasicAuth(own.user, read_secret(own.password)) if own.user and own.password else None
        try:
            with httpx.Client(headers=headers, auth=login, timeout=own.timeout_seconds) as client:
                yield client
        except (httpx.HTTPError, httpx.StreamError, OSError):
            raise self._away() from None
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise UsageError(
                "The address or a secret holds a sign that can't be sent.", where=self.describe(), todo="Correct it."
            ) from None

    def _accept(self, answer: "httpx.Response") -> None:
        if answer.status_code in (_WHOLE, _PART):
            return
        if answer.status_code >= 500 or answer.status_code == _TOO_MANY:
            raise self._away()
        raise UsageError(
            f"The web server refuses, or has no such file (answer {answer.status_code}).",
            where=self.describe(),
            todo="See that url and secrets are right. A place that has moved is not followed: write the new address.",
        )

    def _away(self) -> UnreachableError:
        return UnreachableError(
            "The web server can't be reached, or the connection was cut off.",
            where=self.describe(),
            todo="See that it is running and that this machine may reach it, then run again.",
        )


class _Links(HTMLParser):
    """The targets of a page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where a link leads."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _listed(text: str) -> Iterator[str]:
    """The names of a JSON index; ValueError where it is none, or where a name leads elsewhere."""
    entries = json.loads(text)
    for entry in entries if isinstance(entries, list) else [None]:
        name = entry.get("name") if isinstance(entry, dict) else entry
        if not isinstance(name, str) or not name or "/" in name:
            raise ValueError("no name of a file")
        yield name


def _goes_on(position: int, answer: "httpx.Response") -> bool:
    """Whether an answer is all of the file, or the rest that was asked for."""
    return answer.status_code == _WHOLE or answer.headers.get("Content-Range", "").startswith(f"bytes {position}-")


def _from(position: int, answer: "httpx.Response") -> Iterator[bytes]:
    """The body from a position on: a server that knows no ranges sends all of it again."""
    skip = position if answer.status_code == _WHOLE else 0
    for piece in answer.iter_raw(PIECE):
        rest = piece[skip:]
        skip = max(0, skip - len(piece))
        if rest:
            yield rest
