"""Writes rows of the other subjects in the shape that a source's YAML states: the reverse of its mapping."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from regions.contracts import ContractField
from regions.fields import Coded, Moment, Municipality, Number, Professions, TextField, TextList
from regions.source import RecordSource
from synthetic.person_ids import written
from synthetic.records import RECORD_FAULTS, coded_field
from synthetic.table import Array, Table
from synthetic.texts import blank, column_of, formatted, in_utc, instead, lookup
from synthetic.visits import World
from synthetic.writing import UNLISTED, fillers

Columns = Iterator[tuple[str, pa.Array]]
_DECIMALS = re.compile(r"DECIMAL\(\d+,(\d+)\)")


@dataclass(frozen=True)
class RecordWriter:
    """Turns rows of one source into its files' cells."""

    world: World
    source: RecordSource

    def texts(self, rows: Table) -> pa.Table:
        """The file's cells, in the order of the source's columns; empty cells are null."""
        made: dict[str, pa.Array] = {}
        for column, texts in self._columns(rows):
            made.setdefault(column, texts)  # a plain text stands before the codes that are read from it
        numbers = np.arange(len(rows))
        made |= dict(fillers(self.world, self.source, rows, numbers, numbers))
        missing = pa.nulls(len(rows), pa.string())
        return self._faulty(rows, pa.table({name: made.get(name, missing) for name in self.source.columns}))

    def _columns(self, rows: Table) -> Columns:
        mapping = self.source.fields
        if mapping.record_id is not None:
            yield column_of(mapping.record_id), _texts(rows["record_id"])
        if mapping.cancelled.column is not None:
            yield mapping.cancelled.column, _coded(mapping.cancelled, np.full(len(rows), "no", dtype=object))
        entries = [(field, entry) for field, entry in mapping.entries(self.source.contract) if entry is not None]
        for field, entry in sorted(entries, key=lambda pair: _is_coded(pair[1])):
            if field.name in rows.columns:
                yield from self._field(field, entry, rows)

    def _field(self, field: ContractField, entry: Any, rows: Table) -> Columns:
        values = rows[field.name]
        if isinstance(entry, Moment):
            yield from _moment(entry, values)
        elif isinstance(entry, Professions):
            yield from _professions(entry, values)
        elif isinstance(entry, TextList):
            yield from _listed(entry, values)
        elif entry.column is not None:
            yield entry.column, self._cell(field, entry, rows)

    def _cell(self, field: ContractField, entry: Any, rows: Table) -> pa.Array:
        """A field of one column, from its column of values."""
        values, year = rows[field.name], int(rows["file_month"][0]) // 12
        writers: Mapping[str, Callable[[], pa.Array]] = {
            "person": lambda: self._persons(values, year),
            "municipality": lambda: self._municipalities(field, entry, values),
            "unit": lambda: lookup(values, [unit.local_code for unit in self.world.folder.units]),
            "number": lambda: _number(entry, field, values),
            "code": lambda: _coded(entry, values),
        }
        return writers.get(field.kind, lambda: _decoded(entry, values))()

    def _municipalities(self, field: ContractField, entry: Municipality, values: Array) -> pa.Array:
        """Codes of four digits; where persons live of six, in a system that writes a parish after them."""
        lkf = self.world.calibration.system(self.source.system).lkf and field.name.startswith("residence")
        reverse = {meaning: text for text, meaning in entry.codes.items()}
        return _each(values, lambda code: reverse.get(code) or (f"{code}01" if lkf else code))

    def _persons(self, ids: Array, year: int) -> pa.Array:
        style = self.world.calibration.system(self.source.system).person_id
        return _each(ids, lambda text: written(text, style, year))

    def _faulty(self, rows: Table, cells: pa.Table) -> pa.Table:
        for kind, column, change in self._spoilers():
            where = rows["fault"] == RECORD_FAULTS.index(kind)
            place = cells.column_names.index(column)
            cells = cells.set_column(place, column, change(cells.column(place).combine_chunks(), where))
        return cells

    def _spoilers(self) -> Iterator[tuple[str, str, Callable[[pa.Array, Array], pa.Array]]]:
        """Each kind of fault, the column that it is in, and how the column's cells become faulty."""
        mapping, contract = self.source.fields, self.source.contract
        coded = coded_field(self.source)
        if coded is not None:
            yield "unlisted_code", column_of(getattr(mapping, coded)), _unlisted
        if contract.date_field is not None:
            yield (
                "impossible_date",
                getattr(mapping, contract.date_field).date_column,
                _impossible(getattr(mapping, contract.date_field).date_format),
            )
        if contract.person_fields:
            yield "missing_id", column_of(getattr(mapping, contract.person_fields[0])), blank


def _unlisted(texts: pa.Array, where: Array) -> pa.Array:
    return instead(texts, where, pa.array([UNLISTED] * len(texts)))


def _impossible(pattern: str) -> Callable[[pa.Array, Array], pa.Array]:
    """A date of a month 13, written as the source writes its dates."""
    text = pattern.replace("%m", "13")
    for directive, value in (("%Y", "2011"), ("%y", "11"), ("%d", "05"), ("%H", "10"), ("%M", "00"), ("%S", "00")):
        text = text.replace(directive, value)
    return lambda texts, where: instead(texts, where, pa.array([text] * len(texts)))


def _is_coded(entry: Any) -> bool:
    return bool(getattr(entry, "codes", None))


def _texts(values: Array) -> pa.Array:
    return pa.array([text or None for text in values.tolist()], pa.string())


def _each(values: Array, text_of: Callable[[Any], str]) -> pa.Array:
    """A text for each value; each different one is made once."""
    listed = values.tolist()
    known = {value: text_of(value) or None for value in dict.fromkeys(listed)}
    return pa.array([known[value] for value in listed], pa.string())


def _decoded(entry: TextField, values: Array) -> pa.Array:
    reverse = {meaning: text for text, meaning in reversed(entry.codes.items())}
    return _each(values, lambda value: reverse.get(value, value))


def _coded(entry: Coded, values: Array) -> pa.Array:
    """The system's first text for each code; empty for what an empty cell means, or the system can't say."""
    lists = [entry.codes, *(dated.codes for dated in entry.dated)]
    reverse = {meaning: text for codes in reversed(lists) for text, meaning in reversed(codes.items())}
    return _each(values, lambda value: reverse.get(value, ""))


def _moment(entry: Moment, values: Array) -> Columns:
    empty = np.isnat(values)
    known = np.where(empty, np.datetime64("2000-01-01"), values).astype("datetime64[m]")
    local = in_utc(known) if entry.zone == "UTC" else known
    yield entry.date_column, blank(formatted(local, entry.date_format), empty)
    if entry.time_column and entry.time_format:
        yield entry.time_column, blank(formatted(local, entry.time_format), empty)


def _professions(entry: Professions, values: Array) -> Columns:
    """The first professions, one a column."""
    reverse = {meaning: text for text, meaning in reversed(entry.codes.items())}
    for place, column in enumerate(entry.columns):
        yield column, _each(_at(values, place), lambda name: reverse.get(name, ""))


def _listed(entry: TextList, values: Array) -> Columns:
    """Several texts: in one column with the separator between them, or one a column."""
    if entry.separator is not None:
        yield entry.columns[0], _each(values, str(entry.separator).join)
        return
    for place, column in enumerate(entry.columns):
        yield column, _texts(_at(values, place))


def _at(values: Array, place: int) -> Array:
    """The text at a place of each row's tuple; empty where it is shorter."""
    return np.array([texts[place] if place < len(texts) else "" for texts in values.tolist()], dtype=object)


def _number(entry: Number, field: ContractField, values: Array) -> pa.Array:
    """Whole numbers of the contract's last decimal, with the source's marks."""
    found = _DECIMALS.search(field.type)
    places = int(found[1]) if found else 0
    return _each(values, lambda value: _written_number(entry, value, places))


def _written_number(entry: Number, value: int, places: int) -> str:
    whole, part = divmod(abs(value), 10**places)
    grouped = f"{whole:,}".replace(",", entry.thousands)
    decimals = f"{part:0{places}d}"[:places].rstrip("0") if places > 2 else f"{part:0{places}d}"[:places]
    return f"{'-' if value < 0 else ''}{grouped}{entry.decimal + decimals if decimals else ''}"
