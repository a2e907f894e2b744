"""Great Expectations judges the data where it lies: on the writer's own DuckDB connection.

The suites are made from the rules. Results never carry values: the result format is BOOLEAN_ONLY,
exceptions are translated here, and only the types of expectation used below exist in a suite.
Kept in this one module, so that nothing else depends on how GX is reached.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from expectations.rules import Rule, row_rules
from warehouse.sql import literal, qualified

# GX reads these when it is imported, which takes seconds: hence the imports inside the functions.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

_SEVERITY = {"error": "critical", "warning": "warning"}


def failed_rules(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    """Judge a staged month: the row rules whose threshold some delivery passes, and the own expectations that fail.

    Reads `staging.rule_results` (a row per delivery and rule) and `staging.accepted`.
    """
    thresholds = _validate(connection, "memory.staging", "rule_results", _threshold_expectations())
    tables = _validate(connection, "memory.staging", "accepted", _table_expectations())
    return thresholds, tables


def failed_results(connection: duckdb.DuckDBPyConnection, catalogue: str, rules: Iterable[Rule]) -> set[str]:
    """Judge a release that is being built in an attached database; its batch is `meta.release`."""
    return _validate(connection, f"{catalogue}.meta", "release", _result_expectations(rules))


def _threshold_expectations() -> list[Any]:
    return [_unexpected_rows(rule, _over_threshold(rule)) for rule in row_rules()]


def _over_threshold(rule: Rule) -> str:
    return (
        f"SELECT delivery_id FROM {{batch}} WHERE rule_id = {literal(rule.id)} "
        "AND rows_failed > threshold_share * rows_checked"
    )


def _result_expectations(rules: Iterable[Rule]) -> list[Any]:
    return [_unexpected_rows(rule, f"SELECT * FROM ({rule.breaches}), {{batch}}") for rule in rules]


def _unexpected_rows(rule: Rule, query: str) -> Any:
    import great_expectations.expectations as gxe

    return gxe.UnexpectedRowsExpectation(
        unexpected_rows_query=query,
        description=rule.message_en,
        severity=_SEVERITY[rule.severity],
        meta={"rule_id": rule.id},
    )


def _table_expectations() -> list[Any]:
    """What must hold of every accepted row, whatever the rules let through."""
    import great_expectations.expectations as gxe

    never_null: Sequence[str] = ("record_id", "delivery_id", "row_number", "system", "cancelled")
    return [
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["delivery_id", "row_number"], meta={"rule_id": "accepted_row_is_unique"}
        ),
        *(
            gxe.ExpectColumnValuesToNotBeNull(column=column, meta={"rule_id": f"accepted_{column}_present"})
            for column in never_null
        ),
    ]


def _validate(connection: duckdb.DuckDBPyConnection, home: str, table: str, expectations: Sequence[Any]) -> set[str]:
    """The rule ids of the expectations that fail on a table of a `catalogue.schema`."""
    import great_expectations as gx
    from duckdb_sqlalchemy import ConnectionWrapper

    context = gx.get_context(mode="ephemeral", project_config=_config())

    cursors: list[duckdb.DuckDBPyConnection] = []

    def opened() -> Any:
        cursor = connection.cursor()
        cursors.append(cursor)
        cursor.execute(f"USE {qualified(home)}")
        return ConnectionWrapper(cursor)

    source = context.data_sources.add_sql(
        "warehouse",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={
            "creator": opened,
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
    )
    asset = source.add_table_asset(table, table_name=table)
    batch = asset.add_batch_definition_whole_table(table).get_batch()
    suite = gx.ExpectationSuite(name=table, expectations=list(expectations))
    try:
        outcome = batch.validate(suite, result_format="BOOLEAN_ONLY")
    finally:
        for cursor in cursors:  # an open cursor would keep an attached database open
            cursor.close()
    return {_rule_id(result) for result in outcome.results if not result.success}


def _config() -> Any:
    """A context that keeps nothing and writes nothing: no docs site, no progress bars."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return DataContextConfig(
        data_docs_sites={},
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    )


def _rule_id(result: Any) -> str:
    """The rule of a failed expectation; an expectation that could not run is a fault of ours, told without values."""
    rule_id = str(result.expectation_config.meta["rule_id"])
    if _raised(result.exception_info or {}):
        raise RuntimeError(f"the expectation of rule {rule_id} could not be evaluated")
    return rule_id


def _raised(told: dict[str, Any]) -> bool:
    """Whether an expectation raised: told at the top, or for each of its metrics."""
    return any(
        _raised(entry) if isinstance(entry, dict) else key == "raised_exception" and entry
        for key, entry in told.items()
    )
