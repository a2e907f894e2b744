"""`agreements/<id>.yaml`: what parties have agreed on for one scenario – dates, öre, gap analysis, and the money.

A fraction may be written as 2/3 or 0.25; it stays exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from regions.model import Basis, Identifier, Model, MonthSpan, Principal
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

Share = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+|/[1-9][0-9]*)?$")]
"""A number of 0 or more, exact: 1, 0.25 or 2/3."""
Method = Literal["ledger", "from_below"]
CostKey = Literal["actual_cost", "visits_price", "age_weighted_population", "per_inhabitant"]


class OreDecision(Model):
    """So many öre per hundred kronor, from a date."""

    valid_from: date
    ore: Decimal = Field(ge=0)
    kind: Basis
    source: str


class GapPriority(Model):
    """A cell of the gap analysis: who in fact cares for a person, and who should by the agreement."""

    gap_group: Literal["only_region", "only_municipality", "both", "neither"]
    agreed_principal: Principal


class GapAnalysis(Model):
    """When an agreement compares who cares for persons at home with who should, and which gaps come first."""

    periods: tuple[MonthSpan, ...] = Field(min_length=1)
    contact_days: int = Field(
        ge=1, le=28, description="Within so many days a person who becomes known should have had a visit at home"
    )
    priority: tuple[GapPriority, ...] = Field(default=(), description="The gaps in the order in which to see to them")

    @model_validator(mode="after")
    def _periods_have_an_end(self) -> Self:
        for number, span in enumerate(self.periods, 1):
            if span.last is None:
                raise ValueError(f"period {number} of the gap analysis needs both from and to")
        return self

    @model_validator(mode="after")
    def _each_is_listed_once(self) -> Self:
        for what, entries in (("period", self.periods), ("priority", self.priority)):
            for number, entry in enumerate(entries, 1):
                if entry in entries[: number - 1]:
                    raise ValueError(f"{what} {number} of the gap analysis stands there already")
        return self


class InterMunicipal(Model):
    """A variant of the inter-municipal equalisation (mellankommunal utjämning): who gets how much for some years."""

    id: Identifier
    title_sv: str
    is_agreed: bool = Field(default=False, description="The variant that the municipalities decided on")
    weights: tuple[Share, ...] = Field(
        min_length=1, max_length=10, description="A share a year, from the first year on"
    )
    cost_key: CostKey = Field(default="actual_cost", description="What a municipality's cost is measured by")
    unit_price: Identifier | None = Field(default=None, description="Of visits_price: the parameter with kr per visit")
    age_weights: dict[str, Share] = Field(
        default_factory=dict,
        description="Of age_weighted_population: age group → weight, for all groups",
    )
    years: Literal["fixed_at_agreement", "recomputed"] = "fixed_at_agreement"
    cap_sek_per_inhabitant: Decimal | None = Field(default=None, gt=0, description="No amount is larger")
    floor_sek_per_inhabitant: Decimal = Field(default=Decimal(0), ge=0, description="So much isn't evened out")
    taper_sek_per_inhabitant: Decimal = Field(default=Decimal(0), ge=0, description="So much the floor grows each year")
    rounding_sek: int = Field(default=1, ge=1, description="Amounts are whole multiples of this")
    basis: Basis
    source: str

    @model_validator(mode="after")
    def _a_key_has_what_it_needs(self) -> Self:
        if (self.cost_key == "visits_price") != (self.unit_price is not None):
            raise ValueError("unit_price is needed for the key visits_price, and for no other")
        if (self.cost_key == "age_weighted_population") != bool(self.age_weights):
            raise ValueError("age_weights are needed for the key age_weighted_population, and for no other")
        if max(Fraction(weight) for weight in self.weights) > 1:
            raise ValueError("a weight is a share of at most 1")
        return self


class Settlement(Model):
    """What is settled for the part of a year between the tax shift and the takeover."""

    counted_by: Literal["months", "days"] = "months"
    settled_on: Literal["revenue", "net_cost"] = "revenue"
    basis: Basis
    source: str


class Purchase(Model):
    """Care that one party buys of the other instead of handing it over; a price is a parameter of kr per unit."""

    id: Identifier
    title_sv: str
    buyer: Principal
    scenario: Identifier | None = Field(default=None, description="The visits of this boundary are bought")
    quantity: Decimal | None = Field(default=None, gt=0, description="Or so many units a year")
    quantity_unit: Literal["visits", "hours", "posts"]
    unit_price: Identifier
    split_by: Literal["population", "visits"] = "population"
    basis: Basis
    source: str

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.scenario is None) == (self.quantity is None):
            raise ValueError("give either scenario (its visits are bought) or quantity")
        if self.scenario is not None and self.quantity_unit != "visits":
            raise ValueError("what is bought of a scenario is its visits")
        return self


class SharedPost(Model):
    """Posts of a project that a party pays for."""

    title_sv: str
    posts: Decimal = Field(gt=0)
    paid_by: Principal | Literal["municipality_of_seat"]


class CostSharing(Model):
    """How a project's own costs are shared: posts by party as listed, other costs in halves, the split a parameter."""

    id: Identifier
    title_sv: str
    year: int
    seat: str = Field(description="The municipality that employs and books for the others")
    post_cost: Identifier = Field(description="The parameter with kr per post and year")
    other_costs: Identifier = Field(description="The parameter with kr of other costs in the year")
    posts: tuple[SharedPost, ...] = Field(min_length=1)
    municipalities_pay: Share = Field(default="1/2", description="The municipalities' share of other costs")
    split_by: Literal["population", "equal"] = "population"
    basis: Basis
    source: str


class Economy(Model):
    """The money of an agreement: what its öre are worth, and what parties pay each other."""

    is_agreed: bool = Field(default=False, description="Agreement, scenario and method that hold; one in a region")
    method: Method = Field(description="Which way of reckoning the net cost was agreed on")
    years: int = Field(default=3, ge=1, le=10, description="Years for which the tax shift is reckoned, from the first")
    ore_rounding: Decimal = Field(default=Decimal(1), gt=0, description="Öre are agreed in multiples of this")
    settlement: Settlement | None = None
    inter_municipal: tuple[InterMunicipal, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    cost_sharing: tuple[CostSharing, ...] = ()
    look_ahead_years: int = Field(default=10, ge=1, le=10)

    @model_validator(mode="after")
    def _each_is_listed_once(self) -> Self:
        for what, entries in (
            ("variant", self.inter_municipal),
            ("purchase", self.purchases),
            ("sharing", self.cost_sharing),
        ):
            ids = [entry.id for entry in entries]
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what} {', '.join(twice)} stands there twice")
        if sum(variant.is_agreed for variant in self.inter_municipal) > 1:
            raise ValueError("one variant of the inter-municipal equalisation can be agreed, not several")
        return self


class Agreement(Model):
    """`agreements/<id>.yaml`: dates, öre and baseline for one scenario, its gap analysis and its money."""

    id: Identifier
    title_sv: str
    scenario: Identifier
    takeover: date
    tax_shift_from: date | None = None
    ore: tuple[OreDecision, ...] = ()
    baseline: MonthSpan
    follow_up: tuple[MonthSpan, ...] = ()
    gap_analysis: GapAnalysis | None = None
    economy: Economy | None = None
    basis: Basis
    source: str

    @model_validator(mode="after")
    def _baseline_has_an_end(self) -> Self:
        if self.baseline.last is None:
            raise ValueError("a baseline needs both from and to")
        return self

    @model_validator(mode="after")
    def _money_has_a_day(self) -> Self:
        if self.economy is not None and (self.tax_shift_from is None or not self.ore):
            raise ValueError("economy needs tax_shift_from and ore: without them no tax is shifted")
        days = [decision.valid_from for decision in self.ore]
        if days != sorted(set(days)):
            raise ValueError("the decisions of ore stand in the order of their days, each day once")
        return self


def agreement_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """What of the agreements can only be seen beside the region's other files."""
    agreed = [agreement for agreement in folder.agreements if agreement.economy and agreement.economy.is_agreed]
    for agreement in folder.agreements:
        name = f"agreements/{agreement.id}.yaml"
        for location, text in _faults(folder, agreement):
            yield Problem(name, reader.line(name, *location), text)
        if agreement in agreed[1:]:
            text = f"{agreed[0].id} is agreed already: one combination of agreement, scenario and method holds"
            yield Problem(name, reader.line(name, "economy", "is_agreed"), text)


def _faults(folder: RegionFolder, agreement: Agreement) -> Iterator[tuple[tuple[str | int, ...], str]]:
    scenarios = {scenario.id for scenario in folder.scenarios}
    if agreement.scenario not in scenarios:
        yield ("scenario",), f"there is no scenario {agreement.scenario}"
    economy = agreement.economy
    if economy is None:
        return
    known = {value.parameter for value in folder.parameters.all()}
    for location, name in _parameters_of(economy):
        if name not in known:
            yield ("economy", *location), f"there is no parameter {name}"
    for index, purchase in enumerate(economy.purchases):
        if purchase.scenario is not None and purchase.scenario not in scenarios:
            yield ("economy", "purchases", index, "scenario"), f"there is no scenario {purchase.scenario}"
    for index, sharing in enumerate(economy.cost_sharing):
        if sharing.seat not in folder.region.municipalities:
            yield ("economy", "cost_sharing", index, "seat"), f"municipality {sharing.seat} is not one of the region's"


def _parameters_of(economy: Economy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The parameters that an agreement names, and where."""
    for index, variant in enumerate(economy.inter_municipal):
        if variant.unit_price is not None:
            yield ("inter_municipal", index, "unit_price"), variant.unit_price
    for index, purchase in enumerate(economy.purchases):
        yield ("purchases", index, "unit_price"), purchase.unit_price
    for index, sharing in enumerate(economy.cost_sharing):
        yield ("cost_sharing", index, "post_cost"), sharing.post_cost
        yield ("cost_sharing", index, "other_costs"), sharing.other_costs
