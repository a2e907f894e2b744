"""What is hidden, missing, preliminary or not there at all."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
from page_reader import page, parsed, site_texts
from published_money import money
from published_sample import FEW, NOTICE, Sample, months, sample

from dashboard.published import Published
from dashboard.reading import Reading, Region
from dashboard.site import page_text, pages, put_drawn, put_undrawn
from warehouse import schema

MONTH = "volumes.visits_month"
VOLUMES, DELIVERIES, LIBRARY = "volymer.html", "datakvalitet.html", "assets/vega.js"
LEFT = re.compile(r"987.{0,8}654|98,8|0\.987")
"""The value that was left in a hidden row, however it is written."""
HIDDEN = {"period": date(2011, 3, 1), "municipality_code": "all", "care_form": "outpatient", "place": "home"}


@pytest.fixture
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 6), FEW)


def test_a_hidden_figure_is_nowhere_in_the_file(made, tmp_path):
    row = made.row(MONTH, **HIDDEN, planned="all")
    row["visits"] = 987_654
    for hidden in ({**HIDDEN, "planned": "all"}, {**HIDDEN, "planned": "planned"}):
        made.hide(MONTH, **hidden)
    texts = site_texts(made, tmp_path)
    cells = parsed(texts["volymer.html"]).one("table", id="tabell-manader").one("tr", data_month="2011-03-01").cells()
    assert cells[1:3] == ["skyddad", "skyddad"]
    assert not [name for name, text in texts.items() if LEFT.search(text) and name != LIBRARY]


def test_a_row_marked_protected_is_hidden_even_if_its_value_was_left(made, tmp_path):
    for table in (MONTH, "volumes.region_totals"):
        for row in made[table]:
            if row["care_form"] == "outpatient" and row["place"] == "home":
                row.update(visits=987_654, patients=987_654, status="protected")
    for row in made["indicators.results"]:
        row.update(value=0.987654, numerator=987_654, status="protected")
    texts = site_texts(made, tmp_path)
    assert not [name for name, text in texts.items() if LEFT.search(text) and name != LIBRARY]


def test_everything_may_be_hidden(made, tmp_path):
    for table in (MONTH, "volumes.region_totals", "indicators.results"):
        made.hide(table)
    start = page(made, tmp_path)
    assert "är skyddat, eftersom för få personer står bakom" in start.one("p", **{"class": "headline"}).text
    read = page(made, tmp_path, file=VOLUMES)
    for name in ("tabell-manader", "tabell-ar", "tabell-kommuner"):
        cells = {cell.text for cell in read.one("table", id=name).all("td") if cell.text}
        assert cells <= {"skyddad", "–"}
    assert not list(read.all("script", type="application/json"))


def test_a_month_that_was_expected_but_has_not_come_is_missing(made, tmp_path):
    made.tables[MONTH] = [row for row in made[MONTH] if row["period"] != date(2011, 4, 1)]
    for row in made["quality.deliveries"]:
        if row["month"] == date(2011, 4, 1):
            row.update(status="missing", delivery="-", version=None, landed_at=None, rows_read=None, rows_counted=None)
    row = page(made, tmp_path, file=VOLUMES).one("table", id="tabell-manader").one("tr", data_month="2011-04-01")
    assert set(row.cells()) == {"saknas"}
    start = page(made, tmp_path)
    assert "januari–mars 2011 och maj–juni 2011" in start.one("p", **{"class": "headline"}).text
    matrix = (
        page(made, tmp_path, file=DELIVERIES)
        .one("table", id="tabell-leveranser-2011")
        .one("tr", data_source="vas_visits")
        .cells()
    )
    assert matrix[2:5] == ["✓inläst", "○saknas", "✓inläst"]
    assert matrix[-1] == "–inte väntad"
    assert start.one(id="key-deliveries").text == "15 av 18"
    assert "3 av 18 väntade leveranser är inte inlästa" in start.text


def test_preliminary_figures_are_marked_and_explained(made, tmp_path):
    for row in made[MONTH]:
        if row["period"] == date(2011, 6, 1) and row["status"] == "ok":
            row["status"] = "preliminary"
    read = page(made, tmp_path, file=VOLUMES)
    cells = read.one("table", id="tabell-manader").one("tr", data_month="2011-06-01").cells()
    assert all(text.endswith("p") for text in cells)
    assert "preliminär, någon väntad leverans har inte kommit in ännu" in read.text
    assert page(made, tmp_path).one(id="key-home").text.endswith("p")


def test_a_rejected_delivery_is_told_with_a_sign_and_a_word(made, tmp_path):
    row = made.row("quality.deliveries", source_id="vas_visits", month=date(2011, 5, 1))
    row.update(status="rejected")
    made["quality.deliveries"].append({**row, "delivery": "0123456789ab", "version": 2, "status": "waiting"})
    read = page(made, tmp_path, file=DELIVERIES)
    matrix = read.one("table", id="tabell-leveranser-2011").one("tr", data_source="vas_visits").cells()
    assert matrix[4] == "✗underkänd 2 versioner"
    assert "Norrbottens läns landsting, maj 2011: underkänd" in read.text


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two months and all tables of money."""
    found = sample(months(date(2011, 1, 1), 2), FEW)
    found.tables.update(money(FEW))
    return found.write(tmp_path_factory.mktemp("small") / "hemvard.duckdb")


@pytest.mark.parametrize("table", [table.name for table in schema.PUBLISHED])
def test_any_table_may_be_empty_on_every_page(small, table):
    with duckdb.connect(str(small)) as connection:
        connection.begin().execute(f"DELETE FROM {table}")
        reading = Reading(Published(connection), Region(FEW))
        listed = pages(reading)
        texts = [page_text(entry, listed, reading, put_undrawn) for entry in listed]
        connection.rollback()
    assert len(texts) == 10 + 2
    assert all(parsed(text).one("h1").text for text in texts)


def test_all_tables_may_be_empty(tmp_path):
    texts = site_texts(Sample(), tmp_path)
    read = parsed(texts["index.html"])
    assert read.one("p", **{"class": "headline"}).text == "Den här utgåvan har inga besök att redovisa."
    for name in (name for name in texts if name.endswith(".html")):
        assert "det går inte att säga om siffrorna är verkliga" in parsed(texts[name]).one("p", role="note").text


@pytest.mark.parametrize("count", [1, 2, 11, 120])
def test_any_number_of_months_will_do(tmp_path, count):
    made = sample(months(date(2011, 2, 1), count), FEW)
    read = page(made, tmp_path, file=VOLUMES)
    assert len(list(read.one("table", id="tabell-manader").one("tbody").all("tr"))) == count
    years = {month.year for month in months(date(2011, 2, 1), count)}
    assert len(list(read.one("table", id="tabell-ar").all("th", scope="colgroup"))) == len(years)


def test_periods_with_years_between_them_are_not_filled_in(tmp_path):
    made = sample(months(date(2011, 1, 1), 12) + months(date(2024, 1, 1), 3), FEW)
    read = page(made, tmp_path, file=VOLUMES)
    assert len(list(read.one("table", id="tabell-manader").one("tbody").all("tr"))) == 15
    assert "Besök 2011 och januari–mars 2024" in read.text


def test_a_year_that_is_not_whole_names_its_months(made, tmp_path):
    (column,) = page(made, tmp_path, file=VOLUMES).one("table", id="tabell-ar").all("th", scope="colgroup")
    assert column.text == "2011 januari–juni"


def test_margins_that_are_not_published_leave_no_empty_tables(made, tmp_path):
    made.tables[MONTH] = [row for row in made[MONTH] if row["municipality_code"] == "all" and row["care_form"] == "all"]
    read = page(made, tmp_path, file=VOLUMES)
    assert not list(read.all("table", id="tabell-kommuner"))
    assert "inga besök per kommun" in read.text
    assert [head.text for head in read.one("table", id="tabell-manader").one("thead").all("th")] == [
        "Månad",
        "Alla besök, antal",
    ]


def test_the_notice_sends_readers_to_each_figure_s_ground_and_calls_no_assumption_official(made, tmp_path):
    notice = page(made, tmp_path).one("p", role="note").text
    assert "(Grund)" in notice
    assert "officiell statistik" not in notice


def test_the_notice_stands_first_on_every_page_and_in_its_title(made, tmp_path):
    for name, text in site_texts(made, tmp_path).items():
        if name.endswith(".html"):
            read = parsed(text)
            assert NOTICE in read.one("p", role="note").text
            assert read.one("title").text.startswith("Syntetiska uppgifter")
            visible = [child for child in read.one("body").children if not isinstance(child, str)]
            assert visible[0].attributes["class"] == "skip"
            assert next(visible[1].all()).attributes["role"] == "note"
            sources = [entry.text for entry in read.all("p", **{"class": "source"}) if "levererade" in entry.text]
            assert all(source.endswith("Syntetiska uppgifter.") for source in sources)


def test_real_data_has_no_notice(made, tmp_path):
    made["meta.release"][0].update(data="real", notice_sv="")
    made.tables["meta.dictionary"] = []
    for name, text in site_texts(made, tmp_path).items():
        if not name.startswith("assets/"):
            assert "yntetisk" not in text, name
            assert "ynthetic" not in text, name


def test_the_same_database_gives_the_same_site(made, tmp_path):
    assert site_texts(made, tmp_path) == site_texts(made, tmp_path)


def test_a_line_that_ends_hidden_has_no_last_number(made, tmp_path):
    made.hide(MONTH, **{**HIDDEN, "period": date(2011, 6, 1)}, planned="all")
    texts = {
        text.text
        for chart in page(made, tmp_path, file=VOLUMES, draw=put_drawn).all("svg")
        for text in chart.all("text")
    }
    assert "Hembesök" in texts
    assert not [text for text in texts if text.startswith("Hembesök ")]
