"""Delimited deliveries: read as text, every row with its number, nothing lost and nothing told of a cell."""

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.formats import DelimitedFormat
from tasks.faults import DeliveryFault
from tasks.reading import ROW_NUMBER, Reading, read_delivery
from tasks.reading import delimited as read

SECRET = "Hemlig-19121212-1212"


def source(
    encoding: str = "utf-8", separator: str = ";", quote: str = '"', columns: tuple[str, ...] = ("a", "b"), **more: Any
) -> Any:
    written = DelimitedFormat(encoding=encoding, separator=separator, quote=quote, **more)
    return SimpleNamespace(format=written, columns=columns)


def rows(reading: Reading) -> list[tuple[int, ...]]:
    """Row number first, then the cells in the order of the file."""
    return [(row.pop(ROW_NUMBER), *row.values()) for row in reading.table.to_pylist()]


def fault(content: bytes, of: Any = None) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        read_delivery(of or source(), content)
    assert caught.value.sv
    assert caught.value.en
    assert caught.value.__cause__ is None
    assert SECRET not in f"{caught.value.sv} {caught.value.en} {caught.value!r}"
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "|", "\t"])
def test_every_encoding_and_separator(encoding: str, separator: str) -> None:
    text = f"år{separator}vårdform\r\n2024{separator}ÖV åäö é\r\n"
    reading = read_delivery(source(encoding, separator, columns=("år", "vårdform")), text.encode(encoding))
    assert rows(reading) == [(2, "2024", "ÖV åäö é")]
    assert reading.ragged == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_header(encoding: str) -> None:
    of = source(encoding.removesuffix("-sig"))
    assert rows(read_delivery(of, "a;b\n1;2\n".encode(encoding))) == [(2, "1", "2")]


def test_cp1252_has_signs_that_latin_1_has_not() -> None:
    assert rows(read_delivery(source("cp1252"), b"a;b\n1;\x80 \x96\n")) == [(2, "1", "€ –")]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_breaks() -> None:
    content = b'a;b\n1;"x;y"\n2;"l1\nl2"\n3;"say ""hi"""\n4;5" tube\n'
    assert rows(read_delivery(source(), content)) == [
        (2, "1", "x;y"),
        (3, "2", "l1\nl2"),
        (4, "3", 'say "hi"'),
        (5, "4", '5" tube'),
    ]


def test_without_quotes_a_quote_is_a_sign_like_others() -> None:
    assert rows(read_delivery(source(quote=""), b'a;b\n"1;2"\n3;"x\n')) == [(2, '"1', '2"'), (3, "3", '"x')]


def test_ragged_rows_are_told_apart_with_their_numbers() -> None:
    reading = read_delivery(source(), b'a;b\n1;2\n3\n4;5;6\n"7\n7";8\n9\n10;11\n')
    assert reading.ragged == (3, 4, 6)
    assert rows(reading) == [(2, "1", "2"), (5, "7\n7", "8"), (7, "10", "11")]
    assert reading.rows == 6


def test_a_file_of_ragged_rows_alone_is_not_empty() -> None:
    reading = read_delivery(source(), b"a;b\n1\n2\n")
    assert (reading.rows, reading.ragged) == (2, (2, 3))


def test_the_numbers_hold_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_block", lambda _body: 1024)
    lines = [f"{number};x" if number % 50 else f"{number};x;y" for number in range(2, 3000)]
    reading = read_delivery(source(), ("a;b\n" + "\n".join(lines)).encode())
    assert reading.ragged == tuple(range(50, 3000, 50))
    assert all(str(row[0]) == row[1] for row in rows(reading))


@pytest.mark.parametrize("blank", ["", " ", ";", "\r"])
def test_rows_without_content_have_numbers_but_are_no_rows(blank: str) -> None:
    reading = read_delivery(source(), f"a;b\n1;2\n{blank}\n3;4\n5;6;7\n8;9\n{blank}\n".encode())
    assert rows(reading) == [(2, "1", "2"), (4, "3", "4"), (6, "8", "9")]
    assert reading.ragged == (5,)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\n\n \n", b"a;b", b"a;b\n", b"a;b\r\n\r\n", b"a;b\n;\n;\n", b";\n1;2\n"]
)
def test_a_file_without_rows_is_empty(content: bytes) -> None:
    assert fault(content).rule_id == "rows_present"


def test_a_missing_column_is_named() -> None:
    told = fault(b"a;c\n1;2\n", source(columns=("a", "b", "d")))
    assert told.rule_id == "columns_present"
    assert "b, d" in told.sv
    assert "2 kolumner" in told.sv


def test_more_columns_in_another_order_are_welcome() -> None:
    assert read_delivery(source(), b"x;b;a\n1;2;3\n").table.to_pylist() == [
        {"x": "1", "b": "2", "a": "3", ROW_NUMBER: 2}
    ]


def test_a_wrong_separator_leaves_the_columns_missing() -> None:
    assert fault(b"a,b\n1,2\n").rule_id == "columns_present"


def test_headers_are_not_guessed() -> None:
    assert fault(b"A;b\n1;2\n").rule_id == "columns_present"


def test_empty_repeated_and_reserved_headers_hide_no_column() -> None:
    content = f"a;b;a;;{ROW_NUMBER};A;column 4\n1;2;3;4;5;6;7\n".encode()
    table = read_delivery(source(), content).table
    assert len({name.casefold() for name in table.column_names}) == 8
    assert [table.column(place).to_pylist() for place in range(8)] == [[text] for text in "1234567"] + [[2]]
    assert table.column_names[:2] == ["a", "b"]
    assert table.column_names[-1] == ROW_NUMBER


def test_headers_may_be_quoted_and_have_blanks_around() -> None:
    assert rows(read_delivery(source(), b'"a" ; b \n1;2\n')) == [(2, "1", "2")]


def test_utf_8_given_as_latin_1_is_refused() -> None:
    for letters in ("på", "ÖV", "Ängen"):
        told = fault(f"a;b\n1;{letters}\n".encode(), source("latin-1"))
        assert told.rule_id == "file_readable"
        assert "skriven i UTF-8" in told.sv


def test_latin_1_given_as_utf_8_is_refused_with_the_line() -> None:
    told = fault(f"a;b\n1;2\n{SECRET};å\n".encode("latin-1"))
    assert told.rule_id == "file_readable"
    assert "tecknet på rad 3 hör inte till kodningen" in told.sv


def test_nul_bytes_are_refused() -> None:
    assert "nolltecken" in fault(f"a;b\n{SECRET};\0\n".encode()).sv
    assert "nolltecken" in fault("a;b\n1;2\n".encode("utf-16-le"), source("latin-1")).sv
    assert "nolltecken" in fault(f"a;b\n{SECRET};\0\n".encode("utf-16"), source("utf-16")).sv


def test_half_a_utf_16_file_is_refused() -> None:
    assert fault(f"a;b\n{SECRET};2\n".encode("utf-16")[:-1], source("utf-16")).rule_id == "file_readable"


def test_line_ends_of_old_macs_are_refused() -> None:
    assert fault(f"a;b\r{SECRET};2\r".encode()).rule_id == "file_readable"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f'1;"x\n2;{SECRET}\n3;y\n', 4),  # never closed: would take in the rows after it
        (f'1;"x\n2;{SECRET}\n3;"y\n', 4),  # closed by the next broken one: would take in the row between
        (f'1;"{SECRET}"x\n2;y\n', 2),
    ],
)
def test_a_broken_quote_swallows_no_rows(body: str, line: int) -> None:
    told = fault(f"a;b\n{body}".encode())
    assert told.rule_id == "file_readable"
    assert f"rad {line}" in told.sv


def test_a_huge_cell_is_text_as_others_are() -> None:
    huge = "x" * 5_000_000
    assert rows(read_delivery(source(), f"a;b\n1;{huge}\n".encode())) == [(2, "1", huge)]


def test_a_huge_header_or_quoted_cell_is_a_fault_and_not_a_crash() -> None:
    assert fault(f"a;{'b' * 200_000}\n1;2\n".encode()).rule_id == "file_readable"
    assert fault(f'a;b\n1;"{"x" * 200_000}"\n'.encode()).rule_id == "file_readable"


def test_a_row_longer_than_a_block_is_a_fault_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_block", lambda _body: 1024)
    assert fault(f"a;b\n1;{SECRET * 200}\n2;3\n".encode()).rule_id == "file_readable"


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "iso8859-15", "utf-16-be", "utf-32", "cp500"])
def test_any_of_python_s_encodings_of_text_may_be_named(encoding: str) -> None:
    assert rows(read_delivery(source(encoding), "a;b\nå;Ö\n".encode(encoding))) == [(2, "å", "Ö")]


def test_utf_8_is_known_in_any_encoding_of_one_byte() -> None:
    for encoding in ("cp850", "mac_roman", "iso8859-15"):
        assert "skriven i UTF-8" in fault("a;b\n1;på\n".encode(), source(encoding)).sv
    for marked in ("\ufeffa;b\n1;2\n", "a;b\n\ufeff1;2\n"):
        assert "skriven i UTF-8" in fault(marked.encode(), source("latin-1")).sv


def test_a_lone_surrogate_is_no_text() -> None:
    assert fault(b"a;b\n1;+2AA-\n", source("utf-7")).rule_id == "file_readable"
    assert fault(b"a;b\n1;\xed\xa0\x80\n").rule_id == "file_readable"
    assert fault(b"a;b\n1;\xc0\xaf\n").rule_id == "file_readable"


@pytest.mark.parametrize("separator", ["¤", "§", "\x1f", "\x01", " ", "^"])
def test_any_sign_separates(separator: str) -> None:
    content = f'a{separator}b\n1{separator}"x{separator}\ny"\n2\n'.encode()
    reading = read_delivery(source(separator=separator), content)
    assert rows(reading) == [(2, "1", f"x{separator}\ny")]
    assert reading.ragged == (3,)


def test_a_stand_in_for_a_separator_is_none_of_the_text_s_signs() -> None:
    content = "a¤b\n\x1f\x1e¤\x1d\x1c\n".encode()
    assert rows(read_delivery(source(separator="¤"), content)) == [(2, "\x1f\x1e", "\x1d\x1c")]
    full = "a¤b\n" + "".join(read._STAND_INS) + "¤x\n"
    assert "full av styrtecken" in fault(full.encode(), source(separator="¤")).sv


@pytest.mark.parametrize("header", ["a;b", "a;b;", '"a";"b";'])
def test_a_separator_may_end_every_row(header: str) -> None:
    reading = read_delivery(
        source(trailing_separator=True), f"{header}\n1;2;\n3;4\n5;6;7\n8;9;10;\n;;\n11;12;\n".encode()
    )
    assert rows(reading) == [(2, "1", "2"), (7, "11", "12")]
    assert reading.ragged == (3, 4, 5)
    assert reading.table.column_names == ["a", "b", ROW_NUMBER]


def test_without_a_header_the_columns_are_the_source_s() -> None:
    of = source(header=False, columns=("x", "y"))
    reading = read_delivery(of, b"\xef\xbb\xbf1;2\n3\n;\n5;6\n")
    assert reading.table.column_names == ["x", "y", ROW_NUMBER]
    assert rows(reading) == [(1, "1", "2"), (4, "5", "6")]
    assert reading.ragged == (2,)
    assert read_delivery(of, b"1;2;3\n").ragged == (1,)
    assert rows(read_delivery(source(header=False, trailing_separator=True), b"1;2;\n")) == [(1, "1", "2")]


def test_a_header_that_should_not_be_there_is_told() -> None:
    assert "har en rubrikrad" in fault(b'X;"y"\n1;2\n', source(header=False, columns=("x", "y"))).sv


@pytest.mark.parametrize("content", [b"", b"\n", b";\n;\n"])
def test_a_file_without_header_and_rows_is_empty(content: bytes) -> None:
    assert fault(content, source(header=False)).rule_id == "rows_present"


def test_a_second_file_in_the_file_is_told() -> None:
    told = fault("\ufeffa;b\n1;2\n\ufeffa;b\n3;4\n".encode())
    assert "en ny fil börjar på rad 3" in told.sv
    assert "another file begins on line 3" in told.en


def test_too_many_columns_are_told() -> None:
    many = ";".join(f"c{place}" for place in range(4097))
    assert "fler än 4096 kolumner" in fault(f"{many}\n1;2\n".encode()).sv


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"%PDF-1.7\n", "en PDF"),
        (b"\x1f\x8b\x08\x00", "en gzip-fil"),
        (b"PAR1", "en Parquetfil"),
        (b"PK\x03\x04", "en avbruten eller skadad zip-fil"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "en äldre Officefil (xls) eller en arbetsbok med lösenord"),
        (b"<!DOCTYPE html><html>", "en webbsida (HTML)"),
        (b'<?xml version="1.0"?>', "en XML-fil"),
        (b"\xff\xfea\x00", "text i UTF-16"),
    ],
)
def test_what_was_found_instead_is_said_in_both_languages(start: bytes, found: str) -> None:
    told = fault(start + b"a;b\n1;2\n" * 3)
    assert told.sv == f"Filen går inte att läsa som text i utf-8 med skiljetecknet ';': filen är {found}."
    assert told.en.startswith("The file can't be read as text in utf-8 separated by ';': the file is ")
    assert "filen" not in told.en


# What csv and Arrow both hold for text: any sign but NUL; lone carriage returns are line ends to both.
CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)


@settings(max_examples=60)
@given(TABLES, st.sampled_from([";", ",", "|", "\t"]), st.sampled_from(["utf-8", "utf-16"]))
def test_what_is_written_with_the_csv_module_is_read_without_loss(
    table: list[list[str]], separator: str, encoding: str
) -> None:
    header = [f"c{place}" for place in range(len(table[0]))]
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([header, *table])
    expected = [(number, *row) for number, row in enumerate(table, 2) if any(row)]
    of = source(encoding, separator, columns=tuple(header))
    if not expected:
        assert fault(target.getvalue().encode(encoding), of).rule_id == "rows_present"
        return
    reading = read_delivery(of, target.getvalue().encode(encoding))
    assert rows(reading) == expected
    assert reading.ragged == ()


@settings(max_examples=200)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(["a", "b", ";", '"', "\n", "\r", "å", " "]), max_size=40).map(
        lambda signs: b"a;b\n" + "".join(signs).encode()
    ),
    st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16", "cp850", "utf-7"]),
    st.sampled_from(["", '"']),
    st.fixed_dictionaries({"header": st.booleans(), "trailing_separator": st.booleans()}),
)
def test_no_bytes_do_worse_than_a_delivery_fault(
    content: bytes, encoding: str, quote: str, more: dict[str, bool]
) -> None:
    try:
        reading = read_delivery(source(encoding, quote=quote, **more), content)
    except DeliveryFault as told:
        assert told.sv
        return
    numbers = [*reading.ragged, *reading.table.column(ROW_NUMBER).to_pylist()]
    assert len(set(numbers)) == len(numbers) == reading.rows
    assert min(numbers) >= (2 if more["header"] else 1)
