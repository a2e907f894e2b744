"""The indicators: the values of the region, its parts and its municipalities, period by period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboard.figures import MISSING, Figure, figure
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.words import alphabetical, period

DEVIATING = ("above", "below", "run_above", "run_below")
_NOT_ASSESSED = "not_assessed"
_KOLADA, _EXTERNAL = "kolada", "external"
_CHARTS = 6


@dataclass(frozen=True)
class Definition:
    """A row of the query `indicator_definitions`."""

    indicator_id: str
    version: int
    valid_from: date | None
    valid_to: date | None
    title_sv: str
    denominator: str
    exclusions: str
    numerator: str
    kind: str | None
    unit: str
    applies_from: date | None
    direction: str
    source: str
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
    comparison_source: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: int | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    baseline_value: float | None
    baseline_start: date | None
    baseline_end: date | None
    target: float | None
    signal: str
    usability: str
    source_break: date | None
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
    signal: str
    usability: str
    source_break: date | None
    kolada: Figure
    """What Kolada publishes of the same period and area; missing where it publishes none."""


@dataclass(frozen=True)
class Series:
    """An area's results by period."""

    kind: str
    code: str
    name: str
    results: Mapping[str, Result]


@dataclass(frozen=True)
class Indicator:
    """An indicator: its definition, the region period by period, and the areas of the latest period.

    `series` has every area in every one of the `periods`: the region, county parts and municipalities.
    """

    definition: Definition
    periods: tuple[str, ...]
    series: tuple[Series, ...]
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

    @property
    def is_external(self) -> bool:
        """Whether the values are Kolada's, and not computed here."""
        return self.definition.kind == _EXTERNAL

    @property
    def is_compared(self) -> bool:
        """Whether Kolada publishes a figure beside any of ours."""
        return any(entry.kolada.shown for entry in (*self.region, *self.areas))

    @property
    def is_assessed(self) -> bool:
        """Whether the region's latest value could be held against the baseline."""
        return self.latest is not None and self.latest.signal != _NOT_ASSESSED

    def latest_of(self, area: str) -> Result | None:
        """An area's value in the latest period; `area` is a code, or `all` for the region."""
        found = (entry for entry in self.series if entry.code == area or (area, entry.kind) == ("all", "region"))
        series = next(found, None)
        return series.results.get(self.latest_period) if series else None

    @property
    def reaches_target(self) -> bool | None:
        """Whether the region's latest value is at its target; None without a value, a target or a good direction."""
        return None if self.latest is None else reaches(self.latest, self.definition.direction)

    @property
    def deviates(self) -> bool:
        """Whether the region's latest value gives a signal against the baseline."""
        return self.latest is not None and self.latest.signal in DEVIATING


def read_indicators(source: Published, names: Mapping[str, str]) -> tuple[Indicator, ...]:
    """The indicators of a release by title; each version that has a result, and one where none has."""
    rows: dict[tuple[str, int], list[ResultRow]] = {}
    for row in source.rows("indicator_results", ResultRow):
        rows.setdefault((row.indicator_id, row.version), []).append(row)
    found = _shown(source.rows("indicator_definitions", Definition), rows.keys())
    made = [_indicator(entry, rows.get((entry.indicator_id, entry.version), []), names) for entry in found]
    return tuple(sorted(made, key=lambda entry: alphabetical(entry.definition.title_sv)))


def reaches(result: Result, direction: str) -> bool | None:
    """Whether a value is at its target; None without a value, a target or a direction that is good."""
    if result.value.value is None or result.target is None or direction not in ("higher", "lower"):
        return None
    value = float(result.value.value)
    return value >= result.target if direction == "higher" else value <= result.target


def charted(indicators: Sequence[Indicator]) -> frozenset[tuple[str, int]]:
    """The ids and versions of the few that are drawn: with a signal first, then with a target, then in order."""
    ranked = sorted(indicators, key=lambda entry: (not entry.deviates, not (entry.latest and entry.latest.target)))
    return frozenset((entry.definition.indicator_id, entry.definition.version) for entry in ranked[:_CHARTS])


def _shown(definitions: Sequence[Definition], with_results: Iterable[tuple[str, int]]) -> list[Definition]:
    """Definitions in order; of an indicator's versions those with results, or the latest where none has any."""
    known = set(with_results)
    having = {indicator_id for indicator_id, _ in known}
    latest = {entry.indicator_id: entry.version for entry in definitions}
    return [
        entry
        for entry in definitions
        if (entry.indicator_id, entry.version) in known
        or (entry.indicator_id not in having and entry.version == latest[entry.indicator_id])
    ]


def _indicator(definition: Definition, found: Sequence[ResultRow], names: Mapping[str, str]) -> Indicator:
    """Of an external indicator Kolada's values; of others our own, with Kolada's beside them."""
    shown = _KOLADA if definition.kind == _EXTERNAL else "own"
    rows = [row for row in found if row.comparison_source == shown]
    beside = {_place(row): row for row in found if row.comparison_source == _KOLADA and shown != _KOLADA}
    series = _series(rows, names, beside)
    latest_period = _span(rows[-1]) if rows else ""
    region = next((entry for entry in series if entry.kind == "region"), None)
    latest = [(entry, entry.results.get(latest_period)) for entry in series]
    return Indicator(
        definition,
        tuple(dict.fromkeys(_span(row) for row in rows)),
        series,
        tuple(region.results.values()) if region else (),
        latest_period,
        region.results.get(latest_period) if region else None,
        tuple(replace(result, label=of.name) for of, result in latest if result and of.kind == "municipality"),
    )


def _series(
    rows: Sequence[ResultRow], names: Mapping[str, str], beside: Mapping["_Place", ResultRow]
) -> tuple[Series, ...]:
    """The region, then county parts and municipalities in Swedish order."""
    listed = []
    for kind in ("region", "county_part", "municipality"):
        of_kind = [row for row in rows if row.area_type == kind]
        for code in ordered({row.area_code for row in of_kind}, names):
            results = {_span(row): _result(row, _span(row), beside) for row in of_kind if row.area_code == code}
            listed.append(Series(kind, code, names.get(code, code), results))
    return tuple(listed)


_Place = tuple[date, date, str, str]


def _place(row: ResultRow) -> _Place:
    return row.period_start, row.period_end, row.area_type, row.area_code


def _result(row: ResultRow, label: str, beside: Mapping[_Place, ResultRow]) -> Result:
    numbers = (row.value, row.ci_low, row.ci_high, row.numerator, row.denominator, row.unknown)
    value, low, high, numerator, denominator, unknown = (figure(entry, row.status) for entry in numbers)
    baseline = Figure(row.baseline_value) if row.baseline_value is not None else MISSING
    stands = period(row.baseline_start, row.baseline_end) if row.baseline_start and row.baseline_end else ""
    compared = beside.get(_place(row))
    return Result(
        label,
        *(value, low, high, numerator, denominator, unknown, baseline),
        baseline_period=stands,
        target=row.target,
        signal=row.signal,
        usability=row.usability,
        source_break=row.source_break,
        kolada=figure(compared.value, compared.status) if compared else MISSING,
    )


def _span(row: ResultRow) -> str:
    return period(row.period_start, row.period_end)
