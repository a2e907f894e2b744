"""Official values that have been retrieved into the lake, as dated parameters beside those of the region's files.

The list of series is closed. A value is official; its year is the equalisation year, so that a population of
1 November belongs to the year after. It counts as known from the day by the parameter's rule, for that is when it was
published, and never later than the day on which it was retrieved: what has been read is known. A municipality's value
stands as it is published. Nothing here is summed over areas, for population is published with noise in each figure by
itself: the country's is its own row.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from regions.errors import DataError
from regions.folder import RegionFolder
from regions.model import Basis
from regions.official import OfficialTransport
from regions.parameters import KnownFrom, ParameterValue
from tasks.equalisation.inputs import COUNTRY
from tasks.register import latest_official
from warehouse.ledger import Landing, read_ledger

_BEFORE_THE_YEAR = KnownFrom(years_before=1, month=12, day=31)
"""The rule of each parameter of the list, as in `regions/sweden/parameters`; a test holds them together."""
_TAX_BASE = """
SELECT delivery_id, year(year)::INTEGER AS year, area_code AS area, tax_base_sek AS value
FROM lake.core.tax_base
WHERE list_contains($deliveries, delivery_id) AND list_contains($areas, area_code) AND tax_base_sek IS NOT NULL"""
_POPULATION = """
SELECT delivery_id, year(measured_on)::INTEGER + 1 AS year, area_code AS area,
  coalesce(max(persons) FILTER (sex = 'all'), sum(persons)) AS value
FROM lake.core.population
WHERE list_contains($deliveries, delivery_id) AND list_contains($areas, area_code)
  AND month(measured_on) = 11 AND day(measured_on) = 1 AND age IS NULL AND persons IS NOT NULL
GROUP BY ALL
HAVING count(*) FILTER (sex = 'all') = 1 OR list_sort(list(sex)) = ['female', 'male']"""
_TAX_RATE = """
SELECT delivery_id, year(year)::INTEGER AS year, 'municipality' AS level, area_code AS area, rate_percent AS value
FROM lake.core.tax_rates
WHERE list_contains($deliveries, delivery_id) AND list_contains($areas, area_code) AND level = 'municipality'"""
_REGION_TAX_RATE = """
SELECT DISTINCT t.delivery_id, year(t.year)::INTEGER AS year, 'region' AS level, $county AS area,
  t.rate_percent - m.rate_percent AS value
FROM lake.core.tax_rates AS t JOIN lake.core.tax_rates AS m USING (year, area_code)
WHERE list_contains($deliveries, t.delivery_id) AND list_contains($areas, area_code)
  AND t.level = 'total' AND m.level = 'municipality'"""


@dataclass(frozen=True)
class _Series:
    """A parameter that is read from the lake: its unit and keys, and the query that gives year, keys and value."""

    parameter: str
    unit: str
    keys: tuple[str, ...]
    areas: tuple[str, ...]
    sql: str


def official_values(connection: duckdb.DuckDBPyConnection, folder: RegionFolder) -> list[ParameterValue]:
    """The retrieved values of tax base, tax rate and population on 1 November; none where nothing was retrieved.

    Tax base in kr of the municipalities, the county and the country; tax rate in percent by level, where the region's
    is the difference between a municipality's total and its own; population in persons, that of the country by a name
    of its own. Sorted by parameter, year and keys. Raises DataError where a value would be told in two ways, such as
    municipalities with different rates of their region.
    """
    landings = {landing.delivery_id: landing for landing in latest_official(folder, read_ledger(connection))}
    if not landings:
        return []
    sources = _Sources(folder, landings)
    values = [value for series in _series(folder) for value in _values(connection, series, sources)]
    _must_be_one_each(values)
    return sorted(values, key=lambda value: (value.parameter, value.year, value.keys))


def _series(folder: RegionFolder) -> Iterator[_Series]:
    municipalities, county = tuple(sorted(folder.region.municipalities)), folder.region.county_code
    yield _Series("tax_base", "sek", ("area",), (*municipalities, county, COUNTRY), _TAX_BASE)
    yield _Series("population_1_november", "persons", ("area",), municipalities, _POPULATION)
    yield _Series("national_population_1_november", "persons", (), (COUNTRY,), _POPULATION)
    yield _Series("tax_rate", "percent", ("level", "area"), municipalities, _TAX_RATE)
    yield _Series("tax_rate", "percent", ("level", "area"), municipalities, _REGION_TAX_RATE)


@dataclass(frozen=True)
class _Sources:
    """What was retrieved of which series, and when."""

    folder: RegionFolder
    landings: Mapping[str, Landing]

    def reference(self, delivery_id: str) -> tuple[str, str]:
        """The series' title with the day of retrieval, and its address."""
        landing = self.landings[delivery_id]
        source = self.folder.sources_by_id[landing.source_id]
        address = source.transport.address if isinstance(source.transport, OfficialTransport) else source.supplier_sv
        return f"{source.title_sv}, hämtad {landing.landed_at:%Y-%m-%d}", address


def _values(connection: duckdb.DuckDBPyConnection, series: _Series, sources: _Sources) -> Iterator[ParameterValue]:
    bound: dict[str, Any] = {"deliveries": sorted(sources.landings), "areas": list(series.areas)}
    if series.sql is _REGION_TAX_RATE:
        bound["county"] = sources.folder.region.county_code
    result = connection.execute(series.sql, bound)
    names = [column[0] for column in result.description or ()]
    for cells in result.fetchall():
        yield _value(series, sources, dict(zip(names, cells, strict=True)))


def _value(series: _Series, sources: _Sources, row: Mapping[str, Any]) -> ParameterValue:
    reference, address = sources.reference(row["delivery_id"])
    retrieved_on = sources.landings[row["delivery_id"]].landed_at.date()
    return ParameterValue(
        parameter=series.parameter,
        year=row["year"],
        keys=tuple(sorted((key, row[key]) for key in series.keys)),
        value=Decimal(row["value"]),
        unit=series.unit,
        kind=Basis.OFFICIAL,
        known_from=min(_BEFORE_THE_YEAR.of(row["year"]), retrieved_on),
        reference=reference,
        address=address,
    )


def _must_be_one_each(values: Iterable[ParameterValue]) -> None:
    """A region has one tax rate a year, whichever of its municipalities it is reckoned from."""
    told: dict[tuple[str, int, tuple[tuple[str, str], ...]], set[str]] = {}
    for value in values:
        told.setdefault((value.parameter, value.year, value.keys), set()).add(str(value.value))
    for (parameter, year, keys), found in sorted(told.items()):
        if len(found) > 1:
            where = ", ".join(f"{key} {text}" for key, text in keys)
            raise DataError(
                f"The official series tell {len(found)} values of {parameter} for {year} ({where}): "
                f"{', '.join(sorted(found))}.",
                where="core.tax_base, core.tax_rates, core.population",
                todo="Compare the retrieved series with the publisher's; a region's rate is total minus municipal.",
            )
