"""Income equalisation of a region and its municipalities, from parameters alone: no visit is looked at.

A year of a level is computed when every parameter that it needs is known on the as-of date; `missing_years` says
for the others what lacks. Formulas: `equalisation.income`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equalisation import income
from equalisation.exact import rounded
from regions.folder import RegionFolder
from regions.parameters import ParameterValue
from tasks.equalisation.income_year import LEVELS, IncomeYear, Level, in_words
from tasks.equalisation.inputs import Inputs


@dataclass(frozen=True)
class IncomeEqualisationRow:
    """One area and year of `equalisation.income_equalisation`; its columns are the contract's."""

    year: int
    level: Level
    area_code: str
    tax_base_sek: Decimal
    population: Decimal
    indexed_tax_power_sek: Decimal
    guaranteed_tax_power_sek: Decimal
    rate_kind: income.RateKind
    county_rate: Decimal
    equalisation_sek_per_inhabitant: Decimal
    basis: str


@dataclass(frozen=True)
class MissingYear:
    """A year of a level that is not computed, and the parameters without a value known on the as-of date."""

    year: int
    level: Level
    parameters: tuple[str, ...]


def income_equalisation_rows(folder: RegionFolder, as_of: date) -> list[IncomeEqualisationRow]:
    """One row per computable year, level and area, in that order; none for a region without tax bases.

    Level region is the region as a whole, by its own guarantee and rates; its tax base is the sum of its
    municipalities' where none is published. Amounts are kr, per inhabitant where the column says so; rates are
    fractions. `basis` is the weakest kind among the row's inputs. Source: lag (2004:773), 3–6 §§.
    """
    return [_row(year.apart(), area) for year in computable(Inputs(folder, as_of)) for area in year.areas]


def used_parameters(folder: RegionFolder, as_of: date) -> list[ParameterValue]:
    """Every parameter value that the rows rest on, by parameter, year and keys."""
    inputs = Inputs(folder, as_of)
    used: set[ParameterValue] = set()
    for year in computable(inputs):
        for area in year.areas:
            own = year.apart()
            _row(own, area)
            used |= own.inputs.used
    return sorted(used, key=lambda value: (value.parameter, value.year, value.keys))


def missing_years(folder: RegionFolder, as_of: date) -> list[MissingYear]:
    """The years for which a municipality's tax base is known but not all that a level's figures need."""
    years = _years(Inputs(folder, as_of))
    return [MissingYear(year.year, year.level, lacking) for year in years if (lacking := year.missing())]


def computable(inputs: Inputs) -> Iterator[IncomeYear]:
    """The years and levels of which every parameter is known."""
    return (year for year in _years(inputs) if not year.missing())


def _years(inputs: Inputs) -> Iterator[IncomeYear]:
    """The years with a known tax base of at least one of the region's municipalities, each level."""
    municipalities = inputs.folder.region.municipalities
    for year in inputs.folder.parameters.years("tax_base"):
        if any(inputs.has("tax_base", year, area=code) for code in municipalities):
            yield from (IncomeYear(inputs.apart(), year, level) for level in LEVELS)


def _row(year: IncomeYear, area: str) -> IncomeEqualisationRow:
    with in_words(year.year):
        received, rate = year.equalisation(area)
    return IncomeEqualisationRow(
        year=year.year,
        level=year.level,
        area_code=area,
        tax_base_sek=rounded(year.tax_base(area)),
        population=rounded(year.population(area), 4),
        indexed_tax_power_sek=rounded(year.own(area)),
        guaranteed_tax_power_sek=rounded(year.guaranteed(year.level)),
        rate_kind=year.rate_kind(area),
        county_rate=rounded(rate, 4),
        equalisation_sek_per_inhabitant=rounded(received),
        basis=year.inputs.basis().value,
    )
