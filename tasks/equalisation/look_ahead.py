"""The years after a tax shift, by municipality: with the recorded cost indexed, and with future growth too.

Year number 1 is the shift's first year, and is the shift itself. The county's price index and guaranteed tax power
are those that are known for the year; after the last known, they grow by the parameters `cost_growth` and
`tax_power_growth`. A municipality's population is the shift's own, moved as the forecast moves. Where a parameter
lacks, a figure is missing; no other year's value is used. Formulas: `equalisation.look_ahead`, docs/maths.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb

from equalisation.exact import rounded
from equalisation.look_ahead import LaterYear, Outcome, ageing_factor, grown, outcome, visits_per_inhabitant
from equalisation.tax_shift import ORE
from regions.errors import DataError
from regions.model import Basis
from regions.parameters import weakest
from tasks.equalisation.forecast import AGE_GROUPS, PARAMETER, Forecast, with_forecasts
from tasks.equalisation.inputs import COUNTRY, Inputs, TaxYear
from tasks.equalisation.shift import REMAINDER, ShiftOfYear, decided_ore, whole, years_of
from warehouse.model_files import composed

RECORDED, FUTURE = "recorded_cost_indexed", "future_growth"
COST_GROWTH, TAX_POWER_GROWTH = "cost_growth", "tax_power_growth"
_Cells = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None]
"""Population, revenue, cost, effect, and effect per inhabitant, as they are published."""
_NOTHING: _Cells = (None, None, None, None, None)


@dataclass(frozen=True)
class LookAheadRow:
    """A row of `equalisation.look_ahead`; whole kronor, None where a parameter lacks."""

    agreement: str
    assumption: str
    year_number: int
    year: int
    municipality_code: str
    population: Decimal | None
    revenue_sek: Decimal | None
    cost_sek: Decimal | None
    effect_sek: Decimal | None
    effect_sek_per_inhabitant: Decimal | None
    basis: str
    status: str


def read_visits_by_age(connection: duckdb.DuckDBPyConnection, year: int) -> dict[str, int]:
    """Age group → published visits at home in ordinary housing of the region's inhabitants in a year.

    From the release that is being made (`build`); what is protected, or of unknown age, is in no group.
    """
    return dict(connection.execute(composed("equalisation/visits_by_age"), {"year": year}).fetchall())


def look_ahead_rows(
    shifts: Sequence[ShiftOfYear], visits_by_age: Mapping[str, int], inputs: Inputs, delivered: Sequence[Forecast]
) -> list[LookAheadRow]:
    """The rows of `equalisation.look_ahead` for the agreed shift, by key; with the row 0000 they sum to the county's.

    `visits_by_age`: the county's visits of the cost's base year in the groups 0-64 and 65+; without either, future
    growth is missing after the first year. Raises DataError for a forecast, a growth or a year that no formula accepts.
    """
    rows: list[LookAheadRow] = []
    for first in first_agreed(shifts):
        years = _years(first)
        view = with_forecasts(inputs, delivered, years)
        for assumption in (RECORDED, FUTURE):
            for year in years:
                rows += _rows(assumption, year, _Ahead(first, view, visits_by_age))
    return sorted(rows, key=lambda row: (row.agreement, row.assumption, row.year_number, row.municipality_code))


def first_agreed(shifts: Sequence[ShiftOfYear]) -> list[ShiftOfYear]:
    """The agreed shifts of their agreement's first year; none where that year could not be computed."""
    return [entry for entry in shifts if entry.is_agreed and entry.year == years_of(entry.agreement).start]


def _years(first: ShiftOfYear) -> range:
    economy = first.agreement.economy
    return range(first.year, first.year + (economy.look_ahead_years if economy else 0))


@dataclass(frozen=True)
class _Figure:
    """One municipality's year by one assumption, exact; None where a parameter lacks."""

    population: Fraction | None
    outcome: Outcome | None
    basis: Basis
    status: str


class _Ahead:
    """What the years after a shift are, from its first year and the parameters; None where one lacks."""

    def __init__(self, first: ShiftOfYear, inputs: Inputs, visits_by_age: Mapping[str, int]) -> None:
        self.first, self._inputs, self._visits = first, inputs, visits_by_age

    def figure(self, assumption: str, year: int, code: str) -> _Figure:
        """One municipality's year, with a memory of its own of the parameters that it rests on."""
        own = _Ahead(self.first, self._inputs.apart(), self._visits)
        with _in_words(year, code):
            population = own.population(year, code)
            later = own._later_year(year, population, own.ageing(year, code) if assumption == FUTURE else Fraction(1))
            found = outcome(own.shift(year), self.first.shift.effects[code].cost, later) if later else None
        kinds = [decision.kind for decision in self.first.agreement.ore if decision.valid_from <= date(year, 1, 1)]
        computed = "preliminary" if "preliminary" in (self.first.status, own._inputs.status) else "ok"
        basis = own._inputs.basis(self.first.basis, *kinds)
        return _Figure(population, found, basis, computed if found else "missing")

    def _later_year(self, year: int, population: Fraction | None, ageing: Fraction | None) -> LaterYear | None:
        guaranteed, price_factor = self.guaranteed(year), self.price_factor(year)
        if guaranteed is None or population is None or price_factor is None or ageing is None:
            return None
        return LaterYear(guaranteed, population, price_factor, ageing)

    def shift(self, year: int) -> Fraction:
        """The öre in force at the year's beginning, as a fraction of income."""
        return Fraction(decided_ore(self.first.agreement, year)) * ORE

    def guaranteed(self, year: int) -> Fraction | None:
        """The guaranteed tax power of the year where it is known, else the year before grown."""
        if year == self.first.year:
            return self.first.shift.guaranteed
        known = TaxYear(self._inputs, year)
        if all(known.has(name, **keys) for name, keys in known.needs() if keys.get("area", COUNTRY) == COUNTRY):
            return known.guaranteed()
        return self._grown(self.guaranteed(year - 1), TAX_POWER_GROWTH, year)

    def price_factor(self, year: int) -> Fraction | None:
        """The price index over that of the first year where it is known, else the year before grown."""
        costs = self._inputs.folder.costs
        if year == self.first.year:
            return Fraction(1)
        if costs and all(self._inputs.has(costs.price_index, each) for each in (year, self.first.year)):
            return self._inputs.exact(costs.price_index, year) / self._inputs.exact(costs.price_index, self.first.year)
        return self._grown(self.price_factor(year - 1), COST_GROWTH, year)

    def _grown(self, before: Fraction | None, parameter: str, year: int) -> Fraction | None:
        if before is None or not self._inputs.has(parameter, year):
            return None
        return grown(before, [self._inputs.exact(parameter, year)])

    def population(self, year: int, code: str) -> Fraction | None:
        """The shift's own population, moved as the forecast moves."""
        own = self.first.shift.effects[code].population
        if year == self.first.year:
            return own
        if not self._has_forecast(year, code):
            return None
        then, first = (sum(self._by_age(each, code).values()) for each in (year, self.first.year))
        if first == 0:
            raise ValueError(f"the forecast has no inhabitants in {self.first.year}")
        return own * then / first

    def ageing(self, year: int, code: str) -> Fraction | None:
        """How much the municipality's need has grown since the first year, by the county's visits per inhabitant."""
        codes = sorted(self.first.shift.effects)
        if year == self.first.year:
            return Fraction(1)
        if not all(self._has_forecast(year, each) for each in codes) or set(self._visits) != set(AGE_GROUPS):
            return None
        first = {each: self._by_age(self.first.year, each) for each in codes}
        county = {group: sum((first[each][group] for each in codes), Fraction(0)) for group in AGE_GROUPS}
        return ageing_factor(visits_per_inhabitant(self._visits, county), self._by_age(year, code), first[code])

    def _has_forecast(self, year: int, code: str) -> bool:
        """Of the year and of the first, with which it is compared."""
        cells = [(each, group) for each in (year, self.first.year) for group in AGE_GROUPS]
        return all(self._inputs.has(PARAMETER, each, area=code, age_group=group) for each, group in cells)

    def _by_age(self, year: int, code: str) -> dict[str, Fraction]:
        return {group: self._inputs.exact(PARAMETER, year, area=code, age_group=group) for group in AGE_GROUPS}


@contextmanager
def _in_words(year: int, code: str) -> Iterator[None]:
    """A value that no formula accepts becomes a message to the person who wrote it."""
    try:
        yield
    except ValueError as error:
        raise DataError(
            f"The look ahead to {year} cannot be computed for {code}: {error}",
            where="parameters/",
            todo=f"Correct the value in {PARAMETER}, {TAX_POWER_GROWTH}, {COST_GROWTH} or the price index.",
        ) from error


def _rows(assumption: str, year: int, ahead: _Ahead) -> Iterator[LookAheadRow]:
    """A year by one assumption: the remainder, then the municipalities by code."""
    figures = {code: ahead.figure(assumption, year, code) for code in sorted(ahead.first.shift.effects)}
    ends = {code: (_cells(figure), figure.basis, figure.status) for code, figure in figures.items()}
    for code, (cells, basis, status) in {REMAINDER: _remainder(list(figures.values())), **ends}.items():
        number = year - ahead.first.year + 1
        yield LookAheadRow(ahead.first.agreement.id, assumption, number, year, code, *cells, basis.value, status)


def _cells(figure: _Figure) -> _Cells:
    population, found = figure.population, figure.outcome
    persons = None if population is None else rounded(population, 4)
    if population is None or found is None:
        return persons, None, None, None, None
    revenue, cost = whole(found.revenue), whole(found.cost)
    return persons, revenue, cost, revenue - cost, rounded(found.effect / population)


def _remainder(figures: Sequence[_Figure]) -> tuple[_Cells, Basis, str]:
    """The county's figures minus the municipalities' rounded ones; missing where one of these is."""
    outcomes = [figure.outcome for figure in figures if figure.outcome]
    basis = weakest(figure.basis for figure in figures)
    if len(outcomes) < len(figures):
        return _NOTHING, basis, "missing"
    revenue, cost = _left([found.revenue for found in outcomes]), _left([found.cost for found in outcomes])
    status = "preliminary" if "preliminary" in {figure.status for figure in figures} else "ok"
    return (None, revenue, cost, revenue - cost, None), basis, status


def _left(amounts: Sequence[Fraction]) -> Decimal:
    """What rounding each amount to whole kronor leaves of the rounded sum."""
    return whole(sum(amounts, Fraction(0))) - sum((whole(amount) for amount in amounts), Decimal(0))
