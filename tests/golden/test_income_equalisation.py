"""Statistics Sweden's published income equalisation of twelve municipalities, reproduced to the krona."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from equalisation.exact import rounded
from regions.folder import RegionFolder, load_region
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.income import income_equalisation_rows, missing_years
from tasks.equalisation.published import (
    YearDeviation,
    deviations,
    solved_county_rate,
    solved_national_population,
)

MATHS = Path(__file__).parents[2] / "docs" / "maths.md"
AS_OF = date(2026, 11, 22)
YEARS = (2005, 2006, 2008, 2010, 2011, 2013, 2014, 2015)
TOLERANCE = {year: Decimal("1.0") if year >= 2013 else Decimal("1.5") for year in YEARS}
NEIGHBOURS = [(year, other) for year in YEARS for other in (year - 1, year + 1) if 2005 <= other <= 2015]
SAME_RATE = {Decimal("19.37"): (2005, 2006, 2008, 2010, 2011), Decimal("19.03"): (2013, 2014)}


@pytest.fixture(scope="module")
def orebro() -> RegionFolder:
    return load_region("orebro")


def test_every_year_with_official_factors_is_within_a_krona_or_so(orebro: RegionFolder) -> None:
    found = deviations(orebro, AS_OF)
    for year in found:
        print(year)
    assert tuple(year.year for year in found) == YEARS
    assert all(year.rows == 12 for year in found)
    too_far = [str(year) for year in found if year.largest_sek_per_inhabitant > TOLERANCE[year.year]]
    assert not too_far


def test_the_document_says_how_well_it_holds(orebro: RegionFolder) -> None:
    for year in deviations(orebro, AS_OF):
        known = dict(year.inputs)
        cells = (year.year, known["county_rate"], "solved", year.largest_sek_per_inhabitant)
        assert f"| {' | '.join(map(str, cells))} |" in MATHS.read_text(encoding="utf-8")


def test_the_inputs_are_official_but_for_three_that_say_so(orebro: RegionFolder) -> None:
    for year in deviations(orebro, AS_OF):
        known = dict(year.inputs)
        assert known.pop("national_population_1_november") == "solved"
        assert known.pop("population_1_november") == "derived"
        assert known.pop("county_rate") == ("official" if year.year == 2015 else "derived")
        assert known == dict.fromkeys(("tax_base", "uprating_factor", "guarantee_share"), "official")


def test_twelve_rows_test_at_most_two_unknowns(orebro: RegionFolder) -> None:
    assert [year.unknowns for year in deviations(orebro, AS_OF)] == [2, 2, 2, 2, 2, 2, 2, 1]


def test_one_national_population_is_solved_per_year_and_none_per_municipality(orebro: RegionFolder) -> None:
    stored = [value for value in orebro.parameters.all() if value.parameter == "national_population_1_november"]
    assert [(value.year, value.keys) for value in stored] == [(year, ()) for year in YEARS]
    for value in stored:
        solved = solved_national_population(orebro, value.year, AS_OF)
        assert rounded(solved, 0) == value.value, value.year


def test_one_derived_rate_serves_several_years(orebro: RegionFolder) -> None:
    for percent, years in SAME_RATE.items():
        assert rounded(100 * solved_county_rate(orebro, years, AS_OF)) == percent
        for year in years:
            assert _rate(orebro, year) == percent


def test_the_official_rate_of_2015_would_have_been_found(orebro: RegionFolder) -> None:
    assert rounded(100 * solved_county_rate(orebro, (2015,), AS_OF)) == _rate(orebro, 2015) == Decimal("19.00")


@pytest.mark.parametrize(("year", "other"), NEIGHBOURS)
def test_the_tax_base_of_another_year_is_far_off(orebro: RegionFolder, year: int, other: int) -> None:
    shifted = _with_tax_base_of(orebro, year, other)
    assert _deviation(shifted, year).largest_sek_per_inhabitant > 1000
    again = _with_solved_population(shifted, year)
    assert _deviation(again, year).largest_sek_per_inhabitant > 500


def test_the_national_population_of_another_year_is_far_off(orebro: RegionFolder) -> None:
    earlier = orebro.parameters.get("national_population_1_november", 2014, AS_OF).value
    wrong = _changed(orebro, "national_population_1_november", 2015, lambda _: earlier)
    assert _deviation(wrong, 2015).largest_sek_per_inhabitant > 100


def test_years_without_official_factors_are_left_out_by_name(orebro: RegionFolder) -> None:
    missing = [year for year in missing_years(orebro, AS_OF) if year.level == "municipality"]
    assert [year.year for year in missing] == [2007, 2009, 2012]
    assert all(year.parameters[0] == "uprating_factor" for year in missing)
    assert "county_rate" in missing[-1].parameters


def test_the_guaranteed_tax_power_of_2015_is_the_one_of_the_domain_report(orebro: RegionFolder) -> None:
    row = next(row for row in income_equalisation_rows(orebro, AS_OF) if row.year == 2015)
    assert rounded(Fraction(row.guaranteed_tax_power_sek), 0) == 234165


def _rate(folder: RegionFolder, year: int) -> Decimal:
    keys = {"level": "municipality", "county": "18", "direction": "bidrag"}
    return folder.parameters.get("county_rate", year, AS_OF, **keys).value


def _deviation(folder: RegionFolder, year: int) -> YearDeviation:
    return next(found for found in deviations(folder, AS_OF) if found.year == year)


def _with_tax_base_of(folder: RegionFolder, year: int, other: int) -> RegionFolder:
    taken = {
        value.keys: value.value
        for value in folder.parameters.all()
        if (value.parameter, value.year) == ("tax_base", other)
    }
    return _changed(folder, "tax_base", year, lambda value: taken[value.keys])


def _with_solved_population(folder: RegionFolder, year: int) -> RegionFolder:
    solved = rounded(solved_national_population(folder, year, AS_OF), 0)
    return _changed(folder, "national_population_1_november", year, lambda _: solved)


def _changed(
    folder: RegionFolder, parameter: str, year: int, value_of: Callable[[ParameterValue], Decimal]
) -> RegionFolder:
    values = [
        replace(value, value=value_of(value)) if (value.parameter, value.year) == (parameter, year) else value
        for value in folder.parameters.all()
    ]
    return replace(folder, parameters=Parameters(values))
