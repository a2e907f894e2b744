"""Where each published column comes from: read out of the models' SQL itself, and declared for what code makes.

A column of a model comes from every column that its expression names, followed through sub-selects and WITH to tables
of the lake, of the release, or small registered ones (`hemvard_…`). `count(*)` comes from the rows, `*`, of the table
that stands first in its FROM. What a join or a WHERE asks for decides which rows there are, and isn't followed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from warehouse import indicators, model_files, schema
from warehouse.columns import Table
from warehouse.models import COMPUTED
from warehouse.records import view_of

Source = tuple[str, str]
"""A table, or what stands in its place, and a column of it; `*` is the table as a whole."""
CONSTANT = ("model", "constant")
"""What a column comes from that a model writes as it is."""
BOUND = "bound"
"""What stands in a table's place for a value that a model binds (`$name`)."""
_CONTRIBUTIONS = "contributions"
_FOLLOW_UP = "follow_up/results"
_KEYS = ("volumes/work_by_scenario", "equalisation/visit_months", "equalisation/boundaries", "equalisation/apart")
NET_COSTS: Mapping[str, tuple[str, ...]] = {
    "ledger": ("equalisation/ledger", *_KEYS),
    "from_below": ("equalisation/posts", *_KEYS),
}
"""How a net cost is reckoned → the queries that it asks."""


@dataclass(frozen=True)
class Made:
    """What makes a table that no model alone fills: a module, the queries that it asks, and what else it reads."""

    module: str
    queries: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Line:
    """A row of `meta.lineage`."""

    table_name: str
    column_name: str
    source_table: str
    source_column: str
    via: str
    kind: str


_MODELS: Mapping[str, Table] = {
    "core/visits": schema.VISITS,
    **COMPUTED,
    _FOLLOW_UP: schema.INDICATOR_RESULTS,
    "quality/deliveries": schema.DELIVERIES,
    "quality/rule_results": schema.RULE_RESULTS,
    "quality/quarantine_summary": schema.QUARANTINE_SUMMARY,
    "quality/changes": schema.CHANGES,
}
"""The models that fill a table with their own columns, the indicators' apart."""


def _asked(queries: Iterable[str]) -> tuple[str, ...]:
    """The tables that queries read; of a model that fills a table, that table."""
    return tuple(dict.fromkeys(table for query in queries for table in _read(query)))


def _read(query: str) -> tuple[str, ...]:
    return (_MODELS[query].name,) if query in _MODELS else model_files.inputs_of(model_files.text_of(query))


_COSTS = (*_asked(query for queries in NET_COSTS.values() for query in queries), "costs.yaml", "meta.parameters")
_AGREED = ("agreements/", "meta.parameters")
_SHIFT = ("equalisation.net_costs", *_AGREED)
_MONEY = "tasks/equalisation"
_FIGURES = tuple(
    table.name for table in schema.PUBLISHED if table.name.startswith(("volumes.", "indicators.", "equalisation."))
)
_OFFICIAL = ("core.population", "core.population_forecast", "core.tax_base", "core.tax_rates")
MADE_BY_CODE: Mapping[str, Made] = {
    "volumes.staffing": Made(
        "tasks/staffing.py", ("volumes/work_by_scenario", "volumes/posts"), ("volumes.cube", "staffing.yaml")
    ),
    "indicators.definitions": Made("tasks/release.py", reads=("warehouse/models/indicators/",)),
    "equalisation.income_equalisation": Made(f"{_MONEY}/income.py", reads=("meta.parameters",)),
    "equalisation.net_costs": Made(f"{_MONEY}/net_costs.py", reads=_COSTS),
    "equalisation.net_cost_comparison": Made(f"{_MONEY}/net_costs.py", reads=_COSTS),
    "equalisation.tax_shift": Made(f"{_MONEY}/shift.py", reads=_SHIFT),
    "equalisation.municipality_effects": Made(f"{_MONEY}/shift.py", reads=_SHIFT),
    "equalisation.boundary_questions": Made(f"{_MONEY}/shift.py", reads=("equalisation.tax_shift", "scenarios/")),
    "equalisation.inter_municipal": Made(
        f"{_MONEY}/inter_municipal.py", reads=("equalisation.municipality_effects", *_AGREED)
    ),
    "equalisation.exchange_decisions": Made(f"{_MONEY}/exchange.py", reads=_AGREED),
    "equalisation.tax_rates": Made(f"{_MONEY}/exchange.py", reads=_AGREED),
    "equalisation.settlements": Made(f"{_MONEY}/settlements.py", reads=("equalisation.municipality_effects", *_AGREED)),
    "equalisation.purchases": Made(
        f"{_MONEY}/purchases.py", ("volumes/scenario_totals",), ("volumes.cube", "costs.yaml", *_AGREED)
    ),
    "equalisation.look_ahead": Made(
        f"{_MONEY}/look_ahead.py",
        ("equalisation/visits_by_age", "equalisation/population_forecast"),
        ("equalisation.tax_shift", "equalisation.municipality_effects", *_AGREED),
    ),
    "equalisation.sensitivity": Made(f"{_MONEY}/sensitivity.py", reads=_SHIFT),
    "equalisation.cost_sharing": Made(f"{_MONEY}/cost_sharing.py", reads=_AGREED),
    "quality.continuity": Made("tasks/continuity.py", reads=_FIGURES),
    "quality.official_series": Made("tasks/release.py", reads=("ledger.landings", "sources/")),
    "meta.release": Made("tasks/release.py", reads=("volumes.visits_month", "volumes.region_totals", "region.yaml")),
    "meta.inputs": Made("tasks/release.py", reads=("ledger.landings", "ledger.loads", "warehouse/models/")),
    "meta.parameters": Made("tasks/release.py", reads=("parameters/", "sweden/", *_OFFICIAL)),
    "meta.restatements": Made("tasks/restatements.py", reads=_FIGURES),
    "meta.dictionary": Made("tasks/release.py", reads=("warehouse/schema.py",)),
    "meta.lineage": Made("tasks/release.py", reads=("warehouse/models/", "warehouse/lineage.py")),
}
"""The published tables that no model alone fills."""


@cache
def lineage() -> tuple[Line, ...]:
    """A row for each column and what it comes from: every published table, and the lake's that models make of others.

    Once a process: neither the models nor what is declared here changes while one runs.
    """
    lines = {*_of_models(), *_of_indicators(), *_of_code(), *_of_protection()}
    others = {(line.table_name, line.column_name) for line in lines if line.source_table != CONSTANT[0]}
    return tuple(
        sorted(
            line
            for line in lines
            if line.source_table != CONSTANT[0] or (line.table_name, line.column_name) not in others
        )
    )


def lineage_of(table: str, columns: Iterable[str] = ()) -> tuple[Line, ...]:
    """The rows of a table, of these columns alone where any are named."""
    wanted = set(columns)
    return tuple(line for line in lineage() if line.table_name == table and (not wanted or line.column_name in wanted))


def path_of(model: str) -> str:
    """The file of a model within the package, as `via` names it."""
    return f"warehouse/models/{model}.sql"


def _of_models() -> Iterator[Line]:
    for name, table in _MODELS.items():
        found = traced(model_files.composed(name))
        yield from _lines(table, {column: found[column] for column in table.names() if column in found}, name)


def _of_indicators() -> Iterator[Line]:
    """The frame's columns, and behind what it reads of contributions each indicator's own sources."""
    frame = traced(indicators.FRAME)
    own = {column: {source for source in found if source[0] != _CONTRIBUTIONS} for column, found in frame.items()}
    yield from _lines(schema.INDICATOR_RESULTS, own, "indicators/frame")
    for definition in (entry for entry in indicators.definitions() if entry.is_computed):
        query = Query(definition.sql)
        behind = {column: query.behind(found) for column, found in frame.items()}
        yield from _lines(
            schema.INDICATOR_RESULTS, {key: to for key, to in behind.items() if to}, definition.model_name
        )


def _lines(table: Table, columns: Mapping[str, Iterable[Source]], model: str) -> Iterator[Line]:
    for column, sources in columns.items():
        for source in (set(sources) or {CONSTANT}) - {(table.name, column)}:
            yield Line(table.name, column, *source, path_of(model), "sql")


def _of_code() -> Iterator[Line]:
    """Of what code makes, the tables that it reads stand behind every column."""
    tables = {table.name: table for table in schema.PUBLISHED}
    for name, made in MADE_BY_CODE.items():
        for column in tables[name].names():
            for source in sorted({*_asked(made.queries), *made.reads}):
                yield Line(name, column, source, "*", made.module, "code")


def _of_protection() -> Iterator[Line]:
    """Whether a row is hidden is told by its status, which follows from its persons."""
    for table in schema.PUBLISHED:
        if "status" in table.names():
            for column in table.names("persons"):
                yield Line(table.name, "status", table.name, column, "tasks/protect.py", "code")


def traced(sql: str) -> dict[str, frozenset[Source]]:
    """Each column of a query → the columns of tables that it is made of; ValueError where one can't be found."""
    query = Query(sql)
    return {name: query.sources(name) for name in query.names}


class Query:
    """A query whose columns are followed to the tables that they come from."""

    def __init__(self, sql: str) -> None:
        scope = build_scope(sqlglot.parse_one(sql, read="duckdb"))
        if scope is None:
            raise ValueError("lineage is read out of a SELECT alone")
        self._scope: Scope = scope
        self._found: dict[tuple[int, str], frozenset[Source]] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The query's columns."""
        return tuple(_outputs(self._scope))

    def sources(self, name: str) -> frozenset[Source]:
        """The columns of tables that a column of the query is made of."""
        return self._of_column(self._scope, name)

    def behind(self, found: Iterable[Source]) -> set[Source]:
        """What stands behind those of another query's sources that are contributions, which this query gives."""
        asked = {column for table, column in found if table == _CONTRIBUTIONS}
        rows = self._rows(self._scope) if "*" in asked else frozenset[Source]()
        return {source for column in asked - {"*"} for source in self.sources(column)} | rows

    def _of_column(self, scope: Scope, name: str) -> frozenset[Source]:
        key = (id(scope), name)
        if key not in self._found:
            self._found[key] = self._union(scope, name) if scope.set_operation_scopes else self._selected(scope, name)
        return self._found[key]

    def _union(self, scope: Scope, name: str) -> frozenset[Source]:
        """The parts of a UNION give their columns by place; its names are those of the first."""
        place = list(_outputs(scope)).index(name)
        parts = ((part, list(_outputs(part))[place]) for part in scope.set_operation_scopes)
        return frozenset(source for part, column in parts for source in self._of_column(part, column))

    def _selected(self, scope: Scope, name: str) -> frozenset[Source]:
        found = _outputs(scope)[name]
        return self._of_column(found, name) if isinstance(found, Scope) else frozenset(self._walk(scope, found))

    def _walk(self, scope: Scope, node: exp.Expression) -> Iterator[Source]:
        if isinstance(node, exp.Column):
            yield from self._named(scope, node)
        elif isinstance(node, exp.Select | exp.SetOperation):
            inner = next(each for each in scope.subquery_scopes if each.expression is node)
            yield from (source for name in _outputs(inner) for source in self._of_column(inner, name))
        elif isinstance(node, exp.Parameter | exp.Placeholder):
            yield BOUND, node.name
        elif isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
            yield from self._rows(scope)
        else:
            for child in node.iter_expressions():
                yield from self._walk(scope, child)

    def _named(self, scope: Scope, column: exp.Column) -> frozenset[Source]:
        """What a column's name stands for: in the query's own tables, in those around it, or in the same SELECT."""
        around: Scope | None = scope
        while around is not None:
            source = _giver(around, column)
            if source is not None:
                return self._within(source, column.name)
            around = around.parent
        if column.table or column.name not in _outputs(scope):
            raise ValueError(f"no table is found that has the column {column.sql()}")
        return self._of_column(scope, column.name)

    def _within(self, source: Scope | exp.Table, name: str) -> frozenset[Source]:
        if isinstance(source, Scope):
            return self._of_column(source, name)
        return frozenset({(_name_of(source), name)})

    def _rows(self, scope: Scope) -> frozenset[Source]:
        """The tables whose rows are counted: what stands first in the FROM."""
        if scope.set_operation_scopes:
            return frozenset(source for part in scope.set_operation_scopes for source in self._rows(part))
        first = next(iter(_from(scope).values()), None)
        if first is None:
            return frozenset()
        return self._rows(first) if isinstance(first, Scope) else frozenset({(_name_of(first), "*")})


def _from(scope: Scope) -> dict[str, Scope | exp.Table]:
    """What the query itself reads, by alias, in order."""
    return {alias: source for alias, (_, source) in scope.selected_sources.items()}


def _outputs(scope: Scope) -> dict[str, exp.Expression | Scope]:
    """The columns that a query gives: each an expression of its own, or what it takes over whole (`t.*`).

    One without a name of its own, as in the later parts of a UNION, goes by its place.
    """
    if scope.set_operation_scopes:
        return _outputs(scope.set_operation_scopes[0])
    if isinstance(scope.expression, exp.UDTF):
        return dict.fromkeys(scope.expression.alias_column_names, scope.expression.this or exp.null())
    found: dict[str, exp.Expression | Scope] = {}
    for place, node in enumerate(scope.expression.selects):
        name = node.output_name if node.output_name not in found else ""
        found |= _taken_over(scope, node) if _is_star(node) else {name or f"#{place}": node}
    return found


def _taken_over(scope: Scope, star: exp.Expression) -> dict[str, exp.Expression | Scope]:
    read = _from(scope)
    wanted = [read[star.table]] if isinstance(star, exp.Column) else list(read.values())
    if not all(isinstance(source, Scope) for source in wanted):
        raise ValueError(f"{star.sql()} takes over a table's columns unnamed")
    return {name: source for source in wanted if isinstance(source, Scope) for name in _outputs(source)}


def _is_star(node: exp.Expression) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def _giver(scope: Scope, column: exp.Column) -> Scope | exp.Table | None:
    """The table or sub-select of a query's own that a column is of; None where it is of none of them."""
    read = _from(scope)
    if column.table:
        return read.get(column.table)
    known = [source for source in read.values() if column.name in (_columns(source) or ())]
    unknown = [source for source in read.values() if _columns(source) is None]
    return next(iter((*known, *unknown)), None)


def _columns(source: Scope | exp.Table) -> frozenset[str] | None:
    """The columns of a sub-select or a table of the warehouse; None where only its rows would tell."""
    return frozenset(_outputs(source)) if isinstance(source, Scope) else _table_columns().get(_name_of(source))


@cache
def _table_columns() -> Mapping[str, frozenset[str]]:
    tables = (*schema.LAKE, *schema.PUBLISHED, *schema.VERSIONS.values())
    return {name: frozenset(table.names()) for table in tables for name in (table.name, view_of(table))}


def _name_of(table: exp.Table) -> str:
    """A table's name without the database that holds it: the lake, or the release that is being built."""
    return f"{table.db}.{table.name}" if table.db else str(table.name)
