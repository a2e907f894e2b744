"""What a source's columns mean: how a canonical field is read from them, and the mapping of visits."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from regions.model import Model, MunicipalityCode


class TextField(Model):
    """A canonical field taken from a column as it stands."""

    column: str


class Coded(Model):
    """A canonical code: from a column through a code list, or the same for all rows.

    An empty cell becomes `empty` (default `unknown`); a value that the list lacks is a fault of its row.
    """

    column: str | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    empty: str | None = "unknown"
    value: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either column (with codes) or value")
        if self.column is not None and not self.codes:
            raise ValueError("a column needs codes: what the system writes → what it means here")
        return self


class Professions(Model):
    """The professions of a visit, the lead first; the visit is never multiplied."""

    columns: tuple[str, ...] = Field(min_length=1)
    codes: dict[str, str] = Field(min_length=1)


_DIRECTIVE = re.compile(r"%(.)")
_DIRECTIVES = set("YymdHMSfjbB%")


class Moment(Model):
    """Start of a visit: a date and, in the same column or one of its own, a time of day."""

    date_column: str
    date_format: str
    time_column: str | None = None
    time_format: str | None = None
    zone: Literal["Europe/Stockholm", "UTC"] = "Europe/Stockholm"

    @field_validator("date_format", "time_format")
    @classmethod
    def _is_known(cls, text: str | None) -> str | None:
        unknown = sorted(set(_DIRECTIVE.findall(text or "")) - _DIRECTIVES)
        if unknown or (text is not None and "%" not in text):
            listed = ", ".join(f"%{letter}" for letter in sorted(_DIRECTIVES))
            raise ValueError(f"{text!r} is no format of dates and times; it is made of {listed}")
        return text

    @model_validator(mode="after")
    def _time_has_format(self) -> Self:
        if (self.time_column is None) != (self.time_format is None):
            raise ValueError("time_column and time_format go together")
        if self.zone == "UTC" and not self.has_time:
            raise ValueError("a time zone needs a time of day")
        return self

    @property
    def has_time(self) -> bool:
        """Whether the source tells the time of day at all."""
        return self.time_column is not None or "%H" in self.date_format


class Number(Model):
    """A whole number in a column; `unit` minutes, or hours with a decimal mark."""

    column: str
    unit: Literal["minutes", "hours"] = "minutes"
    decimal: Literal[".", ","] = ","


class Municipality(Model):
    """A municipality code: from a column (its first four characters), from the unit, or one value."""

    column: str | None = None
    codes: dict[str, MunicipalityCode] = Field(default_factory=dict)
    from_unit: bool = False
    value: MunicipalityCode | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((self.column is not None, self.from_unit, self.value is not None)) != 1:
            raise ValueError("give one of column, from_unit, value")
        return self


class VisitMapping(Model):
    """From the source's columns to the canonical visit; what is left out is `unknown`."""

    record_id: TextField
    person_id: TextField
    birth_date: Moment | None = None
    started: Moment
    minutes: Number | None = None
    cancelled: Coded = Coded(value="no")
    care_form: Coded
    place: Coded
    living: Coded = Coded(value="unknown")
    planned: Coded = Coded(value="unknown")
    acute: Coded = Coded(value="unknown")
    provider_level: Coded = Coded(value="unknown")
    professions: Professions | None = None
    sex: Coded | None = None
    palliative: Coded = Coded(value="unknown")
    dementia: Coded = Coded(value="unknown")
    rehabilitation: Coded = Coded(value="unknown")
    assistive_devices: Coded = Coded(value="unknown")
    delegated: Coded = Coded(value="unknown")
    distance: Coded = Coded(value="unknown")
    enrolled: Coded = Coded(value="unknown")
    care_unit: TextField | None = None
    residence_municipality: Municipality
    serving_municipality: Municipality
