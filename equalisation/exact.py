"""From exact fractions to published decimals: the only place where a formula's result is rounded."""

from decimal import Decimal
from fractions import Fraction

PER_CENT = Fraction(1, 100)


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """The value with so many decimals, halves away from zero (ROUND_HALF_UP), without any loss before.

    Raises ValueError for a negative number of decimals.
    """
    if places < 0:
        raise ValueError(f"A value is rounded to 0 decimals or more, not to {places}.")
    steps = int(abs(value) * 10**places + Fraction(1, 2))
    digits = tuple(int(digit) for digit in str(steps))
    return Decimal((int(value < 0 and steps > 0), digits, -places))
