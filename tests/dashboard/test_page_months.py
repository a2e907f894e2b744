"""What a month without a row means, and which differences may be shown."""

from datetime import date

from dashboard.figures import MISSING, NOT_APPLICABLE, PROTECTED, Figure
from dashboard.months import Months, VisitRow

MARCH = date(2012, 3, 1)


def row(care_form, place, visits, *, area="all", status="ok", patients=50):
    return VisitRow(MARCH, area, care_form, place, visits, patients, status)


def whole(*rows, every=100, status="ok"):
    home = [row("all", "all", every, status=status), row("all", "home", 60), row("home_health_care", "home", 40)]
    return Months([*home, *rows])


def test_a_cell_without_a_row_is_zero_in_a_whole_month():
    assert whole().visits(MARCH, "home_visit") == Figure(0)


def test_a_cell_without_a_row_is_missing_where_a_delivery_may_bring_it():
    assert whole(status="preliminary").visits(MARCH, "home_visit") == MISSING


def test_a_cell_without_a_row_says_nothing_of_a_protected_whole():
    made = whole(row("all", "all", None, area="2506", status="protected"), row("all", "home", 9, area="2580"))
    assert made.visits(MARCH, "home", "2506") == PROTECTED


def test_a_month_without_any_row_is_missing():
    assert whole().visits(date(2012, 4, 1), "home") == MISSING


def test_a_margin_that_is_not_published_is_not_zero():
    made = Months([row("all", "all", 100)])
    assert made.visits(MARCH, "home") == NOT_APPLICABLE
    assert not made.publishes("home_health_care")
    assert not made.publishes("home", "municipality")


def test_other_visits_are_shown_when_enough_persons_are_known_to_stand_behind():
    assert whole(row("outpatient", "home", 20), row("outpatient", "clinic", 30)).visits(MARCH, "other") == Figure(40)


def test_other_visits_are_hidden_when_all_their_parts_are():
    made = whole(row("outpatient", "home", 20), row("outpatient", "clinic", None, status="protected"), every=63)
    assert made.visits(MARCH, "other") == PROTECTED


def test_other_visits_are_hidden_with_a_kind_at_home():
    made = whole(row("outpatient", "home", None, status="protected"), row("outpatient", "clinic", 30))
    assert made.visits(MARCH, "other") == PROTECTED


def test_no_other_visits_are_none():
    assert whole(row("outpatient", "home", 20), every=60).visits(MARCH, "other") == Figure(0)
