"""Great Expectations judges the data where it lies: on the writer's own DuckDB connection.

The suites are made from the rules. Results never carry values: the result format is BOOLEAN_ONLY,
exceptions are translated here, and only the types of expectation used below exist in a suite.
Kept in this one module, so that nothing else depends on how GX is reached.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from expectations.rules import Rule, result_rules, row_rules, series_rules
from warehouse.sql import literal, qualified

# GX reads these when it is imported, which takes seconds: hence the imports inside the functions.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

_SEVERITY = {"error": "critical", "warning": "warning"}


def failed_rules(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    """Judge a staged month: the row rules whose threshold some delivery passes, and the own expectations that fail.

    Reads `staging.rule_results` (a row per delivery and rule) and `staging.accepted_keys` (a row per accepted row).
    """
    thresholds = _validate(connection, "memory.staging", "rule_results", _threshold_expectations())
    tables = _validate(connection, "memory.staging", "accepted_keys", _table_expectations())
    return thresholds, tables


def failed_results(connection: duckdb.DuckDBPyConnection, catalogue: str, rules: Iterable[Rule]) -> set[str]:
    """Judge a release that is being built in an attached database; its batch is `meta.release`."""
    return _validate(connection, f"{catalogue}.meta", "release", _result_expectations(rules))


def failed_series(connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule]) -> set[str]:
    """Judge what has come, month by month: the series rules that `staging.series` breaks."""
    return _validate(connection, "memory.staging", "series", _series_expectations(rules))


def write_docs(connection: duckdb.DuckDBPyConnection, catalogue: str, folder: Path) -> None:
    """Write Great Expectations' Data Docs into a folder: each rule, and whether it held.

    The row rules' thresholds on `lake.quality.rule_counts`, the series rules on `staging.series`, and the result
    rules on the release in the attached database `catalogue`. Raises RuntimeError, before a page is written, where
    a rule could not be asked.
    """
    context = _context(_docs_site(folder))
    for suite, home, table, expectations in (
        ("row_rules", "lake.quality", "rule_counts", _threshold_expectations()),
        ("series_rules", "memory.staging", "series", _series_expectations(series_rules())),
        ("result_rules", f"{catalogue}.meta", "release", _result_expectations(result_rules())),
    ):
        _keep_validation(context, connection, suite, f"{home}.{table}", expectations)
    context.build_data_docs()


def _threshold_expectations() -> list[Any]:
    return [_unexpected_rows(rule, _over_threshold(rule)) for rule in row_rules()]


def _over_threshold(rule: Rule) -> str:
    return (
        f"SELECT delivery_id FROM {{batch}} WHERE rule_id = {literal(rule.id)} "
        "AND rows_failed > threshold_share * rows_checked"
    )


def _result_expectations(rules: Iterable[Rule]) -> list[Any]:
    return [_unexpected_rows(rule, f"SELECT * FROM ({rule.question()}), {{batch}}") for rule in rules]


def _series_expectations(rules: Iterable[Rule]) -> list[Any]:
    # Great Expectations demands that a query reads its batch, which the rule's own text does under its name.
    judged = "(SELECT count(*) AS rows_judged FROM {batch}) AS judged"
    return [_unexpected_rows(rule, f"SELECT * FROM ({rule.question()}) AS found, {judged}") for rule in rules]


def _unexpected_rows(rule: Rule, query: str) -> Any:
    import great_expectations.expectations as gxe

    return gxe.UnexpectedRowsExpectation(
        unexpected_rows_query=query,
        description=f"{rule.id}. The fault that it looks for: {rule.message_en}",
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

    suite = gx.ExpectationSuite(name=table, expectations=list(expectations))
    with _batch_definition(_context({}), connection, table, f"{home}.{table}") as definition:
        return _failed(definition.get_batch().validate(suite, result_format="BOOLEAN_ONLY"))


def _keep_validation(
    context: Any, connection: duckdb.DuckDBPyConnection, name: str, table: str, expectations: Sequence[Any]
) -> None:
    """Validate a table and keep the outcome in the context, for its Data Docs."""
    import great_expectations as gx

    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=list(expectations)))
    with _batch_definition(context, connection, name, table) as data:
        definition = gx.ValidationDefinition(name=name, data=data, suite=suite)
        _failed(context.validation_definitions.add(definition).run(result_format="BOOLEAN_ONLY"))


@contextmanager
def _batch_definition(context: Any, connection: duckdb.DuckDBPyConnection, name: str, table: str) -> Iterator[Any]:
    """The whole of a `catalogue.schema.table` as a batch, on cursors of the connection that are closed afterwards."""
    from duckdb_sqlalchemy import ConnectionWrapper

    home, _, own_name = table.rpartition(".")
    cursors: list[duckdb.DuckDBPyConnection] = []

    def opened() -> Any:
        cursor = connection.cursor()
        cursors.append(cursor)
        cursor.execute(f"USE {qualified(home)}")
        return ConnectionWrapper(cursor)

    source = context.data_sources.add_sql(
        name,
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={
            "creator": opened,
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
    )
    try:
        yield source.add_table_asset(own_name, table_name=own_name).add_batch_definition_whole_table(own_name)
    finally:
        for cursor in cursors:  # an open cursor would keep an attached database open
            cursor.close()


def _context(sites: dict[str, Any]) -> Any:
    """A context that keeps what it has in memory and draws no progress bars; pages go to the sites alone."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        data_docs_sites=sites,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _docs_site(folder: Path) -> dict[str, Any]:
    """A site of static pages in a folder."""
    return {
        "hemvard": {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
    }


def _failed(outcome: Any) -> set[str]:
    """The rule ids of the expectations that failed."""
    return {_rule_id(result) for result in outcome.results if not result.success}


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
