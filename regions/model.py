"""What a region's folder may say, as typed models.

One model per kind of file: `region.yaml`, `publication.yaml`, `scenarios/*.yaml`,
`agreements/*.yaml` here; `sources/*.yaml` in `regions.source`, parameters in `regions.parameters`.
`regions.folder` reads them and says in plain words, with file and line, what is wrong.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from regions.month import Month

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]

CARE_FORMS = ("home_health_care", "outpatient", "inpatient")
PLACES = ("home", "special_housing", "clinic", "other", "unknown")
LIVINGS = ("ordinary", "special_housing", "unknown")
PLANNED = ("planned", "unplanned", "unknown")
SEXES = ("female", "male", "unknown")
PROVIDER_LEVELS = ("primary", "hospital", "psychiatric", "municipal", "unknown")
PARTS_OF_DAY = ("day", "evening", "night", "unknown")
DAY_TYPES = ("weekday", "weekend", "holiday", "unknown")
YES_NO = ("yes", "no", "unknown")
FLAGS = (
    "acute",
    "palliative",
    "dementia",
    "rehabilitation",
    "assistive_devices",
    "delegated",
    "distance",
    "enrolled",
)
"""The attributes of a visit that are yes, no or unknown."""
AGE_GROUPS = ("0-17", "18", "19-64", "65-79", "80-89", "90+", "unknown")
PUBLISHED_AGE_GROUPS = ("0-18", "19-64", "65-79", "80-89", "90+", "unknown")
OUTSIDE_COUNTY = "9998"
UNKNOWN_MUNICIPALITY = "9999"


def fault_at(text: str, *location: str | int) -> ValidationError:
    """What a model's validator raises where it knows which key is wrong: then that key's line is told."""
    detail = InitErrorDetails(type=PydanticCustomError("fault", "{text}", {"text": text}), loc=location, input=None)
    return ValidationError.from_exception_data("fault", [detail])


class Basis(StrEnum):
    """How a value is known; published wherever inputs differ."""

    OFFICIAL = "official"
    DERIVED = "derived"
    FORECAST = "forecast"
    ILLUSTRATIVE = "illustrative"
    DELIVERED = "delivered"


class Principal(StrEnum):
    """Who is responsible for the care (huvudman)."""

    REGION = "region"
    MUNICIPALITY = "municipality"


class Model(BaseModel):
    """A part of a region's folder: closed (no unknown keys) and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class MonthSpan(Model):
    """Months from and to, both included; open at the end when `to` is left out."""

    first: Month = Field(alias="from")
    last: Month | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"ends ({self.last}) before it begins ({self.first})")
        return self

    def holds(self, month: Month) -> bool:
        """Whether the month lies in the span."""
        return self.first <= month and (self.last is None or month <= self.last)


class Period(MonthSpan):
    """Months for which the region expects deliveries."""

    note_sv: str = ""
    basis: Basis = Basis.DELIVERED


class CountyPart(Model):
    """A named list of municipalities (länsdel)."""

    id: Identifier
    name: str
    municipalities: tuple[MunicipalityCode, ...]
    basis: Basis = Basis.ILLUSTRATIVE


class PartsOfDay(Model):
    """When day, evening and night begin; a visit belongs to the part in which it starts."""

    day: time = time(7)
    evening: time = time(17)
    night: time = time(21)


class KeptReleases(Model):
    """Which old releases are kept: the newest ones, and the last one of each of the latest months."""

    keep_newest: int = Field(default=24, ge=1)
    keep_months: int = Field(default=36, ge=0)


class Retention(Model):
    """How long what came in is kept, in months; what is left out is kept until somebody decides otherwise."""

    originals_months: int | None = Field(
        default=None, ge=1, description="Landed originals of taken-in deliveries, after the month in which they landed."
    )
    rows_months: int | None = Field(
        default=None, ge=12, description="Rows of persons, a calendar year at a time, after the year's last month."
    )

    def originals_from(self, today: Month) -> Month | None:
        """The first month of landing whose originals are kept; None where all are."""
        return None if self.originals_months is None else today.plus(-self.originals_months)

    def rows_from(self, today: Month) -> Month | None:
        """The first month whose rows are kept, a January; None where all are."""
        return None if self.rows_months is None else Month(today.plus(-self.rows_months).year, 1)


class Region(Model):
    """`region.yaml`: who takes part, which months, and how late a row may come."""

    id: Identifier
    name: str
    county_name: str
    county_code: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    data: Literal["synthetic", "real"]
    periods: tuple[Period, ...]
    municipalities: tuple[MunicipalityCode, ...]
    county_parts: tuple[CountyPart, ...] = ()
    late_months: int = Field(default=3, ge=0, le=24)
    parts_of_day: PartsOfDay = PartsOfDay()
    standard_year: int | None = Field(default=None, ge=1968)
    """The year on whose last day the region's ages are the standard; without one, the first baseline's last year."""
    releases: KeptReleases = KeptReleases()
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _parts_are_of_the_county(self) -> Self:
        known = set(self.municipalities)
        for part in self.county_parts:
            if foreign := sorted(set(part.municipalities) - known):
                raise ValueError(f"county part {part.id} names {', '.join(foreign)}, not in municipalities")
        return self

    def expects(self, month: Month) -> bool:
        """Whether the region expects deliveries for the month."""
        return any(period.holds(month) for period in self.periods)


class TableMargins(Model):
    """The margins of one published table: each a list of the dimensions that are shown."""

    table: str
    margins: tuple[tuple[str, ...], ...]


class Publication(Model):
    """`publication.yaml`: what is published, and how many persons a figure needs."""

    min_persons: int = Field(default=5, ge=1)
    tables: tuple[TableMargins, ...]
    audit_seconds: int = Field(default=300, ge=1, description="How long the protection may take before it coarsens")
    leave_out_first: tuple[TableMargins, ...] = Field(
        default=(), description="Margins to leave out, in their order, where the rest can't be protected otherwise"
    )

    def margins(self, table: str) -> tuple[tuple[str, ...], ...]:
        """The margins listed for a table; none listed, none published."""
        return next((entry.margins for entry in self.tables if entry.table == table), ())


class Condition(Model):
    """One condition of a scenario on an attribute of the visit: values that hold it, or don't, or a span of years."""

    attribute: Identifier
    is_in: tuple[str, ...] | None = Field(default=None, alias="in", min_length=1)
    not_in: tuple[str, ...] | None = Field(default=None, min_length=1)
    from_age: int | None = Field(default=None, alias="from", ge=0, description="Of age alone: years, included")
    to_age: int | None = Field(default=None, alias="to", ge=0, description="Of age alone: years, included")
    unknown: Literal["in", "out"] = Field(description="No default: does a visit whose value is unknown count?")

    @model_validator(mode="after")
    def _one_way_of_saying_it(self) -> Self:
        spans = self.from_age is not None or self.to_age is not None
        if (self.is_in is not None) + (self.not_in is not None) + spans != 1:
            raise ValueError("give exactly one of in, not_in or, for age, from and to")
        if spans and self.attribute != "age":
            raise ValueError(f"from and to are for age alone, not for {self.attribute}")
        if self.from_age is not None and self.to_age is not None and self.to_age < self.from_age:
            raise ValueError(f"ends ({self.to_age} years) before it begins ({self.from_age} years)")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The values that the condition names, under in or not_in."""
        return self.is_in or self.not_in or ()

    def holds(self, value: str) -> bool:
        """Whether a visit with this value of the attribute meets the condition; ages are whole years as text."""
        if value == "unknown":
            return self.unknown == "in"
        if self.is_in is not None:
            return value in self.is_in
        if self.not_in is not None:
            return value not in self.not_in
        years = int(value)
        return (self.from_age is None or self.from_age <= years) and (self.to_age is None or years <= self.to_age)


class Scenario(Model):
    """`scenarios/<id>.yaml`: a boundary (gränsdragning), a set of visits, no money."""

    id: Identifier
    title_sv: str
    text_sv: str
    extends: Identifier | None = None
    valid: MonthSpan | None = None
    conditions: tuple[Condition, ...] = ()
    source: str
