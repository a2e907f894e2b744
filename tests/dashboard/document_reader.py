"""Makes the documents of a sample, and reads them back: what a test sees is what a reader opens."""

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice, product
from pathlib import Path
from typing import Any

import docx
import pypdfium2
from published_money import AGREEMENT, money
from published_sample import FEW, Row, Sample, months, sample

from dashboard.documents.texts import SHIPPED
from dashboard.documents.write import documents

ORDER = ("base", "with_children", "without_night")
PROFESSIONS = {"district_nurse": "distriktssköterska", "doctor": "läkare", "physiotherapist": "fysioterapeut"}
REPORTS = ("slutrapport", "ekonomirapport", "personalrapport")
Made = Mapping[str, bytes]


def whole(names: Mapping[str, str] = FEW) -> Sample:
    """A release of two years with everything that documents tell."""
    made = sample(months(date(2011, 1, 1), 24), names)
    made.tables.update(money(names))
    made.tables["equalisation.exchange_decisions"] = [decision()]
    made.tables["volumes.staffing"] = list(staffing(names))
    return made


def made_of(
    made: Sample, folder: Path, names: Mapping[str, str] = FEW, own_texts: Path = SHIPPED, most: int | None = None
) -> Made:
    """The documents of a sample by file name; only so many of them, the final report first, where `most` says so."""
    database = folder / "hemvard.duckdb"
    database.unlink(missing_ok=True)
    codes = [code for code in names if code not in ("9998", "9999")]
    known = {"municipality_code": names, "profession": PROFESSIONS}
    return dict(islice(documents(made.write(database), known, ORDER, codes, own_texts), most))


def decision() -> Row:
    """22 öre, from the first year."""
    return {
        "origin": "agreement",
        "agreement": AGREEMENT,
        "valid_from": date(2013, 1, 1),
        "change_ore": Decimal(22),
        "total_ore": Decimal(22),
        "source": "Ett protokoll",
        "basis": "official",
    }


def staffing(names: Mapping[str, str]) -> Iterable[Row]:
    """Posts in three ways: of all employers, by municipality and profession, with their totals."""
    codes = [code for code in names if code not in ("9998", "9999")]
    ways = (
        ("hr", "all", 2011, "delivered"),
        ("volume", "base", 2012, "illustrative"),
        ("agreed", "base", 2013, "official"),
    )
    for method, scenario, year, basis in ways:
        places = ["0000"] if method == "agreed" else codes
        cells = {cell: Decimal(10 + at) / 4 for at, cell in enumerate(product(places, PROFESSIONS))}
        for place, profession in product((*places, "all"), (*PROFESSIONS, "all")):
            parts = [
                fte
                for (of_place, of_profession), fte in cells.items()
                if place in ("all", of_place) and profession in ("all", of_profession)
            ]
            yield {
                "year": year,
                "municipality_code": place,
                "profession": profession,
                "scenario": scenario,
                "method": method,
                "party": "all",
                "fte": sum(parts),
                "basis": basis,
                "source": "Exempel; Ännu ett",
                "status": "ok",
            }


def pages_of(content: bytes) -> list[str]:
    """The text of each page of a PDF, on one line."""
    opened = pypdfium2.PdfDocument(content)
    try:
        return [re.sub(r"\s*\r?\n", " ", page.get_textpage().get_text_range()) for page in opened]
    finally:
        opened.close()


def is_tagged(content: bytes) -> bool:
    opened = pypdfium2.PdfDocument(content)
    try:
        return bool(pypdfium2.raw.FPDFCatalog_IsTagged(opened))
    finally:
        opened.close()


def title_of(content: bytes) -> str:
    opened = pypdfium2.PdfDocument(content)
    try:
        return str(opened.get_metadata_value("Title"))
    finally:
        opened.close()


def word_of(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def words_of(content: bytes) -> str:
    """All text of a Word file: paragraphs, then tables, then headers."""
    word = word_of(content)
    tables = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    heads = [paragraph.text for section in word.sections for paragraph in section.header.paragraphs]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *tables, *heads])


def table_of(content: bytes, caption: str) -> dict[str, list[str]]:
    """A table of a Word file by the beginning of its caption: the rest of each row by its first cell."""
    word = word_of(content)
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption" and p.text.startswith("Tabell")]
    (at,) = (number for number, text in enumerate(captions) if text.split(": ", 1)[1].startswith(caption))
    return {row.cells[0].text.strip("\u00a0 "): [cell.text for cell in row.cells[1:]] for row in word.tables[at].rows}


def text_of(made: Made) -> str:
    """All text of all documents, PDF and Word."""
    pdfs = (" ".join(pages_of(content)) for name, content in made.items() if name.endswith(".pdf"))
    words = (words_of(content) for name, content in made.items() if name.endswith(".docx"))
    return "\n".join([*pdfs, *words])


def number_of(text: str) -> Decimal:
    """A number as it is written in a document."""
    return Decimal(re.sub(r"[\u202f\u00a0%p]", "", text).replace("−", "-").replace(",", "."))
