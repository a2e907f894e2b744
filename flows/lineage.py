"""Which models a published row is made by, and which tables, subjects and files of the region stand behind them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regions.contracts import CONTRACTS
from regions.source import VISITS
from warehouse.lineage import MADE_BY_CODE, NET_COSTS
from warehouse.model_files import MODELS, inputs_of, shared_of

PACKAGE = MODELS.parent.parent
REGISTERED: Mapping[str, tuple[str, str]] = {
    "hemvard_areas": ("the county and its parts", "region.yaml"),
    "hemvard_scenarios": ("the boundaries and when they are valid", "scenarios/"),
    "hemvard_conditions": ("the boundaries' conditions, inheritance counted in", "scenarios/"),
    "hemvard_gap": ("the agreements' gap analyses", "agreements/"),
    "hemvard_gap_priorities": ("the agreements' order of priority", "agreements/"),
    "hemvard_diagnoses": ("lists of diagnoses, dated", "sweden/diagnoses/"),
    "hemvard_baseline": ("the baseline of the region's agreement", "agreements/"),
    "hemvard_targets": ("the targets, step by step", "the region's targets"),
    "hemvard_reads": ("which subjects an indicator reads", "the models"),
    "hemvard_doubts": ("months that a source or a finding casts doubt on", "the delivery register and the findings"),
    "hemvard_breaks": ("days on which another system begins to count", "the sources"),
    "hemvard_compared": ("which of Kolada's figures stands beside which indicator", "the indicators' definitions"),
}
"""Small tables that models read → what they hold, and the files that they come from."""
_OFFICIAL = ("tax_base", "tax_rates", "population")
"""What `tasks/equalisation/official.py` reads of the official series that have been retrieved."""
_WITHOUT_NET_COSTS = ("income_equalisation", "exchange_decisions", "tax_rates", "purchases", "cost_sharing")
"""The tables of money that rest on no net cost."""
_REACH = re.compile(r"^-- reach: (\d+) before, (\d+) after$", re.MULTILINE)


@dataclass(frozen=True)
class ModelFile:
    """A file of SQL in `warehouse/models`."""

    name: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return MODELS / f"{self.name}.sql"

    @property
    def shown(self) -> str:
        """Its path within the package."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def sql(self) -> str:
        """The whole file."""
        return self.path.read_text(encoding="utf-8")

    @property
    def head(self) -> list[str]:
        """The comment that the file begins with: what a row is, what it reads, by which definition."""
        lines = self.sql.splitlines()
        ends = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
        return [line.removeprefix("--").strip() for line in lines[:ends]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tables that it says it reads, by itself or in the queries that it shares."""
        return inputs_of(self.sql)

    @property
    def shared(self) -> "tuple[ModelFile, ...]":
        """The queries that it shares with other models."""
        return tuple(ModelFile(name) for name in shared_of(self.sql))

    @property
    def reach(self) -> tuple[int, int]:
        """Months before and after the window that decide its rows too."""
        found = _REACH.search(self.sql)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def models_of(table: str, rows: Sequence[Mapping[str, object]], methods: Sequence[str] = ()) -> list[ModelFile]:
    """The models that fill these rows of a published table, those that the rows tell of first, then what they share.

    `methods`: how the net cost behind rows of money was reckoned; without any, both ways count.
    """
    if table == "indicators.results":
        return [ModelFile(name) for name in dict.fromkeys(name for row in rows for name in _of_result(row))]
    models = [ModelFile(name) for name in (*_queries_of(table), *_of_net_costs(table, methods))]
    return list(dict.fromkeys((*models, *(shared for model in models for shared in model.shared))))


def module_of(table: str) -> str:
    """The module that fills a table which no model alone fills; empty for any other."""
    return MADE_BY_CODE[table].module if table in MADE_BY_CODE else ""


def _of_result(row: Mapping[str, object]) -> tuple[str, ...]:
    if row["comparison_source"] == "kolada":
        return "indicators/kolada", "follow_up/results"
    later = "" if row["version"] == 1 else f"_v{row['version']}"
    return f"indicators/{row['indicator_id']}{later}", "indicators/frame", "follow_up/results"


def _queries_of(table: str) -> tuple[str, ...]:
    """The models that fill a table, or that the code asks that does."""
    return MADE_BY_CODE[table].queries if table in MADE_BY_CODE else (table.replace(".", "/"),)


def _of_net_costs(table: str, methods: Sequence[str]) -> list[str]:
    """The queries of the net cost behind a table of money."""
    schema, _, name = table.partition(".")
    if schema != "equalisation" or name in _WITHOUT_NET_COSTS:
        return []
    return [query for method in (methods or NET_COSTS) for query in NET_COSTS[method]]


def lineage(models: Iterable[ModelFile]) -> dict[str, tuple[str, ...]]:
    """Each model → the tables that it reads, then those tables that are made by models in their turn."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop(0)
        if model.name not in found:
            found[model.name] = model.inputs
            made = (ModelFile(name) for table in model.inputs for name in _queries_of(table))
            waiting += [entry for entry in made if entry.path.is_file()]
    return found


def subjects(tables: Iterable[str]) -> set[str]:
    """The subjects that the tables of the lake hold rows of."""
    named = {table.removeprefix("core.").removesuffix("_versions") for table in tables if table.startswith("core.")}
    return (named & {VISITS, *CONTRACTS}) | ({VISITS} if "visit" in named else set())


def official_subjects(table: str) -> set[str]:
    """The subjects whose retrieved official series become parameters of a table of money."""
    of_costs = ("equalisation.net_costs", "equalisation.net_cost_comparison")
    return set(_OFFICIAL) if table.startswith("equalisation.") and table not in of_costs else set()
