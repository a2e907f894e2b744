"""Every table and column once, described, and named as CONTRACT promises."""

import re
from collections import Counter

import duckdb
import pytest

from warehouse.columns import MONEY, Table
from warehouse.lake import create_table
from warehouse.schema import LAKE, PUBLISHED, dictionary_rows, published
from warehouse.sql import qualified

TABLES = tuple(dict.fromkeys((*LAKE, *PUBLISHED)))
# CONTRACT, the published database: the key, and further columns that must be there.
CONTRACT = {
    "volumes.visits_month": (
        "period municipality_code care_form place planned",
        "visits patients minutes visits_with_minutes status",
    ),
    "volumes.visits_year": (
        "year municipality_code margin care_form age_group sex profession provider_level part_of_day",
        "visits patients minutes visits_with_minutes status",
    ),
    "volumes.region_totals": (
        "year region_code care_form place planned age_group",
        "visits patients minutes visits_with_minutes status",
    ),
    "volumes.by_area": (
        "period_start period_end area_type area_code care_form age_group sex measure",
        "value visits population standard_population status",
    ),
    "volumes.scenario_totals": (
        "year municipality_code scenario",
        "visits unplanned_visits patients minutes visits_on_unknown status",
    ),
    "volumes.scenario_differences": (
        "year municipality_code scenario other_scenario reason",
        "visits unplanned_visits patients minutes visits_on_unknown status",
    ),
    "volumes.staffing": (
        "year municipality_code profession scenario method party",
        "fte headcount basis status",
    ),
    "volumes.gap": (
        "period_start period_end municipality_code health_centre gap_group agreed_principal",
        "patients visits status",
    ),
    "volumes.population": ("year municipality_code age sex", "persons basis source_id"),
    "indicators.definitions": (
        "indicator_id version",
        "valid_from title_sv title_en denominator exclusions numerator unit direction source reference limits",
    ),
    "indicators.results": (
        "indicator_id version period_start period_end area_type area_code sex age_group standardisation comparison_source",
        "numerator denominator value ci_low ci_high baseline_value baseline_start baseline_end target signal "
        "usability status",
    ),
    "equalisation.income_equalisation": (
        "year level area_code",
        "tax_base_sek population indexed_tax_power_sek guaranteed_tax_power_sek rate_kind county_rate "
        "equalisation_sek_per_inhabitant basis",
    ),
    "equalisation.net_costs": (
        "scenario method party municipality_code cost_item",
        "base_year price_year base_cost_sek index cost_sek allocation_key basis",
    ),
    "equalisation.net_cost_comparison": (
        "scenario party municipality_code cost_item",
        "ledger_sek from_below_sek difference_sek found_in basis",
    ),
    "equalisation.tax_shift": (
        "agreement scenario method year",
        "net_cost_sek guaranteed_tax_power_sek population required_ore agreed_ore revenue_sek rounding_sek "
        "region_revenue_sek naive_ore is_agreed basis",
    ),
    "equalisation.municipality_effects": (
        "agreement scenario method year municipality_code",
        "population cost_sek own_tax_sek equalisation_change_sek revenue_sek effect_sek effect_sek_per_inhabitant basis",
    ),
    "equalisation.boundary_questions": (
        "agreement method year scenario agreed_scenario",
        "net_cost_difference_sek ore_difference basis",
    ),
    "equalisation.inter_municipal": (
        "agreement variant year_number year municipality_code",
        "weight amount_sek net_effect_sek",
    ),
    "equalisation.exchange_decisions": ("origin agreement valid_from", "valid_to change_ore total_ore source basis"),
    "equalisation.tax_rates": (
        "origin agreement year level area_code",
        "tax_rate_before_share shift_ore own_change_ore tax_rate_after_share basis status",
    ),
    "equalisation.settlements": ("agreement year municipality_code", "part_share year_sek amount_sek basis status"),
    "equalisation.purchases": (
        "agreement purchase year municipality_code",
        "buyer quantity quantity_unit unit_price_sek amount_sek basis status",
    ),
    "equalisation.look_ahead": (
        "agreement assumption year_number year municipality_code",
        "population revenue_sek cost_sek effect_sek effect_sek_per_inhabitant basis status",
    ),
    "equalisation.sensitivity": (
        "agreement scenario method year assumption change_share",
        "net_cost_sek required_ore rounding_sek lowest_effect_sek_per_inhabitant basis",
    ),
    "equalisation.cost_sharing": ("cost_sharing cost_post party municipality_code", "posts amount_sek source basis"),
    "quality.deliveries": ("source_id month delivery", "status"),
    "quality.rule_results": ("source_id month delivery rule_id", "rows_checked rows_failed"),
    "quality.quarantine_summary": ("source_id month rule_id", "rows_quarantined"),
    "quality.official_series": ("source_id", "title_sv publisher_sv first_month last_month periods retrieved_at"),
    "quality.changes": ("rule_id source_id subject month", "severity state first_release observed expected"),
    "quality.continuity": ("table_name", "rows rows_before hidden_share hidden_share_before"),
    "meta.release": ("release_id", "region_id data notice_sv min_persons code_version"),
    "meta.inputs": ("kind name", "hash"),
    "meta.parameters": ("parameter year keys", "value unit kind known_from reference"),
    "meta.restatements": (
        "table_name row_key column_name cause",
        "previous_release value_before value_after change status_before status_after",
    ),
    "meta.dictionary": (
        "table_name column_name",
        "data_type unit role description_sv description_en source_sv definition",
    ),
    "meta.lineage": ("table_name column_name source_table source_column via", "kind"),
}


@pytest.mark.parametrize("name", CONTRACT)
def test_a_table_of_the_contract_has_its_key_and_columns(name: str) -> None:
    key, further = (entry.split() for entry in CONTRACT[name])
    table = published(name)
    assert list(table.key) == key
    assert set(further) <= set(table.names())


def test_no_other_table_is_published_and_each_stands_once() -> None:
    assert [table.name for table in PUBLISHED] == list(CONTRACT)
    assert all(count == 1 for count in Counter(table.name for table in TABLES).values())
    with pytest.raises(KeyError):
        published("core.visits")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_and_its_columns_are_described_in_both_languages(table: Table) -> None:
    assert table.sv
    assert table.en
    for column in table.columns:
        assert column.sv, column.name
        assert column.en, column.name
    assert all(count == 1 for count in Counter(column.name for column in table.columns).values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_a_key_and_its_dimensions_and_partition_are_columns(table: Table) -> None:
    assert table.key
    assert set(table.dimensions) <= set(table.key)
    assert table.partition is None or table.partition in table.names()
    assert not any(column.volatile for column in table.columns if column.role == "key")


NOT_PATIENTS = {("meta.release", "min_persons"), ("volumes.population", "persons")}
"""A threshold, and inhabitants by official statistics."""


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table.name)
def test_a_published_column_that_tells_of_persons_has_a_role_that_hides_it(table: Table) -> None:
    assert not {"person_key", "record_id", "row_number", "delivery_id", "person_id_class"} & set(table.names())
    hiding = table.names("persons")
    for column in table.columns:
        if re.search(r"patients$|persons$", column.name) and (table.name, column.name) not in NOT_PATIENTS:
            assert column.role == "persons", column.name
        if column.role in ("additive", "ratio"):
            assert hiding, f"{column.name} could never be hidden"
            assert "status" in table.names(), "a hidden row says so"
        if column.type == "DOUBLE" and column.name != "target":
            assert column.role == "ratio", column.name


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table.name)
def test_units_stand_in_the_names(table: Table) -> None:
    for column in table.columns:
        if "_sek" in column.name:
            assert column.unit in ("sek", "sek_per_inhabitant"), column.name
            assert column.type == MONEY, "money is never a DOUBLE"
        if column.name.endswith("_share"):
            assert column.unit == "share", column.name
        if "minutes" in column.name:
            assert column.unit in ("minutes", "visits"), column.name


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table.name)
def test_months_are_dates_and_codes_are_text(table: Table) -> None:
    for column in table.columns:
        if column.name in ("period", "month", "period_start", "period_end", "first_month", "last_month"):
            assert column.type == "DATE", column.name
        if column.name.endswith(("_code", "_id")):
            assert column.type == "VARCHAR", column.name


def test_every_table_can_be_made_with_a_comment_on_all_of_it() -> None:
    with duckdb.connect(":memory:") as connection:
        for name in sorted({table.name.split(".")[0] for table in TABLES}):
            connection.execute(f"CREATE SCHEMA {name}")
        for table in TABLES:
            create_table(connection, table, qualified(table.name))
        assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE comment IS NULL").fetchone() == (0,)
        without = "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
        assert connection.execute(without).fetchone() == (0,)
        told = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'visits_month' AND column_name = 'minutes'"
        ).fetchone()
        assert told == (
            "Besökens sammanlagda tid där tid är registrerad [minutes] | Total duration of the visits that have one [minutes]",
        )


def test_the_dictionary_has_a_row_for_every_published_column() -> None:
    rows = list(dictionary_rows())
    assert len({row[:2] for row in rows}) == len(rows) == sum(len(table.columns) for table in PUBLISHED)
    assert len(rows[0]) == len(published("meta.dictionary").columns)
    assert all(text for row in rows for text in (row[0], row[1], row[3], row[5], row[6], row[7], row[8]))
    assert [row[2] for row in rows if row[0] == "meta.inputs"] == [1, 2, 3]
