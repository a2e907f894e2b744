"""How the asked figures of money were computed: in symbols, with each row's own numbers put in, by which module."""

import re
from collections.abc import Iterator
from decimal import Decimal

from flows.explain.asked import Asked, Row
from flows.explain.figures import plain
from flows.explain.origins import ORIGINS, rows_of, transferred, whole_row
from flows.explain.parameters import behind
from flows.explain.ways import WAYS, Formula, Values, Way

_NAME = re.compile(r"\{([^}]+)\}")
_COLUMN = re.compile(r"\$(\w+)")
_REMAINDER = "0000"


def calculation(asked: Asked) -> Iterator[str]:
    """For each row each formula, with its numbers; then the module, the law or source, and the page of formulas."""
    if not asked.is_money:
        return
    way = WAYS[asked.table.name]
    for row in asked.rows:
        if len(asked.rows) > 1:
            yield "  " + ", ".join(f"{name} = {row[name]}" for name in asked.table.key)
        yield from _of_row(way, values_of(asked, whole_row(asked, row)))
    yield f"  Computed by {way.module}; docs/maths.md, {way.section}; source: {way.source}"
    yield "  Computed exactly and rounded when published: from rounded figures it may come out a little different."


def values_of(asked: Asked, row: Row) -> dict[str, object]:
    """What the formulas of a row may put in."""
    values = dict(row)
    for origin in ORIGINS[asked.table.name]:
        found = rows_of(asked, row, origin)
        if len(found) == 1:
            values |= {f"{origin.alias}.{name}": value for name, value in found[0].items()}
    if items := transferred(asked, row):
        values["items.base_cost_sek"] = sum((item.base_cost for item in items), Decimal(0))
    values |= {_name(value): Decimal(str(value["value"])) for value in behind(asked, row)}
    return values


def _name(value: Row) -> str:
    return f"{value['parameter']} {value['year']} {value['keys']}".strip()


def _of_row(way: Way, values: Values) -> Iterator[str]:
    if _REMAINDER in (values.get("municipality_code"), values.get("area_code")):
        yield "  What rounding leaves: the county's rounded figure minus the municipalities' rounded ones."
        return
    for formula in way.formulas:
        if formula.holds(values):
            yield f"  {formula.column} = {formula.symbols}"
            yield from _in_numbers(formula, values)


def _in_numbers(formula: Formula, values: Values) -> Iterator[str]:
    """The formula with its numbers, or which of them lacks."""
    if not formula.numbers:
        return
    text = _COLUMN.sub(lambda found: str(values.get(found[1], "-")), formula.numbers)
    lacking = [name for name in (*_NAME.findall(text), formula.column) if values.get(name) is None]
    if lacking:
        yield f"    no numbers: there is no value of {', '.join(dict.fromkeys(lacking))}"
        return
    yield f"    = {_NAME.sub(lambda found: _operand(values[found[1]]), text)} = {_number(values[formula.column])}"


def _operand(value: object) -> str:
    """A number within a formula: one below zero in brackets."""
    text = _number(value)
    return f"({text})" if text.startswith("-") else text


def _number(value: object) -> str:
    """A number as people write it; a sign as it is."""
    return plain(Decimal(value)) if isinstance(value, int | Decimal) else str(value)
