"""json-stat2 and Kolada's pages as tables of text: each cell once, digits as written, anything else refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.formats import JsonStatFormat, KoladaFormat
from tasks.faults import DeliveryFault
from tasks.reading.official import read_json_stat, read_kolada
from tasks.reading.rows import ROW_NUMBER, Reading

# The shape of a public client's recorded answer (TAB638): an object as index, a metric and a year.
DATASET: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Folkmängden efter region, år och tabellinnehåll",
    "updated": "2025-02-21T07:00:00Z",
    "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
    "id": ["Region", "ContentsCode", "Tid"],
    "size": [2, 1, 2],
    "dimension": {
        "Region": {"label": "region", "category": {"index": {"1480": 1, "0180": 0}, "label": {}}},
        "ContentsCode": {"category": {"index": ["BE0101N1"]}},
        "Tid": {"category": {"index": {"2023": 0, "2024": 1}}},
    },
    "value": [984748, 988943, None, 604616.50],
    "status": {"2": ".."},
}
KOLADA: dict[str, Any] = {
    "values": [
        {
            "kpi": "N20897",
            "municipality": "2580",
            "period": 2024,
            "values": [
                {"gender": "T", "count": 1, "status": "", "value": 17.3},
                {"gender": "K", "count": 1, "status": "Private", "value": None},
            ],
        }
    ],
    "count": 1,
    "next_url": None,
    "previous_url": None,
}


def as_bytes(*documents: object) -> bytes:
    return b"\n".join(json.dumps(document).encode() for document in documents)


def changed(**parts: object) -> dict[str, Any]:
    return {**DATASET, **parts}


def rows(reading: Reading) -> list[tuple[str, ...]]:
    """The cells without the row numbers."""
    return [tuple(row.values()) for row in reading.table.drop_columns([ROW_NUMBER]).to_pylist()]


def stat(*documents: object, **written: Any) -> Reading:
    return read_json_stat(JsonStatFormat(**written), as_bytes(*documents))


def test_a_row_is_a_cell_row_major() -> None:
    reading = stat(DATASET)
    assert reading.table.column_names == ["Region", "ContentsCode", "Tid", "value", "status", ROW_NUMBER]
    assert rows(reading) == [
        ("0180", "BE0101N1", "2023", "984748", ""),
        ("0180", "BE0101N1", "2024", "988943", ""),
        ("1480", "BE0101N1", "2023", "", ".."),
        ("1480", "BE0101N1", "2024", "604616.5", ""),
    ]
    assert reading.table[ROW_NUMBER].to_pylist() == [1, 2, 3, 4]


def test_numbers_keep_their_digits() -> None:
    content = as_bytes(DATASET).replace(b"984748", b"1234567890123456789.10").replace(b"988943", b"1E+2")
    assert [row[3] for row in rows(read_json_stat(JsonStatFormat(), content))][:2] == ["1234567890123456789.10", "1E+2"]


def test_the_parts_of_a_year_are_one_delivery() -> None:
    other = {**DATASET["dimension"], "Region": {"category": {"index": ["00", "25"]}}}
    assert len(rows(stat(DATASET, changed(dimension=other)))) == 8


def test_a_cell_that_comes_twice_is_refused() -> None:
    with pytest.raises(DeliveryFault) as raised:
        stat(DATASET, DATASET)
    assert raised.value.en == "The file can't be read as each cell once: a cell twice."


def test_contents_as_columns() -> None:
    dimension = {**DATASET["dimension"], "ContentsCode": {"category": {"index": ["OE0101A5", "OE0101A0"]}}}
    document = changed(size=[2, 2, 2], dimension=dimension, value=[*range(7), None], status={"7": ".."})
    reading = stat(document, columns_of="ContentsCode")
    assert reading.table.column_names[:-1] == [
        "Region", "Tid", "OE0101A5", "OE0101A5 status", "OE0101A0", "OE0101A0 status"
    ]  # fmt: skip
    assert rows(reading) == [
        ("0180", "2023", "0", "", "2", ""),
        ("0180", "2024", "1", "", "3", ""),
        ("1480", "2023", "4", "", "6", ""),
        ("1480", "2024", "5", "", "", ".."),
    ]


def test_the_day_to_which_a_year_s_values_refer() -> None:
    table = stat(DATASET, year_day="12-31").table
    assert table["date"].to_pylist() == ["2023-12-31", "2024-12-31"] * 2


def test_statuses_as_a_list() -> None:
    assert [row[4] for row in rows(stat(changed(status=[None, ":", "..", ""])))] == ["", ":", "..", ""]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "rows_present"),
        (b"<html>fel</html>", "a web page (HTML), not JSON"),
        (as_bytes(DATASET)[:-1], "text, not JSON"),
        (as_bytes(DATASET) + b"}", "text, not JSON"),
        (as_bytes(DATASET).replace(b"984748", b"NaN"), "text, not JSON"),
        (b"\xff\xfe{}", "text in UTF-16, not JSON"),
        (b"[" * 100_000, "text, not JSON"),
        (b"[]", "JSON of another kind"),
        (as_bytes(KOLADA), "JSON of another kind"),
        (as_bytes(changed(id=["Region", "value", "Tid"])), "JSON of another kind"),
        (as_bytes(changed(value=[1, 2, 3])), "other cells than its codes make"),
        (as_bytes(changed(size=[2, 1, 3])), "other cells than its codes make"),
        (as_bytes(changed(dimension={})), "a variable without codes"),
        (
            as_bytes(changed(dimension={**DATASET["dimension"], "Tid": {"category": {"index": {"2023": 0, "2024": 2}}}})),
            "a variable without codes",
        ),
        (as_bytes(changed(status=["."])), "statuses of an unknown kind"),
        (as_bytes(DATASET, changed(id=["Region", "Tid", "ContentsCode"], size=[2, 2, 1])), "different variables"),
        (as_bytes(changed(status={"0": "\0"})), "NUL signs"),
        (as_bytes(changed(status={"0": "\ud800"})), "lone surrogates"),
    ],
)  # fmt: skip
def test_what_is_no_json_stat_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(DeliveryFault) as raised:
        read_json_stat(JsonStatFormat(), content)
    assert told in f"{raised.value.rule_id}: {raised.value.en}"


def test_a_table_of_months_has_no_day_of_the_year() -> None:
    dimension = {**DATASET["dimension"], "Tid": {"category": {"index": ["2023M01", "2023M02"]}}}
    with pytest.raises(DeliveryFault) as raised:
        stat(changed(dimension=dimension), year_day="12-31")
    assert "not of years" in raised.value.en
    with pytest.raises(DeliveryFault, match="file_readable"):
        stat(changed(role={}), year_day="12-31")


def test_a_variable_that_is_not_there_gives_no_columns() -> None:
    with pytest.raises(DeliveryFault) as raised:
        stat(DATASET, columns_of="Kon")
    assert "no variable Kon" in raised.value.en


def test_kolada_s_values_one_a_row() -> None:
    reading = read_kolada(KoladaFormat(), as_bytes(KOLADA))
    assert reading.table.column_names[:-1] == ["kpi", "municipality", "period", "gender", "value", "count", "status"]
    assert rows(reading) == [
        ("N20897", "2580", "2024", "T", "17.3", "1", ""),
        ("N20897", "2580", "2024", "K", "", "1", "Private"),
    ]


def test_kolada_s_pages_are_one_delivery_and_an_empty_one_is_empty() -> None:
    second = json.loads(json.dumps(KOLADA).replace("2580", "2581"))
    assert len(rows(read_kolada(KoladaFormat(), as_bytes(KOLADA, second)))) == 4
    with pytest.raises(DeliveryFault, match="rows_present"):
        read_kolada(KoladaFormat(), as_bytes({"values": [], "count": 0}))


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[1]",
        as_bytes(DATASET),
        as_bytes({"values": [{"kpi": "N1", "values": None}]}),
        as_bytes({"values": [{"kpi": "N1", "values": [{"gender": "T", "value": 1}]}]}),
        as_bytes(KOLADA, KOLADA),
        as_bytes(KOLADA)[:-3],
    ],
)
def test_what_is_not_kolada_s_is_refused(content: bytes) -> None:
    with pytest.raises(DeliveryFault, match="file_readable"):
        read_kolada(KoladaFormat(), content)


@given(st.binary(max_size=300), st.integers(0, 600), st.integers(0, 600))
def test_mutated_answers_never_end_in_anything_else(noise: bytes, start: int, length: int) -> None:
    """Bytes replaced anywhere: a table, or a fault of the delivery."""
    for read, written, whole in (
        (read_json_stat, JsonStatFormat(year_day="12-31"), as_bytes(DATASET)),
        (read_kolada, KoladaFormat(), as_bytes(KOLADA)),
    ):
        content = whole[:start] + noise + whole[start + length :]
        try:
            reading = read(written, content)
        except DeliveryFault as fault:
            assert fault.rule_id in ("file_readable", "rows_present")
        else:
            assert reading.rows > 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*DATASET, "index"]), inner),
        max_leaves=8,
    ),
    st.sampled_from([*DATASET]),
)
def test_any_part_of_another_kind_is_refused_or_read(part: object, name: str) -> None:
    content = as_bytes(changed(**{name: part}))
    try:
        read_json_stat(JsonStatFormat(year_day="12-31", columns_of="ContentsCode"), content)
    except DeliveryFault as fault:
        assert fault.rule_id == "file_readable"
