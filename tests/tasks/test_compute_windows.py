"""compute: only the windows that changed, and all of them."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_lake import Bench
from small_region import ALPHA, BETA, SMALL, few_indicators, visit

from regions.folder import load_region
from regions.model import MonthSpan
from regions.month import Month
from regions.source import VISITS
from tasks.compute import bound_of, compute_models, spans_of, stale_models
from warehouse import indicators
from warehouse.ledger import LedgerState, Window, read_ledger
from warehouse.models import Spans, computed_models, stale_windows, windows_of

FOLDER = load_region(str(SMALL))
MODELS = {model.name.split("/")[1]: model for model in computed_models()}
WATCHED = ("visits_month", "region_totals", "unplanned_share")
OF_VISITS_ALONE = sorted(name for name, model in MODELS.items() if model.subjects == {VISITS} and model.reach == (0, 0))
NO_SPANS = Spans()
MONTHS = st.builds(Month, st.integers(2010, 2013), st.integers(1, 12))


def days(*texts: str) -> Window:
    return Window(*(date.fromisoformat(text) for text in texts))


def names(windows: dict[str, list[Window]]) -> dict[str, list[str]]:
    return {model: [f"{window.start:%Y-%m}–{window.end:%Y-%m}" for window in found] for model, found in windows.items()}


def computed(bench: Bench) -> dict[str, list[str]]:
    """Compute; which windows of the watched models were stale."""
    with few_indicators():
        stale = stale_models(bench.folder, read_ledger(bench.run.connection))
        told = {model.name.split("/")[1]: sorted(windows) for model, windows in stale.items() if windows}
        done = {entry.model.split("/")[1]: entry.windows for entry in compute_models(bench.run)}
    assert done == {model: len(windows) for model, windows in told.items()}
    return names({model: windows for model, windows in told.items() if model in WATCHED})


def test_windows_are_whole_months_and_years() -> None:
    months = [Month(2023, 12), Month(2024, 2)]
    assert windows_of(MODELS["visits_month"], months, NO_SPANS) == [
        days("2023-12-01", "2023-12-31"),
        days("2024-02-01", "2024-02-29"),
    ]
    assert windows_of(MODELS["region_totals"], months, NO_SPANS) == [
        days("2023-01-01", "2023-12-31"),
        days("2024-01-01", "2024-12-31"),
    ]


def test_an_agreement_s_periods_are_windows_where_they_have_visits() -> None:
    spans = spans_of(FOLDER)
    assert [str(span.first) for span in spans.agreed] == ["2023-12", "2024-01"]
    agreed = [days("2024-01-01", "2024-02-29"), days("2024-01-01", "2024-12-31")]
    assert windows_of(MODELS["doctor_patients_share"], [Month(2024, 2)], spans) == agreed
    assert windows_of(MODELS["unplanned_share"], [Month(2024, 2)], spans) == [
        *agreed,
        days("2024-02-01", "2024-02-29"),
    ], "a month too"
    endless = Spans((MonthSpan.model_validate({"from": "2024-01"}),))
    assert windows_of(MODELS["doctor_patients_share"], [Month(2024, 2)], endless) == [days("2024-01-01", "2024-12-31")]


def test_a_gap_analysis_has_its_own_periods() -> None:
    span = MonthSpan.model_validate({"from": "2024-01", "to": "2024-03"})
    assert windows_of(MODELS["gap"], [Month(2024, 2)], Spans((), (span,))) == [days("2024-01-01", "2024-03-31")]
    assert windows_of(MODELS["gap"], [Month(2024, 4)], Spans((), (span,))) == []


@given(st.dictionaries(MONTHS, st.integers(1, 9), max_size=8), st.sampled_from(OF_VISITS_ALONE))
def test_every_month_lies_in_a_stale_window_until_it_has_been_computed(months: dict[Month, int], name: str) -> None:
    model = MODELS[name]
    stale = stale_windows(model, LedgerState((), {}, months, {}), "now", NO_SPANS)
    if model.window == "gap":
        return
    assert {month for window in stale for month in window.months()} >= set(months)
    assert all(stale[window] == max(months.get(month, 0) for month in window.months()) for window in stale)
    done = {(model.name, window): (sequence, "now") for window, sequence in stale.items()}
    assert stale_windows(model, LedgerState((), {}, months, done), "now", NO_SPANS) == {}
    assert set(stale_windows(model, LedgerState((), {}, months, done), "then", NO_SPANS)) == set(stale)


@given(st.dictionaries(MONTHS, st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_a_changed_month_makes_its_own_windows_stale_and_no_others(
    months: dict[Month, int], data: st.DataObject
) -> None:
    changed = data.draw(st.sampled_from(sorted(months)))
    for name in OF_VISITS_ALONE:
        model = MODELS[name]
        built = stale_windows(model, LedgerState((), {}, months, {}), "now", NO_SPANS)
        done = {(model.name, window): (sequence, "now") for window, sequence in built.items()}
        after = LedgerState((), {}, {**months, changed: 10}, done)
        assert list(stale_windows(model, after, "now", NO_SPANS)) == [
            window for window in sorted(built) if changed in window.months()
        ]


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    for month in ("2023-11", "2023-12", "2024-01"):
        found.inbox.put(ALPHA, month, [visit(ALPHA, month, number) for number in range(3)])
    assert found.take_in() == []
    return found


def test_first_everything_then_nothing(bench: Bench) -> None:
    assert computed(bench) == {
        "visits_month": ["2023-11–2023-11", "2023-12–2023-12", "2024-01–2024-01"],
        "region_totals": ["2023-01–2023-12", "2024-01–2024-12"],
        "unplanned_share": [
            *("2023-01–2023-12", "2023-11–2023-11", "2023-12–2023-12"),
            *("2024-01–2024-01", "2024-01–2024-02", "2024-01–2024-12"),
        ],
    }
    assert computed(bench) == {}


def test_a_late_row_makes_its_month_and_year_stale_beside_the_delivery_s_own(bench: Bench) -> None:
    computed(bench)
    late = visit(ALPHA, "2024-02", 2, started=datetime(2023, 12, 30, 10))
    bench.inbox.put(ALPHA, "2024-02", [visit(ALPHA, "2024-02", 1), visit(ALPHA, "2024-02", 3), late])
    assert bench.take_in() == []
    assert computed(bench) == {
        "visits_month": ["2023-12–2023-12", "2024-02–2024-02"],
        "region_totals": ["2023-01–2023-12", "2024-01–2024-12"],
        "unplanned_share": [
            *("2023-01–2023-12", "2023-12–2023-12"),
            *("2024-01–2024-02", "2024-01–2024-12", "2024-02–2024-02"),
        ],
    }
    total = (
        "SELECT visits FROM lake.volumes.visits_month WHERE period = DATE '2023-12-01' AND municipality_code = 'all'"
    )
    assert bench.rows(f"{total} AND care_form = 'all' AND place = 'all' AND planned = 'all'") == [(4,)]


def test_a_month_that_loses_its_visits_loses_its_rows(bench: Bench) -> None:
    computed(bench)
    bench.inbox.put(ALPHA, "2023-11", [visit(ALPHA, "2023-11", 1, cancelled=True)], version=2)
    bench.take_in()
    assert computed(bench)["visits_month"] == ["2023-11–2023-11"]
    assert bench.rows("SELECT count(*) FROM lake.volumes.visits_month WHERE period = DATE '2023-11-01'") == [(0,)]


def test_another_source_s_delivery_touches_its_month(bench: Bench) -> None:
    computed(bench)
    bench.inbox.put(BETA, "2023-12", [visit(BETA, "2023-12")])
    bench.take_in()
    assert computed(bench)["visits_month"] == ["2023-12–2023-12"]


def test_windows_that_have_not_changed_keep_their_rows(bench: Bench) -> None:
    computed(bench)
    tables = ("volumes.visits_month", "volumes.region_totals", "indicators.results")
    early = {
        "volumes.visits_month": "period < DATE '2024-01-01'",
        "volumes.region_totals": "year = 2023",
        "indicators.results": "period_end < DATE '2024-01-01'",
    }
    before = {table: bench.rows(f"SELECT * FROM lake.{table} WHERE {early[table]} ORDER BY ALL") for table in tables}
    assert all(before.values())
    bench.inbox.put(ALPHA, "2024-01", [visit(ALPHA, "2024-01", 7, planned="unplanned")], version=2)
    bench.take_in()
    assert computed(bench)["unplanned_share"] == ["2024-01–2024-01", "2024-01–2024-02", "2024-01–2024-12"]
    after = {table: bench.rows(f"SELECT * FROM lake.{table} WHERE {early[table]} ORDER BY ALL") for table in tables}
    assert after == before


def test_incremental_is_as_a_rebuild(bench: Bench, tmp_path: Path) -> None:
    computed(bench)
    bench.inbox.put(ALPHA, "2023-12", [visit(ALPHA, "2023-12", 7, planned="unplanned")], version=2)
    bench.inbox.put(BETA, "2024-01", [visit(BETA, "2024-01", number) for number in range(4)])
    bench.take_in()
    computed(bench)
    tables = (
        *("volumes.visits_month", "volumes.region_totals", "volumes.cube", "volumes.visits_year", "volumes.by_area"),
        *("volumes.scenario_totals", "volumes.scenario_differences", "indicators.results"),
    )
    after = {table: sorted(map(repr, bench.rows(f"SELECT * FROM lake.{table}"))) for table in tables}
    for table in (*tables, "ledger.model_windows"):
        bench.rows(f"DELETE FROM lake.{table}")
    computed(bench)
    assert after == {table: sorted(map(repr, bench.rows(f"SELECT * FROM lake.{table}"))) for table in tables}


def test_a_model_s_definition_is_its_sql_and_what_it_reads() -> None:
    totals, months, boundaries = (MODELS[name] for name in ("region_totals", "visits_month", "scenario_totals"))
    bound = bound_of(FOLDER)
    elsewhere = replace(bound, values={**bound.values, "region_code": "25"})
    assert totals.definition(bound) != totals.definition(elsewhere)
    assert months.definition(bound) == months.definition(elsewhere)
    fewer = {**bound.tables, "hemvard_conditions": bound.tables["hemvard_conditions"].slice(1)}
    assert boundaries.definition(bound) != boundaries.definition(replace(bound, tables=fewer))
    assert totals.definition(bound) == totals.definition(replace(bound, tables=fewer))


def test_an_event_changes_the_windows_that_reach_it() -> None:
    model = MODELS["readmission_30_days_65"]
    before, after = model.reach
    months = {Month(2024, number): 1 for number in range(1, 13)}
    admitted = {"admissions": {Month(2024, 6): 5}}
    stale = stale_windows(model, LedgerState((), {}, months, {}, admitted), "now", NO_SPANS)
    changed = {
        window.start.month
        for window, sequence in stale.items()
        if window.start.month == window.end.month and sequence == 5
    }
    assert (before, after) != (0, 0)
    assert changed == set(range(6 - after, 6 + before + 1))


def test_a_snapshot_or_a_series_changes_every_window() -> None:
    months = {Month(2023, 1): 1, Month(2024, 1): 1}
    state = LedgerState((), {}, months, {}, {"population": {Month(2022, 12): 7}})
    assert set(stale_windows(MODELS["population"], state, "now", NO_SPANS).values()) == {7}
    assert set(stale_windows(MODELS["region_totals"], state, "now", NO_SPANS).values()) == {1}


def test_windows_and_indicators_that_are_no_more_lose_their_rows(bench: Bench) -> None:
    computed(bench)
    bench.run.folder = replace(bench.folder, agreements=())
    with few_indicators():
        compute_models(bench.run)
        periods = bench.rows("SELECT DISTINCT month(period_start), month(period_end) FROM lake.indicators.results")
        assert all(first == last or (first, last) == (1, 12) for first, last in periods), "the agreement's are gone"
    few = tuple(entry for entry in indicators.definitions() if entry.indicator_id == "unplanned_share")
    with patch.object(indicators, "definitions", lambda: few):
        compute_models(bench.run)
    assert bench.rows("SELECT DISTINCT indicator_id FROM lake.indicators.results") == [("unplanned_share",)]
    kept = "SELECT count(*) FROM lake.ledger.model_windows WHERE model LIKE 'indicators/frequent%'"
    assert bench.rows(kept) == [(0,)]
