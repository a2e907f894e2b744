"""`costs.yaml`, which may be left out: what the activity's net cost is made of, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from regions.model import Basis, Identifier, Model, Principal
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

FILE = "costs.yaml"
AllocationKey = Literal["visits", "minutes", "patients", "fte", "population", "fixed"]
Quantity = Literal["visits", "minutes", "patients", "fte", "municipalities", "wages"]


class FromBelow(Model):
    """An item reckoned from below: so many units at a value each, with a surcharge where there is one."""

    quantity: Quantity = Field(description="What is counted; wages: the item's value is a share of the wages")
    unit_value: Identifier = Field(description="The parameter with kr per unit; of wages, a share")
    by_profession: bool = Field(default=False, description="The parameter has a value for each profession")
    surcharge: Identifier | None = Field(
        default=None, description="A parameter, the share on top by employer (key party): social charges"
    )

    @model_validator(mode="after")
    def _only_posts_have_a_profession(self) -> Self:
        if self.by_profession and self.quantity != "fte":
            raise ValueError("only a quantity of fte has a value for each profession")
        return self


class CostItem(Model):
    """A cost item, or a revenue that is deducted: who pays before and after, and how it is allocated."""

    id: Identifier
    title_sv: str
    kind: Literal["cost", "revenue"] = "cost"
    payer_before: Principal
    payer_after: Principal
    allocation_key: AllocationKey
    is_fixed: bool = Field(default=False, description="Doesn't follow the volume: the same in every scenario")
    ledger: tuple[Identifier, ...] = Field(default=(), description="The ledger's cost items that make it")
    from_below: FromBelow | None = None
    basis: Basis
    source: str

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not self.ledger and self.from_below is None:
            raise ValueError("give ledger (the ledger's cost items), from_below, or both")
        return self

    @property
    def is_transferred(self) -> bool:
        """Whether it changes payer from the region to the municipalities."""
        return (self.payer_before, self.payer_after) == (Principal.REGION, Principal.MUNICIPALITY)


class Costs(Model):
    """The items of the net cost, the year that they are known for, and the year whose prices they are moved to."""

    base_year: int
    price_year: int
    price_index: Identifier = Field(description="The parameter with the price index of each year")
    ledger_scope: Identifier = Field(description="The scenario whose visits the ledger's costs are for")
    posts: Literal["hr", "volume", "norm", "agreed"] = Field(description="The method of volumes.staffing for fte")
    items: tuple[CostItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_item_once(self) -> Self:
        ids = [item.id for item in self.items]
        ledger = [f"{name} of the {item.payer_before.value}" for item in self.items for name in item.ledger]
        for what, names in (("item", ids), ("ledger's cost item", ledger)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what} {', '.join(twice)} stands there twice: it would count twice")
        return self


def cost_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """What of `costs.yaml` can only be seen beside the region's other files."""
    if folder.costs is None:
        return
    if folder.costs.ledger_scope not in {scenario.id for scenario in folder.scenarios}:
        text = f"there is no scenario {folder.costs.ledger_scope}"
        yield Problem(FILE, reader.line(FILE, "ledger_scope"), text)
    known = {value.parameter for value in folder.parameters.all()}
    for index, item in enumerate(folder.costs.items):
        below = item.from_below
        wanted = (("unit_value", below.unit_value), ("surcharge", below.surcharge)) if below else ()
        for key, name in wanted:
            if name is not None and name not in known:
                yield Problem(FILE, reader.line(FILE, "items", index, "from_below", key), f"no parameter {name}")
