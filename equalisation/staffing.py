"""Full-time equivalents (årsarbetare) from the time of visits and from patients per post, and parts that add up.

Everything is exact: fractions in, fractions out. Only where posts are published are they rounded, to ten
thousandths, and then so that parts make their total to the last decimal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded

PLACES = 4
"""Decimals of published posts."""
ALL = "all"
_MINUTES_PER_HOUR = 60
_MONTHS_PER_YEAR = 12
_Cell = tuple[str, str]
"""Municipality and profession."""


@dataclass(frozen=True)
class WorkingTime:
    """What a full-time post of a profession gives."""

    hours_per_year: Fraction
    """Hours at work in a year, when holidays and absence are taken away."""
    direct_share: Fraction
    """Share of those hours that goes to visits and the travel to them; the rest is notes, meetings, training."""
    travel_share: Fraction
    """Minutes of travel per minute of visit."""


def mean_minutes(minutes: Fraction, visits: int) -> Fraction:
    """Minutes per visit among the visits whose duration is registered.

    Raises ValueError where no visit has one.
    """
    if visits <= 0:
        raise ValueError("A mean duration needs at least one visit with a duration.")
    return minutes / visits


def whole_minutes(minutes: Fraction, visits: int, visits_with_minutes: int, mean: Fraction) -> Fraction:
    """Minutes of all visits: those without a duration get the mean of those with one.

    Raises ValueError where more visits have a duration than there are visits.
    """
    if not 0 <= visits_with_minutes <= visits:
        raise ValueError(f"{visits_with_minutes} visits with a duration cannot be among {visits} visits.")
    return minutes + (visits - visits_with_minutes) * mean


def fte_of_volume(minutes: Fraction, work: WorkingTime, months: int = _MONTHS_PER_YEAR) -> Fraction:
    """Posts that visits of so many minutes need, with the travel to them: minutes · (1 + travel) / minutes per post.

    `months`: how many months of the year the minutes are of; a post gives as many twelfths of its yearly time.
    Raises ValueError for shares or hours that no post has.
    Source: our own definition (docs/maths.md, Staffing); the assumptions are the region's, in `staffing.yaml`.
    """
    if not 1 <= months <= _MONTHS_PER_YEAR:
        raise ValueError(f"A year has 1 to 12 months with visits, not {months}.")
    if work.hours_per_year <= 0 or not 0 < work.direct_share <= 1 or work.travel_share < 0:
        raise ValueError("A post needs hours above 0, a direct share of at most 1, and no travel below 0.")
    hours = work.hours_per_year * work.direct_share * Fraction(months, _MONTHS_PER_YEAR)
    return minutes * (1 + work.travel_share) / (_MINUTES_PER_HOUR * hours)


def fte_of_norm(patients: int, patients_per_post: Fraction) -> Fraction:
    """Posts for so many patients: 1.0 post per `patients_per_post`.

    Raises ValueError for a norm that is not above zero.
    Source: Region Norrbotten, "Hemsjukvård och hembesök – samverkan": 1.0 occupational therapist per 111 patients.
    """
    if patients_per_post <= 0:
        raise ValueError(f"A norm is so many patients per post, above zero, not {patients_per_post}.")
    return patients / patients_per_post


def largest_remainder(
    total: Decimal, weights: Mapping[str, Fraction | int], places: int = PLACES
) -> dict[str, Decimal]:
    """The total in parts by weights that sum to it exactly, each with so many decimals.

    Each part is rounded down, and what is left is given, a step at a time, to the parts that lost most; of those
    that lost alike, to the first by code. All weights zero: all parts alike but for the last steps.
    Raises ValueError for a total that is negative or has more decimals, without weights, or for a negative weight.
    Source: the method of largest remainders (Hamilton); Balinski and Young, Fair Representation (1982).
    """
    steps = Fraction(total) * 10**places
    if steps < 0 or steps.denominator != 1:
        raise ValueError(f"A total of 0 or more with at most {places} decimals can be split, not {total}.")
    if not weights or min(weights.values()) < 0:
        raise ValueError("A total is split by weights of 0 or more, at least one of them.")
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    scale = steps / sum(weights.values(), Fraction(0))
    quotas = {code: weights[code] * scale for code in sorted(weights)}
    parts = {code: int(quota) for code, quota in quotas.items()}
    left = int(steps) - sum(parts.values())
    for code in sorted(quotas, key=lambda code: (parts[code] - quotas[code], code))[:left]:
        parts[code] += 1
    return {code: _of_steps(part, places) for code, part in parts.items()}


def reconciled(cells: Mapping[_Cell, Fraction]) -> dict[_Cell, Decimal]:
    """Posts by municipality and profession with the rows `all`, rounded so that every row is the sum of its parts.

    The total of all is rounded; it is split over professions, and each profession's over municipalities, by largest
    remainder. A municipality's `all` is the sum of its professions. Raises ValueError as `largest_remainder` does.
    """
    by_profession: dict[str, Fraction] = {}
    for (_, profession), fte in cells.items():
        by_profession[profession] = by_profession.get(profession, Fraction(0)) + fte
    total = rounded(sum(by_profession.values(), Fraction(0)), PLACES)
    return split_totals(largest_remainder(total, by_profession), cells)


def split_totals(totals: Mapping[str, Decimal], cells: Mapping[_Cell, Fraction]) -> dict[_Cell, Decimal]:
    """Each profession's total over the municipalities by its cells, with the rows `all`; every row sums exactly.

    Raises ValueError as `largest_remainder` does, and for a profession without cells.
    """
    parts: dict[_Cell, Decimal] = {}
    for profession, total in totals.items():
        weights = {municipality: fte for (municipality, of), fte in cells.items() if of == profession}
        parts |= {(code, profession): part for code, part in largest_remainder(total, weights).items()}
    return parts | _sums(parts)


def _sums(parts: Mapping[_Cell, Decimal]) -> dict[_Cell, Decimal]:
    """The rows `all` of municipalities, of professions, and of both."""
    sums: dict[_Cell, Decimal] = {}
    for (municipality, profession), part in parts.items():
        for cell in _totals_of(municipality, profession):
            sums[cell] = sums.get(cell, _of_steps(0, PLACES)) + part
    return sums


def _totals_of(municipality: str, profession: str) -> Iterable[_Cell]:
    return (municipality, ALL), (ALL, profession), (ALL, ALL)


def _of_steps(steps: int, places: int) -> Decimal:
    """A whole number of the last decimal, without any context's precision in the way."""
    return Decimal((0, tuple(int(digit) for digit in str(steps)), -places))
