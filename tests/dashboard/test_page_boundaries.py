"""The boundaries on the page: each one's visits, its difference to the first, and a sentence that says it."""

from datetime import date

import pytest
from page_reader import Element, page, written
from published_sample import FEW, Sample, months, sample

FILE = "gransdragningar.html"
ORDER = ("base", "with_children", "without_night")


@pytest.fixture
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 24), FEW)


def cells(read: Element, scenario: str) -> list[str]:
    return read.one("table", id="tabell-gransdragningar").one("tr", data_scenario=scenario).cells()


def sentence(read: Element, scenario: str) -> str:
    return read.one("ul", **{"class": "sentences"}).one("li", data_scenario=scenario).text


def test_the_table_has_each_boundary_and_its_difference_to_the_first(made, tmp_path):
    read = page(made, tmp_path, boundaries=ORDER, file=FILE)
    assert cells(read, "base") == ["96\u202f500", "–", "438", "1\u202f560", "7"]
    assert cells(read, "with_children") == ["96\u202f919", "+419", "438", "1\u202f565", "7"]
    assert cells(read, "without_night") == ["90\u202f000", "−6\u202f500", "400", "1\u202f500", "9"]
    assert "2012" in read.one("table", id="tabell-gransdragningar").one("caption").text


def test_a_sentence_answers_whether_children_are_in_or_out(made, tmp_path):
    read = page(made, tmp_path, boundaries=ORDER, file=FILE)
    assert sentence(read, "with_children") == "Grunden och barn 0–18 år räknar 419 besök fler."
    assert sentence(read, "without_night") == "Grunden utan nätter räknar 6\u202f500 besök färre."
    assert "Jämfört med ”Grunden”, 2012:" in read.text


def test_what_comes_and_what_goes_is_told_where_both_do(made, tmp_path):
    key = {"year": 2012, "scenario": "base", "other_scenario": "with_children", "reason": "all"}
    made.row("volumes.scenario_differences", **key).update(visits_added=500, visits_removed=81)
    told = sentence(page(made, tmp_path, boundaries=ORDER, file=FILE), "with_children")
    assert told.endswith("419 besök fler: 500 tillkommer och 81 faller bort.")


@pytest.mark.parametrize(
    ("added", "told"), [(0, "räknar samma besök."), (9, "lika många besök, men inte samma: 9 till")]
)
def test_as_many_visits_are_not_the_same_visits(made, tmp_path, added, told):
    key = {"year": 2012, "scenario": "base", "other_scenario": "with_children", "reason": "all"}
    made.row("volumes.scenario_differences", **key).update(visits=0, visits_added=added, visits_removed=added)
    assert told in sentence(page(made, tmp_path, boundaries=ORDER, file=FILE), "with_children")


def test_a_difference_of_few_persons_is_protected_although_both_totals_are_shown(made, tmp_path):
    made.hide("volumes.scenario_differences", scenario="base", other_scenario="with_children")
    html = written(made, tmp_path, boundaries=ORDER, file=FILE)
    read = page(made, tmp_path, boundaries=ORDER, file=FILE)
    assert cells(read, "with_children")[1] == "skyddad"
    assert "är skyddad" in sentence(read, "with_children")
    assert "419" not in html
    assert "skyddad: visas inte" in read.text


def test_another_boundary_may_be_the_one_compared_with(made, tmp_path):
    read = page(made, tmp_path, boundaries=("with_children", "base"), file=FILE)
    assert cells(read, "with_children")[1] == "–"
    assert cells(read, "base")[1] == "−419"


def test_the_year_shown_is_the_latest_whole_one(tmp_path):
    made = sample(months(date(2011, 1, 1), 15), FEW)
    assert "besök enligt varje gränsdragning, 2011" in page(made, tmp_path, boundaries=ORDER, file=FILE).text.lower()
    made = sample(months(date(2011, 2, 1), 3), FEW)
    assert "gränsdragning, februari–april 2011" in page(made, tmp_path, boundaries=ORDER, file=FILE).text


def test_a_release_without_boundaries_says_so(made, tmp_path):
    made.tables["volumes.scenario_totals"] = []
    assert "inga gränsdragningar" in page(made, tmp_path, file=FILE).text


def test_a_release_without_differences_has_totals_all_the_same(made, tmp_path):
    made.tables["volumes.scenario_differences"] = []
    read = page(made, tmp_path, boundaries=ORDER, file=FILE)
    assert cells(read, "with_children")[:2] == ["96\u202f919", "saknas"]
