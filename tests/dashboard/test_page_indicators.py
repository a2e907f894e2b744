"""The indicators on the page: an overview of all, details of each, and only the rows that belong there."""

from datetime import date
from decimal import Decimal

import pytest
from page_reader import Element, page, parsed, written
from published_sample import FEW, Sample, months, sample

from dashboard.site import put_drawn

FILE = "kvalitet.html"
PERIOD = months(date(2011, 1, 1), 24)


@pytest.fixture
def made() -> Sample:
    return sample(PERIOD, FEW)


def overview(read: Element, indicator: str, version: int = 1) -> list[str]:
    return read.one("table", id="tabell-indikatorer").one("tr", data_indicator=f"{indicator} {version}").cells()


def details(read: Element, title: str) -> Element:
    (found,) = (entry for entry in read.all("details") if entry.one("summary").text == title)
    return found


def results(made: Sample, indicator: str, **key: object) -> list[dict[str, object]]:
    wanted = {"indicator_id": indicator, **key}
    return [row for row in made["indicators.results"] if wanted.items() <= row.items()]


def test_the_overview_has_every_indicator_once_in_swedish_order_of_titles(made, tmp_path):
    body = page(made, tmp_path, file=FILE).one("table", id="tabell-indikatorer").one("tbody")
    rows = list(body.all("tr"))
    assert [row.attributes["data-indicator"].split()[0] for row in rows] == [
        "emergency_visits_80", "unplanned_share", "external_falls", "cost_per_visit",
    ]  # fmt: skip


def test_the_overview_shows_value_unit_interval_baseline_and_words(made, tmp_path):
    for row in results(made, "emergency_visits_80", period_start=date(2012, 1, 1), area_type="region"):
        row.update(signal="above", usability="with_caution", target=25.5)
    read = page(made, tmp_path, file=FILE)
    assert overview(read, "unplanned_share") == [
        "2012", "3,00\u00a0%", "andel", "2,40–3,60\u00a0%", "2,70\u00a0% 2011", "–", "inte bedömd", "användbar",
    ]  # fmt: skip
    assert overview(read, "emergency_visits_80") == [
        "2012", "30,0", "per 1 000 invånare", "24,0–36,0", "27,0 2011", "25,5", "över baslinjen (sämre)",
        "användbar med försiktighet",
    ]  # fmt: skip
    assert page(made, tmp_path).one(id="key-indicators").text == "0 av 1", "of those with a target"
    made.row(
        "indicators.results", indicator_id="emergency_visits_80", period_start=date(2012, 1, 1), area_type="region"
    )["target"] = None
    assert page(made, tmp_path).one(id="key-indicators").text == "1 av 1", "of those assessed"


@pytest.mark.parametrize(
    ("direction", "signal", "told"),
    [
        ("lower", "below", "under baslinjen (bättre)"),
        ("higher", "below", "under baslinjen (sämre)"),
        ("higher", "run_above", "åtta månader i rad över baslinjen (bättre)"),
        ("none", "above", "över baslinjen"),
        ("lower", "none", "ingen"),
    ],
)
def test_a_signal_is_told_in_words_and_as_better_or_worse_only_where_that_is_defined(
    made, tmp_path, direction, signal, told
):
    made.row("indicators.definitions", indicator_id="unplanned_share")["direction"] = direction
    for row in results(made, "unplanned_share"):
        row["signal"] = signal
    assert overview(page(made, tmp_path, file=FILE), "unplanned_share")[6] == told


def test_months_sexes_ages_and_standardised_rows_are_not_on_the_page_and_county_parts_are(made, tmp_path):
    html = written(made, tmp_path, file=FILE)
    for value in ("77,0", "78,0", "79,0", "75,0"):
        assert f"{value}\u00a0%" not in html
    assert '<th scope="row">part_2580</th><td class="n">76,0\u00a0%</td>' in html


def test_an_agreement_s_span_is_a_row_beside_the_years(made, tmp_path):
    (year,) = results(
        made, "cost_per_visit", period_start=date(2012, 1, 1), period_end=date(2012, 12, 31), area_type="region"
    )
    made["indicators.results"].append({**year, "period_start": date(2012, 2, 1), "value": 1234.5})
    read = details(page(made, tmp_path, file=FILE), "Kostnad per besök")
    table = next(iter(read.all("table")))
    assert [row.one("th").text for row in table.one("tbody").all("tr")] == ["2011", "februari–december 2012", "2012"]
    assert "1\u202f235" in table.text


def test_kolada_stands_beside_our_own_value_and_alone_where_it_is_the_only_one(made, tmp_path):
    read = page(made, tmp_path, file=FILE)
    ours = next(iter(details(read, "Andel oplanerade besök i hemmet").all("table")))
    assert "Koladas värde" in [head.text for head in ours.all("th")]
    assert list(ours.one("tbody").all("tr"))[1].cells()[:4] == [
        "3,00\u00a0%", "2,40–3,60\u00a0%", "2,70\u00a0%", "53,0\u00a0%",
    ]  # fmt: skip
    assert overview(read, "external_falls")[1] == "30,0"
    alone = next(iter(details(read, "Fallskador bland personer 80 år och äldre").all("table")))
    assert "Koladas värde" not in [head.text for head in alone.all("th")]


def test_amounts_are_whole_or_have_one_decimal(made, tmp_path):
    for row in results(made, "cost_per_visit"):
        row.update(numerator=Decimal("123456.7500"), denominator=Decimal("45.0000"))
    table = next(iter(details(page(made, tmp_path, file=FILE), "Kostnad per besök").all("table")))
    assert next(table.one("tbody").all("tr")).cells()[3:5] == ["123\u202f456,8", "45"]


def test_of_several_versions_those_with_results_are_shown(made, tmp_path):
    definition = made.row("indicators.definitions", indicator_id="cost_per_visit")
    made["indicators.definitions"].append({**definition, "version": 2, "valid_from": date(2017, 1, 1)})
    definition["valid_to"] = date(2016, 12, 31)
    read = page(made, tmp_path, file=FILE)
    assert overview(read, "cost_per_visit")[0] == "2012"
    assert not list(read.all("tr", data_indicator="cost_per_visit 2"))
    assert "till 31 december 2016" in read.one("tr", data_indicator="cost_per_visit 1").text
    for row in results(made, "cost_per_visit", period_start=date(2012, 1, 1)):
        row["version"] = 2
    read = page(made, tmp_path, file=FILE)
    assert (overview(read, "cost_per_visit")[0], overview(read, "cost_per_visit", 2)[0]) == ("2011", "2012")
    made.tables["indicators.results"] = []
    read = page(made, tmp_path, file=FILE)
    assert not list(read.all("tr", data_indicator="cost_per_visit 1"))
    assert overview(read, "cost_per_visit", 2)[1] == "saknas"


def test_another_source_system_than_in_the_baseline_is_told(made, tmp_path):
    for row in results(made, "unplanned_share", area_type="region"):
        row["source_break"] = date(2012, 5, 15)
    read = details(page(made, tmp_path, file=FILE), "Andel oplanerade besök i hemmet")
    assert "annat källsystem från 15 maj 2012" in read.text


def test_a_protected_value_is_hidden_in_the_overview_too(made, tmp_path):
    made.hide("indicators.results", indicator_id="unplanned_share", area_type="region")
    assert overview(page(made, tmp_path, file=FILE), "unplanned_share")[1:4] == ["skyddad", "andel", "–"]


def test_what_does_not_apply_is_not_called_usable(made, tmp_path):
    for row in results(made, "unplanned_share"):
        row.update(value=None, status="not_applicable")
    cells = overview(page(made, tmp_path, file=FILE), "unplanned_share")
    assert (cells[1], cells[-1]) == ("–", "ej tillämplig")


def test_a_period_that_is_the_baseline_is_not_compared_with_itself(tmp_path):
    made = sample(months(date(2011, 1, 1), 12), FEW)
    assert overview(page(made, tmp_path, file=FILE), "unplanned_share")[4] == "perioden är baslinjen"


def test_a_made_up_population_is_told_before_the_values(made, tmp_path):
    assert "Illustrativ folkmängd" not in page(made, tmp_path, file=FILE).text
    for year, basis in ((2011, "illustrative"), (2012, "official")):
        key = {"year": year, "municipality_code": "2580", "age": 80, "sex": "female"}
        made["volumes.population"].append({**key, "persons": 300, "basis": basis, "source_id": "population"})
    text = page(made, tmp_path, file=FILE).text
    assert "antalet invånare 2011 är påhittat" in text
    assert text.index("Illustrativ folkmängd") < text.index("Akutbesök, 80 år och äldre")


def test_many_indicators_make_a_small_page_with_few_charts(tmp_path):
    made = sample(PERIOD)
    definition = made.row("indicators.definitions", indicator_id="unplanned_share")
    rows = results(made, "unplanned_share", comparison_source="own")
    for number in range(30):
        named = {"indicator_id": f"indicator_{number}"}
        made["indicators.definitions"].append({**definition, **named, "title_sv": f"Indikator {number}"})
        made["indicators.results"].extend(
            {**row, **named, "signal": "above" if number == 20 else "none"} for row in rows
        )
    html = written(made, tmp_path, file=FILE, draw=put_drawn)
    assert len(html.encode()) < 1_500_000
    assert html.count("<svg") == 2 * 2 * 6, "each twice: the latest values, and the small multiples"
    read = parsed(html)
    assert list(details(read, "Indikator 20").all("svg"))
    assert not list(details(read, "Indikator 29").all("svg"))
    assert len(list(details(read, "Indikator 29").all("script", **{"class": "undrawn"}))) == 2
