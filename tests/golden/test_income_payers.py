"""Payers: none is among the published rows that ship, so each year's rule has an example reckoned by hand.

The country's tax base, population and factors of 2013–2015 are those that ship. The paying municipality is made up:
a tax base of 300 000 kr per inhabitant in a region that it alone is. The arithmetic stands beside each figure.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from regions.folder import RegionFolder, load_region
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.income import IncomeEqualisationRow, income_equalisation_rows

AS_OF = date(2026, 11, 22)
BY_RULE = {"avgift": Decimal("16.96"), "avgift_lower_band": Decimal("11.81")}
"""Örebro's rates as a payer would have had them: its 19.03 of 2013 and 2014 − 2.07, and − 7.22 in the lower band."""


@pytest.fixture(scope="module")
def shipped() -> RegionFolder:
    return load_region("orebro")


def made_up(parameter: str, year: int, amount: str | Decimal, **keys: str) -> ParameterValue:
    known = date(year - 1, 12, 31)
    pairs = tuple(sorted(keys.items()))
    return ParameterValue(parameter, year, pairs, Decimal(amount), "-", Basis.ILLUSTRATIVE, known, "made up", "-")


def payer(
    shipped: RegionFolder, year: int, county: str, *others: ParameterValue, tax_base: str = "3000000000"
) -> dict[str, IncomeEqualisationRow]:
    """The rows by level of a region of one municipality with 10 000 inhabitants."""
    code = f"{county}99"
    region = shipped.region.model_copy(update={"county_code": county, "municipalities": (code,)})
    own = [
        made_up("population_1_november", year, "10000", area=code),
        made_up("tax_base", year, tax_base, area=code),
    ]
    kept = [entry for entry in shipped.parameters.all() if entry.keys != (("area", county),)]  # not Örebro county's own
    parameters = Parameters(kept).with_values([*own, *others])
    rows = income_equalisation_rows(replace(shipped, region=region, parameters=parameters), AS_OF)
    return {row.level: row for row in rows if row.year == year}


def rates_by_rule(year: int) -> list[ParameterValue]:
    keys = {"level": "municipality", "county": "18"}
    return [made_up("county_rate", year, rate, direction=name, **keys) for name, rate in BY_RULE.items()]


def test_2013_one_rate_above_the_guarantee(shipped: RegionFolder) -> None:
    """85 %: G = 222 868.66; own 300 000 × 1.041 × 1.041 = 325 104.30; −0.1696 × 102 235.64 = −17 339.16."""
    row = payer(shipped, 2013, "18", *rates_by_rule(2013))["municipality"]
    assert (row.guaranteed_tax_power_sek, row.indexed_tax_power_sek) == (Decimal("222868.66"), Decimal("325104.30"))
    assert (row.rate_kind, row.county_rate) == ("avgift", Decimal("0.1696"))
    assert row.equalisation_sek_per_inhabitant == Decimal("-17339.16")


def test_2014_two_bands(shipped: RegionFolder) -> None:
    """60 and 85 %: M = 196 649.94, so the lower band is 115–125 % of it, 19 664.99 wide.

    Own 320 115.90, the limit 245 812.43: −0.1181 × 19 664.99 − 0.1696 × 74 303.47 = −14 924.30.
    """
    row = payer(shipped, 2014, "18", *rates_by_rule(2014))["municipality"]
    assert (row.guaranteed_tax_power_sek, row.indexed_tax_power_sek) == (Decimal("226147.44"), Decimal("320115.90"))
    assert row.equalisation_sek_per_inhabitant == Decimal("-14924.30")
    assert (row.rate_kind, row.county_rate) == ("avgift", Decimal("0.1696"))


def test_2014_within_the_lower_band(shipped: RegionFolder) -> None:
    """60 %: own 220 000 × 1.039 × 1.027 = 234 751.66, below the limit; −0.1181 × 8 604.22 = −1 016.16."""
    row = payer(shipped, 2014, "18", *rates_by_rule(2014), tax_base="2200000000")["municipality"]
    assert row.equalisation_sek_per_inhabitant == Decimal("-1016.16")
    assert (row.rate_kind, row.county_rate) == ("avgift", Decimal("0.1181"))


def test_2015_two_bands_of_both_levels_by_the_rates_of_stockholm(shipped: RegionFolder) -> None:
    """Rates that ship: 11.81 and 16.96 %, region 6.89 and 9.53 %. M = 203 621.48, own 324 155.40, limit 254 526.85.

    Municipality: −0.1181 × 20 362.15 − 0.1696 × 69 628.55 = −14 213.77.
    Region:       −0.0689 × 20 362.15 − 0.0953 × 69 628.55 = −8 038.55.
    """
    found = payer(shipped, 2015, "01")
    assert found["municipality"].equalisation_sek_per_inhabitant == Decimal("-14213.77")
    assert found["region"].equalisation_sek_per_inhabitant == Decimal("-8038.55")
    assert [found[level].county_rate for level in found] == [Decimal("0.1696"), Decimal("0.0953")]


def test_2016_one_rate_again_by_the_official_rates_of_stockholm(shipped: RegionFolder) -> None:
    """85 %: the country is made up, with a mean of 200 000; G = 230 000; own 250 000 × 1.10565 = 276 412.50.

    Municipality: −0.1698 × 46 412.50 = −7 880.84. Region: −0.0951 × 46 412.50 = −4 413.83.
    """
    country = (
        made_up("tax_base", 2016, "200000000000", area="00"),
        made_up("national_population_1_november", 2016, "1105650"),
    )
    found = payer(shipped, 2016, "01", *country, tax_base="2500000000")
    assert found["municipality"].guaranteed_tax_power_sek == 230_000
    assert found["municipality"].equalisation_sek_per_inhabitant == Decimal("-7880.84")
    assert found["region"].equalisation_sek_per_inhabitant == Decimal("-4413.83")
    assert {row.rate_kind for row in found.values()} == {"avgift"}
