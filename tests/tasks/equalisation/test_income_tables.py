from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from regions.errors import DataError
from regions.folder import RegionFolder, load_region, read_national
from regions.model import Basis, Publication, Region
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.income import (
    IncomeEqualisationRow,
    MissingYear,
    income_equalisation_rows,
    missing_years,
    used_parameters,
)
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.equalisation.published import deviations, solved_national_population

AS_OF = date(2026, 11, 22)
RICH, POOR = "0162", "0188"
COLUMNS = [
    "year",
    "level",
    "area_code",
    "tax_base_sek",
    "population",
    "indexed_tax_power_sek",
    "guaranteed_tax_power_sek",
    "rate_kind",
    "county_rate",
    "equalisation_sek_per_inhabitant",
    "basis",
]


def value(parameter: str, amount: str, year: int = 2014, kind: str = "official", **keys: str) -> ParameterValue:
    known = date(year - 1, 12, 31)
    return ParameterValue(
        parameter, year, tuple(sorted(keys.items())), Decimal(amount), "-", Basis(kind), known, "test", "test"
    )


def inputs(year: int) -> list[ParameterValue]:
    """A country with a mean of 200 000 kr; a rich municipality with 260 000 and a poor one with 180 000."""
    rate = {"level": "municipality", "county": "01"}
    return [
        value("uprating_factor", "1.25", year, factor="previous"),
        value("uprating_factor", "1.6", year, factor="current"),
        value("guarantee_share", "1.15", year, level="municipality"),
        value("tax_base", "1000000000", year, area="00"),
        value("tax_base", "13000000", year, area=RICH),
        value("tax_base", "9000000", year, area=POOR),
        value("national_population_1_november", "10000", year),
        value("population_1_november", "100", year, area=RICH),
        value("population_1_november", "100", year, area=POOR),
        value("county_rate", "19.00", year, direction="bidrag", **rate),
        value("county_rate", "17.00", year, direction="avgift", **rate),
    ]


def two_bands(year: int = 2014) -> list[ParameterValue]:
    rate = {"level": "municipality", "county": "01", "direction": "avgift_lower_band"}
    return [
        value("payer_band_limit", "1.25", year, level="municipality"),
        value("county_rate", "12.00", year, "derived", **rate),
    ]


def of_region(year: int = 2013) -> list[ParameterValue]:
    """What the region as a whole needs besides: its guarantee of 110 or 115 % and its rates."""
    rate = {"level": "region", "county": "01"}
    return [
        value("guarantee_share", "1.10" if year < 2012 else "1.15", year, level="region"),
        value("county_rate", "10.00", year, direction="bidrag", **rate),
        value("county_rate", "9.50", year, direction="avgift", **rate),
    ]


def region(values: list[ParameterValue]) -> RegionFolder:
    told = Region(
        id="small",
        name="Small",
        county_name="Stockholms län",
        county_code="01",
        data="synthetic",
        periods=(),
        municipalities=(POOR, RICH),
    )
    empty = Publication(tables=())
    return RegionFolder(Path(), told, empty, (), (), (), (), Parameters(values), read_national())


def rows(values: list[ParameterValue]) -> dict[str, IncomeEqualisationRow]:
    return {row.area_code: row for row in income_equalisation_rows(region(values), AS_OF)}


@pytest.fixture(scope="module")
def orebro() -> RegionFolder:
    return load_region("orebro")


@pytest.fixture(scope="module")
def norrbotten() -> RegionFolder:
    return load_region("norrbotten")


def test_the_columns_are_those_of_the_contract() -> None:
    assert [field.name for field in fields(IncomeEqualisationRow)] == COLUMNS


def test_a_receiver() -> None:
    assert rows(inputs(2013))[POOR] == IncomeEqualisationRow(
        year=2013,
        level="municipality",
        area_code=POOR,
        tax_base_sek=Decimal(9_000_000),
        population=Decimal(100),
        indexed_tax_power_sek=Decimal(180_000),
        guaranteed_tax_power_sek=Decimal(230_000),
        rate_kind="bidrag",
        county_rate=Decimal("0.19"),
        equalisation_sek_per_inhabitant=Decimal(9_500),
        basis="official",
    )


def test_the_region_as_a_whole_by_its_own_rate() -> None:
    """22 million kr of its two municipalities, for which no value of their county stands: 220 000 kr each indexed."""
    assert rows(inputs(2013) + of_region())["01"] == IncomeEqualisationRow(
        year=2013,
        level="region",
        area_code="01",
        tax_base_sek=Decimal(22_000_000),
        population=Decimal(200),
        indexed_tax_power_sek=Decimal(220_000),
        guaranteed_tax_power_sek=Decimal(230_000),
        rate_kind="bidrag",
        county_rate=Decimal("0.10"),
        equalisation_sek_per_inhabitant=Decimal(1_000),
        basis="derived",
    )


def test_a_region_is_guaranteed_110_percent_until_2011_and_pays_where_its_municipalities_would_not() -> None:
    found = {year: rows(inputs(year) + of_region(year))["01"] for year in (2011, 2012)}
    assert [found[year].guaranteed_tax_power_sek for year in found] == [220_000, 230_000]
    richer = value("tax_base", "23000000", 2011, area="01")
    row = rows([*inputs(2011), *of_region(2011), richer])["01"]
    assert (row.tax_base_sek, row.indexed_tax_power_sek) == (Decimal(23_000_000), Decimal(230_000))
    assert (row.rate_kind, row.equalisation_sek_per_inhabitant) == ("avgift", Decimal(-950))


def test_a_region_pays_in_two_bands_in_2014() -> None:
    own = [
        value("tax_base", "26000000", area="01"),
        value("payer_band_limit", "1.25", level="region"),
        value("county_rate", "6.00", level="region", county="01", direction="avgift_lower_band"),
    ]
    row = rows([*inputs(2014), *two_bands(), *of_region(2014), *own])["01"]
    assert row.equalisation_sek_per_inhabitant == -(Decimal("0.06") * 20_000 + Decimal("0.095") * 10_000)


def test_what_the_region_lacks_keeps_nothing_of_its_municipalities_back() -> None:
    folder = region(inputs(2013) + of_region()[:1])
    assert {row.level for row in income_equalisation_rows(folder, AS_OF)} == {"municipality"}
    assert missing_years(folder, AS_OF) == [MissingYear(2013, "region", ("county_rate",))]


@pytest.mark.parametrize("year", [2013, 2016])
def test_a_payer_with_one_rate(year: int) -> None:
    row = rows(inputs(year))[RICH]
    assert (row.rate_kind, row.county_rate) == ("avgift", Decimal("0.17"))
    assert row.equalisation_sek_per_inhabitant == -5_100


def test_a_payer_above_the_limit_of_2014() -> None:
    row = rows(inputs(2014) + two_bands())[RICH]
    assert row.equalisation_sek_per_inhabitant == -4_100
    assert (row.county_rate, row.basis) == (Decimal("0.17"), "derived")


def test_a_payer_below_the_limit_of_2014() -> None:
    values = [
        replace(entry, value=Decimal(12_000_000)) if entry.keys == (("area", RICH),) and entry.value > 100 else entry
        for entry in inputs(2014)
    ]
    row = rows(values + two_bands())[RICH]
    assert row.equalisation_sek_per_inhabitant == -1_200
    assert row.county_rate == Decimal("0.12")


def test_the_two_bands_leave_receivers_alone() -> None:
    assert rows(inputs(2014) + two_bands())[POOR].basis == "official"


def test_an_official_population_goes_before_the_ratio_of_two_series() -> None:
    series = [
        value("published_outcome_total", "1000", area=POOR),
        value("published_outcome", "3", area=POOR),
    ]
    assert rows(inputs(2014) + two_bands() + series)[POOR].population == 100
    without = [entry for entry in inputs(2014) if entry.parameter != "population_1_november" or RICH in str(entry)]
    row = rows(without + two_bands() + series)[POOR]
    assert row.population == Decimal("333333.3333")
    assert row.basis == "derived"


@pytest.mark.parametrize("kind", ["derived", "forecast", "illustrative"])
def test_the_basis_is_the_weakest_among_the_inputs(kind: str) -> None:
    values = [
        replace(entry, kind=Basis(kind)) if entry.keys == (("area", POOR),) and entry.parameter == "tax_base" else entry
        for entry in inputs(2013)
    ]
    found = rows(values)
    assert (found[POOR].basis, found[RICH].basis) == (kind, "official")


@pytest.mark.parametrize("number", range(11))
def test_a_year_that_lacks_one_parameter_is_not_computed_and_named(number: int) -> None:
    values = inputs(2013)
    dropped = values.pop(number)
    folder = region(values)
    assert income_equalisation_rows(folder, AS_OF) == []
    named = missing_years(folder, AS_OF)[0]
    assert named.year == 2013
    assert named == MissingYear(2013, "municipality", (dropped.parameter,))


def test_what_is_not_known_yet_is_not_used() -> None:
    folder = region(inputs(2013) + inputs(2014) + two_bands())
    assert {row.year for row in income_equalisation_rows(folder, date(2013, 12, 30))} == {2013}
    assert {row.year for row in income_equalisation_rows(folder, date(2013, 12, 31))} == {2013, 2014}
    assert income_equalisation_rows(folder, date(2012, 12, 30)) == []
    assert missing_years(folder, date(2012, 12, 30)) == []


def test_a_forecast_is_used_until_the_official_value_is_known() -> None:
    """In May 2012 the tax base of 2013 was a forecast; the official one came at the end of the year."""
    official = [replace(entry, known_from=date(2012, 5, 1)) for entry in inputs(2013)]
    (place,) = (n for n, entry in enumerate(official) if entry.parameter == "tax_base" and POOR in str(entry.keys))
    final = replace(official[place], value=Decimal(9_500_000), known_from=date(2012, 12, 31))
    official[place] = replace(official[place], kind=Basis.FORECAST, known_from=date(2012, 5, 1))
    folder = region([*official, final])
    bases = {}
    for day in (date(2012, 4, 30), date(2012, 5, 15), date(2012, 12, 31)):
        found = {row.area_code: row for row in income_equalisation_rows(folder, day)}
        bases[day.month] = (found[POOR].tax_base_sek, found[POOR].basis, found[RICH].basis) if found else None
        assert all(entry.known_from <= day for entry in used_parameters(folder, day))
    assert bases == {
        4: None,
        5: (Decimal(9_000_000), "forecast", "official"),
        12: (Decimal(9_500_000), "official", "official"),
    }
    before, after = Inputs(folder, date(2012, 5, 15)), Inputs(folder, AS_OF)
    for each in (before, after):
        TaxYear(each, 2013).own(POOR)
    assert (before.status, after.status) == ("preliminary", "ok")


def test_no_other_years_value_is_used() -> None:
    year = TaxYear(Inputs(region(inputs(2013)), AS_OF), 2014)
    assert "tax_base" in year.lacking()
    with pytest.raises(DataError, match=f"No value of tax_base for 2014 \\(area {POOR}\\) known on 2026-11-22"):
        year.indexed_base(POOR)


def test_a_region_without_tax_bases_has_empty_lists() -> None:
    elsewhere = [entry for entry in inputs(2013) if entry.keys not in {(("area", RICH),), (("area", POOR),)}]
    folder = region(elsewhere)
    assert income_equalisation_rows(folder, AS_OF) == []
    assert deviations(folder, AS_OF) == []
    assert missing_years(folder, AS_OF) == []
    assert used_parameters(folder, AS_OF) == []


def test_used_parameters_are_exactly_those_that_the_rows_rest_on() -> None:
    values = inputs(2013)
    unused = [
        value("published_income_equalisation", "9500", 2013, area=POOR),
        value("tax_base", "1", 2012, area=POOR),
    ]
    used = used_parameters(region(values + unused), AS_OF)
    assert used == sorted(values, key=lambda entry: (entry.parameter, entry.year, entry.keys))


def test_deviations_name_the_municipality_that_is_furthest_off() -> None:
    published = [
        value("published_income_equalisation", "9501", 2013, area=POOR),
        value("published_income_equalisation", "-5098", 2013, area=RICH),
    ]
    (found,) = deviations(region(inputs(2013) + published), AS_OF)
    assert (found.year, found.area_code, found.rows, found.unknowns) == (2013, RICH, 2, 0)
    assert found.largest_sek_per_inhabitant == 2
    assert set(dict(found.inputs).values()) == {"official"}


def test_solving_needs_the_published_table() -> None:
    with pytest.raises(DataError, match="published_income_equalisation for 2013"):
        solved_national_population(region(inputs(2013)), 2013, AS_OF)


@pytest.mark.parametrize(
    ("number", "wrong", "text"),
    [
        (0, "0", "uprating factor"),
        (2, "115", "such as 1.15"),
        (7, "0", r"\d{4}: A tax power needs a population above zero"),
        (9, "1900", "percent"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_year(number: int, wrong: str, text: str) -> None:
    values = inputs(2013)
    values[number] = replace(values[number], value=Decimal(wrong))
    with pytest.raises(DataError, match=f"of 2013 cannot be computed: .*{text}"):
        income_equalisation_rows(region(values), AS_OF)


def test_no_population_follows_from_an_outcome_of_zero() -> None:
    values = [entry for entry in inputs(2013) if entry.parameter != "population_1_november"]
    for area in (POOR, RICH):
        values.append(value("published_outcome_total", "0", 2013, area=area))
        values.append(value("published_outcome", "0", 2013, area=area))
    with pytest.raises(DataError, match="0 kr per inhabitant"):
        income_equalisation_rows(region(values), AS_OF)


def test_orebro_has_a_row_for_each_municipality_and_computable_year(orebro: RegionFolder) -> None:
    found = income_equalisation_rows(orebro, AS_OF)
    assert len(found) == 12 * 8 + 1
    assert len({(row.year, row.level, row.area_code) for row in found}) == len(found)
    assert {row.basis for row in found} == {"derived"}
    assert {row.rate_kind for row in found} == {"bidrag"}


def test_orebro_rounds_only_what_is_published(orebro: RegionFolder) -> None:
    for row in income_equalisation_rows(orebro, AS_OF):
        again = row.county_rate * (row.guaranteed_tax_power_sek - row.indexed_tax_power_sek)
        assert abs(again - row.equalisation_sek_per_inhabitant) < Decimal("0.01")
        assert -row.equalisation_sek_per_inhabitant.as_tuple().exponent == 2
        assert -row.population.as_tuple().exponent == 4


def test_orebro_before_the_outcome_of_2015_is_published(orebro: RegionFolder) -> None:
    day_before = date(2015, 1, 19)
    assert max(row.year for row in income_equalisation_rows(orebro, day_before)) == 2014
    lacking = missing_years(orebro, day_before)[-1]
    assert (lacking.year, lacking.parameters[0]) == (2015, "national_population_1_november")


def test_orebro_uses_every_value_with_a_source(orebro: RegionFolder) -> None:
    used = used_parameters(orebro, AS_OF)
    assert {entry.parameter for entry in used} == {
        "county_rate",
        "guarantee_share",
        "national_population_1_november",
        "published_outcome",
        "published_outcome_total",
        "tax_base",
        "uprating_factor",
    }
    assert all(entry.reference and entry.address for entry in used)


def test_norrbotten_has_rows_of_2015_and_says_what_the_years_before_lack(norrbotten: RegionFolder) -> None:
    found = income_equalisation_rows(norrbotten, AS_OF)
    areas = [("municipality", code) for code in norrbotten.region.municipalities] + [("region", "25")]
    assert [(row.year, row.level, row.area_code) for row in found] == [(2015, *area) for area in areas]
    assert {row.basis for row in found} == {"illustrative"}
    assert missing_years(norrbotten, AS_OF) == [
        MissingYear(year, level, ("county_rate",)) for year in (2013, 2014) for level in ("municipality", "region")
    ]


def test_the_exact_population_is_the_unrounded_ratio(orebro: RegionFolder) -> None:
    total = orebro.parameters.get("published_outcome_total", 2015, AS_OF, area="1880").value
    each = orebro.parameters.get("published_outcome", 2015, AS_OF, area="1880").value
    row = next(row for row in income_equalisation_rows(orebro, AS_OF) if (row.year, row.area_code) == (2015, "1880"))
    assert abs(Fraction(row.population) - 1000 * Fraction(total) / Fraction(each)) <= Fraction(1, 20_000)
