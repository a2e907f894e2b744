"""The net cost of each boundary, from the ledger and from below, side by side: what every table of money begins from.

From the ledger: what was posted in the base year is the cost of the boundary `ledger_scope`; of another boundary a
variable item is the part that its key has of the scope's, municipality by municipality, and a fixed item the whole.
From below: quantities at unit values. Whole kronor are published; what rounding leaves is the row 0000.
Formulas: `equalisation.net_cost`, docs/maths.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import duckdb

from equalisation.exact import rounded
from regions.agreement import Method
from regions.costs import FILE, CostItem
from regions.errors import DataError
from regions.model import Basis
from regions.parameters import weakest
from regions.scenarios import Resolved, resolved
from tasks.equalisation.below import Below
from tasks.equalisation.cost_items import MethodCost, costs_of, months_of, price_factor
from tasks.equalisation.cost_keys import CostKeys
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.ledger import Ledger
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.shift import REMAINDER, whole
from warehouse.model_files import composed

JOINT = "joint"
"""The allocation key of municipalities whose own number is not used."""
_FOLLOWS_BOUNDARY = ("visits", "minutes", "patients", "fte")


@dataclass(frozen=True)
class ItemisedCost(ScenarioCost):
    """A scenario's net cost with what its rows tell of each item."""

    together: Mapping[str, frozenset[str]]
    """Cost item → the municipalities whose own numbers are not used: too few persons."""
    quantities: Mapping[tuple[str, str], Fraction]
    """From below: (cost item, municipality) → what is counted."""
    item_basis: Mapping[str, Basis]


@dataclass(frozen=True)
class NetCostRow:
    """A row of `equalisation.net_costs`."""

    scenario: str
    method: Method
    party: str
    municipality_code: str
    cost_item: str
    title_sv: str
    payer_after: str
    is_transferred: bool
    is_fixed: bool
    base_year: int
    price_year: int
    base_cost_sek: Decimal
    index: Decimal | None
    cost_sek: Decimal | None
    allocation_key: str
    basis: str
    status: str


@dataclass(frozen=True)
class ComparisonRow:
    """A row of `equalisation.net_cost_comparison`."""

    scenario: str
    party: str
    municipality_code: str
    cost_item: str
    base_year: int
    ledger_sek: Decimal
    from_below_sek: Decimal
    difference_sek: Decimal
    found_in: Literal["both", "ledger", "from_below"]
    quantity: Decimal | None
    quantity_unit: str | None
    unit_value_sek: Decimal | None
    ledger_unit_sek: Decimal | None
    basis: str


def scenario_costs(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> tuple[list[ItemisedCost], list[str]]:
    """The exact cost of each boundary in the base year by each method that has what it needs, by scenario and method.

    And why a boundary has none by a method, in plain words. Nothing of either where the region has no `costs.yaml`.
    Raises DataError for a cost below zero, a ledger item that is not listed, or a profession without a unit value.
    """
    if inputs.folder.costs is None:
        return [], []
    base_year = _BaseYear(connection, inputs)
    return sorted(base_year.costs(), key=lambda cost: (cost.scenario, cost.method)), list(base_year.reasons())


def net_cost_rows(costs: Sequence[ItemisedCost], inputs: Inputs) -> list[NetCostRow]:
    """The rows of `equalisation.net_costs`: whole kronor, what rounding leaves in the row 0000."""
    rows = [row for cost in costs for item in cost.items.values() for row in _rows_of(cost, item, inputs.apart())]
    return sorted(rows, key=lambda row: (row.scenario, row.method, row.party, row.municipality_code, row.cost_item))


def comparison_rows(costs: Sequence[ItemisedCost], inputs: Inputs) -> list[ComparisonRow]:
    """The rows of `equalisation.net_cost_comparison`, of boundaries that have both methods, in base-year prices."""
    by_method = {(cost.scenario, cost.method): cost for cost in costs}
    pairs = [
        (by_method[scenario, "ledger"], by_method[scenario, "from_below"])
        for scenario in sorted({cost.scenario for cost in costs})
        if (scenario, "ledger") in by_method and (scenario, "from_below") in by_method
    ]
    items = costs_of(inputs).items if pairs else ()
    rows = [row for ledger, below in pairs for item in items for row in _compared(ledger, below, item)]
    return sorted(rows, key=lambda row: (row.scenario, row.party, row.municipality_code, row.cost_item))


# the base year


class _BaseYear:
    """What the base year's costs are reckoned from, and what of it is lacking."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
        self._connection, self._inputs, self._costs = connection, inputs, costs_of(inputs)
        self._keys = CostKeys(connection, inputs)
        self._ledger, self._below = Ledger(connection, inputs, self._keys), Below(inputs, self._keys)

    def costs(self) -> Iterator[ItemisedCost]:
        """The costs of all boundaries that can be priced."""
        if list(self._general()):
            return
        methods: dict[Method, Ledger | Below] = {"ledger": self._ledger, "from_below": self._below}
        for method, reckoned in methods.items():
            if list(reckoned.lacking()):
                continue
            for scenario in self._priced():
                if not list(reckoned.lacking_posts(scenario)):
                    known = self._inputs.apart()
                    yield _checked(self._cost(scenario, method, reckoned.of(scenario, known), known))

    def reasons(self) -> Iterator[str]:
        """All that is lacking; where something general is, no more is said."""
        if general := list(self._general()):
            yield from (f"No net cost: {text}" for text in general)
            return
        yield from self._boundaries_left_out()
        for name, reckoned in (("the ledger", self._ledger), ("below", self._below)):
            lacking = list(reckoned.lacking())
            if not lacking:
                lacking = [text for scenario in self._priced() for text in reckoned.lacking_posts(scenario)]
            yield from (f"No net cost from {name}: {text}" for text in dict.fromkeys(lacking))

    def _general(self) -> Iterator[str]:
        """Without these nothing can be priced."""
        year, scope = self._costs.base_year, self._costs.ledger_scope
        if codes := self._keys.lacking_population():
            yield f"no population of {self._costs.price_year} is known for {', '.join(codes)}."
        if missing := self._months_without_visits():
            yield f"there are no visits of {', '.join(missing)}; a part of {year} isn't sold as a year."
        elif scope not in self._priced():
            yield f"the ledger's scope {scope} is protected in the county, or not valid in every month of {year}."

    def _months_without_visits(self) -> list[str]:
        found = self._connection.execute(composed("equalisation/visit_months"), {"year": self._costs.base_year})
        present = {month for (month,) in found.fetchall()}
        return [str(month) for month in months_of(self._costs) if month.first not in present]

    def _boundaries_left_out(self) -> Iterator[str]:
        year, valid = self._costs.base_year, self._valid()
        for scenario in sorted(scenario.id for scenario in self._inputs.folder.scenarios):
            if scenario not in valid:
                yield f"No net cost of {scenario}: it isn't valid in every month of {year}."
            elif not self._keys.is_shown(scenario):
                yield f"No net cost of {scenario}: its figures of the county in {year} are protected."

    def _priced(self) -> list[str]:
        """The boundaries that have a cost, the scope first: what is wrong with a posting is told as it was posted."""
        shown = [scenario for scenario in self._valid() if self._keys.is_shown(scenario)]
        return sorted(shown, key=lambda scenario: (scenario != self._costs.ledger_scope, scenario))

    def _valid(self) -> list[str]:
        return sorted(boundary.id for boundary in resolved(self._inputs.folder.scenarios) if self._is_valid(boundary))

    def _is_valid(self, boundary: Resolved) -> bool:
        return boundary.valid is None or all(boundary.valid.holds(month) for month in months_of(self._costs))

    def _cost(self, scenario: str, method: Method, found: MethodCost, known: Inputs) -> ItemisedCost:
        items = {item.id: item for item in self._costs.items if item.id in found.basis}
        boundaries = (scenario, self._costs.ledger_scope)
        statuses = {known.status, *(self._keys.status(each) for each in boundaries)}
        return ItemisedCost(
            scenario=scenario,
            method=method,
            base_year=self._costs.base_year,
            items=items,
            amounts=dict(sorted(found.amounts.items())),
            keys=found.keys,
            visits=self._keys.key(scenario, "visits", ""),
            basis=weakest(found.basis.values()),
            status="preliminary" if "preliminary" in statuses else "ok",
            together=found.together,
            quantities=found.quantities,
            item_basis=found.basis,
        )


def _checked(cost: ItemisedCost) -> ItemisedCost:
    """The cost, if no item has the wrong sign and no municipality a cost, or a part that changes payer, below zero."""
    for (name, code), amount in cost.amounts.items():
        kind = cost.items[name].kind
        if (amount < 0 and kind == "cost") or (amount > 0 and kind == "revenue"):
            _refuse(cost, f"the {kind} {name} of {code}", amount)
    whole_cost: dict[str, Fraction] = {}
    for (_, code), amount in sorted(cost.amounts.items()):
        whole_cost[code] = whole_cost.get(code, Fraction(0)) + amount
    for what, totals in (("the net cost", whole_cost), ("what changes payer", cost.transferred())):
        for code, total in totals.items():
            if total < 0:
                _refuse(cost, f"{what} of {code}", total)
    return cost


def _refuse(cost: ItemisedCost, what: str, amount: Fraction) -> None:
    raise DataError(
        f"In {cost.base_year} {what} is {rounded(amount)} kr ({cost.scenario}, {cost.method}): a cost is 0 or more, "
        "a revenue 0 or less.",
        where=f"{FILE}, or the ledger",
        todo="See which postings or values make it: a correction of another year, a wrong sign, a wrong item.",
    )


# rows


def _rows_of(cost: ItemisedCost, item: CostItem, known: Inputs) -> Iterator[NetCostRow]:
    """An item's rows: a municipality each, and what rounding leaves."""
    costs = costs_of(known)
    has_index = all(known.has(costs.price_index, year) for year in (costs.base_year, costs.price_year))
    factor = price_factor(known, costs.price_year) if has_index else None
    base = _with_remainder(cost, item.id)
    moved = _with_remainder(cost, item.id, factor) if factor is not None else {}
    for code, amount in base.items():
        yield NetCostRow(
            cost.scenario,
            cost.method,
            item.payer_before.value,
            code,
            item.id,
            item.title_sv,
            item.payer_after.value,
            item.is_transferred,
            item.is_fixed,
            cost.base_year,
            costs.price_year,
            amount,
            None if factor is None else rounded(factor, 9),
            moved.get(code),
            _key_shown(cost, item, code),
            known.basis(cost.item_basis[item.id]).value,
            "missing" if factor is None else _worse(cost.status, known.status),
        )


def _worse(*statuses: str) -> str:
    return "preliminary" if "preliminary" in statuses else "ok"


def _key_shown(cost: ItemisedCost, item: CostItem, code: str) -> str:
    """The key of a municipality's row: its own number is not used where it is hidden."""
    key = cost.keys[item.id]
    return JOINT if code in cost.together[item.id] and key in _FOLLOWS_BOUNDARY else key


def _with_remainder(cost: ScenarioCost, item: str, factor: Fraction = Fraction(1)) -> dict[str, Decimal]:
    """Municipality → whole kr of an item, and 0000 → the county's figure less theirs."""
    exact = {code: amount * factor for (name, code), amount in cost.amounts.items() if name == item}
    own = {code: whole(amount) for code, amount in exact.items()}
    county = whole(sum(exact.values(), Fraction(0)))
    return {**own, REMAINDER: county - sum(own.values(), Decimal(0))}


def _compared(ledger: ItemisedCost, below: ItemisedCost, item: CostItem) -> Iterator[ComparisonRow]:
    """An item's two figures; where a method doesn't have the item it is 0, so that differences add up to the whole."""
    found: Literal["both", "ledger", "from_below"] = "both"
    if item.id not in ledger.items or item.id not in below.items:
        found = "ledger" if item.id in ledger.items else "from_below"
    pair = [_with_remainder(cost, item.id) if item.id in cost.items else {} for cost in (ledger, below)]
    bases = [cost.item_basis[item.id] for cost in (ledger, below) if item.id in cost.items]
    for code in sorted({code for amounts in pair for code in amounts}):
        posted, reckoned = (amounts.get(code, whole(Fraction(0))) for amounts in pair)
        quantity = below.quantities.get((item.id, code))
        yield ComparisonRow(
            ledger.scenario,
            item.payer_before.value,
            code,
            item.id,
            ledger.base_year,
            posted,
            reckoned,
            reckoned - posted,
            found,
            None if quantity is None else rounded(quantity, 4),
            item.from_below.quantity if item.from_below and quantity is not None else None,
            _per_unit(below, item.id, code, quantity),
            _per_unit(ledger, item.id, code, quantity),
            weakest(bases).value,
        )


def _per_unit(cost: ItemisedCost, item: str, code: str, quantity: Fraction | None) -> Decimal | None:
    """Kr per what is counted; nothing where nothing is, or the method doesn't have the item."""
    amount = cost.amounts.get((item, code))
    return rounded(amount / quantity) if quantity and amount is not None else None
