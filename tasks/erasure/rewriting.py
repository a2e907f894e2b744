"""A delivery written anew without some of its rows: what is left reads as before, to the number of each row.

A row that goes leaves an empty one in its place, which readers skip and count: rows keep their numbers. Delimited
text keeps every other byte. Of a workbook only the sheet that is read is kept, as text; of a zip only its file.
"""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regions.formats import DelimitedFormat, ExcelFormat, Format, ParquetFormat
from regions.source import Source
from tasks.faults import DeliveryFault
from tasks.reading import ROW_NUMBER, Reading, read_delivery
from tasks.reading.unpacking import unpacked

_HIDDEN = "*"


@dataclass(frozen=True)
class Found:
    """Where a delivery tells of the person: the rows that go, and those in which an id is masked."""

    gone: frozenset[int] = frozenset()
    masked: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether it tells nothing of the person."""
        return not self.gone and not self.masked


class NotTheSameError(Exception):
    """A delivery that would not read as before without its rows; nothing of it is told."""


def without(source: Source, content: bytes, reading: Reading, found: Found, pattern: str) -> bytes | None:
    """The delivery without the rows that go, and in those masked without what the pattern finds; None if none is left.

    Raises NotTheSameError where what is left would be read otherwise than before.
    """
    gone, masked = set(found.gone), set(found.masked)
    if reading.rows == len(gone):
        return None
    written = source.format
    made = _WRITERS[type(written)](written, unpacked(written, content), reading, gone, masked, pattern)
    packed = _packed(written, content, made)
    _check_same(reading, _read(source, packed), gone, masked)
    return packed


def can_rewrite(source: Source) -> bool:
    """Whether a delivery of the source is of a format that may hold persons."""
    return type(source.format) in _WRITERS


def raw_rows(written: DelimitedFormat, text: str) -> list[str]:
    """The rows of a delimited text as they stand, the header included, with their line ends."""
    lines = list(io.StringIO(text, newline=""))
    if not written.quote or written.quote not in text:
        return lines
    rows, before = [], 0
    reader = csv.reader(lines, delimiter=written.separator, quotechar=written.quote, strict=True)
    for _ in reader:
        rows.append("".join(lines[before : reader.line_num]))
        before = reader.line_num
    return rows


def _delimited(
    written: DelimitedFormat, content: bytes, _reading: Reading, gone: set[int], masked: set[int], pattern: str
) -> bytes:
    rows = raw_rows(written, content.decode(written.encoding))
    for number in gone:
        rows[number - 1] = rows[number - 1][len(rows[number - 1].rstrip("\r\n")) :]
    for number in masked:
        rows[number - 1] = hidden(pattern, rows[number - 1])
    return "".join(rows).encode(written.encoding)


def _excel(
    written: ExcelFormat, _content: bytes, reading: Reading, gone: set[int], masked: set[int], pattern: str
) -> bytes:
    import xlsxwriter

    names = [name for name in reading.table.column_names if name != ROW_NUMBER]
    rows = {row[ROW_NUMBER]: row for row in reading.table.to_pylist()}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(written.sheet)
        for place, name in enumerate(names):
            sheet.write_string(min(rows) - 2, place, name)
        for number in sorted(rows.keys() - gone):
            for place, name in enumerate(names):
                cell = rows[number][name]
                if cell:
                    sheet.write_string(number - 1, place, hidden(pattern, cell) if number in masked else cell)
    return target.getvalue()


def _parquet(
    _written: ParquetFormat, content: bytes, _reading: Reading, gone: set[int], masked: set[int], pattern: str
) -> bytes:
    table = pq.read_table(pa.BufferReader(content))
    places = pa.array([None if place + 1 in gone else place for place in range(table.num_rows)], pa.int64())
    left = table.take(places).cast(pa.schema([field.with_nullable(True) for field in table.schema]))
    here = pa.array([place + 1 in masked for place in range(table.num_rows)])
    for place, name in enumerate(left.column_names if masked else ()):
        column = left.column(place)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            texts = pa.chunked_array(
                [[hidden(pattern, cell) if cell and hide else cell for cell, hide in _beside(column, here)]],
                column.type,
            )
            left = left.set_column(place, name, texts)
    target = io.BytesIO()
    pq.write_table(left, target)
    return target.getvalue()


def _beside(column: pa.ChunkedArray, here: pa.Array) -> Iterator[tuple[Any, Any]]:
    return zip(column.to_pylist(), here.to_pylist(), strict=True)


def hidden(pattern: str, text: str) -> str:
    """The text with every digit and letter of what the pattern finds hidden."""
    # Twice: what is found takes the sign behind it, before which the next one may begin.
    for _ in range(2):
        text = re.sub(_python(pattern), lambda found: re.sub(r"[0-9A-Za-z]", _HIDDEN, found[0]), text)
    return text


def finds(pattern: str, text: str) -> bool:
    """Whether the pattern finds anything in a text."""
    return re.search(_python(pattern), text) is not None


def _python(pattern: str) -> str:
    r"""RE2 writes a sign by its number as \x{2212}, Python as \u2212."""
    return re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", pattern)


def _packed(written: Format, original: bytes, content: bytes) -> bytes:
    if written.packed == "gzip":
        return gzip.compress(content, mtime=0)
    if written.packed == "none":
        return content
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        names = [info.filename for info in before.infolist() if not info.is_dir()]
        archive.writestr(written.member or names[0].rpartition("/")[2], content)
    return target.getvalue()


def _read(source: Source, content: bytes) -> Reading:
    try:
        return read_delivery(source, content)
    except DeliveryFault:
        raise NotTheSameError from None


def _check_same(before: Reading, after: Reading, gone: set[int], masked: set[int]) -> None:
    """The rows that stay must read as they did, and none may come; where something is hidden, the number stays."""
    if set(after.ragged) != set(before.ragged) - gone or not _numbers(after) == _numbers(before) - gone:
        raise NotTheSameError
    if not _apart(before, gone | masked).equals(_apart(after, masked)):
        raise NotTheSameError


def _numbers(reading: Reading) -> set[int]:
    return set(reading.table.column(ROW_NUMBER).to_pylist())


def _apart(reading: Reading, numbers: set[int]) -> pa.Table:
    """The rows without those of some numbers."""
    listed = pa.array(sorted(numbers), pa.int64())
    return reading.table.filter(pc.invert(pc.is_in(reading.table.column(ROW_NUMBER), listed))).combine_chunks()


_WRITERS: dict[type[Any], Callable[..., bytes]] = {
    DelimitedFormat: _delimited,
    ExcelFormat: _excel,
    ParquetFormat: _parquet,
}
"""The kind of a source's format → what writes it without some rows."""
