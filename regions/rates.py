"""County rates of the income equalisation: a tax shift moves them between the levels, and leaves their sum.

Municipality + region is 29.08 per cent for receivers (bidrag) and 26.49 for payers (avgift), in every county and each
wording of 2 and 3 §§ förordning (2004:881) that was read (2015, 2016, 2020, 2024). A sum that isn't so is a fault
of the figures where both are official; where one is derived or assumed, only a doubt about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

SUMS = {"bidrag": Decimal("29.08"), "avgift": Decimal("26.49")}
"""Direction → per cent of income, both levels together."""
_RATE = "county_rate"
_LEVELS = ("municipality", "region")


@dataclass(frozen=True)
class RateFault:
    """A county's rates of a year and direction that don't add up."""

    year: int
    county: str
    direction: str
    rates: tuple[ParameterValue, ParameterValue]
    """The municipalities' and the region's."""

    @property
    def is_critical(self) -> bool:
        """Whether both are official."""
        return all(rate.kind is Basis.OFFICIAL for rate in self.rates)

    def __str__(self) -> str:
        told = " + ".join(f"{rate.value} ({level}, {rate.kind.value})" for level, rate in self._by_level())
        total, right = sum(rate.value for rate in self.rates), SUMS[self.direction]
        return f"{_RATE} {self.year}, county {self.county}, {self.direction}: {told} is {total}, not {right}"

    def _by_level(self) -> Iterator[tuple[str, ParameterValue]]:
        return zip(_LEVELS, self.rates, strict=True)


def rate_faults(parameters: Parameters) -> list[RateFault]:
    """The county rates that don't add up among those with both levels, by year, county and direction."""
    return [fault for fault in _pairs(parameters) if sum(rate.value for rate in fault.rates) != SUMS[fault.direction]]


def rate_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """Official county rates that don't add up."""
    name = f"parameters/{_RATE}.yaml"
    file = name if name in reader.raw else f"sweden/{name}"
    for fault in rate_faults(folder.parameters):
        if fault.is_critical:
            yield Problem(file, 1, str(fault))


def rate_warnings(parameters: Parameters) -> list[str]:
    """County rates that don't add up and aren't both official, a line each: they are used, and told of."""
    return [f"{fault}: at least one of them isn't right" for fault in rate_faults(parameters) if not fault.is_critical]


def _pairs(parameters: Parameters) -> Iterator[RateFault]:
    """Each year, county and direction with a rate of both levels; the best known value of each."""
    found = {(value.year, *_county_of(value)) for value in parameters.all() if value.parameter == _RATE}
    for year, county, direction in sorted(found):
        rates = [
            parameters.find(_RATE, year, date.max, level=level, county=county, direction=direction) for level in _LEVELS
        ]
        if direction in SUMS and rates[0] and rates[1]:
            yield RateFault(year, county, direction, (rates[0], rates[1]))


def _county_of(value: ParameterValue) -> tuple[str, str]:
    keys = dict(value.keys)
    return keys["county"], keys["direction"]
