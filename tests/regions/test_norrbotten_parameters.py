"""Norrbotten's stand-ins: they say what they are, follow their rule, and give the county's guaranteed tax power."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from equalisation.exact import rounded
from regions.folder import RegionFolder, load_region
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.inputs import Inputs, TaxYear

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def norrbotten() -> RegionFolder:
    return load_region("norrbotten")


def own(folder: RegionFolder, parameter: str) -> Mapping[tuple[int, str], ParameterValue]:
    """A parameter's values for the region's municipalities, by year and area."""
    return {
        (value.year, area): value
        for value in folder.parameters.all()
        if value.parameter == parameter and (area := dict(value.keys).get("area", "")) in folder.region.municipalities
    }


def test_the_population_is_that_of_2018_in_each_year(norrbotten: RegionFolder) -> None:
    found = own(norrbotten, "population_1_november")
    assert set(found) == {(year, code) for year in range(2012, 2016) for code in norrbotten.region.municipalities}
    for (_, code), value in found.items():
        keys = {"area": code, "age_group": "all"}
        assert value.value == norrbotten.parameters.get("population_31_december", 2018, AS_OF, **keys).value
        assert value.kind is Basis.ILLUSTRATIVE
        assert "31 december 2018" in value.reference


def test_the_tax_base_is_the_countrys_per_inhabitant_in_whole_kronor(norrbotten: RegionFolder) -> None:
    parameters, found = norrbotten.parameters, own(norrbotten, "tax_base")
    years = {year for year in range(2012, 2016) if parameters.find("national_population_1_november", year, AS_OF)}
    assert years == {2013, 2014, 2015}
    assert set(found) == {(year, code) for year in years for code in norrbotten.region.municipalities}
    for (year, code), value in found.items():
        country = Fraction(parameters.get("tax_base", year, AS_OF, area="00").value)
        inhabitants = parameters.get("national_population_1_november", year, AS_OF).value
        people = parameters.get("population_1_november", year, AS_OF, area=code).value
        assert value.value == rounded(country / Fraction(inhabitants) * Fraction(people), 0)
        assert value.kind is Basis.ILLUSTRATIVE
        assert "hittades inte" in value.reference


def test_the_guaranteed_tax_power_of_2013_rests_on_no_stand_in(norrbotten: RegionFolder) -> None:
    inputs = Inputs(norrbotten, AS_OF)
    assert rounded(TaxYear(inputs, 2013).guaranteed(), 1) == rounded(Fraction("222868.7"), 1)
    assert inputs.basis() is Basis.DERIVED
    assert {value.parameter for value in inputs.used if value.kind is not Basis.OFFICIAL} == {
        "national_population_1_november"
    }


def test_an_official_value_goes_before_a_stand_in(norrbotten: RegionFolder) -> None:
    stand_in = norrbotten.parameters.get("population_1_november", 2013, AS_OF, area="2580")
    keys = (("area", "2580"),)
    known = date(2012, 12, 31)
    official = ParameterValue(
        "population_1_november", 2013, keys, stand_in.value + 1, "persons", Basis.OFFICIAL, known, "SCB", "scb"
    )
    parameters = norrbotten.parameters.with_values([official])
    assert parameters.get("population_1_november", 2013, AS_OF, area="2580") == official
    assert isinstance(parameters, Parameters)
    assert len(parameters.all()) == len(norrbotten.parameters.all()) + 1


@pytest.mark.parametrize("region", ["norrbotten", "orebro"])
def test_every_value_has_a_reference_and_what_is_not_made_up_an_address(region: str) -> None:
    for value in load_region(region).parameters.all():
        assert len(value.reference) > 3, value
        assert len(value.address) > 3 or value.kind is Basis.ILLUSTRATIVE, value
