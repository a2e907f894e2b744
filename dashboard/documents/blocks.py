"""What a document is made of, whatever it is written as: PDF and Word are both made of these blocks.

Every text is plain: nothing in it is markup of Typst or Word, whatever characters it holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Style = Literal["body", "note"]
_BREAKS = "\n\r\t\v\f\u0085\u2028\u2029"
_SPACES = "\u00a0\u202f\u2009\u00ad"


@dataclass(frozen=True)
class Run:
    """A piece of text in one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter, and has a number unless it is an annex."""

    text: str
    level: int = 1
    numbered: bool = True


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or an item of a list."""

    runs: tuple[Run, ...]
    style: Style = "body"
    bullet: bool = False

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Column:
    """A column of a table: numbers stand to the right; `share` of the width, beside those of the others."""

    heading: str
    numeric: bool = True
    share: float = 1.5


@dataclass(frozen=True)
class Table:
    """A numbered table with its caption; with `total` the last row is the sum of those above."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    notes: tuple[str, ...] = ()
    total: bool = False


@dataclass(frozen=True)
class Chart:
    """A numbered picture (SVG) with its caption, and what it shows in words."""

    caption: str
    svg: str
    alt: str
    source: str


Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Document:
    """A document: a first page that sums up, then chapters, then the annex.

    `notice` says that the figures are made up or assumed; it is empty where they are neither. `made` is when the
    release was made (UTC): the document has no other time.
    """

    title: str
    notice: str
    region: str
    release: str
    made: datetime
    summary: tuple[Block, ...]
    chapters: tuple[Block, ...]


def plain(text: str) -> str:
    """A text on one line without characters that can't be printed: a name of a delivery may hold any."""
    on_one_line = "".join(" " if letter in _BREAKS else letter for letter in text)
    return "".join(letter for letter in on_one_line if letter.isprintable() or letter in _SPACES)


def said(text: str, *, style: Style = "body") -> Paragraph:
    """A paragraph in one weight."""
    return Paragraph((Run(text),), style)


def words(name: str, share: float = 3.0) -> Column:
    """A column of text."""
    return Column(name, numeric=False, share=share)


def numbers(names: Iterable[str], share: float = 1.5) -> tuple[Column, ...]:
    """Columns of numbers."""
    return tuple(Column(name, share=share) for name in names)


def tables(blocks: Sequence[Block]) -> list[Table]:
    """The tables among some blocks."""
    return [block for block in blocks if isinstance(block, Table)]
