"""The table of the indicators: the region's latest value of each beside baseline and target."""

from collections.abc import Iterator

from dashboard.documents import cells, wording
from dashboard.documents.blocks import Block, numbers, words
from dashboard.documents.reading import Reading
from dashboard.figures import MISSING, Number
from dashboard.indicators import Indicator, Result
from dashboard.words import DASH, NO_BREAK, measured

_PER_CENT = f"{NO_BREAK}%"


def indicators_table(reading: Reading) -> Iterator[Block]:
    """A row for each indicator."""
    if not reading.indicators:
        return
    yield cells.table(
        f"Indikatorerna, {reading.release.region_name}, senaste perioden",
        [
            words("Indikator", 3.6),
            words("Period", 1.2),
            *numbers(("Värde",), 1.2),
            *numbers(("95 % intervall",), 1.7),
            *numbers(("Baslinje",), 1.3),
            *numbers(("Mål",), 1.1),
            words("Signal", 1.5),
        ],
        [_row(entry) for entry in reading.indicators],
        "levererade uppgifter, indicators.results",
        least=reading.least,
        notes=(
            "Signal: mer än tre medelfel från baslinjen, eller åtta månader i rad på samma sida. Den säger att något "
            "har ändrats, inte varför. Ett streck vid Mål: inget mål är beslutat. Definitionerna står i arbetsboken.",
        ),
    )


def places_of(reading: Reading, code: str, most: int) -> Iterator[Block]:
    """A municipality's values beside the region's: of the indicators that are drawn first, then of others."""
    name = reading.areas.get(code, code)
    ranked = sorted(reading.indicators, key=lambda entry: _id(entry) not in reading.charted)
    found = [(entry, area) for entry in ranked for area in entry.areas if area.label == name and _says(area)]
    rows = [_beside(entry, area) for entry, area in found[:most]]
    if rows:
        columns = numbers(("Kommunen", "95 % intervall", "Länet"))
        head = [words("Indikator", 3.6), words("Period", 1.4), *columns]
        yield cells.table("Kvalitet", head, rows, "indicators.results", least=reading.least)


def _id(entry: Indicator) -> tuple[str, int]:
    return entry.definition.indicator_id, entry.definition.version


def _says(area: Result) -> bool:
    return area.value.status not in ("missing", "not_applicable")


def _beside(entry: Indicator, own: Result) -> list[str]:
    unit = entry.definition.unit
    region = entry.latest.value if entry.latest else MISSING
    values = (cells.value(own.value, unit), _interval(own, unit), cells.value(region, unit))
    return [_titled(entry), entry.latest_period, *values]


def _row(entry: Indicator) -> list[str]:
    latest, unit = entry.latest, entry.definition.unit
    if latest is None:
        return [_titled(entry), DASH, cells.MISSING, DASH, DASH, DASH, DASH]
    is_baseline = latest.baseline_period == entry.latest_period
    baseline = DASH if is_baseline or not latest.baseline.shown else cells.value(latest.baseline, unit)
    return [
        _titled(entry),
        entry.latest_period,
        cells.value(latest.value, unit),
        _interval(latest, unit),
        baseline,
        _known(latest.target, unit),
        wording.SIGNALS.get(latest.signal, latest.signal),
    ]


def _titled(entry: Indicator) -> str:
    about = entry.definition
    unit = "" if about.unit == "share" else f", {wording.UNITS.get(about.unit, about.unit)}"
    return f"{about.title_sv}{unit}{' (Kolada)' if entry.is_external else ''}"


def _interval(result: Result, unit: str) -> str:
    low, high = result.low.value, result.high.value
    if low is None or high is None:
        return DASH
    return f"{measured(low, unit).removesuffix(_PER_CENT)}{DASH}{measured(high, unit)}"


def _known(value: Number | None, unit: str) -> str:
    return DASH if value is None else measured(value, unit)
