"""All documents of a release, as the bytes of their files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dashboard.documents.pdf import report_pdf, sheet_pdf
from dashboard.documents.reading import Names, Reading, read
from dashboard.documents.reports import REPORTS, report, sheet
from dashboard.documents.texts import Texts
from dashboard.documents.word import report_docx
from dashboard.published import published

SHEETS = "kommuner"
Files = Iterator[tuple[str, bytes]]
"""Each file's path within the documents' folder, and its content."""
_ASCII = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e"})


def documents(
    database: Path, names: Names, boundaries: Sequence[str], municipalities: Sequence[str], own_texts: Path
) -> Files:
    """The reports as PDF and Word, then the sheet of each municipality.

    `names` gives what codes of areas and professions are called, `boundaries` the ids in their order, `own_texts` the
    folder of the region's own texts, if there is one. Nothing but the published tables is read, and the file is
    opened read-only.
    """
    with published(database) as source:
        reading = read(source, names, boundaries)
    texts = Texts(own_texts)
    for asked in REPORTS:
        made = report(asked, reading, texts)
        yield f"{asked.id}.pdf", report_pdf(made)
        yield f"{asked.id}.docx", report_docx(made)
    yield from _sheets(reading, municipalities, texts)


def _sheets(reading: Reading, municipalities: Sequence[str], texts: Texts) -> Files:
    for code in municipalities:
        yield f"{SHEETS}/{file_name(code, reading.areas)}.pdf", sheet_pdf(sheet(code, reading, texts))


def file_name(code: str, areas: Mapping[str, str]) -> str:
    """A municipality's file by its code and name, in letters that every file system takes."""
    name = re.sub(r"[^a-z0-9]+", "-", areas.get(code, "").lower().translate(_ASCII)).strip("-")
    return f"{code}-{name}" if name else code
