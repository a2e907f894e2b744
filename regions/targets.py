"""Targets of indicators: `targets/<indicator>.yaml`, decided values that are raised step by step.

An indicator's definition is in the warehouse, so that `warehouse.targets` says whether a target fits it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, field_validator

from regions.model import Basis, Identifier, Model, MunicipalityCode, Region
from regions.month import Month
from regions.reader import FolderReader, Problem

Area = tuple[str, str]
"""Area type and area code, as in `indicators.results`."""


class TargetStep(Model):
    """One decided value: it holds from a month until the next step."""

    first: Month = Field(alias="from")
    value: Decimal = Field(max_digits=18, decimal_places=6, description="In the indicator's unit: 90 % is 0.90.")
    basis: Basis
    source: str


class Target(Model):
    """`targets/<indicator>.yaml`: what is to be reached, for all persons, not standardised."""

    indicator: Identifier
    area: Literal["region"] | tuple[MunicipalityCode, ...] = Field(
        default=(), description="region, or a list of municipalities; left out: every area of the region."
    )
    steps: tuple[TargetStep, ...] = Field(min_length=1)

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: tuple[TargetStep, ...]) -> tuple[TargetStep, ...]:
        for step, later in pairwise(steps):
            if later.first <= step.first:
                raise ValueError(f"the step from {later.first} stands after that from {step.first}; each must be later")
        return steps

    @property
    def id(self) -> str:
        """The name that its file must have."""
        return self.indicator

    def areas(self, region: Region) -> list[Area]:
        """The areas that it is for."""
        everywhere = [("region", region.county_code)]
        if self.area == "region":
            return everywhere
        if self.area:
            return [("municipality", code) for code in self.area]
        parts = [("county_part", part.id) for part in region.county_parts]
        return [*everywhere, *parts, *(("municipality", code) for code in region.municipalities)]


@dataclass(frozen=True)
class TargetSpan:
    """One target for one area, and the days on which it holds, both included."""

    indicator_id: str
    area_type: str
    area_code: str
    first_day: date
    last_day: date
    value: Decimal

    @classmethod
    def all(cls, targets: Sequence[Target], region: Region) -> list[Self]:
        """The spans of all targets; of one indicator and area they do not overlap."""
        return [
            cls(target.indicator, *area, first, last, value)
            for target in targets
            for area in target.areas(region)
            for first, last, value in _spans(target.steps)
        ]


def target_problems(targets: Sequence[Target], region: Region, reader: FolderReader) -> Iterator[Problem]:
    """What only the region's other files tell: municipalities that are not its own."""
    for target in targets:
        codes = () if target.area == "region" else target.area
        name = f"targets/{target.indicator}.yaml"
        for index, code in enumerate(codes):
            if code not in region.municipalities:
                text = f"municipality {code} is not one of the region's"
                yield Problem(name, reader.line(name, "area", index), text)


def _spans(steps: Sequence[TargetStep]) -> Iterator[tuple[date, date, Decimal]]:
    ends = [later.first.first - timedelta(days=1) for later in steps[1:]]
    for step, last in zip(steps, [*ends, date.max], strict=True):
        yield step.first.first, last, step.value
