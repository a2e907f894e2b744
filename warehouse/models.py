"""The models: SQL files that declare their window, computed only for the windows that changed.

`models/core/visits.sql` is computed when a month is loaded; the others by the step `compute`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from regions.model import MonthSpan
from regions.month import Month
from warehouse import schema
from warehouse.ledger import LedgerState, Window, add_windows
from warehouse.sql import columns, qualified

MODELS = Path(__file__).parent / "models"
_WINDOW = re.compile(r"^-- window: (month|year|period), on (.+)$", re.MULTILINE)
_BOUND = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True)
class Model:
    """A model: the table that it fills, its SQL, and its window."""

    name: str
    table: schema.Table
    window: Literal["month", "year", "period"]
    window_key: str
    """What of a row is the first day of its window."""
    sql: str

    def definition(self, bound: Mapping[str, object]) -> str:
        """A hash of the SQL and of the parameters that it reads."""
        used = {name: bound[name] for name in sorted(set(_BOUND.findall(self.sql)))}
        return hashlib.sha256(f"{self.sql}\0{used}".encode()).hexdigest()


VISITS_SQL = (MODELS / "core" / "visits.sql").read_text(encoding="utf-8")
COMPUTED: Mapping[str, schema.Table] = {
    "volumes/visits_month": schema.VISITS_MONTH,
    "volumes/region_totals": schema.REGION_TOTALS,
    "indicators/unplanned_share": schema.INDICATOR_RESULTS,
}


def computed_models() -> tuple[Model, ...]:
    """The models of the step `compute`, in the order in which they stand above."""
    return tuple(_read(name, table) for name, table in COMPUTED.items())


def _read(name: str, table: schema.Table) -> Model:
    sql = (MODELS / f"{name}.sql").read_text(encoding="utf-8")
    found = _WINDOW.search(sql)
    if found is None:
        raise ValueError(f"{name}.sql does not declare its window")
    return Model(name, table, found[1], found[2], sql)  # type: ignore[arg-type]


def stale_windows(model: Model, state: LedgerState, definition: str, periods: Sequence[MonthSpan]) -> dict[Window, int]:
    """The windows to compute → the last load that changed them. Pure: `plan` and `run` share it."""
    stale = {}
    for window in windows_of(model, state.month_seq, periods):
        changed = max(state.month_seq.get(month, 0) for month in window.months())
        if state.windows.get((model.name, window)) != (changed, definition):
            stale[window] = changed
    return stale


def windows_of(model: Model, months: Iterable[Month], periods: Sequence[MonthSpan]) -> list[Window]:
    """Every window of a model over the months that have visits; periods are years and an agreement's own."""
    if model.window == "month":
        return sorted(_window(month, month) for month in months)
    years = {_window(Month(month.year, 1), Month(month.year, 12)) for month in months}
    if model.window == "period":
        held = {span: [month for month in months if span.holds(month)] for span in periods if span.last}
        years |= {_window(span.first, span.last) for span, inside in held.items() if inside and span.last}
    return sorted(years)


def compute(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    stale: Mapping[Window, int],
    bound: Mapping[str, object],
) -> int:
    """Replace the rows of the stale windows; how many there are now. The caller holds the transaction."""
    target = qualified(f"lake.{model.table.name}")
    ordered = sorted(stale)
    used = {name: bound[name] for name in sorted(set(_BOUND.findall(model.sql)))}
    connection.register("hemvard_windows", _table(ordered))
    try:
        connection.execute(_delete(model, target))
        names = columns(model.table.names())
        connection.execute(f"INSERT INTO {target} BY NAME SELECT {names} FROM ({model.sql})", used)
    finally:
        connection.unregister("hemvard_windows")
    add_windows(connection, model.name, model.definition(bound), stale)
    row = connection.execute(f"SELECT count(*) FROM {target}").fetchone()
    return int(row[0]) if row else 0


def _delete(model: Model, target: str) -> str:
    """The rows of the stale windows. The key stands outside the sub-select, whose columns may have its names."""
    key, window = model.window_key, "period_start"
    if model.window == "period":
        key, window = f"row({key}, period_end)", "row(period_start, period_end)"
    own = f" AND indicator_id = '{model.name.split('/')[1]}'" if model.table is schema.INDICATOR_RESULTS else ""
    return f"DELETE FROM {target} WHERE {key} IN (SELECT {window} FROM hemvard_windows){own}"


def _window(first: Month, last: Month) -> Window:
    return Window(first.first, last.plus(1).first - timedelta(days=1))


def _table(windows: Sequence[Window]) -> pa.Table:
    return pa.table(
        {
            "period_start": pa.array([window.start for window in windows], pa.date32()),
            "period_end": pa.array([window.end for window in windows], pa.date32()),
        }
    )
