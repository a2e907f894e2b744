"""The ledger: what has landed, what has been loaded, what has been computed. Tables of the lake itself.

It is written in the same transaction as the data it speaks of, so that a run killed anywhere leaves
data and ledger agreeing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from regions.month import Month
from regions.source import VISITS
from warehouse.lake import registered
from warehouse.schema import LANDINGS
from warehouse.sql import identifier

LANDING, ROWS = "landing", "rows"
"""What of a delivery may be kept no more."""


@dataclass(frozen=True)
class Landing:
    """A delivery that has landed; the same delivery may land again."""

    delivery_id: str
    source_id: str
    month: Month
    version: int
    file_name: str
    bytes: int
    landing_seq: int
    landed_at: datetime
    content_sha256: str = ""
    """The hash of the bytes alone; empty for what landed before it was kept."""
    stamp: str = ""
    """What told this content from another before it was fetched; empty where nothing did."""

    @property
    def file(self) -> str:
        """Its file in the landing folder."""
        return landed_file(self.source_id, self.month, self.delivery_id)

    @property
    def order(self) -> tuple[int, int]:
        """Deliveries of one source and month: the highest is the newest."""
        return self.version, self.landing_seq


@dataclass(frozen=True, order=True)
class Window:
    """The days for which a model is computed at once: a month, a year, or a period of an agreement."""

    start: date
    end: date

    def months(self) -> Iterator[Month]:
        """The months that lie in it."""
        return Month.of(self.start).until(Month.of(self.end))


@dataclass(frozen=True)
class Load:
    """The latest attempt to load a delivery."""

    delivery_id: str
    accepted: bool
    definition: str
    sequence: int = 0
    fault: str | None = None
    """The rule on which the delivery fell."""
    detail_sv: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class LedgerState:
    """All that a plan needs to know of the past."""

    landings: tuple[Landing, ...]
    loads: Mapping[str, Load]
    month_seq: Mapping[Month, int]
    """Month with visits → the last load that changed them."""
    windows: Mapping[tuple[str, Window], tuple[int, str]]
    """(model, window) → (last load it saw, its definition)."""
    subject_seq: Mapping[str, Mapping[Month, int]] = field(default_factory=dict)
    """Subject other than visits → month → the last load that changed its rows."""
    retired: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Delivery → what of it is kept no more: landing (its original), rows."""
    closed: frozenset[Month] = frozenset()
    """Months whose rows are kept no more; what was computed from them stands."""


def landed_file(source_id: str, month: Month, delivery_id: str) -> str:
    """Where in the landing folder a delivery's bytes lie."""
    return f"{source_id}/{month.compact}-{delivery_id}.age"


def read_ledger(connection: duckdb.DuckDBPyConnection) -> LedgerState:
    """The state of the ledger."""
    changes = _month_changes(connection)
    return LedgerState(
        landings=_landings(connection),
        loads=_loads(connection),
        month_seq=changes.pop(VISITS, {}),
        windows=_windows(connection),
        subject_seq=changes,
        retired=_retired(connection),
        closed=frozenset(Month.of(row[0]) for row in _newer(connection, "SELECT month FROM lake.ledger.closed_months")),
    )


def _retired(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    rows = _newer(connection, "SELECT delivery_id, list(what) FROM lake.ledger.retired GROUP BY delivery_id")
    return {delivery: frozenset(what) for delivery, what in rows}


def _newer(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a table that a lake of an older version, which is only read, may lack."""
    try:
        return _rows(connection, sql)
    except duckdb.CatalogException:
        return []


def _month_changes(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[Month, int]]:
    """Subject → month → the last load that changed it."""
    # All columns: a lake that is only read may be an older version's, which knew visits alone.
    found = connection.execute("SELECT * FROM lake.ledger.month_changes")
    names = [column[0] for column in found.description or ()]
    changes: dict[str, dict[Month, int]] = {}
    for row in found.fetchall():
        told = dict(zip(names, row, strict=True))
        months = changes.setdefault(told.get("subject") or VISITS, {})
        month = Month.of(told["month"])
        months[month] = max(int(told["load_seq"]), months.get(month, 0))
    return changes


def add_month_changes(
    connection: duckdb.DuckDBPyConnection, sequence: int, months: Mapping[str, Iterable[date]]
) -> None:
    """Note the months of each subject that a load changed; the caller holds the transaction."""
    rows = [(sequence, month, subject) for subject, listed in sorted(months.items()) for month in sorted(listed)]
    _append(connection, "month_changes", ("load_seq", "month", "subject"), rows)


def next_load_seq(connection: duckdb.DuckDBPyConnection) -> int:
    """The next number for a load, or for what else changes months."""
    taken = "SELECT load_seq FROM lake.ledger.loads UNION ALL SELECT load_seq FROM lake.ledger.month_changes"
    return int(_rows(connection, f"SELECT coalesce(max(load_seq), 0) + 1 FROM ({taken})")[0][0])


def add_landings(connection: duckdb.DuckDBPyConnection, landings: Sequence[Landing]) -> None:
    """Write new landings; the caller holds the transaction."""
    _append(connection, "landings", LANDINGS.names(), [_landing_row(landing) for landing in landings])


def _landing_row(landing: Landing) -> tuple[object, ...]:
    return tuple(landing.month.first if name == "month" else getattr(landing, name) for name in LANDINGS.names())


def _append(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Add rows to a table of the ledger, all at once: each write to the lake is a file."""
    if rows:
        cells = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
        with registered(connection, {"hemvard_appended": cells}):
            connection.execute(f"INSERT INTO lake.ledger.{identifier(table)} BY NAME SELECT * FROM hemvard_appended")


def note_stamps(connection: duckdb.DuckDBPyConnection, stamps: Mapping[int, str]) -> None:
    """Note new stamps of landings whose content is still what is offered; the caller holds the transaction."""
    for sequence, stamp in stamps.items():
        connection.execute("UPDATE lake.ledger.landings SET stamp = ? WHERE landing_seq = ?", (stamp, sequence))


def add_windows(connection: duckdb.DuckDBPyConnection, built: Mapping[str, tuple[str, Mapping[Window, int]]]) -> None:
    """Note that models have been computed for windows: model → its definition, and the last load that each saw.

    The caller holds the transaction.
    """
    rows = [
        (model, window.start, window.end, sequence, definition)
        for model, (definition, windows) in built.items()
        for window, sequence in sorted(windows.items())
    ]
    connection.execute(
        "DELETE FROM lake.ledger.model_windows WHERE row(model, window_start, window_end) IN "
        "(SELECT row(unnest($models::VARCHAR[]), unnest($starts::DATE[]), unnest($ends::DATE[])))",
        {"models": [row[0] for row in rows], "starts": [row[1] for row in rows], "ends": [row[2] for row in rows]},
    )
    _append(connection, "model_windows", ("model", "window_start", "window_end", "built_seq", "definition"), rows)


def remove_windows(connection: duckdb.DuckDBPyConnection, model: str, windows: Iterable[Window]) -> None:
    """Note that a model's windows are to be computed again, or are no more; the caller holds the transaction."""
    listed = list(windows)
    connection.execute(
        "DELETE FROM lake.ledger.model_windows WHERE model = $model AND row(window_start, window_end) IN "
        "(SELECT row(unnest($starts::DATE[]), unnest($ends::DATE[])))",
        {"model": model, "starts": [window.start for window in listed], "ends": [window.end for window in listed]},
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def _landings(connection: duckdb.DuckDBPyConnection) -> tuple[Landing, ...]:
    # All columns: a lake that is only read may be an older version's, and lack the last ones.
    found = connection.execute("SELECT * FROM lake.ledger.landings ORDER BY landing_seq")
    names = [column[0] for column in found.description or ()]
    rows = [{name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in found.fetchall()]
    return tuple(Landing(**{**row, "month": Month.of(row["month"])}) for row in rows)


def _loads(connection: duckdb.DuckDBPyConnection) -> dict[str, Load]:
    rows = connection.execute(
        "SELECT delivery_id, status = 'accepted', definition, load_seq, fault, detail_sv, rows_read "
        "FROM lake.ledger.loads ORDER BY load_seq"
    ).fetchall()
    return {row[0]: Load(*row) for row in rows}


def _windows(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, Window], tuple[int, str]]:
    rows = connection.execute(
        "SELECT model, window_start, window_end, built_seq, definition FROM lake.ledger.model_windows"
    ).fetchall()
    return {(row[0], Window(row[1], row[2])): (row[3], row[4]) for row in rows}
