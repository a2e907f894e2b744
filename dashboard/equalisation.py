"""Income equalisation by municipality: one year in full, the others as kronor per inhabitant."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.ground import weakest_basis
from dashboard.municipalities import ordered
from dashboard.published import Published


@dataclass(frozen=True)
class IncomeRow:
    """A row of the query `income_equalisation`; amounts in kronor per inhabitant, the rate a fraction."""

    year: int
    area_code: str
    population: Decimal | None
    indexed_tax_power_sek: Decimal | None
    guaranteed_tax_power_sek: Decimal | None
    rate_kind: str | None
    county_rate: Decimal | None
    equalisation_sek_per_inhabitant: Decimal | None
    basis: str


@dataclass(frozen=True)
class IncomeEqualisation:
    """The year shown in full with its municipalities, and every year's amount by municipality."""

    year: int
    rows: tuple[tuple[str, IncomeRow], ...]
    years: tuple[int, ...]
    amounts: tuple[tuple[str, tuple[IncomeRow | None, ...]], ...]
    bases: Mapping[int, str]


def read_income_equalisation(
    source: Published, names: Mapping[str, str], visits_year: int | None
) -> IncomeEqualisation | None:
    """The figures of a release; None where it has none. In full: the last year with visits, else the last."""
    found = {(row.year, row.area_code): row for row in source.rows("income_equalisation", IncomeRow)}
    if not found:
        return None
    years = tuple(sorted({year for year, _ in found}))
    year = visits_year if visits_year in years else years[-1]
    codes = ordered({code for _, code in found}, names)
    return IncomeEqualisation(
        year,
        tuple((names.get(code, code), found[year, code]) for code in codes if (year, code) in found),
        years,
        tuple((names.get(code, code), tuple(found.get((entry, code)) for entry in years)) for code in codes),
        {entry: weakest_basis(row.basis for (of, _), row in found.items() if of == entry) for entry in years},
    )
