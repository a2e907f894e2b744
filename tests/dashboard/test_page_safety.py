"""Nothing on the page comes from elsewhere, and no text of a table becomes code."""

import ast
import re
import time
from datetime import date
from itertools import pairwise

import pytest
from page_reader import parsed, written
from published_money import money
from published_sample import FEW, NAMES, months, sample

from dashboard.published import QUERIES
from dashboard.site import render
from warehouse import schema

EVIL = '</style></script><script>alert(1)</script><img src=x onerror=alert(2)>"\' onload="x{{ 7*7 }}'
PAGES = ["dictionary.csv", "dictionary.html", "index.html"]
LOADS = {"src", "srcset", "href", "xlink:href", "data", "action", "poster"}
OURS = {"flows", "tasks", "expectations", "warehouse", "equalisation", "regions", "synthetic"}


@pytest.fixture
def made():
    found = sample(months(date(2011, 1, 1), 3), FEW)
    found.tables.update(money(FEW))
    return found


def test_texts_of_the_tables_stay_texts(made, tmp_path):
    for name in schema.PUBLISHED:
        described = schema.published(name.name)
        texts = [column.name for column in described.columns if column.type == "VARCHAR" and column.role == "open"]
        keep = {"status", "data", "kind", "rate_kind"} if name is not schema.PARAMETERS else {"status"}
        for row in made[name.name]:
            row.update({text: EVIL for text in texts if text not in keep})
    for row in made["quality.deliveries"]:
        row["source_id"] = EVIL + str(row["source_id"])
    html = written(made, tmp_path, {code: EVIL + name for code, name in NAMES.items()})
    read = parsed(html)
    assert not list(read.all("script"))
    assert not list(read.all("img"))
    assert not [entry for entry in read.all() if any(name.startswith("on") for name in entry.attributes)]
    assert "alert(1)" in read.one("h1").text
    assert "{{ 7*7 }}" in read.one("h1").text


def test_nothing_is_loaded_from_anywhere(made, tmp_path):
    html = written(made, tmp_path)
    read = parsed(html)
    loads = [text for entry in read.all() for name, text in entry.attributes.items() if name in LOADS]
    assert loads
    assert all(text.startswith("#") or text in ("data:,", "dictionary.html") for text in loads)
    assert not re.search(r"url\(|@import|https?://|//\w", re.sub(r"xmlns(:\w+)?=\"[^\"]+\"", "", html))
    assert not list(read.all("script"))


def test_links_lead_to_something_on_the_page(made, tmp_path):
    read = parsed(written(made, tmp_path))
    ids = [entry.attributes["id"] for entry in read.all() if "id" in entry.attributes]
    assert len(ids) == len(set(ids))
    links = {entry.attributes["href"] for entry in read.all("a")}
    named = {f"#{entry.attributes['aria-labelledby']}" for entry in read.all() if "aria-labelledby" in entry.attributes}
    assert {link.removeprefix("#") for link in (links - {"dictionary.html"}) | named} <= set(ids)


def test_a_screen_reader_finds_its_way(made, tmp_path):
    read = parsed(written(made, tmp_path))
    assert read.one("html").attributes["lang"] == "sv"
    levels = [int(entry.tag[1]) for entry in read.all() if re.fullmatch(r"h[1-6]", entry.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in read.all("table"):
        assert table.one("caption").text
        assert all("scope" in head.attributes for head in table.all("th"))
    for frame in read.all("div", **{"class": "scroll"}):
        assert frame.attributes["tabindex"] == "0"
    charts = list(read.all("svg"))
    assert len(charts) == 2 * (1 + 4 + 1), "each twice: visits by month, the four indicators, gain and loss"
    assert all(entry.attributes["role"] == "img" and entry.attributes["aria-label"] for entry in charts)


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
    render(database, tmp_path / "deep" / "down", NAMES)
    assert database.read_bytes() == before
    assert sorted(file.name for file in (tmp_path / "deep" / "down").iterdir()) == PAGES


def test_three_years_of_fourteen_municipalities_take_less_than_three_seconds(tmp_path):
    made = sample(months(date(2011, 1, 1), 36))
    made.tables.update(money(NAMES))
    database = made.write(tmp_path / "hemvard.duckdb")
    started = time.process_time()
    render(database, tmp_path / "page", NAMES)
    assert time.process_time() - started < 3
