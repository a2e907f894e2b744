"""What was decided about the rows: the definitions of indicators, boundaries, and what agreements say."""

from collections.abc import Iterator
from datetime import date

from flows.explain.asked import Asked, Row
from flows.explain.terms import money_terms, wrapped
from regions.model import Condition
from regions.scenarios import Resolved, resolved
from warehouse import schema
from warehouse.equalisation_tables import COST_SHARING

_SCENARIO_COLUMNS = ("scenario", "other_scenario", "agreed_scenario")


def definition(asked: Asked) -> Iterator[str]:
    """What was decided about the rows: indicators, targets, boundaries, agreements, cost items, staffing."""
    for entry in asked.definitions:
        yield from _indicator(entry)
    for row in asked.rows:
        yield from _target(asked, row)
    yield from _boundaries(asked)
    yield from _gap_analyses(asked)
    if asked.is_money:
        yield from money_terms(asked)
    if asked.table is schema.STAFFING and asked.folder.staffing is not None:
        yield "  The region's assumptions and what was agreed (staffing.yaml):"
        text = asked.folder.files["staffing.yaml"].decode("utf-8")
        yield from (f"    {line}" for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _indicator(entry: Row) -> Iterator[str]:
    """An indicator's definition, in the Swedish that it is written in."""
    yield f"  {entry['indicator_id']}, version {entry['version']}: {entry['title_sv']} ({entry['title_en']})"
    for name in schema.INDICATOR_DEFINITIONS.names("open"):
        if name not in ("title_sv", "title_en") and entry[name] is not None:
            yield from wrapped(f"{name}: {entry[name]}")


def _target(asked: Asked, row: Row) -> Iterator[str]:
    """The step of the target that holds at the end of a row's period."""
    end = row.get("period_end")
    if row.get("target") is None or not isinstance(end, date):
        return
    for target in asked.folder.targets:
        begun = [step for step in target.steps if step.first.first <= end]
        if target.indicator == row["indicator_id"] and begun:
            step = begun[-1]
            yield from wrapped(
                f"target from {step.first}: {step.value} ({step.basis.value}), targets/{target.id}.yaml: {step.source}"
            )


def _boundaries(asked: Asked) -> Iterator[str]:
    """The conditions of the boundaries that the rows name, inheritance counted in."""
    named = {row[name] for row in asked.rows for name in _SCENARIO_COLUMNS if name in row}
    named |= {entry.scenario for entry in asked.agreements if asked.table is not COST_SHARING}
    for boundary in resolved(asked.folder.scenarios):
        if boundary.id in named:
            yield from _boundary(boundary)


def _boundary(boundary: Resolved) -> Iterator[str]:
    yield f"  Boundary {boundary.id}: {boundary.title_sv} (scenarios/{boundary.id}.yaml)"
    yield from wrapped(boundary.text_sv)
    yield "    A visit is within it where all of these hold:"
    yield from (f"      {_condition(condition)}" for condition in boundary.conditions)
    if boundary.valid is not None:
        yield f"      month from {boundary.valid.first} to {boundary.valid.last or 'further notice'}"


def _condition(condition: Condition) -> str:
    if condition.named:
        test = f"{'in' if condition.is_in else 'not in'} {', '.join(condition.named)}"
    else:
        ends = (("from", condition.from_age), ("to", condition.to_age))
        test = " ".join(f"{word} {years}" for word, years in ends if years is not None) + " years"
    return f"{condition.attribute} {test}; a visit where it is unknown is {condition.unknown}"


def _gap_analyses(asked: Asked) -> Iterator[str]:
    """What the agreements of a gap analysis ask for."""
    for agreement in asked.agreements:
        if asked.table is schema.GAP and (analysis := agreement.gap_analysis) is not None:
            yield f"  Agreement {agreement.id}: {agreement.title_sv} (agreements/{agreement.id}.yaml)"
            yield f"    boundary {agreement.scenario}"
            yield f"    a known person is to have contact within {analysis.contact_days} days"
            for place, entry in enumerate(analysis.priority, 1):
                yield f"    priority {place}: {entry.gap_group}, agreed principal {entry.agreed_principal.value}"
            yield from wrapped(f"source: {agreement.source}")
