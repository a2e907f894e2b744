"""Decisions and tax rates: as agreed, and the golden series of Örebro county 1993–1999 as seen in its tax rates."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from shift_by_hand import AS_OF, agreement, folder, value

from regions.agreement import Agreement
from regions.errors import DataError
from regions.folder import load_region
from regions.model import Basis
from regions.parameters import ParameterValue
from tasks.equalisation.exchange import ExchangeDecisionRow, TaxRateRow, exchange_decision_rows, tax_rate_rows
from tasks.equalisation.inputs import Inputs
from warehouse.equalisation_tables import EXCHANGE_DECISIONS, TAX_RATES

NOT_EXISTING_BEFORE = "1814"
"""Lekeberg, a municipality from 1995."""


def inputs(agreed: tuple[Agreement, ...], *values: ParameterValue, as_of: date = AS_OF) -> Inputs:
    return Inputs(replace(folder(list(values)), agreements=agreed), as_of)


def rate(year: int, area: str, per_cent: str, kind: str = "official") -> ParameterValue:
    return value("tax_rate", year, per_cent, kind, level="region" if area == "25" else "municipality", area=area)


def series(year: int, region: str, *municipalities: str) -> list[ParameterValue]:
    codes = ("25", "2505", "2506", "2580")
    return [rate(year, code, told) for code, told in zip(codes, (region, *municipalities), strict=True)]


def vasterbotten() -> Agreement:
    """20 öre from 2013, raised to 25 from 2016 after the check of 2015 (Region Västerbotten)."""
    agreed = agreement(("2016-01-01", 25))
    first = agreed.ore[0].model_copy(update={"ore": Decimal(20)})
    return agreed.model_copy(update={"ore": (first, *agreed.ore[1:])})


def orebro(as_of: date = AS_OF) -> Inputs:
    return Inputs(load_region("orebro"), as_of)


def test_the_columns_are_those_of_the_tables() -> None:
    assert tuple(field.name for field in fields(ExchangeDecisionRow)) == EXCHANGE_DECISIONS.names()
    assert tuple(field.name for field in fields(TaxRateRow)) == TAX_RATES.names()


def test_vasterbotten_raised_its_20_ore_by_5() -> None:
    assert exchange_decision_rows(inputs((vasterbotten(),))) == [
        ExchangeDecisionRow(
            "agreement",
            "small_2013",
            date(2013, 1, 1),
            date(2015, 12, 31),
            Decimal(20),
            Decimal(20),
            "Prov",
            "official",
        ),
        ExchangeDecisionRow(
            "agreement", "small_2013", date(2016, 1, 1), None, Decimal(5), Decimal(25), "Prov", "official"
        ),
    ]


def test_a_change_is_known_no_better_than_the_decision_before_it() -> None:
    agreed = vasterbotten()
    assumed = agreed.ore[0].model_copy(update={"kind": Basis.ILLUSTRATIVE})
    rows = exchange_decision_rows(inputs((agreed.model_copy(update={"ore": (assumed, agreed.ore[1])}),)))
    assert [row.basis for row in rows] == ["illustrative", "illustrative"]


def test_orebro_s_shifts_of_the_nineties_stand_out() -> None:
    rows = exchange_decision_rows(orebro())
    assert [(row.valid_from, row.valid_to, row.change_ore, row.total_ore) for row in rows] == [
        (date(1995, 1, 1), date(1995, 12, 31), 123, 123),
        (date(1996, 1, 1), date(1998, 12, 31), 29, 152),
        (date(1999, 1, 1), None, 20, 172),
    ]
    assert {(row.origin, row.agreement, row.basis) for row in rows} == {("tax_rates", "-", "derived")}
    assert all("SCB" in row.source for row in rows)


def test_orebro_s_own_changes_stand_apart() -> None:
    rows = tax_rate_rows(orebro())
    assert [(row.year, row.area_code) for row in rows] == [
        (year, code)
        for year in (1995, 1996, 1999)
        for code in (*sorted(load_region("orebro").region.municipalities), "18")
    ]
    own = {(row.year, row.area_code): row.own_change_ore for row in rows if row.own_change_ore != 0}
    assert own == {(1995, "1884"): 30, (1995, NOT_EXISTING_BEFORE): None, (1996, "1861"): 50, (1996, "1885"): 20}
    assert [row.shift_ore for row in rows if row.level == "region"] == [-123, -29, -20]


def test_before_shift_and_own_change_make_the_rate_after() -> None:
    rows = [row for row in tax_rate_rows(orebro()) if row.status == "ok"]
    assert len(rows) == 3 * 13 - 1
    for row in rows:
        assert row.tax_rate_before_share is not None
        assert row.shift_ore is not None
        assert row.own_change_ore is not None
        moved = (row.shift_ore + row.own_change_ore) / 10_000
        assert row.tax_rate_after_share == row.tax_rate_before_share + moved


def test_a_municipality_that_is_new_has_a_rate_after_alone() -> None:
    (row,) = [row for row in tax_rate_rows(orebro()) if (row.year, row.area_code) == (1995, NOT_EXISTING_BEFORE)]
    assert row.tax_rate_after_share == Decimal("0.2073")
    assert (row.tax_rate_before_share, row.shift_ore, row.own_change_ore) == (None, None, None)
    assert (row.status, row.basis) == ("missing", "derived")


def test_a_shift_is_seen_when_its_rates_are_known() -> None:
    assert [row.valid_from.year for row in exchange_decision_rows(orebro(date(1995, 12, 30)))] == [1995]
    assert exchange_decision_rows(orebro(date(1994, 12, 30))) == []


def test_years_that_do_not_follow_each_other_are_not_compared() -> None:
    values = [*series(2010, "10.50", "21.00", "22.00", "21.50"), *series(2012, "10.40", "21.10", "22.10", "21.60")]
    assert exchange_decision_rows(inputs((), *values)) == []


def test_councils_vote_on_the_rate_before_and_the_shift() -> None:
    rows = tax_rate_rows(inputs((agreement(),), *series(2012, "10.18", "22.50", "23.50", "21.75")))
    found = {row.area_code: row for row in rows}
    assert set(found) == {"25", "2505", "2506", "2580"}
    assert found["2580"] == TaxRateRow(
        "agreement",
        "small_2013",
        2013,
        "municipality",
        "2580",
        Decimal("0.2175"),
        Decimal(22),
        None,
        Decimal("0.2197"),
        "official",
        "ok",
    )
    assert (found["25"].shift_ore, found["25"].tax_rate_after_share) == (-22, Decimal("0.0996"))


def test_once_the_rate_is_known_the_own_change_is_what_the_shift_leaves() -> None:
    values = [*series(2012, "10.18", "22.50", "23.50", "21.75"), rate(2013, "2505", "22.82")]
    rows = {row.area_code: row for row in tax_rate_rows(inputs((agreement(),), *values))}
    assert (rows["2505"].own_change_ore, rows["2505"].tax_rate_after_share) == (10, Decimal("0.2282"))
    assert rows["2506"].own_change_ore is None


def test_a_rate_that_is_not_known_is_missing_and_the_shift_still_told() -> None:
    rows = tax_rate_rows(inputs((agreement(),)))
    assert len(rows) == 4
    assert {(row.status, row.basis) for row in rows} == {("missing", "official")}
    assert {row.tax_rate_after_share for row in rows} == {None}
    assert {abs(row.shift_ore or 0) for row in rows} == {22}


def test_rates_on_a_forecast_are_preliminary() -> None:
    (row,) = [
        row
        for row in tax_rate_rows(inputs((agreement(),), rate(2012, "2505", "22.50", "forecast")))
        if row.area_code == "2505"
    ]
    assert (row.status, row.basis) == ("preliminary", "forecast")


def test_two_decisions_of_one_year_are_one_change_of_the_rate() -> None:
    rows = tax_rate_rows(inputs((agreement(("2013-07-01", 25)),)))
    assert {(row.year, row.shift_ore) for row in rows} == {(2013, 25), (2013, -25)}


def test_an_impossible_rate_is_told_with_its_years() -> None:
    values = [*series(2012, "10.18", "22.50", "23.50", "21.75"), *series(2013, "9.96", "2272", "23.72", "21.97")]
    with pytest.raises(DataError, match="between 2012 and 2013") as error:
        exchange_decision_rows(inputs((), *values))
    assert "parameters/tax_rate.yaml" in str(error.value)
