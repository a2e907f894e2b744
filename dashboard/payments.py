"""What the parties of the agreement pay each other beside the tax: settlements, purchases, and a project's cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dashboard.ground import Ground, summed, weakest_basis
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.tax_shift import REMAINDER


@dataclass(frozen=True)
class SettlementRow:
    """A row of the query `settlements`, in kronor: plus, the municipality receives of the region."""

    year: int
    municipality_code: str
    days_counted_by: str
    part_share: Decimal | None
    settled_on: str
    year_sek: Decimal | None
    amount_sek: Decimal | None
    basis: str
    status: str

    @property
    def ground(self) -> Ground:
        """How the settlement is known."""
        return Ground(self.basis, self.status)


@dataclass(frozen=True)
class PurchaseRow:
    """A row of the query `purchases`, in kronor: plus, the municipality receives."""

    purchase: str
    year: int
    municipality_code: str
    title_sv: str
    buyer: str
    quantity: Decimal | None
    quantity_unit: str
    unit_price_sek: Decimal | None
    amount_sek: Decimal | None
    split_by: str
    basis: str
    status: str

    @property
    def ground(self) -> Ground:
        """How the purchase is known."""
        return Ground(self.basis, self.status)


@dataclass(frozen=True)
class SharingRow:
    """A row of the query `cost_sharing`: who pays how much of a cost, in kronor."""

    cost_sharing: str
    cost_post: str
    party: str
    municipality_code: str
    title_sv: str
    amount_sek: Decimal | None
    source: str
    basis: str


@dataclass(frozen=True)
class Settlement:
    """A year's settlement by municipality; `whole` is the county's amount, what rounding leaves included."""

    year: int
    rows: tuple[tuple[str, SettlementRow], ...]
    whole: Decimal | None


@dataclass(frozen=True)
class Purchase:
    """A purchase by municipality; `whole` is the county's amount."""

    title: str
    year: int
    rows: tuple[tuple[str, PurchaseRow], ...]
    whole: Decimal | None


@dataclass(frozen=True)
class Payer:
    """Who pays a part of a project: each cost in the order of the sharing's columns, and their sum, in kronor.

    A cost that isn't the payer's is None.
    """

    party: str
    code: str
    name: str
    amounts: tuple[Decimal | None, ...]
    whole: Decimal | None


@dataclass(frozen=True)
class Sharing:
    """A project's costs by who pays them, the region first."""

    id: str
    costs: tuple[str, ...]
    payers: tuple[Payer, ...]
    sums: tuple[Decimal | None, ...]
    whole: Decimal | None
    basis: str
    sources: tuple[str, ...]


def read_settlements(source: Published, names: Mapping[str, str]) -> tuple[Settlement, ...]:
    """The settlements of a release, year by year."""
    found = groupby(source.rows("settlements", SettlementRow), key=lambda row: row.year)
    return tuple(_settlement(list(group), names) for _, group in found)


def read_purchases(source: Published, names: Mapping[str, str]) -> tuple[Purchase, ...]:
    """The purchases of a release, in their first year."""
    found = groupby(source.rows("purchases", PurchaseRow), key=lambda row: row.purchase)
    return tuple(_purchase(list(group), names) for _, group in found)


def read_sharings(source: Published, names: Mapping[str, str]) -> tuple[Sharing, ...]:
    """The shared costs of a release."""
    found = groupby(source.rows("cost_sharing", SharingRow), key=lambda row: row.cost_sharing)
    return tuple(_sharing(entry, list(group), names) for entry, group in found)


def _settlement(rows: Sequence[SettlementRow], names: Mapping[str, str]) -> Settlement:
    found = {row.municipality_code: row for row in rows}
    codes = ordered(set(found) - {REMAINDER}, names)
    listed = tuple((names.get(code, code), found[code]) for code in codes)
    return Settlement(rows[0].year, listed, summed(row.amount_sek for row in rows))


def _purchase(rows: Sequence[PurchaseRow], names: Mapping[str, str]) -> Purchase:
    found = {row.municipality_code: row for row in rows}
    codes = ordered(set(found) - {REMAINDER}, names)
    listed = tuple((names.get(code, code), found[code]) for code in codes)
    return Purchase(rows[0].title_sv, rows[0].year, listed, summed(row.amount_sek for row in rows))


def _sharing(entry: str, rows: Sequence[SharingRow], names: Mapping[str, str]) -> Sharing:
    costs = {row.cost_post: row.title_sv for row in rows}
    regions = sorted({row.municipality_code for row in rows if row.party == "region"})
    towns = ordered({row.municipality_code for row in rows if row.party != "region"}, names)
    payers = [_payer(rows, "region", code, "Regionen", list(costs)) for code in regions]
    payers += [_payer(rows, "municipality", code, names.get(code, code), list(costs)) for code in towns]
    return Sharing(
        entry,
        tuple(costs.values()),
        tuple(payers),
        tuple(summed(row.amount_sek for row in rows if row.cost_post == cost) for cost in costs),
        summed(row.amount_sek for row in rows),
        weakest_basis(row.basis for row in rows),
        tuple(dict.fromkeys(row.source for row in rows)),
    )


def _payer(rows: Sequence[SharingRow], party: str, code: str, name: str, costs: Sequence[str]) -> Payer:
    paid = {row.cost_post: row.amount_sek for row in rows if (row.party, row.municipality_code) == (party, code)}
    return Payer(party, code, name, tuple(paid.get(cost) for cost in costs), summed(paid.values()))
