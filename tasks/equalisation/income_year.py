"""One year of one level in the formulas of the income equalisation: the municipalities, or the region as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Literal

from equalisation import income
from equalisation.exact import PER_CENT
from regions.errors import DataError
from tasks.equalisation.inputs import MUNICIPALITY, Inputs, Keys, TaxYear

Level = Literal["municipality", "region"]
LEVELS: tuple[Level, ...] = ("municipality", "region")


class IncomeYear(TaxYear):
    """A year of a level: fills the formulas of the income equalisation with its parameters."""

    def __init__(self, inputs: Inputs, year: int, level: Level) -> None:
        super().__init__(inputs, year)
        self.level: Level = level
        self.areas = self.municipalities if level == MUNICIPALITY else (self.county,)

    def apart(self) -> "IncomeYear":
        """The same year with a memory of its own."""
        return IncomeYear(self.inputs.apart(), self.year, self.level)

    def missing(self) -> tuple[str, ...]:
        """The names of the parameters without a value, in the order in which the formula needs them."""
        always = self.lacking(self.level)
        with in_words(self.year):
            needed = [self._rate_keys("bidrag")] if always else [key for area in self.areas for key in self._keys(area)]
        rates = () if all(self.has("county_rate", **keys) for keys in needed) else ("county_rate",)
        return (*always, *rates)

    def rate_kind(self, area: str) -> income.RateKind:
        """Whether the area receives (bidrag) or pays (avgift)."""
        return income.rate_kind(self.own(area), self.guaranteed(self.level))

    def rate(self, direction: str) -> Fraction:
        """The county's rate of a direction, a fraction."""
        return self.exact("county_rate", **self._rate_keys(direction)) * PER_CENT

    def rates(self, area: str) -> list[Fraction]:
        """The rates that an area's figure rests on: one, or the lower and the upper band's."""
        return [self.rate(keys["direction"]) for keys in self._keys(area)]

    def equalisation(self, area: str) -> tuple[Fraction, Fraction]:
        """What an area receives (+) or pays (-), kr per inhabitant, and the rate of its last krona."""
        own, guaranteed, rates = self.own(area), self.guaranteed(self.level), self.rates(area)
        if self.rate_kind(area) == "bidrag":
            return income.bidrag(own, guaranteed, rates[0]), rates[0]
        if len(rates) == 1:
            return income.avgift(own, guaranteed, rates[0]), rates[0]
        limit = self.mean() * self.exact("payer_band_limit", level=self.level)
        paid = income.avgift_in_two_bands(own, guaranteed, limit, *rates)
        return paid, rates[0] if own <= limit else rates[1]

    def _keys(self, area: str) -> list[Keys]:
        kind = self.rate_kind(area)
        lower = kind == "avgift" and self.has("payer_band_limit", level=self.level)
        return [self._rate_keys(name) for name in (*(["avgift_lower_band"] if lower else []), kind)]

    def _rate_keys(self, direction: str) -> Keys:
        return {"level": self.level, "county": self.county, "direction": direction}


@contextmanager
def in_words(year: int) -> Iterator[None]:
    """A value that no formula accepts becomes a message to the person who wrote it."""
    try:
        yield
    except ValueError as error:
        raise DataError(
            f"The income equalisation of {year} cannot be computed: {error}",
            where="parameters/",
            todo=f"Correct the value of {year} in the parameter's file.",
        ) from error
