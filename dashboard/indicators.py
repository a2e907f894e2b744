"""The indicators: the region's value in each period, and the municipalities' in the latest one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.figures import MISSING, Figure, figure
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.words import period


@dataclass(frozen=True)
class Definition:
    """A row of the query `indicator_definitions`."""

    indicator_id: str
    version: int
    title_sv: str
    denominator: str
    exclusions: str
    numerator: str
    unit: str
    reference: str
    limits: str


@dataclass(frozen=True)
class ResultRow:
    """A row of the query `indicator_results`."""

    indicator_id: str
    version: int
    period_start: date
    period_end: date
    area_type: str
    area_code: str
    numerator: int | None
    denominator: int | None
    unknown: int | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    baseline_value: float | None
    baseline_start: date | None
    baseline_end: date | None
    target: float | None
    usability: str
    status: str


@dataclass(frozen=True)
class Result:
    """An indicator's value of a period and an area, with its interval, its baseline and what it rests on."""

    label: str
    value: Figure
    low: Figure
    high: Figure
    numerator: Figure
    denominator: Figure
    unknown: Figure
    baseline: Figure
    baseline_period: str
    target: float | None
    usability: str


@dataclass(frozen=True)
class Indicator:
    """An indicator: its definition, the region period by period, and the areas of the latest period."""

    definition: Definition
    region: tuple[Result, ...]
    latest_period: str
    latest: Result | None
    areas: tuple[Result, ...]

    @property
    def statuses(self) -> frozenset[str]:
        """Every status among the values: what footnotes must explain."""
        return frozenset(entry.value.status for entry in (*self.region, *self.areas))

    @property
    def baseline_period(self) -> str:
        """The period of the baseline; empty where no result has one."""
        return next((entry.baseline_period for entry in (*self.region, *self.areas) if entry.baseline_period), "")


def read_indicators(source: Published, names: Mapping[str, str]) -> tuple[Indicator, ...]:
    """The indicators of a release, each in its latest version; those without a result too."""
    rows = source.rows("indicator_results", ResultRow)
    return tuple(
        _indicator(entry, [row for row in rows if _is_of(row, entry)], names)
        for entry in source.rows("indicator_definitions", Definition)
    )


def _is_of(row: ResultRow, definition: Definition) -> bool:
    return (row.indicator_id, row.version) == (definition.indicator_id, definition.version)


def _indicator(definition: Definition, rows: Sequence[ResultRow], names: Mapping[str, str]) -> Indicator:
    region = [row for row in rows if row.area_type == "region"]
    last = rows[-1] if rows else None
    at_last = [row for row in rows if last and _span(row) == _span(last)]
    here = [row for row in at_last if row.area_type == "region"]
    by_code = {row.area_code: row for row in at_last if row.area_type == "municipality"}
    return Indicator(
        definition,
        tuple(_result(row, _span(row)) for row in region),
        _span(last) if last else "",
        _result(here[0], "") if here else None,
        tuple(_result(by_code[code], names.get(code, code)) for code in ordered({*by_code}, names)),
    )


def _result(row: ResultRow, label: str) -> Result:
    numbers = (row.value, row.ci_low, row.ci_high, row.numerator, row.denominator, row.unknown)
    value, low, high, numerator, denominator, unknown = (figure(entry, row.status) for entry in numbers)
    baseline = Figure(row.baseline_value) if row.baseline_value is not None else MISSING
    stands = period(row.baseline_start, row.baseline_end) if row.baseline_start and row.baseline_end else ""
    of = (numerator, denominator, unknown)
    return Result(label, value, low, high, *of, baseline, stands, row.target, row.usability)


def _span(row: ResultRow) -> str:
    return period(row.period_start, row.period_end)
