"""Documents as Word, for the secretary: real headings, tables with header rows, captions, a table of contents.

Texts go in as text, never as XML or as fields. The same document gives the same bytes: every time in the file is the
release's.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dashboard.documents.blocks import Block, Chart, Column, Document, Heading, Paragraph, Run, Table
from dashboard.documents.pdf import picture

_EARLIEST = datetime(1980, 1, 1)
"""A zip file knows no earlier time."""
_WIDTH_CM, _MARGIN_CM = 16.4, 2.3
_PPI = 220
_FONT = "Arial"
"""Word has it, and LibreOffice sets it in one as wide."""
_INK, _QUIET, _ACCENT = "1B1B1B", "555555", "0B5394"
_ROWS_TOGETHER = 24
"""A table of more rows may break between pages; the same in `report.typ`."""
_LONGEST = 255
"""What a file says of itself may have so many characters."""
_CONTENTS = 'TOC \\o "1-2" \\h \\z \\u'
_AFTER_HYPHENATION = ("w:characterSpacingControl", "w:savePreviewPicture", "w:compat", "w:rsids")
"""What follows the setting in Word's order of settings."""
_DO_UPDATE = "Markera innehållsförteckningen och tryck F9 för att hämta sidnumren."


def report_docx(document: Document) -> bytes:
    """A report as a Word file."""
    import docx  # takes long to import, and few commands write a document

    writer = _Writer(docx.Document())
    writer.prepare(document)
    writer.front(document)
    writer.add_all(document.chapters)
    held = io.BytesIO()
    writer.word.save(held)
    return _timeless(held.getvalue(), document.made)


class _Writer:
    """A Word file that is being written. Not a value: it holds the open file."""

    def __init__(self, word: Any) -> None:
        self.word = word
        self.numbered = {"Tabell": 0, "Diagram": 0}

    def prepare(self, document: Document) -> None:
        """Styles, language, page, header and footer, and what the file says of itself."""
        properties = self.word.core_properties
        properties.title = f"{document.title}, {document.region}"[:_LONGEST]
        properties.author, properties.last_modified_by, properties.language = "hemvard", "hemvard", "sv-SE"
        properties.subject, properties.comments, properties.revision = document.notice[:_LONGEST], "", 1
        properties.created = properties.modified = document.made
        _styles(self.word)
        self.word.settings.element.insert_element_before(_element("w:autoHyphenation"), *_AFTER_HYPHENATION)
        _page(self.word.sections[0], document)

    def front(self, document: Document) -> None:
        """The first page, which sums up, then the contents."""
        self.word.add_paragraph(document.title, style="Title")
        self.word.add_paragraph(f"{document.region}. Utgåva {document.release}.", style="Subtitle")
        if document.notice:
            self._runs((Run(document.notice, bold=True),), "Intense Quote")
        self.word.add_heading("Sammanfattning", 1)
        self.add_all(document.summary)
        self.word.add_page_break()
        self.word.add_paragraph("Innehåll", style="TOC Heading")
        self._contents(document)
        self.word.add_page_break()

    def add_all(self, blocks: Sequence[Block]) -> None:
        """Blocks in their order."""
        for block in blocks:
            match block:
                case Heading():
                    self.word.add_heading(block.text, block.level)
                case Paragraph():
                    self._runs(block.runs, "List Bullet" if block.bullet else None)
                case Table():
                    self._table(block)
                case Chart():
                    self._chart(block)

    def _runs(self, runs: Sequence[Run], style: str | None) -> None:
        paragraph = self.word.add_paragraph(style=style)
        for run in runs:
            paragraph.add_run(run.text).bold = run.bold or None

    def _contents(self, document: Document) -> None:
        """A field of contents that holds the headings already, so that it is never empty."""
        listed = [
            "Sammanfattning",
            *(block.text for block in document.chapters if isinstance(block, Heading) and block.level == 1),
        ]
        lines = [self.word.add_paragraph(style="Contents") for _ in listed]
        _field_begins(lines[0], _CONTENTS)
        for line, name in zip(lines, listed, strict=True):
            line.add_run(name)
        _field_ends(lines[-1])
        self.word.add_paragraph(_DO_UPDATE, style="Note")

    def _caption(self, kind: str, text: str) -> Any:
        self.numbered[kind] += 1
        paragraph = self.word.add_paragraph(f"{kind} ", style="Caption")
        _field_begins(paragraph, f"SEQ {kind} \\* ARABIC")
        paragraph.add_run(str(self.numbered[kind]))
        _field_ends(paragraph)
        paragraph.add_run(f": {text}")
        return paragraph

    def _table(self, block: Table) -> None:
        from docx.shared import Cm

        self._caption("Tabell", block.caption).paragraph_format.keep_with_next = True
        table = self.word.add_table(rows=1, cols=len(block.columns))
        table.autofit = False
        for column, width in zip(table.columns, _widths(block.columns), strict=True):
            column.width = Cm(width)
        _describe_table(table, block.caption)
        _fill(table.rows[0], [column.heading for column in block.columns], block.columns, "Head")
        _mark(table.rows[0], "w:tblHeader")
        for row, style in zip(block.rows, _row_styles(block), strict=True):
            _fill(table.add_row(), row, block.columns, style)
        for row in table.rows:
            _mark(row, "w:cantSplit")
        self._below(block.notes, block.source)

    def _chart(self, block: Chart) -> None:
        from docx.shared import Cm

        self.word.add_picture(io.BytesIO(picture(block.svg, _PPI)), width=Cm(_WIDTH_CM))
        described = self.word.inline_shapes[-1]._inline.docPr
        described.set("descr", block.alt)
        described.set("title", block.caption)
        self.word.paragraphs[-1].paragraph_format.keep_with_next = True
        self._caption("Diagram", block.caption)
        self._below((), block.source)

    def _below(self, notes: Sequence[str], source: str) -> None:
        for note in notes:
            self.word.add_paragraph(note, style="Note").paragraph_format.keep_with_next = True
        self.word.add_paragraph(f"Källa: {source}.", style="Note")


def _row_styles(block: Table) -> Iterator[str]:
    """The style of each row: a table that fits on a page keeps together with its notes, a long one may break."""
    last, fits = len(block.rows) - 1, len(block.rows) <= _ROWS_TOGETHER
    for at in range(len(block.rows)):
        if block.total and at == last:
            yield "Sum"
        else:
            yield "Kept" if fits else "Cell"


def _styles(word: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = word.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    _set_language(styles)
    for name, size in (("Title", 26), ("Heading 1", 16), ("Heading 2", 13), ("Caption", 10), ("Subtitle", 12)):
        styles[name].font.size, styles[name].font.color.rgb = Pt(size), RGBColor.from_string(_ACCENT)
        _fonts_as_normal(styles[name])
    note = styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style, note.font.size, note.font.color.rgb = normal, Pt(8.5), RGBColor.from_string(_QUIET)
    note.paragraph_format.space_after = Pt(2)
    styles["Caption"].paragraph_format.space_before = Pt(14)
    contents = styles.add_style("Contents", WD_STYLE_TYPE.PARAGRAPH)
    contents.base_style, contents.paragraph_format.space_after = normal, Pt(2)
    for name, points, bold in (("Cell", 9.0, False), ("Kept", 9.0, False), ("Head", 8.5, True), ("Sum", 9.0, True)):
        cell = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        cell.base_style, cell.font.size, cell.font.bold = normal, Pt(points), bold
        cell.paragraph_format.space_after, cell.paragraph_format.keep_with_next = Pt(0), name != "Cell"


def _page(section: Any, document: Document) -> None:
    from docx.shared import Cm

    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(_MARGIN_CM)
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.text = f"{document.title}, {document.region}"
    footer.add_run(f"Utgåva {document.release}. Sida ")
    _field_begins(footer, "PAGE")
    footer.add_run("1")
    _field_ends(footer)


def _fill(row: Any, texts: Sequence[str], columns: Sequence[Column], style: str) -> None:
    """A row's cells: texts to the left, numbers to the right, widths by the columns' shares."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    for cell, text, column, width in zip(row.cells, texts, columns, _widths(columns), strict=True):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph._p.style = style  # by its id: python-docx looks a name up among all styles, for each cell
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if column.numeric else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.add_run(text)


def _widths(columns: Sequence[Column]) -> list[float]:
    """The columns' widths in centimetres, by their shares of the page's."""
    whole = sum(column.share for column in columns)
    return [_WIDTH_CM * column.share / whole for column in columns]


def _mark(row: Any, name: str) -> None:
    """A property of a row: its being a header, or that it doesn't break between pages."""
    row._tr.get_or_add_trPr().append(_element(name))


def _describe_table(table: Any, caption: str) -> None:
    """Thin rules between the rows, and the caption as the table's alternative text."""
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    rules = _element("w:tblBorders")
    for side, size in (("top", "8"), ("bottom", "8"), ("insideH", "2")):
        rules.append(_element(f"w:{side}", val="single", sz=size, space="0", color=_QUIET))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(rules)
    properties.append(_element("w:tblCaption", val=caption))


def _field_begins(paragraph: Any, instruction: str) -> None:
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="begin"))
    told = _element("w:instrText")
    told.text = f" {instruction} "
    told.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    paragraph.add_run()._r.append(told)
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="separate"))


def _field_ends(paragraph: Any) -> None:
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for attribute, value in attributes.items():
        made.set(qn(f"w:{attribute}"), value)
    return made


def _set_language(styles: Any) -> None:
    from docx.oxml.ns import qn

    for found in styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), "sv-SE")


def _fonts_as_normal(style: Any) -> None:
    from docx.oxml.ns import qn

    fonts = style.element.rPr.rFonts if style.element.rPr is not None else None
    if fonts is not None:
        for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{name}"), None)
        fonts.set(qn("w:ascii"), _FONT)
        fonts.set(qn("w:hAnsi"), _FONT)


def _timeless(file: bytes, made: datetime) -> bytes:
    """The same file with the release's time on each of its parts."""
    at = max(made, _EARLIEST).timetuple()[:6]
    held = io.BytesIO()
    with ZipFile(io.BytesIO(file)) as read, ZipFile(held, "w", ZIP_DEFLATED) as written:
        for name in _names(read):
            part = ZipInfo(name, date_time=at)
            part.compress_type, part.external_attr = ZIP_DEFLATED, 0o600 << 16
            written.writestr(part, read.read(name))
    return held.getvalue()


def _names(read: ZipFile) -> Iterator[str]:
    """The parts in the order of the file."""
    yield from (part.filename for part in read.infolist())
