"""The rows that are asked about, and all that they are explained from: the release, the region's folder, the models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb

from flows.lineage import ModelFile, lineage, models_of, official_subjects, subjects
from regions.agreement import Agreement
from regions.contracts import CONTRACTS
from regions.folder import RegionFolder
from regions.month import Month
from regions.official import OfficialTransport
from regions.source import VISITS, Source
from warehouse import schema
from warehouse.columns import Table
from warehouse.equalisation_tables import EQUALISATION_TABLES
from warehouse.sql import columns, qualified

Row = dict[str, object]


@dataclass(frozen=True)
class Asked:
    """The rows to explain, and what they are explained from."""

    connection: duckdb.DuckDBPyConnection
    folder: RegionFolder
    table: Table
    rows: list[Row]
    with_sql: bool
    earlier: tuple[Path, ...] = ()
    """The releases before this one that stand, the latest first."""

    def published(self, name: str, where: str = "TRUE", values: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a published table under a condition whose values are bound, by its key."""
        table = schema.published(name)
        sql = f"SELECT {columns(table.names())} FROM {qualified(name)} WHERE {where} ORDER BY {columns(table.key)}"
        found = self.connection.execute(sql, dict(values or {})).fetchall()
        return [dict(zip(table.names(), row, strict=True)) for row in found]

    @property
    def is_money(self) -> bool:
        """Whether the rows are of a table of money, which code computes and no model alone."""
        return self.table in EQUALISATION_TABLES

    @cached_property
    def release(self) -> Row:
        """What `meta.release` says."""
        return next(iter(self.published("meta.release")), {})

    @cached_property
    def definitions(self) -> list[Row]:
        """The definitions of the rows' indicators; none for other tables."""
        wanted = {(row.get("indicator_id"), row.get("version")) for row in self.rows}
        return [row for row in self.published("indicators.definitions") if id_of(row) in wanted]

    @cached_property
    def used_parameters(self) -> list[Row]:
        """Every parameter value that was used in the release."""
        return self.published("meta.parameters")

    @cached_property
    def agreements(self) -> list[Agreement]:
        """The agreements that the rows name, or whose sharing of costs they are of."""
        named = {row.get("agreement") for row in self.rows}
        sharings = {row.get("cost_sharing") for row in self.rows}
        return [
            entry
            for entry in self.folder.agreements
            if entry.id in named
            or (entry.economy is not None and sharings & {sharing.id for sharing in entry.economy.cost_sharing})
        ]

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """How the net cost behind the rows was reckoned: as they say, or as their agreement does."""
        told = {str(row["method"]) for row in self.rows if "method" in row}
        agreed = {str(entry.economy.method) for entry in self.agreements if entry.economy is not None}
        return tuple(sorted(told or agreed))

    @cached_property
    def models(self) -> list[ModelFile]:
        """The models that fill the rows, or that the code asks that does."""
        return [model for model in models_of(self.table.name, self.rows, self.methods) if model.path.is_file()]

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
        wanted, official = subjects(self.read), official_subjects(self.table.name)
        return [
            source
            for source in self.folder.sources
            if source.subject in wanted
            or (source.subject in official and isinstance(source.transport, OfficialTransport))
        ]

    @cached_property
    def months(self) -> set[date]:
        """The first days of the months of the rows' periods, and of those that the models reach beyond them."""
        before = max((model.reach[0] for model in self.models), default=0)
        after = max((model.reach[1] for model in self.models), default=0)
        spans = (_base_year(self.folder) if self.is_money else _span(row) for row in self.rows)
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


def id_of(row: Row) -> tuple[object, object]:
    """An indicator and the version of its definition."""
    return row.get("indicator_id"), row.get("version")


def _base_year(folder: RegionFolder) -> tuple[Month, Month] | None:
    """Deliveries stand behind money by the year whose costs and visits are counted, whatever year the money is of."""
    if folder.costs is None:
        return None
    return Month(folder.costs.base_year, 1), Month(folder.costs.base_year, 12)


def _span(row: Row) -> tuple[Month, Month] | None:
    """The first and last month of a row's period; None for a row without one."""
    if "year" in row:
        year = int(str(row["year"]))
        return Month(year, 1), Month(year, 12)
    start, end = row.get("period", row.get("period_start")), row.get("period", row.get("period_end"))
    return (Month.of(start), Month.of(end)) if isinstance(start, date) and isinstance(end, date) else None


def _tells_of_any_month(source: Source) -> bool:
    return source.subject != VISITS and CONTRACTS[source.subject].when != "event"
