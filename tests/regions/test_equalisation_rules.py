"""The percentages of the law, year by year and level by level: what issues and acts list, with no year left out."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from regions.folder import load_region
from regions.parameters import Parameters

LATER = date(2026, 11, 22)
YEARS = range(2005, 2027)
TWO_BANDS = (2014, 2015)


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return load_region("orebro").parameters


def told(parameters: Parameters, name: str) -> Mapping[tuple[int, tuple[str, ...]], Decimal]:
    """A rule's values by year and the texts of its keys in the order of their names."""
    return {
        (value.year, tuple(text for _, text in value.keys)): value.value
        for value in parameters.all()
        if value.parameter == name
    }


def test_the_compensation_is_whole_for_every_year_level_and_direction(parameters: Parameters) -> None:
    bidrag = {"municipality": Decimal("0.95"), "region": Decimal("0.90")}
    wanted = {}
    for year in YEARS:
        for level, share in bidrag.items():
            wanted[year, ("bidrag", level)] = share
            wanted[year, ("avgift", level)] = Decimal("0.85")
            if year in TWO_BANDS:
                wanted[year, ("avgift_lower_band", level)] = Decimal("0.60")
    assert told(parameters, "compensation_share") == wanted


def test_the_guarantee_is_whole_for_every_year_and_level(parameters: Parameters) -> None:
    high, low = Decimal("1.15"), Decimal("1.10")
    wanted = {(year, ("municipality",)): high for year in YEARS}
    wanted |= {(year, ("region",)): low if year < 2012 else high for year in YEARS}
    assert told(parameters, "guarantee_share") == wanted


def test_both_levels_have_the_limit_of_the_two_bands(parameters: Parameters) -> None:
    levels = ("municipality", "region")
    assert told(parameters, "payer_band_limit") == {
        (year, (level,)): Decimal("1.25") for year in TWO_BANDS for level in levels
    }


def test_the_rules_are_known_before_their_year_begins(parameters: Parameters) -> None:
    for name in ("compensation_share", "guarantee_share", "payer_band_limit", "uprating_factor", "county_rate"):
        values = [value for value in parameters.all() if value.parameter == name]
        assert values
        assert all(value.known_from < date(value.year, 1, 1) for value in values)
    assert parameters.find("payer_band_limit", 2014, date(2013, 12, 30), level="region") is None
    assert parameters.find("payer_band_limit", 2014, LATER, level="region") is not None
