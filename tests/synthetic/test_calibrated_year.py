"""The calibrated figures, counted from the files by a reader that shares nothing with the generator.

Source of the figures: document 004, county not named; illustrative for Norrbotten.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("norrbotten_2011")
SWEDEN = Path(__file__).parents[2] / "regions" / "sweden" / "municipalities.csv"


@dataclass(frozen=True)
class Visit:
    record: str
    person: str
    care_form: str
    place: str
    planned: str
    age: int
    month: int


@pytest.fixture(scope="module")
def vas_rows(norrbotten_2011) -> list[tuple[int, dict[str, str]]]:
    rows = []
    for path in sorted((norrbotten_2011.inbox / "vas_visits").glob("*.txt")):
        with path.open(encoding="latin-1", newline="") as handle:
            rows += [(int(path.name[14:16]), row) for row in csv.DictReader(handle, delimiter="|")]
    return rows


@pytest.fixture(scope="module")
def vas_visits(vas_rows) -> list[Visit]:
    with SWEDEN.open(encoding="utf-8", newline="") as handle:
        municipalities = {row["municipality_code"] for row in csv.DictReader(handle)}
    return list(_counted(vas_rows, municipalities))


def _counted(rows: list[tuple[int, dict[str, str]]], municipalities: set[str]) -> Iterator[Visit]:
    """CONTRACT's counting rules, row by row."""
    seen: set[str] = set()
    for file_month, row in rows:
        visit = _visit(row)
        lkf = row["LKF"]
        if visit is None or row["MAKULERAD"] == "J" or visit.record in seen or row["KONTAKTTYP"] not in "124":
            continue
        if (lkf != "SKYD" and lkf[:4] not in municipalities) or not 0 <= visit.age <= 120:
            continue
        if file_month - 3 <= visit.month <= file_month and not _has_wrong_check(visit.person):
            seen.add(visit.record)
            yield visit


def _visit(row: dict[str, str]) -> Visit | None:
    day = _date(row["BESÖKSDATUM"])
    if day is None:
        return None
    born = _date(row["FÖDELSEDATUM"]) or date(1950, 1, 1)
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    month = (day.year - 2011) * 12 + day.month
    names = ("BESÖKSID", "PERSONNR", "KONTAKTTYP", "PLATS", "PLANERAT")
    record, person, care_form, place, planned = (row[name] for name in names)
    return Visit(record, person, care_form, place, planned, age, month)


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _has_wrong_check(person: str) -> bool:
    """A personnummer whose check digit is wrong; anything else is left alone here."""
    if not person.isdigit() or _date(person) is None:
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(person[2:])]
    return sum(value // 10 + value % 10 for value in doubled) % 10 != 0


def test_home_visits_of_2011_are_as_the_document_says(vas_visits: list[Visit]) -> None:
    at_home = [visit for visit in vas_visits if visit.place == "HEM"]
    found = Counter((visit.care_form, visit.planned) for visit in at_home)
    assert found == {("4", "J"): 71796 - 208, ("4", "N"): 208, ("2", "J"): 24704 - 230, ("2", "N"): 230}
    assert len(at_home) == 96_500


def test_children_of_2011_are_as_the_document_says(vas_visits: list[Visit]) -> None:
    children = [visit for visit in vas_visits if visit.place == "HEM" and visit.age <= 18]
    unplanned = [visit for visit in children if visit.planned == "N"]
    assert len(children) == 419
    assert [visit.care_form for visit in unplanned] == ["2"] * 5
    assert len({visit.person for visit in unplanned}) == 5
    for care_form in "24":
        assert len({visit.person for visit in children if visit.care_form == care_form}) >= 5


def test_ordinary_housing_alone_is_delivered_by_the_region_before_the_takeover(vas_rows) -> None:
    assert {row["BOENDE"] for _, row in vas_rows} == {"O"}


def test_rows_that_count_are_as_many_as_the_manifest_says(vas_visits: list[Visit], norrbotten_2011) -> None:
    files = [file for file in norrbotten_2011.manifest.files if file.source_id == "vas_visits"]
    expected: Counter[int] = Counter()
    for file in files:
        expected.update({month.number: count for month, count in file.counted.items()})
    assert Counter(visit.month for visit in vas_visits) == expected


def test_some_rows_come_a_month_or_two_late(vas_rows) -> None:
    late = Counter(
        month - int(row["BESÖKSDATUM"][4:6])
        for month, row in vas_rows
        if row["BESÖKSDATUM"].startswith("2011") and row["BESÖKSDATUM"][4:] != "0231"
    )
    assert late[1] > 200
    assert late[2] > 100


def test_a_patient_has_many_visits_and_is_mostly_old(vas_visits: list[Visit]) -> None:
    care = [visit for visit in vas_visits if visit.care_form == "4"]
    persons = {visit.person for visit in care}
    assert 7 <= len(care) / len(persons) <= 11
    assert sum(visit.age >= 65 for visit in care) / len(care) > 0.85
