"""A table of a PxWeb v2 interface, one year a delivery.

What a delivery holds is what was answered: one json-stat2 document, or several after each other where the
year has more cells than the interface gives in one call.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from math import prod
from typing import Any

from regions.errors import UnreachableError, UsageError
from regions.folder import RegionFolder
from regions.month import Month
from regions.official import PxWebTransport
from regions.source import Source
from tasks.sources.calls import PACER, Answer, Pace, Pacer
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.official import OfficialSource, areas, fingerprint

_FIRST_PACE = Pace(30, 10)
"""Before the interface has said what it allows: what SCB does."""
Selection = dict[str, tuple[str, ...]]


class PxWebSource(OfficialSource):
    """A source's table, asked for the region's own part of it."""

    def __init__(self, transport: PxWebTransport, source: Source, folder: RegionFolder, pacer: Pacer = PACER) -> None:
        super().__init__(transport, source, folder, _FIRST_PACE, pacer)
        self._transport = transport

    def list_offered(self) -> list[Offered]:
        """The years that the table has and the source is valid for, all of the table's latest update."""
        stamp = f"{self._updated} {fingerprint(self._selection)}"
        version = int("".join(filter(str.isdigit, self._updated))[:14])
        name = f"{self._transport.table}-{{year}}.json"
        return [
            Offered(month, version, name.format(year=month.year), stamp)
            for month in map(self._month, self._codes(self._time))
            if self._source.expected(month)
        ]

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The year's answers as they came, a line break after each."""
        updates = set()
        for part in parts({**self._selection, self._time: (str(offered.month.year),)}, self._max_cells, self._summed):
            answer = self._ask(part)
            updates.add(answer.said.get("updated"))
            if len(updates) > 1:
                raise StartAnew(
                    f"The table {self._transport.table} was updated while it was read.",
                    where=self.describe(),
                    todo="Run again.",
                )
            yield answer.content + b"\n"

    def describe(self) -> str:
        """The table's address."""
        return f"{self._transport.address}/tables/{self._transport.table}"

    def _ask(self, selection: Mapping[str, tuple[str, ...]]) -> Answer:
        body = {"selection": [{"variableCode": name, "valueCodes": list(codes)} for name, codes in selection.items()]}
        return self._calls.post(f"/tables/{self._transport.table}/data?lang=sv&outputFormat=json-stat2", body)

    @cached_property
    def _max_cells(self) -> int:
        """The most cells of a call. From here on calls keep the pace that the interface says."""
        config = self._calls.get("/config").said
        try:
            self._calls.pace = Pace(int(config["maxCallsPerTimeWindow"]), float(config["timeWindow"]))
            return int(config["maxDataCells"])
        except (KeyError, TypeError, ValueError):
            raise self._unlike("/config doesn't say maxDataCells, maxCallsPerTimeWindow and timeWindow") from None

    @cached_property
    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = self._calls.get(f"/tables/{self._transport.table}/metadata?lang=sv").said
        if not isinstance(metadata.get("dimension"), dict) or not isinstance(metadata.get("updated"), str):
            raise self._unlike("the table's metadata have no dimension or updated")
        return metadata

    @property
    def _updated(self) -> str:
        return str(self._metadata["updated"])

    @cached_property
    def _time(self) -> str:
        """The table's one variable of time."""
        match self._metadata.get("role"):
            case {"time": [str(name)]}:
                return name
        raise self._unlike("the table's metadata don't say which variable is time")

    def _codes(self, variable: str) -> list[str]:
        """A variable's codes, in the table's order."""
        match self._metadata["dimension"].get(variable):
            case {"category": {"index": list() as codes}}:
                return [str(code) for code in codes]
            case {"category": {"index": dict() as places}}:
                return sorted(places, key=lambda code: int(places[code]))
        raise self._wrong(f"has no variable {variable}; it has {', '.join(self._metadata['dimension'])}")

    def _month(self, period: str) -> Month:
        if len(period) != 4 or not period.isdigit():
            raise self._wrong(f"is not one of years: it has the period {period}")
        return Month(int(period), self._transport.period_month)

    @cached_property
    def _selection(self) -> Selection:
        """The codes asked for, each one of the table's."""
        chosen = {name: tuple(self._expanded(name, codes)) for name, codes in self._transport.selection.items()}
        for name, codes in chosen.items():
            if unknown := sorted(set(codes) - set(self._codes(name))):
                raise self._wrong(f"has no code {', '.join(unknown[:5])} of {name}")
        self._check_the_rest(set(chosen) | {self._time})
        return chosen

    def _expanded(self, name: str, codes: tuple[str, ...]) -> Iterator[str]:
        for code in codes:
            if code == "*":
                yield from self._codes(name)
            elif ".." in code:
                first, _, last = code.partition("..")
                yield from (str(number) for number in range(int(first), int(last) + 1))
            else:
                yield from areas(code, self._region, country="00")

    def _check_the_rest(self, named: set[str]) -> None:
        """A variable that isn't asked for is summed over by the publisher, or not at all."""
        for name, variable in self._metadata["dimension"].items():
            if name not in named and not variable.get("extension", {}).get("elimination"):
                raise self._wrong(f"doesn't sum over {name}: its codes must stand in the selection")

    @property
    def _summed(self) -> int:
        """The cells behind each cell that is asked for: interfaces differ in which they count."""
        named = {*self._selection, self._time}
        return prod(len(self._codes(name)) for name in self._metadata["dimension"] if name not in named)

    def _wrong(self, what: str) -> UsageError:
        return UsageError(
            f"The table {self._transport.table} {what}.",
            where=f"{self.describe()} and the source {self._source.id}, transport.selection",
            todo="Compare the source with the table's metadata, and correct the source.",
        )

    def _unlike(self, what: str) -> UnreachableError:
        return UnreachableError(
            f"What answers is not a PxWeb v2 interface: {what}.",
            where=self.describe(),
            todo="Check the address in the source.",
        )


def parts(selection: Selection, max_cells: int, summed: int = 1) -> Iterator[Selection]:
    """The selection in parts of at most so many cells, by halving the variable with most codes."""
    longest = max(selection, key=lambda name: len(selection[name]))
    codes = selection[longest]
    if len(codes) == 1 or summed * prod(map(len, selection.values())) <= max_cells:
        yield selection
        return
    middle = (len(codes) + 1) // 2
    for half in (codes[:middle], codes[middle:]):
        yield from parts({**selection, longest: half}, max_cells, summed)
