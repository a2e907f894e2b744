"""Inter-municipal equalisation (mellankommunal utjämning): what municipalities give each other for some years.

A tax shift gives every municipality the same revenue per inhabitant, so that those win whose cost per inhabitant is
low, and those lose whose cost is high. A municipality's difference is d = cost − revenue, and centred
d* = d − P · Σd / ΣP, so that what rounding the öre leaves makes nobody pay. Amounts are kr, plus for who receives, and
sum to exactly zero.

No amount leads past the mean: it has the sign of d* and is never larger than it, so a cap or a floor makes no winner of
a loser. Rounding may move an amount by less than a step and a half. Everything else is exact.

Sources: LSS (1993:387) 17 § lets municipalities pay each other where a region has handed over to all of them; the
corresponding rule for home health care wasn't read. No county's scheme was found in print: the formulas are our own
(docs/maths.md), floor and taper after the shape of lag (2004:773) 13 §.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.staffing import largest_remainder

Amounts = Mapping[str, Fraction]
"""Municipality → kr."""


@dataclass(frozen=True)
class Terms:
    """What the municipalities agreed on; raises ValueError for terms that no agreement can have."""

    weights: tuple[Fraction, ...]
    """Share of the difference that is evened out, a year each from the first on."""
    cap: Fraction | None = None
    """No amount is larger, kr per inhabitant."""
    floor: Fraction = Fraction(0)
    """So much of a difference isn't evened out, kr per inhabitant."""
    taper: Fraction = Fraction(0)
    """So much the floor grows each year, kr per inhabitant."""

    def __post_init__(self) -> None:
        if not self.weights or not all(0 <= weight <= 1 for weight in self.weights):
            raise ValueError("Each year has a weight from 0 to 1, and there is at least one year.")
        if self.floor < 0 or self.taper < 0 or (self.cap is not None and self.cap <= 0):
            raise ValueError("A cap is above 0 kr per inhabitant, a floor and its taper are 0 or more.")

    def weight(self, number: int) -> Fraction:
        """The weight of a year, counted from 1; raises ValueError for a year that the scheme hasn't."""
        if not 1 <= number <= len(self.weights):
            raise ValueError(f"The scheme has the years 1 to {len(self.weights)}, not {number}.")
        return self.weights[number - 1]

    def floor_of(self, number: int) -> Fraction:
        """The floor of a year, kr per inhabitant: floor + taper · (y − 1)."""
        return self.floor + self.taper * (number - 1)


def shared_by_key(total: Fraction, keys: Amounts) -> dict[str, Fraction]:
    """A total in parts by a key: total · key / Σ key.

    Raises ValueError for a key below 0, or where none is above.
    """
    if any(key < 0 for key in keys.values()) or not any(keys.values()):
        raise ValueError("A cost is shared by a key of 0 or more, above 0 in at least one municipality.")
    whole = sum(keys.values(), Fraction(0))
    return {code: total * keys[code] / whole for code in sorted(keys)}


def centred_differences(costs: Amounts, revenues: Amounts, population: Amounts) -> dict[str, Fraction]:
    """d* = d − P · Σd / ΣP of d = cost − revenue, kr by municipality; plus for who has the dearer activity.

    Raises ValueError where a municipality is missing from one of the three, or has no inhabitants.
    """
    _must_be_the_same(population, costs, revenues)
    own = {code: costs[code] - revenues[code] for code in sorted(population)}
    mean = sum(own.values(), Fraction(0)) / sum(population.values(), Fraction(0))
    return {code: difference - population[code] * mean for code, difference in own.items()}


def amounts_of_year(
    differences: Amounts, population: Amounts, terms: Terms, number: int, before: Amounts | None = None
) -> dict[str, Fraction]:
    """Exact kr by municipality in year y: sign(d*) · max(|d*|/P − floor_y, 0) · P · w_y, capped, then balanced.

    The cap is on |amount|/P. `before`: the same differences' amounts of the year before; unless the weight has grown
    no amount is larger than it was, which balancing would else allow: a side that shrinks scales the other less.
    Raises ValueError where differences aren't centred, a municipality is missing, or the scheme hasn't the year.
    """
    _must_be_the_same(population, differences)
    if sum(differences.values(), Fraction(0)) != 0:
        raise ValueError("Only centred differences, which sum to 0 kr, can be evened out.")
    weight, floor = terms.weight(number), terms.floor_of(number)
    amounts = {}
    for code in sorted(differences):
        size = max(abs(differences[code]) - floor * population[code], Fraction(0)) * weight
        if terms.cap is not None:
            size = min(size, terms.cap * population[code])
        amounts[code] = size if differences[code] > 0 else -size
    if before is not None and weight <= terms.weight(number - 1):
        amounts = _no_larger(amounts, before)
    return balanced(amounts)


def fixed_amounts(differences: Amounts, population: Amounts, terms: Terms) -> list[dict[str, Fraction]]:
    """Exact kr by municipality for each year of a scheme whose differences were fixed when it was agreed.

    While weights don't grow, no amount does. Raises ValueError as `amounts_of_year` does.
    """
    years: list[dict[str, Fraction]] = []
    for number in range(1, len(terms.weights) + 1):
        before = years[-1] if years else None
        years.append(amounts_of_year(differences, population, terms, number, before))
    return years


def balanced(amounts: Amounts) -> dict[str, Fraction]:
    """The amounts with the larger side, payers or receivers, scaled down to the smaller: they sum to 0 kr."""
    sides = {
        sign: sum((abs(amount) for amount in amounts.values() if amount * sign > 0), Fraction(0)) for sign in (1, -1)
    }
    scale = {sign: min(sides.values()) / side if side else Fraction(0) for sign, side in sides.items()}
    return {code: amount * scale[1 if amount > 0 else -1] for code, amount in sorted(amounts.items())}


def whole_amounts(amounts: Amounts, step: int = 1) -> dict[str, Decimal]:
    """Whole multiples of so many kr that sum to exactly 0: each side's total half up, its parts by largest remainder.

    None changes its sign; each moves by less than a step and a half. Raises ValueError for amounts that don't sum to
    0 kr, or a step below 1 kr.
    """
    if step < 1:
        raise ValueError(f"Amounts are rounded to whole kronor or multiples of them, not to {step} kr.")
    if sum(amounts.values(), Fraction(0)) != 0:
        raise ValueError("Only amounts that sum to 0 kr can be rounded so that they still do.")
    received = {code: max(amount, Fraction(0)) for code, amount in amounts.items()}
    paid = {code: max(-amount, Fraction(0)) for code, amount in amounts.items()}
    steps = rounded(sum(received.values(), Fraction(0)) / step, 0)
    plus, minus = (largest_remainder(steps, side, places=0) for side in (received, paid))
    return {code: Decimal(step * (int(plus[code]) - int(minus[code]))) for code in sorted(amounts)}


def _no_larger(amounts: Amounts, before: Amounts) -> dict[str, Fraction]:
    """Amounts kept within those of the year before."""
    _must_be_there(amounts, before)
    return {code: max(min(amount, abs(before[code])), -abs(before[code])) for code, amount in amounts.items()}


def _must_be_the_same(population: Amounts, *others: Amounts) -> None:
    _must_be_there(population, *others)
    if empty := [code for code in sorted(population) if population[code] <= 0]:
        raise ValueError(f"Municipalities even out by inhabitants; there are none in {', '.join(empty)}.")


def _must_be_there(*sides: Amounts) -> None:
    """All of the same municipalities, at least one."""
    everywhere = set[str]().union(*sides)
    if missing := sorted({code for side in sides for code in everywhere - set(side)}):
        raise ValueError(f"A figure of {', '.join(missing)} is missing: all municipalities even out together.")
    if not everywhere:
        raise ValueError("There is no municipality to even out between.")
