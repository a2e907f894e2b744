"""Every form of the first sentences, in the words of the template."""

from datetime import date

import pytest
from published_sample import months

from dashboard.environment import environment
from dashboard.figures import MISSING, PROTECTED, Figure
from dashboard.headline import Comparison, Statement, comparison, headline
from dashboard.months import Months, VisitRow

SAME = Comparison("same", "2011")
NINE_HUNDRED = "Under 2012 gjordes 900 besök i hemmet"


def sentences():
    return environment().get_template("headline.html").module


def year(home, health_care, visit, compared=SAME):
    return str(sentences().year(Statement("2012", home, health_care, visit, compared))).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (Figure(1032), Figure(1000), "Det är 3,2\u00a0% fler än 2011."),
        (Figure(968), Figure(1000), "Det är 3,2\u00a0% färre än 2011."),
        (Figure(1000), Figure(1000), "Det är lika många som 2011."),
        (Figure(0), Figure(0), "Det är lika många som 2011."),
        (Figure(100001), Figure(100000), "Det är nästan lika många som 2011: 1 fler."),
        (Figure(99999), Figure(100000), "Det är nästan lika många som 2011: 1 färre."),
        (Figure(12), Figure(0), "2011 fanns inga."),
        (Figure(12), PROTECTED, "Det går inte att jämföra med 2011, eftersom en uppgift är skyddad."),
        (PROTECTED, Figure(12), "Det går inte att jämföra med 2011, eftersom en uppgift är skyddad."),
        (Figure(12), MISSING, "Uppgifter för 2011 saknas."),
        (Figure(1032, "preliminary"), Figure(1000), "Det är 3,2\u00a0% fler än 2011."),
    ],
)
def test_the_comparison_has_a_form_for_each_case(now, before, text):
    assert str(sentences().comparison(comparison(now, before, "2011"))).strip() == text


def test_the_year_tells_how_many_and_of_which_kind():
    assert year(Figure(96462), Figure(71771), Figure(24691)) == (
        "Under 2012 gjordes ungefär 96 500 besök i hemmet: 74,4\u00a0% hemsjukvårdsbesök och 25,6\u00a0% hembesök. "
        "Det är lika många som 2011."
    )


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ((Figure(900), Figure(600), PROTECTED), f"{NINE_HUNDRED}, varav 66,7\u00a0% hemsjukvårdsbesök."),
        ((Figure(900), PROTECTED, Figure(300)), f"{NINE_HUNDRED}, varav 33,3\u00a0% hembesök."),
        ((Figure(900), PROTECTED, PROTECTED), f"{NINE_HUNDRED}."),
        ((PROTECTED, PROTECTED, PROTECTED), "Antalet besök i hemmet 2012 är skyddat, eftersom för få"),
        ((MISSING, MISSING, MISSING), "Antalet besök i hemmet 2012 saknas."),
        ((Figure(0), Figure(0), Figure(0)), "Inga besök i hemmet är registrerade 2012."),
    ],
)  # fmt: skip
def test_the_year_tells_what_it_can(figures, text):
    assert year(*figures).startswith(text)


def test_a_release_without_visits_says_so():
    assert headline(Months([])).year is None
    assert str(sentences().year(None)) == "Den här utgåvan har inga besök att redovisa."
    assert str(sentences().month(None)) == ""


def counted(period, visits):
    return Months(VisitRow(month, "all", "all", "home", visits(month), 50, "ok") for month in period)


def test_part_of_a_year_is_compared_with_the_same_months():
    period = months(date(2011, 1, 1), 15)
    made = headline(counted(period, lambda month: 100 if month.year == 2011 else 110))
    assert made.year.period == "januari–mars 2012"
    assert made.year.comparison == Comparison("more", "januari–mars 2011", 30, 0.1)
    assert made.month.comparison == Comparison("more", "mars 2011", 10, 0.1)


def test_without_the_year_before_a_month_is_compared_with_the_month_before():
    made = headline(counted(months(date(2011, 1, 1), 12), lambda month: 100 + month.month))
    assert made.year.comparison == Comparison("missing", "2010")
    assert made.month.comparison.before == "november 2011"
    assert made.month.comparison.visits == 1


def test_a_first_month_has_nothing_to_be_compared_with():
    made = headline(counted(months(date(2011, 1, 1), 1), lambda month: 100))
    assert made.year.period == "januari 2011"
    assert made.month.comparison == Comparison("missing", "januari 2010")


@pytest.mark.parametrize(
    ("figure", "compared", "text"),
    [
        (Figure(110), Comparison("more", "mars 2011", 10, 0.1), " ökade till 110 i mars 2012, från 100 i mars 2011"),
        (
            Figure(90),
            Comparison("fewer", "mars 2011", -10, -0.1),
            " minskade till 90 i mars 2012, från 100 i mars 2011",
        ),
        (Figure(90), Comparison("same", "mars 2011"), " var 90 i mars 2012, lika många som i mars 2011"),
        (Figure(90), Comparison("almost", "mars 2011", 1), " var 90 i mars 2012, nästan lika många som i mars 2011"),
        (Figure(90), Comparison("missing", "mars 2011"), " var 90 i mars 2012"),
        (Figure(90), Comparison("protected", "mars 2011"), " var 90 i mars 2012"),
        (PROTECTED, Comparison("protected", "mars 2011"), " månad för månad"),
    ],
)
def test_the_chart_has_a_title_that_says_something(figure, compared, text):
    assert str(sentences().line("Hembesöken", figure, compared, "mars 2012")) == f"Hembesöken{text}"
