"""Net cost of an activity: what the ledger says of a part of it, and what posts and unit values say from below.

Everything is exact: kronor, inhabitants, visits, minutes and posts as fractions, by municipality where care is given.
A key (nyckel) is what a cost follows: visits, minutes, patients, posts, inhabitants, or the same for each municipality.
Source: our own definition (docs/maths.md, Net cost); the items are those that agreements of the kind list (wages,
cars, premises, devices, consumables).
"""

from collections.abc import Collection, Mapping
from fractions import Fraction


def price_quotient(base: Fraction, year: Fraction) -> Fraction:
    """k = index of the year / index of the base year, as a factor.

    Raises ValueError for an index that is not above zero.
    """
    if base <= 0 or year <= 0:
        raise ValueError("A price index is above zero.")
    return year / base


def allocated(amount: Fraction, keys: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """An amount in kr that belongs to no municipality, by the municipalities' keys; the parts sum to it exactly.

    Raises ValueError for a negative key, or where all keys are zero.
    """
    total = sum(keys.values(), Fraction(0))
    if min(keys.values(), default=Fraction(0)) < 0 or total == 0:
        raise ValueError("An amount is allocated by keys of 0 or more, at least one of them above.")
    return {code: amount * keys[code] / total for code in sorted(keys)}


def of_scope(amount: Fraction, key: Fraction, scope_key: Fraction) -> Fraction:
    """c · key / key of the scope, kr: the part of a municipality's ledger cost that a boundary's key has.

    A scope without any key has no such part: 0. Raises ValueError for a negative key.
    """
    if key < 0 or scope_key < 0:
        raise ValueError("A key is 0 or more.")
    return amount * key / scope_key if scope_key else Fraction(0)


def from_below(quantity: Fraction, unit_value: Fraction, surcharge: Fraction = Fraction(0)) -> Fraction:
    """quantity · kr per unit · (1 + surcharge), kr; of a revenue the value is negative.

    Raises ValueError for a quantity or a surcharge below zero.
    """
    if quantity < 0 or surcharge < 0:
        raise ValueError("A quantity and a surcharge are 0 or more.")
    return quantity * unit_value * (1 + surcharge)


def withheld(hidden: Collection[str], population: Mapping[str, Fraction]) -> frozenset[str]:
    """The municipalities whose own key is not used: those hidden, and with a single one the smallest other.

    `population` has every municipality. With nobody else, one that is hidden could be read as the county's key less
    those that are shown.
    """
    if len(hidden) != 1:
        return frozenset(hidden)
    others = sorted((persons, code) for code, persons in population.items() if code not in hidden)
    return frozenset(hidden) | {code for _, code in others[:1]}


def joint_keys(
    keys: Mapping[str, Fraction], together: Collection[str], shares: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Keys that tell nothing of a municipality among `together` but what all of these have: theirs, by `shares`.

    The sum over the municipalities stays exactly the same. Raises ValueError as `allocated` does.
    """
    if not together:
        return dict(keys)
    whole = sum((keys[code] for code in together), Fraction(0))
    return {**keys, **allocated(whole, {code: shares[code] for code in together})}
