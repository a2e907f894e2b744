"""The national parameters: complete, attributed, and in agreement with each other."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from regions.folder import NATIONAL, read_national
from regions.model import Basis
from regions.parameters import ParameterFile, Parameters, ParameterValue, read_values

FOLDER = NATIONAL / "parameters"
FILES = sorted(FOLDER.glob("*.yaml"))
LATER = date(2027, 12, 31)
LEVELS = ("municipality", "region")


def definition(file: Path) -> ParameterFile:
    return ParameterFile.model_validate(YAML(typ="safe").load(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def values() -> list[ParameterValue]:
    return [value for file in FILES for value in read_values(definition(file), FOLDER)]


@pytest.fixture(scope="module")
def parameters(values: list[ParameterValue]) -> Parameters:
    return Parameters(values)


def of(values: list[ParameterValue], parameter: str) -> dict[tuple[str, ...], ParameterValue]:
    """The values of one parameter, by year and the keys' texts in the keys' alphabetical order."""
    return {
        (str(value.year), *(text for _, text in value.keys)): value for value in values if value.parameter == parameter
    }


def rate(parameters: Parameters, year: int, level: str, county: str, direction: str = "bidrag") -> Decimal:
    return parameters.get("county_rate", year, LATER, level=level, county=county, direction=direction).value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_named_as_its_id_and_says_where_its_values_come_from(file: Path) -> None:
    told = definition(file)
    assert told.id == file.stem
    assert told.file == f"{file.stem}.csv"
    assert told.reference.title
    assert told.reference.address
    assert told.reference.read == date(2026, 11, 22)
    assert "known_from" in told.note, "the assumption on when a value is known is written down"


def test_no_csv_is_left_without_a_definition() -> None:
    assert {file.stem for file in FOLDER.glob("*.csv")} == {file.stem for file in FILES}


def test_each_value_stands_once(values: list[ParameterValue]) -> None:
    seen = Counter((value.parameter, value.year, value.keys, value.kind, value.known_from) for value in values)
    assert [key for key, count in seen.items() if count > 1] == []


def test_areas_and_counties_are_official_codes(values: list[ParameterValue]) -> None:
    national = read_national()
    counties = {county for _, county in national.municipalities.values()}
    for value in values:
        keys = dict(value.keys)
        assert keys.get("county", "01") in counties
        assert keys.get("area", "00") in {"00", *counties, *national.municipalities}


def test_what_is_not_official_says_how_it_was_derived(values: list[ParameterValue]) -> None:
    derived = {value.parameter for value in values if value.kind is not Basis.OFFICIAL}
    assert derived == {"county_rate", "guarantee_share", "national_population_1_november", "price_index"}
    for value in values:
        if value.kind is not Basis.OFFICIAL:
            assert any(
                word in value.reference for word in ("Solved", "bidrag −", "not amended", "proposes", "Eget antagande")
            )


def test_values_are_known_before_or_soon_after_their_year_begins(values: list[ParameterValue]) -> None:
    for value in values:
        if value.parameter == "population_31_december":
            assert value.known_from > date(value.year, 12, 31)
        else:
            assert date(value.year - 1, 11, 1) <= value.known_from <= date(value.year, 1, 31)


def test_both_factors_of_a_year_are_there_and_plausible(values: list[ParameterValue]) -> None:
    factors = of(values, "uprating_factor")
    assert {year for year, _ in factors} == {
        str(year) for year in (1997, 2004, 2005, 2006, 2008, 2010, 2011, 2013, 2014, 2015, 2016, 2021, 2022, 2023, 2025)
    }
    for year, _ in factors:
        assert {(year, "previous"), (year, "current")} <= set(factors)
    assert all(Decimal("1.00") < value.value < Decimal("1.10") for value in factors.values())
    assert factors["2008", "previous"].value * factors["2008", "current"].value == Decimal("1.119355")


@pytest.mark.parametrize("year", [2015, 2016, 2020, 2024])
def test_municipality_and_region_rates_add_up_in_every_county(values: list[ParameterValue], year: int) -> None:
    found = of(values, "county_rate")
    counties = {county for at, county, _, _ in found if at == str(year)}
    assert len(counties) == (16 if year == 2024 else 21)
    for county in counties:
        sums = {
            direction: sum(found[str(year), county, direction, level].value for level in LEVELS)
            for direction in ("bidrag", "avgift")
        }
        assert sums == {"bidrag": Decimal("29.08"), "avgift": Decimal("26.49")}


def test_the_payers_rates_that_were_read_are_the_derived_rule(parameters: Parameters) -> None:
    for county in ("01", "03", "04"):
        for level, less in (("municipality", "2.07"), ("region", "0.52")):
            found = parameters.get("county_rate", 2016, LATER, level=level, county=county, direction="avgift")
            assert found.kind is Basis.OFFICIAL
            assert found.value == rate(parameters, 2016, level, county) - Decimal(less)


def test_vasterbotten_moved_five_ore_in_2016_one_to_one(parameters: Parameters) -> None:
    moved = {level: rate(parameters, 2016, level, "24") - rate(parameters, 2015, level, "24") for level in LEVELS}
    assert moved == {"municipality": Decimal("0.05"), "region": Decimal("-0.05")}


def test_no_rate_is_filled_in_between_the_wordings_read(values: list[ParameterValue]) -> None:
    official = [value for value in values if value.parameter == "county_rate" and value.kind is Basis.OFFICIAL]
    assert {value.year for value in official} == {2015, 2016, 2020, 2024}
    early = [value for value in values if value.parameter == "county_rate" and value.year < 2015]
    assert {(value.year, str(value.value)) for value in early} == {
        *((year, "19.37") for year in range(2005, 2012)),
        *((year, "19.03") for year in (2013, 2014)),
    }
    assert {dict(value.keys)["county"] for value in early} == {"18"}


def test_the_guarantee_of_county_councils_rose_in_2012(parameters: Parameters) -> None:
    shares = {
        (level, year): parameters.get("guarantee_share", year, LATER, level=level).value
        for level in LEVELS
        for year in (2005, 2011, 2012, 2026)
    }
    assert {share for (level, _), share in shares.items() if level == "municipality"} == {Decimal("1.15")}
    assert [shares["region", year] for year in (2005, 2011, 2012, 2026)] == [
        Decimal("1.10"), Decimal("1.10"), Decimal("1.15"), Decimal("1.15"),
    ]  # fmt: skip


def test_only_2014_and_2015_have_two_bands(values: list[ParameterValue], parameters: Parameters) -> None:
    assert parameters.years("payer_band_limit") == (2014, 2015)
    lower = {key[0] for key in of(values, "compensation_share") if "avgift_lower_band" in key}
    assert lower == {"2014", "2015"}
    assert {value.value for value in of(values, "payer_band_limit").values()} == {Decimal("1.25")}


def test_the_lower_band_is_what_sixty_percent_of_the_mean_rate_gives(parameters: Parameters) -> None:
    for level, base, share in (("municipality", "19.60", "0.95"), ("region", "9.48", "0.90")):
        less = Decimal(base) - (Decimal(base) / Decimal(share) * Decimal("0.60")).quantize(Decimal("0.01"))
        bidrag, lower = (rate(parameters, 2015, level, "18", name) for name in ("bidrag", "avgift_lower_band"))
        assert bidrag - lower == less


def test_the_countys_tax_base_is_the_sum_of_its_municipalities(values: list[ParameterValue]) -> None:
    bases = of(values, "tax_base")
    for year in map(str, range(2005, 2016)):
        parts = [value.value for (at, area), value in bases.items() if at == year and len(area) == 4]
        assert len(parts) == 12
        assert abs(sum(parts) - bases[year, "18"].value) <= 100


def test_the_tax_shifts_of_the_nineties_are_seen_in_the_rates(values: list[ParameterValue]) -> None:
    rates = of(values, "tax_rate")
    for year, ore in ((1995, "1.23"), (1996, "0.29"), (1999, "0.20")):
        now, before = str(year), str(year - 1)
        assert rates[now, "18", "region"].value - rates[before, "18", "region"].value == -Decimal(ore)
        moved = Counter(
            value.value - rates[before, area, level].value
            for (at, area, level), value in rates.items()
            if at == now and level == "municipality" and (before, area, level) in rates
        )
        assert moved.most_common(1)[0][0] == Decimal(ore)


def test_ages_add_up_but_for_the_county_of_2025(values: list[ParameterValue]) -> None:
    people = of(values, "population_31_december")
    apart = {}
    for (year, group, area), value in people.items():
        if group == "all":
            ages = sum(
                entry.value
                for (at, age, where), entry in people.items()
                if (at, where) == (year, area) and age != "all"
            )
            apart[year, area] = ages - value.value
    assert len(apart) == 30
    assert {key: gap for key, gap in apart.items() if gap} == {("2025", "25"): 16}


def test_tax_powers_of_two_counties_agree_on_the_country(values: list[ParameterValue]) -> None:
    powers = of(values, "tax_power")
    assert powers["2019", "00"].value == 215500
    assert powers["2019", "2480"].value == 210800
    assert powers["2023", "2380"].value == 220400
    assert ("2015", "2460") not in powers
