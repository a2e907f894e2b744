"""On the real series of all years: fractions in, fractions out, no float and no rounding on the way."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import equalisation
from equalisation import income
from regions.folder import NATIONAL

YEARS = range(2005, 2016)
ROOM = Path(equalisation.__file__).parent


def series(name: str) -> dict[tuple[int, str], Fraction]:
    with (NATIONAL / "parameters" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return {(int(row["year"]), row["area"]): Fraction(row["value"]) for row in csv.DictReader(handle)}


@pytest.mark.parametrize("year", YEARS)
def test_amount_and_own_tax_power_lead_back_exactly(year: int) -> None:
    bases, total, each = series("tax_base"), series("published_outcome_total"), series("published_outcome")
    rate, factors = Fraction("0.19"), (Fraction("1.033"), Fraction("1.046"))
    mean = income.tax_power(income.indexed_tax_base(bases[year, "00"], factors), Fraction(9_000_001))
    guaranteed = income.guaranteed_tax_power(mean, Fraction("1.15"))
    for code in (area for at, area in each if at == year):
        people = 1000 * total[year, code] / each[year, code]
        own = income.tax_power(income.indexed_tax_base(bases[year, code], factors), people)
        amount = income.bidrag(own, guaranteed, rate)
        assert isinstance(amount, Fraction)
        assert (guaranteed - amount / rate) * people / factors[0] / factors[1] == bases[year, code]


@pytest.mark.parametrize("file", sorted(ROOM.glob("*.py")), ids=lambda file: file.name)
def test_the_formulas_know_nothing_of_the_other_rooms(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for room in ("flows", "tasks", "expectations", "warehouse", "regions", "dashboard", "synthetic"):
        assert f"import {room}" not in text
        assert f"from {room}" not in text
    assert "float(" not in text


def test_series_are_whole_kronor() -> None:
    for value in series("tax_base").values():
        assert Decimal(value.numerator) == value
