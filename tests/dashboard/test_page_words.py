from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from dashboard import words


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (96412, 0, "96\u202f412"),
        (1234567, 0, "1\u202f234\u202f567"),
        (-1234.5, 1, "−1\u202f234,5"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-0.4"), 0, "0"),
        (Fraction(1, 3), 2, "0,33"),
    ],
)
def test_numbers_have_thin_spaces_and_a_decimal_comma(value, decimals, text):
    assert words.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0\u00a0%"),
        (Fraction(744, 1000), "74,4\u00a0%"),
        (0.0029, "0,29\u00a0%"),
        (0.29, "29,0\u00a0%"),
        (1, "100\u00a0%"),
        (Decimal("0.203900"), "20,4\u00a0%"),
    ],
)
def test_shares_have_at_most_three_significant_digits(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (419, "419"),
        (6180, "6\u202f180"),
        (96412, "ungefär 96\u202f400"),
        (99950, "ungefär 100\u202f000"),
        (1005, "ungefär 1\u202f010"),
    ],
)
def test_counts_in_running_text_are_rounded_and_say_so(count, text):
    assert words.about(count) == text


@pytest.mark.parametrize(("value", "text"), [(12, "+12"), (-12, "−12"), (0, "0"), (Decimal("0.3"), "0")])
def test_gains_have_a_plus(value, text):
    assert words.signed(value) == text


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ([(2012, 12)], "december 2012"),
        ([(2012, n) for n in range(1, 13)], "2012"),
        ([(2012, n) for n in (1, 2, 3, 5)], "januari–mars 2012 och maj 2012"),
        ([(2011, 11), (2011, 12), (2012, 1)], "november 2011–januari 2012"),
        ([(2011, 1), (2011, 3), (2011, 5)], "januari 2011, mars 2011 och maj 2011"),
        ([], ""),
    ],
)
def test_months_are_told_as_spans(months, text):
    assert words.spans(date(year, month, 1) for year, month in months) == text


def test_times_are_swedish():
    assert words.moment(datetime(2026, 7, 1, 22, 30)) == "2 juli 2026 kl. 00.30"
    assert words.moment(datetime(2026, 11, 22, 11, 6)) == "22 november 2026 kl. 12.06"


def test_periods_go_from_first_to_last_day():
    assert words.period(date(2013, 2, 1), date(2013, 12, 31)) == "februari–december 2013"
    assert words.period(date(2011, 1, 1), date(2011, 12, 31)) == "2011"


def test_names_sort_as_swedish_does():
    names = ["Övertorneå", "Arvidsjaur", "Älvsbyn", "Arjeplog", "Åre", "Zinkgruvan"]
    assert sorted(names, key=words.alphabetical) == [
        "Arjeplog", "Arvidsjaur", "Zinkgruvan", "Åre", "Älvsbyn", "Övertorneå",
    ]  # fmt: skip
