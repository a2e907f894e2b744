"""The texts of the documents: plain files that anybody can edit, with placeholders from a closed list.

A line is a sentence; lines without an empty one between them are a paragraph; a line that begins with `- ` is an item
of a list, one that begins with `#` is not shown. `**…**` is bold. A line with a placeholder that has no value in a
release is left out, and so is a paragraph whose lines with placeholders all are: a text says only what is known.
What stands in for a placeholder is never read as markup.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dashboard.documents.blocks import Paragraph, Run, plain
from dashboard.documents.placeholders import of_text

SHIPPED = Path(__file__).parent / "texts"
SUFFIX = ".txt"
_PLACEHOLDER = re.compile(r"\{\{ *([a-z0-9_]+) *\}\}")
_PIECE = re.compile(r"(\*\*|\{\{ *[a-z0-9_]+ *\}\})")
_LEFT_OVER = re.compile(r"\{\{|\}\}")
Values = Mapping[str, str | None]
"""What stands in for each placeholder; None, or no entry, where the release has no value."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text: its file, the line, and plain English."""

    file: str
    line: int
    text: str


class Texts:
    """The texts of a region: those of its own folder, and the shipped ones where it has none of the name."""

    def __init__(self, own: Path = SHIPPED) -> None:
        self._own = own

    def paragraphs(self, name: str, values: Values) -> tuple[Paragraph, ...]:
        """A text with its placeholders filled in."""
        file = self._own / f"{name}{SUFFIX}"
        text = file.read_text(encoding="utf-8") if file.is_file() else _shipped(name)
        return tuple(_paragraphs(text, values))


def names() -> tuple[str, ...]:
    """The names of all texts."""
    return tuple(sorted(file.stem for file in SHIPPED.glob(f"*{SUFFIX}")))


def faults(own: Path) -> list[Fault]:
    """What is wrong with a region's own texts; nothing where it has none."""
    found: list[Fault] = []
    for file in sorted(own.iterdir()) if own.is_dir() else ():
        found += _faults_of(file)
    return found


@cache
def _shipped(name: str) -> str:
    return (SHIPPED / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def _faults_of(file: Path) -> Iterator[Fault]:
    if file.suffix != SUFFIX or file.stem not in names():
        yield Fault(file.name, 1, f"no text has this name; the texts are: {', '.join(names())} ({SUFFIX})")
        return
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        yield Fault(file.name, error.object[: error.start].count(b"\n") + 1, "not written in UTF-8")
        return
    for number, line in enumerate(text.splitlines(), 1):
        for fault in _faults_of_line(line, of_text(file.stem)):
            yield Fault(file.name, number, fault)


def _faults_of_line(line: str, known: Mapping[str, str]) -> Iterator[str]:
    if line.startswith("#"):
        return
    for name in _PLACEHOLDER.findall(line):
        if name not in known:
            yield f"{{{{ {name} }}}} is not a placeholder; there are: {', '.join(sorted(known))}"
    if _LEFT_OVER.search(_PLACEHOLDER.sub("", line)):
        yield "{{ or }} without its fellow: a placeholder is written {{ lan }}, in small letters"
    if line.count("**") % 2:
        yield "** without its fellow: bold is written **so**, on one line"


def _paragraphs(text: str, values: Values) -> Iterator[Paragraph]:
    for lines in _groups(text):
        is_item = lines[0].startswith("- ")
        asked = [line for line in lines if _PLACEHOLDER.search(line)]
        known = [line for line in lines if _is_known(line, values)]
        if known and not (asked and set(asked).isdisjoint(known)):
            yield Paragraph(_joined([tuple(_runs(_words(line), values)) for line in known]), bullet=is_item)


def _groups(text: str) -> Iterator[list[str]]:
    """The lines that make a paragraph: those together, and each item of a list with the lines after it."""
    gathered: list[str] = []
    for line in (*text.splitlines(), ""):
        if gathered and (line.startswith("- ") or not line.strip()):
            yield gathered
            gathered = []
        if line.strip() and not line.startswith("#"):
            gathered.append(line)


def _is_known(line: str, values: Values) -> bool:
    return all(values.get(name) is not None for name in _PLACEHOLDER.findall(line))


def _words(line: str) -> str:
    return line.removeprefix("- ").strip()


def _runs(line: str, values: Values) -> Iterator[Run]:
    """A line in its weights, its placeholders filled in."""
    bold = False
    for piece in _PIECE.split(line):
        placeholder = _PLACEHOLDER.fullmatch(piece)
        if piece == "**":
            bold = not bold
        elif placeholder:
            yield Run(plain(values[placeholder[1]] or ""), bold)
        elif piece:
            yield Run(piece, bold)


def _joined(lines: Sequence[tuple[Run, ...]]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for line in lines:
        runs += [Run(" "), *line] if runs else line
    return tuple(runs)
