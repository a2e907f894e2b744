"""The workbook of a release: its figures for people, sheet by sheet, made from the built database alone.

Every text is written as text, so that none comes to life as a formula; one that looks like a formula
is marked as text for good. Excel holds numbers as doubles of 15 digits: whoever needs the exact decimals takes
the database, Parquet or CSV. The same database gives the same bytes.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from dashboard.words import moment, number
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY
from tasks import workbook_words as words
from warehouse import schema
from warehouse.columns import Column, Table
from warehouse.sql import columns, qualified

MAX_ROWS = 100_000
"""A table with more rows has no sheet: people don't read so many, and Excel becomes slow."""
SCHEMAS = ("volumes", "indicators", "equalisation")
ABOUT, COLUMNS = "Om", "Kolumner"
Names = Mapping[str, Mapping[str, str]]
"""What codes are called, by column: of areas (`municipality_code`) and of professions (`profession`)."""
_AboutCell = Callable[[Column, tuple[Any, ...]], str]
_HEAD = 4
"""Rows above the figures: notice, description, the columns' names, their headings."""
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER_WIDTH, _TEXT_WIDTHS = 13, (11, 45)
_YELLOW = "#FFD200"
# Tables whose own `title_sv` says what their boundary or indicator is called.
_TITLED = ("volumes.scenario_totals", "equalisation.boundary_questions", "indicators.definitions")
_DECIMALS = {
    "ore": "0.000",
    "share": "0.00%",
    "per_1000": "#,##0.0",
    "fte": "#,##0.0",
    "factor": "0.0000",
    "sek_per_inhabitant": "#,##0.00",
}


@dataclass(frozen=True)
class _Shown:
    """A column of a sheet: what stands in a row's cell, and the unit in which a number is shown."""

    column: Column
    place: int
    heading: str
    words: Mapping[str, str]
    is_name: bool = False
    """A name beside a code: the code's words instead of the code."""


class _Book:
    """A workbook that is being written. Not a value: it holds the open file."""

    def __init__(self, file: Path, made: Mapping[str, Any]) -> None:
        from xlsxwriter import Workbook  # takes long to import, and few commands write one

        self.book = Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent)})
        self.book.set_properties({"title": _title(made), "created": made["created_at"]})
        add = self.book.add_format
        self.text, self.inert = add({"valign": "top"}), add({"valign": "top", "quote_prefix": True})
        self.wrapped = add({"valign": "top", "text_wrap": True})
        self.grey = add({"font_color": "#595959", "font_size": 9})
        self.state = add({"font_color": "#595959", "italic": True, "align": "right"})
        self.link = add({"font_color": "#0563C1", "underline": 1, "valign": "top"})
        self.head = add({"bold": True, "bottom": 2, "valign": "bottom", "text_wrap": True})
        self.title, self.strong = add({"bold": True, "font_size": 15}), add({"bold": True, "valign": "top"})
        self.notice = add({"bold": True, "bg_color": _YELLOW})
        self.day = add({"num_format": "yyyy-mm-dd", "align": "left"})
        self._numbers: dict[str, Any] = {}

    def number(self, shown: str) -> Any:
        """The format of a number, made once."""
        if shown not in self._numbers:
            self._numbers[shown] = self.book.add_format({"num_format": shown})
        return self._numbers[shown]

    def cell(self, sheet: Any, row: int, place: int, value: Any, unit: str = "", *, is_year: bool = False) -> None:
        """A typed cell: text, date, yes or no, number in its unit; nothing where there is no value."""
        if isinstance(value, str):
            sheet.write_string(row, place, value, self.inert if value.startswith(_FORMULA_BEGINS) else self.text)
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value, self.text)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self.day)
        elif value is not None:
            sheet.write_number(row, place, value, self.number("0" if is_year else _number_format(value, unit)))


def write_workbook(
    connection: duckdb.DuckDBPyConnection, catalogue: str, file: Path, names: Names, *, max_rows: int = MAX_ROWS
) -> None:
    """Write the figures of the release that the catalogue holds into a workbook (xlsx); its folder is made.

    `names`: see `Names`. Tables without rows, and with more than `max_rows`, have no sheet; the first sheet says so.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    made = _release(connection, catalogue)
    counts = {table: _count(connection, catalogue, table) for table in _tables()}
    told = [table for table, count in counts.items() if 0 < count <= max_rows]
    known = {**names, **_titles(connection, catalogue)}
    book = _Book(file, made)
    _write_about(book, made, counts, told, max_rows)
    for table in told:
        _write_table(book, made, table, _rows(connection, catalogue, table), known)
    _write_columns(book, made, told)
    book.book.close()


def names_of(folder: RegionFolder) -> dict[str, dict[str, str]]:
    """What a region's areas and the professions are called, by code."""
    region, national = folder.region, folder.national
    codes = (*region.municipalities, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY)
    return {
        "municipality_code": {
            **{code: national.name(code) for code in codes},
            **{part.id: part.name for part in region.county_parts},
            region.county_code: region.county_name,
        },
        "profession": dict(national.professions),
    }


def _tables() -> list[Table]:
    return [table for table in schema.PUBLISHED if table.name.partition(".")[0] in SCHEMAS]


def _sheet_name(table: Table) -> str:
    return table.name.partition(".")[2]


def _title(made: Mapping[str, Any]) -> str:
    return f"Hemvard – {made['region_name']}"


def _release(connection: duckdb.DuckDBPyConnection, catalogue: str) -> dict[str, Any]:
    names = schema.RELEASE.names()
    row = connection.execute(f"SELECT {columns(names)} FROM {qualified(f'{catalogue}.meta.release')}").fetchone()
    if row is None:
        raise ValueError("the database has no row in meta.release: a workbook is made of a whole release")
    return dict(zip(names, row, strict=True))


def _count(connection: duckdb.DuckDBPyConnection, catalogue: str, table: Table) -> int:
    row = connection.execute(f"SELECT count(*) FROM {qualified(f'{catalogue}.{table.name}')}").fetchone()
    return int(row[0]) if row else 0


def _rows(connection: duckdb.DuckDBPyConnection, catalogue: str, table: Table) -> list[tuple[Any, ...]]:
    where = qualified(f"{catalogue}.{table.name}")
    return connection.execute(f"SELECT {columns(table.names())} FROM {where} ORDER BY {columns(table.key)}").fetchall()


def _titles(connection: duckdb.DuckDBPyConnection, catalogue: str) -> dict[str, dict[str, str]]:
    """What boundaries and indicators are called, and the indicators' units, by column."""
    scenarios = connection.execute(
        f"SELECT DISTINCT scenario, title_sv FROM {qualified(f'{catalogue}.volumes.scenario_totals')} ORDER BY ALL"
    ).fetchall()
    indicators = connection.execute(
        "SELECT indicator_id, title_sv, unit "
        f"FROM {qualified(f'{catalogue}.indicators.definitions')} ORDER BY indicator_id, version"
    ).fetchall()
    boundaries = {code: title for code, title in scenarios if title}
    return {
        **dict.fromkeys(("scenario", "other_scenario", "agreed_scenario"), boundaries),
        "indicator_id": {code: title for code, title, _ in indicators},
        "unit": {code: unit for code, _, unit in indicators},
    }


def _shown(table: Table, known: Names) -> Iterator[_Shown]:
    """The columns of a table's sheet: its own, with a name beside a code that has one."""
    areas = known["municipality_code"]
    codes = {**words.CODES, "profession": {**known["profession"], **words.UNKNOWN_OR_ALL}}
    beside = {**known, "area_code": areas, "lowest_municipality_code": areas}
    for place, column in enumerate(table.columns):
        replaced = codes.get(column.name, {})
        heading = words.heading(column)
        yield _Shown(column, place, heading, replaced)
        named = column.type == "VARCHAR" and column.name not in ("profession", "unit")
        if named and column.name in beside and table.name not in _TITLED:
            yield _Shown(column, place, f"{heading}, namn", beside[column.name], is_name=True)
        if column.name == "indicator_id" and table.name not in _TITLED:
            units = {code: words.UNITS.get(unit, unit) for code, unit in known["unit"].items()}
            yield _Shown(column, place, "Värdets enhet", units, is_name=True)


def _write_table(
    book: _Book, made: Mapping[str, Any], table: Table, rows: Sequence[tuple[Any, ...]], known: Names
) -> None:
    shown = list(_shown(table, known))
    sheet = book.book.add_worksheet(_sheet_name(table))
    for place, entry in enumerate(shown):
        sheet.set_column(place, place, _width(entry, rows))
    _write_head(book, sheet, made, table, shown)
    write = partial(_write_row, book, sheet, shown, _state_of(table), _unit_of(table, known))
    for at, row in enumerate(rows, _HEAD):
        write(at, row)
    sheet.freeze_panes(_HEAD, 0)
    sheet.autofilter(_HEAD - 1, 0, _HEAD - 1 + len(rows), len(shown) - 1)
    _on_paper(sheet)


def _write_head(book: _Book, sheet: Any, made: Mapping[str, Any], table: Table, shown: Sequence[_Shown]) -> None:
    """Notice and description, the columns' names in the database, and their headings."""
    sheet.write_string(0, 0, made["notice_sv"] or _title(made), book.notice if made["notice_sv"] else book.strong)
    sheet.write_string(
        1,
        0,
        f"{table.sv.rstrip('.')}. Källa: tabellen {table.name} i utgåva {made['release_id']}. Ord och statusar: se Om.",
        book.text,
    )
    sheet.set_row(_HEAD - 1, 15 * max(math.ceil(len(entry.heading) / _TEXT_WIDTHS[0]) for entry in shown))
    for row, texts, form in (
        (_HEAD - 2, ["" if entry.is_name else entry.column.name for entry in shown], book.grey),
        (_HEAD - 1, [entry.heading for entry in shown], book.head),
    ):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, form)


def _write_row(
    book: _Book,
    sheet: Any,
    shown: Sequence[_Shown],
    state_of: _AboutCell,
    unit_of: _AboutCell,
    at: int,
    row: tuple[Any, ...],
) -> None:
    for place, entry in enumerate(shown):
        value, column = row[entry.place], entry.column
        if entry.is_name:
            book.cell(sheet, at, place, entry.words.get(value))
        elif value is None:
            if state := state_of(column, row):
                sheet.write_string(at, place, state, book.state)
        elif entry.words:
            book.cell(sheet, at, place, entry.words.get(value, value))
        else:
            book.cell(sheet, at, place, value, unit_of(column, row), is_year=column.type == "SMALLINT")


def _state_of(table: Table) -> _AboutCell:
    """What stands where a row has no value: why there is none; nothing where a row may well lack it."""
    at = table.names().index("status") if "status" in table.names() else None
    measured = {column.name for column in table.columns if column.role not in ("key", "open")}

    def state(column: Column, row: tuple[Any, ...]) -> str:
        status = row[at] if at is not None else None
        if status == "missing" and column.role != "key" and _is_number(column):
            return words.MISSING
        return words.STATUSES[status] if status in ("protected", "not_applicable") and column.name in measured else ""

    return state


def _unit_of(table: Table, known: Names) -> _AboutCell:
    """The unit of a row's number: the column's own, or that of the row's indicator."""
    at = table.names().index("indicator_id") if "indicator_id" in table.names() else None

    def unit(column: Column, row: tuple[Any, ...]) -> str:
        if at is None or (column.unit, column.type) != ("by_definition", "DOUBLE"):
            return column.unit
        return known["unit"].get(row[at], "")

    return unit


def _is_number(column: Column) -> bool:
    return column.type.startswith(("DECIMAL", "DOUBLE", "BIGINT", "INTEGER", "SMALLINT"))


def _number_format(value: int | float | Decimal, unit: str) -> str:
    """How a number is shown; the cell holds all its digits."""
    if unit == "sek" and value % 1:
        return "#,##0.00"
    if isinstance(value, int) or unit in ("sek", "persons"):
        return "#,##0"
    return _DECIMALS.get(unit, "#,##0.0##")


def _width(entry: _Shown, rows: Sequence[tuple[Any, ...]]) -> int:
    """Wide enough for the texts, at most 45 characters; the same for all numbers and dates."""
    if entry.column.type != "VARCHAR":
        return _NUMBER_WIDTH
    texts = {row[entry.place] for row in rows}
    shown = (entry.words.get(text, "" if entry.is_name else text) for text in texts if text is not None)
    least, most = _TEXT_WIDTHS
    return min(most, max(least, 2 + max(map(len, shown), default=0)))


def _on_paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD - 1)
    sheet.set_footer("&L&A&RSida &P av &N")


def _write_about(
    book: _Book, made: Mapping[str, Any], counts: Mapping[Table, int], told: Sequence[Table], max_rows: int
) -> None:
    """The first sheet: what this is, which release, what the words mean, and where each table stands."""
    sheet = book.book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 95)
    sheet.set_column(2, 2, 12)
    sheet.write_string(0, 0, _title(made), book.title)
    sheet.write_string(1, 0, made["notice_sv"] or "", book.notice if made["notice_sv"] else book.text)
    lines = list(_told(made))
    for at, (label, text) in enumerate(lines, 3):
        sheet.write_string(at, 0, label, book.strong)
        sheet.write_string(at, 1, text, book.wrapped)
    listed = 3 + len(lines) + 1
    for place, text in enumerate(("Blad", "En rad är", "Rader")):
        sheet.write_string(listed, place, text, book.head)
    for at, (table, count) in enumerate(counts.items(), listed + 1):
        _write_entry(book, sheet, at, table, count, "" if table in told else _why_not(count, max_rows))


def _write_entry(book: _Book, sheet: Any, at: int, table: Table, count: int, why_not: str) -> None:
    name = _sheet_name(table)
    if why_not:
        sheet.write_string(at, 0, name, book.text)
    else:
        sheet.write_url(at, 0, f"internal:'{name}'!A1", book.link, name)
    sheet.write_string(at, 1, f"{table.sv.rstrip('.')}{why_not}", book.wrapped)
    sheet.write_number(at, 2, count, book.number("#,##0"))


def _why_not(count: int, max_rows: int) -> str:
    if count:
        return f" – inget blad: fler än {number(max_rows)} rader; se databasen, Parquet eller CSV"
    return " – inget blad: utgåvan har inga rader"


def _told(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Vad detta är", "Utgåvans siffror för läsning i Excel. Samma siffror som i databasen, på sidan och i CSV."
    yield "Utgåva", str(made["release_id"])
    yield "Gjord", moment(made["created_at"])
    yield "Månader", " – ".join(day.isoformat()[:7] for day in (made["first_month"], made["last_month"]) if day)
    yield "Minsta antal personer", f"{made['min_persons']}: en siffra med färre bakom sig visas inte"
    for code, meaning in words.STATUS_MEANINGS.items():
        yield f"Status {words.STATUSES[code]}", meaning
    yield "Tom cell", "uppgiften hör inte till raden; en tom cell är aldrig 0"
    yield "alla", "en summa över kolumnen; lägg aldrig ihop den med sina delar, och lägg aldrig ihop personer"
    yield "0000, 9998, 9999", "avrundningsrest eller utan kommun; utanför länet; okänd kommun eller skyddad identitet"
    yield "Andelar", "visas i procent; cellen innehåller bråket (0,25 visas som 25,00 %)"
    yield "Decimaler", "Excel håller 15 siffror; alla decimaler finns i databasen, Parquet och CSV"
    yield "Kolumnernas beskrivning", f"bladet {COLUMNS}"


def _write_columns(book: _Book, made: Mapping[str, Any], told: Sequence[Table]) -> None:
    """The last sheet: every column of the sheets, described in full."""
    sheet = book.book.add_worksheet(COLUMNS)
    for place, width in enumerate((24, 28, 34, 20, 100)):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, _title(made), book.strong)
    for place, text in enumerate(("Blad", "Kolumn", "Rubrik", "Enhet", "Beskrivning")):
        sheet.write_string(_HEAD - 1, place, text, book.head)
    entries = [(table, column) for table in told for column in table.columns]
    for at, (table, column) in enumerate(entries, _HEAD):
        unit = words.UNITS.get(column.unit, column.unit)
        for place, text in enumerate((_sheet_name(table), column.name, words.heading(column), unit, column.sv)):
            book.cell(sheet, at, place, text)
    sheet.freeze_panes(_HEAD, 0)
    sheet.autofilter(_HEAD - 1, 0, _HEAD - 1 + len(entries), 4)
    _on_paper(sheet)
