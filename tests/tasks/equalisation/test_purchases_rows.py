"""Bought care: quantity × price, by sign and split, and what a protected or unknown number leaves empty."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from shift_by_hand import AS_OF, agreement, cost, folder, of_municipalities, of_year, value

from regions.agreement import Agreement
from regions.errors import DataError
from regions.folder import load_region
from regions.model import Scenario
from regions.parameters import ParameterValue
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.purchases import PurchaseRow, purchase_rows
from tasks.equalisation.scenario_cost import ScenarioCost
from warehouse.equalisation_tables import PURCHASES

CHILDREN: dict[str, Any] = {
    "id": "children",
    "title_sv": "Barn",
    "buyer": "region",
    "scenario": "children_bought_back",
    "quantity_unit": "visits",
    "unit_price": "price",
    "basis": "official",
    "source": "Prov",
}
HOURS: dict[str, Any] = {
    **{key: told for key, told in CHILDREN.items() if key != "scenario"},
    "id": "hours",
    "buyer": "municipality",
    "quantity": "10.5",
    "quantity_unit": "hours",
}
PRICE = value("price", 2013, "850.50", "illustrative")


def agreed(purchase: dict[str, Any], **changes: Any) -> Agreement:
    return agreement(years=1, purchases=[purchase | changes])


def scenarios() -> tuple[Scenario, ...]:
    return load_region("norrbotten").scenarios


def inputs(of: Agreement, *values: ParameterValue) -> Inputs:
    region = value("guarantee_share", 2013, "1.15", level="region")
    return Inputs(replace(folder([region, *values]), agreements=(of,), scenarios=scenarios()), AS_OF)


def hundred(scenario: str, year: int) -> int:
    assert (scenario, year) == ("children_bought_back", 2011)
    return 100


def protected(_scenario: str, _year: int) -> None:
    return None


def costs(scenario: str, **visits: int) -> list[ScenarioCost]:
    counted = {code[1:]: Fraction(number) for code, number in visits.items()}
    return [replace(cost(), scenario=scenario, visits=counted)]


def bought(of: Agreement, visits: Any = hundred, found: Sequence[ScenarioCost] = ()) -> dict[str, PurchaseRow]:
    return {row.municipality_code: row for row in purchase_rows(inputs(of, PRICE), visits, found)}


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(field.name for field in fields(PurchaseRow)) == PURCHASES.names()


def test_what_the_region_buys_municipalities_receive() -> None:
    """85 050 kr by 1 000, 500 and 2 003 inhabitants."""
    rows = bought(agreed(CHILDREN))
    assert {code: row.amount_sek for code, row in rows.items()} == {"2505": 24_279, "2506": 12_140, "2580": 48_631}
    assert rows["2505"] == PurchaseRow(
        "small_2013",
        "children",
        2013,
        "2505",
        "Barn",
        "region",
        Decimal("28.5469"),
        "visits",
        Decimal("850.50"),
        Decimal(24_279),
        "population",
        "illustrative",
        "ok",
    )
    assert sum(row.quantity or 0 for row in rows.values()) == 100


def test_what_municipalities_buy_they_pay() -> None:
    rows = bought(agreed(HOURS), protected)
    assert sum(row.amount_sek or 0 for row in rows.values()) == -8_930  # 10.5 · 850.50 = 8 930.25
    assert sum(row.quantity or 0 for row in rows.values()) == Decimal("10.5")
    assert all((row.amount_sek or 0) < 0 for row in rows.values())


def test_visits_may_be_the_key() -> None:
    rows = bought(agreed(CHILDREN, split_by="visits"), found=costs("children_bought_back", m2505=1, m2580=3))
    assert {code: row.amount_sek for code, row in rows.items()} == {"2505": 21_263, "2506": 0, "2580": 63_787}


def test_a_number_of_units_is_split_by_the_agreement_s_own_visits() -> None:
    rows = bought(agreed(HOURS, split_by="visits"), found=[*costs("other", m2506=1), *costs("base", m2505=1)])
    assert {code: row.amount_sek for code, row in rows.items()} == {"2505": -8_930, "2506": 0, "2580": 0}


@pytest.mark.parametrize("split_by", ["population", "visits"])
def test_a_protected_number_leaves_nothing_to_reckon_it_from(split_by: str) -> None:
    rows = bought(agreed(CHILDREN, split_by=split_by), protected)
    assert len(rows) == 3
    assert {(row.status, row.quantity, row.amount_sek) for row in rows.values()} == {("protected", None, None)}


def test_visits_that_are_not_known_are_missing() -> None:
    rows = bought(agreed(CHILDREN, split_by="visits"), found=costs("base", m2505=1))
    assert {(row.status, row.amount_sek) for row in rows.values()} == {("missing", None)}


def test_a_boundary_that_did_not_hold_in_the_base_year_is_missing_not_protected() -> None:
    of = agreed(CHILDREN)
    later = tuple(
        Scenario.model_validate(scenario.model_dump(by_alias=True, exclude_none=True) | {"valid": {"from": "2012-01"}})
        if scenario.id == "children_bought_back"
        else scenario
        for scenario in scenarios()
    )
    without = Inputs(replace(inputs(of, PRICE).folder, scenarios=later), AS_OF)
    assert {row.status for row in purchase_rows(without, protected, [])} == {"missing"}


def test_no_visits_cost_nothing() -> None:
    rows = bought(agreed(CHILDREN, split_by="visits"), lambda *_: 0, costs("children_bought_back"))
    assert {row.amount_sek for row in rows.values()} == {0}


def whole_year(year: int) -> list[ParameterValue]:
    """All that the tax shift of a year needs."""
    return [*of_year(year), *of_municipalities(year), value("guarantee_share", year, "1.15", level="region")]


def test_each_year_has_its_price() -> None:
    of = agreement(years=2, purchases=[HOURS])
    rows = purchase_rows(inputs(of, PRICE, *whole_year(2014), value("price", 2014, 1000)), hundred, [])
    assert {(row.year, row.unit_price_sek) for row in rows} == {(2013, Decimal("850.50")), (2014, Decimal(1000))}
    with pytest.raises(DataError, match="No value of price for 2014"):
        purchase_rows(inputs(of, PRICE, *whole_year(2014)), hundred, [])


def test_a_year_whose_shift_is_not_computed_is_missing() -> None:
    of = agreement(years=2, purchases=[HOURS])
    rows = [row for row in purchase_rows(inputs(of, PRICE), hundred, []) if row.year == 2014]
    assert len(rows) == 3
    assert {(row.status, row.quantity, row.unit_price_sek, row.amount_sek) for row in rows} == {
        ("missing", None, None, None)
    }


def test_what_becomes_known_later_is_not_used() -> None:
    known = inputs(agreed(HOURS), PRICE).folder
    assert {row.status for row in purchase_rows(Inputs(known, date(2011, 12, 31)), hundred, [])} == {"missing"}


def test_visits_of_a_base_year_need_one() -> None:
    of = agreed(CHILDREN)
    without = Inputs(replace(inputs(of, PRICE).folder, costs=None), AS_OF)
    with pytest.raises(DataError, match=r"costs\.yaml"):
        purchase_rows(without, hundred, [])


def test_what_nobody_visited_cannot_be_split_by_visits() -> None:
    with pytest.raises(DataError, match="cannot be split in 2013"):
        bought(agreed(CHILDREN, split_by="visits"), found=costs("children_bought_back"))


def test_a_price_on_a_forecast_is_preliminary() -> None:
    of = agreed(HOURS)
    rows = purchase_rows(inputs(of, value("price", 2013, 900, "forecast")), hundred, [])
    assert {(row.status, row.basis) for row in rows} == {("preliminary", "forecast")}
