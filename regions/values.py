"""What of a region's own parameter values can only be seen beside codes, municipalities and national parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from regions.model import Principal
from regions.parameters import ParameterValue
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

COUNTRY = "00"
_Series = tuple[str, int, tuple[tuple[str, str], ...]]
_FORMS = {
    "population_1_november": ("persons", ("area",)),
    "population_forecast": ("persons", ("age_group", "area")),
    "tax_power_growth": ("share", ()),
    "cost_growth": ("share", ()),
}
"""Parameters that formulas look up by name and that no national file has: unit and keys."""


def value_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """Keys with a code that there isn't, and parameters in another form than the one that is looked up."""
    yield from _other_forms(folder, reader)
    codes = _codes(folder)
    for value in reader.values:
        for key, text in value.keys:
            if text not in codes.get(key, (text,)):
                yield Problem(*reader.place(value), _no_code(value, key, text))
    yield from _gaps(folder, reader)


def _gaps(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """Years in which some of the region's municipalities have a value of the region's own, and others have none at all.

    A single one may have a value of its own beside official ones that are retrieved.
    """
    own, known = _by_series(reader.values), _by_series(folder.parameters.all())
    municipalities = set(folder.region.municipalities)
    for series, values in own.items():
        lacking = sorted(municipalities - set(known[series]))
        if lacking and len(municipalities & set(values)) > 1:
            text = (
                f"{series[1]}: no value for {', '.join(lacking)}, though others of the region's municipalities have one"
            )
            yield Problem(*reader.place(next(iter(values.values()))), text)


def _by_series(values: Iterable[ParameterValue]) -> dict[_Series, dict[str, ParameterValue]]:
    """Parameter, year and other keys → area → its first value."""
    found: dict[_Series, dict[str, ParameterValue]] = {}
    for value in values:
        keys = dict(value.keys)
        if (area := keys.pop("area", None)) is not None:
            series = (value.parameter, value.year, tuple(sorted(keys.items())))
            found.setdefault(series, {}).setdefault(area, value)
    return found


def _other_forms(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    forms = {**_national_forms(folder, reader), **_FORMS}
    for name in sorted(set(forms) & set(reader.definitions)):
        own, (unit, keys) = reader.definitions[name], forms[name]
        file = f"parameters/{name}.yaml"
        if own.unit != unit:
            yield Problem(file, reader.line(file, "unit"), f"{name} is in {unit}, not in {own.unit}")
        if sorted(own.keys) != sorted(keys):
            yield Problem(file, reader.line(file, "keys"), f"{name} has the keys {', '.join(keys) or '– none'}")


def _national_forms(folder: RegionFolder, reader: FolderReader) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Unit and keys of each parameter that the country's files have."""
    own = set(reader.values)
    national = (value for value in folder.parameters.all() if value not in own)
    return {value.parameter: (value.unit, tuple(key for key, _ in value.keys)) for value in national}


def _codes(folder: RegionFolder) -> Mapping[str, set[str]]:
    """Key of a parameter → the codes that it can have."""
    municipalities = folder.national.municipalities
    counties = {county for _, county in municipalities.values()}
    return {
        "area": {COUNTRY, *counties, *municipalities},
        "profession": {*folder.national.professions, "other", "unknown"},
        "party": {principal.value for principal in Principal},
        "level": {principal.value for principal in Principal},
    }


def _no_code(value: ParameterValue, key: str, text: str) -> str:
    if key == "area":
        return (
            f"{value.year}: {text} is no municipality or county (regions/sweden/municipalities.csv); "
            "one that was split or merged goes by its code of today"
        )
    return f"{value.year}: {text!r} is not a code of {key}"
