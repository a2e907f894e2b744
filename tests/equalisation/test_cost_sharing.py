"""A shared cost: document 002's halves by hand, and nothing lost whatever the weights."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.cost_sharing import cost_of, shared, shared_other_costs

CODES = st.text("0123456789", min_size=4, max_size=4)
WEIGHTS = st.dictionaries(CODES, st.fractions(1, 10**6), min_size=1, max_size=14)
KRONOR = st.integers(0, 10**9).map(Decimal)


def test_a_cost_is_in_whole_kronor_halves_up() -> None:
    assert cost_of(Fraction("1.5"), Fraction(640_000)) == 960_000
    assert cost_of(Fraction("0.5"), Fraction(1)) == 1


@pytest.mark.parametrize(("quantity", "price"), [(-1, 1), (1, -1)])
def test_nothing_negative_is_bought(quantity: int, price: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        cost_of(Fraction(quantity), Fraction(price))


def test_parts_are_by_weight_and_ties_by_code() -> None:
    assert shared(Decimal(100), {"b": Fraction(1), "a": Fraction(1), "c": Fraction(1)}) == {"a": 34, "b": 33, "c": 33}
    assert shared(Decimal("1.5"), {"a": Fraction(2), "b": Fraction(1)}, places=4) == {"a": 1, "b": Decimal("0.5")}


def test_nothing_can_be_shared_by_anybody() -> None:
    assert shared(Decimal(0), {"a": Fraction(0)}) == {"a": 0}


@pytest.mark.parametrize("weights", [{"a": Fraction(0), "b": Fraction(0)}, {}])
def test_a_cost_needs_somebody_to_pay_it(weights: dict[str, Fraction]) -> None:
    with pytest.raises(ValueError, match="shared"):
        shared(Decimal(100), weights)


def test_other_costs_are_halved_before_municipalities_split_theirs() -> None:
    parts = shared_other_costs(Decimal(425_001), Fraction(1, 2), "25", {"2580": Fraction(3), "2505": Fraction(1)})
    assert parts == {"25": 212_500, "2580": 159_376, "2505": 53_125}


@pytest.mark.parametrize("share", [Fraction(-1, 2), Fraction(3, 2)])
def test_a_share_is_a_share(share: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        shared_other_costs(Decimal(100), share, "25", {"2580": Fraction(1)})


@settings(max_examples=40)
@given(total=KRONOR, share=st.fractions(0, 1), weights=WEIGHTS)
def test_every_krona_is_paid_once(total: Decimal, share: Fraction, weights: dict[str, Fraction]) -> None:
    parts = shared_other_costs(total, share, "region", weights)
    assert sum(parts.values()) == total
    assert set(parts) == {"region", *weights}
    assert abs(Fraction(parts["region"]) - (1 - share) * Fraction(total)) < 1
    whole, population = total - parts["region"], sum(weights.values())
    assert all(
        abs(Fraction(parts[code]) - Fraction(whole) * weight / population) < 1 for code, weight in weights.items()
    )
