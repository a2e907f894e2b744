"""The models: SQL files that declare their inputs and window, computed only for the windows that changed.

`models/core/visits.sql` is computed when a month is loaded; the others by the step `compute`. An indicator's file
gives contributions; `warehouse.indicators` makes a model of it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import duckdb
import pyarrow as pa

from regions.contracts import CONTRACTS
from regions.model import MonthSpan
from regions.month import Month
from regions.source import VISITS
from warehouse import indicators, schema
from warehouse.columns import Table
from warehouse.lake import registered
from warehouse.ledger import LedgerState, Window, add_windows, remove_windows
from warehouse.model_files import composed, inputs_of, text_of
from warehouse.sql import columns, identifier, literal, qualified

WindowKind = Literal["month", "year", "period", "monthly", "gap"]
_WINDOW = re.compile(r"^-- window: (month|year|period|monthly|gap), on (.+)$", re.MULTILINE)
_REACH = re.compile(r"^-- reach: (\d+) before, (\d+) after$", re.MULTILINE)
_RESULTS = "hemvard_results"
_BOUND = re.compile(r"\$([a-z_]+)")
_MADE_OF = {"volumes.cube": VISITS, "core.constructed_visits": "care_actions", "volumes.population": "population"}
"""Tables that are made of a subject of another name."""


@dataclass(frozen=True)
class Spans:
    """The periods beside months and years: the agreements' baselines and follow-ups, and those of gap analyses."""

    agreed: tuple[MonthSpan, ...] = ()
    gap: tuple[MonthSpan, ...] = ()


@dataclass(frozen=True)
class Bound:
    """What models may read of a region: values by name (`$name`), and small tables (`hemvard_…`)."""

    values: Mapping[str, object]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A model: the table that it fills, its SQL, its window, and what else decides its rows."""

    name: str
    table: Table
    window: WindowKind
    window_key: str
    """What of a row is the first day of its window."""
    sql: str
    inputs: tuple[str, ...]
    """Tables of the lake (`schema.table`), and registered ones (`hemvard_…`)."""
    reach: tuple[int, int] = (0, 0)
    """Months before and after the window that decide its rows too."""
    values: tuple[tuple[str, object], ...] = ()
    """Bound values of the model's own."""
    own_rows: tuple[tuple[str, str], ...] = ()
    """Columns and texts that tell the model's rows from others' in the same table."""

    @property
    def subjects(self) -> frozenset[str]:
        """The subjects whose rows the model is made of, directly or through other models."""
        named = {_MADE_OF.get(name, name.partition(".")[2]) for name in self.inputs if "." in name}
        return frozenset(named & {VISITS, *CONTRACTS})

    def bound(self, bound: Bound) -> dict[str, object]:
        """The values that the SQL binds."""
        every = {**bound.values, **dict(self.values)}
        return {name: every[name] for name in sorted(set(_BOUND.findall(self.sql)))}

    def tables(self, bound: Bound) -> dict[str, pa.Table]:
        """The small tables that the SQL reads."""
        return {name: bound.tables[name] for name in self.inputs if "." not in name}

    def definition(self, bound: Bound) -> str:
        """A hash of the SQL, and of the values and small tables that it reads."""
        tables = {name: table.to_pylist() for name, table in self.tables(bound).items()}
        return hashlib.sha256(f"{self.sql}\0{self.bound(bound)}\0{tables}".encode()).hexdigest()


VISITS_SQL = text_of("core/visits")
COMPUTED: Mapping[str, Table] = {
    "volumes/visits_month": schema.VISITS_MONTH,
    "volumes/region_totals": schema.REGION_TOTALS,
    "volumes/cube": schema.CUBE,
    "volumes/population": schema.POPULATION,
    "volumes/visits_year": schema.VISITS_YEAR,
    "volumes/by_area": schema.BY_AREA,
    "volumes/scenario_totals": schema.SCENARIO_TOTALS,
    "volumes/scenario_differences": schema.SCENARIO_DIFFERENCES,
    "volumes/gap": schema.GAP,
    "indicators/kolada": schema.INDICATOR_RESULTS,
}
"""The models beside the indicators', in the order in which they are computed."""


def computed_models() -> tuple[Model, ...]:
    """The models of the step `compute`, in order."""
    return (*(_read(name, table) for name, table in COMPUTED.items()), *indicator_models())


def indicator_models() -> tuple[Model, ...]:
    """A model for each indicator that is computed from the deliveries."""
    return tuple(_of_indicator(entry) for entry in indicators.definitions() if entry.is_computed)


def _read(name: str, table: Table) -> Model:
    sql = text_of(name)
    window, key = _window_of(name, sql)
    own = (("comparison_source", "kolada"),) if table is schema.INDICATOR_RESULTS else ()
    return Model(name, table, window, key, composed(name), inputs_of(sql), _reach_of(sql), own_rows=own)


def _of_indicator(definition: indicators.Definition) -> Model:
    sql = text_of(definition.model_name)
    window, key = _window_of(definition.model_name, sql)
    named = {"indicator_id": definition.indicator_id, "version": str(definition.version), "comparison_source": "own"}
    return Model(
        definition.model_name,
        schema.INDICATOR_RESULTS,
        window,
        key,
        indicators.composed(definition),
        tuple(dict.fromkeys((*inputs_of(sql), *inputs_of(indicators.FRAME)))),
        _reach_of(sql),
        tuple(sorted(indicators.bound(definition).items())),
        tuple(named.items()),
    )


def _window_of(name: str, sql: str) -> tuple[WindowKind, str]:
    found = _WINDOW.search(sql)
    if found is None:
        raise ValueError(f"{name}.sql does not declare its window")
    return found[1], found[2]  # type: ignore[return-value]


def _reach_of(sql: str) -> tuple[int, int]:
    found = _REACH.search(sql)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def stale_windows(model: Model, state: LedgerState, definition: str, spans: Spans) -> dict[Window, int]:
    """The windows to compute → the last load that changed them. Pure: `plan` and `run` share it."""
    changed = _changed_windows(model, state, definition, spans)
    return {window: seen for window, seen in changed.items() if not is_closed(model, state, window)}


def closed_windows(model: Model, state: LedgerState, definition: str, spans: Spans) -> list[Window]:
    """The windows that would be computed again if rows that decide them had not gone: they stand as they are. Pure."""
    return [window for window in _changed_windows(model, state, definition, spans) if is_closed(model, state, window)]


def is_closed(model: Model, state: LedgerState, window: Window) -> bool:
    """Whether rows of a month in the window, or in the model's reach, are kept no more."""
    return not state.closed.isdisjoint(_reached(model, window))


def _changed_windows(model: Model, state: LedgerState, definition: str, spans: Spans) -> dict[Window, int]:
    """The windows whose rows or definition have changed → the last load that changed them."""
    stale = {}
    for window in windows_of(model, state.month_seq, spans):
        changed = _last_change(model, state, window)
        if state.windows.get((model.name, window)) != (changed, definition):
            stale[window] = changed
    return stale


def _reached(model: Model, window: Window) -> set[Month]:
    """The months whose events decide a window's rows."""
    before, after = model.reach
    return set(Month.of(window.start).plus(-before).until(Month.of(window.end).plus(after)))


def _last_change(model: Model, state: LedgerState, window: Window) -> int:
    """The last load that changed what a window is made of.

    Events count where they happened, in the window and the model's reach. A snapshot or a series may tell of any
    month: every load of one counts.
    """
    months = _reached(model, window)
    changed = [0]
    for subject in model.subjects:
        by_month = state.month_seq if subject == VISITS else state.subject_seq.get(subject, {})
        anywhere = subject != VISITS and CONTRACTS[subject].when != "event"
        changed += [sequence for month, sequence in by_month.items() if anywhere or month in months]
    return max(changed)


def windows_of(model: Model, months: Iterable[Month], spans: Spans) -> list[Window]:
    """Every window of a model over the months that have visits."""
    months = sorted(months)
    by_month = [_window(month, month) for month in months]
    years = {_window(Month(month.year, 1), Month(month.year, 12)) for month in months}
    if model.window == "month":
        return by_month
    if model.window == "year":
        return sorted(years)
    if model.window == "gap":
        return sorted(set(_held(spans.gap, months)))
    return sorted({*years, *_held(spans.agreed, months), *(by_month if model.window == "monthly" else ())})


def _held(spans: Iterable[MonthSpan], months: Sequence[Month]) -> Iterator[Window]:
    """Spans that have an end and any of the months."""
    for span in spans:
        if span.last and any(span.holds(month) for month in months):
            yield _window(span.first, span.last)


def compute(
    connection: duckdb.DuckDBPyConnection, stale: Mapping[Model, Mapping[Window, int]], bound: Bound, state: LedgerState
) -> dict[str, int]:
    """Replace the rows of the stale windows; model → rows made. The caller holds the transaction.

    The indicators' rows meet in memory and enter the lake together: each write to it is a file.
    """
    shared = schema.INDICATOR_RESULTS
    made = {}
    listed = ", ".join(f"{identifier(column.name)} {column.type}" for column in shared.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_RESULTS} ({listed})")
    for model, windows in stale.items():
        lake = qualified(f"lake.{model.table.name}")
        with registered(connection, {"hemvard_windows": _table(sorted(windows)), **model.tables(bound)}):
            if any((model.name, window) in state.windows for window in windows):
                connection.execute(_delete(model, lake))
            made[model.name] = _insert(connection, model, _RESULTS if model.table is shared else lake, bound)
    names = columns(shared.names())
    connection.execute(f"INSERT INTO {qualified(f'lake.{shared.name}')} BY NAME SELECT {names} FROM {_RESULTS}")
    connection.execute(f"DROP TABLE {_RESULTS}")
    add_windows(connection, {model.name: (model.definition(bound), windows) for model, windows in stale.items()})
    return made


def _insert(connection: duckdb.DuckDBPyConnection, model: Model, target: str, bound: Bound) -> int:
    names = columns(model.table.names())
    row = connection.execute(
        f"INSERT INTO {target} BY NAME SELECT {names} FROM ({model.sql})", model.bound(bound)
    ).fetchone()
    return int(row[0]) if row else 0


def forget(connection: duckdb.DuckDBPyConnection, state: LedgerState, models: Sequence[Model], spans: Spans) -> None:
    """Remove the rows of windows and indicators that are no more; the caller holds the transaction."""
    by_name = {model.name: model for model in models}
    for name, windows in _gone(state, models, spans).items():
        if name in by_name:
            model = by_name[name]
            with registered(connection, {"hemvard_windows": _table(sorted(windows))}):
                connection.execute(_delete(model, qualified(f"lake.{model.table.name}")))
        remove_windows(connection, name, windows)
    if {name for name, _ in state.windows} - by_name.keys():
        _forget_indicators(connection, models)


def _gone(state: LedgerState, models: Sequence[Model], spans: Spans) -> dict[str, list[Window]]:
    """Model → the windows that have been computed and are no windows of it any more."""
    current = {model.name: set(windows_of(model, state.month_seq, spans)) for model in models}
    gone: dict[str, list[Window]] = {}
    for name, window in sorted(state.windows):
        if window not in current.get(name, ()):
            gone.setdefault(name, []).append(window)
    return gone


def _forget_indicators(connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Remove the results of indicators whose files are gone."""
    kept = [dict(model.own_rows) for model in models if model.table is schema.INDICATOR_RESULTS]
    known = {"ids": [row.get("indicator_id", "") for row in kept], "versions": [row.get("version", "") for row in kept]}
    connection.execute(
        "DELETE FROM lake.indicators.results WHERE comparison_source = 'own' AND row(indicator_id, version::VARCHAR) "
        "NOT IN (SELECT row(unnest($ids::VARCHAR[]), unnest($versions::VARCHAR[])))",
        known,
    )


def _delete(model: Model, target: str) -> str:
    """The model's rows of the stale windows.

    The key stands outside the sub-select, whose columns may have its names.
    """
    key, window = model.window_key, "period_start"
    if "period_end" in model.table.key:
        key, window = f"row({key}, period_end)", "row(period_start, period_end)"
    own = "".join(f" AND {identifier(name)}::VARCHAR = {literal(text)}" for name, text in model.own_rows)
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
