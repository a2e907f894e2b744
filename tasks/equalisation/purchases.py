"""Care that one party buys of the other instead of handing it over: quantity × price, split among municipalities."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from equalisation.cost_sharing import cost_of, shared
from equalisation.exact import rounded
from regions.agreement import Agreement, Purchase
from regions.errors import DataError
from regions.model import Principal
from regions.month import Month
from regions.scenarios import lineage, validity
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.shift import lacking, years_of

PublishedVisits = Callable[[str, int], int | None]
"""Scenario and year → the county's visits as they are published; None where they are protected."""
_QUANTITY_PLACES = 4


@dataclass(frozen=True)
class PurchaseRow:
    """One purchase, year and municipality of `equalisation.purchases`; plus is received by the municipality."""

    agreement: str
    purchase: str
    year: int
    municipality_code: str
    title_sv: str
    buyer: str
    quantity: Decimal | None
    quantity_unit: str
    unit_price_sek: Decimal | None
    amount_sek: Decimal | None
    split_by: str
    basis: str
    status: str


def purchase_rows(inputs: Inputs, visits: PublishedVisits, costs: Sequence[ScenarioCost]) -> list[PurchaseRow]:
    """Every purchase of every agreement in the years of its tax shift, by key; amounts are whole kronor of whole years.

    A scenario's visits are those of the base year, as published for the county: where they are protected the amounts
    are empty and the status is 'protected', where the boundary didn't hold that year 'missing'. `costs` give the
    visits by municipality of purchases that are split by them: those of the purchase's scenario, or of the agreement's
    where a number of units is bought; where they aren't known the status is 'missing' too, and so it is in a year
    whose tax shift isn't computed for want of parameters (`shift.missing_years`). The county's amount is split by
    largest remainder: rows sum to it exactly, and no row 0000 is needed. Plus where the region buys, minus where the
    municipality does.
    Raises DataError without a price in a year that is computed, a base year, or anything to split by.
    """
    rows = [
        row
        for agreement in inputs.folder.agreements
        for purchase in (agreement.economy.purchases if agreement.economy else ())
        for year in years_of(agreement)
        for row in _rows(_Bought(inputs.apart(), agreement, purchase, year), visits, costs)
    ]
    return sorted(rows, key=lambda row: (row.agreement, row.purchase, row.year, row.municipality_code))


def _rows(bought: "_Bought", visits: PublishedVisits, costs: Sequence[ScenarioCost]) -> list[PurchaseRow]:
    try:
        return list(bought.rows(visits, costs))
    except ValueError as error:
        raise DataError(
            f"The purchase {bought.purchase.id} of {bought.agreement.id} cannot be split in {bought.year}: {error}",
            where=f"agreements/{bought.agreement.id}.yaml, economy: purchases",
            todo="Correct its quantity or price, or split it by another key.",
        ) from error


@dataclass(frozen=True)
class _Bought:
    """A purchase of one agreement in one year."""

    inputs: Inputs
    agreement: Agreement
    purchase: Purchase
    year: int

    def rows(self, visits: PublishedVisits, costs: Sequence[ScenarioCost]) -> Iterator[PurchaseRow]:
        if lacking(self.inputs, self.year):
            yield from self.without_amounts(None, "missing")
            return
        quantity, weights = self.quantity(visits), self.weights(costs)
        price = self.inputs.exact(self.purchase.unit_price, self.year)
        if quantity is not None and weights is not None:
            yield from self.with_amounts(quantity, price, weights)
        else:
            is_hidden = quantity is None and self.is_counted()
            yield from self.without_amounts(price, "protected" if is_hidden else "missing")

    @property
    def municipalities(self) -> list[str]:
        return sorted(self.inputs.folder.region.municipalities)

    def quantity(self, visits: PublishedVisits) -> Fraction | None:
        """What the county buys in a year; None where it is protected, or wasn't counted."""
        if self.purchase.quantity is not None:
            return Fraction(self.purchase.quantity)
        counted = visits(str(self.purchase.scenario), self.base_year())
        return None if counted is None else Fraction(counted)

    def base_year(self) -> int:
        """The year whose visits are bought."""
        if self.inputs.folder.costs is None:
            raise DataError(
                f"The purchase {self.purchase.id} of {self.agreement.id} is of a scenario's visits in the base year, "
                "and the region has none.",
                where="costs.yaml",
                todo="Add costs.yaml with base_year, or give the purchase a quantity.",
            )
        return self.inputs.folder.costs.base_year

    def is_counted(self) -> bool:
        """Whether the boundary whose visits are bought holds in some month of the base year."""
        scenarios = self.inputs.folder.scenarios
        (scenario,) = (entry for entry in scenarios if entry.id == self.purchase.scenario)
        span, first = validity(lineage(scenario, scenarios)), Month(self.base_year(), 1)
        return span is None or any(span.holds(month) for month in first.until(first.plus(11)))

    def weights(self, costs: Sequence[ScenarioCost]) -> Mapping[str, Fraction] | None:
        """What it is split by; None where the visits by municipality aren't known."""
        if self.purchase.split_by == "population":
            of_year = TaxYear(self.inputs, self.year)
            return {code: of_year.population(code) for code in self.municipalities}
        scenario = self.purchase.scenario or self.agreement.scenario
        found = [cost.visits for cost in costs if cost.scenario == scenario]
        return {code: found[0].get(code, Fraction(0)) for code in self.municipalities} if found else None

    def with_amounts(
        self, quantity: Fraction, price: Fraction, weights: Mapping[str, Fraction]
    ) -> Iterator[PurchaseRow]:
        amounts = shared(cost_of(quantity, price), weights)
        quantities = shared(rounded(quantity, _QUANTITY_PLACES), weights, _QUANTITY_PLACES)
        for code in sorted(amounts):
            amount = amounts[code] if self.purchase.buyer is Principal.REGION else -amounts[code]
            yield self.row(code, price, (quantities[code], amount), self.inputs.status)

    def without_amounts(self, price: Fraction | None, status: str) -> Iterator[PurchaseRow]:
        for code in self.municipalities:
            yield self.row(code, price, (None, None), status)

    def row(
        self, code: str, price: Fraction | None, of_code: tuple[Decimal | None, Decimal | None], status: str
    ) -> PurchaseRow:
        return PurchaseRow(
            agreement=self.agreement.id,
            purchase=self.purchase.id,
            year=self.year,
            municipality_code=code,
            title_sv=self.purchase.title_sv,
            buyer=self.purchase.buyer.value,
            quantity=of_code[0],
            quantity_unit=self.purchase.quantity_unit,
            unit_price_sek=None if price is None else rounded(price),
            amount_sek=of_code[1],
            split_by=self.purchase.split_by,
            basis=self.inputs.basis(self.purchase.basis).value,
            status=status,
        )
