"""Nothing on the page comes from elsewhere, and no text of a table becomes code."""

import ast
import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from boundary_sample import with_municipalities
from page_reader import Element, parsed, site_texts
from published_money import money
from published_sample import FEW, NAMES, Sample, months, sample

from dashboard.published import QUERIES
from dashboard.site import render
from warehouse import schema

EVIL = '</style></script><script>alert(1)</script><img src=x onerror=alert(2)>"\' onload="x{{ 7*7 }}'
PAGES = [
    *("assets", "bemanning.html", "data", "datakvalitet.html", "dictionary.csv", "dictionary.html", "ekonomi.html"),
    *("gap.html", "gransdragningar.html", "index.html", "kommun-2506.html", "kommun-2580.html", "kvalitet.html"),
    *("om.html", "volymer.html"),
]
SCRIPTS = {"assets/charts.js", "assets/tables.js", "assets/search.js", "assets/choices.js"}
LOADS = {"src", "srcset", "href", "xlink:href", "data", "action", "poster"}
OURS = {"flows", "tasks", "expectations", "warehouse", "equalisation", "regions", "synthetic"}


@pytest.fixture(scope="module")
def made() -> Sample:
    return _made()


def _made() -> Sample:
    found = sample(months(date(2011, 1, 1), 3), FEW)
    found.tables.update(money(FEW))
    return found


@pytest.fixture(scope="module")
def texts(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every file of the site by name; what is packed stands unpacked at its end."""
    return site_texts(made, tmp_path_factory.mktemp("safety"), FEW)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The site of a release whose every text is an attack."""
    made = _made()
    for name in schema.PUBLISHED:
        described = schema.published(name.name)
        found = [column.name for column in described.columns if column.type == "VARCHAR" and column.role == "open"]
        keep = {"status", "data", "kind", "rate_kind"} if name is not schema.PARAMETERS else {"status"}
        for row in made[name.name]:
            row.update({text: EVIL for text in found if text not in keep})
    for row in made["quality.deliveries"]:
        row["source_id"] = EVIL + str(row["source_id"])
    names = {code: EVIL + name for code, name in NAMES.items()}
    return site_texts(made, tmp_path_factory.mktemp("evil"), names)


def html_of(texts: dict[str, str]) -> dict[str, Element]:
    """The pages, and the pieces of page that a reader may choose, each as a tree."""
    found = {name: parsed(text.partition("</html>")[0] + "</html>") for name, text in texts.items() if is_page(name)}
    for name, text in texts.items():
        if name.startswith("data/"):
            for block, views in json.loads(text.partition("\n")[2].strip()).items():
                found |= {f"{name} {block} {key}": parsed(view) for key, view in views.items()}
    return found


def is_page(name: str) -> bool:
    return name.endswith(".html")


def test_texts_of_the_tables_and_names_of_the_region_stay_texts(evil: dict[str, str]) -> None:
    pages = html_of(evil)
    assert len(pages) > len([name for name in evil if is_page(name)])
    for name, read in pages.items():
        for script in read.all("script"):
            if "src" in script.attributes:
                assert script.attributes["src"] in SCRIPTS, name
            elif script.attributes["type"] == "application/json":
                assert json.loads(script.text), name
            else:
                assert script.attributes["type"] == "text/plain", name
        assert not list(read.all("img")), name
        assert not [entry for entry in read.all() if any(key.startswith("on") for key in entry.attributes)], name
    assert "alert(1)" in pages["index.html"].one("h1").text
    assert "{{ 7*7 }}" in pages["index.html"].one("h1").text


def test_nothing_is_loaded_from_anywhere_but_the_site(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if is_page(name):
            loads = [
                value
                for entry in parsed(text.partition("</html>")[0] + "</html>").all()
                for key, value in entry.attributes.items()
                if key in LOADS
            ]
            assert loads
            for load in loads:
                assert load.startswith("#") or load == "data:," or load.partition("#")[0] in texts, (name, load)
            assert not re.search(r"url\(|@import|https?://|//\w", re.sub(r"xmlns(:\w+)?=\"[^\"]+\"", "", text)), name
    for name in SCRIPTS | {"assets/choices.js", "assets/site.css"}:
        assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|https?://(?!www\.w3\.org/)", texts[name]), name


def test_links_lead_to_something(texts: dict[str, str]) -> None:
    pages = {name: parsed(text.partition("</html>")[0] + "</html>") for name, text in texts.items() if is_page(name)}
    ids = {
        name: [entry.attributes["id"] for entry in read.all() if "id" in entry.attributes]
        for name, read in pages.items()
    }
    for name, read in pages.items():
        assert len(ids[name]) == len(set(ids[name])), name
        for entry in read.all("a"):
            file, _, place = entry.attributes["href"].partition("#")
            assert not file or file in texts, (name, file)
            assert not place or "=" in place or place in ids[file or name], (name, place)
        named = {entry.attributes["aria-labelledby"] for entry in read.all() if "aria-labelledby" in entry.attributes}
        assert named <= set(ids[name]), name


def test_a_screen_reader_finds_its_way(texts: dict[str, str]) -> None:
    drawn = 0
    for name, text in texts.items():
        if is_page(name):
            read = parsed(text.partition("</html>")[0] + "</html>")
            assert read.one("html").attributes["lang"] == "sv"
            levels = [int(entry.tag[1]) for entry in read.all() if re.fullmatch(r"h[1-6]", entry.tag)]
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)
            for table in read.all("table"):
                assert table.one("caption").text
                assert all("scope" in head.attributes for head in table.all("th"))
            for frame in read.all("div", **{"class": "scroll"}):
                assert frame.attributes["tabindex"] == "0"
            charts = [entry for entry in read.all("svg") if entry.attributes.get("role") == "img"]
            assert all(entry.attributes["aria-label"] for entry in charts)
            drawn += len(charts)
    assert drawn == 2 * (1 + 1 + 1 + 4 + 2), (
        "each twice: months, gain and loss, visits of two boundaries, four indicators, two municipalities"
    )


def test_the_room_imports_nothing_of_ours():
    for file in QUERIES.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not OURS & {name.split(".")[0] for name in names}, file


def test_queries_read_published_tables_alone():
    published = {table.name for table in schema.PUBLISHED}
    for file in QUERIES.glob("*.sql"):
        text = "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
        assert set(re.findall(r"(?:FROM|JOIN)\s+([\w.]+)", text)) <= published, file


def test_the_database_is_only_read(made, tmp_path):
    database = made.write(tmp_path / "hemvard.duckdb")
    database.chmod(0o400)
    before = database.read_bytes()
    render(database, tmp_path / "deep" / "down", FEW)
    assert database.read_bytes() == before
    assert sorted(file.name for file in (tmp_path / "deep" / "down").iterdir()) == PAGES


def test_ten_years_of_fourteen_municipalities_are_less_than_ten_megabytes(tmp_path: Path) -> None:
    made = sample(months(date(2011, 1, 1), 120))
    made.tables.update(money(NAMES))
    with_municipalities(made, NAMES)
    render(made.write(tmp_path / "hemvard.duckdb"), tmp_path / "site", NAMES)
    assert sum(file.stat().st_size for file in (tmp_path / "site").rglob("*") if file.is_file()) < 10_000_000
