"""From a source's text columns to the canonical visit: each kind of mapping, and nothing that a cell or a name can break."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import ALPHA, SMALL

from regions.fields import Coded, Moment, Municipality, Number, Professions, TextField
from regions.folder import load_region
from tasks.cells import BLANKS
from tasks.mapping import visit_select
from tasks.reading import ROW_NUMBER

FOLDER = load_region(str(SMALL))
_CONNECTION = duckdb.connect(":memory:")
BOUND = {"delivery_id": "abc", "delivery_month": date(2024, 1, 1), "earliest_month": date(2023, 11, 1)}
PLAIN: dict[str, Any] = {
    "record_id": TextField(column="id"),
    "person_id": TextField(column="pid"),
    "started": Moment(date_column="day", date_format="%Y-%m-%d"),
    "care_form": Coded(value="outpatient"),
    "place": Coded(value="home"),
    "residence_municipality": Municipality(value="1880"),
    "serving_municipality": Municipality(value="1880"),
}
CELLS = {"id": "1", "pid": "19121212-1212", "day": "2024-01-05"}


def mapped(cells: Mapping[str, str], **visit: Any) -> dict[str, Any]:
    """The canonical visit of one row under a mapping."""
    source = FOLDER.sources_by_id[ALPHA]
    mapping = source.visit.model_validate({**PLAIN, **visit})
    columns = {**CELLS, **cells}
    table = pa.table({name: pa.array([text], pa.string()) for name, text in columns.items()})
    _CONNECTION.register("hemvard_raw", table.append_column(ROW_NUMBER, pa.array([2], pa.int64())))
    result = _CONNECTION.execute(visit_select(FOLDER, source.model_copy(update={"visit": mapping})), BOUND)
    names = [column[0] for column in result.description]
    (row,) = result.fetchall()
    return dict(zip(names, row, strict=True))


def test_what_a_mapping_leaves_out_is_unknown() -> None:
    found = mapped({})
    assert (found["record_id"], found["person_id"], found["row_number"]) == ("1", "19121212-1212", 2)
    assert (found["delivery_id"], found["source_id"], found["system"]) == ("abc", "alpha_visits", "alpha")
    assert (found["principal"], found["cancelled"], found["ragged"]) == ("region", False, False)
    assert (found["care_form"], found["place"]) == ("outpatient", "home")
    unknown = ("living", "planned", "acute", "provider_level", "palliative", "dementia", "rehabilitation")
    unknown += ("assistive_devices", "delegated", "distance", "enrolled", "sex_given")
    assert {found[name] for name in unknown} == {"unknown"}
    assert found["professions"] == ["unknown"]
    assert (found["minutes"], found["minutes_unreadable"], found["profession_unreadable"]) == (None, False, False)
    assert (found["care_unit_code"], found["has_unit"], found["serving_from_unit"]) == (None, False, False)
    assert found["source_municipalities"] == ["1814", "1861", "1880"]


@pytest.mark.parametrize(
    ("text", "meaning"), [("H", "home"), (" H ", "home"), ("", "unknown"), ("  ", "unknown"), ("h", None), ("?", None)]
)
def test_a_code_is_what_its_list_says_and_nothing_is_guessed(text: str, meaning: str | None) -> None:
    assert mapped({"p": text}, place=Coded(column="p", codes={"H": "home"}))["place"] == meaning


def test_an_empty_code_means_what_the_source_says() -> None:
    codes = {"J": "yes"}
    assert mapped({"p": ""}, acute=Coded(column="p", codes=codes, empty="no"))["acute"] == "no"
    assert mapped({"p": ""}, acute=Coded(column="p", codes=codes, empty=None))["acute"] is None


@pytest.mark.parametrize(("text", "cancelled"), [("J", True), ("N", False), ("", False), ("x", None)])
def test_cancelled(text: str, cancelled: bool | None) -> None:
    coded = Coded(column="m", codes={"J": "yes", "N": "no"}, empty="no")
    assert mapped({"m": text}, cancelled=coded)["cancelled"] is cancelled


@pytest.mark.parametrize(("text", "sex"), [("K", "female"), ("M", "male"), ("", "unknown"), ("X", None)])
def test_sex(text: str, sex: str | None) -> None:
    assert mapped({"k": text}, sex=Coded(column="k", codes={"K": "female", "M": "male"}))["sex_given"] == sex


@pytest.mark.parametrize(
    ("moment", "cells", "started", "has_time"),
    [
        ({"date_format": "%Y-%m-%d"}, {"day": "2024-02-29"}, datetime(2024, 2, 29), False),
        ({"date_format": "%Y-%m-%d"}, {"day": "2023-02-29"}, None, False),
        ({"date_format": "%Y-%m-%d"}, {"day": "29/2 2024"}, None, False),
        ({"date_format": "%Y-%m-%d"}, {"day": ""}, None, False),
        ({"date_format": "%d.%m.%Y %H:%M"}, {"day": "05.01.2024 23:59"}, datetime(2024, 1, 5, 23, 59), True),
        (
            {"date_format": "%Y%m%d", "time": "%H%M"},
            {"day": "20240105", "t": "0730"},
            datetime(2024, 1, 5, 7, 30),
            True,
        ),
        ({"date_format": "%Y%m%d", "time": "%H%M"}, {"day": "20240105", "t": ""}, datetime(2024, 1, 5), False),
        ({"date_format": "%Y%m%d", "time": "%H%M"}, {"day": "20240105", "t": "2460"}, None, True),
        ({"date_format": "%Y%m%d", "time": "%H%M"}, {"day": "", "t": "0730"}, None, True),
    ],
)
def test_the_start_of_a_visit(
    moment: dict[str, str], cells: dict[str, str], started: datetime | None, has_time: bool
) -> None:
    time = {"time_column": "t", "time_format": moment["time"]} if "time" in moment else {}
    found = mapped({"t": "", **cells}, started=Moment(date_column="day", date_format=moment["date_format"], **time))
    assert (found["started_at"], found["has_time"]) == (started, has_time)


@pytest.mark.parametrize(
    ("utc", "stockholm"),
    [
        ("2024-01-05T12:00:00Z", "2024-01-05 13:00"),
        ("2024-07-05T12:00:00Z", "2024-07-05 14:00"),
        ("2024-01-31T23:30:00Z", "2024-02-01 00:30"),  # another day, another month
        ("2023-12-31T23:00:00Z", "2024-01-01 00:00"),
        ("2024-03-31T00:59:00Z", "2024-03-31 01:59"),  # before the hour that isn't there
        ("2024-03-31T01:00:00Z", "2024-03-31 03:00"),  # after it
        ("2024-10-27T00:30:00Z", "2024-10-27 02:30"),  # the hour that comes twice
        ("2024-10-27T01:30:00Z", "2024-10-27 02:30"),
        ("2024-10-27T02:00:00Z", "2024-10-27 03:00"),
    ],
)
def test_utc_becomes_the_time_in_stockholm(utc: str, stockholm: str) -> None:
    moment = Moment(date_column="day", date_format="%Y-%m-%dT%H:%M:%SZ", zone="UTC")
    assert mapped({"day": utc}, started=moment)["started_at"] == datetime.fromisoformat(stockholm)


def test_swedish_time_is_kept_as_written_even_in_the_hour_that_is_not_there() -> None:
    moment = Moment(date_column="day", date_format="%Y-%m-%d %H:%M")
    assert mapped({"day": "2024-03-31 02:30"}, started=moment)["started_at"] == datetime(2024, 3, 31, 2, 30)


@pytest.mark.parametrize(
    ("text", "number", "minutes", "unreadable"),
    [
        ("30", {}, 30, False),
        (" 30 ", {}, 30, False),
        ("", {}, None, False),
        ("30,4", {}, 30, False),
        ("30.4", {"decimal": "."}, 30, False),
        ("30 min", {}, None, True),
        ("1.5", {"decimal": ","}, None, True),
        ("1,5", {"decimal": ","}, 2, False),
        ("1e3", {}, None, True),
        ("1 500", {"thousands": " "}, 1500, False),
        ("1 500", {}, None, True),
        ("dygn", {"codes": {"dygn": "1440"}}, 1440, False),
        ("-5", {}, -5, False),
        ("99999999999", {}, None, True),
        ("0,5", {"unit": "hours"}, 30, False),
        ("1,75", {"unit": "hours"}, 105, False),
        ("0,3333", {"unit": "hours"}, 20, False),
        ("2", {"unit": "hours"}, 120, False),
        ("1.25", {"unit": "hours", "decimal": "."}, 75, False),
        ("1,25", {"unit": "hours", "decimal": "."}, None, True),
        ("1:30", {"unit": "hours"}, None, True),
        ("99999999,9999", {"unit": "hours"}, None, True),
        ("NaN", {}, None, True),
    ],
)
def test_minutes_and_hours(text: str, number: dict[str, Any], minutes: int | None, unreadable: bool) -> None:
    found = mapped({"n": text}, minutes=Number(column="n", **number))
    assert (found["minutes"], found["minutes_unreadable"]) == (minutes, unreadable)


@pytest.mark.parametrize(
    ("first", "second", "professions", "unreadable"),
    [
        ("S", "A", ["nurse", "occupational_therapist"], False),
        ("A", "S", ["occupational_therapist", "nurse"], False),
        ("", "A", ["occupational_therapist"], False),
        ("", "", ["unknown"], False),
        ("?", "A", ["occupational_therapist"], True),
        ("S", "?", ["nurse"], True),
        ("?", "", ["unknown"], True),
    ],
)
def test_professions_come_with_the_lead_first(
    first: str, second: str, professions: list[str], unreadable: bool
) -> None:
    entry = Professions(columns=("y1", "y2"), codes={"S": "nurse", "A": "occupational_therapist"})
    found = mapped({"y1": first, "y2": second}, professions=entry)
    assert (found["professions"], found["profession_unreadable"]) == (professions, unreadable)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1880", "1880"),
        ("1880 Örebro", "1880"),
        ("0180", "9998"),  # exists, in another county
        ("9998", "9998"),
        ("9999", "9999"),
        ("", "9999"),
        ("SKYDD", "9999"),
        ("0000", None),
        ("188", None),
        ("Örebro", None),
    ],
)
def test_the_municipality_of_residence(text: str, code: str | None) -> None:
    entry = Municipality(column="h", codes={"SKYDD": "9999"})
    assert mapped({"h": text}, residence_municipality=entry)["residence_municipality_code"] == code


@pytest.mark.parametrize(("text", "code"), [("1880", "1880"), ("188001", "1880"), ("0180", "0180"), ("", None)])
def test_the_serving_municipality_is_not_mended(text: str, code: str | None) -> None:
    found = mapped({"s": text}, serving_municipality=Municipality(column="s"))
    assert (found["serving_given"], found["serving_from_unit"]) == (code, False)


def test_the_serving_municipality_may_come_from_the_unit() -> None:
    found = mapped({"u": " VC1 "}, serving_municipality=Municipality(from_unit=True), care_unit=TextField(column="u"))
    assert (found["serving_given"], found["serving_from_unit"]) == (None, True)
    assert (found["care_unit_code"], found["has_unit"]) == ("VC1", True)


def test_a_birth_date_beside_the_id() -> None:
    moment = Moment(date_column="b", date_format="%Y%m%d")
    assert mapped({"b": "19500304"}, birth_date=moment)["birth_date_given"] == date(1950, 3, 4)
    assert mapped({"b": "195003"}, birth_date=moment)["birth_date_given"] is None


HOSTILE = (
    "x'; DROP TABLE hemvard_raw; --",
    'x" FROM hemvard_raw; --',
    "x\\'",
    "$delivery_id",
    "{p}",
    "%s",
    "-- ",
    "/*",
    "å ö\t'",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_column_name_is_a_name(name: str) -> None:
    entry = Coded(column=name, codes={"H": "home"})
    assert mapped({name: "H"}, place=entry)["place"] == "home"
    assert mapped({name: "30"}, minutes=Number(column=name))["minutes"] == 30
    assert (
        mapped({name: "1880"}, residence_municipality=Municipality(column=name))["residence_municipality_code"]
        == "1880"
    )


@pytest.mark.parametrize("code", HOSTILE)
def test_a_hostile_code_is_a_text(code: str) -> None:
    code = code.strip()
    entry = Coded(column="p", codes={code: "home", "K": "clinic"})
    assert mapped({"p": code}, place=entry)["place"] == "home"
    assert mapped({"p": "K"}, place=entry)["place"] == "clinic"
    assert mapped({"p": "other"}, place=entry)["place"] is None


SPACES = {chr(code) for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs"}
CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


def test_every_space_of_unicode_is_a_blank() -> None:
    assert set(BLANKS) - SPACES == set("\t\r\n\u200b\ufeff")


@settings(max_examples=50)
@given(CELL, CELL.filter(bool), CELL.filter(bool))
def test_no_cell_name_or_code_raises(cell: str, name: str, code: str) -> None:
    name = f"own {name}"
    found = mapped(
        {name: cell, "day": cell, "pid": cell},
        place=Coded(column=name, codes={code: "home"}),
        minutes=Number(column=name, unit="hours"),
        started=Moment(date_column="day", date_format="%Y-%m-%d", time_column=name, time_format="%H:%M"),
        professions=Professions(columns=(name,), codes={code: "nurse"}),
        residence_municipality=Municipality(column=name, codes={code: "9999"}),
    )
    bare = cell.strip(BLANKS)
    assert found["person_id"] == (bare or None)
    assert found["place"] == ("unknown" if not bare else "home" if bare == code else None)
    assert found["profession_unreadable"] == (bool(bare) and bare != code)
