"""The ledger's records of erasures and of what is kept no more: numbers and decisions, never who."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Literal

import duckdb
import pyarrow as pa

from warehouse.columns import Table
from warehouse.lake import registered
from warehouse.schema import CLOSED_MONTHS, ERASED_IDS, ERASING, ERASURES, RETIRED
from warehouse.sql import columns, qualified

State = Literal["begun", "erased", "done"]
Landing = Literal["rewritten", "removed", "gone"]


@dataclass(frozen=True)
class Erased:
    """An erasure and one delivery that had rows of the person: a row of `ledger.erasures`."""

    record_id: str
    delivery_id: str
    source_id: str
    month: date | None
    rows_erased: int
    landing: Landing
    state: State
    reason: str
    decision: str
    begun_at: datetime
    erased_at: datetime | None = None


def read_erasures(connection: duckdb.DuckDBPyConnection) -> list[Erased]:
    """Every erasure's deliveries, in the order in which the erasures were begun; none in an older version's lake."""
    try:
        rows = connection.execute(
            f"SELECT {columns(ERASURES.names())} FROM {qualified(f'lake.{ERASURES.name}')} "
            "ORDER BY begun_at, record_id, source_id, month, delivery_id"
        ).fetchall()
    except duckdb.CatalogException:
        return []
    return [Erased(*row) for row in rows]


def hashes_of(entries: Iterable[Erased]) -> dict[str, str]:
    """Each erasure whose rows are gone → a hash of the deliveries that lost rows, and of how many."""
    listed: dict[str, list[str]] = {}
    for entry in entries:
        if entry.state != "begun":
            listed.setdefault(entry.record_id, []).append(f"{entry.delivery_id} {entry.rows_erased}")
    return {record: hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest() for record, told in listed.items()}


def write_begun(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Sequence[Erased],
    rows: Mapping[str, Iterable[int]],
    prints: Iterable[str],
) -> None:
    """Write an erasure that begins, or begins again, in the place of what stood; the caller holds the transaction.

    `rows` are the numbers of those that go, by delivery: kept until they have gone.
    """
    record = deliveries[0].record_id
    for table in (ERASURES, ERASING, ERASED_IDS):
        connection.execute(
            f"DELETE FROM {qualified(f'lake.{table.name}')} WHERE record_id = $record", {"record": record}
        )
    _append(connection, ERASURES, [astuple(entry) for entry in deliveries])
    _append(connection, ERASED_IDS, [(record, print_) for print_ in sorted(prints)])
    going = [(record, delivery, number) for delivery, numbers in sorted(rows.items()) for number in sorted(numbers)]
    _append(connection, ERASING, going)


def rows_going(connection: duckdb.DuckDBPyConnection, record_id: str) -> dict[str, frozenset[int]]:
    """Delivery → the rows that an erasure which has begun removes."""
    rows = connection.execute(
        f"SELECT delivery_id, list(row_number) FROM {qualified(f'lake.{ERASING.name}')} "
        "WHERE record_id = $record GROUP BY delivery_id",
        {"record": record_id},
    ).fetchall()
    return {delivery: frozenset(numbers) for delivery, numbers in rows}


def set_state(
    connection: duckdb.DuckDBPyConnection, record_id: str, state: State, *, erased_at: datetime | None = None
) -> None:
    """Note how far an erasure has come; the caller holds the transaction."""
    if state != "begun":
        connection.execute(
            f"DELETE FROM {qualified(f'lake.{ERASING.name}')} WHERE record_id = $record", {"record": record_id}
        )
    connection.execute(
        f"UPDATE {qualified(f'lake.{ERASURES.name}')} SET state = $state, erased_at = coalesce($at, erased_at) "
        "WHERE record_id = $record",
        {"state": state, "at": erased_at, "record": record_id},
    )


def fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Erasure → the fingerprints of the person's ids."""
    rows = connection.execute(
        f"SELECT record_id, list(fingerprint) FROM {qualified(f'lake.{ERASED_IDS.name}')} GROUP BY record_id"
    ).fetchall()
    return {record: frozenset(listed) for record, listed in rows}


def retire(connection: duckdb.DuckDBPyConnection, what: Mapping[str, Iterable[str]], reason: str, at: datetime) -> None:
    """Note what of deliveries is kept no more: `landing` or `rows` → deliveries; the caller holds the transaction."""
    rows = [(delivery, part, reason, at) for part, deliveries in what.items() for delivery in sorted(deliveries)]
    _append(connection, RETIRED, rows)


def close_months(connection: duckdb.DuckDBPyConnection, months: Iterable[date], at: datetime) -> None:
    """Note months whose rows are kept no more; the caller holds the transaction."""
    _append(connection, CLOSED_MONTHS, [(month, at) for month in months])


def _append(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    cells = zip(*rows, strict=True)
    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us")}
    arrays = [pa.array(list(cell), types[column.type]) for cell, column in zip(cells, table.columns, strict=True)]
    with registered(connection, {"hemvard_appended": pa.table(arrays, names=list(table.names()))}):
        connection.execute(f"INSERT INTO {qualified(f'lake.{table.name}')} BY NAME SELECT * FROM hemvard_appended")
