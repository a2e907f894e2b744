"""A project's costs by party: document 002's posts as they are listed there, and the shipped example."""

from collections import defaultdict
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from shift_by_hand import AS_OF, PERSONS, agreement, folder, value

from regions.errors import DataError
from regions.folder import load_region
from regions.parameters import ParameterValue
from tasks.equalisation.cost_sharing import CostSharingRow, cost_sharing_rows, missing_sharings
from tasks.equalisation.inputs import Inputs
from warehouse.equalisation_tables import COST_SHARING

SHARING: dict[str, Any] = {
    "id": "project",
    "title_sv": "Projekt",
    "year": 2013,
    "seat": "2580",
    "post_cost": "post_cost",
    "other_costs": "other_costs",
    "posts": [
        {"title_sv": "Projektledare", "posts": "1.0", "paid_by": "municipality_of_seat"},
        {"title_sv": "Informatör", "posts": "0.5", "paid_by": "region"},
        {"title_sv": "Sakkunniga", "posts": "1.5", "paid_by": "municipality"},
    ],
    "basis": "official",
    "source": "Prov",
}
COSTS = [value("post_cost", 2013, 600_001), value("other_costs", 2013, "100000.50", "illustrative")]


def inputs(*values: ParameterValue, **changes: Any) -> Inputs:
    of = agreement(cost_sharing=[SHARING | changes])
    return Inputs(replace(folder(list(values or COSTS)), agreements=(of,)), AS_OF)


def shared(*values: ParameterValue, **changes: Any) -> list[CostSharingRow]:
    return cost_sharing_rows(inputs(*values, **changes))


def amounts(rows: list[CostSharingRow], post: str) -> dict[str, Decimal]:
    return {row.municipality_code: row.amount_sek for row in rows if row.cost_post == post}


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(field.name for field in fields(CostSharingRow)) == COST_SHARING.names()


def test_posts_are_paid_by_whom_they_are_listed_under() -> None:
    rows = shared()
    assert amounts(rows, "post_1") == {"2580": 600_001}
    assert amounts(rows, "post_2") == {"25": 300_001}
    assert amounts(rows, "post_3") == {"2505": 256_923, "2506": 128_462, "2580": 514_617}
    assert rows[-3] == CostSharingRow(
        "project",
        "post_3",
        "municipality",
        "2505",
        "Sakkunniga",
        Decimal("0.4282"),
        Decimal(256_923),
        "Prov",
        "official",
    )
    assert {row.basis for row in rows if row.cost_post == "other_costs"} == {"illustrative"}


def test_other_costs_are_halved_and_then_split() -> None:
    rows = [row for row in shared(split_by="equal") if row.cost_post == "other_costs"]
    assert {(row.party, row.municipality_code): row.amount_sek for row in rows} == {
        ("region", "25"): 50_000,
        ("municipality", "2505"): 16_667,
        ("municipality", "2506"): 16_667,
        ("municipality", "2580"): 16_667,
    }
    assert {row.posts for row in rows} == {None}


def test_another_share_than_a_half_may_be_agreed() -> None:
    assert amounts(shared(municipalities_pay="1"), "other_costs")["25"] == 0
    assert amounts(shared(municipalities_pay="1/3"), "other_costs")["25"] == 66_667


def test_the_shipped_example_is_document_002() -> None:
    folder_of_region = load_region("norrbotten")
    rows = cost_sharing_rows(Inputs(folder_of_region, AS_OF))
    posts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        posts[row.party] += row.posts or 0
    assert posts == {"municipality": Decimal("2.5"), "region": Decimal("2.5")}
    seat = [row for row in rows if row.cost_post == "post_1"]
    assert [(row.municipality_code, row.posts) for row in seat] == [("2580", 1)]
    other = amounts(rows, "other_costs")
    assert other["25"] * 2 == sum(other.values())
    assert set(other) == {"25", *folder_of_region.region.municipalities}
    assert {row.basis for row in rows} == {"illustrative"}
    assert all("002" in row.source for row in rows)


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_sharing_whose_cost_is_not_known_is_left_out_and_named(lacking: int) -> None:
    found = inputs(COSTS[1 - lacking])
    assert cost_sharing_rows(found) == []
    name = COSTS[lacking].parameter
    assert missing_sharings(found) == [f"project 2013: costs not shared, no value of {name}"]


def test_a_year_without_population_is_left_out_and_named() -> None:
    found = inputs(value("post_cost", 2012, 1), value("other_costs", 2012, 1), year=2012)
    assert cost_sharing_rows(found) == []
    (told,) = missing_sharings(found)
    assert told.startswith("project 2012: costs not shared, no value of p")


def test_what_becomes_known_later_is_not_used() -> None:
    assert cost_sharing_rows(Inputs(inputs().folder, date(2011, 12, 31))) == []
    assert missing_sharings(inputs()) == []


def test_listed_shares_split_what_the_municipalities_pay() -> None:
    rows = shared(split_by="shares", shares={"2505": "1/4", "2506": "0", "2580": "0.75"})
    assert amounts(rows, "other_costs") == {"25": 50_000, "2505": 12_500, "2506": 0, "2580": 37_501}


def test_shares_above_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="3/2 is above 1"):
        shared(municipalities_pay="3/2")


def test_a_negative_cost_is_told_with_the_sharing() -> None:
    with pytest.raises(DataError, match="costs of project cannot be shared"):
        shared(value("post_cost", 2013, -1), COSTS[1])


def test_equal_parts_need_no_population() -> None:
    values = [value("post_cost", 2012, 300), value("other_costs", 2012, 60)]
    rows = shared(*values, year=2012, split_by="equal")
    assert amounts(rows, "other_costs") == {"25": 30, **dict.fromkeys(PERSONS, Decimal(10))}
