"""What a supplier gets back: one HTML page and one Excel workbook in Swedish, ready to be mailed.

Both hold the same: what came, which files were rejected, the faults by rule and row by row, what has been
put right since, and how to deliver again. They never hold a value of a row, a person's id, a name or free text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboard import words
from dashboard.environment import environment

MOST_ROWS = 100_000
"""Rows of faults in a workbook; more, and it says so."""
_ON_PAGE = 500
_TEMPLATE = "supplier_report.html"
_Columns = tuple[tuple[str, int], ...]
"""The headings of a sheet's table, each with its column's width in characters."""
_PLACE: _Columns = (("Postens id", 26), ("Fil", 34), ("Filmånad", 11), ("Rad", 9))
_SOURCES: _Columns = (
    *(("Källa", 44), ("Inlästa leveranser", 12), ("Underkända filer", 12), ("Lästa rader", 12)),
    *(("Godkända rader", 12), ("Rader i karantän", 12), ("Andel i karantän", 12)),
)
_REJECTED: _Columns = (
    *(("Fil", 34), ("Filmånad", 11), ("Vad som är fel", 60), ("Vad ni kan göra", 60), ("Regel", 24)),
)
_RULES: _Columns = (
    *(("Vad felet är", 50), ("Vad ni kan göra", 44), ("Rader", 10), ("Andel", 10)),
    *(("Först sett", 12), ("Regel", 24)),
)
_FAULTS: _Columns = (
    *_PLACE,
    *(("Vad felet är", 50), ("Kolumn", 24), ("Vad som stod där", 26), ("Först sett", 12), ("Regel", 24)),
)
_RESOLVED: _Columns = (*_PLACE, ("Vad felet var", 50), ("Först sett", 12), ("Borta sedan", 12), ("Med filen", 34))


@dataclass(frozen=True)
class SourceLine:
    """A source's deliveries: those that were read in, and the files that were rejected."""

    source_id: str
    title_sv: str
    deliveries: int
    rejected: int
    rows_read: int
    rows_accepted: int
    rows_quarantined: int

    @property
    def share(self) -> Decimal | None:
        """The share of the rows read that stand in quarantine; None where none were read."""
        return Decimal(self.rows_quarantined) / self.rows_read if self.rows_read else None


@dataclass(frozen=True)
class RejectedFile:
    """A file that was rejected whole, and what to do about it."""

    file_name: str
    month: date
    rule_id: str
    detail_sv: str
    todo_sv: str


@dataclass(frozen=True)
class RuleLine:
    """A rule that rows break."""

    rule_id: str
    message_sv: str
    todo_sv: str
    rows: int
    share: Decimal | None
    first_seen: datetime


@dataclass(frozen=True)
class RowLine:
    """A fault of a row: where it stands, what it is, and what class of value stood there."""

    file_name: str
    month: date
    row_number: int
    record_id: str
    rule_id: str
    message_sv: str
    columns: str
    found_sv: str
    first_seen: datetime


@dataclass(frozen=True)
class ResolvedLine:
    """A fault that no longer stands, and the file with which it went."""

    file_name: str
    month: date
    row_number: int
    record_id: str
    message_sv: str
    first_seen: datetime
    resolved_at: datetime
    resolved_in: str


@dataclass(frozen=True)
class Redelivery:
    """How a source's deliveries are sent again: what, and under which name."""

    title_sv: str
    whole_month: bool
    file_name: str
    """The pattern of the file's name; empty where the system is read directly."""
    example: str


@dataclass(frozen=True)
class SupplierReport:
    """All that a report says; `rows` are at most `MOST_ROWS` of `rows_total`."""

    name: str
    """The name of its files, without ending."""
    region_name: str
    supplier_sv: str
    months: tuple[date, date]
    made_on: date
    notice_sv: str
    sources: tuple[SourceLine, ...]
    rejected: tuple[RejectedFile, ...]
    rules: tuple[RuleLine, ...]
    rows: tuple[RowLine, ...]
    rows_total: int
    resolved: tuple[ResolvedLine, ...]
    resolved_total: int
    redeliveries: tuple[Redelivery, ...]

    @property
    def whole(self) -> SourceLine:
        """The sums of all sources."""
        counts = [
            (line.deliveries, line.rejected, line.rows_read, line.rows_accepted, line.rows_quarantined)
            for line in self.sources
        ]
        return SourceLine("", "", *(sum(column) for column in zip(*counts, strict=True)))

    @property
    def period(self) -> str:
        """The months that it is about, in words."""
        return words.span(*self.months)


def write_report(report: SupplierReport, folder: Path) -> tuple[Path, Path]:
    """Write the page and the workbook into a folder, which is made if need be; where they lie."""
    folder.mkdir(parents=True, exist_ok=True)
    page, workbook = folder / f"{report.name}.html", folder / f"{report.name}.xlsx"
    template = environment().get_template(_TEMPLATE)
    html = template.render(report=report, on_page=_ON_PAGE, day=words.day, redelivery_texts=redelivery_texts)
    page.write_text(html, encoding="utf-8")
    _write_workbook(report, workbook)
    return page, workbook


class _Book:
    """A workbook that is being written: every text as text, so that none comes to life as a formula."""

    def __init__(self, report: SupplierReport, file: Path) -> None:
        from xlsxwriter import Workbook

        self.report = report
        self.book = Workbook(str(file), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
        self.book.set_properties(
            {"title": _title(report), "created": datetime.combine(report.made_on, datetime.min.time())}
        )
        top = {"valign": "top", "text_wrap": True}
        self.text = self.book.add_format(top)
        self.number = self.book.add_format({"valign": "top", "num_format": "#,##0"})
        self.share = self.book.add_format({"valign": "top", "num_format": "0.0%"})
        self.day = self.book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"})
        self.month = self.book.add_format({"valign": "top", "num_format": "yyyy-mm", "align": "left"})
        self.head = self.book.add_format({"bold": True, "bottom": 2, "valign": "bottom", "text_wrap": True})
        self.title = self.book.add_format({"bold": True, "font_size": 15})
        self.strong = self.book.add_format({"bold": True})
        self.notice = self.book.add_format({"bold": True, "bg_color": "#FFD200"})

    def sheet(self, name: str) -> tuple[Any, int]:
        """A new sheet, printed on A4 lying, and the first row that is free below what must stand first."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RSida &P av &N")
        if not self.report.notice_sv:
            return sheet, 0
        sheet.write_string(0, 0, self.report.notice_sv, self.notice)
        return sheet, 2

    def table(self, sheet: Any, top: int, columns: _Columns, rows: Iterable[Sequence[Any]]) -> int:
        """A table with its headers, widths and typed cells; the first row below it."""
        for place, (heading, width) in enumerate(columns):
            sheet.write_string(top, place, heading, self.head)
            sheet.set_column(place, place, width)
        last = top
        for last, row in enumerate(rows, top + 1):
            for place, value in enumerate(row):
                self._cell(sheet, last, place, value)
        return last + 1

    def listed(self, name: str, columns: _Columns, rows: Sequence[Sequence[Any]]) -> None:
        """A sheet of one table, its header frozen and with filters."""
        sheet, top = self.sheet(name)
        self.table(sheet, top, columns, rows)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + max(len(rows), 1), len(columns) - 1)

    def _cell(self, sheet: Any, row: int, place: int, value: Any) -> None:
        if value is None:
            sheet.write_blank(row, place, None, self.text)
        elif isinstance(value, Decimal):
            sheet.write_number(row, place, float(value), self.share)
        elif isinstance(value, int):
            sheet.write_number(row, place, value, self.number)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, place, value.date(), self.day)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self.month)
        else:
            sheet.write_string(row, place, str(value), self.text)


def _title(report: SupplierReport) -> str:
    return f"Återkoppling på leveranser från {report.supplier_sv}"


def _write_workbook(report: SupplierReport, file: Path) -> None:
    book = _Book(report, file)
    _summary_sheet(book, report)
    if report.rejected:
        book.listed("Underkända filer", _REJECTED, [_rejected_row(line) for line in report.rejected])
    if report.rules:
        book.listed("Fel per regel", _RULES, [_rule_row(line) for line in report.rules])
        book.listed("Rader att rätta", _FAULTS, [_fault_row(line) for line in report.rows])
    if report.resolved:
        book.listed("Rättat sedan tidigare", _RESOLVED, [_resolved_row(line) for line in report.resolved])
    book.book.close()


def _summary_sheet(book: _Book, report: SupplierReport) -> None:
    sheet, top = book.sheet("Sammanfattning")
    sheet.write_string(top, 0, _title(report), book.title)
    facts = (f"Från {report.region_name}", f"Filmånader: {report.period}", f"Gjord {words.day(report.made_on)}")
    told = (*facts, *_said(report))
    for line, text in enumerate(told, top + 1):
        sheet.write_string(line, 0, text)
    below = book.table(sheet, top + len(told) + 2, _SOURCES, [_source_row(line) for line in report.sources])
    sheet.write_string(below + 1, 0, "Så levererar ni på nytt", book.strong)
    for line, text in enumerate(redelivery_texts(report), below + 2):
        sheet.write_string(line, 0, text)


def _said(report: SupplierReport) -> list[str]:
    """What the summary says of limits."""
    if report.rows_total <= len(report.rows):
        return []
    shown, found = words.number(len(report.rows)), words.number(report.rows_total)
    return [f"Bladet ”Rader att rätta” visar de första {shown} av {found} fel."]


def redelivery_texts(report: SupplierReport) -> list[str]:
    """How to deliver again, a sentence or two for each source."""
    return [_redelivery_text(entry) for entry in report.redeliveries]


def _redelivery_text(entry: Redelivery) -> str:
    what = (
        "Leverera hela månaden på nytt"
        if entry.whole_month
        else "Leverera de rättade posterna, med samma id, i en ny fil"
    )
    if not entry.file_name:
        return f"{entry.title_sv}: rätta i källsystemet. Uppgifterna hämtas på nytt nästa gång."
    if "{version}" not in entry.file_name:
        return f"{entry.title_sv}: {what.lower()} med samma filnamn, {entry.example}."
    return f"{entry.title_sv}: {what.lower()} med ett högre versionsnummer i filens namn, till exempel {entry.example}."


def _source_row(line: SourceLine) -> tuple[Any, ...]:
    counts = (line.deliveries, line.rejected, line.rows_read, line.rows_accepted, line.rows_quarantined)
    return (f"{line.title_sv} ({line.source_id})", *counts, line.share)


def _rejected_row(line: RejectedFile) -> tuple[Any, ...]:
    return line.file_name, line.month, line.detail_sv, line.todo_sv, line.rule_id


def _rule_row(line: RuleLine) -> tuple[Any, ...]:
    return line.message_sv, line.todo_sv, line.rows, line.share, line.first_seen, line.rule_id


def _fault_row(line: RowLine) -> tuple[Any, ...]:
    place = (line.record_id, line.file_name, line.month, line.row_number)
    return (*place, line.message_sv, line.columns, line.found_sv, line.first_seen, line.rule_id)


def _resolved_row(line: ResolvedLine) -> tuple[Any, ...]:
    place = (line.record_id, line.file_name, line.month, line.row_number)
    return (*place, line.message_sv, line.first_seen, line.resolved_at, line.resolved_in)
