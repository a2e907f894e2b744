"""`costs.yaml`, which may be left out: what the activity's net cost is made of, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from regions.model import Basis, Identifier, Model, Principal, fault_at
from regions.reader import FolderReader, Problem
from regions.source import RecordSource

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
        seen: set[tuple[str, ...]] = set()
        for index, item in enumerate(self.items):
            listed: list[tuple[tuple[str, ...], str, str]] = [((item.id,), "id", f"item {item.id}")]
            for name in item.ledger:
                told = f"the ledger's cost item {name} of the {item.payer_before.value}"
                listed.append(((item.payer_before, name), "ledger", told))
            for entry, key, told in listed:
                if entry in seen:
                    raise fault_at(f"{told} stands there twice: it would count twice", "items", index, key)
                seen.add(entry)
        return self


def cost_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """What of `costs.yaml` can only be seen beside the region's other files."""
    if folder.costs is None:
        return
    for location, text in _faults(folder, folder.costs):
        yield Problem(FILE, reader.line(FILE, *location), text)


def _faults(folder: RegionFolder, costs: Costs) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if costs.ledger_scope not in {scenario.id for scenario in folder.scenarios}:
        yield ("ledger_scope",), f"there is no scenario {costs.ledger_scope}"
    yield from _index_faults(folder, costs)
    posted = _posted(folder)
    for index, item in enumerate(costs.items):
        for name in item.ledger:
            if item.payer_before in posted and name not in posted[item.payer_before]:
                known = ", ".join(sorted(posted[item.payer_before]))
                text = f"no source of the {item.payer_before.value}'s costs has a cost item {name}: {known}"
                yield ("items", index, "ledger"), text
        for key, text in _unit_value_faults(folder, item.from_below):
            yield ("items", index, "from_below", key), text


def _index_faults(folder: RegionFolder, costs: Costs) -> Iterator[tuple[tuple[str], str]]:
    if fault := folder.parameters.fault(costs.price_index, "factor"):
        yield ("price_index",), fault
        return
    for key, year in (("base_year", costs.base_year), ("price_year", costs.price_year)):
        if year not in folder.parameters.years(costs.price_index):
            yield (key,), f"parameter {costs.price_index} has no value of {year}"


def _unit_value_faults(folder: RegionFolder, below: FromBelow | None) -> Iterator[tuple[str, str]]:
    """Kronor of each unit, or a share of the wages; by profession and by employer where the item says so."""
    if below is None:
        return
    unit, keys = "share" if below.quantity == "wages" else "sek", ("profession",) if below.by_profession else ()
    if fault := folder.parameters.fault(below.unit_value, unit, *keys):
        yield "unit_value", fault
    if below.surcharge is not None and (fault := folder.parameters.fault(below.surcharge, "share", "party")):
        yield "surcharge", fault


def _posted(folder: RegionFolder) -> dict[Principal, set[str]]:
    """Employer → the cost items that its sources of costs can post; none where a source has no list of codes."""
    posted: dict[Principal, list[set[str]]] = {}
    for source in folder.sources:
        if source.subject == "costs" and isinstance(source, RecordSource):
            entry = getattr(source.fields, "cost_item", None)
            posted.setdefault(source.principal, []).append(set(entry.codes.values()) if entry else set())
    return {principal: set().union(*names) for principal, names in posted.items() if all(names)}
