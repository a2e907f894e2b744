"""Which columns of which tables each column of the asked rows comes from, as the models' SQL says."""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator

from flows.explain.asked import Asked
from warehouse.equalisation_tables import NET_COSTS
from warehouse.lineage import Line, lineage_of


def columns_from(asked: Asked) -> Iterator[str]:
    """What the columns come from, those that come from the same together; of the models that fill these rows."""
    lines = [line for line in lineage_of(asked.table.name) if _concerns(asked, line)]
    together: dict[str, list[str]] = defaultdict(list)
    for column in asked.table.names():
        if origins := _origins(line for line in lines if line.column_name == column):
            together[origins].append(column)
    for origins, names in together.items():
        named = "every column" if len(names) == len(asked.table.columns) else ", ".join(names)
        yield from textwrap.wrap(f"{named} ← {origins}", 112, initial_indent="  ", subsequent_indent="    ")


def _concerns(asked: Asked, line: Line) -> bool:
    """Whether the asked rows were made in that way: by their models, and of a net cost by its own method's queries."""
    if line.kind == "sql":
        return line.via in {model.shown for model in asked.models}
    of_method = asked.table is NET_COSTS and line.source_table.startswith(("core.", "volumes.", "hemvard_"))
    return not of_method or line.source_table in asked.read


def _origins(lines: Iterable[Line]) -> str:
    """The tables, each with its columns; `*` is a table's rows."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        found[line.source_table].add(line.source_column)
    return ", ".join(f"{table} ({', '.join(sorted(columns))})" for table, columns in sorted(found.items()))
