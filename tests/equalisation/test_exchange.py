"""A shift is told from own changes, and none is claimed where rates don't say so."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equalisation.exchange import Rates, shift_seen

REGION = Fraction("0.1063")
CHANGES = st.lists(st.integers(-300, 300), min_size=1, max_size=6)


def rates(region: str, **municipalities: str) -> Rates:
    return Rates(Fraction(region), {code: Fraction(rate) for code, rate in municipalities.items()})


BEFORE = rates("0.1215", a="0.19", b="0.20", c="0.195")


def test_a_shift_and_an_own_change_beside_it() -> None:
    seen = shift_seen(BEFORE, rates("0.1092", a="0.2053", b="0.2123", c="0.2073", d="0.2073"))
    assert seen is not None
    assert seen.shift == Fraction("0.0123")
    assert seen.own_changes == {"a": Fraction("0.003"), "b": 0, "c": 0}


def test_a_shift_may_go_back_to_the_region() -> None:
    seen = shift_seen(BEFORE, rates("0.1220", a="0.1895", b="0.1995", c="0.195"))
    assert seen is not None
    assert (seen.shift, seen.own_changes["c"]) == (Fraction("-0.0005"), Fraction("0.0005"))


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        rates("0.1215", a="0.20", b="0.21", c="0.205"),  # municipalities alone
        rates("0.1192", a="0.19", b="0.20", c="0.195"),  # the region alone
        rates("0.1192", a="0.1913", b="0.2013", c="0.1973"),  # another change is the most common one
        rates("0.1192", a="0.1923", b="0.20", c="0.197"),  # each its own: one agrees by chance
        rates("0.1192", d="0.2123"),  # nothing to compare with
    ],
)
def test_no_shift_is_claimed(after: Rates) -> None:
    assert shift_seen(BEFORE, after) is None


@pytest.mark.parametrize("rate", ["-0.01", "20.73"])
def test_a_rate_is_a_share(rate: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        shift_seen(BEFORE, rates("0.1215", a=rate))


@settings(max_examples=40)
@given(shift=st.integers(-200, 200).filter(bool), own=CHANGES)
def test_a_majority_s_shift_is_always_found_with_every_own_change(shift: int, own: list[int]) -> None:
    """As many and one more that follow the shift alone, whatever the others do."""
    changes = {f"{number:04}": change for number, change in enumerate([*own, *([0] * (len(own) + 1))])}
    moved = {code: Fraction(2000 + shift + change, 10_000) for code, change in changes.items()}
    seen = shift_seen(
        Rates(REGION, dict.fromkeys(changes, Fraction(2000, 10_000))),
        Rates(REGION - Fraction(shift, 10_000), moved),
    )
    assert seen is not None
    assert seen.shift == Fraction(shift, 10_000)
    assert seen.own_changes == {code: Fraction(change, 10_000) for code, change in changes.items()}
