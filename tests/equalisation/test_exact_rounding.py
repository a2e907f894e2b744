from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equalisation.exact import rounded


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1/3", 2, "0.33"),
        ("2/3", 2, "0.67"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("-0.0049", 2, "0.00"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0", 4, "0.0000"),
        ("123456789012345678901234567890.125", 2, "123456789012345678901234567890.13"),
    ],
)
def test_halves_go_away_from_zero_and_no_digit_is_lost(value: str, places: int, text: str) -> None:
    assert str(rounded(Fraction(value), places)) == text


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
def test_as_decimal_itself_rounds(value: Decimal, places: int) -> None:
    assert rounded(Fraction(value), places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def test_a_negative_number_of_decimals_is_refused() -> None:
    with pytest.raises(ValueError, match="0 decimals or more"):
        rounded(Fraction(1), -1)
