"""Documents as PDF: typeset by Typst, tagged (PDF/UA-1), with the fonts that Typst itself holds.

The data go to Typst as a JSON file, never as source: no name or text can become markup.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from dashboard.documents.blocks import Block, Chart, Document, Heading, Paragraph, Table
from dashboard.words import moment

_HERE = Path(__file__).parent
_STANDARD: Literal["ua-1"] = "ua-1"
_UNSHOWABLE = "\ufffd"
_LAST_SURE = "\u017f"
"""The fonts hold every letter up to here; what comes after is tried out."""


def report_pdf(document: Document) -> bytes:
    """A report as PDF; the same document gives the same bytes."""
    return _typeset("report.typ", document)


def sheet_pdf(document: Document) -> bytes:
    """A municipality's sheet as PDF, exactly one page."""
    return _typeset("sheet.typ", document)


def picture(svg: str, ppi: float) -> bytes:
    """An SVG as PNG, with the fonts of the documents."""
    with TemporaryDirectory(prefix="hemvard-") as folder:
        (Path(folder) / "picture.svg").write_text(_showable(svg), encoding="utf-8")
        source = '#set page(width: auto, height: auto, margin: 0pt)\n#image("picture.svg")\n'
        made = _compiler(folder).compile(source.encode(), format="png", ppi=ppi)
    return bytes(made)


def _typeset(template: str, document: Document) -> bytes:
    with TemporaryDirectory(prefix="hemvard-") as folder:
        for name in ("common.typ", template):
            (Path(folder) / name).write_bytes((_HERE / name).read_bytes())
        data = json.dumps(_data(document), ensure_ascii=False)
        (Path(folder) / "data.json").write_text(_showable(data), encoding="utf-8")
        made = _compiler(folder).compile(
            str(Path(folder) / template),
            format="pdf",
            pdf_standards=_STANDARD,
            timestamp=int(document.made.replace(tzinfo=UTC).timestamp()),
        )
    return bytes(made)


def _compiler(folder: str) -> Any:
    import typst  # takes long to import, and few commands write a document

    return typst.Compiler(root=folder, font_paths=_fonts(), sys_inputs={})


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _data(document: Document) -> dict[str, Any]:
    made = document.made
    parts = ("year", "month", "day", "hour", "minute", "second")
    return {
        "title": document.title,
        "notice": document.notice,
        "notice-short": document.notice.partition(". ")[0].rstrip("."),
        "region": document.region,
        "release": document.release,
        "made": {part: getattr(made, part) for part in parts},
        "made-sv": moment(made).partition(" kl.")[0],
        "summary": _blocks(document.summary),
        "chapters": _blocks(document.chapters),
    }


def _blocks(blocks: Sequence[Block]) -> list[Mapping[str, Any]]:
    """The blocks as JSON knows them; a paragraph that leads to a table or chart stays on its page."""
    after = [*blocks[1:], None][: len(blocks)]
    return [
        {**_block(block), "leads": isinstance(following, Table | Chart)}
        for block, following in zip(blocks, after, strict=True)
    ]


def _block(block: Block) -> Mapping[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level, "numbered": block.numbered}
        case Paragraph():
            runs = [{"text": run.text, "bold": run.bold} for run in block.runs]
            return {"kind": "paragraph", "bullet": block.bullet, "runs": runs}
        case Chart():
            return {
                "kind": "chart",
                "caption": block.caption,
                "svg": block.svg,
                "alt": block.alt,
                "source": block.source,
            }
        case Table():
            return _table(block)


def _table(block: Table) -> Mapping[str, Any]:
    return {
        "kind": "table",
        "caption": block.caption,
        "columns": [
            {"heading": column.heading, "numeric": column.numeric, "share": column.share} for column in block.columns
        ],
        "rows": block.rows,
        "notes": block.notes,
        "source": block.source,
        "total": block.total,
    }


def _showable(text: str) -> str:
    """The text with a sign in the place of each letter that no font of the documents holds: PDF/UA asks for all."""
    lacking = {letter for letter in set(text) if letter > _LAST_SURE and not _is_showable(letter)}
    return "".join(_UNSHOWABLE if letter in lacking else letter for letter in text) if lacking else text


@cache
def _is_showable(letter: str) -> bool:
    """Whether Typst can set the letter in an accessible PDF."""
    import typst

    source = b'#set document(title: "x")\n#set text(lang: "sv", font: "Libertinus Serif")\n#sys.inputs.letter'
    try:
        typst.Compiler(font_paths=_fonts()).compile(
            source, format="pdf", pdf_standards=_STANDARD, sys_inputs={"letter": letter}
        )
    except typst.TypstError:
        return False
    return True
