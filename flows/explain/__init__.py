"""`hemvard explain`: from a published figure back to its definition, model, inputs, deliveries, quality and versions.

It reads the release in force and the region's folder, never the lake: no keys are needed, and no row of a person
can be in the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from flows.explain.asked import Asked
from flows.explain.columns import columns_from
from flows.explain.definition import definition
from flows.explain.figures import figures, meaning, title
from flows.explain.finding import (
    EXPLAINED,
    SHOWN,
    count_rows,
    find_table,
    narrowing,
    nearby,
    read_conditions,
    read_rows,
)
from flows.explain.formulas import calculation
from flows.explain.origins import origins
from flows.explain.parameters import parameters
from flows.explain.provenance import deliveries, inputs, model, sources
from flows.explain.quality import quality, versions
from flows.explain.restatement import restatements
from regions.folder import RegionFolder, load_region
from warehouse.columns import Table
from warehouse.home import RegionHome, find_home
from warehouse.releases import DATABASE, predecessor, require_release

__all__ = ("EXPLAINED", "explain", "explained")


def explain(region: str, table: str, given: Sequence[str], home: Path | None, *, with_sql: bool = False) -> str:
    """Where the rows of a published table with these `column=value` come from, as text.

    Raises UsageError for a table or column that isn't there, DataError where nothing has been published.
    """
    folder = load_region(region)
    release = require_release(RegionHome(find_home(home) / folder.region.id))
    asked = find_table(table)
    conditions = read_conditions(asked, given)
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        connection.execute("SET enable_external_access = false")
        return explained(connection, folder, asked, conditions, with_sql=with_sql, earlier=tuple(_before(release)))


def explained(
    connection: duckdb.DuckDBPyConnection,
    folder: RegionFolder,
    table: Table,
    conditions: Mapping[str, str],
    *,
    with_sql: bool = False,
    earlier: tuple[Path, ...] = (),
) -> str:
    """As `explain`, of a published database that is open; the conditions are of the table's own columns.

    `earlier`: the releases before it, the latest first; they tell of rows that this one didn't change.
    """
    count = count_rows(connection, table, conditions)
    if count == 0:
        return "\n".join(nearby(connection, table, conditions))
    if count > SHOWN:
        return "\n".join(narrowing(connection, table, conditions, count))
    asked = Asked(connection, folder, table, read_rows(connection, table, conditions), with_sql, earlier)
    return "\n\n".join("\n".join((heading, *lines)) for heading, lines in _sections(asked) if lines)


def _before(release: Path) -> Iterator[Path]:
    """The releases that were in force before this one, one after the other, as far as they stand."""
    before = predecessor(release)
    while before is not None:
        yield before
        before = predecessor(before)


def _sections(asked: Asked) -> Iterator[tuple[str, list[str]]]:
    """Titles, and lines under each, from the figure back to the versions."""
    yield title(asked), list(figures(asked))
    yield "What it is", list(meaning(asked))
    yield "Calculation", list(calculation(asked))
    yield "Comes from", list(origins(asked))
    yield "Parameters", list(parameters(asked))
    yield "Definition", list(definition(asked))
    yield "Model", list(model(asked))
    yield "Columns", list(columns_from(asked))
    yield "Read from", list(inputs(asked))
    yield "Sources", list(sources(asked))
    yield "Deliveries", list(deliveries(asked))
    yield "Quality", list(quality(asked))
    yield "Restated", list(restatements(asked))
    yield "Versions", list(versions(asked))
