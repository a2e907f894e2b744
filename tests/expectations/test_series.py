"""The rules over time, asked of series written by hand: what is planted is found, and nothing else."""

from collections.abc import Callable, Iterator
from datetime import date

import duckdb
import pytest
import sqlglot
from pydantic import ValidationError
from sqlglot import exp

from expectations.rules import Rule, result_rules, rule, series_rules
from expectations.suite import failed_series

A, B = "alpha", "beta"
HSA = "SE2321000000-E00"
Found = set[tuple[str, str, str, str]]


def months(count: int, first: int = 0) -> list[date]:
    """So many months from January 2011, or so many later."""
    return [date(2011 + number // 12, number % 12 + 1, 1) for number in range(first, first + count)]


class Series:
    """A connection with `staging.series`, and what rows it gets."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(
            "CREATE SCHEMA staging; CREATE TABLE staging.series (series VARCHAR, source_id VARCHAR, subject VARCHAR, "
            "month DATE, part BIGINT, whole BIGINT, few BOOLEAN, era BIGINT)"
        )

    def add(
        self,
        series: str,
        count: int,
        *,
        source: str = A,
        subject: str = "-",
        part: Callable[[int], int] = lambda number: 1000 + number % 7,
        whole: int | None = None,
        few: bool = False,
        era: Callable[[int], int] = lambda _number: 0,
    ) -> None:
        """So many months of a series; `part` of the month's number."""
        rows = [
            (series, source, subject, month, part(number), whole, few, era(number))
            for number, month in enumerate(months(count))
        ]
        self.connection.executemany("INSERT INTO staging.series VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def leave_out(self, month: str) -> None:
        """Nothing was delivered that month."""
        self.connection.execute("DELETE FROM staging.series WHERE month = $month::DATE", {"month": f"{month}-01"})

    def found(self) -> Found:
        """(rule, source, subject, month) of each finding."""
        return {
            (entry.id, row[0], row[1], f"{row[2]:%Y-%m}")
            for entry in series_rules()
            for row in self.connection.execute(entry.question()).fetchall()
        }

    def told(self, rule_id: str) -> list[tuple[object, ...]]:
        """What was observed and expected."""
        return self.connection.execute(f"SELECT observed, expected FROM ({rule(rule_id).question()})").fetchall()


@pytest.fixture
def series() -> Iterator[Series]:
    with duckdb.connect(":memory:") as connection:
        yield Series(connection)


def planted(number: int, value: int, usual: int = 1000) -> Callable[[int], int]:
    """The usual, and once something else."""
    return lambda month: value if month == number else usual + month % 7


@pytest.mark.parametrize("entry", series_rules(), ids=lambda entry: entry.id)
def test_a_series_rule_is_a_query_on_the_series_alone_and_stops_nothing(entry: Rule) -> None:
    parsed = sqlglot.parse_one(entry.question(), read="duckdb")
    assert isinstance(parsed, exp.Query)
    assert {f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table)} == {"staging.series"}
    assert [select.alias_or_name for select in parsed.selects] == [
        "source_id",
        "subject",
        "month",
        "observed",
        "expected",
    ]
    assert entry.severity == "warning"
    assert "$" not in entry.question()


def test_a_limit_is_named_in_the_query_and_every_name_has_its_limit() -> None:
    known = rule("unit_not_silent").model_dump()
    with pytest.raises(ValidationError, match="limits"):
        Rule.model_validate(known | {"limits": {}})
    with pytest.raises(ValidationError, match="limits"):
        Rule.model_validate(known | {"limits": known["limits"] | {"another": 1}})
    with pytest.raises(ValueError, match="no query"):
        rule("file_readable").question()
    assert result_rules()[0].question() == result_rules()[0].breaches


def test_what_goes_on_as_before_is_no_finding(series: Series) -> None:
    series.add("volume", 40)
    series.add("unplanned", 40, part=lambda number: 200 + number % 30, whole=1000)
    series.add("unknown", 40, subject="planned", part=lambda number: 10 + number % 30, whole=1000)
    series.add("quarantine", 40, part=lambda number: number % 7, whole=1000)
    series.add("unit", 40, subject=HSA, part=lambda number: 5 + number % 9)
    series.add("control", 40, subject="1880", whole=1020)
    assert series.found() == set()


def test_a_halved_month_is_found_beside_the_same_month_of_earlier_years(series: Series) -> None:
    series.add("volume", 40, part=planted(29, 480))
    series.add("volume", 40, source=B)
    assert series.found() == {("volume_like_earlier_years", A, "-", "2013-06")}
    assert series.told("volume_like_earlier_years") == [(0.48, 1)]


def test_a_season_is_no_finding_where_earlier_years_had_it(series: Series) -> None:
    series.add("volume", 36, part=lambda number: 400 if number % 12 == 6 else 1000)
    assert series.found() == {("volume_like_preceding_months", A, "-", "2011-07")}


def test_in_a_first_year_the_months_before_are_compared_with(series: Series) -> None:
    series.add("volume", 11, part=planted(9, 2100))
    assert series.found() == {("volume_like_preceding_months", A, "-", "2011-10")}
    assert series.told("volume_like_preceding_months") == [(2.1, 1)]


@pytest.mark.parametrize("count", [1, 6])
def test_without_history_no_rule_applies(series: Series, count: int) -> None:
    last = planted(count - 1, 0)
    for name, subject in (("volume", "-"), ("unit", HSA)):
        series.add(name, count, subject=subject, part=last)
    for name in ("unplanned", "unknown", "quarantine"):
        series.add(name, count, part=planted(count - 1, 900, 10), whole=1000)
    assert series.found() == set()


def test_few_visits_are_not_judged(series: Series) -> None:
    series.add("volume", 40, part=planted(30, 1, 40))
    series.add("unplanned", 40, part=planted(30, 70, 10), whole=80)
    series.add("unit", 40, subject=HSA, part=planted(30, 0, -3))
    series.add("control", 40, subject="1880", part=planted(30, 10, 40), whole=44)
    assert series.found() == set()


def test_a_month_that_was_not_delivered_is_no_fall_to_nothing(series: Series) -> None:
    series.add("volume", 40)
    series.add("unit", 40, subject=HSA)
    series.leave_out("2013-03")
    assert series.found() == set()


def test_a_jump_in_unplanned_is_found_both_ways(series: Series) -> None:
    series.add("unplanned", 24, part=planted(15, 420, 200), whole=1000)
    series.add("unplanned", 24, source=B, part=planted(20, 30, 200), whole=1000)
    assert series.found() == {
        ("unplanned_share_steady", A, "-", "2012-04"),
        ("unplanned_share_steady", B, "-", "2012-09"),
    }


def test_a_share_of_too_few_persons_is_found_and_not_told(series: Series) -> None:
    series.add("unplanned", 13, part=planted(12, 3, 200), whole=1000, few=True)
    assert series.told("unplanned_share_steady") == [(None, 0.2)]


def test_a_unit_that_falls_silent_is_found_once_in_its_first_silent_month(series: Series) -> None:
    series.add("unit", 24, subject=HSA + "1", part=lambda number: 0 if number >= 14 else 8)
    series.add("unit", 24, subject=HSA + "2", part=lambda number: 8 if number % 4 else 0)
    series.add("unit", 24, subject=HSA + "1", source=B, part=lambda _number: 8)
    assert series.found() == {("unit_not_silent", A, HSA + "1", "2012-03")}


def test_an_attribute_that_is_missing_more_often_is_found_and_one_that_is_missing_less_is_not(series: Series) -> None:
    series.add("unknown", 24, subject="place", part=planted(18, 400, 100), whole=1000)
    series.add("unknown", 24, subject="minutes", part=planted(18, 10, 400), whole=1000)
    assert series.found() == {("unknown_share_steady", A, "place", "2012-07")}


def test_a_larger_share_in_quarantine_is_found(series: Series) -> None:
    series.add("quarantine", 24, part=planted(10, 19, 2), whole=1000)
    assert series.found() == {("quarantine_share_steady", A, "-", "2011-11")}


def test_a_control_source_that_disagrees_is_found_in_its_municipality(series: Series) -> None:
    series.add("control", 6, subject="1880", part=planted(3, 1100), whole=1000)
    series.add("control", 6, subject="1861", whole=1010)
    series.add("control", 6, subject="1814", part=lambda _number: 300, whole=0)
    assert series.found() == {("control_agrees", A, "1880", "2011-04")}
    assert series.told("control_agrees") == [(0.91, 1)]


@pytest.mark.parametrize("kind", ["overdue", "late", "duplicate", "changed", "mislabelled"])
def test_what_the_delivery_register_found_is_a_finding(series: Series, kind: str) -> None:
    series.add(f"delivery_{kind}", 1, part=lambda _number: 1)
    assert series.found() == {(f"delivery_{kind}", A, "-", "2011-01")}


def test_great_expectations_finds_the_same_rules_broken(series: Series) -> None:
    series.add("volume", 40, part=planted(29, 480))
    series.add("unit", 40, subject=HSA, part=planted(20, 0))
    assert failed_series(series.connection, series_rules()) == {entry[0] for entry in series.found()}
    assert {entry[0] for entry in series.found()} == {"volume_like_earlier_years", "unit_not_silent"}


def test_a_takeover_makes_two_eras_that_are_not_compared(series: Series) -> None:
    series.add("volume", 30, part=lambda number: 1000 if number < 18 else 300, era=lambda number: int(number >= 18))
    assert series.found() == set()
