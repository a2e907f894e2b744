"""One sheet of a workbook (xlsx) → a table of text, through pandas; looked at closely before it is opened."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable

import pyarrow as pa

from regions.formats import ExcelFormat
from tasks.faults import DeliveryFault, Told
from tasks.reading.kinds import EXCEL, what_it_is
from tasks.reading.rows import Reading, check_width, numbered, unique, unreadable
from tasks.reading.unpacking import DAMAGED, METHODS, opened, pieces, too_large

MAX_CELLS = 20_000_000
"""A sheet is read as a whole rectangle: one cell far away takes the memory of all before it. Own limit."""
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,9})([0-9]{1,19})["']""")
_LONGEST = 64


def read_excel(written: ExcelFormat, content: bytes) -> Reading:
    """The rows of one sheet, with the numbers that Excel shows; a formula's cell is its last result."""
    expected = Told(f"Excel, blad {written.sheet}", f"Excel, sheet {written.sheet}")
    found = what_it_is(content)
    if found != EXCEL:
        raise unreadable(expected, f"filen är {found.sv}", f"the file is {found.en}")
    rows = _rows(written, expected, content)
    top = next((place for place, row in enumerate(rows) if any(row)), None)
    if top is None:
        raise DeliveryFault("rows_present")
    check_width(expected, len(rows[top]))
    header = unique([name.strip() for name in rows[top]])
    columns = [pa.array([row[place] for row in rows[top + 1 :]], pa.string()) for place in range(len(header))]
    return numbered(pa.table(columns, names=header), header_row=top + 1)


def _rows(written: ExcelFormat, expected: Told, content: bytes) -> list[list[str]]:
    """All cells of the sheet as text, from the first row on."""
    import pandas as pd
    from python_calamine import CalamineError

    try:
        _look_closely(written, expected, content)
        with pd.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            if written.sheet not in book.sheet_names:
                raise unreadable(expected, "bladet saknas", "the sheet is missing")
            sheet = pd.read_excel(book, sheet_name=written.sheet, dtype=object, header=None, na_filter=False)
    except (CalamineError, *DAMAGED):
        sv, en = "arbetsboken är avbruten eller skadad", "the workbook is cut off or damaged"
        raise unreadable(expected, sv, en) from None
    return [[_cell(value) for value in row] for row in sheet.to_numpy().tolist()]


def _look_closely(written: ExcelFormat, expected: Told, content: bytes) -> None:
    """Unpack all that the workbook holds, and keep nothing: how large it is, and how far its cells reach."""
    left, furthest = written.max_mib * 2**20, (0, 0)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if info.compress_type not in METHODS:
                raise zipfile.BadZipFile
            tail = b""
            with opened(archive, info) as stream:
                for chunk in pieces(stream, info.compress_size, written):
                    left -= len(chunk)
                    if left < 0:
                        raise too_large(written)
                    furthest = _further(furthest, _REFERENCE.findall(tail + chunk))
                    tail = chunk[-_LONGEST:]
    if furthest[0] * furthest[1] > MAX_CELLS:
        sv, en = f"bladet sträcker sig över fler än {MAX_CELLS} celler", f"the sheet spans more than {MAX_CELLS} cells"
        raise unreadable(expected, sv, en)


def _further(furthest: tuple[int, int], references: Iterable[tuple[bytes, bytes]]) -> tuple[int, int]:
    """The last row and column of those known and of these: A1 is (1, 1)."""
    row, column = furthest
    found = list(references)
    for letters in {letters for letters, _ in found}:
        column = max(column, _column(letters))
    return max((row, *(int(number) for _, number in found))), column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _cell(value: object) -> str:
    """A cell's text: whole numbers without a decimal point, dates in ISO form, without a time at midnight."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
