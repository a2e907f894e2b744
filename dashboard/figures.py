"""A figure with its status, and the little arithmetic that a page may do with published figures.

A sum, difference or share of figures is hidden as soon as one of them is, so that no page tells more
than the table it reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

Status = Literal["ok", "preliminary", "missing", "protected", "not_applicable"]
Number = int | float | Decimal | Fraction
_WEAKEST: tuple[Status, ...] = ("protected", "missing", "not_applicable", "preliminary", "ok")


@dataclass(frozen=True)
class Figure:
    """A value, or why there is none; a value that rests on deliveries still missing is `preliminary`."""

    value: Number | None
    status: Status = "ok"

    @property
    def shown(self) -> bool:
        """There is a value to show."""
        return self.value is not None

    @property
    def count(self) -> int:
        """The value of a count; 0 where there is none, so look at `shown` first."""
        return int(self.value or 0)


MISSING = Figure(None, "missing")
PROTECTED = Figure(None, "protected")
NOT_APPLICABLE = Figure(None, "not_applicable")


def figure(value: Number | None, status: str) -> Figure:
    """A figure as a published row gives it; a hidden one loses its value whatever the row holds."""
    known: Status = next((entry for entry in _WEAKEST if entry == status), "missing")
    if known in ("protected", "missing", "not_applicable"):
        return Figure(None, known)
    return Figure(value, known) if value is not None else MISSING


def total(figures: Iterable[Figure]) -> Figure:
    """The sum; hidden or missing where one of them is, and missing where there are none."""
    listed = list(figures)
    status = _weakest(listed)
    if not listed or not all(entry.shown for entry in listed):
        return Figure(None, status if listed else "missing")
    return Figure(sum(entry.count for entry in listed), status)


def difference(whole: Figure, *parts: Figure) -> Figure:
    """The whole less its parts; hidden or missing where one of them is."""
    if not all(entry.shown for entry in (whole, *parts)):
        return Figure(None, _weakest((whole, *parts)))
    return Figure(whole.count - sum(part.count for part in parts), _weakest((whole, *parts)))


def change(before: Figure, after: Figure) -> Figure:
    """The later value less the earlier, exactly; hidden or missing where one of them is."""
    if before.value is None or after.value is None:
        return Figure(None, _weakest((before, after)))
    return Figure(Fraction(after.value) - Fraction(before.value), _weakest((before, after)))


def share(part: Figure, whole: Figure) -> Figure:
    """The part of the whole, as an exact fraction; not applicable where the whole is 0."""
    if not (part.shown and whole.shown):
        return Figure(None, _weakest((part, whole)))
    if whole.count == 0:
        return NOT_APPLICABLE
    return Figure(Fraction(part.count, whole.count), _weakest((part, whole)))


def rounded(value: Number, decimals: int = 0) -> Decimal:
    """A value to so many decimals, halves away from zero, as Swedish tables round."""
    step = Decimal(1).scaleb(-decimals)
    return _decimal(value).quantize(step, rounding=ROUND_HALF_UP)


def _decimal(value: Number) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _weakest(figures: Iterable[Figure]) -> Status:
    found = {entry.status for entry in figures}
    return next((status for status in _WEAKEST if status in found), "missing")
