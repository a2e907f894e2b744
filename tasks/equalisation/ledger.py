"""The base year's net cost as the ledgers have it, by cost item and serving municipality, and each boundary's part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import duckdb

from equalisation.net_cost import allocated, of_scope
from regions.costs import FILE, CostItem
from regions.errors import DataError
from regions.model import Basis
from regions.month import Month
from regions.source import Source
from tasks.equalisation.cost_items import MethodCost, costs_of, months_of
from tasks.equalisation.cost_keys import ByPlace, CostKeys
from tasks.equalisation.inputs import Inputs
from warehouse.model_files import composed

NET = ("gross_cost", "internal_revenue", "sale", "fee")
"""Net cost is their sum: revenue is posted with a minus. Other postings count where an item of revenue lists them."""


@dataclass(frozen=True)
class _Posting:
    """A row of `equalisation/ledger.sql`."""

    source_id: str
    month: date
    cost_item: str | None
    account: str
    kind: str
    municipality_code: str | None
    amount: Fraction


class Ledger:
    """The ledgers of the base year."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, inputs: Inputs, keys: CostKeys) -> None:
        self._folder, self._costs, self._keys = inputs.folder, costs_of(inputs), keys
        self._items = [item for item in self._costs.items if item.ledger]
        self._postings = list(self._read(connection))

    def lacking(self) -> Iterator[str]:
        """Why there is no whole year, in plain words: the months that a ledger lacks."""
        sources = {posting.source_id for posting in self._postings} | {source.id for source in self._expected()}
        if not sources or not self._items:
            yield f"no ledger of {self._costs.base_year} is expected or delivered, or no item is made of one."
        for source_id in sorted(sources):
            present = {posting.month for posting in self._postings if posting.source_id == source_id}
            if missing := [str(month) for month in months_of(self._costs) if month.first not in present]:
                yield f"{source_id} lacks {', '.join(missing)}; a part of a year isn't sold as a year."

    def lacking_posts(self, scenario: str) -> Iterator[str]:
        """The items that follow posts which nobody knows."""
        for item in self._items:
            if item.allocation_key == "fte":
                for each in sorted({scenario, self._costs.ledger_scope}):
                    yield from self._keys.lacking_posts(item, each)

    def of(self, scenario: str, known: Inputs) -> MethodCost:
        """A boundary's cost: of a variable item its part of the scope's, of a fixed one the whole."""
        amounts = {
            (item.id, code): amount for item in self._items for code, amount in self._part(item, scenario).items()
        }
        basis = {item.id: self._basis(item, scenario, known.apart()) for item in self._items}
        keys = {item.id: item.allocation_key for item in self._items}
        together = {item.id: self._together(item, scenario) for item in self._items}
        return MethodCost(amounts, {}, keys, basis, together)

    def _together(self, item: CostItem, scenario: str) -> frozenset[str]:
        """What was posted is the scope's own cost, and a fixed item's; every other is a key over the scope's."""
        scope = self._costs.ledger_scope
        return (
            frozenset()
            if scenario == scope or item.is_fixed
            else self._keys.together(scenario) | self._keys.together(scope)
        )

    def _part(self, item: CostItem, scenario: str) -> ByPlace:
        scope, posted = self._costs.ledger_scope, self._posted[item.id]
        if scenario == scope or item.is_fixed:
            return posted
        key, whole = (self._keys.of_item(item, each) for each in (scenario, scope))
        return {code: of_scope(posted[code], key[code], whole[code]) for code in posted}

    def _basis(self, item: CostItem, scenario: str, known: Inputs) -> Basis:
        return known.basis(Basis.DELIVERED, item.basis, *self._keys.bases(item, item.allocation_key, scenario, known))

    # postings

    def _read(self, connection: duckdb.DuckDBPyConnection) -> Iterator[_Posting]:
        """The postings of the counting sources; a region without any has no such view."""
        counting = {source.id for source in self._sources()}
        if not counting:
            return
        found = connection.execute(composed("equalisation/ledger"), {"year": self._costs.base_year})
        for source_id, month, item, account, kind, code, amount in found.fetchall():
            if source_id in counting:
                yield _Posting(source_id, month, item, account, kind, code, Fraction(amount))

    def _sources(self) -> list[Source]:
        return [source for source in self._folder.sources if source.subject == "costs" and source.role == "counting"]

    def _expected(self) -> list[Source]:
        """Sources that deliver for some month of the year: a file may hold the months since the one before."""
        return [source for source in self._sources() if any(self._delivers(source, month) for month in self._months())]

    @staticmethod
    def _delivers(source: Source, month: Month) -> bool:
        return any(span.holds(month) for span in source.valid)

    def _months(self) -> list[Month]:
        return months_of(self._costs)

    @cached_property
    def _posted(self) -> dict[str, ByPlace]:
        """Cost item → municipality → what was posted, with its part of what was posted to none of them."""
        return {item.id: self._placed(item, self._by_place[item.id]) for item in self._items}

    def _placed(self, item: CostItem, amounts: Mapping[str | None, Fraction]) -> ByPlace:
        own = {code: amounts.get(code, Fraction(0)) for code in self._keys.municipalities}
        if None not in amounts:
            return own
        try:
            parts = allocated(amounts[None], self._keys.of_item(item, self._costs.ledger_scope))
        except ValueError as error:
            raise DataError(
                f"What was posted to {item.id} without a municipality can't be allocated by {item.allocation_key}: "
                "no municipality has any.",
                where=FILE,
                todo="Choose another allocation key for the item.",
            ) from error
        return {code: own[code] + parts[code] for code in own}

    @cached_property
    def _by_place(self) -> dict[str, dict[str | None, Fraction]]:
        """Cost item → serving municipality (None: none of the region's) → kr."""
        by_item: dict[str, dict[str | None, Fraction]] = {item.id: {} for item in self._items}
        unlisted = []
        for posting in self._postings:
            item = self._item_of(posting)
            if item is None:
                unlisted.append(posting)
                continue
            own = posting.municipality_code in self._keys.municipalities
            place, amounts = posting.municipality_code if own else None, by_item[item.id]
            amounts[place] = amounts.get(place, Fraction(0)) + posting.amount
        _refuse([posting for posting in unlisted if posting.kind in NET])
        return by_item

    def _item_of(self, posting: _Posting) -> CostItem | None:
        payer = self._folder.sources_by_id[posting.source_id].principal
        for item in self._items:
            counts = posting.kind in NET or item.kind == "revenue"
            if item.payer_before == payer and posting.cost_item in item.ledger and counts:
                return item
        return None


def _refuse(unlisted: list[_Posting]) -> None:
    """Nothing that is posted is silently left out."""
    if not unlisted:
        return
    names = {f"{one.cost_item or f'account {one.account}, which has none'} ({one.source_id})" for one in unlisted}
    raise DataError(
        f"The ledger has cost items that no item of the list takes: {', '.join(sorted(names))}.",
        where=FILE,
        todo="Name each under `ledger` of an item with the same payer before; one that stays keeps its payer.",
    )
