"""What rows rest on: the weakest basis among them, and the weakest status. And the sums of published kronor."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_WEAKEST_BASIS = ("illustrative", "forecast", "derived", "delivered", "official")
_WEAKEST_STATUS = ("missing", "protected", "not_applicable", "preliminary", "ok")


@dataclass(frozen=True)
class Ground:
    """How the figures of a row are known, and their status."""

    basis: str
    status: str = "ok"


def ground(grounds: Iterable[Ground]) -> Ground:
    """The weakest of several; of none, no basis and `missing`."""
    listed = list(grounds)
    status = _first(_WEAKEST_STATUS, {entry.status for entry in listed}) or "missing"
    return Ground(weakest_basis(entry.basis for entry in listed), status)


def weakest_basis(bases: Iterable[str]) -> str:
    """The weakest of the bases; a word that isn't a basis is weaker than all, and stands as it is."""
    found = set(bases)
    return min(found - set(_WEAKEST_BASIS), default=_first(_WEAKEST_BASIS, found))


def summed(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum in kronor; None where one is missing, and where there are none."""
    listed = list(amounts)
    known = [amount for amount in listed if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(listed) else None


def _first(order: tuple[str, ...], found: set[str]) -> str:
    return next((entry for entry in order if entry in found), "")
