"""What the municipalities give each other for some years: every variant of the agreement, the agreed one first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dashboard.ground import Ground, ground, summed
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.tax_shift import REMAINDER


@dataclass(frozen=True)
class AmountRow:
    """A row of the query `inter_municipal`, in kronor: plus receives; the net effect is the gain or loss after."""

    variant: str
    year_number: int
    year: int
    municipality_code: str
    title_sv: str
    is_agreed: bool
    weight: Decimal | None
    cost_key: str
    amount_sek: Decimal | None
    net_effect_sek: Decimal | None
    basis: str
    status: str


@dataclass(frozen=True)
class VariantRow:
    """A municipality's amount and net effect in each year of a variant, in kronor."""

    code: str
    name: str
    amounts: tuple[Decimal | None, ...]
    net_effects: tuple[Decimal | None, ...]
    ground: Ground

    @property
    def total(self) -> Decimal | None:
        """The amounts of all years together."""
        return summed(self.amounts)


@dataclass(frozen=True)
class Variant:
    """A variant; `whole` is the county's row, what rounding leaves included."""

    id: str
    title: str
    is_agreed: bool
    cost_key: str
    years: tuple[int, ...]
    weights: tuple[Decimal | None, ...]
    rows: tuple[VariantRow, ...]
    whole: VariantRow

    @property
    def by_code(self) -> dict[str, VariantRow]:
        """Municipality code → its row."""
        return {row.code: row for row in self.rows}


def read_variants(source: Published, names: Mapping[str, str]) -> tuple[Variant, ...]:
    """The variants of a release, the agreed one first."""
    found = source.rows("inter_municipal", AmountRow)
    made = [_variant(list(group), names) for _, group in groupby(found, key=lambda row: row.variant)]
    return tuple(sorted(made, key=lambda variant: not variant.is_agreed))


def _variant(found: Sequence[AmountRow], names: Mapping[str, str]) -> Variant:
    years = {row.year_number: row for row in found}
    codes = ordered({row.municipality_code for row in found} - {REMAINDER}, names)
    return Variant(
        found[0].variant,
        found[0].title_sv,
        found[0].is_agreed,
        found[0].cost_key,
        tuple(row.year for row in years.values()),
        tuple(row.weight for row in years.values()),
        tuple(_row(found, {code}, list(years), names.get(code, code)) for code in codes),
        _row(found, {row.municipality_code for row in found}, list(years), ""),
    )


def _row(found: Sequence[AmountRow], codes: set[str], years: Sequence[int], name: str) -> VariantRow:
    rows = [row for row in found if row.municipality_code in codes]
    return VariantRow(
        min(codes) if len(codes) == 1 else "all",
        name,
        tuple(summed(row.amount_sek for row in rows if row.year_number == year) for year in years),
        tuple(summed(row.net_effect_sek for row in rows if row.year_number == year) for year in years),
        ground(Ground(row.basis, row.status) for row in rows),
    )
