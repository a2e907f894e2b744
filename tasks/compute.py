"""compute: the models, for the windows that changed and no others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from regions.diagnoses import diagnosis_rows
from regions.folder import RegionFolder
from regions.gap import gap_periods, gap_rows, priority_rows
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY
from regions.scenarios import condition_rows, resolved, scenario_rows
from tasks.run import Run
from warehouse import indicators
from warehouse.ledger import LedgerState, Window
from warehouse.models import Bound, Model, Spans, closed_windows, compute, computed_models, forget, stale_windows

_COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "hemvard_areas": {"municipality_code": pa.string(), "area_type": pa.string(), "area_code": pa.string()},
    "hemvard_conditions": {
        "scenario": pa.string(),
        "attribute": pa.string(),
        "value": pa.string(),
        "holds": pa.bool_(),
        "unknown": pa.bool_(),
    },
    "hemvard_scenarios": {
        "scenario": pa.string(),
        "title_sv": pa.string(),
        "position": pa.int32(),
        "first_month": pa.date32(),
        "last_month": pa.date32(),
    },
    "hemvard_gap": {
        "period_start": pa.date32(),
        "period_end": pa.date32(),
        "agreement": pa.string(),
        "scenario": pa.string(),
        "contact_days": pa.int32(),
    },
    "hemvard_gap_priorities": {
        "agreement": pa.string(),
        "gap_group": pa.string(),
        "agreed_principal": pa.string(),
        "priority": pa.int16(),
    },
    "hemvard_diagnoses": {
        "list_id": pa.string(),
        "prefix": pa.string(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
    },
    "hemvard_compared": {
        "indicator_id": pa.string(),
        "version": pa.int16(),
        "kolada": pa.string(),
        "times": pa.decimal128(18, 6),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
    },
}


@dataclass(frozen=True)
class Computed:
    """What a model's computation did."""

    model: str
    windows: int
    rows: int


def compute_models(run: Run) -> tuple[Computed, ...]:
    """Compute every stale window of every model, all of them or none; windows that are no more go."""
    bound, state = bound_of(run.folder), run.ledger()
    stale = {model: windows for model, windows in stale_models(run.folder, state).items() if windows}
    with run.transaction():
        forget(run.connection, state, computed_models(), spans_of(run.folder))
        rows = compute(run.connection, stale, bound, state)
    return tuple(Computed(model.name, len(windows), rows[model.name]) for model, windows in stale.items())


def stale_models(folder: RegionFolder, state: LedgerState) -> Mapping[Model, dict[Window, int]]:
    """The windows of each model that are to be computed. Pure."""
    bound, spans = bound_of(folder), spans_of(folder)
    return {model: stale_windows(model, state, model.definition(bound), spans) for model in computed_models()}


def count_closed(folder: RegionFolder, state: LedgerState) -> Mapping[Model, int]:
    """How many windows of each model would be computed again if their rows had not gone by the region's rule. Pure."""
    bound, spans = bound_of(folder), spans_of(folder)
    every = {model: closed_windows(model, state, model.definition(bound), spans) for model in computed_models()}
    return {model: len(windows) for model, windows in every.items() if windows}


def bound_of(folder: RegionFolder) -> Bound:
    """The values and small tables of a region that models may read."""
    scenarios = resolved(folder.scenarios)
    rows = {
        "hemvard_areas": list(_areas(folder)),
        "hemvard_conditions": condition_rows(scenarios, tuple(folder.national.professions)),
        "hemvard_scenarios": scenario_rows(scenarios),
        "hemvard_gap": gap_rows(folder.agreements),
        "hemvard_gap_priorities": priority_rows(folder.agreements),
        "hemvard_diagnoses": diagnosis_rows(),
        "hemvard_compared": list(_compared()),
    }
    values = {"region_code": folder.region.county_code, "standard_year": _standard_year(folder)}
    return Bound(values, {name: _table(name, entries) for name, entries in rows.items()})


def spans_of(folder: RegionFolder) -> Spans:
    """The periods beside months and years: those of the agreements."""
    agreed = tuple(span for agreement in folder.agreements for span in (agreement.baseline, *agreement.follow_up))
    return Spans(agreed, gap_periods(folder.agreements))


def _areas(folder: RegionFolder) -> Iterator[tuple[str, str, str]]:
    """Each municipality in its areas; outside the county and unknown count in the region alone."""
    region = folder.region
    for code in (*region.municipalities, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY):
        yield code, "municipality", code
        yield code, "region", region.county_code
    for part in region.county_parts:
        yield from ((code, "county_part", part.id) for code in part.municipalities)


def _compared() -> Iterator[tuple[str, int, str, Decimal, date, date | None]]:
    """The indicators beside which Kolada's figure stands."""
    for entry in indicators.definitions():
        if entry.compare is not None:
            compared = entry.compare.kolada, entry.compare.times
            yield entry.indicator_id, entry.version, *compared, entry.valid_from, entry.valid_to


def _standard_year(folder: RegionFolder) -> int | None:
    """The year whose population ages are standardised by."""
    ends = (agreement.baseline.last for agreement in folder.agreements)
    return folder.region.standard_year or next((last.year for last in ends if last), None)


def _table(name: str, rows: Sequence[Sequence[object]]) -> pa.Table:
    """Rows as a table of the listed columns."""
    fields = _COLUMNS[name]
    listed = list(zip(*rows, strict=True)) or [()] * len(fields)
    return pa.table(
        {column: pa.array(cells, type_) for (column, type_), cells in zip(fields.items(), listed, strict=True)}
    )
