"""From a delivery's bytes to a table of text, as its source's YAML says that it is written.

Nothing is guessed and nothing converted: every cell is text, every row has its number in the file
(the header is row 1), and rows with the wrong number of fields are told apart, not dropped. Only rows
without any content are left out; they have their numbers all the same.
"""

import csv
import functools
import io
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from regions.formats import DelimitedFormat, ExcelFormat
from regions.source import Source
from tasks.faults import DeliveryFault

ROW_NUMBER = "hemvard_row_number"
_MOJIBAKE = tuple(letter.encode() for letter in "åäöÅÄÖ")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Reading:
    """A delivery's rows: all columns text, with the row number; and the numbers of the ragged rows."""

    table: pa.Table
    ragged: tuple[int, ...]

    @property
    def rows(self) -> int:
        """All rows under the header, ragged ones included."""
        return int(self.table.num_rows) + len(self.ragged)


def read_delivery(source: Source, content: bytes) -> Reading:
    """The rows of a delivery; raises DeliveryFault where the file isn't what the source says."""
    if isinstance(source.format, ExcelFormat):
        reading = _read_excel(source.format, content)
    else:
        reading = _read_delimited(source.format, content)
    _check_columns(source, reading.table)
    if reading.rows == 0:
        raise DeliveryFault("rows_present")
    return reading


def _check_columns(source: Source, table: pa.Table) -> None:
    missing = [column for column in source.columns if column not in table.column_names]
    if missing:
        raise DeliveryFault("columns_present", columns=", ".join(missing), found=str(table.num_columns - 1))


def _read_delimited(written: DelimitedFormat, content: bytes) -> Reading:
    text = _decode(written, content)
    header, body = _split_header(written, text)
    if not body:
        raise DeliveryFault("rows_present")
    _check_quotes(written, body)
    ragged: list[int] = []
    empty: list[int] = []

    def skip(row: Any) -> str:
        (ragged if row.text.strip() else empty).append(row.number + 1)
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body),
            read_options=pyarrow.csv.ReadOptions(column_names=header, use_threads=False, block_size=_block(body)),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=written.separator,
                quote_char=written.quote or False,
                newlines_in_values=bool(written.quote),
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        # Arrow's own message quotes the row.
        found = "en rad kan inte delas upp i fält (brutet citattecken eller för långt fält)"
        raise DeliveryFault("file_readable", expected=_expected(written), found=found) from None
    return _numbered(table, tuple(ragged), empty)


def _check_quotes(written: DelimitedFormat, body: bytes) -> None:
    """Arrow reads an unclosed quote to the next one, and so would lose the rows between without a word."""
    if not written.quote or written.quote.encode() not in body:
        return
    lines = io.StringIO(body.decode(), newline="")
    reader = csv.reader(lines, delimiter=written.separator, quotechar=written.quote, strict=True)
    try:
        deque(reader, maxlen=0)
    except csv.Error:
        found = f"citattecknen går inte ihop på rad {reader.line_num + 1}, eller ett fält där är för långt"
        raise DeliveryFault("file_readable", expected=_expected(written), found=found) from None


def _block(body: bytes) -> int:
    """A block that holds the longest row: the whole file when small, at most 64 MiB."""
    return max(1024, min(len(body) + 1, 64 * 2**20))


def _decode(written: DelimitedFormat, content: bytes) -> bytes:
    """The file as UTF-8 without a byte order mark."""
    expected = _expected(written)
    if b"\0" in content and written.encoding != "utf-16":
        raise DeliveryFault("file_readable", expected=expected, found="filen innehåller nolltecken")
    if written.encoding in ("latin-1", "cp1252") and any(mark in content for mark in _MOJIBAKE):
        raise DeliveryFault("file_readable", expected=expected, found="filen är skriven i UTF-8")
    try:
        text = content.decode(written.encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"tecknet på rad {line} hör inte till kodningen"
        raise DeliveryFault("file_readable", expected=expected, found=found) from None
    return text.encode().removeprefix(_BOM)


def _split_header(written: DelimitedFormat, text: bytes) -> tuple[list[str], bytes]:
    line, _, body = text.partition(b"\n")
    reader = csv.reader(
        [line.decode().rstrip("\r")],
        delimiter=written.separator,
        quotechar=written.quote or None,
        quoting=csv.QUOTE_MINIMAL if written.quote else csv.QUOTE_NONE,
    )
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error:
        found = "rubrikraden kan inte delas upp i fält (är raderna avslutade med radslut?)"
        raise DeliveryFault("file_readable", expected=_expected(written), found=found) from None
    if not any(header):
        raise DeliveryFault("rows_present")
    return _unique(header), body if body.strip() else b""


def _unique(header: list[str]) -> list[str]:
    """Headers as they stand; an empty or repeated one gets its place, so that no column hides another.

    Names that differ in case alone are one name to DuckDB.
    """
    seen = {ROW_NUMBER}
    names = []
    for position, name in enumerate(header, 1):
        own = name if name and name.casefold() not in seen else f"column {position}"
        while own.casefold() in seen:
            own += "_"
        names.append(own)
        seen.add(own.casefold())
    return names


def _read_excel(written: ExcelFormat, content: bytes) -> Reading:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    expected = f"Excel, blad {written.sheet}"
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(written.sheet)
        rows = sheet.to_python()
    except WorksheetNotFound:
        raise DeliveryFault("file_readable", expected=expected, found="bladet saknas") from None
    except (CalamineError, OSError, ValueError):
        raise DeliveryFault("file_readable", expected=expected, found="filen är ingen Excelarbetsbok") from None
    if not rows:
        raise DeliveryFault("rows_present")
    header = _unique([_cell(value).strip() for value in rows[0]])
    columns = [pa.array([_cell(row[place]) for row in rows[1:]], pa.string()) for place in range(len(header))]
    top = sheet.start[0] if sheet.start else 0  # rows above the first one with content are not among `rows`
    return _numbered(pa.table(columns, names=header), (), header_row=top + 1)


def _cell(value: object) -> str:
    """A cell's text: whole numbers without a decimal point, dates in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


def _numbered(table: pa.Table, ragged: tuple[int, ...], empty: Sequence[int] = (), *, header_row: int = 1) -> Reading:
    """Number the rows as they stand in the file; those without any content are left out, not their numbers."""
    taken = {*ragged, *empty}
    numbers = range(header_row + 1, header_row + 1 + table.num_rows + len(taken))
    kept = numbers if not taken else [number for number in numbers if number not in taken]
    filled = functools.reduce(pc.or_, (pc.not_equal(column, "") for column in table.columns))
    return Reading(table.append_column(ROW_NUMBER, pa.array(kept, pa.int64())).filter(filled), ragged)


def _expected(written: DelimitedFormat) -> str:
    return f"text i {written.encoding} med skiljetecknet {written.separator!r}"
