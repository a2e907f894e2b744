"""The tax shift (skatteväxling): how many öre a cost is worth, and what each municipality gains or loses.

A shift of τ moves the county rates of the income equalisation öre for öre, so that a municipality with any tax
base gets τ · G per inhabitant: its own tax τ · u · T and a change of equalisation τ · (G · P − u · T). So öre are
required by the county's population, cost and guaranteed tax power, never by its own tax base; that naive variant is
reckoned beside, for it is what is often seen in print. Everything is exact: kronor, inhabitants, and τ as a fraction
of income (22 öre per hundred kronor is 22/10 000). The national cost equalisation is not included, and neither is the
very small change of the adjustment item (regleringspost) that every municipality of the country shares.

Sources: lag (2004:773) 3–7 §§; that rates move 1:1 is read off the county rates of 2015 and 2016 (docs/maths.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

ORE = Fraction(1, 10_000)
"""One öre per hundred kronor of income, as a fraction of income."""


@dataclass(frozen=True)
class TaxPayer:
    """A municipality as the shift sees it."""

    population: Fraction
    """Inhabitants on 1 November of the year before."""
    indexed_tax_base: Fraction
    """u · T, kr."""
    cost: Fraction
    """Net cost that it takes over, kr in the year's prices."""


@dataclass(frozen=True)
class Effect:
    """What the shift is to one municipality, kr; revenue is the sum of own tax and change of equalisation."""

    population: Fraction
    cost: Fraction
    own_tax: Fraction
    equalisation_change: Fraction

    @property
    def revenue(self) -> Fraction:
        """Own tax + change of equalisation, kr."""
        return self.own_tax + self.equalisation_change

    @property
    def effect(self) -> Fraction:
        """Revenue − cost, kr; plus is a gain."""
        return self.revenue - self.cost


@dataclass(frozen=True)
class Shift:
    """A shift of a county: öre required and agreed (as fractions of income), and each municipality's effect."""

    guaranteed: Fraction
    required: Fraction
    agreed: Fraction
    naive: Fraction
    effects: Mapping[str, Effect]

    @property
    def net_cost(self) -> Fraction:
        """What the municipalities take over, kr."""
        return sum((effect.cost for effect in self.effects.values()), Fraction(0))

    @property
    def population(self) -> Fraction:
        """The county's inhabitants."""
        return sum((effect.population for effect in self.effects.values()), Fraction(0))

    @property
    def revenue(self) -> Fraction:
        """The municipalities' revenue of the agreed öre, kr: τ · G · ΣP."""
        return sum((effect.revenue for effect in self.effects.values()), Fraction(0))

    @property
    def own_tax(self) -> Fraction:
        """Of which own tax, kr; also the naive revenue."""
        return sum((effect.own_tax for effect in self.effects.values()), Fraction(0))

    @property
    def rounding(self) -> Fraction:
        """Revenue − net cost, kr: what rounding the öre leaves."""
        return self.revenue - self.net_cost


def required_shift(net_cost: Fraction, guaranteed: Fraction, population: Fraction) -> Fraction:
    """τ = C / (G · ΣP), a fraction of income, of a net cost C in the year's prices.

    Raises ValueError for a negative cost, or a guarantee or population that is not above zero.
    """
    if net_cost < 0:
        raise ValueError(f"A net cost to be covered by tax is 0 kr or more, not {net_cost}.")
    if guaranteed <= 0 or population <= 0:
        raise ValueError("A tax shift needs a guaranteed tax power and a population above zero.")
    return net_cost / (guaranteed * population)


def rounded_shift(required: Fraction, step: Fraction = ORE) -> Fraction:
    """The required shift in whole steps, halves up; a step is an öre unless the agreement says otherwise.

    Raises ValueError for a step that is not above zero.
    """
    if step <= 0:
        raise ValueError("Öre are rounded to steps above zero.")
    return (required / step + Fraction(1, 2)).__floor__() * step


def naive_shift(net_cost: Fraction, indexed_tax_base: Fraction) -> Fraction:
    """C / Σ(u · T): the öre on the county's own tax base, as if there were no income equalisation. Only to compare.

    Raises ValueError for a tax base that is not above zero.
    """
    if indexed_tax_base <= 0:
        raise ValueError("Own öre need a tax base above zero.")
    return net_cost / indexed_tax_base


def effect_of(payer: TaxPayer, shift: Fraction, guaranteed: Fraction) -> Effect:
    """A municipality's own tax τ · u · T and change of equalisation τ · (G · P − u · T), kr, beside its cost.

    The same for receivers and payers. Raises ValueError for a population that is not above zero, a negative base or a
    negative cost.
    """
    if payer.population <= 0 or payer.indexed_tax_base < 0:
        raise ValueError("A municipality needs inhabitants above zero and a tax base of 0 kr or more.")
    if payer.cost < 0:
        raise ValueError(f"A municipality takes over a net cost of 0 kr or more, not {payer.cost}.")
    own = shift * payer.indexed_tax_base
    return Effect(payer.population, payer.cost, own, shift * guaranteed * payer.population - own)


def tax_shift(payers: Mapping[str, TaxPayer], guaranteed: Fraction, agreed: Fraction | None = None) -> Shift:
    """The whole shift of a county; without agreed öre the required ones, rounded to whole öre.

    Raises ValueError without municipalities, and as `required_shift` and `effect_of` do.
    """
    if not payers:
        raise ValueError("A tax shift needs at least one municipality.")
    cost = sum((payer.cost for payer in payers.values()), Fraction(0))
    population = sum((payer.population for payer in payers.values()), Fraction(0))
    base = sum((payer.indexed_tax_base for payer in payers.values()), Fraction(0))
    required = required_shift(cost, guaranteed, population)
    shift = rounded_shift(required) if agreed is None else agreed
    effects = {code: effect_of(payers[code], shift, guaranteed) for code in sorted(payers)}
    return Shift(guaranteed, required, shift, naive_shift(cost, base), effects)


def region_change(shift: Fraction, guaranteed: Fraction, population: Fraction) -> Fraction:
    """What the region loses, kr (minus): −τ · G_region · ΣP, by its own guaranteed tax power.

    With a guarantee of 110 % (to 2011) it loses less than the municipalities gain, and the State pays the rest;
    with 115 % (from 2012) the two are equal. Source: prop. 2010/11:156.
    """
    return -shift * guaranteed * population


def final_revenue(
    shift: Fraction, population: Fraction, guaranteed: Fraction, mean_base: Fraction, growth: tuple[Fraction, Fraction]
) -> Fraction:
    """Revenue after the final settlement (slutavräkning), kr: τ · P · (G + M · (a − u)).

    Tax is settled at a uniform amount per inhabitant: `mean_base` is M, the country's mean tax power before
    indexing, `growth` the actual growth a and the uprated one u over the two years, each as a factor.
    Inferred from the rules of settlement, no printed formula was found.
    """
    actual, uprated = growth
    return shift * population * (guaranteed + mean_base * (actual - uprated))
