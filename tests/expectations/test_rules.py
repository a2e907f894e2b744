"""The rules as data: complete, unique, and SQL that can be read."""

import re
from decimal import Decimal

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlglot import exp

from expectations.rules import Rule, all_rules, result_rules, row_check_sql, row_rules, rule
from tasks.faults import DeliveryFault
from warehouse import schema

ALL = all_rules()
PLAIN = {
    "id": "a",
    "severity": "error",
    "dimension": "conformance",
    "message_sv": "Fel.",
    "message_en": "Fault.",
    "reference": "own rule",
}


def test_each_rule_stands_once() -> None:
    identifiers = [entry.id for entry in ALL]
    assert len(identifiers) == len(set(identifiers))
    assert all(rule(identifier).id == identifier for identifier in identifiers)
    with pytest.raises(KeyError):
        rule("no_such_rule")


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.id)
def test_a_rule_says_what_is_wrong_and_by_what_right_in_both_languages(entry: Rule) -> None:
    assert entry.message_sv.endswith(".")
    assert entry.message_en.endswith(".")
    assert entry.message_sv != entry.message_en
    assert entry.reference.strip()
    if entry.level != "result":
        assert entry.todo_sv.endswith("."), "the supplier is told what to do"


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.id)
def test_the_messages_of_both_languages_are_filled_in_alike(entry: Rule) -> None:
    fields = [set(re.findall(r"{(\w*)}", text)) for text in (entry.message_sv, entry.message_en)]
    assert fields[0] == fields[1]
    if entry.level == "delivery":
        fault = DeliveryFault(entry.id, **dict.fromkeys(fields[0], "x"))
        assert "{" not in fault.sv + fault.en
    else:
        assert fields[0] == set(), "a row's value never enters a message"


@pytest.mark.parametrize("entry", row_rules(), ids=lambda entry: entry.id)
def test_a_row_rule_is_a_condition_that_can_be_read(entry: Rule) -> None:
    assert entry.threshold is not None
    assert Decimal(0) <= entry.threshold < 1
    parsed = sqlglot.parse_one(f"SELECT 1 WHERE {entry.fails_when}", read="duckdb")
    assert not list(parsed.find_all(exp.Subquery)), "one pass: a rule sees its row alone"
    assert list(parsed.find_all(exp.Column))


@pytest.mark.parametrize("entry", result_rules(), ids=lambda entry: entry.id)
def test_a_result_rule_is_a_query_that_can_be_read(entry: Rule) -> None:
    assert isinstance(sqlglot.parse_one(str(entry.breaches), read="duckdb"), exp.Query)


def test_the_thresholds_are_those_of_the_contract() -> None:
    assert {entry.threshold for entry in row_rules("visits") if entry.severity == "error"} == {Decimal("0.02")}


def test_one_pass_over_the_rows_and_a_row_for_each_broken_rule() -> None:
    parsed = sqlglot.parse_one(row_check_sql(), read="duckdb")
    assert [table.sql() for table in parsed.find_all(exp.Table)] == ["staging.identified"]
    for entry in row_rules("visits"):
        assert f"'rule_id': '{entry.id}'" in row_check_sql()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.booleans() | st.none(), st.booleans()), min_size=1, max_size=8))
def test_a_cancelled_or_ragged_row_is_judged_by_fewer_rules(rows: list[tuple[bool, bool | None, bool]]) -> None:
    """(ragged, cancelled, code missing) of each row; every other attribute is right."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE SCHEMA staging; CREATE TABLE staging.identified AS {_right_row()} LIMIT 0")
        for number, (ragged, cancelled, missing) in enumerate(rows):
            connection.execute(
                f"INSERT INTO staging.identified SELECT * REPLACE ($1 AS row_number, $2 AS ragged, $3 AS cancelled, "
                f"CASE WHEN $4 THEN NULL ELSE place END AS place) FROM ({_right_row()})",
                [number, ragged, cancelled, missing],
            )
        found = set(connection.execute(f"SELECT row_number, rule_id FROM ({row_check_sql()})").fetchall())
    expected = set()
    for number, (ragged, cancelled, missing) in enumerate(rows):
        expected |= {(number, "row_shape")} if ragged else set()
        expected |= {(number, "cancelled_known")} if cancelled is None else set()
        expected |= {(number, "attribute_codes_known")} if missing and not cancelled and not ragged else set()
    assert found == expected


def _right_row() -> str:
    names = {
        *(
            "record_id person_id_class person_id_fault care_form place living planned acute provider_level sex_given sex_of_id"
        ).split(),
        *("palliative dementia rehabilitation assistive_devices delegated distance enrolled").split(),
        *("residence_municipality_code serving_municipality_code delivery_id").split(),
    }
    texts = ", ".join(f"'x' AS {name}" for name in sorted(names))
    return (
        f"SELECT {texts}, 0::BIGINT AS row_number, DATE '2024-01-01' AS delivery_month, DATE '2024-01-01' AS month, "
        "DATE '2023-10-01' AS earliest_month, false AS ragged, false AS cancelled, TIMESTAMP '2024-01-05' AS started_at, "
        "false AS profession_unreadable, false AS minutes_unreadable, 30 AS minutes, 70 AS age, true AS serving_is_of_source, "
        "false AS unit_unmapped, false AS record_of_several"
    )


@pytest.mark.parametrize(
    "given_rule",
    [
        {**PLAIN, "level": "row"},
        {**PLAIN, "level": "row", "fails_when": "true"},
        {**PLAIN, "level": "delivery", "fails_when": "true", "threshold": "0.02"},
        {**PLAIN, "level": "result"},
        {**PLAIN, "level": "delivery", "breaches": "SELECT 1"},
        {**PLAIN, "level": "delivery", "severity": "fatal"},
        {**PLAIN, "level": "delivery", "mesage": "x"},
        {key: text for key, text in {**PLAIN, "level": "delivery"}.items() if key != "reference"},
    ],
)
def test_a_rule_that_is_not_of_its_level_is_refused(given_rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(given_rule)


def test_every_key_of_a_published_table_of_volumes_is_watched() -> None:
    watched = " ".join(str(entry.breaches) for entry in result_rules() if entry.id.endswith("key_is_unique"))
    for table in (schema.VISITS_MONTH, schema.REGION_TOTALS):
        assert f"FROM {table.name} GROUP BY {', '.join(table.key)} HAVING" in watched
