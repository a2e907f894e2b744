"""Parameters as a run knows them on a day: looked up by name and year, with a memory of which were used."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from equalisation import income
from regions.folder import RegionFolder
from regions.model import Basis
from regions.parameters import ParameterValue, weakest

COUNTRY = "00"
MUNICIPALITY = "municipality"
REGION = "region"
FACTORS = ("previous", "current")
"""The two uprating factors of a year, by the name that they have as a key."""
Keys = Mapping[str, str]


class Inputs:
    """The parameter values known on a day; `used` are those that have been asked for."""

    def __init__(self, folder: RegionFolder, as_of: date, *, whole: "Inputs | None" = None) -> None:
        self.folder, self.as_of = folder, as_of
        self.used: set[ParameterValue] = set()
        self._whole = whole
        self._reckoned: set[Basis] = set()

    def apart(self) -> "Inputs":
        """The same values with a memory of its own, so that one figure's basis can be told; its whole remembers too."""
        return Inputs(self.folder, self.as_of, whole=self)

    def has(self, parameter: str, year: int, **keys: str) -> bool:
        """Whether a value is known; asking doesn't count as use."""
        return self.folder.parameters.find(parameter, year, self.as_of, **keys) is not None

    def value(self, parameter: str, year: int, **keys: str) -> ParameterValue:
        """The best known value; raises DataError naming the parameter where none is known."""
        found = self.folder.parameters.get(parameter, year, self.as_of, **keys)
        self._remember(found)
        return found

    def exact(self, parameter: str, year: int, **keys: str) -> Fraction:
        """The value as a fraction, in the parameter's own unit; raises DataError as `value` does."""
        return Fraction(self.value(parameter, year, **keys).value)

    def reckoned(self) -> None:
        """Note that an input was reckoned from published values instead of read: what rests on it is derived."""
        self._reckoned.add(Basis.DERIVED)
        if self._whole is not None:
            self._whole.reckoned()

    def basis(self, *others: Basis) -> Basis:
        """The weakest kind among the values used, what was reckoned, and the others; ValueError where there is none."""
        return weakest([*(value.kind for value in self.used), *self._reckoned, *others])

    @property
    def status(self) -> str:
        """What rests on a forecast is preliminary."""
        return "preliminary" if any(value.kind is Basis.FORECAST for value in self.used) else "ok"

    def _remember(self, value: ParameterValue) -> None:
        self.used.add(value)
        if self._whole is not None:
            self._whole._remember(value)


class TaxYear:
    """What the formulas of a year need of a region's municipalities; amounts are kr, populations persons."""

    def __init__(self, inputs: Inputs, year: int) -> None:
        self.inputs, self.year = inputs, year
        self.municipalities = tuple(sorted(inputs.folder.region.municipalities))
        self.county = inputs.folder.region.county_code

    def has(self, parameter: str, **keys: str) -> bool:
        """Whether a value of this year is known."""
        return self.inputs.has(parameter, self.year, **keys)

    def exact(self, parameter: str, **keys: str) -> Fraction:
        """This year's value; raises DataError naming the parameter."""
        return self.inputs.exact(parameter, self.year, **keys)

    def factors(self) -> tuple[Fraction, ...]:
        """The growth to the year before and to the year itself."""
        return tuple(self.exact("uprating_factor", factor=factor) for factor in FACTORS)

    def tax_base(self, area: str) -> Fraction:
        """An area's tax base, kr: as published; the county's where it isn't is the sum of its municipalities'."""
        if area != self.county or self.has("tax_base", area=area):
            return self.exact("tax_base", area=area)
        self.inputs.reckoned()
        return sum((self.exact("tax_base", area=code) for code in self.municipalities), Fraction(0))

    def indexed_base(self, area: str) -> Fraction:
        """An area's indexed tax base, kr."""
        return income.indexed_tax_base(self.tax_base(area), self.factors())

    def population(self, code: str) -> Fraction:
        """Inhabitants on 1 November the year before; the county's are its municipalities' together.

        As published, else the ratio of two published series. Raises ValueError where no ratio can be made.
        """
        if code == self.county:
            self.inputs.reckoned()
            return sum((self.population(each) for each in self.municipalities), Fraction(0))
        values = [self.exact(name, area=code) for name in self.population_names(code)]
        if len(values) == 1:
            return values[0]
        if values[1] == 0:
            raise ValueError(f"{code} has a published outcome of 0 kr per inhabitant: no population follows.")
        self.inputs.reckoned()
        return 1000 * values[0] / values[1]

    def population_names(self, code: str) -> tuple[str, ...]:
        """The population; where none is known, the two published series whose ratio it is, if they are."""
        ratio = ("published_outcome_total", "published_outcome")
        is_known = self.has("population_1_november", area=code)
        has_ratio = all(self.has(name, area=code) for name in ratio)
        return ratio if has_ratio and not is_known else ("population_1_november",)

    def own(self, code: str) -> Fraction:
        """A municipality's or the county's own indexed tax power, kr per inhabitant; ValueError that names it."""
        try:
            return income.tax_power(self.indexed_base(code), self.population(code))
        except ValueError as error:
            raise ValueError(f"{code}: {error}") from error

    def mean(self) -> Fraction:
        """The country's indexed mean tax power, kr per inhabitant."""
        return income.tax_power(self.indexed_base(COUNTRY), self.national_population())

    def national_population(self) -> Fraction:
        """The country's inhabitants on 1 November the year before."""
        return self.exact("national_population_1_november")

    def guaranteed(self, level: str = MUNICIPALITY) -> Fraction:
        """The guaranteed tax power of a level, kr per inhabitant."""
        return income.guaranteed_tax_power(self.mean(), self.exact("guarantee_share", level=level))

    def needs(self, level: str = MUNICIPALITY) -> Iterator[tuple[str, Keys]]:
        """The parameters without which nothing of the year can be computed, in the order of the formula."""
        yield from (("uprating_factor", {"factor": factor}) for factor in FACTORS)
        yield "guarantee_share", {"level": level}
        yield from (("tax_base", {"area": area}) for area in (COUNTRY, *self._tax_areas(level)))
        yield "national_population_1_november", {}
        for code in self.municipalities:
            yield from ((name, {"area": code}) for name in self.population_names(code))

    def lacking(self, level: str = MUNICIPALITY) -> tuple[str, ...]:
        """The names of those that no value is known of."""
        return tuple(dict.fromkeys(name for name, keys in self.needs(level) if not self.has(name, **keys)))

    def _tax_areas(self, level: str) -> tuple[str, ...]:
        is_published = level == REGION and self.has("tax_base", area=self.county)
        return (self.county,) if is_published else self.municipalities
