"""`hemvard explain`: from a published figure back to its definition, model, inputs, deliveries, quality and versions.

It reads the release in force and the region's folder, never the lake: no keys are needed, and no row of a person
can be in the answer.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import duckdb

from flows.lineage import REGISTERED, ModelFile, lineage, models_of, module_of, subjects
from regions.contracts import CONTRACTS
from regions.errors import UsageError
from regions.folder import RegionFolder, load_region
from regions.model import Condition
from regions.month import Month
from regions.scenarios import Resolved, resolved
from regions.source import VISITS, Source
from warehouse import schema
from warehouse.home import RegionHome, find_home
from warehouse.releases import DATABASE, require_release
from warehouse.sql import columns, identifier, qualified

EXPLAINED = tuple(table for table in schema.PUBLISHED if table.name.split(".")[0] in ("volumes", "indicators"))
SHOWN = 5
"""So many rows are explained at once; of more the reader is asked to say which."""
_NEARBY = 12
_MONTH = re.compile(r"\d{4}-\d{2}")
_SCENARIO_COLUMNS = ("scenario", "other_scenario")
_STATUSES = {
    "ok": "nothing is lacking",
    "protected": "hidden: too few persons stand behind it, or behind a part of a sum (fewer than {min_persons})",
    "preliminary": "an expected delivery of the period has not come yet",
    "missing": "what it would be computed from has not come",
    "not_applicable": "there is nothing to divide by, or the definition did not apply then",
}
_USABILITIES = {
    "usable": "nothing known speaks against it",
    "with_caution": "something is unknown, missing or changed: look at the lines below",
    "not_usable": "too much is unknown or missing to say anything",
}
_SIGNALS = {
    "above": "more than three standard errors above the baseline",
    "below": "more than three standard errors below the baseline",
    "run_above": "the eighth month in a row, or a later one, above the baseline",
    "run_below": "the eighth month in a row, or a later one, below the baseline",
    "none": "within three standard errors of the baseline",
    "not_assessed": "not compared with a baseline",
}

Row = dict[str, object]


def explain(region: str, table: str, given: Sequence[str], home: Path | None, *, with_sql: bool = False) -> str:
    """Where the rows of a published table with these `column=value` come from, as text.

    Raises UsageError for a table or column that isn't there, DataError where nothing has been published.
    """
    folder = load_region(region)
    release = require_release(RegionHome(find_home(home) / folder.region.id))
    asked = _table(table)
    conditions = _conditions(asked, given)
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        connection.execute("SET enable_external_access = false")
        return explained(connection, folder, asked, conditions, with_sql=with_sql)


def explained(
    connection: duckdb.DuckDBPyConnection,
    folder: RegionFolder,
    table: schema.Table,
    conditions: Mapping[str, str],
    *,
    with_sql: bool = False,
) -> str:
    """As `explain`, of a published database that is open; the conditions are of the table's own columns."""
    count = _count(connection, table, conditions)
    if count == 0:
        return "\n".join(_nearby(connection, table, conditions))
    if count > SHOWN:
        return "\n".join(_narrowing(connection, table, conditions, count))
    asked = _Asked(connection, folder, table, _rows(connection, table, conditions), with_sql)
    return "\n\n".join("\n".join((title, *lines)) for title, lines in _sections(asked) if lines)


@dataclass(frozen=True)
class _Asked:
    """The rows to explain, and what they are explained from."""

    connection: duckdb.DuckDBPyConnection
    folder: RegionFolder
    table: schema.Table
    rows: list[Row]
    with_sql: bool

    def published(self, name: str, where: str = "TRUE", values: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a published table under a condition whose values are bound, by its key."""
        table = schema.published(name)
        sql = f"SELECT {columns(table.names())} FROM {qualified(name)} WHERE {where} ORDER BY {columns(table.key)}"
        found = self.connection.execute(sql, dict(values or {})).fetchall()
        return [dict(zip(table.names(), row, strict=True)) for row in found]

    @cached_property
    def release(self) -> Row:
        """What `meta.release` says."""
        return next(iter(self.published("meta.release")), {})

    @cached_property
    def definitions(self) -> list[Row]:
        """The definitions of the rows' indicators; none for other tables."""
        wanted = {(row.get("indicator_id"), row.get("version")) for row in self.rows}
        return [row for row in self.published("indicators.definitions") if _id_of(row) in wanted]

    @cached_property
    def models(self) -> list[ModelFile]:
        """The models that fill the rows."""
        return [model for model in models_of(self.table.name, self.rows) if model.path.is_file()]

    @cached_property
    def lineage(self) -> dict[str, tuple[str, ...]]:
        """The models and all that they read, back to what has been delivered."""
        return lineage(self.models)

    @cached_property
    def read(self) -> tuple[str, ...]:
        """Every table that is read on the way, once."""
        return tuple(dict.fromkeys(table for tables in self.lineage.values() for table in tables))

    @cached_property
    def sources(self) -> list[Source]:
        """The region's sources of the subjects behind the rows."""
        wanted = subjects(self.read)
        return [source for source in self.folder.sources if source.subject in wanted]

    @cached_property
    def months(self) -> set[date]:
        """The first days of the months of the rows' periods, and of those that the models reach beyond them."""
        before = max((model.reach[0] for model in self.models), default=0)
        after = max((model.reach[1] for model in self.models), default=0)
        spans = (_span(row) for row in self.rows)
        months = (first.plus(-before).until(last.plus(after)) for first, last in (span for span in spans if span))
        return {month.first for found in months for month in found}

    @cached_property
    def deliveries(self) -> list[Row]:
        """The deliveries of those sources and months; of snapshots and series, those of the same years."""
        years = {month.year for month in self.months}
        whole_years = {source.id for source in self.sources if _tells_of_any_month(source)}
        return [
            row
            for row in self.published(
                "quality.deliveries", "list_contains($sources, source_id)", {"sources": [s.id for s in self.sources]}
            )
            if row["month"] in self.months
            or (row["source_id"] in whole_years and isinstance(row["month"], date) and row["month"].year in years)
        ]


def _table(name: str) -> schema.Table:
    found = next((table for table in EXPLAINED if table.name == name), None)
    if found is None:
        listed = ", ".join(table.name for table in EXPLAINED)
        raise UsageError(
            f"There is no table {name!r} to explain.",
            where=f"the tables of figures are {listed}",
            todo="Give one of them; the others are read with: hemvard query REGION 'SELECT …'",
        )
    return found


def _conditions(table: schema.Table, given: Sequence[str]) -> dict[str, str]:
    conditions = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name not in table.names():
            raise UsageError(
                f"{entry!r} is no column=value of {table.name}."
                if not equals
                else f"{table.name} has no column {name!r}.",
                where=f"its key is {', '.join(table.key)}; its other columns are "
                + ", ".join(column for column in table.names() if column not in table.key),
                todo=f"For example: hemvard explain REGION {table.name} {table.key[0]}=…",
            )
        conditions[name] = value
    return conditions


def _where(table: schema.Table, conditions: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A condition over columns of the closed list, and the values that it binds; a month may stand for its days."""
    types = {column.name: column.type for column in table.columns}
    tests, values = [], {}
    for at, (name, value) in enumerate(conditions.items()):
        text = f"{identifier(name)}::VARCHAR"
        is_month = types[name] == "DATE" and _MONTH.fullmatch(value)
        tests.append(f"starts_with({text}, $value_{at})" if is_month else f"{text} = $value_{at}")
        values[f"value_{at}"] = value
    return " AND ".join(tests) or "TRUE", values


def _count(connection: duckdb.DuckDBPyConnection, table: schema.Table, conditions: Mapping[str, str]) -> int:
    where, values = _where(table, conditions)
    row = connection.execute(f"SELECT count(*) FROM {qualified(table.name)} WHERE {where}", values).fetchone()
    return int(row[0]) if row else 0


def _rows(connection: duckdb.DuckDBPyConnection, table: schema.Table, conditions: Mapping[str, str]) -> list[Row]:
    where, values = _where(table, conditions)
    sql = f"SELECT {columns(table.names())} FROM {qualified(table.name)} WHERE {where} ORDER BY {columns(table.key)}"
    return [dict(zip(table.names(), row, strict=True)) for row in connection.execute(sql, values).fetchall()]


def _values(
    connection: duckdb.DuckDBPyConnection, table: schema.Table, name: str, conditions: Mapping[str, str]
) -> list[str]:
    """The values of a column in the rows of these conditions, in order."""
    where, values = _where(table, conditions)
    sql = (
        f"SELECT DISTINCT {identifier(name)}::VARCHAR AS found FROM {qualified(table.name)} WHERE {where} ORDER BY ALL"
    )
    return [str(row[0]) for row in connection.execute(sql, values).fetchall() if row[0] is not None]


def _nearby(connection: duckdb.DuckDBPyConnection, table: schema.Table, conditions: Mapping[str, str]) -> Iterator[str]:
    """That there is no such row, and for each condition which values the other conditions leave."""
    said = f" with {_told(conditions)}" if conditions else ""
    yield f"{table.name} has no row{said} in the release in force."
    for name in conditions:
        others = {column: value for column, value in conditions.items() if column != name}
        found = _values(connection, table, name, others)
        beside = f" with {_told(others)}" if others else ""
        yield f"  {name}{beside} is: {_listed(_nearest(found, conditions[name])) or 'no value: there is no such row'}"


def _nearest(found: list[str], asked: str) -> list[str]:
    """As many values as are shown, around the place where the asked one would stand."""
    place = sum(value < asked for value in found)
    first = max(0, min(place - _NEARBY // 2, len(found) - _NEARBY))
    shown = found[first : first + _NEARBY]
    return shown if len(shown) == len(found) else [*shown, f"… ({len(found)} values)"]


def _narrowing(
    connection: duckdb.DuckDBPyConnection, table: schema.Table, conditions: Mapping[str, str], count: int
) -> Iterator[str]:
    """That the conditions leave too many rows, and what may be said more."""
    said = f" with {_told(conditions)}" if conditions else ""
    yield f"{table.name} has {count:,} rows{said}. Say more, so that at most {SHOWN} are left:"
    for name in (name for name in table.key if name not in conditions):
        found = _values(connection, table, name, conditions)
        if len(found) > 1:
            more = [*found[:_NEARBY], f"… ({len(found)} values)"] if len(found) > _NEARBY else found
            yield f"  {name}={_listed(more)}"


def _told(conditions: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in conditions.items())


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)


def _sections(asked: _Asked) -> Iterator[tuple[str, list[str]]]:
    """Titles, and lines under each, from the figure back to the versions."""
    yield _title(asked), list(_figures(asked))
    yield "What it is", list(_meaning(asked))
    yield "Definition", list(_definition(asked))
    yield "Model", list(_model(asked))
    yield "Read from", list(_inputs(asked))
    yield "Sources", list(_sources(asked))
    yield "Deliveries", list(_deliveries(asked))
    yield "Quality", list(_quality(asked))
    yield "Versions", list(_versions(asked))


def _title(asked: _Asked) -> str:
    release = asked.release
    notice = f"\n{release['notice_sv']}" if release.get("notice_sv") else ""
    made = release.get("created_at")
    when = f", made {made:%Y-%m-%d %H:%M} (UTC)" if isinstance(made, datetime) else ""
    return f"{asked.folder.region.name}: {asked.table.name} in release {release.get('release_id', '?')}{when}{notice}"


def _figures(asked: _Asked) -> Iterator[str]:
    """Each row: its key, then its other columns with their units."""
    for row in asked.rows:
        yield "  " + ", ".join(f"{name} = {_named(asked, name, row[name])}" for name in asked.table.key)
        for column in asked.table.columns:
            if column.role != "key":
                yield f"    {column.name}: {_figure(asked, row, column)}"


def _figure(asked: _Asked, row: Row, column: schema.Column) -> str:
    value = row[column.name]
    if value is None:
        hidden = row.get("status") == "protected" and column.role in ("persons", "additive", "ratio")
        return "protected" if hidden else "none"
    unit = column.unit
    if unit == "by_definition":
        unit = next((str(entry["unit"]) for entry in asked.definitions if _id_of(entry) == _id_of(row)), "")
        unit = unit if column.type == "DOUBLE" else ""
    return " ".join(part for part in (_named(asked, column.name, value), unit) if part)


def _named(asked: _Asked, column: str, value: object) -> str:
    """A value as people write it; codes of municipalities and professions with their names."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(value) if column in ("year", "version", "age") else f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    name = _name_of(asked.folder, column, str(value))
    return f"{value} ({name})" if name else str(value)


def _name_of(folder: RegionFolder, column: str, code: str) -> str:
    if column in ("municipality_code", "area_code"):
        known = code in folder.national.municipalities or code in ("9998", "9999")
        return folder.national.name(code) if known else ""
    return folder.national.professions.get(code, "") if column == "profession" else ""


def _meaning(asked: _Asked) -> Iterator[str]:
    """What a row is and what each of its measures means, as `warehouse/schema.py` says."""
    yield f"  A row: {asked.table.en}. ({asked.table.sv}.)"
    for column in asked.table.columns:
        if column.role != "key":
            unit = f" [{column.unit}]" if column.unit else ""
            yield f"  {column.name}{unit}: {column.en}"


def _definition(asked: _Asked) -> Iterator[str]:
    for entry in asked.definitions:
        yield from _indicator(entry)
    for row in asked.rows:
        yield from _target(asked, row)
    yield from _boundaries(asked)
    yield from _agreements(asked)
    if asked.table is schema.STAFFING and asked.folder.staffing is not None:
        yield "  The region's assumptions and what was agreed (staffing.yaml):"
        text = asked.folder.files["staffing.yaml"].decode("utf-8")
        yield from (f"    {line}" for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _indicator(entry: Row) -> Iterator[str]:
    """An indicator's definition, in the Swedish that it is written in."""
    yield f"  {entry['indicator_id']}, version {entry['version']}: {entry['title_sv']} ({entry['title_en']})"
    for name in schema.INDICATOR_DEFINITIONS.names("open"):
        if name not in ("title_sv", "title_en") and entry[name] is not None:
            yield from _wrapped(f"{name}: {entry[name]}")


def _target(asked: _Asked, row: Row) -> Iterator[str]:
    """The step of the target that holds at the end of a row's period."""
    end = row.get("period_end")
    if row.get("target") is None or not isinstance(end, date):
        return
    for target in asked.folder.targets:
        begun = [step for step in target.steps if step.first.first <= end]
        if target.indicator == row["indicator_id"] and begun:
            step = begun[-1]
            yield from _wrapped(
                f"target from {step.first}: {step.value} ({step.basis.value}), targets/{target.id}.yaml: {step.source}"
            )


def _boundaries(asked: _Asked) -> Iterator[str]:
    """The conditions of the boundaries that the rows name, inheritance counted in."""
    agreed = {entry.id: entry.scenario for entry in asked.folder.agreements}
    named = {row[name] for row in asked.rows for name in _SCENARIO_COLUMNS if name in row}
    named |= {agreed.get(str(row["agreement"])) for row in asked.rows if "agreement" in row}
    for boundary in resolved(asked.folder.scenarios):
        if boundary.id in named:
            yield from _boundary(boundary)


def _boundary(boundary: Resolved) -> Iterator[str]:
    yield f"  Boundary {boundary.id}: {boundary.title_sv} (scenarios/{boundary.id}.yaml)"
    yield from _wrapped(boundary.text_sv)
    yield "    A visit is within it where all of these hold:"
    yield from (f"      {_condition(condition)}" for condition in boundary.conditions)
    if boundary.valid is not None:
        yield f"      month from {boundary.valid.first} to {boundary.valid.last or 'further notice'}"


def _condition(condition: Condition) -> str:
    if condition.named:
        test = f"{'in' if condition.is_in else 'not in'} {', '.join(condition.named)}"
    else:
        ends = (("from", condition.from_age), ("to", condition.to_age))
        test = " ".join(f"{word} {years}" for word, years in ends if years is not None) + " years"
    return f"{condition.attribute} {test}; a visit where it is unknown is {condition.unknown}"


def _agreements(asked: _Asked) -> Iterator[str]:
    """What the agreements of a gap analysis ask for."""
    named = {row["agreement"] for row in asked.rows if "agreement" in row}
    for agreement in asked.folder.agreements:
        if agreement.id in named and (analysis := agreement.gap_analysis) is not None:
            yield f"  Agreement {agreement.id}: {agreement.title_sv} (agreements/{agreement.id}.yaml)"
            yield f"    boundary {agreement.scenario}"
            yield f"    a known person is to have contact within {analysis.contact_days} days"
            for place, entry in enumerate(analysis.priority, 1):
                yield f"    priority {place}: {entry.gap_group}, agreed principal {entry.agreed_principal.value}"
            yield from _wrapped(f"source: {agreement.source}")


def _model(asked: _Asked) -> Iterator[str]:
    """The files that compute the rows, with their heads; the whole SQL where that is asked for."""
    if module := module_of(asked.table.name):
        yield f"  {module}"
    for model in asked.models:
        yield f"  {model.shown}"
        yield from (f"    {line}" for line in (model.sql.splitlines() if asked.with_sql else model.head))
    if asked.models and not asked.with_sql:
        yield "  The whole SQL: the same command with --sql"


def _inputs(asked: _Asked) -> Iterator[str]:
    for name, tables in asked.lineage.items():
        yield f"  {name} reads {', '.join(tables)}"
    for table in asked.read:
        if table in REGISTERED:
            yield f"  {table}: {REGISTERED[table][0]}, from {REGISTERED[table][1]}"


def _sources(asked: _Asked) -> Iterator[str]:
    for source in sorted(asked.sources, key=lambda source: (source.subject, source.id)):
        of = f"{source.principal.value}, {source.role}"
        yield f"  {source.subject}: {source.id} – {source.title_sv}; {source.supplier_sv} ({of}; {source.basis.value})"


def _deliveries(asked: _Asked) -> Iterator[str]:
    """What has come of the period from those sources, and what has not."""
    if asked.deliveries:
        yield "  source, month, version, status, content hash: rows that count / in quarantine"
    for row in asked.deliveries:
        counted, kept_out = (_or_none(row[name]) for name in ("rows_counted", "rows_quarantined"))
        version = f"version {row['version']}" if row["version"] is not None else "no version"
        month = f"{row['month']:%Y-%m}"
        yield f"  {row['source_id']} {month} {version}, {row['status']}, {row['delivery']}: {counted} / {kept_out}"
    for row in asked.published("meta.inputs", "kind = 'official'"):
        if str(row["name"]).split(" ")[0] in {source.id for source in asked.sources}:
            yield f"  official series: {row['name']}"
    if asked.deliveries:
        late = asked.folder.region.late_months
        yield f"  Rows of the period that came late may stand in deliveries of up to {late} months later."


def _or_none(count: object) -> str:
    return "–" if count is None else f"{count:,}"


def _quality(asked: _Asked) -> Iterator[str]:
    """What status and usability mean, and which rules found something in the deliveries."""
    least = asked.release.get("min_persons")
    for column, words in (("status", _STATUSES), ("usability", _USABILITIES), ("signal", _SIGNALS)):
        for found in sorted({str(row[column]) for row in asked.rows if row.get(column) is not None}):
            yield f"  {column} {found}: {words.get(found, '').format(min_persons=least)}".rstrip(": ")
    breaks = sorted({str(row["source_break"]) for row in asked.rows if row.get("source_break")})
    yield from (f"  another source system counts from {day} than in the baseline" for day in breaks)
    yield from _failed(asked)
    yield from _findings(asked)


def _failed(asked: _Asked) -> Iterator[str]:
    """The rules that failed in the deliveries: how many rows, and whether they are kept out."""
    come = [str(row["delivery"]) for row in asked.deliveries if row["status"] == "current"]
    where = "rows_failed > 0 AND list_contains($deliveries, delivery)"
    rules: dict[tuple[str, str, str], list[int]] = {}
    for row in asked.published("quality.rule_results", where, {"deliveries": come}):
        rule = str(row["rule_id"]), str(row["severity"]), str(row["message_sv"])
        rules.setdefault(rule, []).append(int(str(row["rows_failed"])))
    for (rule_id, severity, message), failed in sorted(rules.items(), key=lambda pair: (-sum(pair[1]), pair[0])):
        kept = "kept out, in quarantine" if severity == "error" else "counted, with a warning"
        found = f"{_counted(sum(failed), 'row')} in {_counted(len(failed), 'delivery')}"
        yield f"  rule {rule_id}: {found}, {kept}: {message}"
    if come and not rules:
        yield "  No rule found anything in these deliveries."


def _counted(number: int, what: str) -> str:
    many = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else many}"


def _findings(asked: _Asked) -> Iterator[str]:
    """What stands out in the months of those sources, and is not resolved: an attribute that drops, a silent unit."""
    where = "state <> 'resolved' AND list_contains($sources, source_id) AND list_contains($months, month)"
    values = {"sources": [source.id for source in asked.sources], "months": sorted(asked.months)}
    found: dict[tuple[str, str], int] = {}
    for row in asked.published("quality.changes", where, values):
        finding = str(row["rule_id"]), str(row["message_sv"])
        found[finding] = found.get(finding, 0) + 1
    for (rule_id, message), times in sorted(found.items()):
        yield f"  finding {rule_id}, {times} open: {message}"


def _versions(asked: _Asked) -> Iterator[str]:
    """The rules, models, files and code that the release was made with, by hash."""
    files = {REGISTERED[table][1] for table in asked.read if table in REGISTERED}
    files |= {f"sources/{source.id}.yaml" for source in asked.sources}
    files |= {"staffing.yaml"} if asked.table is schema.STAFFING else set()
    files |= {f"targets/{row['indicator_id']}.yaml" for row in asked.rows if row.get("target") is not None}
    for row in asked.published("meta.inputs"):
        kind, name = str(row["kind"]), str(row["name"])
        is_read = kind in ("rules", "code") or (kind == "model" and name in asked.lineage)
        if is_read or (kind == "region_file" and name.startswith(tuple(files))):
            yield f"  {kind} {name}: {str(row['hash'])[:12]}"
    if asked.release:
        yield f"  all inputs together: {str(asked.release['inputs_hash'])[:12]}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent="    ", subsequent_indent="      ")


def _id_of(row: Row) -> tuple[object, object]:
    return row.get("indicator_id"), row.get("version")


def _span(row: Row) -> tuple[Month, Month] | None:
    """The first and last month of a row's period; None for a row without one."""
    if "year" in row:
        year = int(str(row["year"]))
        return Month(year, 1), Month(year, 12)
    start, end = row.get("period", row.get("period_start")), row.get("period", row.get("period_end"))
    return (Month.of(start), Month.of(end)) if isinstance(start, date) and isinstance(end, date) else None


def _tells_of_any_month(source: Source) -> bool:
    return source.subject != VISITS and CONTRACTS[source.subject].when != "event"
