"""What can only be seen across the files of a region's folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from regions import model as codes
from regions.agreement import agreement_problems
from regions.costs import cost_problems
from regions.expressions import binding_fault, columns_of
from regions.model import Condition, Scenario
from regions.month import Month
from regions.rates import rate_problems
from regions.reader import FolderReader, Problem
from regions.scenarios import OLDEST, UNKNOWN, InheritanceFault, attribute_values, lineage, validity
from regions.source import RecordSource, Source, VisitSource
from regions.staffing import staffing_problems
from regions.values import value_problems

if TYPE_CHECKING:
    from regions.folder import National, RegionFolder

_Location = tuple[str | int, ...]
"""The keys and places that lead to something in a YAML file."""


def cross_checks(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """What can only be seen across files."""
    yield from _municipalities_exist(folder, reader)
    yield from _one_unit_a_day(folder)
    for source in folder.sources:
        name = f"sources/{source.id}.yaml"
        for location, text in _source_faults(folder, source):
            yield Problem(name, reader.line(name, *location), text)
    yield from _one_counting_source(folder, reader)
    yield from _boundaries(folder, reader)
    yield from staffing_problems(folder, reader)
    yield from cost_problems(folder, reader)
    yield from agreement_problems(folder, reader)
    yield from rate_problems(folder, reader)
    yield from value_problems(folder, reader)


def _municipalities_exist(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    for index, code in enumerate(folder.region.municipalities):
        known = folder.national.municipalities.get(code)
        if known is None or known[1] != folder.region.county_code:
            text = f"municipality {code} is not one of county {folder.region.county_code}"
            yield Problem("region.yaml", reader.line("region.yaml", "municipalities", index), text)
    for number, unit in enumerate(folder.units, 2):
        if unit.municipality_code not in folder.region.municipalities:
            yield Problem("units.csv", number, f"municipality {unit.municipality_code} is not one of the region's")


def _one_unit_a_day(folder: RegionFolder) -> Iterator[Problem]:
    """A code that means two units on one day would count a visit twice."""
    rows: dict[tuple[str, str], list[tuple[date, date, int]]] = defaultdict(list)
    for number, unit in enumerate(folder.units, 2):
        last = unit.valid_to or date.max
        if last < unit.valid_from:
            yield Problem("units.csv", number, f"valid_to {last} is before valid_from {unit.valid_from}")
        rows[unit.system, unit.local_code].append((unit.valid_from, last, number))
    for (system, code), spans in rows.items():
        for (_, last, other), (first, _, number) in pairwise(sorted(spans)):
            if first <= last:
                text = f"code {code} of system {system} is also the unit of line {other} on {first}"
                yield Problem("units.csv", number, text)


def _source_faults(folder: RegionFolder, source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    for code in source.municipalities:
        if code not in folder.region.municipalities:
            yield ("municipalities",), f"municipality {code} is not one of the region's"
    yield from _entry_faults(folder, source)
    if isinstance(source, VisitSource):
        yield from _visit_faults(folder, source)
    elif isinstance(source, RecordSource):
        yield from _record_faults(folder, source)


def _entry_faults(folder: RegionFolder, source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with single fields: columns that aren't there, codes that aren't of the list, expressions."""
    part, allowed = _part_of(source), _codes_of(folder, source)
    for name, entry in entries_of(source):
        for column in entry.reads():
            if column not in source.columns:
                yield (part, name), f"column {column} is not listed under columns"
        if name in allowed:
            for target in sorted(entry.meanings() - set(allowed[name])):
                yield (part, name), f"{target!r} is not a code of {name}: {', '.join(allowed[name])}"
        expression = getattr(entry, "expression", None)
        if expression and (fault := binding_fault(expression, (*source.columns, *columns_of(expression)))):
            yield (part, name), fault


def _part_of(source: Source) -> str:
    return "visit" if isinstance(source, VisitSource) else "fields"


def _codes_of(folder: RegionFolder, source: Source) -> dict[str, tuple[str, ...]]:
    """The closed list of each coded field of a source."""
    if not isinstance(source, RecordSource):
        return allowed_codes(folder.national)
    professions = tuple(folder.national.professions)
    coded = {field.name: field.codes for field in source.contract.fields if field.kind == "code"}
    listed = {field.name: professions for field in source.contract.fields if field.kind == "professions"}
    return {"cancelled": ("yes", "no"), **coded, **listed}


def _visit_faults(folder: RegionFolder, source: VisitSource) -> Iterator[tuple[tuple[str, ...], str]]:
    needs_units = source.visit.care_unit is not None or source.visit.serving_municipality.from_unit
    if needs_units and not any(unit.system == source.system for unit in folder.units):
        yield ("visit",), f"units.csv has no units of system {source.system}"
    if source.visit.serving_municipality.from_unit and source.visit.care_unit is None:
        yield ("visit", "serving_municipality"), "from_unit needs care_unit"
    if source.visit.birth_date and "%y" in source.visit.birth_date.date_format:
        yield ("visit", "birth_date"), "a year of two digits (%y) doesn't tell the century of a birth"
    if source.visit.residence_municipality.from_unit:
        yield ("visit", "residence_municipality"), "from_unit tells where care is given, not where a person lives"


def _record_faults(folder: RegionFolder, source: RecordSource) -> Iterator[tuple[tuple[str, ...], str]]:
    """A unit needs units.csv, a changing feed a record id, a municipality from the unit a unit."""
    mapped = dict(entries_of(source))
    units = [field.name for field in source.contract.fields if field.kind == "unit" and field.name in mapped]
    if units and not any(unit.system == source.system for unit in folder.units):
        yield ("fields", units[0]), f"units.csv has no units of system {source.system}"
    for name, entry in mapped.items():
        if getattr(entry, "from_unit", False) and not units:
            yield ("fields", name), "from_unit needs a care unit"
    if source.delivers == "changes" and source.fields.record_id is None and not source.contract.identity:
        yield ("fields",), "record_id is missing: rows that change need one"


def entries_of(source: Source) -> Iterator[tuple[str, Any]]:
    """Each field that a source maps, and how it is read."""
    mapping = getattr(source, _part_of(source))
    for name in type(mapping).model_fields:
        if (entry := getattr(mapping, name)) is not None:
            yield name, entry


def allowed_codes(national: National) -> dict[str, tuple[str, ...]]:
    """The closed list of codes of each coded attribute of a visit."""
    return {
        "cancelled": ("yes", "no"),
        "care_form": codes.CARE_FORMS,
        "place": codes.PLACES,
        "living": codes.LIVINGS,
        "planned": codes.PLANNED,
        "provider_level": codes.PROVIDER_LEVELS,
        "sex": codes.SEXES,
        "professions": tuple(national.professions),
        **dict.fromkeys(codes.FLAGS, codes.YES_NO),
    }


def _one_counting_source(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """One system counts per principal, municipality and day: CONTRACT, counting rules."""
    taken: dict[tuple[str, str, Month], list[VisitSource]] = defaultdict(list)
    told = set()
    for source in (source for source in folder.visit_sources if source.role == "counting"):
        for key in _counted(folder, source):
            for other in taken[key]:
                if _overlap(source, other, key[2]) and source.id not in told:
                    told.add(source.id)
                    name = f"sources/{source.id}.yaml"
                    text = (
                        f"counts municipality {key[1]} in {key[2]} as {other.id} does; make one of them role: control, "
                        "or say under counts on which days each counts"
                    )
                    yield Problem(name, reader.line(name, "valid"), text)
            taken[key].append(source)


def _overlap(source: Source, other: Source, month: Month) -> bool:
    """Whether both count on some day of the month."""
    first = max(source.counts.first, other.counts.first, month.first)
    return first <= min(source.counts.last, other.counts.last) and first < month.plus(1).first


def _counted(folder: RegionFolder, source: Source) -> Iterator[tuple[str, str, Month]]:
    for period in folder.region.periods:
        last = period.last or period.first
        for month in period.first.until(last):
            if source.expected(month):
                yield from ((source.principal, code, month) for code in folder.municipalities_of(source))


def _boundaries(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    for scenario in folder.scenarios:
        name = f"scenarios/{scenario.id}.yaml"
        if scenario.id == "all":
            yield Problem(name, reader.line(name, "id"), "all stands for every boundary in the tables: give another id")
        for location, text in (*_inheritance(scenario, folder.scenarios), *_conditions(folder, scenario)):
            yield Problem(name, reader.line(name, *location), text)


def _inheritance(scenario: Scenario, scenarios: Sequence[Scenario]) -> Iterator[tuple[_Location, str]]:
    """It extends one that is there, comes to a base in the end, and some month is left; told where the fault is."""
    try:
        line = lineage(scenario, scenarios)
    except InheritanceFault as fault:
        if fault.at == scenario.id:
            yield ("extends",), str(fault)
        return
    try:
        validity(line)
    except InheritanceFault as fault:
        if scenario.valid is not None:
            yield ("valid",), str(fault)


def _conditions(folder: RegionFolder, scenario: Scenario) -> Iterator[tuple[_Location, str]]:
    """Each condition is on an attribute of the visit, once, and names values that the attribute can have."""
    allowed = attribute_values(folder.national.professions)
    seen = set()
    for index, condition in enumerate(scenario.conditions):
        if condition.attribute not in allowed:
            text = f"visits have no attribute {condition.attribute}; they have {', '.join(sorted(allowed))}"
            yield ("conditions", index, "attribute"), text
        elif condition.attribute in seen:
            yield ("conditions", index, "attribute"), f"there is a condition on {condition.attribute} already"
        else:
            for text in _values(condition, allowed[condition.attribute]):
                yield ("conditions", index, "in" if condition.is_in else "not_in"), text
        seen.add(condition.attribute)


def _values(condition: Condition, allowed: Sequence[str]) -> Iterator[str]:
    """What is wrong with the values that a condition names; unknown is said by its own key."""
    known = tuple(code for code in allowed if code != UNKNOWN)
    listed = f"0 … {OLDEST}" if condition.attribute == "age" else ", ".join(known)
    for value in sorted(set(condition.named) - set(known)):
        why = "is said by the key unknown" if value == UNKNOWN else f"is not a code of {condition.attribute}"
        yield f"{value!r} {why}: {listed}"
