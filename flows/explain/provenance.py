"""The way back from the rows: models, the tables that they read, sources, and what has been delivered."""

from collections.abc import Iterator

from flows.explain.asked import Asked
from flows.lineage import REGISTERED, module_of


def model(asked: Asked) -> Iterator[str]:
    """The files that compute the rows, with their heads; the whole SQL where that is asked for."""
    if module := module_of(asked.table.name):
        yield f"  {module}"
    for model in asked.models:
        yield f"  {model.shown}"
        yield from (f"    {line}" for line in (model.sql.splitlines() if asked.with_sql else model.head))
    if asked.models and not asked.with_sql:
        yield "  The whole SQL: the same command with --sql"


def inputs(asked: Asked) -> Iterator[str]:
    """Which tables each model reads, and where the small ones come from."""
    for name, tables in asked.lineage.items():
        yield f"  {name} reads {', '.join(tables)}"
    for table in asked.read:
        if table in REGISTERED:
            yield f"  {table}: {REGISTERED[table][0]}, from {REGISTERED[table][1]}"


def sources(asked: Asked) -> Iterator[str]:
    """Who delivers what is read, by subject."""
    for source in sorted(asked.sources, key=lambda source: (source.subject, source.id)):
        of = f"{source.principal.value}, {source.role}"
        yield f"  {source.subject}: {source.id} – {source.title_sv}; {source.supplier_sv} ({of}; {source.basis.value})"


def deliveries(asked: Asked) -> Iterator[str]:
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
