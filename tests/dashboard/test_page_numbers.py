"""The numbers on the page are the published tables' own."""

import re
from datetime import date
from pathlib import Path

import pytest
from page_reader import Element, parsed, text_of
from published_sample import NAMES, Sample, months, sample

from dashboard.reading import Region

KINDS = (("home_health_care", "home"), ("outpatient", "home"))
LAST = date(2012, 12, 1)


@pytest.fixture(scope="module")
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 24))


@pytest.fixture(scope="module")
def database(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("numbers") / "hemvard.duckdb")


def read_page(database: Path, file: str) -> Element:
    return parsed(text_of(database, Region(NAMES), file))


@pytest.fixture(scope="module")
def read(database: Path) -> Element:
    """The page of the volumes."""
    return read_page(database, "volymer.html")


@pytest.fixture(scope="module")
def start(database: Path) -> Element:
    return read_page(database, "index.html")


@pytest.fixture(scope="module")
def quality(database: Path) -> Element:
    """The page of the data's quality."""
    return read_page(database, "datakvalitet.html")


def whole(text: str) -> int:
    """The number that a text shows."""
    return int(re.sub(r"[\u202f\u00a0]", "", text).replace("−", "-").replace("+", ""))


def month_row(made: Sample, **key: object) -> dict[str, object]:
    cells = {"municipality_code": "all", "care_form": "all", "place": "all", "planned": "all"}
    return made.row("volumes.visits_month", **{**cells, **key})


def visits(made: Sample, **key: object) -> str:
    found = month_row(made, **key)
    return "skyddad" if found["status"] == "protected" else str(found["visits"])


def shown(text: str) -> str:
    return text if text in ("skyddad", "saknas", "–") else str(whole(text))


def test_the_month_table_is_the_published_one(made, read):
    table = read.one("table", id="tabell-manader")
    for month in months(date(2011, 1, 1), 24):
        cells = [shown(text) for text in table.one("tr", data_month=month.isoformat()).cells()]
        kinds = [visits(made, period=month, care_form=form, place=place) for form, place in KINDS]
        every = visits(made, period=month)
        assert cells == [*kinds, str(int(every) - sum(map(int, kinds))), every]


def test_the_year_table_is_the_published_one(made, read):
    table = read.one("table", id="tabell-ar")
    compared = 0
    for line in table.all("tr"):
        cell = line.attributes.get("data-line", "patients").split()
        if len(cell) == 3:
            for year, text in zip((2011, 2012), line.cells()[::2], strict=True):
                key = dict(zip(("care_form", "planned", "age_group"), cell, strict=True), place="home", year=year)
                found = [row for row in made["volumes.region_totals"] if key.items() <= row.items()]
                assert shown(text) == (str(found[0]["visits"]) if found else "0")
                compared += 1
    assert compared == 2 * 13


def test_the_year_table_has_the_shares_that_are_asked_for(made, read):
    lines = (row for row in read.one("table", id="tabell-ar").all("tr") if "data-line" in row.attributes)
    rows = {row.attributes["data-line"]: row.cells() for row in lines}
    home, care = whole(rows["all all all"][2]), whole(rows["home_health_care all all"][2])
    assert rows["home_health_care all all"][3] == f"{care / home * 100:.1f}".replace(".", ",") + "\u00a0%"
    planned, unplanned = (whole(rows[f"outpatient {name} all"][2]) for name in ("planned", "unplanned"))
    share = f"{unplanned / (planned + unplanned) * 100:.2f}".replace(".", ",") + "\u00a0%"
    assert rows["outpatient unplanned all"][3] == share
    assert rows["outpatient unknown all"][3] == "–"


def test_the_municipalities_of_the_last_month_are_the_published_ones(made, read):
    table = read.one("table", id="tabell-kommuner")
    for code in (*NAMES, "all"):
        cells = [shown(text) for text in table.one("tr", data_municipality=code).cells()]
        key = {"period": LAST, "municipality_code": code}
        kinds = [visits(made, **key, care_form=form, place=place) for form, place in KINDS]
        assert cells[:3] == [visits(made, **key, place="home"), *kinds]


def test_a_municipality_s_year_is_the_sum_of_its_months(made, read):
    cells = read.one("table", id="tabell-kommuner").one("tr", data_municipality="2580").cells()
    period = months(date(2012, 1, 1), 12)
    assert whole(cells[3]) == sum(
        int(visits(made, period=month, municipality_code="2580", place="home")) for month in period
    )


def test_municipalities_stand_in_swedish_order_and_others_last(read):
    body = read.one("table", id="tabell-kommuner").one("tbody")
    names = [row.one("th").text for row in body.all("tr")]
    assert names[:3] == ["Arjeplog", "Arvidsjaur", "Boden"]
    assert names[-5:] == ["Älvsbyn", "Överkalix", "Övertorneå", "Okänd", "Utanför länet"]


def test_the_key_figures_are_those_of_the_year(made, start):
    period = months(date(2012, 1, 1), 12)
    at_home = sum(int(visits(made, period=month, place="home")) for month in period)
    assert whole(start.one(id="key-home").text) == at_home
    cell = {"care_form": "all", "place": "home", "planned": "all", "age_group": "all"}
    assert whole(start.one(id="key-patients").text) == made.row("volumes.region_totals", year=2012, **cell)["patients"]
    assert start.one(id="key-deliveries").text == "72 av 72"
    assert start.one(id="key-indicators").text == "4", "none can be held against a baseline"


def test_income_equalisation_is_rounded_to_kronor_and_says_its_basis(database):
    read = read_page(database, "ekonomi.html")
    rows = read.one("table", id="tabell-inkomst").one("tbody")
    assert rows.one("tr", data_municipality="2505").cells() == [
        "+8\u202f565", "bidrag", "170\u202f000", "212\u202f000", "20,39\u00a0%", "12\u202f346", "officiell",
    ]  # fmt: skip
    assert rows.one("tr", data_municipality="2584").cells()[0] == "−4\u202f436"
    section = read.one(id="inkomstutjamning")
    assert section.text == "Inkomstutjämning"
    assert "Den nationella kostnadsutjämningen ingår inte." in read.text


def test_the_rows_of_deliveries_add_up(made, quality):
    table = quality.one("table", id="tabell-rader")
    names = ("rows_read", "rows_counted", "rows_cancelled", "rows_superseded", "rows_quarantined")
    listed = made["quality.deliveries"]
    sums = [sum(int(str(row[name])) for row in listed) for name in names]
    cells = [whole(text) for text in table.one("tr", data_source="all").cells()]
    assert cells == [len(listed), *sums]
    assert cells[1] == sum(cells[2:])


def test_quarantine_is_told_by_rule_in_words(quality):
    table = quality.one("table", id="tabell-karantan")
    row = table.one("tr", data_rule="person_id_present")
    assert row.one("th").text == "Personens id saknas."
    assert row.cells() == [f"{24 * 3 * 5}", "3", "24"]


def test_what_is_new_and_resolved_is_told_by_rule_and_what_only_persists_is_not(quality):
    body = quality.one("table", id="tabell-nytt").one("tbody")
    (row,) = body.all("tr")
    assert row.one("th").text == "En enhet har tystnat."
    assert row.cells() == ["3", "0", "6"]
