"""Dated parameters: rules of law, official series and assumptions, each value with its reference.

A value has a year, a kind (official, derived, forecast, illustrative) and a date from which it is
known. A run takes the best value known on its as-of date; a year without one is an error that names
the parameter. Nothing is silently reused.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from regions.errors import DataError
from regions.model import Basis, Identifier, Model, fault_at

_RANK = {Basis.OFFICIAL: 0, Basis.DELIVERED: 0, Basis.DERIVED: 1, Basis.FORECAST: 2, Basis.ILLUSTRATIVE: 3}
_OWN_COLUMNS = {"year", "value", "kind", "known_from", "reference", "address"}
_LARGEST_SHARE = 2


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

    @model_validator(mode="after")
    def _values_have_the_keys(self) -> Self:
        for index, entry in enumerate(self.values):
            for key in sorted(set(entry.keys) ^ set(self.keys)):
                text = f"key {key} is not listed under keys" if key in entry.keys else f"key {key} is missing"
                raise fault_at(text, "values", index)
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
    place: int = field(default=0, compare=False)
    """Where it stands: the line of its CSV, or its number among the values of its YAML, from 1."""


class ValueFault(ValueError):
    """What is wrong with a value, and its `place`."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(text)
        self.place = place


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

    def fault(self, parameter: str, unit: str, *keys: str) -> str | None:
        """Why the parameter can't be used where this unit and these keys are needed; None where it can."""
        found = next((values[0] for (name, _, _), values in self._values.items() if name == parameter), None)
        if found is None:
            return f"there is no parameter {parameter}"
        if found.unit != unit:
            return f"parameter {parameter} has the unit {found.unit}; {unit} is needed here"
        if (own := tuple(key for key, _ in found.keys)) != tuple(sorted(keys)):
            return f"parameter {parameter} has {_keys_in_words(own)}; here it needs {_keys_in_words(keys)}"
        return None

    def all(self) -> list[ParameterValue]:
        """Every value, by parameter, year, keys and date."""
        flat = [value for values in self._values.values() for value in values]
        return sorted(flat, key=lambda value: (value.parameter, value.year, value.keys, value.known_from))


def weakest(kinds: Iterable[Basis]) -> Basis:
    """The weakest of the kinds that a figure rests on: what its `basis` says; raises ValueError for none."""
    return max(kinds, key=_RANK.__getitem__)


def _keys_in_words(keys: Iterable[str]) -> str:
    return f"the keys {', '.join(keys)}" if keys else "no keys"


def read_values(definition: ParameterFile, folder: Path) -> list[ParameterValue]:
    """The values of one parameter file; raises ValueFault for the first that is wrong, or stands there twice."""
    values = list(_read(definition, folder))
    seen = set()
    for value in values:
        if (same := (value.year, value.keys, value.kind, value.known_from)) in seen:
            detail = "".join(f", {key} {text}" for key, text in value.keys)
            raise ValueFault(f"a value of {value.year}{detail} stands there already", value.place)
        seen.add(same)
    return values


def _read(definition: ParameterFile, folder: Path) -> Iterator[ParameterValue]:
    if definition.file is None:
        for number, entry in enumerate(definition.values, 1):
            yield _placed(definition, _inline_row(entry), number)
        return
    with (folder / definition.file).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        wanted = {"year", "value", *definition.keys}
        if missing := sorted(wanted - set(reader.fieldnames or ())):
            raise ValueFault(f"column {', '.join(missing)} is missing", 1)
        if odd := sorted(set(reader.fieldnames or ()) - wanted - _OWN_COLUMNS):
            raise ValueFault(
                f"column {', '.join(odd)} is neither a key nor one of {', '.join(sorted(_OWN_COLUMNS))}", 1
            )
        for row in reader:
            yield _placed(definition, row, reader.line_num)


def _placed(definition: ParameterFile, row: Mapping[str, str], place: int) -> ParameterValue:
    try:
        value = _value(definition, row, place)
    except KeyError as error:
        raise ValueFault(f"key {error.args[0]} is missing", place) from None
    except (InvalidOperation, TypeError):
        raise ValueFault("value is not a number", place) from None
    except ValueError as error:
        raise ValueFault(str(error), place) from None
    if fault := _impossible(value):
        raise ValueFault(f"{value.value} {fault}", place)
    return value


def _impossible(value: ParameterValue) -> str | None:
    """Why no value of the unit can be such; published outcomes, in the other units, may be of either sign."""
    amount, unit = value.value, value.unit
    if not amount.is_finite():
        return "is not a number"
    told = {
        "persons": (amount > 0 and amount == int(amount), "is no number of persons: those are whole and above 0"),
        "factor": (amount > 0, "is no factor or index: those are above 0"),
        "share": (-1 < amount <= _LARGEST_SHARE, "is no share, a fraction such as 0.31: was it given in percent?"),
        **dict.fromkeys(("sek", "percent", "ore"), (amount >= 0, f"is below 0, and nothing in {unit} is")),
    }
    is_possible, why = told.get(unit, (True, ""))
    return None if is_possible else why


def _inline_row(entry: InlineValue) -> dict[str, str]:
    row = {**entry.keys, "year": str(entry.year), "value": str(entry.value)}
    if entry.kind:
        row["kind"] = entry.kind.value
    if entry.known_from:
        row["known_from"] = entry.known_from.isoformat()
    return row | ({"reference": entry.reference} if entry.reference else {})


def _value(definition: ParameterFile, row: Mapping[str, str], place: int) -> ParameterValue:
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
        place=place,
    )
