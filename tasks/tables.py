"""The tables of a release beside those that `protect` makes: quality, definitions, staffing, money, dictionary.

Nothing here depends on which release was before, nor on how this one is published: the past can be computed again by
the same functions.
"""

from collections.abc import Sequence
from dataclasses import astuple

import pyarrow as pa

from expectations.rules import record_rules, visit_rules
from regions.parameters import ParameterValue
from tasks.equalisation.tables import equalisation
from tasks.protect import BUILD
from tasks.quarantine import show_standing
from tasks.register import register, register_table, retrieved
from tasks.row_counts import count_rows
from tasks.run import Run
from tasks.staffing import staffing_rows
from warehouse import indicators, schema
from warehouse.columns import Table
from warehouse.lake import registered
from warehouse.lineage import lineage
from warehouse.model_files import MODELS
from warehouse.sql import columns, qualified


def target_of(table: Table) -> str:
    """The quoted name of a table in the database that is built."""
    return qualified(f"{BUILD}.{table.name}")


def write_tables(run: Run) -> None:
    """Fill them in the database that `protect` began, attached as `build`."""
    count_rows(run)
    with run.transaction():
        _write_quality(run)
        _write_official(run)
        _write_definitions(run)
        _write_staffing(run)
        _write_equalisation(run)
        insert(run, schema.DICTIONARY, list(schema.dictionary_rows()))
        insert(run, schema.LINEAGE, [astuple(line) for line in lineage()])


def _write_quality(run: Run) -> None:
    entries = register(run.folder, run.ledger())
    messages = {entry.id: entry.message_sv for entry in (*visit_rules(), *record_rules())}
    show_standing(run.connection)
    rules = pa.table({"rule_id": list(messages), "message_sv": list(messages.values())})
    with registered(run.connection, {"hemvard_register": register_table(entries), "hemvard_rules": rules}):
        for table in (schema.DELIVERIES, schema.RULE_RESULTS, schema.QUARANTINE_SUMMARY):
            sql = (MODELS / f"{table.name.replace('.', '/')}.sql").read_text(encoding="utf-8")
            run.connection.execute(f"INSERT INTO {target_of(table)} BY NAME {sql} ORDER BY {columns(table.key)}")


def _write_official(run: Run) -> None:
    rows = [
        (
            entry.source.id,
            entry.source.title_sv,
            entry.source.supplier_sv,
            entry.months[0].first,
            entry.months[-1].first,
            len(entry.months),
            entry.retrieved_at,
            entry.source.note_sv,
        )
        for entry in retrieved(run.folder, run.ledger())
    ]
    insert(run, schema.OFFICIAL_SERIES, rows)


def _write_definitions(run: Run) -> None:
    names = schema.INDICATOR_DEFINITIONS.names()
    rows = [[getattr(entry, name) for name in names] for entry in indicators.definitions()]
    insert(run, schema.INDICATOR_DEFINITIONS, rows)


def _write_staffing(run: Run) -> None:
    rows = [astuple(row) for row in staffing_rows(run.connection, run.folder, run.started_at.date())]
    insert(run, schema.STAFFING, rows)


def _write_equalisation(run: Run) -> None:
    """The tables of money, and the parameter values that they rest on; what is not computed is told at the end."""
    found = equalisation(run.connection, run.folder, run.as_of)
    for table, rows in found.rows.items():
        insert(run, table, rows)
    insert(run, schema.PARAMETERS, [_parameter_row(value) for value in found.used])
    run.not_computed += found.missing


def insert(run: Run, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Add rows, each with the table's columns in their order, to a table of the database that is built."""
    if not rows:
        return
    names = table.names()
    columns_of_rows = [pa.array(list(column)) for column in zip(*rows, strict=True)]
    with registered(run.connection, {"hemvard_rows": pa.table(dict(zip(names, columns_of_rows, strict=True)))}):
        run.connection.execute(f"INSERT INTO {target_of(table)} BY NAME SELECT * FROM hemvard_rows")


def _parameter_row(value: ParameterValue) -> tuple[object, ...]:
    keys = ", ".join(f"{key}={text}" for key, text in value.keys)
    known = value.known_from
    return (
        value.parameter,
        value.year,
        keys,
        str(value.value),
        value.unit,
        value.kind,
        known,
        value.reference,
        value.address,
    )
