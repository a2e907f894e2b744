"""A delivery without some of its rows: the rest reads as before, to the number of each row, in every format."""

import gzip
import io
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import person

from regions.formats import DelimitedFormat, ExcelFormat, ParquetFormat
from tasks.erasure.person import Person
from tasks.erasure.rewriting import Found, hidden, raw_rows, without
from tasks.reading import ROW_NUMBER, Reading, read_delivery

ID = person(9)
PATTERN = Person(frozenset(), {ID}).pattern()
ROWS = [
    ["1", ID, "x"],
    ["2", "annan", "åäö"],
    ["3", ID, "z"],
    ["4", "annan", f"nära {ID[:8]}-{ID[8:]}"],
    ["5", "b", "c"],
]
COLUMNS = ("nr", "vem", "text")


def source(written: Any) -> Any:
    return SimpleNamespace(format=written, columns=COLUMNS)


def delimited(encoding: str, separator: str = ";", ends: str = "\r\n", **more: Any) -> tuple[Any, bytes]:
    lines = [COLUMNS, *ROWS]
    text = ends.join(separator.join(line) for line in lines)
    return source(DelimitedFormat(encoding=encoding, separator=separator, **more)), text.encode(encoding)


def excel() -> tuple[Any, bytes]:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Annat").write(0, 0, f"anteckning om {ID}")
        sheet = book.add_worksheet("Besök")
        for row, cells in enumerate([COLUMNS, *ROWS], 2):  # two empty rows before the header
            sheet.write_row(row, 0, cells)
    return source(ExcelFormat(sheet="Besök")), target.getvalue()


def parquet() -> tuple[Any, bytes]:
    target = io.BytesIO()
    columns = [pa.array([int(row[0]) for row in ROWS]), *(pa.array([row[place] for row in ROWS]) for place in (1, 2))]
    schema = pa.schema([("nr", pa.int64()), ("vem", pa.string()), ("text", pa.string())])
    pq.write_table(pa.table(columns, schema=pa.schema([field.with_nullable(False) for field in schema])), target)
    return source(ParquetFormat()), target.getvalue()


def packed(kind: str) -> tuple[Any, bytes]:
    _made, content = delimited("utf-8")
    if kind == "gzip":
        return source(DelimitedFormat(encoding="utf-8", separator=";", packed="gzip")), gzip.compress(content)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mapp/besök.csv", content)
        archive.writestr("läs mig.txt", f"frågor om {ID}")
    return source(DelimitedFormat(encoding="utf-8", separator=";", packed="zip", member="besök.csv")), target.getvalue()


MADE: dict[str, Callable[[], tuple[Any, bytes]]] = {
    "utf-8": lambda: delimited("utf-8"),
    "latin-1 with |": lambda: delimited("latin-1", "|", "\n"),
    "utf-16": lambda: delimited("utf-16", "\t"),
    "a separator beyond ASCII": lambda: delimited("utf-8", "§"),
    "without quotes": lambda: delimited("cp1252", quote=""),
    "excel": excel,
    "parquet": parquet,
    "gzip": lambda: packed("gzip"),
    "zip": lambda: packed("zip"),
}


def numbered(reading: Reading) -> dict[int, tuple[str, ...]]:
    return {row.pop(ROW_NUMBER): tuple(row.values()) for row in reading.table.to_pylist()}


@pytest.mark.parametrize("name", MADE)
def test_rows_go_and_the_others_keep_their_numbers(name: str) -> None:
    made, content = MADE[name]()
    before = read_delivery(made, content)
    rows = numbered(before)
    own = frozenset(number for number, row in rows.items() if row[1] == ID)
    told = frozenset(number for number, row in rows.items() if "nära" in row[2])
    assert (len(own), len(told)) == (2, 1)
    left = without(made, content, before, Found(own, told), PATTERN)
    assert left is not None
    masked = {number: (*rows[number][:2], "nära ********-****") for number in told}
    kept = {number: row for number, row in rows.items() if number not in own}
    assert numbered(read_delivery(made, left)) == kept | masked
    assert ID not in everything(left)
    assert ID[8:] not in everything(left)


def everything(content: bytes) -> str:
    """A file's bytes, and what is packed in it."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(everything(archive.read(name)) for name in archive.namelist())
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return content.replace(b"\0", b"").decode("latin-1")


@pytest.mark.parametrize("name", MADE)
def test_where_no_row_is_left_there_is_no_file(name: str) -> None:
    made, content = MADE[name]()
    before = read_delivery(made, content)
    assert without(made, content, before, Found(frozenset(numbered(before))), PATTERN) is None


CELL = st.text(st.sampled_from('ab åä";\r\n'), max_size=4)


@settings(max_examples=40)
@given(st.lists(st.tuples(CELL, CELL), min_size=2, max_size=8), st.sampled_from(["\r\n", "\n"]), st.data())
def test_whatever_stands_in_cells_the_other_bytes_stay(
    rows: list[tuple[str, str]], ends: str, data: st.DataObject
) -> None:
    made = SimpleNamespace(format=DelimitedFormat(encoding="utf-8", separator=";"), columns=("a", "b"))
    texts = [f"{quoted(one)};{quoted(other)}{ends}" for one, other in [("a", "b"), *rows]]
    content = "".join(texts).encode()
    assert raw_rows(made.format, content.decode()) == texts
    before = numbered(read_delivery(made, content)) if any("".join(row).strip() for row in rows) else {}
    gone = data.draw(
        st.sets(st.sampled_from(sorted(before)), max_size=len(before) - 1) if len(before) > 1 else st.just(set())
    )
    if gone:
        left = without(made, content, read_delivery(made, content), Found(frozenset(gone)), PATTERN)
        assert left == "".join(ends if number in gone else text for number, text in enumerate(texts, 1)).encode()


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_an_id_is_found_however_it_is_written_and_no_other_number() -> None:
    short = ID[2:]
    for text in (ID, short, f"{ID[:8]}-{ID[8:]}", f"{short[:6]}-{short[6:]}", f"{short[:6]}+{short[6:]}", f"x{ID}y"):
        assert hidden(PATTERN, f"om {text}, {text}").count(short[:6]) == 0, text
    for other in (f"1{ID}", f"{ID}0", f"0{short}", person(10), short[:6], ID[8:]):
        assert hidden(PATTERN, other) == other
