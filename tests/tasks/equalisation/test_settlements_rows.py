"""Part-year settlements: by hand, by year, and what the rows sum to."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from shift_by_hand import AS_OF, PERSONS, agreement, folder, shift

from regions.agreement import Agreement
from regions.errors import DataError
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.settlements import SettlementRow, settlement_rows
from tasks.equalisation.shift import REMAINDER
from warehouse.equalisation_tables import SETTLEMENTS

TERMS = {"counted_by": "months", "settled_on": "revenue", "basis": "official", "source": "Prov"}


def agreed(takeover: str, **terms: str) -> Agreement:
    """Tax from 1 January 2013."""
    told = agreement(settlement=TERMS | terms)
    return told.model_copy(update={"takeover": date.fromisoformat(takeover)})


def settled(of: Agreement, **changes: Any) -> list[SettlementRow]:
    inputs = Inputs(replace(folder(), agreements=(of,)), AS_OF)
    return settlement_rows([shift(inputs, of, **changes)], inputs)


def amounts(rows: list[SettlementRow], year: int = 2013) -> dict[str, Decimal | None]:
    return {row.municipality_code: row.amount_sek for row in rows if row.year == year}


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(field.name for field in fields(SettlementRow)) == SETTLEMENTS.names()


def test_norrbotten_s_month_goes_back_to_the_region() -> None:
    """22 öre of 230 000 kr are 506 kr per inhabitant; a twelfth of it is paid."""
    rows = settled(agreed("2013-02-01"))
    assert rows[1] == SettlementRow(
        "small_2013",
        2013,
        "2505",
        "months",
        Decimal("0.083333333"),
        "revenue",
        Decimal(506_000),
        Decimal(-42_167),
        "official",
        "ok",
    )
    assert amounts(rows) == {REMAINDER: 0, "2505": -42_167, "2506": -21_083, "2580": -84_460}


def test_vasterbotten_paid_back_eight_months() -> None:
    rows = settled(agreed("2013-09-01"))
    assert {row.part_share for row in rows} == {Decimal("0.666666667")}
    assert sum(amount or 0 for amount in amounts(rows).values()) == -1_181_679  # 8/12 of 1 772 518 kr


@pytest.mark.parametrize("day", range(2, 29))
def test_rows_sum_to_the_county_s_figure(day: int) -> None:
    rows = settled(agreed(f"2013-02-{day:02}", counted_by="days"))
    county = Decimal(1_772_518) * (30 + day) / 365
    assert sum(row.amount_sek or 0 for row in rows) == -county.quantize(Decimal(1))
    assert sum(row.year_sek or 0 for row in rows) == 1_772_518


def test_some_remainder_is_a_row_of_its_own() -> None:
    remainders = {amounts(settled(agreed(f"2013-02-{day:02}", counted_by="days")))[REMAINDER] for day in range(2, 29)}
    assert len(remainders) > 1


def test_the_net_cost_may_be_settled_instead() -> None:
    rows = settled(agreed("2013-02-01", settled_on="net_cost"))
    assert [(row.year_sek, row.amount_sek) for row in rows if row.municipality_code == "2505"] == [(472_500, -39_375)]


def test_who_takes_over_before_the_tax_receives_by_the_first_year_s_amount() -> None:
    rows = settled(agreed("2012-07-01"))
    assert {row.year for row in rows} == {2012}
    assert amounts(rows, 2012) == {REMAINDER: 0, "2505": 253_000, "2506": 126_500, "2580": 506_759}
    assert {row.basis for row in rows} == {"derived"}


def test_a_settlement_over_two_years_is_split_and_an_unknown_year_is_missing() -> None:
    rows = settled(agreed("2014-04-01"))
    assert [(row.year, row.municipality_code) for row in rows] == [
        (year, code) for year in (2013, 2014) for code in (REMAINDER, *PERSONS)
    ]
    assert amounts(rows)["2505"] == -506_000
    later = [row for row in rows if row.year == 2014]
    assert {(row.part_share, row.status) for row in later} == {(Decimal("0.25"), "missing")}
    assert {(row.year_sek, row.amount_sek) for row in later} == {(None, None)}


def test_what_the_shift_rests_on_the_settlement_rests_on() -> None:
    rows = settled(agreed("2013-02-01", basis="illustrative"), status="preliminary")
    assert {(row.basis, row.status) for row in rows} == {("illustrative", "preliminary")}


def test_on_one_day_nothing_is_settled() -> None:
    assert settled(agreed("2013-01-01")) == []


@pytest.mark.parametrize("economy", [{}, {"settlement": TERMS, "is_agreed": False}])
def test_what_is_not_agreed_is_not_settled(economy: dict[str, Any]) -> None:
    assert settled(agreement(**economy)) == []


def test_a_part_of_a_month_is_told_to_be_counted_by_days() -> None:
    with pytest.raises(DataError, match="count by days") as error:
        settled(agreed("2013-02-03"))
    assert "agreements/small_2013.yaml" in str(error.value)
