"""Ten per cent more or less of each assumption, each against what the formula says of it."""

from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

import pytest
from shift_by_hand import AS_OF, PERSONS, WAGES, folder, shift

from equalisation.exact import rounded
from equalisation.tax_shift import ORE
from regions.model import Basis
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.sensitivity import EXCHANGES, SensitivityRow, sensitivity_rows
from tasks.equalisation.shift import whole
from warehouse.equalisation_tables import SENSITIVITY

COST = Fraction("1.05") * sum(WAGES.values()) * 9 / 10
"""Wages less a tenth of fees, in the prices of 2013."""
REQUIRED = COST / (230_000 * sum(PERSONS.values())) / ORE
REVENUE = 22 * ORE * 230_000 * sum(PERSONS.values())
LESS, NONE, MORE = Decimal("-0.1"), Decimal(0), Decimal("0.1")
Rows = dict[tuple[str, Decimal], SensitivityRow]


@pytest.fixture(scope="module")
def rows() -> Rows:
    inputs = Inputs(folder(), AS_OF)
    return {(row.assumption, row.change_share): row for row in sensitivity_rows([shift(inputs)], inputs)}


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(field.name for field in fields(SensitivityRow)) == SENSITIVITY.names()


def test_each_assumption_is_changed_both_ways_in_the_order_of_the_key(rows: Rows) -> None:
    keys = [tuple(getattr(row, name) for name in SENSITIVITY.key) for row in rows.values()]
    assert keys == sorted(set(keys))
    assert {assumption for assumption, _ in rows} == {*EXCHANGES, "item:wages", "item:fees"}, "aids don't change payer"
    assert all({change for name, change in rows if name == each} == {LESS, NONE, MORE} for each, _ in rows)


def test_no_change_is_the_shift_itself(rows: Rows) -> None:
    found = shift(Inputs(folder(), AS_OF)).shift
    unchanged = [row for (_, change), row in rows.items() if change == NONE]
    told = {(row.net_cost_sek, row.required_ore, row.rounding_sek, row.lowest_municipality_code) for row in unchanged}
    each = {code: effect.effect / effect.population for code, effect in found.effects.items()}
    lowest = min(each, key=each.__getitem__)
    assert told == {(whole(found.net_cost), rounded(REQUIRED, 9), whole(found.revenue) - whole(found.net_cost), lowest)}
    assert {row.lowest_effect_sek_per_inhabitant for row in unchanged} == {rounded(each[lowest])}


@pytest.mark.parametrize(
    ("assumption", "cost", "ore", "revenue"),
    [
        ("net_cost", "1.1", "1.1", "1"),
        ("guaranteed_tax_power", "1", "10/11", "1.1"),
        ("national_tax_base", "1", "10/11", "1.1"),
        ("national_population", "1", "1.1", "10/11"),
        ("county_population", "1", "10/11", "1.1"),
        ("own_tax_bases", "1", "1", "1"),
        ("agreed_ore", "1", "1", "1.1"),
        ("item:wages", "10/9", "10/9", "1"),
        ("item:fees", "89/90", "89/90", "1"),
        ("price_index_growth", "1.055/1.05", "1.055/1.05", "1"),
    ],
)
def test_ten_per_cent_more(rows: Rows, assumption: str, cost: str, ore: str, revenue: str) -> None:
    """Each against the unchanged cost, required öre and revenue; öre go by cost over guarantee and inhabitants."""
    row = rows[assumption, MORE]
    factor = {text: _exact(text) for text in (cost, ore, revenue)}
    assert row.net_cost_sek == whole(COST * factor[cost])
    assert row.required_ore == rounded(REQUIRED * factor[ore], 9)
    assert row.rounding_sek == whole(REVENUE * factor[revenue]) - whole(COST * factor[cost])


def _exact(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


def test_an_item_s_changes_add_up_to_those_of_the_whole(rows: Rows) -> None:
    for change in (LESS, MORE):
        items = [
            rows[name, change].net_cost_sek - rows[name, NONE].net_cost_sek for name in ("item:wages", "item:fees")
        ]
        whole_ = rows["net_cost", change].net_cost_sek - rows["net_cost", NONE].net_cost_sek
        assert abs(sum(items) - whole_) <= 1, "each is rounded to a krona"


def test_the_lowest_is_who_loses_most_when_its_cost_rises() -> None:
    inputs = Inputs(folder(), AS_OF)
    rows = {row.assumption: row for row in sensitivity_rows([shift(inputs)], inputs) if row.change_share == MORE}
    assert rows["net_cost"].lowest_municipality_code == "2506"  # 300 001 kr of wages on 500 inhabitants
    expected = 22 * ORE * 230_000 - Fraction("1.1") * Fraction("1.05") * Fraction("0.9") * 300_001 / 500
    assert rows["net_cost"].lowest_effect_sek_per_inhabitant == rounded(expected)


def test_only_the_agreed_shift_of_the_first_year_has_rows() -> None:
    inputs = Inputs(folder(), AS_OF)
    assert sensitivity_rows([shift(inputs, is_agreed=False), shift(inputs, year=2014)], inputs) == []


def test_the_basis_is_the_shift_s(rows: Rows) -> None:
    inputs = Inputs(folder(), AS_OF)
    found = sensitivity_rows([shift(inputs, basis=Basis.ILLUSTRATIVE)], inputs)
    assert {row.basis for row in found} == {"illustrative"}
    assert {row.basis for row in rows.values()} == {"official"}
