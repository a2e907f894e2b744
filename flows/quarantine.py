"""`hemvard quarantine`: which rows are kept out and since when, and a report for each supplier. It changes nothing."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from regions.errors import UsageError
from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks.returns import Returns, Standing
from warehouse.home import RegionHome, find_home
from warehouse.lake import open_lake
from warehouse.ledger import read_ledger
from warehouse.schema import QUARANTINE_RESOLVED

_STOCKHOLM = ZoneInfo("Europe/Stockholm")


def describe_quarantine(
    region: str, first: str | None, last: str | None, home: Path | None, *, export: Path | None = None
) -> str:
    """What stands in quarantine in a region's months; with `export`, where each supplier's report was written."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    if not place.catalogue.exists():
        return f"{folder.region.name}: nothing has been loaded."
    months = (Month.parse(first) if first else None, Month.parse(last) if last else None)
    connection = open_lake(place, read_only=True)
    try:
        _require_memory(connection)
        returns = Returns(folder, connection, read_ledger(connection), _today(), months)
        if export is None:
            lines = list(_summary(folder, returns.summary()))
        else:
            lines = list(_written(returns, export.expanduser().absolute()))
        lines += _masked(returns.masked())
    finally:
        connection.close()
    return "\n".join(lines)


def _require_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """UsageError for a lake of an older version: this command reads alone, and a run adds what is lacking."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name || '.' || table_name = $name",
        {"name": QUARANTINE_RESOLVED.name},
    ).fetchone()
    if found is None:
        raise UsageError(
            "The lake was made by an older version, which did not remember its quarantine.",
            where=QUARANTINE_RESOLVED.name,
            todo="Run once: hemvard run REGION",
        )


def _today() -> date:
    return datetime.now(_STOCKHOLM).date()


def _summary(folder: RegionFolder, standing: Sequence[Standing]) -> Iterator[str]:
    if not standing:
        yield f"{folder.region.name}: no row stands in quarantine."
        return
    yield f"{folder.region.name}: faults of rows in quarantine, by source and rule"
    for source_id, of_source in groupby(standing, lambda entry: entry.source_id):
        yield ""
        yield f"{source_id}: {folder.sources_by_id[source_id].supplier_sv}"
        for rule_id, of_rule in groupby(of_source, lambda entry: entry.rule_id):
            listed = list(of_rule)
            rows, since = sum(entry.rows for entry in listed), min(entry.first_seen for entry in listed)
            yield f"  {rows:>7} row(s)  {rule_id}: {_months(listed)}, first seen {since:%Y-%m-%d}"


def _months(listed: Sequence[Standing]) -> str:
    """One file month, or how many from the first to the last."""
    months = sorted({Month.of(entry.month) for entry in listed})
    return str(months[0]) if len(months) == 1 else f"{len(months)} months from {months[0]} to {months[-1]}"


def _masked(found: dict[str, int]) -> Iterator[str]:
    """A finding for the data team alone."""
    if not found:
        return
    yield ""
    yield "Record ids that are persons' ids, masked in the reports; agree on other ids with the supplier:"
    for source_id, records in found.items():
        yield f"  {source_id}: {records} record(s)"


def _written(returns: Returns, target: Path) -> Iterator[str]:
    written = list(returns.write(target))
    if not written:
        yield "No supplier has anything to put right: no report was written."
        return
    yield f"Reports for suppliers, in {target}:"
    for supplier, files in written:
        yield f"  {supplier}: {', '.join(file.name for file in files)}"
