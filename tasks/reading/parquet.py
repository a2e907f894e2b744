"""Parquet → a table of text, row group by row group, as large as its source allows and no larger."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regions.formats import ParquetFormat
from tasks.faults import DeliveryFault, Told
from tasks.reading.kinds import what_it_is
from tasks.reading.rows import Reading, check_width, numbered, unique, unreadable

_EXPECTED = Told("Parquet", "Parquet")
_ROWS = 65_536


def read_parquet(written: ParquetFormat, content: bytes) -> Reading:
    """The rows of a Parquet file, numbered from 1; a missing cell is empty.

    What is not text becomes what DuckDB writes for it: dates and times in ISO form, decimals as they stand.
    """
    if not content.startswith(b"PAR1"):
        found = what_it_is(content)
        raise unreadable(_EXPECTED, f"filen är {found.sv}", f"the file is {found.en}")
    try:
        table = _text_table(written, pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True))
    except (pa.ArrowException, duckdb.Error, OSError, ValueError):
        sv, en = "den är avbruten eller skadad", "it is cut off or damaged"
        raise unreadable(_EXPECTED, sv, en) from None  # Arrow's own message may quote a cell
    if table.num_rows == 0 or table.num_columns == 0:
        raise DeliveryFault("rows_present")
    return numbered(table, header_row=0)


def _text_table(written: ParquetFormat, file: pq.ParquetFile) -> pa.Table:
    schema = file.schema_arrow
    if any(pa.types.is_nested(kind) for kind in schema.types):
        raise unreadable(_EXPECTED, "en kolumn har listor eller poster", "a column holds lists or records")
    check_width(_EXPECTED, len(schema))
    names, size = unique(schema.names), 0
    batches = []
    # Counted while it is read: a few bytes can say a thousand million equal rows.
    for batch in file.iter_batches(batch_size=_ROWS):
        batch.validate(full=True)
        texts = _texts(pa.table(batch.columns, names=names))
        size += texts.nbytes
        if size > written.max_mib * 2**20:
            raise DeliveryFault("size_within_limit", limit=str(written.max_mib))
        batches.append(texts)
    table = pa.concat_tables(batches) if batches else pa.table([pa.array([], pa.string()) for _ in names], names=names)
    if any(pc.any(pc.match_substring(column, "\0")).as_py() for column in table.columns):
        raise unreadable(_EXPECTED, "filen innehåller nolltecken", "the file holds NUL signs")
    return table


def _texts(table: pa.Table) -> pa.Table:
    """All columns as text, without missing cells; bytes are text in UTF-8, as they are where Spark wrote them."""
    columns = [column.cast(pa.string()) if _is_binary(column.type) else column for column in table.columns]
    table = pa.table(columns, names=table.column_names)
    if any(not pa.types.is_string(kind) for kind in table.schema.types):
        table = _cast(table)
    return pa.table([pc.fill_null(column, "") for column in table.columns], names=table.column_names)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _cast(table: pa.Table) -> pa.Table:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.from_arrow(table).project("COLUMNS(*)::VARCHAR").to_arrow_table()
    return found.rename_columns(table.column_names).cast(
        pa.schema([(name, pa.string()) for name in table.column_names])
    )
