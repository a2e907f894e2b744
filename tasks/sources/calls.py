"""Polite calls to public interfaces: not faster than they allow, again where they ask for patience.

What is answered must be JSON, whatever the status says: some interfaces answer 200 with an error page.
"""

import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from regions.errors import UnreachableError

if TYPE_CHECKING:
    import httpx

MAX_ANSWER_MIB = 64
_LONGEST_WAIT_SECONDS = 60.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Pace:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


@dataclass
class Pacer:
    """Waits so that a host is not asked more often than it allows; one for the whole process."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _asked: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait_turn(self, host: str, pace: Pace) -> None:
        """Wait until the host may be asked, and note that it is."""
        asked = self._asked[host]
        if len(asked) >= pace.calls:
            self.sleep(max(0.0, asked[-pace.calls] + pace.seconds - self.now()))
        asked.append(self.now())
        while len(asked) > 1000:
            asked.popleft()


PACER = Pacer()


@dataclass(frozen=True)
class Answer:
    """An answer as it came, and what it says."""

    content: bytes
    said: Any


class Calls:
    """Asks one interface, told by its base address."""

    def __init__(
        self, address: str, *, attempts: int, timeout_seconds: float, pace: Pace, pacer: Pacer = PACER
    ) -> None:
        self.pace = pace
        self._base = urlsplit(address)
        self._address = address
        self._attempts = attempts
        self._timeout_seconds = timeout_seconds
        self._pacer = pacer

    def get(self, path: str) -> Answer:
        """The answer to a GET of a path under the address."""
        return self._ask("GET", self._address + path, None)

    def get_next(self, link: str) -> Answer:
        """The answer to a GET of a link that an earlier answer gave; it must lead to the same host."""
        parts = urlsplit(link)
        if parts.hostname not in (None, self._base.hostname):
            raise self._fault(f"{self._base.hostname} refers to another host for its next page.")
        return self._ask("GET", urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, "")), None)

    def post(self, path: str, body: object) -> Answer:
        """The answer to a POST of a JSON body to a path under the address."""
        return self._ask("POST", self._address + path, body)

    def _ask(self, method: str, url: str, body: object) -> Answer:
        import httpx

        why = ""
        for attempt in range(self._attempts):
            self._pacer.wait_turn(str(self._base.netloc), self.pace)
            try:
                status, headers, content = self._call(httpx, method, url, body)
            except httpx.HTTPError as error:
                why, wait = type(error).__name__, None
            else:
                if status not in _AGAIN:
                    return self._answer(status, content, url)
                why, wait = f"HTTP {status}", _retry_after(headers)
            if attempt + 1 < self._attempts:
                self._pacer.sleep(min(2.0**attempt if wait is None else wait, _LONGEST_WAIT_SECONDS))
        raise self._fault(f"{self._base.hostname} could not be reached ({why}, {self._attempts} attempts).", url)

    def _call(self, httpx: Any, method: str, url: str, body: object) -> tuple[int, "httpx.Headers", bytes]:
        """One call; an answer larger than MAX_ANSWER_MIB is not read to its end."""
        with (
            httpx.Client(timeout=self._timeout_seconds, verify=_trusted()) as client,
            client.stream(method, url, json=body, headers={"Accept": "application/json"}) as response,
        ):
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MAX_ANSWER_MIB * 2**20:
                    raise self._fault(f"{self._base.hostname} answered with more than {MAX_ANSWER_MIB} MiB.", url)
            return response.status_code, response.headers, bytes(content)

    def _answer(self, status: int, content: bytes, url: str) -> Answer:
        try:
            said = json.loads(content)
        except ValueError:
            said = None
        if status != 200:
            raise self._fault(f"{self._base.hostname} refused the question: HTTP {status}{_told(said)}.", url)
        if not isinstance(said, dict):
            raise self._fault(f"{self._base.hostname} answered with something else than JSON.", url)
        return Answer(content, said)

    def _fault(self, what: str, url: str = "") -> UnreachableError:
        return UnreachableError(
            what,
            where=urlsplit(url)._replace(query="").geturl() or self._address,
            todo="Run again later; what was taken in before stands. Does it last, see the publisher's own pages.",
        )


@cache
def _trusted() -> Any:
    """The authorities that are trusted, read once: it takes longer than a call."""
    import httpx

    return httpx.create_ssl_context()


def _retry_after(headers: "httpx.Headers") -> float | None:
    """The seconds of Retry-After; a date there is not read, and the usual waiting holds."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _told(said: Any) -> str:
    """The short text of a Problem object (RFC 9457), where the answer is one."""
    if not isinstance(said, dict):
        return ""
    told = [str(said[key])[:200] for key in ("title", "detail") if said.get(key)]
    return f" ({'; '.join(told)})" if told else ""
