"""Two boundaries beside each other: every number is the published one, every sentence has its form."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from boundary_sample import HIDDEN, with_municipalities
from page_reader import Element, parsed, text_in, views_of
from published_money import money
from published_sample import NAMES, Sample, months, sample

from dashboard.boundary_pairs import PairMoney, PairVisits, PlaceChange
from dashboard.environment import environment
from dashboard.figures import MISSING, PROTECTED, Figure
from dashboard.ground import Ground
from dashboard.pages.boundaries import MoneyView, VisitsView
from dashboard.published import published
from dashboard.reading import Reading, Region
from dashboard.site import written
from dashboard.tax_shift import QuestionRow

YEAR, ORDER = 2012, ("base", "with_children", "without_night")
CODES = [code for code in NAMES if not code.startswith("99")]
EMPTY = Figure(0)


@pytest.fixture(scope="module")
def made() -> Sample:
    found = sample(months(date(2011, 1, 1), 24))
    found.tables.update(money(NAMES))
    with_municipalities(found, NAMES)
    return found


@pytest.fixture(scope="module")
def database(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("pairs") / "hemvard.duckdb")


@pytest.fixture(scope="module")
def views(database: Path) -> dict[str, dict[str, Element]]:
    """Every pair that a reader may choose: part of the page → chosen values → what is shown."""
    with published(database) as source:
        texts = dict(written(Reading(source, Region(NAMES, ORDER))))
    packed = views_of(texts["data/gransdragningar.js"])
    return {block: {key: parsed(view) for key, view in found.items()} for block, found in packed.items()}


def signed(text: str) -> Decimal | str:
    plain = text.replace("\u202f", "").replace("−", "-").replace("+", "").replace(",", ".")
    return text if text in ("skyddad", "saknas") else Decimal(plain)


def shown(row: dict[str, object], column: str, decimals: int = 0) -> Decimal | str:
    if row["status"] == "protected":
        return "skyddad"
    return Decimal(str(row[column])).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def test_every_pair_and_year_is_there_to_be_chosen(views):
    pairs = {f"{one}|{other}" for one in ORDER for other in ORDER}
    assert set(views["pengar"]) == pairs
    assert set(views["besok"]) == {f"{pair}|{year}" for pair in pairs for year in (2011, 2012)}


@pytest.mark.parametrize("other", ["with_children", "without_night"])
def test_the_visits_of_each_municipality_are_the_published_ones(made, views, other):
    table = views["besok"][f"base|{other}|{YEAR}"].one("table", id="tabell-par-besok")
    for code in (*CODES, "all"):
        cells = [signed(text) for text in table.one("tr", data_municipality=code).cells()]
        key = {"year": YEAR, "municipality_code": code}
        change = made.row("volumes.scenario_differences", **key, scenario="base", other_scenario=other, reason="all")
        before, after = (made.row("volumes.scenario_totals", **key, scenario=name) for name in ("base", other))
        assert cells == [shown(before, "visits"), shown(after, "visits"), shown(change, "visits")]
    assert [cell.text for cell in table.one("tr", data_municipality=HIDDEN).all("td")][1:] == ["skyddad", "skyddad"]


def test_municipalities_stand_by_change_and_the_hidden_one_last(views):
    body = views["pengar"]["base|with_children"].one("table", id="tabell-par-kronor").one("tbody")
    changes = [signed(row.cells()[2]) for row in body.all("tr")]
    assert changes == sorted(changes, reverse=True)
    body = views["besok"][f"base|with_children|{YEAR}"].one("table", id="tabell-par-besok").one("tbody")
    assert [row.attributes["data-municipality"] for row in body.all("tr")][-1] == HIDDEN


def test_kronor_per_inhabitant_are_the_published_ones_and_the_change_is_theirs(made, views):
    table = views["pengar"]["base|without_night"].one("table", id="tabell-par-kronor")
    for code in CODES:
        before, after = (
            made.row("equalisation.municipality_effects", municipality_code=code, year=2013, scenario=name)
            for name in ("base", "without_night")
        )
        column = "effect_sek_per_inhabitant"
        change = Decimal(str(after[column])) - Decimal(str(before[column]))
        cells = [signed(text) for text in table.one("tr", data_municipality=code).cells()]
        assert cells[:2] == [shown(before, column), shown(after, column)]
        assert cells[2] == change.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def test_the_questions_that_make_the_difference_are_told_with_what_comes_and_goes(made, views):
    row = views["besok"][f"base|without_night|{YEAR}"].one("tr", data_reason="age")
    found = made.row(
        "volumes.scenario_differences",
        year=YEAR,
        municipality_code="all",
        scenario="base",
        other_scenario="without_night",
        reason="age",
    )
    cells = [signed(text) for text in row.cells()]
    assert cells == [shown(found, column) for column in ("visits_added", "visits_removed", "visits")]


def test_no_protected_change_is_drawn_or_said(views):
    charts = [chart for read in views["besok"].values() for chart in read.all("script")]
    assert len(charts) == 2 * 6, "one a year and pair of two; the same boundary twice has nothing to draw"
    assert not [chart for chart in charts if NAMES[HIDDEN] in chart.text]


def test_a_release_whose_boundaries_have_no_money_shows_visits_alone(database):
    with published(database) as source:
        reading = Reading(source, Region(NAMES, ORDER))
        reading.money = None
        html = text_in(reading, "gransdragningar.html")
    assert "öre med" not in html
    assert "räknar 419 besök fler" in html


def sentences():
    return (
        environment()
        .get_template("pair_words.html")
        .make_module({"words": environment().get_template("words.html").module, "kr": kronor()})
    )


def kronor():
    return environment().get_template("kronor.html").make_module({"words": None})


def question(ore: str | None, cost: str) -> QuestionRow:
    amount = None if ore is None else Decimal(ore)
    return QuestionRow("a", "ledger", 2013, "x", "x", "X", Decimal(cost), amount, None, None, "illustrative", "ok")


def pair(before: str | None, after: str | None, status: str = "ok", cost: str = "0") -> MoneyView:
    known = before is not None and after is not None
    ore = Figure(Decimal(after) - Decimal(before)) if known and status == "ok" else Figure(None, status)
    made = PairMoney(2013, question(before, "0"), question(after, cost), ore, Figure(Decimal(cost)), (), Ground("x"))
    return MoneyView("Grunden", "Barnen", made, None)


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (pair("22", "22.25", cost="1500000"), "mot 22,00 med ”Grunden”: 0,25 öre mer, 1,5 miljoner kronor dyrare."),
        (pair("22", "21.5", cost="-1500000"), "mot 22,00 med ”Grunden”: 0,50 öre mindre, 1,5 miljoner kronor billigare."),
        (pair("22", "22"), "mot 22,00 med ”Grunden”: ingen skillnad."),
        (pair("22", "22.001"), "en skillnad på mindre än 0,01 öre."),
        (pair("22", "23", "protected"), "Skillnaden i öre är skyddad, eftersom för få personer står bakom."),
        (pair("22", None, "missing"), "Skillnaden i öre kan inte räknas ut: underlag saknas."),
        (MoneyView("Grunden", "Barnen", None, None), "inte räknade för båda"),
        (MoneyView("Grunden", "Grunden", pair("22", "22").pair, None), "samma gränsdragning två gånger"),
    ],
)  # fmt: skip
def test_the_sentence_on_ore_has_a_form_for_rise_fall_no_change_protected_and_missing(view, told):
    assert told in str(sentences().ore(view)).replace("&nbsp;", " ")


def place(name: str, change: Figure) -> PlaceChange:
    return PlaceChange(name, name, EMPTY, change, change)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((("Luleå", 38), ("Piteå", -5)), "1 kommun vinner på bytet, mest Luleå: +38,0 kronor per invånare; 1 förlorar, mest Piteå: −5,0"),
        ((("Luleå", 38), ("Boden", 2)), "2 kommuner vinner på bytet, mest Luleå: +38,0 kronor per invånare"),
        ((("Luleå", -3), ("Boden", -9)), "2 kommuner förlorar, mest Boden: −9,0 kronor per invånare"),
        ((("Luleå", 0),), "Ingen kommun vinner eller förlorar på bytet"),
        ((), "kommunernas tal är skyddade eller saknas"),
    ],
)  # fmt: skip
def test_the_sentence_on_winners_and_losers_has_its_forms(changes, told):
    rows = (*(place(name, Figure(change)) for name, change in changes), place("Kiruna", PROTECTED))
    made = PairMoney(2013, question("1", "1"), question("1", "1"), EMPTY, EMPTY, rows, Ground("x"))
    assert str(sentences().winners(MoneyView("A", "B", made, None))).endswith(told)


@pytest.mark.parametrize(
    ("form", "change", "told"),
    [
        ("more", Figure(419), "”B” räknar 419 besök fler 2012 än ”A”"),
        ("fewer", Figure(-419), "”B” räknar 419 besök färre 2012 än ”A”"),
        ("same", Figure(0), "”B” räknar samma besök 2012 som ”A”"),
        ("other", Figure(0), "men inte samma: 9 tillkommer och lika många faller bort"),
        ("protected", PROTECTED, "Skillnaden i besök 2012 är skyddad, eftersom för få personer står bakom"),
        ("missing", MISSING, "Skillnaden i besök 2012 saknas"),
    ],
)
def test_the_sentence_on_visits_has_a_form_for_each_case(form, change, told):
    made = PairVisits(2012, place("all", change), Figure(9), Figure(9), form, (), ())
    assert told in str(sentences().visits(VisitsView("A", "B", "2012", made, None)))
