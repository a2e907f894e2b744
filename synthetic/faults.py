"""Spoils a delivery as a whole: what no first, late or corrected batch holds, for tests and exercises."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from regions.formats import DelimitedFormat, ParquetFormat
from regions.source import VisitSource
from synthetic.writing import UNLISTED, write_cells

FaultKind = Literal[
    "unreadable", "missing_column", "empty", "other_month", "unknown_code", "ragged_rows", "wrong_encoding"
]
EVERY = 10
"""So many rows from one faulty row to the next: above every threshold."""


def make_fault(kind: FaultKind, source: VisitSource, path: Path) -> Path:
    """Spoil a delivery of a source where it lies; where it lies then.

    `unreadable` no file of its kind · `missing_column` without the column of the visit's start ·
    `empty` a header alone · `other_month` named for half a year later · `unknown_code` a care form that
    the code list lacks, in every tenth row · `ragged_rows` a field too many in every tenth row ·
    `wrong_encoding` another encoding. Raises TypeError for the last two where the source delivers
    Excel.
    """
    return _SPOILERS[kind](source, path)


def _unreadable(_source: VisitSource, path: Path) -> Path:
    path.write_bytes(b"\x00\xff\xfe\x00 not a delivery \x00\x81\x8d" * 40)
    return path


def _missing_column(source: VisitSource, path: Path) -> Path:
    cells = _read_cells(source, path).drop_columns([source.visit.started.date_column])
    write_cells(cells, source.format, path)
    return path


def _empty(source: VisitSource, path: Path) -> Path:
    write_cells(_read_cells(source, path).slice(0, 0), source.format, path)
    return path


def _other_month(source: VisitSource, path: Path) -> Path:
    named = source.named_files.read_name(path.name)
    if named is None:
        raise ValueError(f"{path.name} isn't named as {source.id} names its deliveries")
    month, version = named
    return path.rename(path.with_name(source.named_files.make_name(month.plus(6), version)))


def _unknown_code(source: VisitSource, path: Path) -> Path:
    column = source.visit.care_form.column
    if column is None:
        raise ValueError(f"{source.id} has no column that tells the care form")
    cells = _read_cells(source, path)
    texts = cells.column(column).to_pylist()
    spoiled = [UNLISTED if row % EVERY == 0 else text for row, text in enumerate(texts)]
    place = cells.column_names.index(column)
    write_cells(cells.set_column(place, column, pa.array(spoiled, pa.string())), source.format, path)
    return path


def _ragged_rows(source: VisitSource, path: Path) -> Path:
    shape = _delimited(source)
    cells = _read_cells(source, path)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.separator, quotechar=shape.quote or None, lineterminator="\n")
    writer.writerow(cells.column_names)
    for row, fields in enumerate(zip(*(column.to_pylist() for column in cells.columns), strict=True)):
        writer.writerow([*fields, "?"] if row % EVERY == 0 else fields)
    path.write_text(text.getvalue(), encoding=shape.encoding, newline="")
    return path


def _wrong_encoding(source: VisitSource, path: Path) -> Path:
    shape = _delimited(source)
    other = "latin-1" if shape.encoding.startswith("utf") else "utf-8"
    path.write_bytes(path.read_bytes().decode(shape.encoding).removeprefix("\ufeff").encode(other, "replace"))
    return path


_SPOILERS: dict[FaultKind, Callable[[VisitSource, Path], Path]] = {
    "unreadable": _unreadable,
    "missing_column": _missing_column,
    "empty": _empty,
    "other_month": _other_month,
    "unknown_code": _unknown_code,
    "ragged_rows": _ragged_rows,
    "wrong_encoding": _wrong_encoding,
}


def _delimited(source: VisitSource) -> DelimitedFormat:
    if not isinstance(source.format, DelimitedFormat):
        raise TypeError(f"{source.id} delivers no text: its fields can't be torn, nor its encoding be another")
    return source.format


def _read_cells(source: VisitSource, path: Path) -> pa.Table:
    """A delivery's cells, empty ones as null."""
    if isinstance(source.format, ParquetFormat):
        return pq.read_table(path)
    if isinstance(source.format, DelimitedFormat):
        text = path.read_bytes().decode(source.format.encoding).removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=source.format.separator))
    else:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(source.format.sheet)
        rows = [[str(cell) for cell in row] for row in sheet.to_python()]
    columns = zip(*rows[1:], strict=True)
    arrays = [pa.array([text or None for text in column], pa.string()) for column in columns]
    return pa.table(arrays, names=rows[0])
