"""Workbooks: one sheet, every cell as text, rows with the numbers that Excel shows."""

import gzip
import io
import zipfile
from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.formats import ExcelFormat
from tasks.faults import DeliveryFault
from tasks.reading import ROW_NUMBER, read_delivery

SECRET = "Hemlig-19121212-1212"


def source(sheet: str = "Besök", columns: tuple[str, ...] = ("a", "b")) -> Any:
    return SimpleNamespace(format=ExcelFormat(kind="excel", sheet=sheet), columns=columns)


def workbook(rows: list[list[object]], sheet: str = "Besök", top: int = 0) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("Läs mig").write(0, 0, SECRET)
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows, top):
            for place, value in enumerate(row):
                if value is not None:
                    page.write(number, place, value)
    return target.getvalue()


def rows(content: bytes, **of: Any) -> list[tuple[Any, ...]]:
    table = read_delivery(source(**of), content).table
    return [(row.pop(ROW_NUMBER), *row.values()) for row in table.to_pylist()]


def fault(content: bytes) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        read_delivery(source(), content)
    assert SECRET not in f"{caught.value.sv} {caught.value.en}"
    return caught.value


def test_numbers_and_dates_become_the_text_that_they_mean() -> None:
    cells: list[list[object]] = [
        ["a", "b"],
        [191212121212, 30.5],
        ["0012", date(2024, 2, 29)],
        [datetime(2024, 2, 29, 13, 5), time(7, 30)],
        [0, -2.0],
    ]
    assert rows(workbook(cells)) == [
        (2, "191212121212", "30.5"),
        (3, "0012", "2024-02-29"),
        (4, "2024-02-29T13:05:00", "07:30:00"),
        (5, "0", "-2"),
    ]


def test_text_is_kept_as_it_stands() -> None:
    assert rows(workbook([["a", "b"], ["rad 1\nrad 2", " å;ä|ö "]])) == [(2, "rad 1\nrad 2", " å;ä|ö ")]


def test_rows_have_the_numbers_that_excel_shows() -> None:
    cells: list[list[object]] = [["a", "b"], ["1", "2"], [None, None], ["3", None], [None, "4"]]
    assert rows(workbook(cells)) == [(2, "1", "2"), (4, "3", ""), (5, "", "4")]
    assert [row[0] for row in rows(workbook(cells, top=3))] == [5, 7, 8]


def test_a_missing_sheet_is_told() -> None:
    told = fault(workbook([["a", "b"], ["1", "2"]], sheet="Blad1"))
    assert told.rule_id == "file_readable"
    assert "Excel, blad Besök: bladet saknas" in told.sv


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "tom"),
        (b"a;b\n1;2\n", "text"),
        (SECRET.encode(), "text"),
        (b"PK\x03\x04" + SECRET.encode() * 50, "en avbruten eller skadad zip-fil"),
        (workbook([["a", "b"], [1, 2]])[:-200], "en avbruten eller skadad zip-fil"),
    ],
    # A workbook holds the time at which it was made: without ids, two workers would name this test differently.
    ids=["empty", "text", "an id", "no archive", "cut off"],
)
def test_what_is_no_workbook_is_told(content: bytes, found: str) -> None:
    told = fault(content)
    assert told.rule_id == "file_readable"
    assert told.sv == f"Filen går inte att läsa som Excel, blad Besök: filen är {found}."


def test_a_missing_column_is_named() -> None:
    told = fault(workbook([["a", "c"], [1, 2]]))
    assert told.rule_id == "columns_present"
    assert "Kolumnen b saknas" in told.sv


@pytest.mark.parametrize("cells", [[], [["a", "b"]], [["a", "b"], [None, None]]])
def test_a_sheet_without_rows_is_empty(cells: list[list[object]]) -> None:
    assert fault(workbook(cells)).rule_id == "rows_present"


def test_repeated_and_empty_headers_hide_no_column() -> None:
    cells: list[list[object]] = [["a", "b", "a", None], ["1", "2", "3", "4"]]
    assert rows(workbook(cells)) == [(2, "1", "2", "3", "4")]


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_delivery_fault(content: bytes) -> None:
    with pytest.raises(DeliveryFault):
        read_delivery(source(), content)


def spoiled(name: str, old: bytes, new: bytes) -> bytes:
    """A workbook in which one file was written by hand."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["a", "b"], ["1", "2"]]))) as whole,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for info in whole.infolist():
            content = whole.read(info)
            if info.filename == name:
                assert old in content
                content = content.replace(old, new)
            changed.writestr(info.filename, content)
    return target.getvalue()


def test_a_cell_far_away_does_not_take_the_memory_of_all_before_it() -> None:
    told = fault(spoiled("xl/worksheets/sheet2.xml", b'r="B2"', b'r="XFD1048576"'))
    assert "fler än 20000000 celler" in told.sv
    assert "more than 20000000 cells" in told.en


def test_a_workbook_that_is_a_bomb_does_not_go_off() -> None:
    content = spoiled("xl/worksheets/sheet2.xml", b"</worksheet>", b" " * (40 * 2**20) + b"</worksheet>")
    assert len(content) < 2**17
    assert fault(content).rule_id == "archive_safe"


def test_a_formula_is_its_result_and_nothing_else() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Besök")
        page.write_row(0, 0, ["a", "b"])
        page.write_formula(1, 0, "=1+2", value=3)
        page.write_string(1, 1, "=CMD()")
    assert rows(target.getvalue()) == [(2, "3", "=CMD()")]


@pytest.mark.parametrize("packed", ["gzip", "zip"])
def test_a_workbook_may_be_packed(packed: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xlsx", workbook([["a", "b"], ["1", "2"]]))
    content = target.getvalue() if packed == "zip" else gzip.compress(workbook([["a", "b"], ["1", "2"]]))
    of: Any = SimpleNamespace(format=ExcelFormat(sheet="Besök", packed=packed), columns=("a", "b"))  # type: ignore[arg-type]
    assert read_delivery(of, content).rows == 1
