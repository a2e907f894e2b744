"""A county of three municipalities and its agreed shift of 2013, made by hand: for tests of what builds on a shift.

All that it is made of is official; G is 230 000 kr, prices have risen by 5 % since 2011, and 22 öre were agreed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from equalisation.tax_shift import ORE, TaxPayer, tax_shift
from regions.agreement import Agreement
from regions.costs import Costs
from regions.folder import RegionFolder, read_national
from regions.model import Basis, Publication, Region
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.shift import ShiftOfYear

AS_OF = date(2026, 11, 22)
PERSONS = {"2505": 1000, "2506": 500, "2580": 2003}
WAGES = {"2505": 500_000, "2506": 300_001, "2580": 700_000}
OLD = {"2505": 250, "2506": 100, "2580": 501}
OWN: Any = {"basis": "official", "source": "Prov"}


def value(parameter: str, year: int, amount: str | int, kind: str = "official", **keys: str) -> ParameterValue:
    known = date(year - 1, 1, 1)
    told = tuple(sorted(keys.items()))
    return ParameterValue(parameter, year, told, Decimal(amount), "-", Basis(kind), known, "test", "test")


def of_year(year: int, tax_base: int = 1_000_000_000) -> list[ParameterValue]:
    """What the guaranteed tax power of a year is made of: 230 000 kr, with the tax base as it is."""
    return [
        value("uprating_factor", year, "1.25", factor="previous"),
        value("uprating_factor", year, "1.6", factor="current"),
        value("guarantee_share", year, "1.15", level="municipality"),
        value("tax_base", year, tax_base, area="00"),
        value("national_population_1_november", year, 10_000),
    ]


def of_municipalities(year: int = 2013) -> list[ParameterValue]:
    """The municipalities' own populations, and tax bases of 90 000 kr per inhabitant before indexing."""
    return [
        *(value("population_1_november", year, persons, area=code) for code, persons in PERSONS.items()),
        *(value("tax_base", year, 90_000 * persons, area=code) for code, persons in PERSONS.items()),
    ]


def prices(**index: str) -> list[ParameterValue]:
    """The price index of years, by the year with a letter before it: y2013="1.05"."""
    return [value("price_index", int(year[1:]), number) for year, number in index.items()]


def growth(tax_power: str = "0", cost: str = "0", years: Iterable[int] = range(2014, 2023)) -> list[ParameterValue]:
    """The same assumed growth in every year."""
    return [
        value(name, year, share)
        for year in years
        for name, share in (("tax_power_growth", tax_power), ("cost_growth", cost))
    ]


def forecast(
    older: int = 0, years: Iterable[int] = range(2013, 2023), *, fewer_young: bool = True
) -> list[ParameterValue]:
    """Each year so many more of 65+ in every municipality, and as many fewer below, or none fewer."""
    return [
        value("population_forecast", year, persons, area=code, age_group=group)
        for year in years
        for code, all_ages in PERSONS.items()
        for moved in [older * (year - 2013)]
        for group, persons in (
            ("0-64", all_ages - OLD[code] - (moved if fewer_young else 0)),
            ("65+", OLD[code] + moved),
        )
    ]


def folder(*values: list[ParameterValue]) -> RegionFolder:
    """The county, with the values of 2013 that a shift needs and others."""
    told = Region(
        id="small",
        name="Small",
        county_name="Norrbottens län",
        county_code="25",
        data="synthetic",
        periods=(),
        municipalities=tuple(PERSONS),
    )
    every = [*of_year(2013), *of_municipalities(), *prices(y2011="1", y2013="1.05")]
    parameters = Parameters([*every, *(entry for each in values for entry in each)])
    empty = Publication(tables=())
    return RegionFolder(Path(), told, empty, (), (), (), (), parameters, read_national(), costs=costs())


def costs() -> Costs:
    """Wages and fees pass to the municipalities, aids don't."""
    item = {
        "title_sv": "Post",
        "payer_before": "region",
        "payer_after": "municipality",
        "allocation_key": "visits",
        **OWN,
    }
    items = [
        {"id": "wages", **item, "ledger": ["wages"]},
        {"id": "fees", **item, "kind": "revenue", "ledger": ["fees"]},
        {"id": "aids", **item, "payer_after": "region", "ledger": ["aids"]},
    ]
    years = {"base_year": 2011, "price_year": 2013, "price_index": "price_index"}
    return Costs.model_validate({**years, "ledger_scope": "base", "posts": "volume", "items": items})


def agreement(*later: tuple[str, int], **economy: Any) -> Agreement:
    """22 öre from 2013, and decisions after it: a day and the öre in force from then."""
    return Agreement.model_validate(
        {
            "id": "small_2013",
            "title_sv": "Prov",
            "scenario": "base",
            "takeover": "2013-02-01",
            "tax_shift_from": "2013-01-01",
            "ore": [
                {"valid_from": day, "ore": ore, "kind": "official", "source": "Prov"}
                for day, ore in (("2013-01-01", 22), *later)
            ],
            "baseline": {"from": "2012-01", "to": "2012-12"},
            "economy": {"is_agreed": True, "method": "ledger", **economy},
            **OWN,
        }
    )


def cost() -> ScenarioCost:
    """A wage bill, fees of a tenth of it, and aids that stay with the region; base-year kr."""
    amounts = {("wages", code): Fraction(amount) for code, amount in WAGES.items()}
    amounts |= {("fees", code): Fraction(-amount, 10) for code, amount in WAGES.items()}
    amounts |= {("aids", code): Fraction(77_777) for code in WAGES}
    items = {item.id: item for item in costs().items}
    return ScenarioCost("base", "ledger", 2011, items, amounts, {}, {}, Basis.OFFICIAL, "ok")


def shift(inputs: Inputs, agreed: Agreement | None = None, **changes: Any) -> ShiftOfYear:
    """The agreed shift of 2013, with some of its fields changed."""
    year, priced = TaxYear(inputs, 2013), cost()
    factor = Fraction("1.05")
    payers = {
        code: TaxPayer(year.population(code), year.indexed_base(code), factor * amount)
        for code, amount in priced.transferred().items()
    }
    found = tax_shift(payers, year.guaranteed(), 22 * ORE)
    told = ShiftOfYear(
        agreed or agreement(), 2013, priced, factor, found, True, "decided", -found.revenue, {}, Basis.OFFICIAL, "ok"
    )
    return replace(told, **changes)
