"""Income equalisation (inkomstutjämning) of municipalities and regions, exact to the last fraction.

The act is lag (2004:773) om kommunalekonomisk utjämning. Everything is kronor and inhabitants, never
thousands; rates and shares are fractions (19.00 % is 19/100), never percent. Amounts per inhabitant
are received when positive and paid when negative.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Literal

RateKind = Literal["bidrag", "avgift"]


@dataclass(frozen=True)
class PublishedRow:
    """A receiver in a published table: own indexed tax power and what it received, kr per inhabitant."""

    indexed_tax_power: Fraction
    equalisation: Fraction


def indexed_tax_base(tax_base: Fraction, factors: Iterable[Fraction]) -> Fraction:
    """The indexed tax base (uppräknat skatteunderlag), kr: the tax base times the year's uprating factors.

    `factors`: the growth to the year before and to the equalisation year.
    Raises ValueError for a factor that is not above zero.
    Source: 3 § of the act; 4 § lag (1965:269) and its yearly ordinance.
    """
    listed = tuple(factors)
    if min(listed, default=Fraction(1)) <= 0:
        raise ValueError("An uprating factor must be above zero, such as 1.033.")
    return tax_base * prod(listed)


def tax_power(tax_base: Fraction, population: Fraction) -> Fraction:
    """Tax power (skattekraft), kr per inhabitant: a municipality's, or the national mean (medelskattekraft).

    `population`: inhabitants on 1 November of the year before.
    Raises ValueError for a population that is not above zero.
    Source: 3 § of the act.
    """
    if population <= 0:
        raise ValueError(f"A tax power needs a population above zero, not {population}.")
    return tax_base / population


def guaranteed_tax_power(mean_tax_power: Fraction, guarantee_share: Fraction) -> Fraction:
    """The guaranteed tax power, kr per inhabitant: the guaranteed share of the indexed national mean.

    `guarantee_share`: a fraction, 115/100 in today's act.
    Raises ValueError for a share outside 0–2: most likely it was given in percent.
    Source: 3–4 §§ of the act (skatteutjämningsunderlag, per inhabitant).
    """
    if not 0 < guarantee_share <= 2:
        raise ValueError(f"A guaranteed share is a fraction such as 1.15, not {guarantee_share}.")
    return mean_tax_power * guarantee_share


def rate_kind(own: Fraction, guaranteed: Fraction) -> RateKind:
    """Which rate holds: `bidrag` up to the guarantee, `avgift` above it; both arguments kr per inhabitant.

    Source: 5–6 §§ of the act.
    """
    return "bidrag" if own <= guaranteed else "avgift"


def bidrag(own: Fraction, guaranteed: Fraction, rate: Fraction) -> Fraction:
    """What a receiver gets, kr per inhabitant, zero or more: the missing tax power times the county's rate.

    Raises ValueError where own tax power is above the guarantee, or the rate is no fraction.
    Source: 5 § of the act; rate: 2 § förordning (2004:881).
    """
    if own > guaranteed:
        raise ValueError("A municipality above the guarantee pays avgift and receives no bidrag.")
    return _checked(rate) * (guaranteed - own)


def avgift(own: Fraction, guaranteed: Fraction, rate: Fraction) -> Fraction:
    """What a payer pays, kr per inhabitant, zero or less: the excess tax power times the county's rate.

    Raises ValueError where own tax power is below the guarantee, or the rate is no fraction.
    Source: 6 § of the act; rate: 3 § förordning (2004:881). Not for 2014–2015: see `avgift_in_two_bands`.
    """
    if own < guaranteed:
        raise ValueError("A municipality below the guarantee receives bidrag and pays no avgift.")
    return _checked(rate) * (guaranteed - own)


def avgift_in_two_bands(
    own: Fraction, guaranteed: Fraction, limit: Fraction, lower_rate: Fraction, upper_rate: Fraction
) -> Fraction:
    """What a payer paid in 2014–2015, kr per inhabitant, zero or less: one rate to the limit, another above.

    `limit`: 125 % of the mean tax power, kr per inhabitant.
    Raises ValueError where own is below the guarantee or the limit is, or a rate is no fraction.
    Source: Fi2012/4726; 3 § förordning (2004:881) as of SFS 2014:1372.
    """
    if limit < guaranteed:
        raise ValueError("The limit between the two bands must not lie below the guarantee.")
    lower_band = avgift(min(own, limit), guaranteed, lower_rate)
    return lower_band - _checked(upper_rate) * max(own - limit, Fraction(0))


def solve_guaranteed_tax_power(rows: Sequence[PublishedRow], rate: Fraction) -> Fraction:
    """The guaranteed tax power, kr per inhabitant, that fits a published table of receivers best.

    Least squares: each row says guaranteed = received / rate + own, and the best value is the mean of them.
    All rows count alike; the deviations of single rows are not what is made small, so they remain a test.
    Raises ValueError without rows, for a payer among them, or a rate that is no fraction above zero.
    """
    _must_be_receivers(rows)
    if _checked(rate) == 0:
        raise ValueError("With a rate of zero no guarantee can be solved.")
    return sum((row.equalisation / rate + row.indexed_tax_power for row in rows), Fraction(0)) / len(rows)


def solve_national_population(
    rows: Sequence[PublishedRow], rate: Fraction, indexed_national_base: Fraction, guarantee_share: Fraction
) -> Fraction:
    """The country's inhabitants on 1 November that fit a published table best: one unknown for all its rows.

    `indexed_national_base`: kr; `rate` and `guarantee_share`: fractions. Turns 3–5 §§ of the act around.
    Raises ValueError as `solve_guaranteed_tax_power` and `guaranteed_tax_power` do.
    """
    guaranteed_base = guaranteed_tax_power(indexed_national_base, guarantee_share)
    return guaranteed_base / solve_guaranteed_tax_power(rows, rate)


def solve_county_rate(tables: Sequence[Sequence[PublishedRow]]) -> Fraction:
    """The one bidrag rate, a fraction, that fits the published tables of one or several years best.

    Least squares with a level of its own for each table, so that no population is needed: the rate is
    how much less a municipality receives per krona of own tax power.
    Raises ValueError for an empty table, a payer, or tables in which all tax powers are the same.
    """
    pairs = [pair for table in tables for pair in _centred(table)]
    spread = sum((own * own for own, _ in pairs), Fraction(0))
    if spread == 0:
        raise ValueError("A rate can only be solved where tax powers differ.")
    return -sum((own * received for own, received in pairs), Fraction(0)) / spread


def _centred(table: Sequence[PublishedRow]) -> list[tuple[Fraction, Fraction]]:
    _must_be_receivers(table)
    own = sum((row.indexed_tax_power for row in table), Fraction(0)) / len(table)
    received = sum((row.equalisation for row in table), Fraction(0)) / len(table)
    return [(row.indexed_tax_power - own, row.equalisation - received) for row in table]


def _must_be_receivers(rows: Sequence[PublishedRow]) -> None:
    if not rows:
        raise ValueError("Nothing can be solved from an empty table.")
    if any(row.equalisation < 0 for row in rows):
        raise ValueError("Only receivers can be solved from: payers have another rate.")


def _checked(rate: Fraction) -> Fraction:
    if not 0 <= rate < 1:
        raise ValueError(f"A county rate is a fraction such as 0.19, not {rate}: was it given in percent?")
    return rate
