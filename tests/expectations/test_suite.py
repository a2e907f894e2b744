"""Great Expectations on DuckDB: the same verdict as the rules, and no value told."""

from collections.abc import Iterator

import duckdb
import pytest

from expectations.rules import Rule, row_rules
from expectations.suite import failed_results, failed_rules

SECRET = "191212121212"


@pytest.fixture
def staged() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        rules = ", ".join(f"('d1', '{entry.id}', 100, 0, {entry.threshold})" for entry in row_rules())
        connection.execute(f"""CREATE SCHEMA staging;
            CREATE TABLE staging.rule_results (delivery_id VARCHAR, rule_id VARCHAR, rows_checked BIGINT,
              rows_failed BIGINT, threshold_share DECIMAL(9,6));
            INSERT INTO staging.rule_results VALUES {rules};
            CREATE TABLE staging.accepted_keys (delivery_id VARCHAR, row_number BIGINT, record_id VARCHAR, system VARCHAR,
              cancelled BOOLEAN, note VARCHAR);
            INSERT INTO staging.accepted_keys SELECT 'd1', range, 'r' || range, 'alpha', false, '{SECRET}' FROM range(5)""")
        yield connection


def result_rule(rule_id: str, breaches: str) -> Rule:
    return Rule(
        id=rule_id,
        level="result",
        severity="error",
        dimension="conformance",
        message_sv="Fel.",
        message_en="Fault.",
        reference="own rule",
        breaches=breaches,
    )


def test_a_clean_month_fails_nothing(staged: duckdb.DuckDBPyConnection) -> None:
    assert failed_rules(staged) == (set(), set())


def test_a_rule_fails_above_its_threshold_and_not_at_it(staged: duckdb.DuckDBPyConnection) -> None:
    staged.execute("UPDATE staging.rule_results SET rows_failed = 2 WHERE rule_id = 'care_form_known'")
    staged.execute("UPDATE staging.rule_results SET rows_failed = 3 WHERE rule_id = 'unit_known'")
    assert failed_rules(staged) == ({"unit_known"}, set())


def test_what_no_rule_may_let_through_fails(staged: duckdb.DuckDBPyConnection) -> None:
    staged.execute(f"INSERT INTO staging.accepted_keys VALUES ('d1', 4, NULL, 'alpha', false, '{SECRET}')")
    assert failed_rules(staged) == (set(), {"accepted_row_is_unique", "accepted_record_id_present"})


def test_the_results_of_a_release_are_judged_where_they_lie() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.meta; CREATE SCHEMA build.volumes")
        connection.execute("CREATE TABLE build.meta.release AS SELECT 5 AS min_persons")
        connection.execute("CREATE TABLE build.volumes.months AS SELECT 3 AS patients")
        rules = [
            result_rule("small", "SELECT 1 FROM volumes.months, meta.release AS r WHERE patients < r.min_persons"),
            result_rule("large", "SELECT 1 FROM volumes.months WHERE patients > 3"),
        ]
        assert failed_results(connection, "build", rules) == {"small"}
        connection.execute("DETACH build")  # no cursor of GX's keeps it open


def test_a_rule_that_cannot_be_asked_is_our_fault_and_tells_no_value() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.meta")
        connection.execute(f"CREATE TABLE build.meta.release AS SELECT '{SECRET}' AS min_persons")
        broken = result_rule("odd", "SELECT min_persons::DATE FROM meta.release")
        with pytest.raises(RuntimeError, match="the expectation of rule odd could not be evaluated") as caught:
            failed_results(connection, "build", [broken])
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
