"""Boundaries as they stand when inherited conditions are counted in, and the rows that the models read of them.

A scenario's file says what it changes of the one that it extends; here each is worked out whole, and each of
its conditions is put to every value that the attribute can have, so that SQL has no more to do than to look up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from regions import model as codes
from regions.model import Condition, MonthSpan, Principal, Scenario

VISIT_KINDS = ("home_health_care", "planned_home_visit", "unplanned_home_visit", "other", "unknown")
"""Care form, place and planned in one word, as the boundary's wording goes; other is not at home, or inpatient."""
UNKNOWN = "unknown"
OLDEST = 120
ALWAYS = (date(1900, 1, 1), date(2999, 12, 1))
"""The first and the last month of a boundary whose validity is open."""


def attribute_values(professions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The attributes of a visit that a condition may be on → the values that each can have.

    They are those of `volumes.cube`, in its order; ages are whole years as text. The professions are those of
    the national list.
    """
    return {
        "principal": tuple(principal.value for principal in Principal),
        "living": codes.LIVINGS,
        "care_form": codes.CARE_FORMS,
        "place": codes.PLACES,
        "planned": codes.PLANNED,
        "visit_kind": VISIT_KINDS,
        "acute": codes.YES_NO,
        "provider_level": codes.PROVIDER_LEVELS,
        "profession": tuple(professions),
        "part_of_day": codes.PARTS_OF_DAY,
        "day_type": codes.DAY_TYPES,
        "age": (*(str(years) for years in range(OLDEST + 1)), UNKNOWN),
        "age_group": codes.AGE_GROUPS,
        "sex": codes.SEXES,
        **{flag: codes.YES_NO for flag in codes.FLAGS if flag != "acute"},
    }


@dataclass(frozen=True)
class Resolved:
    """A boundary with all that it inherits."""

    id: str
    title_sv: str
    text_sv: str
    position: int
    """Its place where boundaries are listed, from 1: those that extend none come first."""
    conditions: tuple[Condition, ...]
    """All of them must hold; one an attribute, by attribute."""
    valid: MonthSpan | None
    """The months for which it holds; None: all."""


class InheritanceFault(ValueError):
    """A scenario that extends one that isn't there, or itself, or that is never valid; `at` is that scenario's id."""

    def __init__(self, at: str, text: str) -> None:
        super().__init__(text)
        self.at = at


def resolved(scenarios: Sequence[Scenario]) -> tuple[Resolved, ...]:
    """The boundaries worked out, by position: bases first, then by how far they are from one, then by id.

    Raises InheritanceFault where `extends` leads nowhere or in a circle, or no month is left.
    """
    lines = {scenario.id: lineage(scenario, scenarios) for scenario in scenarios}
    ordered = sorted(scenarios, key=lambda scenario: (len(lines[scenario.id]), scenario.id))
    return tuple(_resolve(scenario, lines[scenario.id], position) for position, scenario in enumerate(ordered, 1))


def lineage(scenario: Scenario, scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenario and those that it extends, the base first. Raises InheritanceFault as `resolved` does."""
    by_id = {entry.id: entry for entry in scenarios}
    line = [scenario]
    while (parent := line[0].extends) is not None:
        if parent not in by_id:
            raise InheritanceFault(line[0].id, f"there is no scenario {parent}")
        line.insert(0, by_id[parent])
        if parent in {entry.id for entry in line[1:]}:
            circle = " → ".join(entry.id for entry in reversed(line))
            raise InheritanceFault(parent, f"never comes to a base: {circle}")
    return tuple(line)


def validity(line: Sequence[Scenario]) -> MonthSpan | None:
    """The months that all of a lineage have in common; None: all months. Raises InheritanceFault: there are none."""
    spans = [scenario.valid for scenario in line if scenario.valid is not None]
    if not spans:
        return None
    first = max(span.first for span in spans)
    last = min((span.last for span in spans if span.last is not None), default=None)
    if last is not None and last < first:
        text = f"no month is valid both here and in what it extends: from {first}, but to {last}"
        raise InheritanceFault(line[-1].id, text)
    return MonthSpan.model_validate({"from": first, "to": last})


def condition_rows(
    boundaries: Iterable[Resolved], professions: Iterable[str]
) -> tuple[tuple[str, str, str, bool, bool], ...]:
    """`hemvard_conditions`: scenario, attribute, value, whether the value holds the condition, whether it is unknown.

    Every value that the attribute can have, and `unknown`; a boundary without conditions has no row.
    """
    values = attribute_values(professions)
    return tuple(
        (boundary.id, condition.attribute, value, condition.holds(value), value == UNKNOWN)
        for boundary in boundaries
        for condition in boundary.conditions
        for value in dict.fromkeys((*values[condition.attribute], UNKNOWN))
    )


def scenario_rows(boundaries: Iterable[Resolved]) -> tuple[tuple[str, str, int, date, date], ...]:
    """`hemvard_scenarios`: scenario, title_sv, position, first_month, last_month (both included)."""
    return tuple(
        (boundary.id, boundary.title_sv, boundary.position, *_months(boundary.valid)) for boundary in boundaries
    )


def _months(valid: MonthSpan | None) -> tuple[date, date]:
    first, last = ALWAYS
    if valid is None:
        return first, last
    return valid.first.first, valid.last.first if valid.last else last


def _resolve(scenario: Scenario, line: Sequence[Scenario], position: int) -> Resolved:
    conditions = {entry.attribute: entry for one in line for entry in one.conditions}
    return Resolved(
        scenario.id,
        scenario.title_sv,
        scenario.text_sv,
        position,
        tuple(conditions[attribute] for attribute in sorted(conditions)),
        validity(line),
    )
