"""The reports for suppliers: the page and the workbook hold the same, can be read, and nothing in them comes to life."""

import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from python_calamine import CalamineWorkbook

from dashboard import supplier_report
from dashboard.supplier_report import (
    Redelivery,
    RejectedFile,
    ResolvedLine,
    RowLine,
    RuleLine,
    SourceLine,
    SupplierReport,
    redelivery_texts,
    write_report,
)

JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)
SEEN = datetime(2024, 2, 6, 5, 12)
FORMULAS = ("=1+1", "+46", "-2+3", "@SUM(A1)", '=HYPERLINK("x")', "http://example.invalid/", "<b>x</b>", "\t=1")


def row(record: str, number: int = 2) -> RowLine:
    return RowLine(
        *("a_202401_1.txt", JANUARY, number, record, "unit_known", "Vårdenhetens kod saknas.", "enhet"),
        *("en kod som inte finns i kodlistan", SEEN),
    )


REPORT = SupplierReport(
    name="aterkoppling-liten-a",
    region_name="Lilla regionen",
    supplier_sv="Kommunerna A & B",
    months=(JANUARY, FEBRUARY),
    made_on=date(2024, 3, 20),
    notice_sv="Syntetiska leveranser – inga verkliga patienter",
    sources=(SourceLine("a", "Besök ur A", 1, 1, 1200, 1192, 8), SourceLine("b", "Besök ur B", 0, 0, 0, 0, 0)),
    rejected=(RejectedFile("a_202402_1.txt", FEBRUARY, "rows_present", "Filen är tom.", "Leverera filen igen."),),
    rules=(RuleLine("unit_known", "Vårdenhetens kod saknas.", "Anmäl den.", 8, Decimal("0.005"), SEEN),),
    rows=tuple(row(record, number) for number, record in enumerate(FORMULAS, 2)),
    rows_total=8,
    resolved=(
        ResolvedLine(
            "a_202401_1.txt", JANUARY, 9, "r9", "Åldern är fel.", SEEN, datetime(2024, 3, 1), "a_202401_2.txt"
        ),
    ),
    resolved_total=1,
    redeliveries=(Redelivery("Besök ur A", True, "a_{month}_{version}.txt", "a_202402_2.txt"),),
)


def sheets(file: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_holds_the_rows_as_text_and_typed_cells(tmp_path: Path) -> None:
    _, file = write_report(REPORT, tmp_path / "new folder")
    found = sheets(file)
    assert list(found) == [
        *("Sammanfattning", "Underkända filer", "Fel per regel", "Rader att rätta", "Rättat sedan tidigare"),
    ]
    assert all(rows[0][0] == REPORT.notice_sv for rows in found.values()), "what is made up says so on every sheet"
    _, _, header, *rows = found["Rader att rätta"]
    assert header[:4] == ["Postens id", "Fil", "Filmånad", "Rad"]
    assert [cells[0] for cells in rows] == list(FORMULAS)
    assert rows[0][1:4] == ["a_202401_1.txt", JANUARY, 2.0]
    assert rows[0][7] == date(2024, 2, 6)
    summary = found["Sammanfattning"]
    assert ["Besök ur A (a)", 1.0, 1.0, 1200.0, 1192.0, 8.0, pytest.approx(8 / 1200)] in summary
    assert ["Besök ur B (b)", 0.0, 0.0, 0.0, 0.0, 0.0, ""] in summary


def test_nothing_in_the_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    _, file = write_report(REPORT, tmp_path)
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    listed = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(listed) == 5
    for text in listed:
        assert "<f>" not in text
        assert "<hyperlink" not in text
    for text in listed[1:]:
        assert "<autoFilter" in text
        assert 'state="frozen"' in text
        assert "<col " in text


def test_the_page_says_what_the_workbook_says(tmp_path: Path) -> None:
    page, _ = write_report(REPORT, tmp_path)
    html = page.read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert html.startswith("<!doctype html>")
    assert '<html lang="sv">' in html
    for said in (
        "Syntetiska leveranser – inga verkliga patienter",
        "Till Kommunerna A &amp; B",
        "januari–februari 2024",
        "20 mars 2024",
        "lästa rader räknas inte förrän de är rättade. 1 fil har underkänts.",
        "Filen är tom.",
        "Vårdenhetens kod saknas.",
        "1 fel finns inte längre kvar. Tack!",
        "leverera hela månaden på nytt med ett högre versionsnummer i filens namn, till exempel a_202402_2.txt",
    ):
        assert said in text, said
    assert "&lt;b&gt;x&lt;/b&gt;" in html, "a record id is text"
    assert not re.findall(r"(?:src|href)=\"(?!#|data:,)", html), "nothing is fetched from elsewhere"


def test_more_rows_than_fit_are_said_to_be_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supplier_report, "_ON_PAGE", 3)
    page, file = write_report(replace(REPORT, rows_total=123_456), tmp_path)
    html = page.read_text(encoding="utf-8")
    assert "Här visas de första 3 av 123\u202f456 fel. De första 8 finns i Excelfilen" in html
    assert html.count('<tr data-rule="unit_known"><th scope="row"><span') == 3
    (said,) = [cells[0] for cells in sheets(file)["Sammanfattning"] if "visar de första" in str(cells[0])]
    assert said == "Bladet ”Rader att rätta” visar de första 8 av 123\u202f456 fel."


def test_a_supplier_that_has_put_all_right_reads_of_nothing_else(tmp_path: Path) -> None:
    clean = replace(REPORT.sources[0], rejected=0, rows_accepted=1200, rows_quarantined=0)
    report = replace(REPORT, notice_sv="", sources=(clean,), rejected=(), rules=(), rows=(), rows_total=0)
    page, file = write_report(report, tmp_path)
    html = page.read_text(encoding="utf-8")
    assert "räknas." in html
    assert "Rader att rätta" not in html
    assert "yntetisk" not in html
    found = sheets(file)
    assert list(found) == ["Sammanfattning", "Rättat sedan tidigare"]
    assert found["Rättat sedan tidigare"][0][0] == "Postens id"


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            Redelivery("A", False, "a_{month}_{version}.txt", "a_202402_2.txt"),
            "A: leverera de rättade posterna, med samma id, i en ny fil med ett högre versionsnummer i filens namn, "
            "till exempel a_202402_2.txt.",
        ),
        (
            Redelivery("A", True, "a_{month}.txt", "a_202402.txt"),
            "A: leverera hela månaden på nytt med samma filnamn, a_202402.txt.",
        ),
        (Redelivery("A", True, "", ""), "A: rätta i källsystemet. Uppgifterna hämtas på nytt nästa gång."),
    ],
)
def test_how_to_deliver_again(entry: Redelivery, text: str) -> None:
    assert redelivery_texts(replace(REPORT, redeliveries=(entry,))) == [text]


@pytest.mark.slow
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    """Headings in order, every table with a caption and headings of its columns, nothing wider than a phone."""
    page_file, _ = write_report(REPORT, tmp_path)
    with sync_playwright() as browsers:
        chromium = shutil.which("chromium")
        assert chromium, "chromium is not on the PATH; `make test` installs it (Debian's package chromium)"
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert (
            page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(e => e.tagName).join('')")
            == "H1" + "H2" * 6
        )
        assert page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption && t.tHead)")
        assert page.evaluate("[...document.querySelectorAll('th')].every(h => h.scope)")
        browser.close()
