"""The computed income equalisation against the published table, and what is solved from that table itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from equalisation import income
from equalisation.exact import rounded
from regions.folder import RegionFolder
from regions.model import Basis
from regions.parameters import weakest
from tasks.equalisation.income import computable
from tasks.equalisation.income_year import IncomeYear
from tasks.equalisation.inputs import COUNTRY, MUNICIPALITY, Inputs

_TABLE = "published_income_equalisation"
_FITTED = {"national_population_1_november": "solved", "county_rate": "derived"}
"""Inputs that are fitted to published tables as long as no official value is known, and the word for it."""
_SHOWN_AS = dict.fromkeys(("published_outcome_total", "published_outcome"), "population_1_november")
"""Series that stand for an input: their ratio is the population."""


@dataclass(frozen=True)
class YearDeviation:
    """How far a year's computed figures lie from the published ones, kr per inhabitant."""

    year: int
    inputs: tuple[tuple[str, str], ...]
    """Each input and how it is known: official, derived, or solved from this year's published table."""
    largest_sek_per_inhabitant: Decimal
    """Computed minus published where that is furthest from zero, without its sign."""
    area_code: str
    rows: int

    @property
    def unknowns(self) -> int:
        """How many inputs were fitted to published tables: the national population, and a derived rate."""
        return sum(name in _FITTED and known != Basis.OFFICIAL for name, known in self.inputs)

    def __str__(self) -> str:
        inputs = ", ".join(f"{name} {known}" for name, known in self.inputs)
        return f"{self.year}: {self.largest_sek_per_inhabitant} kr per inhabitant ({self.area_code}); {inputs}"


def deviations(folder: RegionFolder, as_of: date) -> list[YearDeviation]:
    """For each computed year with a published table, the largest deviation from it, before any rounding."""
    years = (year for year in computable(Inputs(folder, as_of)) if year.level == MUNICIPALITY)
    return [_deviation(year) for year in years if all(year.has(_TABLE, area=code) for code in year.areas)]


def solved_county_rate(folder: RegionFolder, years: Sequence[int], as_of: date) -> Fraction:
    """The one rate of receivers, a fraction, that fits the published tables of the years best.

    Raises DataError where a table, tax base, population or factor lacks.
    """
    return income.solve_county_rate([_published(_year(folder, year, as_of)) for year in years])


def solved_national_population(folder: RegionFolder, year: int, as_of: date) -> Fraction:
    """The country's inhabitants on 1 November before the year that fit the year's published table best.

    Raises DataError where a table, tax base, population, factor or rate lacks.
    """
    inputs = _year(folder, year, as_of)
    share = inputs.exact("guarantee_share", level=MUNICIPALITY)
    return income.solve_national_population(
        _published(inputs), inputs.rate("bidrag"), inputs.indexed_base(COUNTRY), share
    )


def _year(folder: RegionFolder, year: int, as_of: date) -> IncomeYear:
    return IncomeYear(Inputs(folder, as_of), year, "municipality")


def _published(year: IncomeYear) -> list[income.PublishedRow]:
    return [income.PublishedRow(year.own(code), year.exact(_TABLE, area=code)) for code in year.areas]


def _deviation(year: IncomeYear) -> YearDeviation:
    by_code = {code: abs(year.equalisation(code)[0] - year.exact(_TABLE, area=code)) for code in year.areas}
    worst = max(by_code, key=by_code.__getitem__)
    return YearDeviation(year.year, tuple(_inputs(year)), rounded(by_code[worst]), worst, len(by_code))


def _inputs(year: IncomeYear) -> Iterator[tuple[str, str]]:
    """Each input by name, and the weakest kind that it has for any municipality."""
    known: dict[str, set[Basis]] = {}
    for code in year.areas:
        own = year.apart()
        own.equalisation(code)
        for value in own.inputs.used:
            name = _SHOWN_AS.get(value.parameter, value.parameter)
            kinds = {value.kind} if name == value.parameter else {value.kind, Basis.DERIVED}
            known.setdefault(name, set()).update(kinds)
    for name, kinds in sorted(known.items()):
        kind = weakest(kinds)
        yield name, _FITTED.get(name, kind.value) if kind is Basis.DERIVED else kind.value
