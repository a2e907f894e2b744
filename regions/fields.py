"""What a source's columns mean: how a canonical field is read from them.

A field is read from a column, or from an expression over columns (`regions.expressions`). `VisitMapping` is
the mapping of visits; `MAPPINGS` holds that of every other subject, made from its contract.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, create_model, field_validator, model_validator

from regions.contracts import CONTRACTS, Contract, ContractField
from regions.expressions import check_expression, columns_of
from regions.model import Model, MunicipalityCode


class Cell(Model):
    """Where a field's text stands: in a column, or made of several by an expression."""

    column: str | None = None
    expression: str | None = None

    @field_validator("expression")
    @classmethod
    def _is_allowed(cls, text: str | None) -> str | None:
        if text is not None:
            check_expression(text)
        return text

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if sum((self.column is not None, self.expression is not None, *self._other_ways())) != 1:
            raise ValueError(f"give exactly one of {', '.join(self._ways())}")
        return self

    def _other_ways(self) -> tuple[bool, ...]:
        """Which ways beside column and expression are given."""
        return ()

    def _ways(self) -> tuple[str, ...]:
        return ("column", "expression")

    def reads(self) -> Iterator[str]:
        """The columns that the field reads."""
        if self.column is not None:
            yield self.column
        if self.expression is not None:
            yield from columns_of(self.expression)


class TextField(Cell):
    """A text as it stands, or through a list of codes; `empty` stands for an empty cell, and is marked as a default."""

    codes: dict[str, str] = Field(default_factory=dict)
    empty: str | None = None


class TextList(Model):
    """Several texts: from several columns, or from one with a separator between them."""

    columns: tuple[str, ...] = Field(min_length=1)
    separator: str | None = Field(default=None, min_length=1, max_length=3)

    def reads(self) -> Iterator[str]:
        """The columns that the field reads."""
        yield from self.columns


class DatedCodes(Model):
    """Codes that hold on some days only: both included."""

    valid_from: date = date.min
    valid_to: date = date.max
    codes: dict[str, str] = Field(min_length=1)


class Coded(Cell):
    """A canonical code: from a cell through a code list, or the same for all rows.

    `dated` lists hold on the days that they say, before `codes`, which always hold. An empty cell becomes
    `empty` (default `unknown`; another value is marked as a default); a value that the lists lack is a fault.
    """

    codes: dict[str, str] = Field(default_factory=dict)
    dated: tuple[DatedCodes, ...] = ()
    empty: str | None = "unknown"
    value: str | None = None

    @model_validator(mode="after")
    def _cells_need_codes(self) -> Self:
        if self.value is None and not self.codes and not self.dated:
            raise ValueError("a column needs codes: what the system writes → what it means here")
        return self

    def _other_ways(self) -> tuple[bool, ...]:
        return (self.value is not None,)

    def _ways(self) -> tuple[str, ...]:
        return ("column", "expression", "value")

    def meanings(self) -> set[str]:
        """Every code that a row may get from it."""
        given = {text for text in (self.value, self.empty if self.value is None else None) if text}
        return given.union(self.codes.values(), *(entry.codes.values() for entry in self.dated))


class Professions(Model):
    """The professions of a row, the lead first; the row is never multiplied."""

    columns: tuple[str, ...] = Field(min_length=1)
    codes: dict[str, str] = Field(min_length=1)

    def reads(self) -> Iterator[str]:
        """The columns that the field reads."""
        yield from self.columns

    def meanings(self) -> set[str]:
        """Every profession that a row may get from it."""
        return set(self.codes.values())


_DIRECTIVE = re.compile(r"%(.)")
_DIRECTIVES = set("YymdHMSfjbB%")


class Moment(Model):
    """A date and, in the same column or one of its own, a time of day."""

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

    def reads(self) -> Iterator[str]:
        """The columns that the field reads."""
        yield self.date_column
        if self.time_column is not None:
            yield self.time_column


class Number(Cell):
    """A number with its decimal and thousands marks. Hours become minutes; `codes` are texts that stand for numbers."""

    unit: Literal["minutes", "hours"] = "minutes"
    decimal: Literal[".", ","] = ","
    thousands: Literal["", " ", ".", ","] = ""
    codes: dict[str, str] = Field(default_factory=dict)
    rounded: bool = Field(default=False, description="Rounded to the contract's decimals; else more are a fault.")

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError("the thousands mark is the decimal mark")
        return self


class Municipality(Cell):
    """A municipality code: from a cell (its first four characters), from the unit, or one value."""

    codes: dict[str, MunicipalityCode] = Field(default_factory=dict)
    from_unit: bool = False
    value: MunicipalityCode | None = None

    def _other_ways(self) -> tuple[bool, ...]:
        return (self.from_unit, self.value is not None)

    def _ways(self) -> tuple[str, ...]:
        return ("column", "expression", "from_unit", "value")


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


class RecordMapping(Model):
    """From the source's columns to the rows of a subject; one class a contract, with a field for each of its own."""

    record_id: TextField | None = None
    cancelled: Coded = Coded(value="no")
    birth_date: Moment | None = None

    def entries(self, contract: Contract) -> Iterator[tuple[ContractField, Any]]:
        """Each field of the contract and how it is read; None where the source doesn't have it."""
        for field in contract.fields:
            yield field, getattr(self, field.name)


_ENTRIES: Mapping[str, type[Model]] = {
    "text": TextField,
    "texts": TextList,
    "code": Coded,
    "person": TextField,
    "unit": TextField,
    "municipality": Municipality,
    "professions": Professions,
    "date": Moment,
    "moment": Moment,
    "number": Number,
}


def _mapping_of(contract: Contract) -> type[RecordMapping]:
    fields: dict[str, Any] = {}
    for field in contract.fields:
        entry = _ENTRIES[field.kind]
        fields[field.name] = (entry, ...) if field.required else (entry | None, None)
    name = f"{contract.subject.title().replace('_', '')}Mapping"
    return create_model(name, __base__=RecordMapping, __doc__=contract.en, **fields)


MAPPINGS: Mapping[str, type[RecordMapping]] = {
    subject: _mapping_of(contract) for subject, contract in CONTRACTS.items()
}
