"""What the files of a region's folder may say, model by model."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from regions.agreement import Agreement
from regions.fields import Coded, Moment, Municipality, Professions
from regions.formats import DelimitedFormat, ExcelFormat, ParquetFormat
from regions.model import Condition, MonthSpan, Period, Publication, Region
from regions.month import Month
from regions.parameters import KnownFrom, ParameterFile
from regions.source import VisitSource
from regions.transport import FolderTransport

REGION: dict[str, Any] = {
    "id": "small",
    "name": "Lilla regionen",
    "county_name": "Örebro län",
    "county_code": "18",
    "data": "synthetic",
    "periods": [{"from": "2024-01", "to": "2024-03"}],
    "municipalities": ["1814", "1861"],
}
AGREEMENT: dict[str, Any] = {
    "id": "one",
    "title_sv": "En",
    "scenario": "base",
    "takeover": "2013-02-01",
    "baseline": {"from": "2011-01", "to": "2011-12"},
    "basis": "illustrative",
    "source": "Prov",
}
PARAMETER: dict[str, Any] = {
    "id": "rate",
    "title_sv": "Sats",
    "title_en": "Rate",
    "unit": "share",
    "kind": "official",
    "known_from": {"years_before": 1, "month": 12, "day": 1},
    "reference": {"title": "SFS", "address": "sfs", "read": "2026-01-01"},
    "values": [{"year": 2024, "value": "0.5"}],
}


def faults(model: Any, **given: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)
    return str(caught.value)


def test_a_span_holds_both_its_ends_and_nothing_else() -> None:
    span = MonthSpan.model_validate({"from": "2024-01", "to": "2024-03"})
    held = [str(month) for month in Month(2023, 12).until(Month(2024, 4)) if span.holds(month)]
    assert held == ["2024-01", "2024-02", "2024-03"]


def test_a_span_without_an_end_goes_on() -> None:
    span = MonthSpan.model_validate({"from": "2024-01"})
    assert span.holds(Month(2199, 1))
    assert not span.holds(Month(2023, 12))


def test_a_span_cant_end_before_it_begins() -> None:
    assert "ends (2023-12) before it begins (2024-01)" in faults(MonthSpan, **{"from": "2024-01", "to": "2023-12"})


def test_a_region_expects_the_months_of_its_periods() -> None:
    periods = [{"from": "2011-01", "to": "2011-02"}, {"from": "2013-05", "to": "2013-05"}]
    region = Region.model_validate({**REGION, "periods": periods})
    expected = [str(month) for month in Month(2010, 12).until(Month(2013, 12)) if region.expects(month)]
    assert expected == ["2011-01", "2011-02", "2013-05"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "Small region"}, "String should match pattern"),
        ({"county_code": "1"}, "String should match pattern"),
        ({"municipalities": ["18140"]}, "String should match pattern"),
        ({"data": "test"}, "'synthetic' or 'real'"),
        ({"late_months": -1}, "greater than or equal to 0"),
        ({"nmae": "x"}, "Extra inputs are not permitted"),
        ({"periods": [{"from": "januari"}]}, "a month is written YYYY-MM"),
        (
            {"county_parts": [{"id": "a", "name": "A", "municipalities": ["1814", "2580"]}]},
            "county part a names 2580, not in municipalities",
        ),
    ],
)
def test_a_wrong_region_is_refused(change: dict[str, Any], words: str) -> None:
    assert words in faults(Region, **{**REGION, **change})


def test_a_model_can_be_neither_extended_nor_changed() -> None:
    region = Region.model_validate(REGION)
    with pytest.raises(ValidationError):
        region.name = "another"


def test_a_baseline_needs_its_end() -> None:
    assert "a baseline needs both from and to" in faults(Agreement, **{**AGREEMENT, "baseline": {"from": "2011-01"}})


def test_ore_are_not_negative_and_say_where_they_were_decided() -> None:
    decision = {"valid_from": "2013-01-01", "ore": "-1", "kind": "official"}
    told = faults(Agreement, **{**AGREEMENT, "ore": [decision]})
    assert "greater than or equal to 0" in told
    assert "ore.0.source" in told


def test_a_condition_must_say_what_unknown_means() -> None:
    assert "unknown" in faults(Condition, attribute="place", **{"in": ["home"]})
    assert "at least 1 item" in faults(Condition, attribute="place", unknown="in", **{"in": []})


def test_a_table_without_margins_publishes_none() -> None:
    publication = Publication.model_validate({"tables": [{"table": "a.b", "margins": [[], ["x"]]}]})
    assert publication.min_persons == 5
    assert publication.margins("a.b") == ((), ("x",))
    assert publication.margins("a.c") == ()
    assert "greater than or equal to 1" in faults(Publication, tables=[], min_persons=0)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("visits.csv", "needs {month} once"),
        ("{month}_{month}.csv", "needs {month} once"),
        ("{month}_{version}_{version}", "{version} at most once"),
        ("sub/{month}.csv", "a name, not a path"),
        ("..\\{month}.csv", "a name, not a path"),
    ],
)
def test_a_file_name_is_a_pattern_with_a_month(pattern: str, words: str) -> None:
    assert words in faults(FolderTransport, file_name=pattern)


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (Coded, {}, "give exactly one of column, expression, value"),
        (Coded, {"column": "a", "codes": {"x": "home"}, "value": "home"}, "give exactly one of"),
        (Coded, {"column": "a"}, "a column needs codes"),
        (Municipality, {}, "give exactly one of column, expression, from_unit, value"),
        (Municipality, {"column": "a", "from_unit": True}, "give exactly one of column, expression, from_unit, value"),
        (Municipality, {"value": "188"}, "String should match pattern"),
        (Moment, {"date_column": "d", "date_format": "%Y", "time_column": "t"}, "go together"),
        (Moment, {"date_column": "d", "date_format": "%Y", "zone": "UTC"}, "a time zone needs a time of day"),
        (Professions, {"columns": [], "codes": {"a": "nurse"}}, "at least 1 item"),
        (DelimitedFormat, {"encoding": "ebcdic", "separator": ";"}, "'ebcdic' is no encoding of text"),
        (DelimitedFormat, {"encoding": "rot13", "separator": ";"}, "'rot13' is no encoding of text"),
        (DelimitedFormat, {"encoding": "idna", "separator": ";"}, "'idna' is no encoding of text"),
        (DelimitedFormat, {"encoding": "utf-8", "separator": '"'}, "separator and quote must differ"),
        (DelimitedFormat, {"encoding": "utf-8", "separator": "\n"}, "can't be a line end"),
        (DelimitedFormat, {"encoding": "utf-8", "separator": ";", "quote": "”"}, "quote must be an ASCII sign"),
        (ExcelFormat, {"sheet": "Besök", "member": "a.xlsx"}, "it needs packed: zip"),
        (ParquetFormat, {"packed": "rar"}, "Input should be 'none', 'gzip' or 'zip'"),
        (DelimitedFormat, {"encoding": "utf-8", "separator": ";;"}, "at most 1 character"),
    ],
)
def test_a_wrong_part_of_a_source_is_refused(model: Any, given: dict[str, Any], words: str) -> None:
    assert words in faults(model, **given)


def test_a_source_says_all_that_cannot_be_guessed() -> None:
    told = faults(VisitSource, id="a")
    for name in ("system", "principal", "required", "delivers", "valid", "format", "columns", "visit", "basis"):
        assert f"\n{name}\n  Field required" in told


def test_a_moment_knows_whether_it_tells_the_time() -> None:
    assert not Moment(date_column="d", date_format="%Y-%m-%d").has_time
    assert Moment(date_column="d", date_format="%Y-%m-%d %H:%M").has_time
    assert Moment(date_column="d", date_format="%Y%m%d", time_column="t", time_format="%H%M").has_time


@pytest.mark.parametrize("given", [{"values": []}, {"file": "rate.csv"}])
def test_a_parameter_has_its_values_in_one_place(given: dict[str, Any]) -> None:
    assert "give either file (a CSV beside this one) or values" in faults(ParameterFile, **{**PARAMETER, **given})


def test_known_from_counts_from_the_value_s_year() -> None:
    assert KnownFrom(years_before=1, month=12, day=1).of(2024) == date(2023, 12, 1)


def test_a_period_may_say_how_its_deliveries_are_known() -> None:
    assert Period.model_validate({"from": "2024-01"}).basis == "delivered"


@pytest.mark.parametrize("text", ["%Y-%m-%q", "YYYY-MM-DD", ""])
def test_a_format_of_dates_is_made_of_known_directives(text: str) -> None:
    with pytest.raises(ValidationError, match="is no format of dates and times"):
        Moment(date_column="day", date_format=text)
