"""The dictionary of a release: every published table and column, what it means and what it comes from."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dashboard.published import Published

_HEADINGS = ("table", "column", "type", "unit", "role", "description_sv", "description_en", "source_sv", "definition")


@dataclass(frozen=True)
class Origin:
    """A table that a column comes from, and the columns there; `*` is its rows."""

    table: str
    columns: tuple[str, ...]

    @property
    def text(self) -> str:
        """The table and its columns as one text."""
        return f"{self.table} ({', '.join(self.columns)})"


@dataclass(frozen=True)
class Column:
    """A published column, and what it comes from."""

    origins: tuple[Origin, ...]
    name: str
    data_type: str
    unit: str
    role: str
    description_sv: str
    description_en: str
    source_sv: str
    definition: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What the file of the dictionary says of it, in the order of its headings."""
        told = (self.name, self.data_type, self.unit, self.role, self.description_sv, self.description_en)
        return *told, self.source_sv, self.definition, "; ".join(origin.text for origin in self.origins)


@dataclass(frozen=True)
class Described:
    """A published table: what a row of it is, and its columns."""

    name: str
    row_sv: str
    columns: tuple[Column, ...]


def read_dictionary(source: Published) -> tuple[Described, ...]:
    """Every published table with its columns, by name; none where the release has no dictionary."""
    origins: dict[tuple[str, str], list[Origin]] = defaultdict(list)
    for table, column, origin, columns in source.rows("lineage", _row):
        origins[table, column].append(Origin(origin, tuple(columns)))
    described = groupby(source.rows("dictionary", _row), key=lambda row: row[:2])
    return tuple(Described(table, row_sv, _columns(table, list(rows), origins)) for (table, row_sv), rows in described)


def as_csv(tables: Sequence[Described]) -> str:
    """The dictionary as comma-separated values with headings, a line for each column."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow((*_HEADINGS, "comes_from"))
    lines.writerows((table.name, *column.cells) for table in tables for column in table.columns)
    return text.getvalue()


def _columns(
    table: str, rows: Sequence[tuple[str, ...]], origins: Mapping[tuple[str, str], Sequence[Origin]]
) -> tuple[Column, ...]:
    return tuple(Column(tuple(origins.get((table, row[2]), ())), *row[2:]) for row in rows)


def _row(*values: str) -> tuple[str, ...]:
    return values
