"""The county's net cost by cost item, reckoned in two ways side by side, for the boundary that was agreed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from dashboard.ground import summed, weakest_basis
from dashboard.published import Published


@dataclass(frozen=True)
class ComparisonRow:
    """A row of the query `net_cost_comparison`, in kronor of the base year."""

    party: str
    cost_item: str
    base_year: int
    ledger_sek: Decimal | None
    from_below_sek: Decimal | None
    difference_sek: Decimal | None
    found_in: str
    basis: str


@dataclass(frozen=True)
class CostItem:
    """A row of the query `cost_items`."""

    party: str
    cost_item: str
    title_sv: str
    is_transferred: bool | None


@dataclass(frozen=True)
class ItemRow:
    """The county's sums of a cost item; `found_in` tells in which of the ways it is found: the other has 0."""

    item: CostItem
    ledger: Decimal | None
    from_below: Decimal | None
    difference: Decimal | None
    found_in: str
    basis: str


@dataclass(frozen=True)
class NetCost:
    """The items in base-year prices: those that change payer first, largest first; then the others."""

    base_year: int
    rows: tuple[ItemRow, ...]

    @property
    def transferred(self) -> tuple[Decimal | None, ...]:
        """What changes payer: from the ledger, from below, and the difference."""
        rows = [row for row in self.rows if row.item.is_transferred]
        return (
            summed(row.ledger for row in rows),
            summed(row.from_below for row in rows),
            summed(row.difference for row in rows),
        )


def cost_items(source: Published) -> dict[tuple[str, str], CostItem]:
    """Party and cost item → the item's name, and whether it changes payer."""
    return {(item.party, item.cost_item): item for item in source.rows("cost_items", CostItem)}


def read_net_cost(source: Published, items: Mapping[tuple[str, str], CostItem]) -> NetCost | None:
    """The comparison of a release; None where it has none."""
    found = source.rows("net_cost_comparison", ComparisonRow)
    if not found:
        return None
    grouped = groupby(found, key=lambda row: (row.party, row.cost_item))
    rows = [_row(items.get(key) or CostItem(*key, key[1], None), list(group)) for key, group in grouped]
    return NetCost(found[0].base_year, tuple(sorted(rows, key=_place)))


def _row(item: CostItem, rows: Sequence[ComparisonRow]) -> ItemRow:
    return ItemRow(
        item,
        summed(row.ledger_sek for row in rows),
        summed(row.from_below_sek for row in rows),
        summed(row.difference_sek for row in rows),
        _found_in(row.found_in for row in rows),
        weakest_basis(row.basis for row in rows),
    )


def _found_in(words: Iterable[str]) -> str:
    """Where the item is found in the county: in both ways, unless every row says the same one."""
    found = set(words)
    return found.pop() if len(found) == 1 else "both"


def _place(row: ItemRow) -> tuple[bool, Decimal, str, str]:
    size = row.ledger or row.from_below or Decimal(0)
    return (not row.item.is_transferred, -size, row.item.party, row.item.cost_item)
