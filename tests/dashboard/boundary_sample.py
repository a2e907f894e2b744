"""Rows by municipality that the sample of a release lacks: boundaries, kronor, areas, gaps and posts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from published_money import AGREEMENT, BOUNDARIES, METHOD, REMAINDER, YEARS
from published_sample import SCENARIOS, Row, Sample

HIDDEN = "2506"
"""The municipality whose differences rest on too few persons."""
GAP_PERIODS = ((date(2012, 1, 1), date(2012, 3, 31)), (date(2012, 9, 1), date(2012, 11, 30)))


def with_municipalities(made: Sample, names: Mapping[str, str]) -> None:
    """Add the rows to a sample that has money."""
    codes = [code for code in names if code not in ("9998", "9999")]
    _boundaries(made, codes)
    _effects(made, codes)
    _areas(made, codes)
    _gap(made, codes)
    _staffing(made, codes)


def _boundaries(made: Sample, codes: list[str]) -> None:
    """Each municipality has its share of every boundary's visits; of one municipality the differences are hidden."""
    totals, changes = made["volumes.scenario_totals"], made["volumes.scenario_differences"]
    made.tables["volumes.scenario_totals"] = [row for row in totals if row["municipality_code"] == "all"]
    for row in list(made["volumes.scenario_totals"]):
        for at, code in enumerate(codes):
            totals_row = {**row, "municipality_code": code, "visits": int(str(row["visits"])) // 20 + at}
            hidden = code == HIDDEN and row["scenario"] != SCENARIOS[0][0]
            made["volumes.scenario_totals"].append(_hidden(totals_row) if hidden else totals_row)
    for row in [row for row in changes if row["reason"] == "all"]:
        for code in codes:
            change = int(str(row["visits"])) // 20
            changes.append(
                _hidden({**row, "municipality_code": code})
                if code == HIDDEN
                else {**row, "municipality_code": code, "visits": change}
            )


def _hidden(row: Row) -> Row:
    measures = (
        *("visits", "visits_added", "visits_removed", "unplanned_visits", "patients", "minutes", "visits_on_unknown"),
        *("visits_with_minutes", "visits_out_on_unknown", "patients_added", "patients_removed"),
    )
    return {**row, **{name: None for name in measures if name in row}, "status": "protected"}


def _effects(made: Sample, codes: list[str]) -> None:
    """What the boundaries that were not agreed would be to each municipality: a little more, or a little less."""
    own = [row for row in made["equalisation.municipality_effects"] if row["year"] in YEARS]
    for number, (scenario, _, _) in enumerate(BOUNDARIES[1:], 1):
        for row in own:
            at = codes.index(str(row["municipality_code"])) if row["municipality_code"] != REMAINDER else 0
            more = Decimal((at - 6) * number)
            per_inhabitant = row.get("effect_sek_per_inhabitant")
            changed = None if per_inhabitant is None else Decimal(str(per_inhabitant)) + more
            other = {"scenario": scenario, "is_agreed": False, "effect_sek_per_inhabitant": changed}
            made["equalisation.municipality_effects"].append({**row, **other})


def _areas(made: Sample, codes: list[str]) -> None:
    for at, code in enumerate((*codes, "25")):
        for measure in ("crude", "standardised"):
            made["volumes.by_area"].append(
                {
                    "period_start": date(2012, 1, 1),
                    "period_end": date(2012, 12, 31),
                    "area_type": "region" if code == "25" else "municipality",
                    "area_code": code,
                    "care_form": "all",
                    "age_group": "all",
                    "sex": "all",
                    "measure": measure,
                    "value": 310.5 + 10 * at,
                    "visits": 1_000 + at,
                    "patients": 90,
                    "population": 3_000 + at,
                    "basis": "illustrative",
                    "status": "ok",
                }
            )


def _gap(made: Sample, codes: list[str]) -> None:
    for number, (start, end) in enumerate(GAP_PERIODS):
        for code in ("all", *codes):
            for group, patients in (("only_municipality", 40), ("both", 12), ("only_region", 15), ("neither", 8)):
                made["volumes.gap"].append(
                    {
                        "period_start": start,
                        "period_end": end,
                        "municipality_code": code,
                        "health_centre": "all",
                        "gap_group": group,
                        "agreed_principal": "municipality",
                        "agreement": AGREEMENT,
                        "patients": (patients + number) * (len(codes) if code == "all" else 1),
                        "visits": 100,
                        "priority": 1 if group == "neither" else None,
                        "status": "ok",
                    }
                )


def _staffing(made: Sample, codes: list[str]) -> None:
    scenario = BOUNDARIES[0][0]
    for code in ("all", *codes):
        for profession, method, fte in (
            ("all", "hr", "7.5"),
            ("nurse", "hr", "7.5"),
            ("all", "volume", "6.25"),
            ("nurse", "volume", "6.25"),
        ):
            made["volumes.staffing"].append(
                {
                    "year": 2012,
                    "municipality_code": code,
                    "profession": profession,
                    "scenario": "all" if method == "hr" else scenario,
                    "method": method,
                    "party": "all",
                    "fte": Decimal(fte),
                    "headcount": 9 if method == "hr" else None,
                    "basis": "illustrative",
                    "source": f"Påhittat för {METHOD}",
                    "status": "ok",
                }
            )
