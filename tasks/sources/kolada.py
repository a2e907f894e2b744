"""Key figures of Kolada v3, one year a delivery. Source of what is fetched: "Källa: Kolada".

What a delivery holds is what was answered: pages of at most 25 key figures and 25 areas, one after the
other. Kolada tells no date of update, so the year's own figures are its stamp.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from regions.errors import UnreachableError
from regions.folder import RegionFolder
from regions.month import Month
from regions.official import KoladaTransport
from regions.source import Source
from tasks.sources.calls import PACER, Answer, Pace, Pacer
from tasks.sources.offered import Offered
from tasks.sources.official import OfficialSource, areas, fingerprint

_PACE = Pace(5, 1)
"""Kolada publishes no limit; clients that keep to this are not refused."""
_MOST_IDS = 25
_PER_PAGE = 5000


class KoladaSource(OfficialSource):
    """A source's key figures for the region's areas."""

    def __init__(self, transport: KoladaTransport, source: Source, folder: RegionFolder, pacer: Pacer = PACER) -> None:
        super().__init__(transport, source, folder, _PACE, pacer)
        self._transport = transport
        region = folder.region
        country, county = "0000", f"00{region.county_code}"
        self._areas = tuple(code for given in transport.areas for code in areas(given, region, country, county))

    def list_offered(self) -> list[Offered]:
        """The valid years for which some figure is published, each stamped with its figures' hash."""
        figures: dict[int, list[Any]] = defaultdict(list)
        for page in self._pages(""):
            for row in page.said["values"]:
                if any(entry.get("value") is not None for entry in row["values"]):
                    figures[int(row["period"])].append(row)
        months = {Month(year, self._transport.period_month): rows for year, rows in sorted(figures.items())}
        return [
            Offered(month, 0, f"kolada-{month.year}.json", fingerprint(sorted(map(fingerprint, rows))))
            for month, rows in months.items()
            if self._source.expected(month)
        ]

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The year's pages as they came, a line break after each."""
        for page in self._pages(f"/year/{offered.month.year}"):
            yield page.content + b"\n"

    def describe(self) -> str:
        """The interface's address."""
        return f"{self._transport.address}/data"

    def _pages(self, year: str) -> Iterator[Answer]:
        """Every page of every question that the figures and areas need."""
        for kpis in _portions(self._transport.kpis):
            for places in _portions(self._areas):
                path = f"/data/kpi/{','.join(kpis)}/municipality/{','.join(places)}{year}?per_page={_PER_PAGE}"
                yield from self._follow(self._calls.get(path))

    def _follow(self, page: Answer) -> Iterator[Answer]:
        followed = set()
        while True:
            self._check(page)
            yield page
            link = page.said.get("next_url")
            if not link:
                return
            if link in followed:
                raise self._unlike("a page refers to one before it")
            followed.add(link)
            page = self._calls.get_next(link)

    def _check(self, page: Answer) -> None:
        rows = page.said.get("values")
        well = isinstance(rows, list) and all(
            isinstance(row, dict) and isinstance(row.get("values"), list) and str(row.get("period", "")).isdigit()
            for row in rows
        )
        if not well:
            raise self._unlike("its answer has no list of values, each with a period and values of its own")

    def _unlike(self, what: str) -> UnreachableError:
        return UnreachableError(
            f"What answers is not Kolada v3: {what}.", where=self.describe(), todo="Check the address in the source."
        )


def _portions(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[start : start + _MOST_IDS] for start in range(0, len(codes), _MOST_IDS))
