"""The dictionary as a page and as CSV: everything in it, found by keyboard and screen reader, whole without script."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from page_reader import Element, parsed, written
from published_sample import FEW, NOTICE, Sample, months, sample

from warehouse import schema

EVIL = '</style></script><script>alert(1)</script>"\' onload="x{{ 7*7 }}'


@pytest.fixture(scope="module")
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 1), FEW)


@pytest.fixture(scope="module")
def folder(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("dictionary")
    written(made, found)
    return found / "page"


@pytest.fixture(scope="module")
def read(folder: Path) -> Element:
    return parsed(without_script((folder / "dictionary.html").read_text(encoding="utf-8")))


def without_script(html: str) -> str:
    return re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)


def rows(read: Element) -> Iterator[Element]:
    for section in read.all("section"):
        yield from section.one("tbody").all("tr")


def test_every_column_is_there_with_type_unit_role_both_texts_and_definition(made: Sample, read: Element) -> None:
    shown = {row.attributes["id"]: row for row in rows(read)}
    assert len(shown) == len(made["meta.dictionary"]) == sum(len(table.columns) for table in schema.PUBLISHED)
    for told in made["meta.dictionary"]:
        row = shown[f"{told['table_name']}.{told['column_name']}"]
        assert row.one("th").text == told["column_name"]
        for name in ("unit", "data_type", "description_sv", "description_en", "source_sv", "definition"):
            assert str(told[name]) in row.text


def test_a_column_says_what_it_comes_from(read: Element) -> None:
    row = read.one("tr", id="volumes.visits_month.patients")
    assert row.cells()[-1] == "core.visits (person_key)"
    assert read.one("tr", id="meta.release.release_id").cells()[-1] == "–"


def test_a_source_that_is_published_is_a_link(made: Sample, tmp_path: Path) -> None:
    made = sample(months(date(2011, 1, 1), 1), FEW)
    made["meta.lineage"][0].update(source_table="volumes.population", source_column="persons")
    written(made, tmp_path)
    html = (tmp_path / "page" / "dictionary.html").read_text(encoding="utf-8")
    cell = list(parsed(without_script(html)).one("tr", id="volumes.visits_month.visits").all("td"))[-1]
    assert cell.one("a").attributes["href"] == "#volumes.population"


def test_links_lead_to_something_and_every_table_is_listed(read: Element) -> None:
    ids = [entry.attributes["id"] for entry in read.all() if "id" in entry.attributes]
    assert len(ids) == len(set(ids))
    links = [entry.attributes["href"] for entry in read.all("a")]
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= set(ids)
    assert {link for link in links if not link.startswith("#")} == {"index.html", "dictionary.csv"}
    assert [item.text for item in read.one("ul").all("li")] == sorted(table.name for table in schema.PUBLISHED)


def test_headings_tables_and_the_search_can_be_heard(read: Element) -> None:
    assert read.one("html").attributes["lang"] == "sv"
    levels = [int(entry.tag[1]) for entry in read.all() if re.fullmatch(r"h[1-6]", entry.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in read.all("table"):
        assert table.one("caption").text
        assert all("scope" in head.attributes for head in table.all("th"))
    search = read.one("div", id="sokning")
    assert "hidden" in search.attributes, "without script there is no search to be seen"
    assert search.one("label").attributes["for"] == search.one("input").attributes["id"]
    assert search.one("p").attributes["role"] == "status"
    assert {entry.attributes["lang"] for entry in read.all("span") if "lang" in entry.attributes} == {"en"}


def test_the_notice_stands_first_and_the_first_page_links_to_the_dictionary(folder: Path, read: Element) -> None:
    assert next(iter(read.all("strong"))).text == NOTICE
    index = parsed((folder / "index.html").read_text(encoding="utf-8"))
    about = next(entry for entry in index.all("section") if entry.attributes["aria-labelledby"] == "om")
    assert "dictionary.html" in {entry.attributes["href"] for entry in about.all("a")}


def test_the_csv_has_a_line_for_each_column_and_no_formula(made: Sample, folder: Path) -> None:
    with (folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(made["meta.dictionary"])
    (line,) = (entry for entry in lines if (entry["table"], entry["column"]) == ("volumes.visits_month", "patients"))
    assert (line["type"], line["unit"], line["role"]) == ("BIGINT", "persons", "persons")
    assert line["comes_from"] == "core.visits (person_key)"
    assert not [text for entry in lines for text in entry.values() if text.startswith(("=", "+", "-", "@"))]


def test_texts_stay_texts_and_nothing_is_fetched(tmp_path: Path) -> None:
    made = sample(months(date(2011, 1, 1), 1), FEW)
    for row in made["meta.dictionary"]:
        row.update(description_sv=EVIL, row_sv=EVIL, source_sv=EVIL, unit=EVIL)
    for row in made["meta.lineage"]:
        row.update(source_table=EVIL + row["source_table"])
    written(made, tmp_path)
    html = (tmp_path / "page" / "dictionary.html").read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert not [entry for entry in parsed(without_script(html)).all() if "onload" in entry.attributes]
    assert not re.search(r"url\(|@import|https?://|src=", html)


def test_a_release_without_a_dictionary_says_so(tmp_path: Path) -> None:
    made = sample(months(date(2011, 1, 1), 1), FEW)
    made.tables["meta.dictionary"] = []
    written(made, tmp_path)
    html = (tmp_path / "page" / "dictionary.html").read_text(encoding="utf-8")
    assert "Den här utgåvan har ingen ordlista." in html
    assert "<script" not in html
