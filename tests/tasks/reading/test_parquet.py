"""Parquet: every column as text, missing cells empty, rows numbered from 1."""

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.formats import ParquetFormat
from tasks.faults import DeliveryFault
from tasks.reading import ROW_NUMBER, read_delivery

SECRET = "Hemlig-19121212-1212"


def source(columns: tuple[str, ...] = ("a",), **more: Any) -> Any:
    return SimpleNamespace(format=ParquetFormat(**more), columns=columns)


def parquet(columns: dict[str, Any], **how: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **how)
    return target.getvalue()


def rows(content: bytes, of: Any = None) -> list[tuple[Any, ...]]:
    table = read_delivery(of or source(), content).table
    return [(row.pop(ROW_NUMBER), *row.values()) for row in table.to_pylist()]


def fault(content: bytes, of: Any = None) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        read_delivery(of or source(), content)
    assert caught.value.__cause__ is None
    assert SECRET not in f"{caught.value.sv} {caught.value.en}"
    return caught.value


def test_text_is_kept_as_it_stands_and_a_missing_cell_is_empty() -> None:
    content = parquet({"a": ["0012", None, " å\n;", ""], "b": ["x", "y", None, ""]})
    assert rows(content) == [(1, "0012", "x"), (2, "", "y"), (3, " å\n;", "")]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([True], "true"),
        ([191212121212], "191212121212"),
        ([Decimal("1.50")], "1.50"),
        ([30.5], "30.5"),
        ([date(2024, 2, 29)], "2024-02-29"),
        ([datetime(2024, 2, 29, 13, 5)], "2024-02-29 13:05:00"),
        (pa.array([datetime(2024, 2, 29, 13, 5)], pa.timestamp("ns")), "2024-02-29 13:05:00"),
        ([datetime(2024, 2, 29, 13, 5, tzinfo=UTC)], "2024-02-29 13:05:00+00"),
        ([time(7, 30)], "07:30:00"),
        (pa.array(["x"]).dictionary_encode(), "x"),
        (pa.array(["x"], pa.large_string()), "x"),
        ([" å".encode()], " å"),
    ],
)
def test_other_types_become_the_text_that_they_mean(values: Any, text: str) -> None:
    assert rows(parquet({"a": values, "other": ["z"]})) == [(1, text, "z")]


def test_lists_and_records_are_refused() -> None:
    assert "listor eller poster" in fault(parquet({"a": [[SECRET]]})).sv


def test_nul_signs_and_bytes_that_are_no_text_are_refused() -> None:
    assert "nolltecken" in fault(parquet({"a": [f"{SECRET}\0"]})).sv
    false = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    assert fault(parquet({"a": false})).rule_id == "file_readable"
    assert fault(parquet({"a": [SECRET.encode() + b"\xff"]})).rule_id == "file_readable"


def test_what_is_no_parquet_is_told() -> None:
    assert fault(b"a;b\n1;2\n").sv == "Filen går inte att läsa som Parquet: filen är text."
    content = parquet({"a": [SECRET] * 100})
    for spoiled in (content[:-5], content[:50], content[4:], content[:20] + b"\xff" * 20 + content[40:]):
        assert fault(spoiled).rule_id == "file_readable"


def test_an_empty_table_is_empty() -> None:
    assert fault(parquet({"a": pa.array([], pa.string())})).rule_id == "rows_present"
    assert fault(parquet({"a": ["", None]})).rule_id == "rows_present"
    assert fault(parquet({"a": pa.nulls(3)})).rule_id == "rows_present"


def test_a_missing_column_is_named() -> None:
    assert "Kolumnen b saknas" in fault(parquet({"a": ["1"]}), source(("a", "b"))).sv


def test_a_few_bytes_that_say_very_many_rows_are_refused() -> None:
    content = parquet({"a": pa.array(["x" * 50] * 200_000)})
    assert len(content) < 2**16
    told = fault(content, source(max_mib=1))
    assert told.rule_id == "size_within_limit"
    assert "1 MiB" in told.en


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 700))
def test_no_bytes_do_worse_than_a_delivery_fault(content: bytes, place: int) -> None:
    with pytest.raises(DeliveryFault):
        read_delivery(source(), b"PAR1" + content + b"PAR1")
    whole = parquet({"a": ["x", "y"]}, compression="none")
    try:
        read_delivery(source(), whole[:place] + content[:4] + whole[place + 4 :])
    except DeliveryFault as told:
        assert told.sv
