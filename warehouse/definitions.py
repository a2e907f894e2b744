"""Whose each published table and column is: the law, standard or rule behind it, and where that is written down.

A definition is a file of the package, with the section where it has any. What holds of a column wherever it stands is
said once by its name; everything else follows its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a definition comes from, in Swedish, and the file that holds it."""

    source_sv: str
    definition: str


_MATHS = "docs/maths.md"
_WORDS = "docs/words.md"
_MODELS = "warehouse/models"
_LAW = "Lag (2004:773) om kommunalekonomisk utjämning, 3–7 §§"
_OWN = "Egen definition"
_VISITS = "Levererade besök, räknade enligt egna regler"
_OF_VISITS = ("visits_month", "visits_year", "region_totals", "by_area", "scenario_totals", "scenario_differences")
_QUALITY = "Leveranserna och projektets kontrollregler"
_RELEASE = "Utgåvan själv"


def _law(section: str) -> Origin:
    return Origin(_LAW, f"{_MATHS}#{section}")


def _own(section: str, source: str = _OWN) -> Origin:
    return Origin(source, f"{_MATHS}#{section}")


_PAID = "settlements-purchases-and-a-projects-costs"
_RATES = Origin("Överenskommelsens beslut; skattesatser: SCB", f"{_MATHS}#exchange-decisions-and-tax-rates")
TABLES: Mapping[str, Origin] = {
    "volumes.visits_month": Origin(_VISITS, f"{_MODELS}/volumes/visits_month.sql"),
    "volumes.visits_year": Origin(_VISITS, f"{_MODELS}/volumes/visits_year.sql"),
    "volumes.region_totals": Origin(_VISITS, f"{_MODELS}/volumes/region_totals.sql"),
    "volumes.by_area": _own("volumes-per-inhabitant", f"{_VISITS}; folkmängd: SCB"),
    "volumes.scenario_totals": Origin(_VISITS, "docs/guides/add-a-scenario.md"),
    "volumes.scenario_differences": Origin(_VISITS, "docs/guides/add-a-scenario.md"),
    "volumes.staffing": _own("staffing"),
    "volumes.gap": Origin(_OWN, "docs/guides/gap-analysis.md"),
    "volumes.population": _own("volumes-per-inhabitant", "SCB; påhittad där inget officiellt har hämtats"),
    "indicators.definitions": Origin(
        "Varje indikators egen källa (kolumnen source)", "docs/guides/add-an-indicator.md"
    ),
    "indicators.results": _own("indicators-intervals", "Varje indikators egen källa (indicators.definitions)"),
    "equalisation.income_equalisation": _law("income-equalisation"),
    "equalisation.net_costs": _own("net-cost"),
    "equalisation.net_cost_comparison": _own("net-cost"),
    "equalisation.tax_shift": _law("the-tax-shift"),
    "equalisation.municipality_effects": _law("the-tax-shift"),
    "equalisation.boundary_questions": _law("the-tax-shift"),
    "equalisation.inter_municipal": _own(
        "inter-municipal-equalisation",
        "LSS (1993:387) 17 §; formlerna är egna, golv och avtrappning efter lag (2004:773) 13 §",
    ),
    "equalisation.exchange_decisions": _RATES,
    "equalisation.tax_rates": _RATES,
    "equalisation.settlements": _own(_PAID, "Överenskommelsen; formen efter Västerbotten 2013"),
    "equalisation.purchases": _own(_PAID, "Överenskommelsen"),
    "equalisation.look_ahead": _own("look-ahead-and-sensitivity"),
    "equalisation.sensitivity": _law("look-ahead-and-sensitivity"),
    "equalisation.cost_sharing": _own(_PAID, "Dokument 002 (Komhem i Jönköpings län)"),
    "quality.deliveries": Origin(_QUALITY, f"{_MODELS}/quality/deliveries.sql"),
    "quality.rule_results": Origin(_QUALITY, "expectations/visits.yaml"),
    "quality.quarantine_summary": Origin(_QUALITY, "expectations/visits.yaml"),
    "quality.official_series": Origin("De källor som tabellen nämner", "docs/guides/official-statistics.md"),
    "quality.changes": Origin(_QUALITY, "expectations/series.yaml"),
    "quality.continuity": Origin("Den här utgåvan och den förra", "tasks/continuity.py"),
    "meta.release": Origin(_RELEASE, "docs/flow.md"),
    "meta.inputs": Origin(_RELEASE, "docs/flow.md"),
    "meta.parameters": _own("dated-parameters", "Varje värdes egen källa (kolumnen reference)"),
    "meta.restatements": _own("how-a-change-is-split"),
    "meta.dictionary": Origin(_RELEASE, "warehouse/schema.py"),
    "meta.lineage": Origin(_RELEASE, "warehouse/lineage.py"),
}
_ATTRIBUTES_IN = "docs/contracts.md#a-visits-attributes"
_TERMS = "Socialstyrelsens termbank"
_ATTRIBUTES: Mapping[str, Origin] = {
    "care_form": Origin(f"{_TERMS}: hemsjukvård (2017), öppen vård, sluten vård", _ATTRIBUTES_IN),
    "place": Origin(f"{_TERMS}: hemsjukvårdsbesök, hembesök", _ATTRIBUTES_IN),
    "planned": Origin(f"{_TERMS}: oplanerat öppenvårdsbesök", _ATTRIBUTES_IN),
    "unplanned_visits": Origin(f"{_TERMS}: oplanerat öppenvårdsbesök", _ATTRIBUTES_IN),
    "provider_level": Origin("VI 2000 (SKR)", _ATTRIBUTES_IN),
    "profession": Origin("HSLF-FS 2017:67", _ATTRIBUTES_IN),
    "sex": Origin(f"{_TERMS}: administrativt kön", _ATTRIBUTES_IN),
    "age_group": Origin(_OWN, _ATTRIBUTES_IN),
    "part_of_day": Origin("Regionens klockslag (region.yaml)", _ATTRIBUTES_IN),
}
"""A visit's attributes, in the tables that count visits."""
_EVERYWHERE: Mapping[str, Origin] = {
    "municipality_code": Origin("SCB: kommunkoder; 9998 och 9999 är egna", _WORDS),
    "region_code": Origin("SCB: länskoder", _WORDS),
    "status": Origin(_OWN, _WORDS),
    "basis": Origin(_OWN, _WORDS),
    "scenario": Origin("Regionens gränsdragningar (scenarios/)", "docs/guides/add-a-scenario.md"),
    "agreement": Origin("Regionens överenskommelser (agreements/)", "docs/guides/add-an-agreement.md"),
    "usability": _own("usability"),
    "signal": _own("signals", "Western Electric (1956), test 1 och 4; Montgomery, Statistical Quality Control"),
}
"""Columns that mean the same in every table."""


def origin(table: str, column: str) -> Origin:
    """Whose a published column is; empty texts of a table that isn't published."""
    known = {**_EVERYWHERE, **(_ATTRIBUTES if table.removeprefix("volumes.") in _OF_VISITS else {})}
    return known.get(column) or TABLES.get(table, Origin("", ""))
