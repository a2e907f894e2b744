"""Delimited text → a table of text. Nothing is converted, and no row is lost: those that tear are told apart."""

import codecs
import csv
import io
from collections import deque
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from regions.formats import DelimitedFormat
from tasks.faults import DeliveryFault, Told
from tasks.reading.kinds import other_than_text, wide_text
from tasks.reading.rows import ROW_NUMBER, Reading, check_width, numbered, unique, unreadable

_BOM = "\ufeff".encode()
_LETTERS = tuple(letter.encode() for letter in "åäöÅÄÖ\ufeff")
_STAND_INS = "\x1f\x1e\x1d\x1c\x01\x02\x03\x04\x05\x06\x07\x08"
"""ASCII signs that may stand for a separator outside ASCII, which Arrow doesn't take."""


@dataclass(frozen=True)
class _Text:
    """A file's text in UTF-8, with a separator that Arrow takes."""

    header: list[str]
    header_rows: int
    body: bytes
    separator: str


def read_delimited(written: DelimitedFormat, columns: tuple[str, ...], content: bytes) -> Reading:
    """The rows of a delimited text; `columns` name them where there is no header."""
    text = _parted(written, columns, _decode(written, content))
    if not text.body.strip():
        raise DeliveryFault("rows_present")
    _check_quotes(written, text)
    reading = _read(written, text)
    if text.separator != written.separator:
        reading = _with_separator(reading, text.separator, written.separator)
    return _without_last(reading, text.header[-1]) if written.trailing_separator else reading


def _read(written: DelimitedFormat, text: _Text) -> Reading:
    ragged: list[int] = []
    empty: list[int] = []

    def skip(row: Any) -> str:
        (ragged if row.text.strip() else empty).append(row.number + text.header_rows)
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text.body),
            read_options=pyarrow.csv.ReadOptions(
                column_names=text.header, use_threads=False, block_size=_block(text.body)
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=text.separator,
                quote_char=written.quote or False,
                newlines_in_values=bool(written.quote),
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(text.header, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        # Arrow's own message quotes the row.
        raise unreadable(
            _expected(written),
            "en rad kan inte delas upp i fält (brutet citattecken eller för långt fält)",
            "a row can't be split into fields (a broken quote or too long a field)",
        ) from None
    return numbered(table, ragged, empty, header_row=text.header_rows)


def _decode(written: DelimitedFormat, content: bytes) -> bytes:
    """The file as UTF-8 without a byte order mark."""
    expected = _expected(written)
    if found := other_than_text(content):
        raise unreadable(expected, f"filen är {found.sv}", f"the file is {found.en}")
    if _is_utf_8_instead(written.encoding, content):
        raise unreadable(expected, "filen är skriven i UTF-8", "the file is written in UTF-8")
    try:
        text = content.decode(written.encoding).encode()
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        sv, en = f"tecknet på rad {line} hör inte till kodningen", f"a sign on line {line} is not of the encoding"
        raise _or_wide(written, content, unreadable(expected, sv, en)) from None
    if b"\0" in text:
        sv, en = "filen innehåller nolltecken", "the file holds NUL signs"
        raise _or_wide(written, content, unreadable(expected, sv, en))
    text = text.removeprefix(_BOM)
    if (joined := text.find(b"\n" + _BOM)) >= 0:
        line = text[:joined].count(b"\n") + 2
        sv = f"en ny fil börjar på rad {line} (byteordningsmärke)"
        raise unreadable(expected, sv, f"another file begins on line {line} (byte order mark)")
    return text


def _is_utf_8_instead(encoding: str, content: bytes) -> bool:
    """Whether the Swedish letters of UTF-8 are there, in an encoding where each would be two other signs."""
    return any(
        mark in content and len(mark.decode(encoding, "replace")) > 1
        for mark in _LETTERS
        if mark != _BOM or content.startswith(_BOM) or b"\n" + _BOM in content
    )


def _or_wide(written: DelimitedFormat, content: bytes, fault: DeliveryFault) -> DeliveryFault:
    """The fault; where the text is UTF-16 or UTF-32 and should not be, that."""
    found = wide_text(content)
    if found is None or codecs.lookup(written.encoding).name.startswith(("utf-16", "utf-32")):
        return fault
    return unreadable(_expected(written), f"filen är {found.sv}", f"the file is {found.en}")


def _parted(written: DelimitedFormat, columns: tuple[str, ...], text: bytes) -> _Text:
    separator = written.separator
    if not separator.isascii():
        separator = _stand_in(written, text)
        text = text.replace(written.separator.encode(), separator.encode())
    line, _, body = text.partition(b"\n")
    first = _first_row(written, separator, line)
    if not written.header:
        body, names = text, list(columns)
        if [name.casefold() for name in first[: len(names)]] == [name.casefold() for name in names]:
            sv, en = "filen har en rubrikrad, och skulle inte ha någon", "the file has a header, and was to have none"
            raise unreadable(_expected(written), sv, en)
    else:
        names = first[:-1] if written.trailing_separator and first and not first[-1] else first
    if not any(names):
        raise DeliveryFault("rows_present")
    if written.trailing_separator:
        names = [*names, ""]
    check_width(_expected(written), len(names))
    return _Text(unique(names), int(written.header), body, separator)


def _first_row(written: DelimitedFormat, separator: str, line: bytes) -> list[str]:
    reader = csv.reader(
        [line.decode().rstrip("\r")],
        delimiter=separator,
        quotechar=written.quote or None,
        quoting=csv.QUOTE_MINIMAL if written.quote else csv.QUOTE_NONE,
    )
    try:
        return [name.strip() for name in next(reader, [])]
    except csv.Error:
        raise unreadable(
            _expected(written),
            "filens första rad kan inte delas upp i fält (är raderna avslutade med radslut?)",
            "the file's first row can't be split into fields (do the rows end with line ends?)",
        ) from None


def _stand_in(written: DelimitedFormat, text: bytes) -> str:
    """A sign that the text doesn't have."""
    free = next((sign for sign in _STAND_INS if sign.encode() not in text and sign != written.quote), None)
    if free is None:
        raise unreadable(_expected(written), "filen är full av styrtecken", "the file is full of control signs")
    return free


def _check_quotes(written: DelimitedFormat, text: _Text) -> None:
    """Arrow reads an unclosed quote to the next one, and so would lose the rows between without a word."""
    if not written.quote or written.quote.encode() not in text.body:
        return
    lines = io.StringIO(text.body.decode(), newline="")
    reader = csv.reader(lines, delimiter=text.separator, quotechar=written.quote, strict=True)
    try:
        deque(reader, maxlen=0)
    except csv.Error:
        line = reader.line_num + text.header_rows
        raise unreadable(
            _expected(written),
            f"citattecknen går inte ihop på rad {line}, eller ett fält där är för långt",
            f"the quotes don't match on line {line}, or a field there is too long",
        ) from None


def _block(body: bytes) -> int:
    """A block that holds the longest row: the whole file when small, at most 64 MiB."""
    return max(1024, min(len(body) + 1, 64 * 2**20))


def _with_separator(reading: Reading, stand_in: str, separator: str) -> Reading:
    """Cells that hold the separator, within quotes, get it back."""
    table = reading.table
    for place, name in enumerate(table.column_names):
        if name != ROW_NUMBER:
            table = table.set_column(place, name, pc.replace_substring(table.column(name), stand_in, separator))
    return Reading(table, reading.ragged)


def _without_last(reading: Reading, last: str) -> Reading:
    """Nothing stands after the last separator; a row where something does is ragged."""
    over = pc.not_equal(reading.table.column(last), "")
    numbers = reading.table.filter(over).column(ROW_NUMBER).to_pylist()
    kept = reading.table.filter(pc.invert(over)).drop_columns([last])
    return Reading(kept, tuple(sorted((*reading.ragged, *numbers))))


def _expected(written: DelimitedFormat) -> Told:
    return Told(
        f"text i {written.encoding} med skiljetecknet {written.separator!r}",
        f"text in {written.encoding} separated by {written.separator!r}",
    )
