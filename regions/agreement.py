"""`agreements/<id>.yaml`: what parties have agreed on for one scenario – dates, öre, gap analysis, and the money.

A fraction may be written as 2/3 or 0.25; it stays exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from regions.model import Basis, Identifier, Model, MonthSpan, MunicipalityCode, Principal, fault_at
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

_NUMBER = r"^[0-9]+(\.[0-9]+|/[1-9][0-9]*)?$"


def _written(given: object) -> object:
    """A whole number needs no quotes; YAML reads 1 as a number and 2/3 as text."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


def _is_number(text: str) -> str:
    if not re.fullmatch(_NUMBER, text):
        raise ValueError(f"{text!r} is not a number of 0 or more such as 1, 0.25 or 2/3")
    return text


def _is_part(text: str) -> str:
    if Fraction(text) > 1:
        raise ValueError(f"{text} is above 1: a share is a part of the whole, at most 1")
    return text


Weight = Annotated[
    str, BeforeValidator(_written), AfterValidator(_is_number), Field(json_schema_extra={"pattern": _NUMBER})
]
"""A number of 0 or more, exact: 1, 0.25 or 2/3."""
Share = Annotated[Weight, AfterValidator(_is_part)]
"""A part of a whole: a `Weight` of at most 1."""
AgeGroup = Literal["0-64", "65+"]
"""Those of population forecasts."""
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
    age_weights: dict[AgeGroup, Weight] = Field(
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
        if self.age_weights and (lacking := sorted(set(get_args(AgeGroup)) - set(self.age_weights))):
            raise fault_at(f"a weight of {', '.join(lacking)} is missing", "age_weights")
        if self.age_weights and not any(Fraction(weight) for weight in self.age_weights.values()):
            raise fault_at("at least one of the weights is above 0", "age_weights")
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
            raise fault_at("what is bought of a scenario is its visits", "quantity_unit")
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
    split_by: Literal["population", "equal", "shares"] = "population"
    shares: dict[MunicipalityCode, Share] = Field(
        default_factory=dict,
        description="Of shares: municipality → its part of what they pay together, for all of them",
    )
    basis: Basis
    source: str

    @model_validator(mode="after")
    def _shares_make_the_whole(self) -> Self:
        if (self.split_by == "shares") != bool(self.shares):
            raise fault_at("shares are needed where it is split by shares, and nowhere else", "split_by")
        total = sum((Fraction(share) for share in self.shares.values()), Fraction(0))
        if self.shares and total != 1:
            raise fault_at(f"the shares make {total} together, not 1 (100 %)", "shares")
        return self


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
        for part in ("inter_municipal", "purchases", "cost_sharing"):
            ids = [entry.id for entry in getattr(self, part)]
            for index, one in enumerate(ids):
                if one in ids[:index]:
                    raise fault_at(f"{one} stands there twice", part, index, "id")
        agreed = [index for index, variant in enumerate(self.inter_municipal) if variant.is_agreed]
        for index in agreed[1:]:
            text = "one variant of the inter-municipal equalisation can be agreed, not several"
            raise fault_at(text, "inter_municipal", index, "is_agreed")
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
        return self

    @model_validator(mode="after")
    def _ore_have_their_days(self) -> Self:
        days = [decision.valid_from for decision in self.ore]
        for index, (before, day) in enumerate(pairwise(days), 1):
            if day <= before:
                text = "the decisions of ore stand in the order of their days, each day once"
                raise fault_at(text, "ore", index, "valid_from")
        if self.economy is not None and days and self.tax_shift_from != days[0]:
            text = f"the first öre hold from {days[0]}, but the tax is shifted from {self.tax_shift_from}"
            raise fault_at(text, "ore", 0, "valid_from")
        return self

    @model_validator(mode="after")
    def _tax_is_of_whole_years(self) -> Self:
        first = self.tax_shift_from
        if self.economy is not None and first is not None and (first.month, first.day) != (1, 1):
            raise fault_at("a tax rate is of a whole year: tax is shifted from a 1 January", "tax_shift_from")
        return self

    @model_validator(mode="after")
    def _days_can_be_counted(self) -> Self:
        settlement = self.economy.settlement if self.economy else None
        if settlement and settlement.counted_by == "months" and self.takeover.day != 1:
            text = f"counts whole months, and the takeover on {self.takeover} isn't the first of one: count by days"
            raise fault_at(text, "economy", "settlement", "counted_by")
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
    for location, name in _parameters_of(economy):
        if fault := folder.parameters.fault(name, "sek"):
            yield ("economy", *location), fault
    for index, purchase in enumerate(economy.purchases):
        if purchase.scenario is not None and purchase.scenario not in scenarios:
            yield ("economy", "purchases", index, "scenario"), f"there is no scenario {purchase.scenario}"
    for index, sharing in enumerate(economy.cost_sharing):
        if sharing.seat not in folder.region.municipalities:
            yield ("economy", "cost_sharing", index, "seat"), f"municipality {sharing.seat} is not one of the region's"
        if sharing.shares and (odd := sorted(set(sharing.shares) ^ set(folder.region.municipalities))):
            text = f"each of the region's municipalities has a share, and no other: compare {', '.join(odd)}"
            yield ("economy", "cost_sharing", index, "shares"), text


def _parameters_of(economy: Economy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The parameters of kronor that an agreement names, and where."""
    for index, variant in enumerate(economy.inter_municipal):
        if variant.unit_price is not None:
            yield ("inter_municipal", index, "unit_price"), variant.unit_price
    for index, purchase in enumerate(economy.purchases):
        yield ("purchases", index, "unit_price"), purchase.unit_price
    for index, sharing in enumerate(economy.cost_sharing):
        yield ("cost_sharing", index, "post_cost"), sharing.post_cost
        yield ("cost_sharing", index, "other_costs"), sharing.other_costs
