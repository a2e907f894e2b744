"""Areas, gaps, posts and a municipality's own page: every number is the published one, and what is hidden stays so."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from boundary_sample import HIDDEN, two_years, with_municipalities
from page_reader import Element, page, parsed, site_texts, text_in, text_of
from published_money import money
from published_sample import FEW, NAMES, Sample, months, sample

from dashboard.environment import environment
from dashboard.figures import MISSING, PROTECTED, Figure
from dashboard.pages import volumes
from dashboard.pages.economy import EffectsView
from dashboard.pages.gap import changed, form_of
from dashboard.published import published
from dashboard.reading import CountyPart, Reading, Region
from dashboard.tax_shift import EffectRow, Effects

ORDER = ("base", "with_children", "without_night")
CODES = [code for code in NAMES if not code.startswith("99")]
PART = CountyPart("kust", "Kusten", ("2514", "2580", "2581", "2583"))
CANARY = 987_654
MEASURED = ("volumes.by_area", "volumes.gap", "volumes.staffing", "volumes.scenario_totals", "indicators.results")


@pytest.fixture(scope="module")
def made() -> Sample:
    return two_years()


@pytest.fixture(scope="module")
def database(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("areas") / "hemvard.duckdb")


def read(database: Path, file: str) -> Element:
    return parsed(text_of(database, Region(NAMES, ORDER, (PART,)), file))


def plain(text: str) -> Decimal:
    return Decimal(text.replace("\u202f", "").replace("−", "-").replace("+", "").replace(",", "."))


def rounded(value: object, decimals: int = 0) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def test_visits_per_inhabitant_are_the_published_ones_and_the_sentence_names_the_ends(made, database):
    found = read(database, "volymer.html")
    table = found.one("table", id="tabell-omraden")
    for code in (*CODES, "25"):
        kind = "region" if code == "25" else "municipality"
        rows = [row for row in made["volumes.by_area"] if row["area_code"] == code]
        cells = [plain(text) for text in table.one("tr", data_area=f"{kind} {code}").cells()]
        values = [rounded(row["value"]) for row in rows]
        assert cells == [*values, Decimal(str(rows[0]["visits"])), Decimal(str(rows[0]["population"]))]
    assert f"{NAMES[CODES[-1]]} har flest besök i hemmet per invånare och {NAMES[CODES[0]]} har färst" in found.text


def test_a_county_part_s_month_is_the_sum_of_its_municipalities_and_hidden_with_one_of_them(made, tmp_path):
    key = {"care_form": "all", "place": "home", "planned": "all"}
    parts = [
        made.row("volumes.visits_month", period=date(2012, 3, 1), municipality_code=code, **key)
        for code in PART.municipalities
    ]
    whole, kept = Figure(sum(int(str(row["visits"])) for row in parts)), dict(parts[0])
    for hide in (False, True):
        if hide:
            parts[0].update(visits=None, patients=None, status="protected")
        with published(made.write(tmp_path / f"{hide}.duckdb")) as source:
            view = volumes.page(Reading(source, Region(NAMES, ORDER, (PART,)))).blocks["manader"].show("kust", "2012")
        assert view.lines[0].figures[2] == (PROTECTED if hide else whole)
    parts[0].update(kept)


def test_gaps_are_the_published_ones_with_their_change(made, database):
    found = read(database, "gap.html")
    for group in ("only_municipality", "both", "only_region", "neither"):
        rows = [row for row in made["volumes.gap"] if (row["municipality_code"], row["gap_group"]) == ("all", group)]
        before, after = (int(str(row["patients"])) for row in rows)
        cells = found.one("table", id="tabell-gap").one("tr", data_group=f"{group} municipality").cells()
        assert [plain(text) for text in cells[2:]] == [before, after, after - before]
    assert "14 fler än januari–mars 2012" in found.one("p", **{"class": "headline"}).text


@pytest.mark.parametrize(
    ("figures", "form"),
    [
        ((Figure(8), Figure(9)), "more"),
        ((Figure(9), Figure(8)), "fewer"),
        ((Figure(9), Figure(9)), "same"),
        ((PROTECTED, Figure(9)), "protected"),
        ((Figure(9), PROTECTED), "protected"),
        ((MISSING, Figure(9)), "missing"),
        ((Figure(9),), "alone"),
    ],
)
def test_a_gap_s_change_has_a_form_for_rise_fall_no_change_protected_and_missing(figures, form):
    assert form_of(figures) == form
    assert changed(figures).shown == (form in ("more", "fewer", "same", "alone"))


def test_posts_are_the_published_ones(database):
    found = read(database, "bemanning.html")
    assert found.one("tr", data_profession="nurse").cells() == ["7,5", "6,3"]
    assert found.one("tr", data_profession="all").cells() == ["7,5", "6,3"]
    headline = found.one("p", **{"class": "headline"}).text
    assert headline == "Årsarbetare 2012 i länet: 7,5 enligt personalsystemen och 6,3 efter besökens tid."


def test_a_municipality_s_page_has_its_own_numbers(made, database):
    found = read(database, "kommun-2580.html")
    effect = made.row("equalisation.municipality_effects", municipality_code="2580", year=2013, scenario="base")
    per_inhabitant = rounded(effect["effect_sek_per_inhabitant"])
    headline = found.one("p", **{"class": "headline"}).text
    assert f"Luleå vinner {per_inhabitant} kronor per invånare 2013" in headline
    big = [entry.text for entry in found.all("span", **{"class": "big"})]
    assert plain(big[2]) == per_inhabitant
    assert plain(big[3]) == rounded(Decimal(str(effect["cost_sek"])) / 1_000_000, 1)
    rows = list(found.one("table", id="tabell-gransdragningar").one("tbody").all("tr"))
    totals = [made.row("volumes.scenario_totals", municipality_code="2580", year=2012, scenario=name) for name in ORDER]
    shown = {row.one("th").text: plain(row.cells()[0]) for row in rows}
    assert shown == {str(row["title_sv"]): Decimal(str(row["visits"])) for row in totals}


def test_a_municipality_whose_differences_are_hidden_has_only_the_first_boundary(database):
    rows = list(
        read(database, f"kommun-{HIDDEN}.html").one("table", id="tabell-gransdragningar").one("tbody").all("tr")
    )
    assert [row.cells()[:2] for row in rows[1:]] == [["skyddad", "skyddad"]] * 2


@pytest.mark.parametrize("table", MEASURED)
def test_a_row_marked_protected_is_in_no_file_though_its_values_were_left(tmp_path, table):
    found = sample(months(date(2011, 1, 1), 12), FEW)
    found.tables.update(money(FEW))
    with_municipalities(found, FEW)
    hidden = {"visits": CANARY, "patients": CANARY, "value": CANARY, "fte": Decimal(CANARY)}
    changed_rows = 0
    for row in found[table]:
        if row.get("municipality_code", row.get("area_code")) == "2580":
            row.update({name: value for name, value in hidden.items() if name in row}, status="protected")
            changed_rows += 1
    assert changed_rows
    texts = site_texts(found, tmp_path, FEW, ORDER)
    assert not [
        name
        for name, text in texts.items()
        if name != "assets/vega.js" and ("987654" in text or "987\u202f654" in text)
    ]


def effects(*amounts: int | None) -> EffectsView:
    kronor = [None if amount is None else Decimal(amount) for amount in amounts]
    rows = tuple(
        (f"Kommun {at}", EffectRow("x", True, str(at), 2013, None, None, None, None, amount, "x", "ok"))
        for at, amount in enumerate(kronor)
    )
    return EffectsView("Grunden", Effects("x", True, 2013, rows, None, None, None, None), None)


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ((9, -4, 2), "2 av 3 kommuner vinner: mest Kommun 0, +9 kronor per invånare. Kommun 1 förlorar mest, −4"),
        ((9, 2), "Alla 2 kommuner vinner, mest Kommun 0: +9 kronor per invånare"),
        ((-9, -2), "Alla 2 kommuner förlorar, mest Kommun 0: −9 kronor per invånare"),
        ((-9, None), "Alla 1 kommuner vars tal kan visas förlorar, mest Kommun 0: −9 kronor per invånare"),
        ((0, 0), "Ingen kommun vinner eller förlorar"),
        ((None,), "Vem som vinner och förlorar går inte att säga: kommunernas tal är skyddade eller saknas"),
    ],
)
def test_the_sentence_on_gain_and_loss_has_its_forms(amounts, told):
    template = environment().get_template("pair_words.html")
    assert str(template.make_module({"kr": None, "words": None}).effects(effects(*amounts))) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": 0.03, "baseline_value": 0.02}, "var 3,00\u00a0% 2012: mer än under baslinjen 2011, 2,00\u00a0%"),
        ({"value": 0.01, "baseline_value": 0.02}, "var 1,00\u00a0% 2012: mindre än under baslinjen 2011, 2,00\u00a0%"),
        ({"value": 0.02, "baseline_value": 0.02}, "2012, lika mycket som under baslinjen 2011"),
        ({"value": None, "status": "protected"}, "värdet är skyddat, eftersom för få personer står bakom"),
        ({"value": None, "status": "missing"}, "värdet saknas"),
        ({"value": None, "status": "not_applicable"}, "indikatorn är inte tillämplig 2012"),
    ],
)
def test_the_sentence_on_an_indicator_has_a_form_for_each_case(tmp_path, change, told):
    found = sample(months(date(2011, 1, 1), 24), FEW)
    for row in found["indicators.results"]:
        if row["area_type"] == "region" and row["indicator_id"] == "unplanned_share":
            row.update(change)
    text = page(found, tmp_path, FEW, file="kvalitet.html").text
    assert f"Andel oplanerade besök i hemmet{':' if 'var' not in told and 'lika' not in told else ''}" in text
    assert told in text


def test_the_map_needs_borders_and_shows_each_value_once(database):
    square = {"type": "Polygon", "coordinates": [[[20, 65], [20, 66], [21, 66], [20, 65]]]}
    with published(database) as source:
        without = text_in(Reading(source, Region(NAMES)), "volymer.html")
        shapes = dict.fromkeys(CODES, square)
        with_map = parsed(text_in(Reading(source, Region(NAMES, shapes=shapes)), "volymer.html"))
    assert "Karta" not in without
    (told,) = (one.text for one in with_map.all("script", **{"class": "undrawn"}) if "Karta" in one.text)
    assert all(f"{NAMES[code]} " in told for code in CODES)
