"""A tax shift as it is seen in tax rates: the region lowers its rate by what the municipalities raise theirs.

Tax rates are fractions of income (20.73 per cent is 0.2073). Source: the tax rates of Örebro county 1993–1999
(docs/maths.md), where the shifts of 1995, 1996 and 1999 stand out from municipalities' own changes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Rates:
    """The tax rates of a county in a year: the region's, and each municipality's by its code."""

    region: Fraction
    municipalities: Mapping[str, Fraction]


@dataclass(frozen=True)
class SeenShift:
    """A shift seen between two years; plus goes to the municipalities."""

    shift: Fraction
    own_changes: Mapping[str, Fraction]
    """Municipality → what it changed beside the shift; those alone that have a rate in both years."""


def shift_seen(before: Rates, after: Rates) -> SeenShift | None:
    """The shift s = −Δregion, if it is also the most common change among the municipalities; own change = Δ − s.

    None where the region's rate stands still, where another change is the most common one, or where several
    are equally common: then no shift is claimed, whatever the region's change was for.
    Raises ValueError for a tax rate below 0 or above 1.
    """
    for rate in (before.region, after.region, *before.municipalities.values(), *after.municipalities.values()):
        _must_be_share(rate)
    both = sorted(before.municipalities.keys() & after.municipalities.keys())
    changes = {code: after.municipalities[code] - before.municipalities[code] for code in both}
    shift = before.region - after.region
    if shift == 0 or _mode(changes) != shift:
        return None
    return SeenShift(shift, {code: change - shift for code, change in changes.items()})


def _mode(changes: Mapping[str, Fraction]) -> Fraction | None:
    """The most common change; None where there is none, or more than one."""
    ranked = Counter(changes.values()).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _must_be_share(rate: Fraction) -> None:
    if not 0 <= rate <= 1:
        raise ValueError(f"A tax rate is a fraction of income between 0 and 1, not {rate}.")
