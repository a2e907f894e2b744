"""What the pages are made of: the release's tables, each read once, and the names that the region gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dashboard.area_visits import AreaTable, read_area_visits
from dashboard.boundaries import BoundaryTable, read_boundaries
from dashboard.boundary_pairs import BoundaryPairs
from dashboard.deliveries import Deliveries, read_deliveries
from dashboard.dictionary import Described, read_dictionary
from dashboard.gap import Gap, read_gap
from dashboard.headline import Headline, headline
from dashboard.indicators import Indicator, read_indicators
from dashboard.map_chart import Shape
from dashboard.money import Money, read_money
from dashboard.months import Months, read_months
from dashboard.municipalities import NOT_OF_THE_COUNTY, ordered
from dashboard.published import Published
from dashboard.release import Release, read_release
from dashboard.staffing import Staffing
from dashboard.years import YearTable, read_years


@dataclass(frozen=True)
class CountyPart:
    """A part of the county (länsdel): its code in the tables, its name, and the codes of its municipalities."""

    code: str
    name: str
    municipalities: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A municipality with a page of its own."""

    code: str
    name: str

    @property
    def file(self) -> str:
        """The page's name."""
        return f"kommun-{self.code}.html"


@dataclass(frozen=True)
class Region:
    """What a region's folder tells the pages: names by code, the order of boundaries, county parts, borders."""

    names: Mapping[str, str]
    boundaries: Sequence[str] = ()
    county_parts: Sequence[CountyPart] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)


class Reading:
    """The tables of a release as the pages show them; each is read when the first page asks for it."""

    def __init__(self, source: Published, region: Region) -> None:
        self.source = source
        self.region = region
        self.names = region.names

    @cached_property
    def release(self) -> Release | None:
        """The release."""
        return read_release(self.source)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What was expected and what came."""
        return read_deliveries(self.source)

    @cached_property
    def months(self) -> Months:
        """Visits month by month."""
        return read_months(self.source, self.deliveries.months)

    @cached_property
    def headline(self) -> Headline:
        """What the first sentences say."""
        return headline(self.months)

    @cached_property
    def years(self) -> YearTable | None:
        """Visits year by year."""
        return read_years(self.source, self.months)

    @cached_property
    def parameters(self) -> tuple[tuple[Any, ...], ...]:
        """The parameters and the sources of their values."""
        return tuple(self.source.rows("parameters", lambda *values: values))

    @cached_property
    def boundaries(self) -> BoundaryTable | None:
        """The boundaries beside each other, all municipalities together."""
        return read_boundaries(self.source, self.months.counted, self.region.boundaries)

    @cached_property
    def pairs(self) -> BoundaryPairs:
        """The boundaries two by two."""
        return BoundaryPairs(self.source, self.names, self.money)

    @cached_property
    def money(self) -> Money | None:
        """The tax shift and what follows of it."""
        return read_money(self.source, self.names, self.region.boundaries)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators."""
        return read_indicators(self.source, self.area_names)

    @cached_property
    def staffing(self) -> Staffing:
        """Full-time equivalents."""
        return Staffing(self.source, self.names)

    @cached_property
    def gap(self) -> Gap | None:
        """The gap analysis."""
        return read_gap(self.source, self.names)

    @cached_property
    def dictionary(self) -> tuple[Described, ...]:
        """Every published table and column."""
        return read_dictionary(self.source)

    @cached_property
    def areas(self) -> AreaTable | None:
        """Visits per 1 000 inhabitants."""
        return read_area_visits(self.source, self.area_names)

    @cached_property
    def area_names(self) -> Mapping[str, str]:
        """The names of municipalities and of county parts by code."""
        return {**self.names, **{part.code: part.name for part in self.region.county_parts}}

    @property
    def area_options(self) -> list[tuple[str, str]]:
        """Areas to choose among: the whole county, its parts, its municipalities."""
        parts = [(part.code, part.name) for part in self.region.county_parts]
        return [("all", "Hela länet"), *parts, *((place.code, place.name) for place in self.places)]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The municipalities of the county, by name."""
        codes = {code for code in self.names if code not in NOT_OF_THE_COUNTY}
        return tuple(Place(code, self.names[code]) for code in ordered(codes, self.names))
