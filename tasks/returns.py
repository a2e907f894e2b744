"""What goes back to suppliers: the quarantine, summed up for the data team and as a report for each supplier.

A fault is told by file, row number, the supplier's own record id, rule and class of value, never by a value.
A record id that is a person's id is not shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from dashboard.supplier_report import (
    MOST_ROWS,
    Redelivery,
    RejectedFile,
    ResolvedLine,
    RowLine,
    RuleLine,
    SourceLine,
    SupplierReport,
    write_report,
)
from expectations.rules import found_words, rule
from regions.folder import RegionFolder
from regions.month import Month
from regions.source import RecordSource, Source, VisitSource
from regions.transport import NamedFiles
from tasks.person_ids import HIDDEN
from tasks.quarantine import show_standing
from tasks.register import Entry, register
from tasks.release import NOTICE_SV
from warehouse.ledger import LedgerState

MASKED_SV = "postens id liknar ett personnummer och visas inte"
_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_MOST_NAME = 60
_OPEN = """
SELECT delivery_id, row_number, rule_id, record_id, found, first_seen FROM hemvard_quarantine
WHERE accepted_in IS NULL AND list_contains($deliveries, delivery_id)
ORDER BY source_id, record_id, delivery_month, row_number, rule_id, delivery_id LIMIT $most"""
_RULES = """
SELECT rule_id, count(*) AS row_count, min(first_seen) AS first_seen FROM hemvard_quarantine
WHERE accepted_in IS NULL AND list_contains($deliveries, delivery_id)
GROUP BY rule_id ORDER BY row_count DESC, rule_id"""
_RECORDS = """
SELECT DISTINCT delivery_id, record_id FROM hemvard_quarantine
WHERE accepted_in IS NULL AND record_id IS NOT NULL AND list_contains($deliveries, delivery_id)"""
_RESOLVED = """
WITH resolved AS (
  SELECT source_id, delivery_id, row_number, rule_id, record_id, delivery_month, first_seen, resolved_in, resolved_at
  FROM lake.quality.quarantine_resolved
  UNION ALL
  SELECT source_id, delivery_id, row_number, rule_id, record_id, delivery_month, first_seen, accepted_in, accepted_at
  FROM hemvard_quarantine WHERE accepted_in IS NOT NULL)
SELECT delivery_id, row_number, rule_id, record_id, first_seen, resolved_in, resolved_at, count(*) OVER () FROM resolved
WHERE list_contains($deliveries, delivery_id)
ORDER BY resolved_at DESC, source_id, record_id, delivery_month, row_number, rule_id, delivery_id LIMIT $most"""
_COUNTS = """
SELECT delivery_id, rows_read, rows_accepted + rows_cancelled FROM lake.ledger.loads
WHERE list_contains($deliveries, delivery_id)
QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY load_seq DESC) = 1"""
_OPEN_ROWS = """
SELECT delivery_id, count(DISTINCT row_number) FROM hemvard_quarantine
WHERE accepted_in IS NULL AND list_contains($deliveries, delivery_id) GROUP BY delivery_id"""
_SUMMARY = """
SELECT source_id, rule_id, delivery_month, count(*), min(first_seen) FROM hemvard_quarantine
WHERE accepted_in IS NULL AND list_contains($deliveries, delivery_id)
GROUP BY source_id, rule_id, delivery_month ORDER BY source_id, rule_id, delivery_month"""


@dataclass(frozen=True)
class Standing:
    """How many rows of a source and file month a rule keeps out, and since when that has been known."""

    source_id: str
    rule_id: str
    month: date
    rows: int
    first_seen: datetime


class Returns:
    """The quarantine of a region's months, read from the lake. Not a value: it holds the connection."""

    def __init__(
        self,
        folder: RegionFolder,
        connection: duckdb.DuckDBPyConnection,
        state: LedgerState,
        made_on: date,
        months: tuple[Month | None, Month | None] = (None, None),
    ) -> None:
        self.folder = folder
        self.made_on = made_on
        self._connection = connection
        first, last = months
        self._all = {
            entry.delivery_id: entry for entry in register(folder, state, made_on) if entry.status != "missing"
        }
        self._entries = [
            entry
            for entry in self._all.values()
            if (first is None or first <= entry.month) and (last is None or entry.month <= last)
        ]
        show_standing(connection)

    def summary(self) -> list[Standing]:
        """What stands in quarantine, by source, rule and file month."""
        return [Standing(*row) for row in self._rows(_SUMMARY, _standing(self._entries))]

    def masked(self) -> dict[str, int]:
        """Source → records in quarantine whose id is a person's id: the supplier's ids must be changed."""
        records = {(self._all[delivery].source.id, text) for delivery, text in self._records()}
        return dict(sorted(Counter(source for source, text in records if _is_person(text)).items()))

    def _records(self) -> list[tuple[Any, ...]]:
        return self._rows(_RECORDS, _standing(self._entries))

    def reports(self) -> Iterator[SupplierReport]:
        """A report for each supplier that has something to put right, or has put something right."""
        by_supplier: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            by_supplier[entry.source.supplier_sv].append(entry)
        for supplier in sorted(by_supplier):
            report = self._report(supplier, by_supplier[supplier])
            if report.rows or report.rejected or report.resolved:
                yield report

    def write(self, target: Path) -> Iterator[tuple[str, tuple[Path, ...]]]:
        """Write the reports into a folder: each supplier, and its files."""
        for report in self.reports():
            yield report.supplier_sv, write_report(report, target)

    def _report(self, supplier: str, entries: Sequence[Entry]) -> SupplierReport:
        standing = _standing(entries)
        sources = self._source_lines(standing)
        rules = tuple(self._rule_lines(standing))
        resolved = self._rows(_RESOLVED, entries, most=MOST_ROWS)
        months = [entry.month.first for entry in entries]
        return SupplierReport(
            name=_file_name(self.folder.region.id, [line.source_id for line in sources]),
            region_name=self.folder.region.name,
            supplier_sv=supplier,
            months=(min(months), max(months)),
            made_on=self.made_on,
            notice_sv=NOTICE_SV if self.folder.is_synthetic else "",
            sources=tuple(sources),
            rejected=tuple(_rejected(entry) for entry in standing if entry.status == "rejected"),
            rules=rules,
            rows=tuple(self._row_line(row) for row in self._rows(_OPEN, standing, most=MOST_ROWS)),
            rows_total=sum(line.rows for line in rules),
            resolved=tuple(self._resolved_line(row) for row in resolved),
            resolved_total=resolved[0][-1] if resolved else 0,
            redeliveries=tuple(_redeliveries(entries)),
        )

    def _source_lines(self, standing: Sequence[Entry]) -> list[SourceLine]:
        counts = {row[0]: row[1:] for row in self._rows(_COUNTS, standing)}
        kept_out = dict(self._rows(_OPEN_ROWS, standing))
        by_source: dict[str, list[Entry]] = defaultdict(list)
        for entry in standing:
            by_source[entry.source.id].append(entry)
        return [_source_line(listed, counts, kept_out) for _, listed in sorted(by_source.items())]

    def _rule_lines(self, standing: Sequence[Entry]) -> Iterator[RuleLine]:
        read = sum(row[1] or 0 for row in self._rows(_COUNTS, standing))
        for rule_id, rows, first_seen in self._rows(_RULES, standing):
            told = rule(rule_id)
            share = Decimal(rows) / read if read else None
            yield RuleLine(rule_id, told.message_sv, told.todo_sv, rows, share, _swedish(first_seen))

    def _row_line(self, row: tuple[Any, ...]) -> RowLine:
        delivery, number, rule_id, record, found, first_seen = row
        entry = self._all[delivery]
        kind, columns = _found(entry.source, found)
        place = (entry.file_name, entry.month.first, number, _shown(record, entry))
        return RowLine(*place, rule_id, rule(rule_id).message_sv, columns, kind, _swedish(first_seen))

    def _resolved_line(self, row: tuple[Any, ...]) -> ResolvedLine:
        delivery, number, rule_id, record, first_seen, resolved_in, resolved_at, _ = row
        entry = self._all[delivery]
        place = (entry.file_name, entry.month.first, number, _shown(record, entry))
        seen, gone = _swedish(first_seen), _swedish(resolved_at)
        return ResolvedLine(*place, rule(rule_id).message_sv, seen, gone, self._all[resolved_in].file_name)

    def _rows(self, sql: str, entries: Sequence[Entry], **bound: object) -> list[tuple[Any, ...]]:
        deliveries = [entry.delivery_id for entry in entries]
        return self._connection.execute(sql, {"deliveries": deliveries, **bound}).fetchall()


def _standing(entries: Sequence[Entry]) -> list[Entry]:
    """The deliveries that are in the figures, and those that were rejected and have not been replaced."""
    return [entry for entry in entries if entry.status in ("current", "rejected")]


def _source_line(
    entries: Sequence[Entry], counts: Mapping[str, Sequence[int]], kept_out: Mapping[str, int]
) -> SourceLine:
    taken = [entry.delivery_id for entry in entries if entry.status == "current"]
    return SourceLine(
        entries[0].source.id,
        entries[0].source.title_sv,
        len(taken),
        len(entries) - len(taken),
        sum(counts[delivery][0] for delivery in taken),
        sum(counts[delivery][1] for delivery in taken),
        sum(kept_out.get(delivery, 0) for delivery in taken),
    )


def _rejected(entry: Entry) -> RejectedFile:
    fault = entry.fault or ""
    return RejectedFile(entry.file_name, entry.month.first, fault, entry.detail_sv or "", rule(fault).todo_sv)


def _redeliveries(entries: Sequence[Entry]) -> Iterator[Redelivery]:
    """How to deliver again, a source at a time; the example follows on the newest of the deliveries."""
    newest = {entry.source.id: entry for entry in sorted(entries, key=lambda entry: (entry.month, entry.version or 0))}
    for _, entry in sorted(newest.items()):
        source, transport = entry.source, entry.source.transport
        pattern, example = "", ""
        if isinstance(transport, NamedFiles):
            pattern, example = transport.file_name, transport.make_name(entry.month, (entry.version or 0) + 1)
        yield Redelivery(source.title_sv, source.delivers == "whole_month", pattern, example)


def _file_name(region_id: str, source_ids: Sequence[str]) -> str:
    """A file's name, made of ids alone: `aterkoppling-norrbotten-vas_visits`."""
    listed = "-".join(source_ids)
    if len(listed) > _MOST_NAME:
        listed = f"{source_ids[0]}-med-{len(source_ids) - 1}-till"
    return f"{report_names(region_id)}{listed}"


def report_names(region_id: str) -> str:
    """What the names of a region's reports begin with."""
    return f"aterkoppling-{region_id}-"


def _found(source: Source, found: str | None) -> tuple[str, str]:
    """In Swedish: the class of what stood there, and the supplier's columns; `found` is `class: field, field`."""
    kind, _, fields = (found or "invalid").partition(": ")
    columns = [column for field in fields.split(", ") if field for column in _columns(source, field)]
    return found_words()[kind].sv, ", ".join(dict.fromkeys(columns))


def _columns(source: Source, field: str) -> list[str]:
    """The columns that a field is read from; a municipality that the unit tells, from the unit's."""
    mapping: Any = None
    names: tuple[str, ...] = (field,)
    if isinstance(source, VisitSource):
        mapping = source.visit
    elif isinstance(source, RecordSource):
        mapping = source.fields
        names = source.contract.person_fields if field == "person_id" else names
    entries: list[Any] = [getattr(mapping, name, None) for name in names]
    if any(getattr(entry, "from_unit", False) for entry in entries):
        entries = [mapping.care_unit]
    return [column for entry in entries if hasattr(entry, "reads") for column in entry.reads()]


def _shown(record: str | None, entry: Entry) -> str:
    """The record id as the supplier may read it; empty where the source gives none."""
    if record is None or (isinstance(entry.source, RecordSource) and entry.source.fields.record_id is None):
        return ""
    return MASKED_SV if _is_person(record) else record


def _is_person(record: str | None) -> bool:
    return record is not None and record.startswith(HIDDEN)


def _swedish(utc: datetime) -> datetime:
    """A time in UTC, as the clock in Sweden shows it."""
    return utc.replace(tzinfo=UTC).astimezone(_STOCKHOLM).replace(tzinfo=None)
