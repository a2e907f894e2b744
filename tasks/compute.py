"""compute: the models, for the windows that changed and no others."""

from collections.abc import Mapping
from dataclasses import dataclass

from regions.folder import RegionFolder
from regions.model import MonthSpan
from tasks.run import Run
from warehouse.ledger import LedgerState, Window
from warehouse.models import Model, compute, computed_models, stale_windows


@dataclass(frozen=True)
class Computed:
    """What a model's computation did."""

    model: str
    windows: int
    rows: int


def compute_models(run: Run) -> tuple[Computed, ...]:
    """Compute every stale window of every model; a transaction a model."""
    bound = bound_values(run.folder)
    done = []
    for model, stale in stale_models(run.folder, run.ledger()).items():
        if stale:
            with run.transaction():
                rows = compute(run.connection, model, stale, bound)
            done.append(Computed(model.name, len(stale), rows))
    return tuple(done)


def stale_models(folder: RegionFolder, state: LedgerState) -> Mapping[Model, dict[Window, int]]:
    """The windows of each model that are to be computed. Pure."""
    bound = bound_values(folder)
    spans = periods(folder)
    return {model: stale_windows(model, state, model.definition(bound), spans) for model in computed_models()}


def bound_values(folder: RegionFolder) -> dict[str, object]:
    """The values that models may bind by name."""
    return {"region_code": folder.region.county_code}


def periods(folder: RegionFolder) -> tuple[MonthSpan, ...]:
    """The periods beside years for which indicators are computed: the agreements' own."""
    return tuple(span for agreement in folder.agreements for span in (agreement.baseline, *agreement.follow_up))
