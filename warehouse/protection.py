"""protect, on tables: which rows are published at all, and which of them are hidden.

A row with 1 … min−1 persons loses all its measures together and is marked `protected`; so does a share
whose numerator has so few persons behind it. Rows whose dimensions are not one of the margins that the
region lists are not published. What else must be hidden, so that these can't be worked out: `warehouse.disclosure`.
"""

from collections.abc import Iterable, Sequence

from regions.errors import UsageError
from regions.model import Publication
from regions.reader import Problem
from warehouse.columns import Table
from warehouse.schema import PUBLISHED
from warehouse.sql import identifier, qualified

ALL = "all"


def protected_select(table: Table, source: str, publication: Publication) -> str:
    """A SELECT of the table's columns from a source of the same columns; hidden where persons are too few."""
    hidden = _hidden(table, publication.min_persons)
    shown = ", ".join(_shown(name, table, hidden) for name in table.names())
    return f"SELECT {shown} FROM {qualified(source)} AS t WHERE {_margins(table, publication)}"


def check_publication(publication: Publication) -> list[Problem]:
    """What is wrong with the tables and dimensions that `publication.yaml` lists."""
    known = {table.name: table for table in PUBLISHED if table.dimensions}
    problems = []
    for entry in (*publication.tables, *publication.leave_out_first):
        if entry.table not in known:
            text = f"{entry.table} has no margins; those that have: {', '.join(sorted(known))}"
            problems.append(Problem("publication.yaml", 1, text))
            continue
        dimensions = known[entry.table].dimensions
        unknown = sorted({name for margin in entry.margins for name in margin} - set(dimensions))
        if unknown:
            text = f"{entry.table} has no dimension {', '.join(unknown)}; it has {', '.join(dimensions)}"
            problems.append(Problem("publication.yaml", 1, text))
    return problems


def require_publication(publication: Publication) -> None:
    """UsageError where `publication.yaml` lists what is not there: it would be left out in silence."""
    if problems := check_publication(publication):
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(f"The region's publication is not right:\n{listed}", todo="Correct publication.yaml.")


def _hidden(table: Table, min_persons: int) -> str:
    tests = [
        f"coalesce(t.{identifier(name)} BETWEEN 1 AND {min_persons - 1}, false)" for name in table.names("persons")
    ]
    return f"({' OR '.join(tests)})" if tests else "false"


def _shown(name: str, table: Table, hidden: str) -> str:
    column = f"t.{identifier(name)}"
    if name in table.names("persons", "additive", "ratio"):
        return f"CASE WHEN {hidden} THEN NULL ELSE {column} END AS {identifier(name)}"
    if name == "status":
        return f"CASE WHEN {hidden} THEN 'protected' ELSE {column} END AS status"
    return column


def _margins(table: Table, publication: Publication) -> str:
    if not table.dimensions:
        return "true"
    margins = publication.margins(table.name)
    return " OR ".join(f"({margin(table.dimensions, shown)})" for shown in margins) or "false"


def margin(dimensions: Sequence[str], shown: Iterable[str]) -> str:
    """As SQL on a row `t`: whether it is of the margin that shows these dimensions."""
    shown = set(shown)
    return " AND ".join(f"t.{identifier(name)} {'<>' if name in shown else '='} '{ALL}'" for name in dimensions)
