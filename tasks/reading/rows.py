"""What every reader gives: a table of text, its rows numbered as they stand in the file."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tasks.faults import DeliveryFault, Told

ROW_NUMBER = "hemvard_row_number"
MAX_COLUMNS = 4096
"""A file with more is no delivery; reading it takes seconds and gigabytes. Own limit."""


@dataclass(frozen=True)
class Reading:
    """A delivery's rows: all columns text, with the row number; and the numbers of the ragged rows."""

    table: pa.Table
    ragged: tuple[int, ...]

    @property
    def rows(self) -> int:
        """All rows under the header, ragged ones included."""
        return int(self.table.num_rows) + len(self.ragged)


def unreadable(expected: Told, sv: str, en: str) -> DeliveryFault:
    """The fault of a file that is not what its source says."""
    return DeliveryFault("file_readable", expected=expected, found=Told(sv, en))


def check_width(expected: Told, columns: int) -> None:
    """Refuse a file with more columns than any delivery has."""
    if columns > MAX_COLUMNS:
        sv, en = f"den har fler än {MAX_COLUMNS} kolumner", f"it has more than {MAX_COLUMNS} columns"
        raise unreadable(expected, sv, en)


def unique(header: Sequence[str]) -> list[str]:
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


def numbered(table: pa.Table, ragged: Sequence[int] = (), empty: Sequence[int] = (), *, header_row: int = 1) -> Reading:
    """Number the rows as they stand in the file; those without any content are left out, not their numbers.

    `ragged` and `empty` are the numbers of rows that are not in the table.
    """
    taken = {*ragged, *empty}
    numbers = range(header_row + 1, header_row + 1 + table.num_rows + len(taken))
    kept = numbers if not taken else [number for number in numbers if number not in taken]
    filled = functools.reduce(pc.or_, (pc.not_equal(column, "") for column in table.columns))
    return Reading(table.append_column(ROW_NUMBER, pa.array(kept, pa.int64())).filter(filled), tuple(ragged))
