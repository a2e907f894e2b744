"""What 22 öre would have been in Örebro county in 2013, and whether known counties' figures are of that size."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equalisation.exact import rounded
from equalisation.tax_shift import ORE, Shift, TaxPayer, tax_shift
from regions.folder import load_region
from tasks.equalisation.inputs import Inputs, TaxYear

AS_OF = date(2026, 11, 22)
# Municipality → own tax, change of equalisation, sum (kr per inhabitant), sum (thousand kr): the domain report's table,
# with G = 222 872 where the national population that is solved here gives 222 869.
REPORTED = {
    "1814": ("385.0", "105.3", "490.3", 3589),
    "1860": ("406.1", "84.2", "490.3", 2729),
    "1861": ("387.7", "102.6", "490.3", 7479),
    "1862": ("392.7", "97.6", "490.3", 4653),
    "1863": ("372.3", "118.0", "490.3", 3419),
    "1864": ("362.3", "128.0", "490.3", 2369),
    "1880": ("399.0", "91.3", "490.3", 68028),
    "1881": ("387.3", "103.0", "490.3", 10147),
    "1882": ("410.2", "80.2", "490.3", 5406),
    "1883": ("417.8", "72.6", "490.3", 14517),
    "1884": ("404.7", "85.6", "490.3", 5069),
    "1885": ("394.4", "95.9", "490.3", 11285),
}


def year_of(region: str, year: int) -> TaxYear:
    return TaxYear(Inputs(load_region(region), AS_OF), year)


@pytest.fixture(scope="module")
def orebro() -> Shift:
    """22 öre in 2013, of no cost: öre and tax bases alone."""
    year = year_of("orebro", 2013)
    payers = {
        code: TaxPayer(year.population(code), year.indexed_base(code), Fraction(0)) for code in year.municipalities
    }
    return tax_shift(payers, year.guaranteed(), 22 * ORE)


def per_inhabitant(shift: Shift) -> Mapping[str, tuple[Fraction, Fraction, Fraction]]:
    return {
        code: tuple(
            amount / effect.population for amount in (effect.own_tax, effect.equalisation_change, effect.revenue)
        )
        for code, effect in shift.effects.items()
    }


def test_own_tax_and_equalisation_are_the_reports(orebro: Shift) -> None:
    found = per_inhabitant(orebro)
    worst = max(
        abs(amount - Fraction(text))
        for code in REPORTED
        for amount, text in zip(found[code], REPORTED[code], strict=False)
    )
    print(f"Tax shift of 22 öre in 2013: largest deviation {rounded(worst, 3)} kr per inhabitant of {len(found)} rows")
    assert sorted(found) == sorted(REPORTED)
    assert worst <= Fraction("0.05")


def test_each_municipalitys_sum_is_the_reports_in_thousand_kronor(orebro: Shift) -> None:
    worst = max(abs(orebro.effects[code].revenue / 1000 - row[3]) for code, row in REPORTED.items())
    print(f"Tax shift of 22 öre in 2013: largest deviation {rounded(worst, 3)} thousand kr of a municipality")
    assert worst <= 1


def test_every_inhabitant_of_the_county_is_worth_the_same(orebro: Shift) -> None:
    assert len({total for _, _, total in per_inhabitant(orebro).values()}) == 1
    assert len({own for own, _, _ in per_inhabitant(orebro).values()}) == 12


def test_the_countys_sum_is_not_what_its_own_tax_bases_give(orebro: Shift) -> None:
    assert rounded(orebro.revenue / 1000, 0) == 138_688
    assert rounded(orebro.own_tax / 1000, 0) == 112_587
    assert rounded(orebro.revenue / orebro.own_tax, 3) == Decimal("1.232")


def test_norrbottens_22_ore_are_of_the_size_that_was_published() -> None:
    """Published: 22 öre, 123.4 million kr. The population is a stand-in: that of 31 December 2018."""
    year = year_of("norrbotten", 2013)
    population = sum(year.population(code) for code in year.municipalities)
    assert population == 250_497
    found, naive = (22 * ORE * power * population / 1_000_000 for power in (year.guaranteed(), year.mean()))
    published = Fraction("123.4")
    print(
        f"Norrbotten 2013, 22 öre: {rounded(found)} of {rounded(published, 1)}; by the country's own mean {rounded(naive)}"
    )
    assert abs(found / published - 1) < Fraction(3, 100)
    assert 106 < naive < 107


def test_ostergotlands_25_ore_are_of_the_size_that_was_published() -> None:
    """Published: 25 öre, about 240 million kr a year. 437 000 inhabitants are from memory, not from a source."""
    found = 25 * ORE * year_of("orebro", 2014).guaranteed() * 437_000 / 1_000_000
    print(f"Östergötland 2014, 25 öre: {rounded(found)} of about 240 million kr")
    assert abs(found / 240 - 1) < Fraction(5, 100)
