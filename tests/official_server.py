"""A server on this machine that answers as SCB's PxWeb v2 and Kolada v3 do, and keeps their limits.

with official_server() as server:
    server.tables["TAB1"] = Table("2025-02-21T07:00:00Z", (Variable("Region", ("00", "25")), …, YEARS))
    server.figures[("N20897", "2580", 2024, "T")] = 17.3
    PxWebTransport(address=server.pxweb, …)  KoladaTransport(address=server.kolada, …)

Its shapes are those of public clients' recorded answers; its numbers are made up. What it is asked stands
in `asked`; what lies in `instead` is answered first, each once: (status, headers, body).
"""

import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import prod
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Reply = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Variable:
    """A variable of a table: its codes, and whether a query may leave it out."""

    name: str
    codes: tuple[str, ...]
    elimination: bool = False
    as_list: bool = False


class VirtualTime:
    """A clock that only sleeping moves; give `now` to the server and both to `Pacer`."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the start."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, in no time."""
        self.slept.append(seconds)
        self.passed += seconds


def cell(key: tuple[str, ...]) -> float | None:
    """A number made of a cell's key, so that each cell has its own."""
    return sum((place + 1) * ord(letter) for place, letter in enumerate("|".join(key)))


@dataclass
class Table:
    """A table: when it was updated, its variables (time last), what a cell holds, and the marks of cells."""

    updated: str
    variables: tuple[Variable, ...]
    value: Callable[[tuple[str, ...]], float | None] = cell
    status: dict[tuple[str, ...], str] = field(default_factory=dict)

    def dataset(self, chosen: dict[str, tuple[str, ...]], *, with_values: bool) -> dict[str, Any]:
        """A json-stat2 document of the chosen codes, row-major."""
        variables = [variable for variable in self.variables if variable.name in chosen]
        keys = list(itertools.product(*(chosen[variable.name] for variable in variables)))
        marks = {str(place): self.status[key] for place, key in enumerate(keys) if key in self.status}
        return {
            "version": "2.0",
            "class": "dataset",
            "label": "Påhittad tabell",
            "updated": self.updated,
            "role": {"time": [self.variables[-1].name], "metric": ["ContentsCode"]},
            "id": [variable.name for variable in variables],
            "size": [len(chosen[variable.name]) for variable in variables],
            "dimension": {variable.name: _dimension(variable, chosen[variable.name]) for variable in variables},
            "value": [None if key in self.status else self.value(key) for key in keys] if with_values else [],
            **({"status": marks} if marks else {}),
        }


def _dimension(variable: Variable, codes: tuple[str, ...]) -> dict[str, Any]:
    index = list(codes) if variable.as_list else {code: place for place, code in enumerate(codes)}
    return {
        "label": variable.name.lower(),
        "category": {"index": index, "label": {code: code for code in codes}},
        "extension": {"elimination": variable.elimination},
    }


class OfficialServer:
    """What the server offers, what it allows, and what it has been asked."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.figures: dict[tuple[str, str, int, str], float | None] = {}
        self.max_cells = 150_000
        self.calls, self.window_seconds = 30, 10.0
        self.per_page = 5000
        self.instead: deque[Reply] = deque()
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.refused = 0
        self.address = ""
        self.now = time.monotonic
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    @property
    def pxweb(self) -> str:
        """The base address of its PxWeb."""
        return f"{self.address}/api/v2"

    @property
    def kolada(self) -> str:
        """The base address of its Kolada."""
        return f"{self.address}/v3"

    def reply(self, method: str, target: str, body: bytes) -> Reply:
        """The answer to a call."""
        with self._lock:
            self.asked.append(f"{method} {unquote(target)}")
            self.bodies.append(json.loads(body) if body else None)
            if self.instead:
                return self.instead.popleft()
            if wait := self._too_fast():
                self.refused += 1
                return _problem(429, "Too many requests", {"Retry-After": str(wait)})
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        if path.startswith("/api/v2"):
            return self._pxweb(path.removeprefix("/api/v2"), self.bodies[-1])
        if path.startswith("/v3/data/"):
            return self._kolada(path.removeprefix("/v3/data/").split("/"), int(query.get("page", ["1"])[0]), path)
        return _problem(404, "Not found")

    def _too_fast(self) -> int:
        now = self.now()
        while self._times and now - self._times[0] >= self.window_seconds:
            self._times.popleft()
        if len(self._times) >= self.calls:
            return max(1, round(self.window_seconds))
        self._times.append(now)
        return 0

    def _pxweb(self, path: str, body: Any) -> Reply:
        if path == "/config":
            return _json(
                {
                    "apiVersion": "2.3.2",
                    "maxDataCells": self.max_cells,
                    "maxCallsPerTimeWindow": self.calls,
                    "timeWindow": self.window_seconds,
                }
            )
        _, _, name, what = path.split("/")
        table = self.tables.get(name)
        if table is None:
            return _problem(404, "Non-existent table")
        if what == "metadata":
            everything = {variable.name: variable.codes for variable in table.variables}
            return _json(table.dataset(everything, with_values=False))
        return self._cells(table, body)

    def _cells(self, table: Table, body: Any) -> Reply:
        chosen = {entry["variableCode"]: tuple(entry["valueCodes"]) for entry in body["selection"]}
        for variable in table.variables:
            if variable.name not in chosen and not variable.elimination:
                return _problem(400, "Missing selection for mandatory variable")
            if set(chosen.get(variable.name, ())) - set(variable.codes):
                return _problem(400, "Non-existent value")
        if prod(map(len, chosen.values())) > self.max_cells:
            return _problem(403, "Too many cells selected")
        return _json(table.dataset(chosen, with_values=True))

    def _kolada(self, steps: list[str], page: int, path: str) -> Reply:
        asked = {name: steps[place + 1].split(",") for place, name in enumerate(steps) if place % 2 == 0}
        if len(asked) < 2 or any(len(ids) > 25 for ids in asked.values()):
            return _problem(400, "Illegal or too long query")
        groups: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
        for (kpi, area, year, gender), value in sorted(self.figures.items()):
            if kpi in asked["kpi"] and area in asked["municipality"] and str(year) in asked.get("year", [str(year)]):
                entry = {"gender": gender, "count": 1, "status": "" if value is not None else "Missing", "value": value}
                groups.setdefault((kpi, area, year), []).append(entry)
        rows = [{"kpi": k, "municipality": m, "period": y, "values": entries} for (k, m, y), entries in groups.items()]
        shown = rows[(page - 1) * self.per_page : page * self.per_page]
        more = page * self.per_page < len(rows)
        link = f"{self.address}{path}?page={page + 1}&per_page={self.per_page}" if more else None
        return _json({"values": shown, "count": len(shown), "next_url": link, "previous_url": None})


def _json(said: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(said).encode()


def _problem(status: int, title: str, headers: dict[str, str] | None = None) -> Reply:
    return _json({"type": "about:blank", "title": title, "status": status}, status, headers)


@contextmanager
def official_server() -> Iterator[OfficialServer]:
    """The server on a free port of this machine, until the block ends."""
    server = OfficialServer()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = server.reply(self.command, self.path, body)
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
