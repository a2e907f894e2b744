"""What the documents are made of: the published tables, as the pages' readers give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboard.boundaries import BoundaryTable, read_boundaries
from dashboard.deliveries import Deliveries, read_deliveries
from dashboard.documents.staffing import Staffing, read_staffing
from dashboard.equalisation import IncomeEqualisation, read_income_equalisation
from dashboard.headline import Headline, headline
from dashboard.indicators import Indicator, charted, read_indicators
from dashboard.money import Money, read_money
from dashboard.months import Months, read_months
from dashboard.municipalities import NOT_OF_THE_COUNTY, MunicipalityTable, municipality_table
from dashboard.published import Published
from dashboard.release import Release
from dashboard.tax_shift import ShiftRow
from dashboard.years import YearTable, read_years

Names = Mapping[str, Mapping[str, str]]
"""What codes are called: of areas under `municipality_code`, of professions under `profession`."""


@dataclass(frozen=True)
class Decision:
    """A row of the query `exchange_decisions`: from a day, so many öre more, and so many in all."""

    valid_from: date
    change_ore: Decimal
    total_ore: Decimal
    source: str
    basis: str


@dataclass(frozen=True)
class Reading:
    """Everything that a release says and the documents tell; None where it has nothing of the kind."""

    release: Release
    names: Names
    months: Months
    headline: Headline
    years: YearTable | None
    places: MunicipalityTable | None
    boundaries: BoundaryTable | None
    indicators: tuple[Indicator, ...]
    charted: frozenset[tuple[str, int]]
    money: Money | None
    decisions: tuple[Decision, ...]
    equalisation: IncomeEqualisation | None
    staffing: Staffing | None
    deliveries: Deliveries
    made_up_population: tuple[int, ...]
    """The years whose numbers of inhabitants are made up."""
    parameters: tuple[tuple[Any, ...], ...]
    official: tuple[tuple[Any, ...], ...]
    inputs: tuple[tuple[Any, ...], ...]

    @property
    def areas(self) -> Mapping[str, str]:
        """The names of municipalities by code."""
        return self.names["municipality_code"]

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The codes of the county's own municipalities, in Swedish order."""
        return tuple(row.code for row in self.places.rows if row.code not in NOT_OF_THE_COUNTY) if self.places else ()

    @property
    def least(self) -> int:
        """So many persons stand at least behind a number that is shown."""
        return self.release.min_persons

    @property
    def shift(self) -> ShiftRow | None:
        """The first year of the tax shift that was agreed."""
        return self.money.years[0] if self.money and self.money.years else None

    @property
    def is_synthetic(self) -> bool:
        """The deliveries are made up."""
        return self.release.data == "synthetic"

    @property
    def made(self) -> datetime:
        """When the release was made, UTC: the only time that a document knows."""
        return self.release.created_at or datetime(1980, 1, 1)


def read(source: Published, names: Names, boundaries: Sequence[str]) -> Reading:
    """Everything of a release; `boundaries` are ids in their order, the first is the one to compare with."""
    areas = names["municipality_code"]
    deliveries = read_deliveries(source)
    months = read_months(source, deliveries.months)
    indicators = read_indicators(source, areas)
    money = read_money(source, areas, boundaries)
    return Reading(
        release=source.rows("release", Release)[0],
        names=names,
        months=months,
        headline=headline(months),
        years=read_years(source, months),
        places=municipality_table(months, areas),
        boundaries=read_boundaries(source, months.counted, boundaries),
        indicators=indicators,
        charted=charted(indicators),
        money=money,
        decisions=tuple(source.rows("exchange_decisions", Decision)),
        equalisation=read_income_equalisation(source, areas, _latest(months.counted)),
        staffing=read_staffing(source, areas, _scenario(money, boundaries)),
        deliveries=deliveries,
        made_up_population=tuple(source.rows("made_up_population", int)),
        parameters=tuple(source.rows("parameters", _row)),
        official=tuple(source.rows("official_series", _row)),
        inputs=tuple(source.rows("inputs", _row)),
    )


def _scenario(money: Money | None, boundaries: Sequence[str]) -> str | None:
    """The boundary within which posts are told: the agreement's, else the first."""
    if money and money.years:
        return money.years[0].scenario
    return boundaries[0] if boundaries else None


def _latest(months: Sequence[date]) -> int | None:
    return months[-1].year if months else None


def _row(*values: Any) -> tuple[Any, ...]:
    return values
