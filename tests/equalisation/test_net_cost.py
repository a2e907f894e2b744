"""The pure arithmetic of net cost: parts of a ledger, quantities at unit values, keys that tell nothing of the few."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.net_cost import Beside, allocated, from_below, joint_keys, of_scope, price_quotient, withheld

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


PERSONS = {code: Fraction(persons) for code, persons in zip(CODES, (70, 150, 150_000, 200), strict=True)}


def beside(*together: str, **persons: int) -> Beside:
    """Another boundary, that the one has so many persons beyond: by municipality, `of_1814=2`."""
    return Beside(frozenset(together), ({code.removeprefix("of_"): count for code, count in persons.items()}, {}))


@pytest.mark.parametrize(
    ("hidden", "others", "expected"),
    [
        pytest.param("", [beside(of_1880=4)], "1880 1814", id="few more than the other, and the smallest to cover"),
        pytest.param("", [Beside(frozenset(), ({}, {"1880": 4}))], "1880 1814", id="few less than the other"),
        pytest.param("", [beside(of_1880=5), beside()], "", id="five, or nobody, tell of none"),
        pytest.param(
            "1814 1861", [beside(of_1880=9, of_1814=3)], "1814 1861 1880", id="together of 3: one who differs"
        ),
        pytest.param("1814 1861", [beside(of_1814=3, of_1861=2)], "1814 1861", id="together of 5"),
        pytest.param("1814 1861", [beside("1861", "1881", of_1861=3, of_1881=9)], "1814 1861", id="told as one of 12"),
        pytest.param("", [beside("1861", "1881", of_1861=2)], "1861 1814", id="few in what the other has together"),
        pytest.param("1814 1861 1880 1881", [beside(of_1880=2)], "1814 1861 1880 1881", id="few in the whole county"),
    ],
)
def test_what_few_persons_make_cannot_be_read_off_beside_another_boundary(
    hidden: str, others: list[Beside], expected: str
) -> None:
    assert withheld(hidden.split(), PERSONS, others, 5) == set(expected.split())


counts = st.dictionaries(st.sampled_from(CODES), st.integers(0, 12))


@few_examples
@given(st.sets(st.sampled_from(CODES)), st.lists(st.builds(Beside, st.just(frozenset()), st.tuples(counts, counts))))
def test_a_municipality_that_is_told_by_itself_has_enough_persons_beside_every_boundary(
    hidden: set[str], others: list[Beside]
) -> None:
    found = withheld(hidden, PERSONS, others, 5)
    told = [frozenset({code}) for code in PERSONS.keys() - found] + [found]
    for persons in (persons for other in others for persons in other.apart):
        for codes in told:
            count = sum(persons.get(code, 0) for code in codes)
            everyone = sum(persons.values())
            assert count == 0 or count >= 5 or count == everyone, "fewer in the whole county: that is hidden by itself"


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
