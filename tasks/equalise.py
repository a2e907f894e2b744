"""Income equalisation of a region's municipalities, from its parameters alone: no visit is looked at.

A year is computed when every parameter that it needs is known on the as-of date; `missing_years` says
for the others what lacks. Formulas: `equalisation.income`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from equalisation import income
from equalisation.exact import PER_CENT, rounded
from regions.errors import DataError
from regions.folder import RegionFolder
from regions.model import Basis
from regions.parameters import ParameterValue, weakest

LEVEL: Literal["municipality"] = "municipality"
COUNTRY = "00"
_FITTED = {"national_population_1_november": "solved", "county_rate": "derived"}
"""Inputs that are fitted to published tables as long as no official value is known, and the word for it."""
_Keys = Mapping[str, str]


@dataclass(frozen=True)
class IncomeEqualisationRow:
    """One municipality and year of `equalisation.income_equalisation`; its columns are the contract's."""

    year: int
    level: Literal["municipality"]
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


@dataclass(frozen=True)
class MissingYear:
    """A year that is not computed, and the parameters without a value known on the as-of date."""

    year: int
    parameters: tuple[str, ...]


def income_equalisation_rows(folder: RegionFolder, as_of: date) -> list[IncomeEqualisationRow]:
    """One row per municipality and computable year, by year and code; none for a region without tax bases.

    Amounts are kr, per inhabitant where the column says so; rates are fractions. `basis` is the weakest
    kind among the row's inputs. Source: lag (2004:773), 3–6 §§.
    """
    return [year.row(code) for year in _computable(folder, as_of) for code in year.municipalities]


def used_parameters(folder: RegionFolder, as_of: date) -> list[ParameterValue]:
    """Every parameter value that the rows rest on, by parameter, year and keys."""
    used: set[ParameterValue] = set()
    for year in _computable(folder, as_of):
        for code in year.municipalities:
            year.row(code)
        used |= year.used
    return sorted(used, key=lambda value: (value.parameter, value.year, value.keys))


def missing_years(folder: RegionFolder, as_of: date) -> list[MissingYear]:
    """The years for which a municipality's tax base is known but not all that a figure needs."""
    return [MissingYear(year.year, lacking) for year in _years(folder, as_of) if (lacking := year.lacking())]


def deviations(folder: RegionFolder, as_of: date) -> list[YearDeviation]:
    """For each computed year with a published table, the largest deviation from it, before any rounding."""
    return [year.deviation() for year in _computable(folder, as_of) if year.is_published()]


def solved_county_rate(folder: RegionFolder, years: Sequence[int], as_of: date) -> Fraction:
    """The one rate of receivers, a fraction, that fits the published tables of the years best.

    Raises DataError where a table, tax base, population or factor lacks.
    """
    return income.solve_county_rate([_Year(folder, year, as_of).published_rows() for year in years])


def solved_national_population(folder: RegionFolder, year: int, as_of: date) -> Fraction:
    """The country's inhabitants on 1 November before the year that fit the year's published table best.

    Raises DataError where a table, tax base, population, factor or rate lacks.
    """
    inputs = _Year(folder, year, as_of)
    share = inputs.exact("guarantee_share", level=LEVEL)
    return income.solve_national_population(
        inputs.published_rows(), inputs.rate("bidrag"), inputs.indexed_base(COUNTRY), share
    )


def _computable(folder: RegionFolder, as_of: date) -> Iterator["_Year"]:
    return (year for year in _years(folder, as_of) if not year.lacking())


def _years(folder: RegionFolder, as_of: date) -> Iterator["_Year"]:
    """The years with a known tax base of at least one of the region's municipalities."""
    for year in folder.parameters.years("tax_base"):
        inputs = _Year(folder, year, as_of)
        if any(inputs.has("tax_base", area=code) for code in inputs.municipalities):
            yield inputs


class _Year:
    """One year of a region: looks parameters up, remembers which were used, fills the formulas with them."""

    def __init__(self, folder: RegionFolder, year: int, as_of: date) -> None:
        self.year = year
        self.municipalities = tuple(sorted(folder.region.municipalities))
        self.used: set[ParameterValue] = set()
        self._county = folder.region.county_code
        self._parameters = folder.parameters
        self._as_of = as_of

    # looking up

    def has(self, parameter: str, **keys: str) -> bool:
        return self._parameters.find(parameter, self.year, self._as_of, **keys) is not None

    def value(self, parameter: str, **keys: str) -> ParameterValue:
        found = self._parameters.get(parameter, self.year, self._as_of, **keys)
        self.used.add(found)
        return found

    def exact(self, parameter: str, **keys: str) -> Fraction:
        return Fraction(self.value(parameter, **keys).value)

    def lacking(self) -> tuple[str, ...]:
        """The names of the parameters without a value, in the order in which the formula needs them."""
        always = [name for name, keys in self._always() if not self.has(name, **keys)]
        with _in_words(self.year):
            needed = [("county_rate", self._rate_keys("bidrag"))] if always else list(self._rates_needed())
        rates = [name for name, keys in needed if not self.has(name, **keys)]
        return tuple(dict.fromkeys(always + rates))

    def _always(self) -> Iterator[tuple[str, _Keys]]:
        yield from (("uprating_factor", {"factor": factor}) for factor in ("previous", "current"))
        yield "guarantee_share", {"level": LEVEL}
        yield from (("tax_base", {"area": area}) for area in (COUNTRY, *self.municipalities))
        yield "national_population_1_november", {}
        for code in self.municipalities:
            yield from ((name, {"area": code}) for name in self._population_names(code))

    def _rates_needed(self) -> Iterator[tuple[str, _Keys]]:
        for kind in sorted({self.rate_kind(code) for code in self.municipalities}):
            yield "county_rate", self._rate_keys(kind)
            if kind == "avgift" and self._has_two_bands():
                yield "county_rate", self._rate_keys("avgift_lower_band")

    def _rate_keys(self, direction: str) -> _Keys:
        return {"level": LEVEL, "county": self._county, "direction": direction}

    def _population_names(self, code: str) -> tuple[str, ...]:
        """An official population where there is one; else the two published series whose ratio it is."""
        if self.has("population_1_november", area=code):
            return ("population_1_november",)
        return ("published_outcome_total", "published_outcome")

    # the formulas' inputs

    def indexed_base(self, area: str) -> Fraction:
        factors = [self.exact("uprating_factor", factor=factor) for factor in ("previous", "current")]
        return income.indexed_tax_base(self.exact("tax_base", area=area), factors)

    def population(self, code: str) -> Fraction:
        values = [self.exact(name, area=code) for name in self._population_names(code)]
        if len(values) == 1:
            return values[0]
        if values[1] == 0:
            raise ValueError(f"{code} has a published outcome of 0 kr per inhabitant: no population follows.")
        return 1000 * values[0] / values[1]

    def own(self, code: str) -> Fraction:
        return income.tax_power(self.indexed_base(code), self.population(code))

    def mean(self) -> Fraction:
        return income.tax_power(self.indexed_base(COUNTRY), self.exact("national_population_1_november"))

    def guaranteed(self) -> Fraction:
        return income.guaranteed_tax_power(self.mean(), self.exact("guarantee_share", level=LEVEL))

    def rate_kind(self, code: str) -> income.RateKind:
        return income.rate_kind(self.own(code), self.guaranteed())

    def rate(self, direction: str) -> Fraction:
        return self.exact("county_rate", **self._rate_keys(direction)) * PER_CENT

    def _has_two_bands(self) -> bool:
        return self.has("payer_band_limit", level=LEVEL)

    # results

    def equalisation(self, code: str) -> tuple[Fraction, Fraction]:
        """What a municipality receives (+) or pays (-), kr per inhabitant, and the rate of its last krona."""
        own, guaranteed, kind = self.own(code), self.guaranteed(), self.rate_kind(code)
        if kind == "bidrag":
            return income.bidrag(own, guaranteed, self.rate(kind)), self.rate(kind)
        if not self._has_two_bands():
            return income.avgift(own, guaranteed, self.rate(kind)), self.rate(kind)
        limit = self.mean() * self.exact("payer_band_limit", level=LEVEL)
        lower, upper = self.rate("avgift_lower_band"), self.rate(kind)
        paid = income.avgift_in_two_bands(own, guaranteed, limit, lower, upper)
        return paid, lower if own <= limit else upper

    def row(self, code: str) -> IncomeEqualisationRow:
        with _in_words(self.year):
            received, rate = self.equalisation(code)
        kind = self.rate_kind(code)
        return IncomeEqualisationRow(
            year=self.year,
            level=LEVEL,
            area_code=code,
            tax_base_sek=self.value("tax_base", area=code).value,
            population=rounded(self.population(code), 4),
            indexed_tax_power_sek=rounded(self.own(code)),
            guaranteed_tax_power_sek=rounded(self.guaranteed()),
            rate_kind=kind,
            county_rate=rounded(rate, 4),
            equalisation_sek_per_inhabitant=rounded(received),
            basis=weakest(known for _, known in self._kinds(code)).value,
        )

    # against the published table

    def is_published(self) -> bool:
        return all(self.has("published_income_equalisation", area=code) for code in self.municipalities)

    def published(self, code: str) -> Fraction:
        return self.exact("published_income_equalisation", area=code)

    def published_rows(self) -> list[income.PublishedRow]:
        return [income.PublishedRow(self.own(code), self.published(code)) for code in self.municipalities]

    def deviation(self) -> YearDeviation:
        by_code = {code: abs(self.equalisation(code)[0] - self.published(code)) for code in self.municipalities}
        worst = max(by_code, key=by_code.__getitem__)
        return YearDeviation(self.year, self._inputs(), rounded(by_code[worst]), worst, len(by_code))

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        known: dict[str, set[Basis]] = {}
        for code in self.municipalities:
            for name, kind in self._kinds(code):
                known.setdefault(name, set()).add(kind)
        return tuple((name, _word(name, weakest(kinds))) for name, kinds in known.items())

    def _kinds(self, code: str) -> Iterator[tuple[str, Basis]]:
        """Each input of a figure and how it is known; a population that is a ratio is derived."""
        yield "tax_base", weakest(self.value("tax_base", area=area).kind for area in (COUNTRY, code))
        factors = ("previous", "current")
        yield (
            "uprating_factor",
            weakest(self.value("uprating_factor", factor=factor).kind for factor in factors),
        )
        yield "guarantee_share", self.value("guarantee_share", level=LEVEL).kind
        yield "county_rate", weakest(self.value("county_rate", **keys).kind for keys in self._rates_of(code))
        names = self._population_names(code)
        sources = [self.value(name, area=code).kind for name in names]
        yield "population_1_november", weakest([*sources, *([Basis.DERIVED] if len(names) > 1 else [])])
        yield "national_population_1_november", self.value("national_population_1_november").kind

    def _rates_of(self, code: str) -> list[_Keys]:
        kind = self.rate_kind(code)
        lower = kind == "avgift" and self._has_two_bands()
        return [self._rate_keys(name) for name in (kind, *(["avgift_lower_band"] if lower else []))]


def _word(name: str, kind: Basis) -> str:
    return _FITTED.get(name, kind.value) if kind is Basis.DERIVED else kind.value


@contextmanager
def _in_words(year: int) -> Iterator[None]:
    """A value that no formula accepts becomes a message to the person who wrote it."""
    try:
        yield
    except ValueError as error:
        raise DataError(
            f"The income equalisation of {year} cannot be computed: {error}",
            where="parameters/",
            todo=f"Correct the value of {year} in the parameter's file.",
        ) from error
