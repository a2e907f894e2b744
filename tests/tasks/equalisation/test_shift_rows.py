"""The tables of the tax shift: what rows must sum to, which öre hold, and what a year without parameters says."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from regions.errors import DataError
from regions.folder import RegionFolder, load_region
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.shift import (
    REMAINDER,
    EffectRow,
    ShiftOfYear,
    boundary_rows,
    decided_ore,
    effect_rows,
    missing_years,
    shifts,
    tax_shift_rows,
)

AS_OF = date(2026, 11, 22)
COUNTY = Fraction(120_000_000)


@pytest.fixture(scope="module")
def folder() -> RegionFolder:
    return load_region("norrbotten")


def cost_of(folder: RegionFolder, scenario: str, method: str = "ledger", total: Fraction = COUNTY) -> ScenarioCost:
    """A scenario's cost in one item, split in thirds and sevenths of a krona: nothing is whole."""
    codes = sorted(folder.region.municipalities)
    weights = {code: Fraction(number + 1, 3) for number, code in enumerate(codes)}
    assert folder.costs is not None
    item = next(item for item in folder.costs.items if item.is_transferred)
    amounts = {(item.id, code): total * weight / sum(weights.values()) for code, weight in weights.items()}
    visits = dict.fromkeys(codes, Fraction(10))
    return ScenarioCost(
        scenario, method, 2011, {item.id: item}, amounts, {item.id: "visits"}, visits, Basis.DELIVERED, "ok"
    )


@pytest.fixture(scope="module")
def found(folder: RegionFolder) -> list[ShiftOfYear]:
    wider = COUNTY * Fraction(101, 100)
    costs = [
        cost_of(folder, "lsg_base"),
        cost_of(folder, "lsg_base", "from_below", COUNTY * 2),
        cost_of(folder, "with_children", total=wider),
    ]
    return shifts(Inputs(folder, AS_OF), costs)


def by_shift(rows: list[EffectRow]) -> dict[tuple[str, str, int], list[EffectRow]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.scenario, row.method, row.year].append(row)
    return grouped


def test_each_combination_and_year_has_a_row_and_one_combination_is_agreed(found: list[ShiftOfYear]) -> None:
    rows = tax_shift_rows(found)
    assert {row.year for row in rows} == {2013, 2014, 2015}
    assert len({(row.agreement, row.scenario, row.method, row.year) for row in rows}) == len(rows) == 9
    assert {(row.scenario, row.method) for row in rows if row.is_agreed} == {("lsg_base", "ledger")}
    assert {row.agreed_ore for row in rows if row.is_agreed} == {Decimal(22)}
    others = [row for row in rows if not row.is_agreed]
    assert all(abs(row.agreed_ore - row.required_ore) <= Decimal("0.5") and row.ore_kind == "rounded" for row in others)


def test_rows_of_municipalities_with_the_remainder_are_the_countys_to_the_krona(found: list[ShiftOfYear]) -> None:
    county = {(row.scenario, row.method, row.year): row for row in tax_shift_rows(found)}
    for key, rows in by_shift(effect_rows(found)).items():
        of = county[key]
        assert [row.municipality_code for row in rows] == [
            REMAINDER,
            *sorted(row.municipality_code for row in rows[1:]),
        ]
        assert sum(row.cost_sek for row in rows) == of.net_cost_sek
        assert sum(row.revenue_sek for row in rows) == of.revenue_sek
        assert sum(row.own_tax_sek for row in rows) == of.own_tax_sek
        assert sum(row.equalisation_change_sek for row in rows) == of.equalisation_change_sek
        assert sum(row.effect_sek for row in rows) == of.rounding_sek
        assert abs(rows[0].revenue_sek) <= 7 >= abs(rows[0].cost_sek)


def test_in_every_row_revenue_is_own_tax_and_equalisation_and_effect_is_revenue_less_cost(
    found: list[ShiftOfYear],
) -> None:
    for row in effect_rows(found):
        assert row.revenue_sek == row.own_tax_sek + row.equalisation_change_sek
        assert row.effect_sek == row.revenue_sek - row.cost_sek
        assert row.revenue_sek == row.revenue_sek.to_integral_value()
    for row in tax_shift_rows(found):
        assert row.revenue_sek == row.own_tax_sek + row.equalisation_change_sek
        assert row.rounding_sek == row.revenue_sek - row.net_cost_sek
        assert row.region_revenue_sek == -row.revenue_sek
        assert row.state_sek == 0


def test_the_required_ore_are_the_cost_over_the_guaranteed_base(found: list[ShiftOfYear]) -> None:
    for row in tax_shift_rows(found):
        expected = row.net_cost_sek / (row.guaranteed_tax_power_sek * row.population) * 10_000
        assert abs(row.required_ore - expected) < Decimal("0.0001")
        assert row.naive_ore > row.required_ore * Decimal("1.1")


def test_a_boundary_is_told_against_the_agreements_own_of_the_same_method(
    folder: RegionFolder, found: list[ShiftOfYear]
) -> None:
    rows = boundary_rows(found, {scenario.id: scenario.title_sv for scenario in folder.scenarios})
    assert {(row.scenario, row.method) for row in rows} == {
        ("lsg_base", "ledger"),
        ("lsg_base", "from_below"),
        ("with_children", "ledger"),
    }
    for row in rows:
        assert (row.net_cost_difference_sek == 0) == (row.scenario == "lsg_base")
        assert (row.ore_difference == 0) == (row.scenario == "lsg_base")
    (children,) = [row for row in rows if row.scenario == "with_children" and row.year == 2013]
    own = COUNTY * found[0].price_factor
    assert children.net_cost_difference_sek == pytest.approx(Decimal(round(own / 100)), abs=1)
    assert children.title_sv == "Även barn 0–18 år"


def test_ore_hold_from_their_day_until_the_next_decision(folder: RegionFolder) -> None:
    (agreement,) = folder.agreements
    (first,) = agreement.ore
    second = first.model_copy(update={"valid_from": date(2016, 1, 1), "ore": Decimal(27)})
    raised = agreement.model_copy(update={"ore": (first, second)})
    assert [decided_ore(raised, year) for year in (2012, 2013, 2015, 2016)] == [0, 22, 22, 27]


def without(folder: RegionFolder, parameter: str, year: int) -> RegionFolder:
    kept = [value for value in folder.parameters.all() if (value.parameter, value.year) != (parameter, year)]
    return replace(folder, parameters=Parameters(kept))


def test_a_year_without_parameters_is_left_out_and_named(folder: RegionFolder) -> None:
    inputs = Inputs(without(folder, "uprating_factor", 2014), AS_OF)
    assert {entry.year for entry in shifts(inputs, [cost_of(folder, "lsg_base")])} == {2013, 2015}
    assert missing_years(inputs) == ["norrbotten_2013 2014: not computed, no value of uprating_factor"]
    assert missing_years(Inputs(folder, AS_OF)) == []


def test_a_municipality_that_lacks_a_value_is_named(folder: RegionFolder) -> None:
    """As one that was split off, merged, or left out of a file."""
    kept = [
        value
        for value in folder.parameters.all()
        if (value.parameter, value.year, value.keys) != ("tax_base", 2013, (("area", "2506"),))
    ]
    inputs = Inputs(replace(folder, parameters=Parameters(kept)), AS_OF)
    assert missing_years(inputs) == ["norrbotten_2013 2013: not computed, no value of tax_base (2506)"]


def test_a_year_without_a_price_index_is_an_error_that_names_it(folder: RegionFolder) -> None:
    assert folder.costs is not None
    inputs = Inputs(without(folder, folder.costs.price_index, 2014), AS_OF)
    with pytest.raises(DataError, match=f"No value of {folder.costs.price_index} for 2014"):
        shifts(inputs, [cost_of(folder, "lsg_base")])


def test_what_was_not_known_on_the_day_is_not_used(folder: RegionFolder) -> None:
    inputs = Inputs(folder, date(2012, 5, 31))
    assert shifts(inputs, [cost_of(folder, "lsg_base")]) == []
    assert [line.split(":")[0] for line in missing_years(inputs)] == [
        f"norrbotten_2013 {year}" for year in (2013, 2014, 2015)
    ]


def test_a_figure_on_a_forecast_is_preliminary_until_the_outcome_is_known(folder: RegionFolder) -> None:
    forecasts = [
        replace(value, kind=Basis.FORECAST, known_from=date(2012, 5, 1), value=value.value * Decimal("1.01"))
        for value in folder.parameters.all()
        if value.year == 2013
        and value.parameter in ("uprating_factor", "tax_base", "national_population_1_november")
        and value.kind is not Basis.ILLUSTRATIVE
    ]
    known = [replace(value, known_from=min(value.known_from, date(2012, 5, 1))) for value in _timeless(folder)]
    both = replace(folder, parameters=Parameters([*folder.parameters.all(), *forecasts, *known]))
    (in_may,) = shifts(Inputs(both, date(2012, 5, 31)), [cost_of(folder, "lsg_base")])
    later = shifts(Inputs(both, AS_OF), [cost_of(folder, "lsg_base")])[0]
    assert (in_may.year, in_may.status) == (2013, "preliminary")
    assert (later.year, later.status) == (2013, "ok")
    assert in_may.shift.guaranteed > later.shift.guaranteed


def _timeless(folder: RegionFolder) -> list[ParameterValue]:
    """What of 2013 a run in May 2012 needs beside the forecasts: the act's share, prices, and the stand-ins."""
    assert folder.costs is not None
    wanted = ("guarantee_share", "population_1_november", folder.costs.price_index)
    return [
        value
        for value in folder.parameters.all()
        if value.year in (2011, 2013)
        and (value.parameter in wanted or (value.parameter == "tax_base" and value.kind is Basis.ILLUSTRATIVE))
    ]


def test_the_final_settlement_is_filled_when_actual_growth_is_known(folder: RegionFolder) -> None:
    uprating = [
        value for value in folder.parameters.all() if value.parameter == "uprating_factor" and value.year == 2013
    ]
    grown = [
        replace(value, parameter="actual_growth_factor", value=value.value + Decimal("0.01")) for value in uprating
    ]
    both = replace(folder, parameters=Parameters([*folder.parameters.all(), *grown]))
    rows = tax_shift_rows(shifts(Inputs(both, AS_OF), [cost_of(folder, "lsg_base")]))
    filled = {row.year: row.final_revenue_sek for row in rows}
    assert filled[2014] is None
    assert filled[2013] is not None and filled[2013] > rows[0].revenue_sek
    effects = by_shift(effect_rows(shifts(Inputs(both, AS_OF), [cost_of(folder, "lsg_base")])))[
        "lsg_base", "ledger", 2013
    ]
    assert sum(row.final_revenue_sek or 0 for row in effects) == filled[2013]
