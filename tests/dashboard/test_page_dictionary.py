"""The dictionary as a page and as CSV: everything in it, found by keyboard and screen reader, whole without script."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from page_reader import Element, page, parsed, site_texts, written
from published_sample import FEW, NOTICE, Sample, months, sample

from warehouse import schema

FILE = "dictionary.html"
SCRIPTS = {"assets/charts.js", "assets/tables.js", "assets/search.js"}
EVIL = '</style></script><script>alert(1)</script>"\' onload="x{{ 7*7 }}'


@pytest.fixture(scope="module")
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 1), FEW)


@pytest.fixture(scope="module")
def texts(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every file of the site."""
    return site_texts(made, tmp_path_factory.mktemp("dictionary"), FEW)


@pytest.fixture(scope="module")
def read(texts: dict[str, str]) -> Element:
    return parsed(texts[FILE])


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
    cell = list(page(made, tmp_path, file=FILE).one("tr", id="volumes.visits_month.visits").all("td"))[-1]
    assert cell.one("a").attributes["href"] == "#volumes.population"


def test_links_lead_to_something_and_every_table_is_listed(read: Element) -> None:
    ids = [entry.attributes["id"] for entry in read.all() if "id" in entry.attributes]
    assert len(ids) == len(set(ids))
    links = [entry.attributes["href"] for entry in read.all("a")]
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= set(ids)
    assert "dictionary.csv" in links
    assert [item.text for item in read.one("ul", **{"class": "contents"}).all("li")] == sorted(
        table.name for table in schema.PUBLISHED
    )


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
    assert [entry.attributes["src"] for entry in read.all("script")][-1] == "assets/search.js"


def test_the_notice_stands_first_and_the_page_about_the_figures_links_to_the_dictionary(
    texts: dict[str, str], read: Element
) -> None:
    assert next(iter(read.all("strong"))).text == NOTICE
    about = parsed(texts["om.html"]).one("main")
    assert "dictionary.html" in {entry.attributes["href"] for entry in about.all("a")}


def test_the_csv_has_a_line_for_each_column_and_no_formula(made: Sample, texts: dict[str, str]) -> None:
    lines = list(csv.DictReader(io.StringIO(texts["dictionary.csv"], newline="")))
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
    html = written(made, tmp_path, file=FILE)
    assert {entry.attributes["src"] for entry in parsed(html).all("script")} <= SCRIPTS
    assert not [entry for entry in parsed(html).all() if "onload" in entry.attributes]
    assert not re.search(r"url\(|@import|https?://", html)


def test_a_release_without_a_dictionary_says_so(tmp_path: Path) -> None:
    made = sample(months(date(2011, 1, 1), 1), FEW)
    made.tables["meta.dictionary"] = []
    html = written(made, tmp_path, file=FILE)
    assert "Den här utgåvan har ingen ordlista." in html
    assert "search.js" not in html
