"""Decisions of a tax shift, and tax rates before and after: as agreed, and as seen in tax rates.

A shift of an agreement is what it decided; one of the origin `tax_rates` is read off a series of tax rates, whether
or not an agreement of it is known. Formulas: `equalisation.exchange`, docs/maths.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from equalisation.exact import PER_CENT, rounded
from equalisation.exchange import Rates, SeenShift, shift_seen
from equalisation.tax_shift import ORE
from regions.agreement import Agreement, OreDecision
from regions.errors import DataError
from regions.model import Basis
from regions.parameters import weakest
from tasks.equalisation.inputs import MUNICIPALITY, REGION, Inputs

Origin = Literal["agreement", "tax_rates"]

NO_AGREEMENT = "-"
TAX_RATE = "tax_rate"
_ORE_PLACES = 4
_RATE_PLACES = 6


@dataclass(frozen=True)
class ExchangeDecisionRow:
    """One decision of `equalisation.exchange_decisions`; öre per hundred kronor."""

    origin: Origin
    agreement: str
    valid_from: date
    valid_to: date | None
    change_ore: Decimal
    total_ore: Decimal
    source: str
    basis: str


@dataclass(frozen=True)
class TaxRateRow:
    """One area and year of `equalisation.tax_rates`; rates are fractions of income, changes öre."""

    origin: Origin
    agreement: str
    year: int
    level: str
    area_code: str
    tax_rate_before_share: Decimal | None
    shift_ore: Decimal | None
    own_change_ore: Decimal | None
    tax_rate_after_share: Decimal | None
    basis: str
    status: str


def exchange_decision_rows(inputs: Inputs) -> list[ExchangeDecisionRow]:
    """The decisions of every agreement, and the shifts seen in the tax rates known on the as-of date, by key.

    An agreement's `ore` is the total in force from a day; the change is the difference to the total before it. A
    decision is valid until the day before the next. Of what is seen in tax rates the total begins with the series.
    Raises DataError for a tax rate that isn't one.
    """
    rows = [row for agreement in inputs.folder.agreements for row in _decided(agreement)]
    return sorted([*rows, *_seen_decisions(inputs)], key=lambda row: (row.origin, row.agreement, row.valid_from))


def tax_rate_rows(inputs: Inputs) -> list[TaxRateRow]:
    """The rates of the region and each municipality before and after every shift, as councils vote on them, by key.

    Decisions of one year are taken together, for a tax rate holds for a year. After an agreement's shift the rate is
    the year's own where it is known, and the rest of the change is the area's own; until then it is rate + shift, and
    the own change is empty. Without a rate the year before there is none after, and the status is 'missing'.
    In a shift that is seen in tax rates, a municipality without a rate the year before has no change to part.
    Raises DataError for a tax rate that isn't one.
    """
    rows = [row for agreement in inputs.folder.agreements for row in _voted(inputs, agreement)]
    rows += [row for seen in _seen(inputs) for row in _seen_rates(seen)]
    return sorted(rows, key=lambda row: (row.origin, row.agreement, row.year, row.level, row.area_code))


# as agreed


def _changes(agreement: Agreement) -> list[tuple[OreDecision, Decimal, Basis]]:
    """Each decision with its change in öre, and how the change is known: it rests on the decision before, too."""
    made = []
    total, known = Decimal(0), None
    for decision in agreement.ore:
        made.append((decision, decision.ore - total, weakest([decision.kind, known or decision.kind])))
        total, known = decision.ore, decision.kind
    return made


def _decided(agreement: Agreement) -> Iterator[ExchangeDecisionRow]:
    changes = _changes(agreement)
    ends = _last_days([decision.valid_from for decision, _, _ in changes])
    for (decision, change, basis), valid_to in zip(changes, ends, strict=True):
        yield ExchangeDecisionRow(
            origin="agreement",
            agreement=agreement.id,
            valid_from=decision.valid_from,
            valid_to=valid_to,
            change_ore=rounded(Fraction(change), _ORE_PLACES),
            total_ore=rounded(Fraction(decision.ore), _ORE_PLACES),
            source=decision.source,
            basis=basis.value,
        )


def _last_days(first_days: Sequence[date]) -> list[date | None]:
    """For each decision the day before the next; none after the last."""
    return [*(day - timedelta(days=1) for day in first_days[1:]), None][: len(first_days)]


def _voted(inputs: Inputs, agreement: Agreement) -> Iterator[TaxRateRow]:
    by_year: dict[int, tuple[Decimal, Basis]] = {}
    for decision, change, basis in _changes(agreement):
        before, known = by_year.get(decision.valid_from.year, (Decimal(0), basis))
        by_year[decision.valid_from.year] = (before + change, weakest([known, basis]))
    for year, (change, basis) in by_year.items():
        for level, area in _areas(inputs):
            yield _voted_rate(inputs.apart(), agreement, year, (level, area), (Fraction(change) * ORE, basis))


def _voted_rate(
    inputs: Inputs, agreement: Agreement, year: int, area: tuple[str, str], decided: tuple[Fraction, Basis]
) -> TaxRateRow:
    level, code = area
    shift = decided[0] if level == MUNICIPALITY else -decided[0]
    before, after = _rate(inputs, year - 1, level, code), _rate(inputs, year, level, code)
    own = None if before is None or after is None else after - before - shift
    if after is None and before is not None:
        after = before + shift
    return TaxRateRow(
        origin="agreement",
        agreement=agreement.id,
        year=year,
        level=level,
        area_code=code,
        tax_rate_before_share=_share(before),
        shift_ore=_ore(shift),
        own_change_ore=_ore(own),
        tax_rate_after_share=_share(after),
        basis=inputs.basis(decided[1]).value,
        status="missing" if before is None else inputs.status,
    )


# as seen in tax rates


@dataclass(frozen=True)
class _Seen:
    """A shift seen from one year to the next, and the rates that it was seen in."""

    year: int
    shift: SeenShift
    rates: tuple[Rates, Rates]
    region: str
    inputs: Inputs

    @property
    def basis(self) -> Basis:
        """Official rates say what the rates were; that a shift lies behind them is read off them."""
        return self.inputs.basis(Basis.DERIVED)


def _seen(inputs: Inputs) -> Iterator[_Seen]:
    """The shifts between years that follow on each other, both with a rate of the region, in order of time."""
    region = inputs.folder.region.county_code
    years = [year for year in inputs.folder.parameters.years(TAX_RATE) if _has_rate(inputs, year, REGION, region)]
    for before, year in pairwise(years):
        used = inputs.apart()
        rates = _rates(used, before, region), _rates(used, year, region)
        if year == before + 1 and (shift := _shift_between(rates, year)):
            yield _Seen(year, shift, rates, region, used)


def _shift_between(rates: tuple[Rates, Rates], year: int) -> SeenShift | None:
    try:
        return shift_seen(*rates)
    except ValueError as error:
        raise DataError(
            f"No tax shift can be looked for between {year - 1} and {year}: {error}",
            where=f"parameters/{TAX_RATE}.yaml",
            todo="Correct the rate; it is written in per cent of income.",
        ) from error


def _seen_decisions(inputs: Inputs) -> Iterator[ExchangeDecisionRow]:
    seen = list(_seen(inputs))
    ends = _last_days([date(shift.year, 1, 1) for shift in seen])
    total = Fraction(0)
    for shift, valid_to in zip(seen, ends, strict=True):
        total += shift.shift.shift
        yield ExchangeDecisionRow(
            origin="tax_rates",
            agreement=NO_AGREEMENT,
            valid_from=date(shift.year, 1, 1),
            valid_to=valid_to,
            change_ore=rounded(shift.shift.shift / ORE, _ORE_PLACES),
            total_ore=rounded(total / ORE, _ORE_PLACES),
            source="; ".join(sorted({value.reference for value in shift.inputs.used})),
            basis=shift.basis.value,
        )


def _seen_rates(seen: _Seen) -> Iterator[TaxRateRow]:
    before, after = seen.rates
    shift = seen.shift.shift
    yield _seen_rate(seen, (REGION, seen.region), (before.region, after.region), (-shift, Fraction(0)))
    for code in sorted(after.municipalities):
        own = seen.shift.own_changes.get(code)
        parts = (None, None) if own is None else (shift, own)
        rates = before.municipalities.get(code), after.municipalities[code]
        yield _seen_rate(seen, (MUNICIPALITY, code), rates, parts)


def _seen_rate(
    seen: _Seen,
    area: tuple[str, str],
    rates: tuple[Fraction | None, Fraction],
    changes: tuple[Fraction | None, Fraction | None],
) -> TaxRateRow:
    return TaxRateRow(
        origin="tax_rates",
        agreement=NO_AGREEMENT,
        year=seen.year,
        level=area[0],
        area_code=area[1],
        tax_rate_before_share=_share(rates[0]),
        shift_ore=_ore(changes[0]),
        own_change_ore=_ore(changes[1]),
        tax_rate_after_share=_share(rates[1]),
        basis=seen.basis.value,
        status="missing" if rates[0] is None else seen.inputs.status,
    )


# rates


def _areas(inputs: Inputs) -> Iterator[tuple[str, str]]:
    yield REGION, inputs.folder.region.county_code
    yield from ((MUNICIPALITY, code) for code in sorted(inputs.folder.region.municipalities))


def _has_rate(inputs: Inputs, year: int, level: str, area: str) -> bool:
    return inputs.has(TAX_RATE, year, level=level, area=area)


def _rate(inputs: Inputs, year: int, level: str, area: str) -> Fraction | None:
    """An area's tax rate as a fraction of income; None where none is known."""
    if not _has_rate(inputs, year, level, area):
        return None
    return inputs.exact(TAX_RATE, year, level=level, area=area) * PER_CENT


def _rates(inputs: Inputs, year: int, region: str) -> Rates:
    """The county's rates of a year that has one of the region; municipalities without a rate are left out."""
    found = {code: _rate(inputs, year, MUNICIPALITY, code) for code in inputs.folder.region.municipalities}
    own = inputs.exact(TAX_RATE, year, level=REGION, area=region) * PER_CENT
    return Rates(own, {code: rate for code, rate in found.items() if rate is not None})


def _share(rate: Fraction | None) -> Decimal | None:
    return None if rate is None else rounded(rate, _RATE_PLACES)


def _ore(change: Fraction | None) -> Decimal | None:
    return None if change is None else rounded(change / ORE, _ORE_PLACES)
