"""Spoils a delivery in every way that came to mind, from a seed: bytes in, bytes out, and what may become of them.

Each kind says what is known about the outcome: how many rows the file now has, of how many the figures may
differ, and whether it must be refused or must count as before. The delivery has a header, and no line breaks
within its cells.
"""

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from python_calamine import CalamineWorkbook

from regions.formats import DelimitedFormat, ExcelFormat, ParquetFormat

Shape = DelimitedFormat | ExcelFormat | ParquetFormat
Must = Literal["any", "count as before", "be refused"]
Cells = list[list[str]]
"""The header, then the rows."""


@dataclass(frozen=True)
class Mutation:
    """A spoiled delivery, and what is known about it; None where nothing is."""

    content: bytes
    must: Must = "any"
    rows: int | None = None
    """Rows that the file has, ragged ones included, if it is read at all."""
    touched: int | None = None
    """Rows whose figures may differ from the original's, if it is read at all."""
    kind: str = ""


def kinds(shape: Shape) -> tuple[str, ...]:
    """The kinds that there are for a format."""
    text = _TEXT if isinstance(shape, DelimitedFormat) else {}
    book = _BOOK if isinstance(shape, ExcelFormat) else {}
    return (*_CELLS, *text, *book, *_BYTES)


def mutate(content: bytes, shape: Shape, seed: int) -> Mutation:
    """A delivery spoiled by one kind; seeds that follow each other take the kinds in turn."""
    listed = kinds(shape)
    kind = listed[seed % len(listed)]
    draw = random.Random(f"{kind} {seed}")
    if kind in _BYTES:
        return replace(_BYTES[kind](draw, content, shape), kind=kind)
    inner = _unpacked(content, shape)
    if kind in _CELLS:
        cells, must, touched = _CELLS[kind](draw, _read(inner, shape))
        change = Mutation(_write(cells, shape), must, len(cells) - 1 - _blank(cells), touched)
    else:
        change = {**_TEXT, **_BOOK}[kind](draw, inner, shape)
    return replace(change, kind=kind, content=_packed(change.content, shape))


# Cells: a table in, a table out; for every format.

_CellChange = Callable[[random.Random, Cells], tuple[Cells, Must, int]]


def _columns_shuffled(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    order = draw.sample(range(len(cells[0])), len(cells[0]))
    return [[row[place] for place in order] for row in cells], "count as before", 0


def _rows_shuffled(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return [cells[0], *draw.sample(cells[1:], len(cells) - 1)], "count as before", 0


def _rows_repeated(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return cells + draw.choices(cells[1:], k=draw.randrange(1, 30)), "count as before", 0


def _column_renamed(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    place = draw.randrange(len(cells[0]))
    header = [f"{name}_ny" if at == place else name for at, name in enumerate(cells[0])]
    return [header, *cells[1:]], "be refused", 0


def _column_dropped(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    place = draw.randrange(len(cells[0]))
    return [row[:place] + row[place + 1 :] for row in cells], "be refused", 0


def _column_twice(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    place = draw.randrange(len(cells[0]))
    return [[*row, row[place] if at == 0 else "?"] for at, row in enumerate(cells)], "count as before", 0


def _columns_added(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    many = draw.choice((1, 7, 300))
    return [[*row, *(f"mer {at}" for at in range(many))] for row in cells], "count as before", 0


def _too_many_columns(_draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return [cells[0] * 1200, *([*row, *row] for row in cells[1:3])], "be refused", 0


def _header_again(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    place = draw.randrange(1, len(cells))
    return [*cells[:place], cells[0], *cells[place:]], "any", 0


def _blank_rows(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    place, blank = draw.randrange(1, len(cells)), [""] * len(cells[0])
    return [*cells[:place], *[blank] * draw.choice((1, 50, 3000)), *cells[place:]], "count as before", 0


def _blanks_around(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return [cells[0], *([f"  {text} " if draw.random() < 0.5 else text for text in row] for row in cells[1:])], "any", 0


def _no_rows(_draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return cells[:1], "be refused", 0


def _huge_cell(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    return _with_cells(draw, cells, lambda _text: "x" * draw.choice((32_000, 3_000_000)), 1)


def _formulas(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    texts = ("=CMD|' /C calc'!A0", "=1+1", "+1+1", "-2+3", "@SUM(1)", '=HYPERLINK("http://x.invalid")', "\t=1")
    return _with_cells(draw, cells, lambda _text: draw.choice(texts))


def _directions(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    marks = ("\u202e", "\u200f", "\u200b", "\u2066", "\u00a0", "\u0301")
    return _with_cells(draw, cells, lambda text: draw.choice(marks) + text + draw.choice(marks))


def _impossible_dates(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    dates = (
        "20240230",
        "2024-13-01",
        "00000000",
        "9999-99-99",
        "2024-02-30 25:61",
        "31/12/2024",
        "45321",
        "0024-01-05",
    )
    return _with_cells(draw, cells, lambda _text: draw.choice(dates), wanted=r"20\d\d-?\d\d-?\d\d([T ].*)?")


def _odd_numbers(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    numbers = (
        "1e3",
        "inf",
        "NaN",
        "-1",
        "1,2,3",
        "1_000",
        "٣٠",
        "0x1F",
        "9" * 60,
        "1E309",
        "½",
        "1 000",
        "−5",
        "3" * 9,
    )
    return _with_cells(draw, cells, lambda _text: draw.choice(numbers), wanted=r"[0-9,.]{1,7}")


def _unlisted_codes(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    texts = ("?9", "NULL", "null", "None", "N/A", "'; DROP TABLE visits; --", "{}", "%s", "\\N", "#REF!")
    return _with_cells(draw, cells, lambda _text: draw.choice(texts))


def _control_signs(draw: random.Random, cells: Cells) -> tuple[Cells, Must, int]:
    signs = ("\t", "\u0085", "\u2028", "\ufffd", "\ue000", "\U0001f9ff")
    return _with_cells(draw, cells, lambda text: text + draw.choice(signs))


def _with_cells(
    draw: random.Random, cells: Cells, made: Callable[[str], str], rows: int = 0, wanted: str = ".*"
) -> tuple[Cells, Must, int]:
    """A cell changed in some rows, among those that look as wanted."""
    chosen = draw.sample(range(1, len(cells)), rows or draw.choice((1, 2, 2, 40)))
    changed = [list(row) for row in cells]
    for at in chosen:
        fitting = [place for place, text in enumerate(cells[at]) if re.fullmatch(wanted, text)]
        if fitting:
            place = draw.choice(fitting)
            changed[at][place] = made(cells[at][place])
    return changed, "any", len(chosen)


_CELLS: dict[str, _CellChange] = {
    "columns in another order": _columns_shuffled,
    "rows in another order": _rows_shuffled,
    "rows repeated": _rows_repeated,
    "a column renamed": _column_renamed,
    "a column left out": _column_dropped,
    "a column twice": _column_twice,
    "more columns": _columns_added,
    "far too many columns": _too_many_columns,
    "the header again": _header_again,
    "blank rows": _blank_rows,
    "blanks around cells": _blanks_around,
    "a header alone": _no_rows,
    "a huge cell": _huge_cell,
    "formulas in cells": _formulas,
    "marks of direction": _directions,
    "impossible dates": _impossible_dates,
    "odd numbers": _odd_numbers,
    "unlisted codes": _unlisted_codes,
    "control signs": _control_signs,
}


# Text: delimited files alone.


def _mixed_line_ends(draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
    header, *lines = text.splitlines()
    ends = b"".join(line + draw.choice((b"\n", b"\r\n", b"\r")) for line in lines)
    return Mutation(header + draw.choice((b"\n", b"\r\n")) + ends, "count as before", len(lines), 0)


def _old_line_ends(_draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
    return Mutation(b"\r".join(text.splitlines()), "be refused")


def _no_last_line_end(_draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
    return Mutation(text.rstrip(b"\r\n"), "count as before", _lines(text), 0)


def _other_separator(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    separator = _delimited(shape).separator
    other = draw.choice([sign for sign in ";,|\t:^" if sign != separator])
    return Mutation(text.replace(separator.encode(), other.encode()), "be refused")


def _other_encoding(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    mine = _delimited(shape).encoding
    other = draw.choice([name for name in ("utf-8", "latin-1", "cp1252", "utf-16", "utf-32", "cp850") if name != mine])
    changed = text.decode(mine).encode(other, "replace")
    # Many encodings have the same bytes for Swedish text, all of them for ASCII.
    return Mutation(changed, "be refused" if changed != text else "count as before", None, 0)


def _mark_at_start(_draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    must: Must = "count as before" if _delimited(shape).encoding == "utf-8" else "be refused"
    return Mutation(b"\xef\xbb\xbf" + text, must, _lines(text), 0)


def _inserted(what: bytes) -> Callable[[random.Random, bytes, Shape], Mutation]:
    def change(draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
        place = draw.randrange(text.index(b"\n") + 1, len(text))
        return Mutation(text[:place] + what + text[place:], "any", _lines(text), 1)

    return change


def _torn_row(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    return replace(_inserted(b"\n")(draw, text, shape), rows=None)


def _refused_with(what: bytes) -> Callable[[random.Random, bytes, Shape], Mutation]:
    def change(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
        change = _inserted(what)(draw, text, shape)
        refused = b"\0" in what or _delimited(shape).encoding == "utf-8"
        return Mutation(change.content, "be refused" if refused else "any", change.rows, 1)

    return change


def _mark_at_a_row(draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
    lines = text.splitlines(keepends=True)
    place = draw.randrange(1, len(lines))
    return Mutation(b"".join([*lines[:place], b"\xef\xbb\xbf", *lines[place:]]), "be refused")


def _torn_rows(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    separator = _delimited(shape).separator.encode()
    lines = text.splitlines(keepends=True)
    chosen = draw.sample(range(1, len(lines)), draw.choice((1, 2, 40)))
    for at in chosen:
        lines[at] = draw.choice((separator + lines[at], lines[at].replace(separator, b"", 1)))
    return Mutation(b"".join(lines), "any", _lines(text), len(chosen))


def _all_quoted(_draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    written = _delimited(shape)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=written.separator, quoting=csv.QUOTE_ALL)
    writer.writerows(_read(text, shape))
    must: Must = "count as before" if written.quote else "be refused"
    return Mutation(target.getvalue().encode(written.encoding), must, _lines(text), 0)


def _huge_quoted_cell(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    separator = _delimited(shape).separator.encode()
    lines = text.splitlines(keepends=True)
    at = draw.randrange(1, len(lines))
    lines[at] = b'"' + b"x" * 2_000_000 + b'"' + lines[at][lines[at].index(separator) :]
    return Mutation(b"".join(lines), "any", _lines(text), 1)


def _separators_alone(draw: random.Random, text: bytes, shape: Shape) -> Mutation:
    columns = len(_read(text.partition(b"\n")[0] + b"\n", shape)[0])
    row = _delimited(shape).separator.encode() * (columns - 1) + b"\r\n"
    return Mutation(text + row * draw.choice((100, 60_000)), "count as before", _lines(text), 0)


def _cut_off_text(draw: random.Random, text: bytes, _shape: Shape) -> Mutation:
    left = text[: draw.randrange(len(text))]
    return Mutation(left, "any", None, None)


_TEXT: dict[str, Callable[[random.Random, bytes, Shape], Mutation]] = {
    "text cut off": _cut_off_text,
    "mixed line ends": _mixed_line_ends,
    "line ends of old Macs": _old_line_ends,
    "no last line end": _no_last_line_end,
    "another separator": _other_separator,
    "another encoding": _other_encoding,
    "a byte order mark first": _mark_at_start,
    "a byte order mark at a row": _mark_at_a_row,
    "a byte order mark anywhere": _inserted("\ufeff".encode()),
    "a quote anywhere": _inserted(b'"'),
    "a separator anywhere": _inserted(b";"),
    "a line end anywhere": _torn_row,
    "NUL bytes": _refused_with(b"\0\0"),
    "a lone surrogate": _refused_with(b"\xed\xa0\x80"),
    "overlong UTF-8": _refused_with(b"\xc0\xaf"),
    "torn rows": _torn_rows,
    "every cell quoted": _all_quoted,
    "a huge quoted cell": _huge_quoted_cell,
    "rows of separators": _separators_alone,
}


# Workbooks alone.


def _far_cell(draw: random.Random, book: bytes, _shape: Shape) -> Mutation:
    far = draw.choice((b"XFD1048576", b"ZZZZZZ9", b"A99999999999", b"ALL9999999"))
    return Mutation(_sheet_changed(book, rb'r="B2"', b'r="' + far + b'"'), "be refused")


def _broken_sheet(draw: random.Random, book: bytes, _shape: Shape) -> Mutation:
    return Mutation(_sheet_changed(book, draw.choice((b"<row", b"</c>", b"<v>", b'r="C')), b"<\xff&;"), "any")


def _sheet_changed(book: bytes, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed:
        for info in whole.infolist():
            part = whole.read(info)
            changed.writestr(info, part.replace(old, new, 1) if "worksheets/" in info.filename else part)
    return target.getvalue()


_BOOK: dict[str, Callable[[random.Random, bytes, Shape], Mutation]] = {
    "a cell far away": _far_cell,
    "a sheet of broken XML": _broken_sheet,
}


# Bytes: whatever the file is.


def _cut_off(draw: random.Random, content: bytes, shape: Shape) -> Mutation:
    text = isinstance(shape, DelimitedFormat) and shape.packed == "none"
    return Mutation(content[: draw.randrange(len(content))], "any" if text else "be refused")


def _nothing(_draw: random.Random, _content: bytes, _shape: Shape) -> Mutation:
    return Mutation(b"", "be refused")


def _one_byte(draw: random.Random, _content: bytes, _shape: Shape) -> Mutation:
    return Mutation(draw.randbytes(1), "be refused")


def _random_bytes(draw: random.Random, _content: bytes, _shape: Shape) -> Mutation:
    return Mutation(draw.randbytes(draw.choice((2, 100, 100_000))), "be refused")


def _flipped_bits(draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    flipped = bytearray(content)
    for _ in range(draw.choice((1, 1, 3, 30))):
        flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
    return Mutation(bytes(flipped))


def _bytes_lost(draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    first = draw.randrange(len(content))
    return Mutation(content[:first] + content[first + draw.randrange(1, 300) :])


def _other_start(draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    starts = (
        b"%PDF-1.7\n",
        b"\x1f\x8b\x08\x00",
        b"PAR1",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<html>",
    )
    start = draw.choice([start for start in starts if not content.startswith(start)])
    return Mutation(start + content[draw.choice((0, len(start))) :], "be refused")


def _twice(_draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    return Mutation(content + content, "any", None, 0)


def _packed_again(draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    return Mutation(
        draw.choice((lambda: gzip.compress(content, mtime=0), lambda: _zip("a.csv", content)))(), "be refused"
    )


def _archives_in_archives(_draw: random.Random, content: bytes, _shape: Shape) -> Mutation:
    for name in ("a.csv", "b.zip", "c.zip"):
        content = _zip(name, content)
    return Mutation(content, "be refused")


def _leading_out(draw: random.Random, content: bytes, shape: Shape) -> Mutation:
    names = ("../../a.csv", "/etc/cron.d/a", "C:\\a.csv", "..\\a.csv", "a/../../b", "//host/a")
    return Mutation(_zip(draw.choice(names), _unpacked(content, shape)), "be refused")


def _bomb(draw: random.Random, _content: bytes, _shape: Shape) -> Mutation:
    return Mutation(_bombs()[draw.randrange(3)], "be refused")


@cache
def _bombs() -> tuple[bytes, bytes, bytes]:
    zeros, rows = bytes(48 * 2**20), b"\n" * (48 * 2**20)
    return gzip.compress(zeros, mtime=0), _zip("a.csv", rows), _zip("xl/workbook.xml", zeros)


_BYTES: dict[str, Callable[[random.Random, bytes, Shape], Mutation]] = {
    "cut off": _cut_off,
    "empty": _nothing,
    "one byte": _one_byte,
    "random bytes": _random_bytes,
    "flipped bits": _flipped_bits,
    "bytes lost": _bytes_lost,
    "another kind's first bytes": _other_start,
    "the file twice": _twice,
    "packed once more": _packed_again,
    "archives in archives": _archives_in_archives,
    "names that lead out of an archive": _leading_out,
    "a bomb": _bomb,
}


# Reading and writing, as simply as a source's system might.


def _delimited(shape: Shape) -> DelimitedFormat:
    if not isinstance(shape, DelimitedFormat):
        raise TypeError("text alone has separators and an encoding")
    return shape


def _lines(text: bytes) -> int:
    """Rows under the header."""
    return len(text.splitlines()) - 1


def _blank(cells: Cells) -> int:
    return sum(not any(row) for row in cells[1:])


def _read(content: bytes, shape: Shape) -> Cells:
    if isinstance(shape, DelimitedFormat):
        lines = io.StringIO(content.decode(shape.encoding), newline="")
        return list(csv.reader(lines, delimiter=shape.separator, quoting=csv.QUOTE_NONE))
    if isinstance(shape, ExcelFormat):
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(shape.sheet)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    table = pq.read_table(io.BytesIO(content))
    columns = [[text or "" for text in column.to_pylist()] for column in table.columns]
    return [table.column_names, *(list(row) for row in zip(*columns, strict=True))]


def _write(cells: Cells, shape: Shape) -> bytes:
    if isinstance(shape, DelimitedFormat):
        text = "".join(shape.separator.join(row) + "\r\n" for row in cells)
        return text.encode(shape.encoding, "replace")
    target = io.BytesIO()
    if isinstance(shape, ExcelFormat):
        with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
            page = book.add_worksheet(shape.sheet)
            for number, row in enumerate(cells):
                for place, text in enumerate(row[:16_384]):
                    page.write_string(number, place, text[:32_767])
        return target.getvalue()
    width = len(cells[0])
    columns = zip(*([*row, *[""] * (width - len(row))] for row in cells[1:]), strict=True)
    arrays = [pa.array(texts, pa.string()) for texts in columns] or [pa.array([], pa.string())] * width
    pq.write_table(pa.Table.from_arrays(arrays, names=cells[0]), target)
    return target.getvalue()


def _unpacked(content: bytes, shape: Shape) -> bytes:
    if shape.packed == "gzip":
        return gzip.decompress(content)
    if shape.packed == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(archive.namelist()[0])
    return content


def _packed(content: bytes, shape: Shape) -> bytes:
    if shape.packed == "gzip":
        return gzip.compress(content, mtime=0)
    return _zip(shape.member or "leverans", content) if shape.packed == "zip" else content


def _zip(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
