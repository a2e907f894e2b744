"""The years after a tax shift: revenue that grows with the guaranteed tax power, cost with prices and with age.

Revenue of a year is τ · G · P, as in the first. Cost is the first year's by a price index alone ("recorded cost
indexed"), or by the ageing of the municipality too ("future growth"): what its inhabitants of each age group need,
by the visits that the county's inhabitants of that age had. Everything is exact.

Sources: revenue as in `equalisation.tax_shift`; the two readings of cost are those of the dispute in Stockholm 2018
(docs/maths.md); the ageing factor is indirect standardisation with constant visits per inhabitant, our own choice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class LaterYear:
    """What a year is to one municipality, against the first year of the shift."""

    guaranteed: Fraction
    """Guaranteed tax power of the year, kr per inhabitant."""
    population: Fraction
    """Inhabitants that the year is reckoned with."""
    price_factor: Fraction
    """Price index of the year over that of the first year."""
    ageing: Fraction = Fraction(1)
    """Need of the year over that of the first year."""


@dataclass(frozen=True)
class Outcome:
    """Revenue and cost of a municipality in a year, kr."""

    revenue: Fraction
    cost: Fraction

    @property
    def effect(self) -> Fraction:
        """Revenue − cost, kr; plus is a gain."""
        return self.revenue - self.cost


def outcome(shift: Fraction, first_cost: Fraction, year: LaterYear) -> Outcome:
    """Revenue τ · G · P, and the first year's cost by price and ageing, kr.

    `shift` is τ in force that year, a fraction of income; `first_cost` is kr in the first year's prices. Raises
    ValueError for a population, guarantee, price factor or ageing that is not above zero.
    """
    if min(year.guaranteed, year.population, year.price_factor, year.ageing) <= 0:
        raise ValueError("A year ahead needs a guaranteed tax power, population, price factor and ageing above zero.")
    return Outcome(shift * year.guaranteed * year.population, first_cost * year.price_factor * year.ageing)


def grown(value: Fraction, growth: Iterable[Fraction]) -> Fraction:
    """value · Π(1 + g), for each year's growth as a fraction (2.5 % is 0.025); the value's own unit.

    Raises ValueError for a growth of −1 or less: nothing would be left.
    """
    for share in growth:
        if share <= -1:
            raise ValueError(f"A year's growth is more than −100 %, not {share}.")
        value *= 1 + share
    return value


def visits_per_inhabitant(visits: Mapping[str, int], population: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Visits per inhabitant and year of each age group.

    Raises ValueError where the two have other groups, a group has no inhabitants, or nobody has any visit.
    """
    if visits.keys() != population.keys():
        raise ValueError(f"Visits of {', '.join(sorted(visits))} and inhabitants of {', '.join(sorted(population))}.")
    if empty := sorted(group for group, persons in population.items() if persons <= 0):
        raise ValueError(f"The age group {', '.join(empty)} has no inhabitants: it has no visits per inhabitant.")
    if min(visits.values(), default=0) < 0 or not sum(visits.values()):
        raise ValueError("Visits by age are 0 or more, and some of them more than 0.")
    return {group: visits[group] / population[group] for group in sorted(visits)}


def ageing_factor(
    rates: Mapping[str, Fraction], then: Mapping[str, Fraction], first: Mapping[str, Fraction]
) -> Fraction:
    """Σ rate · inhabitants of the year / Σ rate · inhabitants of the first year: how much the need has grown.

    `then` and `first` are inhabitants by age group. Raises ValueError where a group lacks, or nobody had any need
    in the first year.
    """
    if not rates.keys() == then.keys() == first.keys():
        raise ValueError("An ageing factor needs the visits and both years' inhabitants of the same age groups.")
    need = sum((rate * first[group] for group, rate in rates.items()), Fraction(0))
    if need <= 0:
        raise ValueError("The first year's inhabitants have no visits: no need can grow from that.")
    return sum((rate * then[group] for group, rate in rates.items()), Fraction(0)) / need
