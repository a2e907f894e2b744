"""Official statistics: the page says what has been fetched, and from when it is."""

from datetime import date, datetime

import pytest
from page_reader import page
from published_sample import FEW, Sample, months, sample

SERIES = {
    "source_id": "scb_population",
    "title_sv": "Folkmängd <efter> ålder",
    "publisher_sv": "SCB",
    "first_month": date(2015, 12, 1),
    "last_month": date(2024, 12, 1),
    "periods": 10,
    "retrieved_at": datetime(2026, 11, 20, 4),
    "note_sv": "Delar summeras inte till totaler.",
}


@pytest.fixture
def made() -> Sample:
    return sample(months(date(2011, 1, 1), 2), FEW)


def test_a_series_is_told_with_the_day_on_which_it_was_fetched(made, tmp_path):
    made.tables["quality.official_series"] = [SERIES]
    row = list(page(made, tmp_path, file="om.html").one("table", id="tabell-statistik").all("tr"))[1]
    assert row.cells() == ["SCB. Delar summeras inte till totaler.", "2015–2024", "20 november 2026 kl. 05.00"]
    assert row.one("th").text == "Folkmängd <efter> ålder"


def test_where_none_has_been_fetched_nothing_is_told(made, tmp_path):
    assert list(page(made, tmp_path, file="om.html").all("table", id="tabell-statistik")) == []
