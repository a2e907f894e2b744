"""Reads a page as a tree, and complains where its tags don't nest: what a test sees is what a browser sees."""

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from published_sample import NAMES, Sample

from dashboard.published import published
from dashboard.reading import Reading, Region
from dashboard.site import Drawing, page_text, pages, put_undrawn
from dashboard.site import written as site_files

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> Iterator["Element"]:
        """Every element below, of a tag and with these attributes (data_month is data-month)."""
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and wanted.items() <= child.attributes.items():
                    yield child
                yield from child.all(tag, **attributes)

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only element below of a tag and with these attributes."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text below, with single spaces."""
        return " ".join("".join(self._texts()).replace("\n", " ").split(" ")).strip()

    def cells(self) -> list[str]:
        """The texts of a row's data cells."""
        return [cell.text for cell in self.all("td")]

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            yield from [child] if isinstance(child, str) else child._texts()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Element:
    """A page as a tree."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.open[0]


def written(
    sample: Sample,
    folder: Path,
    names: Mapping[str, str] = NAMES,
    boundaries: Sequence[str] = (),
    file: str = "index.html",
    draw: Drawing = put_undrawn,
) -> str:
    """The text of a page of a sample, made of a database in a folder; charts are left for the browser to draw."""
    database = folder / "hemvard.duckdb"
    database.unlink(missing_ok=True)
    sample.write(database)
    return text_of(database, Region(names, boundaries), file, draw)


def text_of(database: Path, region: Region, file: str, draw: Drawing = put_undrawn) -> str:
    """The text of a page of a database."""
    with published(database) as source:
        return text_in(Reading(source, region), file, draw)


def text_in(reading: Reading, file: str, draw: Drawing = put_undrawn) -> str:
    """The text of a page of what has been read."""
    listed = pages(reading)
    (found,) = (entry for entry in listed if entry.file == file)
    return page_text(found, listed, reading, draw)


def page(
    sample: Sample,
    folder: Path,
    names: Mapping[str, str] = NAMES,
    boundaries: Sequence[str] = (),
    file: str = "index.html",
    draw: Drawing = put_undrawn,
) -> Element:
    """A page of a sample as a tree."""
    return parsed(written(sample, folder, names, boundaries, file, draw))


def site_texts(
    sample: Sample, folder: Path, names: Mapping[str, str] = NAMES, boundaries: Sequence[str] = ()
) -> dict[str, str]:
    """Every file of the site of a sample, by name; what is packed as it is when it has been unpacked."""
    database = folder / "hemvard.duckdb"
    database.unlink(missing_ok=True)
    sample.write(database)
    with published(database) as source:
        found = dict(site_files(Reading(source, Region(names, boundaries))))
    return {name: unpacked(text) for name, text in found.items()}


def unpacked(text: str) -> str:
    """A file of the site with all that it holds packed as clear text after it."""
    held = re.findall(r'(?:hemvard\.views\("|class="undrawn">)([A-Za-z0-9+/=]{20,})["<]', text)
    return "\n".join((text, *(zlib.decompress(base64.b64decode(entry)).decode() for entry in held)))


def views_of(script: str) -> dict[str, dict[str, str]]:
    """What a script of `data/` holds: part of the page → chosen values → its piece of page."""
    packed = re.fullmatch(r'hemvard\.views\("([^"]+)"\);\n', script)
    assert packed
    found: dict[str, dict[str, str]] = json.loads(zlib.decompress(base64.b64decode(packed[1])))
    return found
