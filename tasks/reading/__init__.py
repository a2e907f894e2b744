"""From a delivery's bytes to a table of text, as its source's YAML says that it is written.

Nothing is guessed and nothing converted: every cell is text, every row has its number in the file
(a header is row 1), and rows with the wrong number of fields are told apart, not dropped. Only rows
without any content are left out; they have their numbers all the same. A module per kind of format.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from regions.source import Source
from tasks.faults import DeliveryFault
from tasks.reading.delimited import read_delimited
from tasks.reading.excel import read_excel
from tasks.reading.official import read_json_stat, read_kolada
from tasks.reading.parquet import read_parquet
from tasks.reading.rows import ROW_NUMBER, Reading
from tasks.reading.unpacking import unpacked

__all__ = ["ROW_NUMBER", "Reading", "read_delivery"]

_READERS: dict[str, Callable[[Any, Source, bytes], Reading]] = {
    "delimited": lambda written, source, content: read_delimited(written, source.columns, content),
    "excel": lambda written, _source, content: read_excel(written, content),
    "parquet": lambda written, _source, content: read_parquet(written, content),
    "json_stat": lambda written, _source, content: read_json_stat(written, content),
    "kolada": lambda written, _source, content: read_kolada(written, content),
}
"""The kind of a source's format → what reads it: the format, its source, and the unpacked file."""


def read_delivery(source: Source, content: bytes) -> Reading:
    """The rows of a delivery; raises DeliveryFault where the file isn't what the source says."""
    reading = _READERS[source.format.kind](source.format, source, unpacked(source.format, content))
    _check_columns(source, reading.table)
    if reading.rows == 0:
        raise DeliveryFault("rows_present")
    return reading


def _check_columns(source: Source, table: pa.Table) -> None:
    missing = [column for column in source.columns if column not in table.column_names]
    if missing:
        raise DeliveryFault("columns_present", columns=", ".join(missing), found=str(table.num_columns - 1))
