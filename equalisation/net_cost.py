"""Net cost of an activity: what the ledger says of a part of it, and what posts and unit values say from below.

Everything is exact: kronor, inhabitants, visits, minutes and posts as fractions, by municipality where care is given.
A key (nyckel) is what a cost follows: visits, minutes, patients, posts, inhabitants, or the same for each municipality.
Source: our own definition (docs/maths.md, Net cost); the items are those that agreements of the kind list (wages,
cars, premises, devices, consumables).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Beside:
    """What another boundary is to one: shown beside it, so that one less the other can be read off."""

    together: frozenset[str]
    """The municipalities of which the other tells only what they have together; each other one it tells by itself."""
    apart: tuple[Mapping[str, int], ...]
    """Municipality → persons with visits that only the one counts; and with visits that only the other does."""

    def told(self, code: str) -> frozenset[str]:
        """The municipalities that are told as one with this one."""
        return self.together if code in self.together else frozenset({code})


def withheld(
    hidden: Collection[str], population: Mapping[str, Fraction], others: Sequence[Beside] = (), least: int = 0
) -> frozenset[str]:
    """The municipalities whose own key is not used: those hidden, those that another boundary tells, and their cover.

    A municipality is told where its key less the other's rests on 1 … `least` − 1 persons. Those withheld are never
    one alone, and what they have together rests on nobody or on `least` persons more or less than in each other
    boundary: if not, the smallest municipality that helps is withheld too, as long as one does. A person of two
    municipalities counts in both. `population` has every municipality.
    """
    together = set(hidden)
    for other, persons in _ways(others):
        told = {code for code in population if persons.get(code) and _few(persons, other.told(code), least)}
        together |= told
    while helping := _helping(together, population, others, least):
        together.add(min(helping, key=lambda code: (population[code], code)))
    return frozenset(together)


def _helping(
    together: Collection[str], population: Mapping[str, Fraction], others: Sequence[Beside], least: int
) -> set[str]:
    """The municipalities of which one has to be withheld as well; none where those that are cover each other."""
    rest = population.keys() - together
    if len(together) == 1:
        return rest
    for other, persons in _ways(others):
        whole = frozenset(together).union(*(other.told(code) for code in together))
        if _few(persons, whole, least) and (found := {code for code in rest - whole if persons.get(code)}):
            return found
    return set()


def _ways(others: Sequence[Beside]) -> Iterator[tuple[Beside, Mapping[str, int]]]:
    return ((other, persons) for other in others for persons in other.apart)


def _few(persons: Mapping[str, int], codes: Collection[str], least: int) -> bool:
    """Whether somebody, and fewer than `least`, is in these municipalities."""
    return 0 < sum(persons.get(code, 0) for code in codes) < least


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
