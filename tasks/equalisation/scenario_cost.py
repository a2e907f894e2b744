"""What a scenario costs by one method, exact: what every later table of money begins from."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from regions.agreement import Method
from regions.costs import CostItem
from regions.model import Basis


@dataclass(frozen=True)
class ScenarioCost:
    """The net cost of a scenario by cost item and serving municipality, kr in the base year's prices."""

    scenario: str
    method: Method
    base_year: int
    items: Mapping[str, CostItem]
    amounts: Mapping[tuple[str, str], Fraction]
    """(cost item, municipality) → kr; revenue is negative. Every item has every municipality of the region."""
    keys: Mapping[str, str]
    """Cost item → the allocation key that was used."""
    visits: Mapping[str, Fraction]
    """Municipality → the scenario's visits in the base year, where they were made."""
    basis: Basis
    status: str

    def transferred(self) -> dict[str, Fraction]:
        """Municipality → what changes payer from the region to it, kr in the base year's prices."""
        totals: dict[str, Fraction] = {}
        for (item, code), amount in sorted(self.amounts.items()):
            totals[code] = totals.get(code, Fraction(0)) + (amount if self.items[item].is_transferred else 0)
        return totals
