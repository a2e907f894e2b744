"""The made-up inhabitants: calibrated totals, exactly additive, and more of them than patients of every age."""

from collections import Counter

import numpy as np
import pytest

from regions.source import RecordSource
from synthetic.care import CareYear
from synthetic.population import population
from synthetic.records import record_files
from synthetic.table import Table, code

pytestmark = pytest.mark.xdist_group("care_years")
LOW = np.array([0, 19, 65, 80, 90])


def _made(care: CareYear) -> Table:
    source = care.world.folder.sources_by_id["population"]
    assert isinstance(source, RecordSource)
    return population(care, source)


def _persons(rows: Table) -> Counter[str]:
    found: Counter[str] = Counter()
    for area, persons in zip(rows["area_code"].tolist(), rows["persons"].tolist(), strict=True):
        found[area] += persons
    return found


def test_totals_are_those_of_norrbotten_in_2018(norrbotten_care: CareYear) -> None:
    found = _persons(_made(norrbotten_care))
    assert (found["25"], found["2580"], found["2506"]) == (250497, 77832, 2794)


def test_totals_of_orebro_are_whole_thousands(orebro_2025: CareYear) -> None:
    found = _persons(_made(orebro_2025))
    assert (found["18"], found["1880"]) == (306000, 157000)


def test_each_cell_of_the_county_is_the_sum_of_its_municipalities(norrbotten_care: CareYear) -> None:
    rows = _made(norrbotten_care)
    cells: dict[bool, Counter[tuple[int, str]]] = {True: Counter(), False: Counter()}
    for area, age, sex, persons in zip(*(rows[name] for name in ("area_code", "age", "sex", "persons")), strict=True):
        cells[area == "25"][(int(age), sex)] += int(persons)
    assert cells[True] == cells[False]
    assert {age for age, _ in cells[True]} == set(range(101))
    assert min(rows["persons"].tolist()) >= 0


def test_ages_are_near_those_of_2018(norrbotten_care: CareYear) -> None:
    rows = _made(norrbotten_care)
    county = rows.take(rows["area_code"] == "25")
    published = {(0, 15): 41239, (16, 24): 25774, (25, 44): 58274, (45, 64): 65187, (65, 100): 60023}
    for (low, high), persons in published.items():
        own = county["persons"][(county["age"] >= low) & (county["age"] <= high)].sum()
        assert own == pytest.approx(persons, rel=0.01)


@pytest.mark.parametrize("name", ["norrbotten_care", "orebro_2025"])
def test_every_municipality_has_more_inhabitants_of_each_age_than_patients_at_home(
    name: str, request: pytest.FixtureRequest
) -> None:
    care: CareYear = request.getfixturevalue(name)
    rows, visits, people = _made(care), care.visits, care.world.population.people
    at_home = (visits["place"] == code("place", "home")) & (visits["living"] == code("living", "ordinary"))
    persons = np.unique(visits["person"][at_home])
    days = np.datetime64(f"{care.year}-12-31") - people["birth"][persons]
    age = np.minimum(days.astype(int) // 365.2425, 100)
    for place, area in enumerate(care.world.folder.region.municipalities):
        own = rows.take(rows["area_code"] == area)
        patients = np.bincount(_band(age[people["residence"][persons] == place]), minlength=5)
        assert (patients <= np.bincount(_band(own["age"]), own["persons"], 5)).all(), area


def _band(ages: np.ndarray) -> np.ndarray:
    return np.searchsorted(LOW, ages, side="right") - 1


def test_a_year_lies_in_the_file_of_its_december_with_its_faults_apart(norrbotten_care: CareYear) -> None:
    source = norrbotten_care.world.folder.sources_by_id["population"]
    assert isinstance(source, RecordSource)
    (file,) = record_files(norrbotten_care, source)
    assert str(file.month) == "2012-12"
    right = file.rows.take(file.rows["fault"] == 0)
    assert set(right["measured_on"].astype(str).tolist()) == {"2012-12-31"}
    assert _persons(right) == _persons(_made(norrbotten_care))
