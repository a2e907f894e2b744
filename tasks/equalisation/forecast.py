"""Population forecasts by age group: those that were delivered, before the parameter `population_forecast`.

A forecast's year is an equalisation year: the inhabitants on 31 December before stand for 1 November of that year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import get_args

import duckdb

from regions.agreement import AgeGroup
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.inputs import Inputs
from warehouse.model_files import composed

PARAMETER = "population_forecast"
AGE_GROUPS: tuple[str, ...] = get_args(AgeGroup)


@dataclass(frozen=True)
class Forecast:
    """One edition of a delivered forecast for one municipality."""

    area: str
    vintage: str
    """The edition's name; of two that can be used, the last by name is."""
    persons: Mapping[tuple[int, str], int]
    """(equalisation year, age group) → inhabitants."""

    @property
    def known_from(self) -> date:
        """1 May of the first year that it is about: forecasts come out in spring. Our own assumption."""
        return date(min(year for year, _ in self.persons) - 1, 5, 1)

    def covers(self, years: Sequence[int]) -> bool:
        """Whether it has every age group of every year."""
        return all((year, group) in self.persons for year in years for group in AGE_GROUPS)


def read_forecasts(connection: duckdb.DuckDBPyConnection) -> list[Forecast]:
    """The delivered forecasts of the lake, by municipality and edition."""
    persons: dict[tuple[str, str], dict[tuple[int, str], int]] = {}
    found = connection.execute(composed("equalisation/population_forecast")).fetchall()
    for area, vintage, year, group, count in sorted(found):
        persons.setdefault((area, vintage), {})[year, group] = count
    return [Forecast(area, vintage, cells) for (area, vintage), cells in persons.items()]


def with_forecasts(inputs: Inputs, delivered: Sequence[Forecast], years: Sequence[int]) -> Inputs:
    """The same parameters, with the delivered forecasts beside those of the region's file.

    Of a municipality the last edition is taken that was known on the day and covers all the years, and then nothing
    of the file: two editions, or an edition and the file, would put a jump between two years that nobody has forecast.
    """
    usable = [entry for entry in delivered if entry.known_from <= inputs.as_of and entry.covers(years)]
    last = {entry.area: entry for entry in sorted(usable, key=lambda entry: entry.vintage)}
    others = [value for value in inputs.folder.parameters.all() if not _is_of(value, last)]
    parameters = Parameters([*others, *(value for area in sorted(last) for value in _values(last[area]))])
    return Inputs(replace(inputs.folder, parameters=parameters), inputs.as_of, whole=inputs)


def _is_of(value: ParameterValue, areas: Mapping[str, Forecast]) -> bool:
    """Whether a value is the file's forecast for one of the areas."""
    return value.parameter == PARAMETER and dict(value.keys)["area"] in areas


def _values(forecast: Forecast) -> list[ParameterValue]:
    return [
        ParameterValue(
            parameter=PARAMETER,
            year=year,
            keys=(("age_group", group), ("area", forecast.area)),
            value=Decimal(persons),
            unit="persons",
            kind=Basis.FORECAST,
            known_from=forecast.known_from,
            reference=f"Levererad folkmängdsprognos, utgåva {forecast.vintage}",
            address="core.population_forecast",
        )
        for (year, group), persons in sorted(forecast.persons.items())
    ]
