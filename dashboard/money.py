"""The section of money: the agreed tax shift, who gains and loses, what they even out, and the years ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.inter_municipal import Variant, read_variants
from dashboard.look_ahead import LookAhead, Sensitivity, read_look_ahead, read_sensitivity
from dashboard.net_cost import NetCost, cost_items, read_net_cost
from dashboard.payments import (
    Purchase,
    Settlement,
    Sharing,
    read_purchases,
    read_settlements,
    read_sharings,
)
from dashboard.published import Published
from dashboard.tax_shift import Effects, Questions, ShiftRow, read_effects, read_questions


@dataclass(frozen=True)
class Money:
    """All of the section; `years` is empty where no agreement holds, and then there is little but boundaries."""

    years: tuple[ShiftRow, ...]
    questions: tuple[Questions, ...]
    all_effects: tuple[Effects, ...]
    variants: tuple[Variant, ...]
    ahead: LookAhead | None
    sensitivity: Sensitivity | None
    net_cost: NetCost | None
    item_titles: Mapping[str, str]
    settlements: tuple[Settlement, ...]
    purchases: tuple[Purchase, ...]
    sharings: tuple[Sharing, ...]

    @property
    def effects(self) -> Effects | None:
        """What was agreed, in its first year; None where nothing is published."""
        return next((entry for entry in self.all_effects if entry.is_agreed), None)

    def effects_of(self, scenario: str, year: int) -> Effects | None:
        """What a boundary would be in a year; None where nothing is published."""
        return next((entry for entry in self.all_effects if (entry.scenario, entry.year) == (scenario, year)), None)

    @property
    def boundary(self) -> str:
        """The name of the agreed boundary, or its id where no name is published."""
        own = [row for entry in self.questions for row in entry.rows if row.is_own]
        titles = {(row.agreement, row.scenario): row.title_sv for row in own}
        first = self.years[0]
        return titles.get((first.agreement, first.scenario), first.scenario)


def read_money(source: Published, names: Mapping[str, str], order: Sequence[str]) -> Money | None:
    """The section of a release; None where no tax shift has been reckoned. `order` is that of the boundaries."""
    years = tuple(source.rows("tax_shift", ShiftRow))
    questions = read_questions(source, years, order)
    if not (years or questions):
        return None
    items = cost_items(source)
    return Money(
        years,
        questions,
        read_effects(source, names),
        read_variants(source, names),
        read_look_ahead(source, names),
        read_sensitivity(source, names),
        read_net_cost(source, items),
        {item.cost_item: item.title_sv for item in items.values()},
        read_settlements(source, names),
        read_purchases(source, names),
        read_sharings(source, names),
    )
