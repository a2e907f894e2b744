"""Dated parameters: rules of law, official series and assumptions, each value with its reference.

A value has a year, a kind (official, derived, forecast, illustrative) and a date from which it is
known. A run takes the best value known on its as-of date; a year without one is an error that names
the parameter. Nothing is silently reused.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from regions.errors import DataError
from regions.model import Basis, Identifier, Model

_RANK = {Basis.OFFICIAL: 0, Basis.DELIVERED: 0, Basis.DERIVED: 1, Basis.FORECAST: 2, Basis.ILLUSTRATIVE: 3}
_OWN_COLUMNS = {"year", "value", "kind", "known_from", "reference"}


class Reference(Model):
    """Where a value was read."""

    title: str
    address: str
    read: date
    licence: str = "not stated"


class KnownFrom(Model):
    """When a year's value becomes known, where the rows don't say: so many years before, on a day."""

    years_before: int
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def of(self, year: int) -> date:
        """The date for a year's value."""
        return date(year - self.years_before, self.month, self.day)


class InlineValue(Model):
    """One value written in the parameter's own file."""

    year: int
    value: Decimal
    keys: dict[str, str] = Field(default_factory=dict)
    kind: Basis | None = None
    known_from: date | None = None
    reference: str = ""


class ParameterFile(Model):
    """`parameters/<id>.yaml`: what a parameter is, and its values – inline, or in a CSV beside it."""

    id: Identifier
    title_sv: str
    title_en: str
    unit: Literal["share", "percent", "factor", "sek", "sek_per_inhabitant", "thousand_sek", "persons", "ore"]
    keys: tuple[Identifier, ...] = ()
    kind: Basis
    known_from: KnownFrom
    reference: Reference
    note: str = ""
    file: str | None = None
    values: tuple[InlineValue, ...] = ()

    @model_validator(mode="after")
    def _one_place_for_values(self) -> Self:
        if (self.file is None) == (not self.values):
            raise ValueError("give either file (a CSV beside this one) or values")
        return self


@dataclass(frozen=True)
class ParameterValue:
    """A value as it was found, with the way back to its source."""

    parameter: str
    year: int
    keys: tuple[tuple[str, str], ...]
    value: Decimal
    unit: str
    kind: Basis
    known_from: date
    reference: str
    address: str


class Parameters:
    """All values of a region: the national ones, and its own, which stand beside them."""

    def __init__(self, values: Iterable[ParameterValue]) -> None:
        self._values: dict[tuple[str, int, tuple[tuple[str, str], ...]], list[ParameterValue]] = {}
        for value in values:
            self._values.setdefault((value.parameter, value.year, value.keys), []).append(value)

    def find(self, parameter: str, year: int, as_of: date, **keys: str) -> ParameterValue | None:
        """The best value known on the date: official before derived before forecast before illustrative."""
        candidates = self._values.get((parameter, year, tuple(sorted(keys.items()))), [])
        known = [value for value in candidates if value.known_from <= as_of]
        return min(known, key=lambda value: (_RANK[value.kind], -value.known_from.toordinal()), default=None)

    def get(self, parameter: str, year: int, as_of: date, **keys: str) -> ParameterValue:
        """As `find`; raises DataError naming the parameter where no value is known."""
        value = self.find(parameter, year, as_of, **keys)
        if value is None:
            detail = ", ".join(f"{key} {text}" for key, text in sorted(keys.items()))
            raise DataError(
                f"No value of {parameter} for {year}{' (' + detail + ')' if detail else ''} known on {as_of}.",
                where=f"parameters/{parameter}.yaml",
                todo="Add the value with its reference, or leave the year out; no other year's value is used.",
            )
        return value

    def with_values(self, values: Iterable[ParameterValue]) -> Self:
        """These values and others; where both are as good and known from the same day, the others go before."""
        return type(self)([*values, *self.all()])

    def years(self, parameter: str) -> tuple[int, ...]:
        """The years for which the parameter has any value."""
        return tuple(sorted({year for name, year, _ in self._values if name == parameter}))

    def all(self) -> list[ParameterValue]:
        """Every value, by parameter, year, keys and date."""
        flat = [value for values in self._values.values() for value in values]
        return sorted(flat, key=lambda value: (value.parameter, value.year, value.keys, value.known_from))


def weakest(kinds: Iterable[Basis]) -> Basis:
    """The weakest of the kinds that a figure rests on: what its `basis` says; raises ValueError for none."""
    return max(kinds, key=_RANK.__getitem__)


def read_values(definition: ParameterFile, folder: Path) -> list[ParameterValue]:
    """The values of one parameter file; raises ValueError with the row where a CSV is wrong."""
    if definition.file is None:
        return [_numbered(definition, _inline_row(entry), None) for entry in definition.values]
    with (folder / definition.file).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        wanted = {"year", "value", *definition.keys}
        if missing := sorted(wanted - set(reader.fieldnames or ())):
            raise ValueError(f"{definition.file}: column {', '.join(missing)} is missing")
        return [_numbered(definition, row, reader.line_num) for row in reader]


def _numbered(definition: ParameterFile, row: Mapping[str, str], number: int | None) -> ParameterValue:
    """The row's value; what is wrong with it as a ValueError that names the line, or the year."""
    where = f"{definition.file}, line {number}" if number else f"value of {row['year']}"
    try:
        return _value(definition, row)
    except KeyError as error:
        raise ValueError(f"{where}: key {error.args[0]} is missing") from None
    except (InvalidOperation, TypeError):
        raise ValueError(f"{where}: value is not a number") from None
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _inline_row(entry: InlineValue) -> dict[str, str]:
    row = {"year": str(entry.year), "value": str(entry.value), **entry.keys}
    if entry.kind:
        row["kind"] = entry.kind.value
    if entry.known_from:
        row["known_from"] = entry.known_from.isoformat()
    return row | ({"reference": entry.reference} if entry.reference else {})


def _value(definition: ParameterFile, row: Mapping[str, str]) -> ParameterValue:
    year = int(row["year"])
    known = row.get("known_from") or ""
    return ParameterValue(
        parameter=definition.id,
        year=year,
        keys=tuple(sorted((key, row[key]) for key in definition.keys)),
        value=Decimal(row["value"]),
        unit=definition.unit,
        kind=Basis(row.get("kind") or definition.kind),
        known_from=date.fromisoformat(known) if known else definition.known_from.of(year),
        reference=row.get("reference") or definition.reference.title,
        address=row.get("address") or definition.reference.address,
    )
