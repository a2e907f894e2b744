"""The pure arithmetic of net cost: parts of a ledger, quantities at unit values, keys that tell nothing of the few."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.net_cost import allocated, from_below, joint_keys, of_scope, price_quotient, withheld

CODES = ("1814", "1861", "1880", "1881")
numbers = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
key_sets = st.fixed_dictionaries(dict.fromkeys(CODES, numbers)).filter(lambda keys: any(keys.values()))
some = st.sets(st.sampled_from(CODES))
few_examples = settings(max_examples=40)


def test_the_index_is_of_the_year_over_the_base_year() -> None:
    assert price_quotient(Fraction("1.02"), Fraction("1.071")) == Fraction("1.05")
    for wrong in ((0, 1), (1, 0), (-1, 1)):
        with pytest.raises(ValueError, match="above zero"):
            price_quotient(*map(Fraction, wrong))


@few_examples
@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=100), key_sets)
def test_nothing_of_an_allocated_amount_is_lost(amount: Fraction, keys: dict[str, Fraction]) -> None:
    parts = allocated(amount, keys)
    assert sum(parts.values()) == amount
    assert all(parts[code] == 0 for code in CODES if keys[code] == 0)
    assert allocated(3 * amount, keys) == {code: 3 * part for code, part in parts.items()}
    assert allocated(amount, {code: 7 * key for code, key in keys.items()}) == parts


def test_an_amount_needs_somebody_to_be_allocated_to() -> None:
    for keys in ({}, {"1880": Fraction(0)}, {"1880": Fraction(2), "1861": Fraction(-1)}):
        with pytest.raises(ValueError, match="at least one of them above"):
            allocated(Fraction(10), keys)


def test_a_boundary_costs_its_part_of_the_scope() -> None:
    assert of_scope(Fraction(1000), Fraction(30), Fraction(40)) == 750
    assert of_scope(Fraction(1000), Fraction(40), Fraction(40)) == 1000
    assert of_scope(Fraction(1000), Fraction(0), Fraction(0)) == 0, "without visits in the scope nothing is known"
    with pytest.raises(ValueError, match="0 or more"):
        of_scope(Fraction(1000), Fraction(-1), Fraction(40))


@few_examples
@given(numbers, numbers, numbers)
def test_parts_of_a_scope_make_the_scope(amount: Fraction, one: Fraction, other: Fraction) -> None:
    whole = one + other
    parts = of_scope(amount, one, whole) + of_scope(amount, other, whole)
    assert parts == (amount if whole else 0)


def test_from_below_is_quantity_times_value_with_the_surcharge() -> None:
    assert from_below(Fraction("2.5"), Fraction(400_000), Fraction("0.45")) == 1_450_000
    assert from_below(Fraction(100), Fraction(-12)) == -1200
    for quantity, surcharge in ((-1, 0), (1, -1)):
        with pytest.raises(ValueError, match="0 or more"):
            from_below(Fraction(quantity), Fraction(1), Fraction(surcharge))


def test_a_single_hidden_municipality_is_joined_by_the_smallest_other() -> None:
    population = {code: Fraction(persons) for code, persons in zip(CODES, (70, 150, 150_000, 200), strict=True)}
    assert withheld({"1880"}, population) == {"1880", "1814"}
    assert withheld({"1814"}, population) == {"1814", "1861"}
    assert withheld({"1814", "1880"}, population) == {"1814", "1880"}
    assert withheld(set(), population) == frozenset()
    assert withheld({"1880"}, {"1880": Fraction(1)}) == {"1880"}, "a county of one has nobody to join"


@few_examples
@given(key_sets, key_sets, some)
def test_the_county_s_key_is_the_same_and_the_hidden_ones_share_theirs(
    keys: dict[str, Fraction], shares: dict[str, Fraction], together: set[str]
) -> None:
    shares = {code: share + 1 for code, share in shares.items()}
    found = joint_keys(keys, together, shares)
    assert sum(found.values()) == sum(keys.values())
    assert all(found[code] == keys[code] for code in CODES if code not in together)
    own = {found[code] / shares[code] for code in together}
    assert len(own) <= 1, "each has as much by its share"


@few_examples
@given(key_sets, st.fractions(min_value=0, max_value=1, max_denominator=100))
def test_hidden_numbers_are_not_told(keys: dict[str, Fraction], moved: Fraction) -> None:
    """However what is hidden lies between two municipalities, the keys are the same."""
    shares = dict.fromkeys(CODES, Fraction(1))
    step = moved * keys["1861"]
    other = {**keys, "1861": keys["1861"] - step, "1880": keys["1880"] + step}
    assert joint_keys(keys, {"1861", "1880"}, shares) == joint_keys(other, {"1861", "1880"}, shares)


def test_what_nobody_has_a_share_of_cannot_be_shared() -> None:
    with pytest.raises(ValueError, match="at least one of them above"):
        joint_keys({"1861": Fraction(3), "1880": Fraction(4)}, {"1861"}, {"1861": Fraction(0)})
