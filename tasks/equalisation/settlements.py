"""What is settled between municipalities and region for the part of a year between tax shift and takeover.

Amounts are whole kronor; what rounding leaves is the row 0000. Formulas: `equalisation.settlement`, docs/maths.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.settlement import parts_of_years, settled_amount
from regions.agreement import Agreement, Settlement
from regions.errors import DataError
from regions.model import Basis
from regions.parameters import weakest
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.shift import REMAINDER, ShiftOfYear, whole

_PART_PLACES = 9


@dataclass(frozen=True)
class SettlementRow:
    """One municipality and year of `equalisation.settlements`; plus is received of the region."""

    agreement: str
    year: int
    municipality_code: str
    days_counted_by: str
    part_share: Decimal
    settled_on: str
    year_sek: Decimal | None
    amount_sek: Decimal | None
    basis: str
    status: str


def settlement_rows(shifts: Sequence[ShiftOfYear], inputs: Inputs) -> list[SettlementRow]:
    """Every year's settlement of the agreed shifts, by agreement, year and municipality, with the remainder 0000.

    A settlement over several years is split by year. A year before the first with shifted tax has no amount of its
    own, and gets that of the first (`basis` at best derived); a later one whose shift isn't known is 'missing'.
    Raises DataError for days that the agreement's way of counting can't count.
    """
    every = [terms for agreement in inputs.folder.agreements for terms in _terms(agreement)]
    rows: list[SettlementRow] = []
    for terms in sorted(every, key=lambda terms: terms.agreement):
        agreed = {shift.year: shift for shift in shifts if shift.is_agreed and shift.agreement.id == terms.agreement}
        rows += _settled(terms, agreed, inputs.folder.region.municipalities)
    return rows


@dataclass(frozen=True)
class _Terms:
    """What an agreement says of its settlement."""

    agreement: str
    tax_shift: date
    takeover: date
    settlement: Settlement


@dataclass(frozen=True)
class _Part:
    """The part of a year that is settled, and the shift whose amounts it is settled on; None where none is known."""

    year: int
    share: Fraction
    shift: ShiftOfYear | None


def _terms(agreement: Agreement) -> Iterator[_Terms]:
    """The terms of an agreement that holds and has any."""
    economy = agreement.economy
    if economy and economy.is_agreed and economy.settlement and agreement.tax_shift_from:
        yield _Terms(agreement.id, agreement.tax_shift_from, agreement.takeover, economy.settlement)


def _settled(
    terms: _Terms, agreed: Mapping[int, ShiftOfYear], municipalities: Sequence[str]
) -> Iterator[SettlementRow]:
    for year, share in _parts(terms).items():
        part = _Part(year, share, agreed.get(max(year, terms.tax_shift.year)))
        whole_year = _amounts(part.shift, terms) if part.shift else None
        settled = whole_year and {
            code: settled_amount(amount, share, terms.tax_shift, terms.takeover) for code, amount in whole_year.items()
        }
        in_year, in_part = _published(whole_year), _published(settled)
        for code in sorted((REMAINDER, *municipalities)):
            yield _row(terms, part, code, (in_year.get(code), in_part.get(code)))


def _parts(terms: _Terms) -> dict[int, Fraction]:
    try:
        return parts_of_years(terms.tax_shift, terms.takeover, terms.settlement.counted_by)
    except ValueError as error:
        raise DataError(
            f"The settlement of {terms.agreement} cannot be reckoned: {error}",
            where=f"agreements/{terms.agreement}.yaml, economy: settlement",
            todo="Write counted_by: days, or correct tax_shift_from or takeover.",
        ) from error


def _amounts(shift: ShiftOfYear, terms: _Terms) -> dict[str, Fraction]:
    """Municipality → the whole year's revenue or net cost, kr."""
    on_revenue = terms.settlement.settled_on == "revenue"
    return {code: effect.revenue if on_revenue else effect.cost for code, effect in shift.shift.effects.items()}


def _published(amounts: Mapping[str, Fraction] | None) -> dict[str, Decimal]:
    """Whole kronor, and under 0000 the county's less the sum of the municipalities'; nothing of nothing."""
    if amounts is None:
        return {}
    rows = {code: whole(amount) for code, amount in amounts.items()}
    return {REMAINDER: whole(sum(amounts.values(), Fraction(0))) - sum(rows.values()), **rows}


def _row(terms: _Terms, part: _Part, code: str, amounts: tuple[Decimal | None, Decimal | None]) -> SettlementRow:
    return SettlementRow(
        agreement=terms.agreement,
        year=part.year,
        municipality_code=code,
        days_counted_by=terms.settlement.counted_by,
        part_share=rounded(part.share, _PART_PLACES),
        settled_on=terms.settlement.settled_on,
        year_sek=amounts[0],
        amount_sek=amounts[1],
        basis=_basis(terms.settlement.basis, part).value,
        status=part.shift.status if part.shift else "missing",
    )


def _basis(agreed: Basis, part: _Part) -> Basis:
    """The weakest; an amount that is borrowed of another year is derived at best."""
    if part.shift is None:
        return agreed
    return weakest([agreed, part.shift.basis, *([Basis.DERIVED] if part.shift.year != part.year else [])])
