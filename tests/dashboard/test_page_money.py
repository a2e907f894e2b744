"""The section of the tax shift: its numbers are the published ones, and it says what they rest on."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from page_reader import Element, page, parsed, text_in, written
from published_money import AGREEMENT, METHOD, REMAINDER, SCENARIO, YEARS, Row, money
from published_sample import FEW, NAMES, Sample

from dashboard.published import Published
from dashboard.reading import Reading, Region
from dashboard.site import put_drawn

ORDER = ("without_night", "with_children", "base")
CODES = [code for code in NAMES if code not in ("9998", "9999")]
AGREED = {"agreement": AGREEMENT, "scenario": SCENARIO, "method": METHOD}
SHIFT = "equalisation.tax_shift"
ECONOMY, BOUNDARIES = "ekonomi.html", "gransdragningar.html"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def made() -> Sample:
    return Sample(money(NAMES))


@pytest.fixture(scope="module")
def read(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Element:
    """The page of the economy."""
    return page(made, tmp_path_factory.mktemp("money"), boundaries=ORDER, file=ECONOMY, draw=put_drawn)


@pytest.fixture(scope="module")
def boundaries(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Element:
    """The page of the boundaries."""
    return page(made, tmp_path_factory.mktemp("boundaries"), boundaries=ORDER, file=BOUNDARIES)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two municipalities, without a chart."""
    rows = money(FEW)
    rows["equalisation.municipality_effects"] = []
    return Sample(rows).write(tmp_path_factory.mktemp("small") / "hemvard.duckdb")


def section(database: Path, change: str = "SELECT 1", file: str = "ekonomi.html") -> Element:
    """A page of a database after a change to its rows, which is undone again."""
    connection = duckdb.connect(str(database))
    connection.begin().execute(change)
    html = text_in(Reading(Published(connection), Region(FEW)), file)
    connection.rollback()
    connection.close()
    return parsed(html)


def numbers(texts: Sequence[str]) -> list[Decimal]:
    return [Decimal(re.sub(r"[\u202f\u00a0%]", "", text).replace("−", "-").replace(",", ".")) for text in texts]


def shown(amount: object, per: int = 1000, decimals: int = 0) -> Decimal:
    """A published amount in the unit of the page."""
    exact = Decimal(str(amount)) / per
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def total(rows: Sequence[Row], column: str) -> Decimal:
    return sum((Decimal(str(row[column])) for row in rows), Decimal(0))


def matching(made: Sample, table: str, **key: object) -> list[Row]:
    return [row for row in made[f"equalisation.{table}"] if key.items() <= row.items()]


def cells(read: Element, table: str, **row: str) -> list[str]:
    return read.one("table", id=table).one("tr", **row).cells()


def test_the_agreed_shift_is_told_in_a_sentence(read):
    told = read.one("p", id="vaxlingen").text.replace("\u00a0", " ")
    assert "tar över 22,00 öre av skatten 2013" in told
    assert "tillsammans 123,2 miljoner kronor" in told
    assert "kostar 118,3 miljoner kronor" in told
    assert "krävs 21,13 öre" in told
    assert "4,9 miljoner kronor över: en vinst" in told


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (-345_678, "Det fattas 346 tusen kronor: en förlust"),
        (-1_234, "Det fattas 1\u202f234 kronor: en förlust"),
        (0, "Det går jämnt upp."),
        ("NULL", "Växlingen 2013 kan inte räknas ut"),
    ],
)
def test_a_shift_that_costs_more_than_it_gives_is_a_loss(small, left, told):
    read = section(small, f"UPDATE {SHIFT} SET rounding_sek = {left}")
    assert told in read.one("p", id="vaxlingen").text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("basis", "status", "told"),
    [
        ("illustrative", "ok", "Talen är illustrativa"),
        ("forecast", "preliminary", "vilar på minst en prognos. De är också preliminära"),
        ("derived", "ok", "räknats fram ur publicerade tabeller"),
        ("official", "ok", "Grund: officiell."),
    ],
)
def test_it_says_what_the_figures_rest_on(small, basis, status, told):
    text = section(small, f"UPDATE {SHIFT} SET basis = '{basis}', status = '{status}' WHERE year = 2013").text
    assert told in text
    assert "Den nationella kostnadsutjämningen ingår inte." in text


def test_the_years_of_the_shift_are_the_published_ones(made, read):
    rows = [made.row(SHIFT, **AGREED, year=year) for year in YEARS]
    for column in ("agreed_ore", "required_ore", "naive_ore"):
        assert numbers(cells(read, "tabell-vaxling", data_line=column)) == [shown(row[column], 1, 2) for row in rows]
    columns = ("net_cost_sek", "revenue_sek", "own_tax_sek", "equalisation_change_sek", "rounding_sek", "state_sek")
    for column in (*columns, "region_revenue_sek"):
        assert numbers(cells(read, "tabell-vaxling", data_line=column)) == [shown(row[column]) for row in rows]
    for column in ("population", "guaranteed_tax_power_sek"):
        assert numbers(cells(read, "tabell-vaxling", data_line=column)) == [shown(row[column], 1) for row in rows]
    final = cells(read, "tabell-vaxling", data_line="final_revenue_sek")
    assert numbers(final[:1]) == [shown(rows[0]["final_revenue_sek"])]
    assert final[1:] == ["inte känd", "inte känd"]
    grounds = read.one("table", id="tabell-vaxling").one("tfoot").cells()
    assert grounds == ["illustrativ", "illustrativ", "illustrativ, preliminär"]


@pytest.mark.parametrize(("number", "method"), [(1, "ledger"), (2, "from_below")])
def test_each_boundary_has_its_ore_and_kronor(made, boundaries, number, method):
    table = f"tabell-ore-{number}"
    for row in matching(made, "boundary_questions", year=2013, method=method):
        found = cells(boundaries, table, data_scenario=str(row["scenario"]))
        assert numbers(found[:2]) == [shown(row["net_cost_sek"]), shown(row["required_ore"], 1, 2)]
        if row["scenario"] == SCENARIO:
            assert found[2:4] == ["–", "–"]
        else:
            assert numbers(found[2:4]) == [shown(row["net_cost_difference_sek"]), shown(row["ore_difference"], 1, 2)]
        assert found[4] == "illustrativ"
    listed = [row.attributes["data-scenario"] for row in boundaries.one("table", id=table).one("tbody").all("tr")]
    assert listed == ["base", "without_night", "with_children"], "the agreement's own first, then the page's order"


def test_each_municipality_gains_or_loses_what_is_published(made, read):
    rows = matching(made, "municipality_effects", year=2013)
    words = set()
    for row in rows:
        if row["municipality_code"] != REMAINDER:
            found = cells(read, "tabell-utfall", data_municipality=str(row["municipality_code"]))
            amounts = [shown(row[column]) for column in ("cost_sek", "revenue_sek", "effect_sek")]
            assert numbers(found[:4]) == [*amounts, shown(row["effect_sek_per_inhabitant"], 1)]
            assert found[4] == ("vinst" if amounts[2] > 0 else "förlust")
            words.add(found[4])
    assert words == {"vinst", "förlust"}
    whole = cells(read, "tabell-utfall", data_municipality="all")
    assert numbers(whole[:3]) == [shown(total(rows, column)) for column in ("cost_sek", "revenue_sek", "effect_sek")]
    assert list(read.one("table", id="tabell-utfall").all("tr", data_municipality=REMAINDER)) == []


def test_the_chart_says_what_the_table_says(made, read):
    charts = list(read.all("svg"))
    assert len(charts) == 2, "wide and narrow"
    told = charts[0].attributes["aria-label"]
    rows = [row for row in matching(made, "municipality_effects", year=2013) if row["municipality_code"] != REMAINDER]
    order = sorted(rows, key=lambda row: -Decimal(str(row["effect_sek_per_inhabitant"])))
    places = [told.index(NAMES[str(row["municipality_code"])]) for row in order]
    assert places == sorted(places)
    drawn = {text.text for text in charts[1].all("text")}
    for row in rows:
        amount = f"{shown(row['effect_sek_per_inhabitant'], 1):+}".replace("-", "−")
        assert f"{NAMES[str(row['municipality_code'])]} {amount}" in told
        assert amount in drawn


def test_what_municipalities_even_out_is_the_published_one(made, read):
    for code in CODES:
        rows = matching(made, "inter_municipal", variant="thirds", municipality_code=code)
        found = numbers(cells(read, "tabell-utjamning", data_municipality=code)[:6])
        assert found == [shown(row[column]) for column in ("amount_sek", "net_effect_sek") for row in rows]
    whole = numbers(cells(read, "tabell-utjamning", data_municipality="all")[:6])
    assert whole[:3] == [0, 0, 0]
    assert whole[3] == shown(total(matching(made, "inter_municipal", variant="thirds", year=2013), "net_effect_sek"))
    assert "100\u00a0%, 66,7\u00a0% och 33,3\u00a0%" in read.text


def test_variants_stand_side_by_side_the_agreed_one_first(made, read):
    table = read.one("table", id="tabell-varianter")
    assert [head.text for head in table.all("th", scope="colgroup")] == ["Variant 1", "Variant 2"]
    listed = [entry.text for entry in read.one("main").all("li")]
    assert [entry.partition(":")[0] for entry in listed] == [
        "Variant 1, Tre år, thirds thirds (den som överenskommelsen anger)",
        "Variant 2, Tre år, quarters quarters",
    ]
    for code in CODES:
        amounts = []
        for variant in ("thirds", "quarters"):
            rows = matching(made, "inter_municipal", variant=variant, municipality_code=code)
            amounts += [shown(rows[0]["amount_sek"]), shown(total(rows, "amount_sek"))]
        assert numbers(table.one("tr", data_municipality=code).cells()) == amounts


def test_the_years_ahead_are_the_county_s_sums(made, read):
    for year in range(2013, 2023):
        amounts = []
        for assumption in ("recorded_cost_indexed", "future_growth"):
            rows = matching(made, "look_ahead", year=year, assumption=assumption)
            columns = ("revenue_sek", "cost_sek", "effect_sek")
            amounts += [shown(total(rows, column), 1_000_000, 1) for column in columns]
        found = cells(read, "tabell-framat", data_year=str(year))
        assert numbers(found[:6]) == amounts
        assert found[6] == ("illustrativ, preliminär" if year > 2015 else "illustrativ")


def test_the_first_and_the_last_year_ahead_stand_by_municipality(made, read):
    for code in CODES:
        rows = [
            made.row("equalisation.look_ahead", year=year, assumption=assumption, municipality_code=code)
            for year in (2013, 2022)
            for assumption in ("recorded_cost_indexed", "future_growth")
        ]
        between = Decimal(str(rows[3]["effect_sek"])) - Decimal(str(rows[2]["effect_sek"]))
        found = numbers(cells(read, "tabell-framat-kommun", data_municipality=code))
        assert found == [*(shown(row["effect_sek_per_inhabitant"], 1) for row in rows), shown(between)]


def test_ten_per_cent_of_each_assumption_is_told_by_its_name(made, read):
    table = read.one("table", id="tabell-kanslighet")
    listed = list(table.one("tbody").all("tr"))
    assert listed[0].one("th").text == "Ingenting ändras"
    assert {row.one("th").text for row in listed[1:]} == {"Hela nettokostnaden", "Beslutade öre", "Löner"}
    row = made.row("equalisation.sensitivity", assumption="item:wages", change_share=Decimal("-0.1"))
    found = table.one("tr", data_assumption="item:wages −10\u00a0%").cells()
    assert numbers(found[:4]) == [
        -10,
        shown(row["net_cost_sek"]),
        shown(row["required_ore"], 1, 2),
        shown(row["rounding_sek"]),
    ]
    assert numbers(found[4:5]) == [shown(row["lowest_effect_sek_per_inhabitant"], 1)]
    assert found[5:] == [NAMES[CODES[-1]], "illustrativ"]


@pytest.mark.parametrize(("assumption", "name"), [("net_cost", "Hela nettokostnaden"), ("agreed_ore", "Beslutade öre")])
def test_the_assumption_that_moves_most_comes_first(small, assumption, name):
    wide = f"UPDATE equalisation.sensitivity SET rounding_sek = -999e6 * change_share WHERE assumption = '{assumption}'"
    listed = list(section(small, wide).one("table", id="tabell-kanslighet").one("tbody").all("tr"))
    assert [row.one("th").text for row in listed[1:3]] == [name] * 2


def test_the_net_cost_stands_item_by_item_in_two_ways(made, read):
    table = read.one("table", id="tabell-poster")
    assert [row.one("th").text for row in table.one("tbody").all("tr")] == ["Löner", "Jour", "Avgifter", "Planering"]
    rows = matching(made, "net_cost_comparison", cost_item="wages")
    found = table.one("tr", data_item="region wages").cells()
    columns = ("ledger_sek", "from_below_sek", "difference_sek")
    assert numbers(found[1:4]) == [shown(total(rows, column)) for column in columns] == [90_000, 97_000, 7_000]
    assert found[0] == "ja"
    assert table.one("tr", data_item="region planning").cells()[:4] == ["nej", "2\u202f000", "–", "−2\u202f000"]
    assert table.one("tr", data_item="region on_call").cells()[1:4] == ["–", "4\u202f000", "+4\u202f000"]
    assert numbers(table.one("tr", data_item="transferred").cells()[1:4]) == [87_000, 98_500, 11_500]


def test_settlements_purchases_and_shared_costs_are_the_published_ones(made, read):
    assert numbers(cells(read, "tabell-avrakning-2013", data_municipality="2580")[:3]) == [
        Decimal("8.3"),
        shown(8_000_000),
        shown(-666_667),
    ]
    whole = total(made["equalisation.settlements"], "amount_sek")
    assert numbers(cells(read, "tabell-avrakning-2013", data_municipality="all")[2:3]) == [shown(whole)]
    for number, purchase in enumerate(("children", "dietitians"), 1):
        rows = matching(made, "purchases", purchase=purchase, year=2013)
        for row in rows:
            found = cells(read, f"tabell-kop-{number}", data_municipality=str(row["municipality_code"]))
            amounts = [shown(row["quantity"], 1), shown(row["unit_price_sek"], 1), shown(row["amount_sek"])]
            assert numbers(found[:3]) == amounts
        whole = numbers(cells(read, f"tabell-kop-{number}", data_municipality="all")[2:3])
        assert whole == [shown(total(rows, "amount_sek"))]
    assert cells(read, "tabell-delning-1", data_payer="region 25") == ["350", "–", "350"]
    assert cells(read, "tabell-delning-1", data_payer=f"municipality {CODES[-1]}") == ["25", "700", "725"]
    assert cells(read, "tabell-delning-1", data_payer="all") == ["700", "700", "1\u202f400"]


def test_what_is_protected_or_missing_is_never_a_number(tmp_path):
    made = Sample(money(FEW))
    for row in made["equalisation.purchases"]:
        row.update(quantity=None, amount_sek=None, status="protected")
    for row in made["equalisation.municipality_effects"]:
        if row["municipality_code"] == "2580":
            row.update(effect_sek=None, effect_sek_per_inhabitant=None, status="missing")
    read = page(made, tmp_path, file=ECONOMY, draw=put_drawn)
    assert [text for text in cells(read, "tabell-kop-1", data_municipality="all") if text] == ["skyddad"]
    assert cells(read, "tabell-kop-1", data_municipality="2580")[0] == "skyddad"
    found = cells(read, "tabell-utfall", data_municipality="2580")
    assert found == ["saknas", "saknas", "saknas", "saknas", "–", "illustrativ, saknas"]
    assert cells(read, "tabell-utfall", data_municipality="all")[2] == "saknas"
    assert "Luleå" not in next(read.all("svg")).attributes["aria-label"]


def test_a_region_without_a_tax_shift_has_no_section(tmp_path):
    rows = money(FEW)
    for table in (SHIFT, "equalisation.boundary_questions"):
        del rows[table]
    read = page(Sample(rows), tmp_path, file=ECONOMY)
    assert not list(read.all("section"))
    assert "inga tal om pengar" in read.text


def test_an_agreement_that_is_not_decided_shows_what_boundaries_are_worth_and_says_so(small):
    read = section(small, f"UPDATE {SHIFT} SET is_agreed = false")
    assert "Ingen överenskommelse gäller" in read.text
    assert {table.attributes["id"] for table in read.all("table")} == {"tabell-delning-1"}
    read = section(small, f"UPDATE {SHIFT} SET is_agreed = false", file=BOUNDARIES)
    assert "Ingen överenskommelse gäller" in read.text
    assert {"tabell-ore-1", "tabell-ore-2"} <= {table.attributes["id"] for table in read.all("table")}


@pytest.mark.parametrize("table", sorted(set(money(FEW)) - {"equalisation.municipality_effects"}))
def test_any_table_may_be_empty(small, table):
    before, after = (
        sum(len(list(section(small, change, file).all("table"))) for file in (ECONOMY, BOUNDARIES))
        for change in ("SELECT 1", f"DELETE FROM {table}")
    )
    assert after < before or table == "equalisation.net_costs", "its names alone are lost"


def test_names_from_configuration_stay_texts(tmp_path):
    rows = {name: [_evil(row) for row in found] for name, found in money(FEW).items()}
    names = {code: EVIL + name for code, name in FEW.items()}
    for file in (ECONOMY, BOUNDARIES):
        html = written(Sample(rows), tmp_path, names, file=file, draw=put_drawn)
        assert EVIL not in html
        assert "&lt;script&gt;alert(1)" in html


def _evil(row: Row) -> Row:
    named = {"title_sv", "source", "agreement", "variant", "scenario", "agreed_scenario", "cost_post", "cost_sharing"}
    return {column: EVIL + str(value) if column in named else value for column, value in row.items()}


def test_the_page_stays_small(made, tmp_path):
    assert len(written(made, tmp_path, file=ECONOMY, draw=put_drawn)) < 110_000
