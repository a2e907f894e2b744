"""The base year's net cost from below: posts and other quantities of each boundary at unit values."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from equalisation.net_cost import from_below
from regions.costs import AllocationKey, CostItem, FromBelow
from regions.model import Basis, Principal
from tasks.equalisation.cost_items import ByItem, MethodCost, costs_of
from tasks.equalisation.cost_keys import CostKeys
from tasks.equalisation.inputs import Inputs

_Counted = dict[tuple[str, str], Fraction]
"""Profession (or nothing) and municipality → what is counted."""


class Below:
    """The items that are reckoned from below."""

    def __init__(self, inputs: Inputs, keys: CostKeys) -> None:
        self._inputs, self._keys, self._costs = inputs, keys, costs_of(inputs)
        pairs = [(item, item.from_below) for item in self._costs.items if item.from_below is not None]
        # what is a share of the wages comes after them
        self._items = sorted(pairs, key=lambda pair: pair[1].quantity == "wages")

    def lacking(self) -> Iterator[str]:
        """Why nothing can be reckoned, in plain words: the parameters that have no value of the year."""
        if not self._items:
            yield "no item of the list is reckoned from below."
        wanted = {name for _, below in self._items for name in (below.unit_value, below.surcharge) if name}
        for name in sorted(wanted - self._known()):
            yield f"no value of {name} for {self._costs.base_year} is known on {self._inputs.as_of}."

    def lacking_posts(self, scenario: str) -> Iterator[str]:
        """The items that count posts which nobody knows."""
        for item, below in self._items:
            if below.quantity == "fte":
                yield from self._keys.lacking_posts(item, self._boundary_of(item, scenario))

    def of(self, scenario: str, known: Inputs) -> MethodCost:
        """A boundary's cost, with what was counted; raises DataError for a profession without a unit value."""
        amounts: ByItem = {}
        quantities: ByItem = {}
        basis: dict[str, Basis] = {}
        for item, below in self._items:
            boundary, own = self._boundary_of(item, scenario), known.apart()
            counted = self._counted(item, below, boundary, amounts)
            quantities |= _summed(item, counted)
            amounts |= _summed(item, self._amounts(item, below, counted, own))
            bases = [basis[name] for name in self._wages_of(item.payer_before)] if below.quantity == "wages" else []
            bases += self._keys.bases(item, _key_of(below), boundary, own)
            basis[item.id] = own.basis(Basis.DELIVERED, item.basis, *bases)
        keys = {item.id: _key_of(below) for item, below in self._items}
        together = {item.id: self._keys.together(self._boundary_of(item, scenario)) for item, _ in self._items}
        return MethodCost(amounts, quantities, keys, basis, together)

    def _boundary_of(self, item: CostItem, scenario: str) -> str:
        """Whose quantities an item has: a fixed one those of the ledger's scope, whatever the boundary."""
        return self._costs.ledger_scope if item.is_fixed else scenario

    def _known(self) -> set[str]:
        """Parameters that have some value of the base year; one that only lacks a profession is an error."""
        year, as_of = self._costs.base_year, self._inputs.as_of
        values = self._inputs.folder.parameters.all()
        return {value.parameter for value in values if value.year == year and value.known_from <= as_of}

    def _counted(self, item: CostItem, below: FromBelow, boundary: str, amounts: ByItem) -> _Counted:
        if below.by_profession:
            posts = self._keys.posts(boundary, item.payer_before.value)
            return {(name, code): fte for name, by_place in posts.items() for code, fte in by_place.items()}
        if below.quantity == "wages":
            paid = self._wages_of(item.payer_before)
            wages = {
                code: sum((amounts[name, code] for name in paid), Fraction(0)) for code in self._keys.municipalities
            }
            return {("", code): kr for code, kr in wages.items()}
        counted = self._keys.key(boundary, _key_of(below), item.payer_before.value)
        return {("", code): number for code, number in counted.items()}

    def _wages_of(self, payer: Principal) -> list[str]:
        """The items of posts with a wage of their own, that the same party pays."""
        return [item.id for item, below in self._items if below.by_profession and item.payer_before == payer]

    def _amounts(self, item: CostItem, below: FromBelow, counted: _Counted, known: Inputs) -> _Counted:
        """Kr of what is counted, with its surcharge; a revenue is negative."""
        year, sign = self._costs.base_year, -1 if item.kind == "revenue" else 1
        party = item.payer_before.value
        surcharge = known.exact(below.surcharge, year, party=party) if below.surcharge else Fraction(0)
        amounts = {}
        for (name, code), number in sorted(counted.items()):
            value = known.exact(below.unit_value, year, **({"profession": name} if below.by_profession else {}))
            amounts[name, code] = sign * from_below(number, value, surcharge)
        return amounts


def _key_of(below: FromBelow) -> AllocationKey:
    """The key by which a quantity is counted; wages follow the posts."""
    if below.quantity == "municipalities":
        return "fixed"
    return "fte" if below.quantity == "wages" else below.quantity


def _summed(item: CostItem, counted: Mapping[tuple[str, str], Fraction]) -> ByItem:
    """Over the professions."""
    sums: ByItem = {}
    for (_, code), number in counted.items():
        sums[item.id, code] = sums.get((item.id, code), Fraction(0)) + number
    return sums
