"""The region's cost list, its price index, and a boundary's cost by its items."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from equalisation.net_cost import price_quotient
from regions.costs import FILE, AllocationKey, Costs
from regions.errors import DataError
from regions.model import Basis
from regions.month import Month
from tasks.equalisation.inputs import Inputs

ByItem = dict[tuple[str, str], Fraction]
"""Cost item and municipality → kr, or what is counted."""


@dataclass(frozen=True)
class MethodCost:
    """A boundary's cost by one method, exact, in the base year's prices."""

    amounts: ByItem
    quantities: ByItem
    """What is counted; empty where the ledger tells."""
    keys: Mapping[str, AllocationKey]
    """Cost item → the key that its amounts follow."""
    basis: Mapping[str, Basis]
    """Cost item → how it is known."""
    together: Mapping[str, frozenset[str]]
    """Cost item → the municipalities whose own numbers are not used: too few persons."""


def costs_of(inputs: Inputs) -> Costs:
    """The region's cost items; raises DataError where it has no `costs.yaml`."""
    if inputs.folder.costs is None:
        raise DataError(
            "Without a list of cost items no net cost can be reckoned.",
            where=FILE,
            todo="Write the file (docs/guides/net-cost.md).",
        )
    return inputs.folder.costs


def months_of(costs: Costs) -> list[Month]:
    """The twelve months of the base year."""
    return [Month(costs.base_year, number) for number in range(1, 13)]


def price_factor(inputs: Inputs, year: int) -> Fraction:
    """k: the price index of the year over that of the base year; raises DataError where one isn't known."""
    costs = costs_of(inputs)
    base, own = (inputs.exact(costs.price_index, each) for each in (costs.base_year, year))
    try:
        return price_quotient(base, own)
    except ValueError as error:
        raise DataError(str(error), where=f"parameters/{costs.price_index}.yaml", todo="Correct the index.") from error
