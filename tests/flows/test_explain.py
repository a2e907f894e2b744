"""`hemvard explain`: from a figure back to definition, model, inputs, deliveries, quality and versions."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from published_sample import FEW, Sample, months, sample
from small_region import ALPHA, BETA, GAMMA, MONTHS, SMALL, Deliveries, copy_home, run_plain, small_folder

from flows.explain import EXPLAINED, explained
from flows.lineage import ModelFile, lineage, models_of, subjects
from regions.folder import RegionFolder, load_region
from regions.targets import Target
from warehouse import schema
from warehouse.columns import Column
from warehouse.equalisation_tables import EQUALISATION_TABLES

PERIOD = months(date(2012, 1, 1), 12)
TOTALS, DIFFERENCES = "volumes.scenario_totals", "volumes.scenario_differences"
RESULTS, MONTHLY = "indicators.results", "volumes.visits_month"
OURS = {"procapita_visits": ALPHA, "treserva_visits": BETA, "vas_visits": GAMMA}
A_RESULT = {
    "indicator_id": "unplanned_share",
    "period_end": "2012-12",
    "area_type": "region",
    "sex": "all",
    "age_group": "all",
    "standardisation": "crude",
    "comparison_source": "own",
}
A_MONTH = {"period": "2012-03", "municipality_code": "2580", "care_form": "all", "place": "home", "planned": "all"}
OF_CARE = tuple(table for table in EXPLAINED if table not in EQUALISATION_TABLES)
Explain = Callable[..., str]


@pytest.fixture
def made() -> Sample:
    """A release whose deliveries are of the small region's sources."""
    made = sample(PERIOD, FEW)
    for table in ("quality.deliveries", "quality.rule_results", "quality.quarantine_summary", "quality.changes"):
        for row in made[table]:
            row["source_id"] = OURS[str(row["source_id"])]
    for name in ("volumes/scenario_totals", "volumes/cube", "indicators/unplanned_share"):
        made["meta.inputs"].append({"kind": "model", "name": name, "hash": f"{len(name):02d}" * 32})
    made["meta.inputs"].append({"kind": "region_file", "name": "scenarios/base.yaml", "hash": "ef" * 32})
    made["meta.inputs"].append({"kind": "region_file", "name": "units.csv", "hash": "12" * 32})
    return made


@pytest.fixture
def explain(made: Sample, tmp_path: Path) -> Explain:
    """`explain(table, conditions)` of the sample, which a test may change first."""

    def told(
        table: str, conditions: dict[str, str], *, with_sql: bool = False, folder: RegionFolder | None = None
    ) -> str:
        file = tmp_path / "hemvard.duckdb"
        file.unlink(missing_ok=True)
        with duckdb.connect(str(made.write(file)), read_only=True) as connection:
            found = schema.published(table)
            return explained(connection, folder or small_folder(), found, conditions, with_sql=with_sql)

    return told


def section(text: str, title: str) -> str:
    """The lines under a title."""
    (found,) = (part for part in text.split("\n\n") if part.startswith(f"{title}\n"))
    return found


def test_a_boundary_s_figure_is_led_back_to_conditions_model_and_deliveries(explain: Explain) -> None:
    told = explain(TOTALS, {"year": "2012", "municipality_code": "all", "scenario": "base"})
    assert "release 20261122T110600Z-0123abcd, made 2026-11-22 11:06 (UTC)" in told
    assert "Syntetiska leveranser – inga verkliga patienter" in told
    assert "year = 2012, municipality_code = all, scenario = base" in told
    assert "visits: 96,500 visits" in told
    assert "patients: 1,560 persons" in told
    definition = section(told, "Definition")
    assert "Boundary base: Grundscenario (scenarios/base.yaml)" in definition
    assert "Besök i hemmet i ordinärt boende." in definition
    assert "place in home; a visit where it is unknown is out" in definition
    assert "warehouse/models/volumes/scenario_totals.sql" in section(told, "Model")
    assert "warehouse/models/volumes/boundaries.sql" in section(told, "Model")
    assert "WITH" not in section(told, "Model")
    read = section(told, "Read from")
    assert "volumes/scenario_totals reads volumes.cube" in read
    assert "volumes/cube reads core.visits" in read
    assert "core/visits reads core.visit_versions" in read
    assert f"visits: {ALPHA} – " in section(told, "Sources")
    assert "in quarantine" in section(told, "Deliveries")
    assert section(told, "Deliveries").count(f"  {ALPHA} 2012-") == 12


def test_columns_are_led_back_to_the_columns_that_the_row_s_own_models_read(explain: Explain) -> None:
    told = section(explain(MONTHLY, A_MONTH), "Columns")
    assert "  patients ← core.visits (person_key)" in told
    assert "  minutes, visits_with_minutes ← core.visits (minutes)" in told
    of_an_indicator = " ".join(section(explain(RESULTS, A_RESULT), "Columns").split())
    assert "value, standard_error, ci_low, ci_high ← " in of_an_indicator
    assert "core.visits (*, person_key, planned)" in of_an_indicator
    assert "core.admissions" not in of_an_indicator, "that is read by other indicators"


def test_the_deliveries_are_those_of_the_row_s_own_period(made: Sample, explain: Explain) -> None:
    row = made.row("quality.deliveries", source_id=BETA, month=date(2012, 3, 1))
    told = section(explain(MONTHLY, A_MONTH), "Deliveries")
    assert f"  {BETA} 2012-03 version 1, current, {row['delivery']}: {row['rows_counted']:,} / 8" in told
    assert len(re.findall(r"^  \w+ 2012-", told, re.MULTILINE)) == 3
    assert "2012-04" not in told


def test_a_delivery_that_has_not_come_is_told(made: Sample, explain: Explain) -> None:
    row = made.row("quality.deliveries", source_id=BETA, month=date(2012, 3, 1))
    row.update(status="missing", delivery="-", version=None, rows_counted=None, rows_quarantined=None)
    assert f"  {BETA} 2012-03 no version, missing, -: – / –" in explain(MONTHLY, A_MONTH)


def test_both_boundaries_of_a_difference_are_told(explain: Explain, made: Sample) -> None:
    base = small_folder().scenarios[0]
    other = base.model_copy(update={"id": "with_children", "title_sv": "Med barn", "extends": "base", "conditions": ()})
    folder = replace(small_folder(), scenarios=(base, other))
    key = {"year": "2012", "scenario": "base", "other_scenario": "with_children", "reason": "all"}
    told = section(explain(DIFFERENCES, key, folder=folder), "Definition")
    assert "Boundary base:" in told
    assert "Boundary with_children: Med barn" in told
    assert told.count("place in home; a visit where it is unknown is out") == 2, "what it inherits is counted in"


def test_an_indicator_is_told_with_definition_unit_and_words_of_quality(made: Sample, explain: Explain) -> None:
    for row in made[RESULTS]:
        row.update(signal="run_above", usability="with_caution", source_break=date(2012, 5, 15))
    told = explain(RESULTS, A_RESULT)
    assert "value: 0.03 share" in told
    assert "numerator: 100\n" in told
    definition = section(told, "Definition")
    for text in ("version 1: Andel oplanerade besök i hemmet", "numerator: Text om numerator.", "limits: Text om"):
        assert text in definition
    model = section(told, "Model")
    assert "warehouse/models/indicators/unplanned_share.sql" in model
    assert "warehouse/models/indicators/frame.sql" in model
    quality = section(told, "Quality")
    assert "signal run_above: the eighth month in a row" in quality
    assert "usability with_caution: something is unknown" in quality
    assert "another source system counts from 2012-05-15" in quality


def test_the_target_s_step_is_that_of_the_period_s_end(made: Sample, explain: Explain) -> None:
    steps = [
        {"from": month, "value": value, "basis": "illustrative", "source": f"Beslut {month}"}
        for month, value in (("2011-01", "0.05"), ("2012-01", "0.04"), ("2013-01", "0.03"))
    ]
    folder = replace(small_folder(), targets=(Target.model_validate({"indicator": "unplanned_share", "steps": steps}),))
    assert "target from" not in explain(RESULTS, A_RESULT, folder=folder)
    for row in made[RESULTS]:
        row["target"] = 0.04
    told = section(explain(RESULTS, A_RESULT, folder=folder), "Definition")
    assert "target from 2012-01: 0.04 (illustrative), targets/unplanned_share.yaml: Beslut 2012-01" in told
    assert told.count("target from") == 1


def test_kolada_s_value_has_kolada_s_model(explain: Explain) -> None:
    told = section(explain(RESULTS, {**A_RESULT, "comparison_source": "kolada"}), "Model")
    assert "warehouse/models/indicators/kolada.sql" in told
    assert "unplanned_share.sql" not in told


def test_a_gap_is_told_with_what_its_agreement_asks_for(made: Sample, explain: Explain) -> None:
    folder = load_region("orebro")
    (agreement,) = (entry for entry in folder.agreements if entry.gap_analysis)
    made["volumes.gap"].append(
        {
            "period_start": date(2012, 1, 1),
            "period_end": date(2012, 3, 31),
            "municipality_code": "1880",
            "health_centre": "all",
            "gap_group": "neither",
            "agreed_principal": "municipality",
            "agreement": agreement.id,
            "status": "protected",
        }
    )
    told = explain("volumes.gap", {"gap_group": "neither"}, folder=folder)
    assert "municipality_code = 1880 (Örebro)" in told
    assert "patients: protected" in told
    definition = section(told, "Definition")
    assert f"Agreement {agreement.id}: {agreement.title_sv}" in definition
    assert f"contact within {agreement.gap_analysis.contact_days} days" in definition
    assert f"Boundary {agreement.scenario}:" in definition
    assert "status protected: hidden: too few persons" in section(told, "Quality")


def test_staffing_is_told_with_the_region_s_assumptions(made: Sample, explain: Explain) -> None:
    folder = load_region("norrbotten")
    made["volumes.staffing"].append(
        {
            "year": 2012,
            "municipality_code": "2580",
            "profession": "occupational_therapist",
            "scenario": "lsg_base",
            "method": "norm",
            "party": "all",
            "fte": Decimal("4.0541"),
            "basis": "official",
            "status": "ok",
        }
    )
    told = explain("volumes.staffing", {"method": "norm"}, folder=folder)
    assert "fte: 4.0541 fte" in told
    assert "profession = occupational_therapist (Arbetsterapeut)" in told
    assert "patients_per_post: 111" in section(told, "Definition")
    assert "tasks/staffing.py" in section(told, "Model")


def test_the_sql_is_shown_where_it_is_asked_for(explain: Explain) -> None:
    told = explain(TOTALS, {"year": "2012", "municipality_code": "all", "scenario": "base"}, with_sql=True)
    assert ModelFile("volumes/scenario_totals").sql.splitlines()[-1] in told


def test_rules_that_found_something_are_told_with_how_many_rows(made: Sample, explain: Explain) -> None:
    march = [row for row in made["quality.rule_results"] if row["month"] == date(2012, 3, 1)]
    for row, (rows, severity) in zip(march, ((7, "error"), (0, "error"), (0, "warning")), strict=True):
        row.update(rule_id="person_id_present", rows_failed=rows, severity=severity, message_sv="Id saknas.")
    told = section(explain(MONTHLY, A_MONTH), "Quality")
    assert "rule person_id_present: 7 rows in 1 delivery, kept out, in quarantine: Id saknas." in told
    for row in march:
        row["rows_failed"] = 0
    assert "No rule found anything in these deliveries." in explain(MONTHLY, A_MONTH)


def test_open_findings_of_the_period_are_told_and_resolved_ones_are_not(explain: Explain) -> None:
    assert "finding duration_ordinary, 3 open: Besöket är långt." in section(explain(MONTHLY, A_MONTH), "Quality")
    assert "finding" not in section(explain(MONTHLY, {**A_MONTH, "period": "2012-04"}), "Quality")


def test_the_versions_are_those_of_what_was_read(explain: Explain) -> None:
    told = section(explain(TOTALS, {"year": "2012", "municipality_code": "all", "scenario": "base"}), "Versions")
    assert "model volumes/scenario_totals: 232323232323" in told
    assert "model volumes/cube: 121212121212" in told
    assert "region_file scenarios/base.yaml: efefefefefef" in told
    assert "code hemvard: abababababab" in told
    assert "unplanned_share" not in told
    assert "units.csv" not in told


def test_of_more_than_five_rows_it_is_told_how_they_differ(explain: Explain) -> None:
    told = explain(MONTHLY, {"municipality_code": "2580"})
    assert "Say more, so that at most 5 are left:" in told
    assert "  period=2012-01-01, 2012-02-01" in told
    assert "  care_form=all, home_health_care, outpatient" in told
    assert "municipality_code=2580" in told.splitlines()[0]
    assert "Model" not in told


def test_where_there_is_no_such_row_the_nearby_values_are_shown(explain: Explain) -> None:
    told = explain(MONTHLY, {**A_MONTH, "municipality_code": "2581"})
    assert told.startswith(f"{MONTHLY} has no row with period=2012-03 municipality_code=2581")
    assert "  municipality_code with period=2012-03" in told
    assert "is: 2506, 2580, " in told
    assert "  period with municipality_code=2581" in told
    assert "no value: there is no such row" in told


def test_an_empty_table_says_that_it_has_no_row(explain: Explain) -> None:
    assert explain("volumes.gap", {}) == "volumes.gap has no row in the release in force."


def test_values_are_bound_and_never_become_sql(explain: Explain) -> None:
    told = explain(MONTHLY, {"municipality_code": "2580' OR '1'='1"})
    assert "has no row with municipality_code=2580' OR '1'='1" in told


@pytest.mark.parametrize("table", [table.name for table in OF_CARE])
def test_every_table_of_figures_can_be_explained(made: Sample, explain: Explain, table: str) -> None:
    found = schema.published(table)
    if not made[table]:
        made[table].append({**{column.name: _any(column) for column in found.columns}, **_ANY})
    row = made[table][-1]
    key = {name: str(row[name]) for name in found.key}
    told = explain(table, key)
    for title in ("What it is", "Model", *(("Quality",) if "status" in found.names() else ())):
        assert section(told, title).count("\n") > 0, title


_ANY = {"status": "ok", "agreement": "small_2024", "scenario": "base", "basis": "official"}


def _any(column: Column) -> object:
    if column.type == "DATE":
        return date(2012, 12, 31) if column.name.endswith("_end") else date(2012, 1, 1)
    if column.type == "VARCHAR":
        return "all"
    return 2012 if column.name == "year" else Decimal(7) if column.type.startswith("DECIMAL") else 7


def test_every_table_of_figures_has_models_that_are_there() -> None:
    row = {"comparison_source": "own", "indicator_id": "unplanned_share", "version": 1}
    for table in OF_CARE:
        if table.name != "indicators.definitions":
            models = models_of(table.name, [row])
            assert models, table.name
            assert [model.name for model in models if not model.path.is_file()] == []
            assert subjects(name for tables in lineage(models).values() for name in tables), table.name


def test_a_later_version_has_its_own_model() -> None:
    row = {"comparison_source": "own", "indicator_id": "discharge_ready_mean_days", "version": 2}
    assert models_of(RESULTS, [row])[0].path.is_file()
    assert models_of(RESULTS, [row])[0].name == "indicators/discharge_ready_mean_days_v2"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("volumes.visit_month",), ("There is no table 'volumes.visit_month' to explain.", "volumes.visits_month")),
        (("meta.release",), ("There is no table 'meta.release' to explain.",)),
        ((MONTHLY, "month=2012-03"), (f"{MONTHLY} has no column 'month'.", "its key is period, municipality_code")),
        ((MONTHLY, "2580"), ("'2580' is no column=value", "its other columns are visits")),
    ],
)
def test_a_wrong_table_or_column_ends_with_2_and_lists_the_right_ones(
    cli, published: Path, arguments: tuple[str, ...], told: tuple[str, ...]
) -> None:
    ended = cli("explain", SMALL, *arguments, "--home", published)
    assert ended.code == 2
    for text in told:
        assert text in ended.err


def test_nothing_published_ends_with_1(cli, tmp_path: Path) -> None:
    ended = cli("explain", SMALL, MONTHLY, "--home", tmp_path)
    assert ended.code == 1
    assert "Nothing has been published" in ended.err


def test_a_real_release_is_explained_without_the_restricted_lake(cli, tmp_path: Path) -> None:
    home = tmp_path / "home"
    Deliveries(home).fill(20, months=MONTHS[1:])
    run_plain(home, light=True)
    other = copy_home(home, tmp_path / "other")
    (other / "small" / "restricted").rename(tmp_path / "away")
    ended = cli("explain", SMALL, MONTHLY, "period=2024-01", "municipality_code=all", "care_form=all", "place=all",
                "planned=all", "--home", other)  # fmt: skip
    assert ended.code == 0, ended.err
    assert "Lilla regionen: volumes.visits_month in release" in ended.out
    for source in (ALPHA, BETA, GAMMA):
        assert f"  {source} 2024-01 version 1, current, " in ended.out
    assert "model volumes/visits_month: " in ended.out
    assert not re.search(r"\b\d{8}-?\d{4}\b", ended.out.replace(str(home), "")), "nothing that looks like a person's id"
