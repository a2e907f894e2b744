"""compute: only the windows that changed, and all of them."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_lake import Bench
from small_region import ALPHA, BETA, SMALL, visit

from regions.folder import load_region
from regions.model import MonthSpan
from regions.month import Month
from tasks.compute import bound_values, compute_models, periods, stale_models
from warehouse.ledger import LedgerState, Window, read_ledger
from warehouse.models import computed_models, stale_windows, windows_of

FOLDER = load_region(str(SMALL))
MODELS = {model.name.split("/")[1]: model for model in computed_models()}
MONTHS = st.builds(Month, st.integers(2010, 2013), st.integers(1, 12))


def days(*texts: str) -> Window:
    return Window(*(date.fromisoformat(text) for text in texts))


def names(windows: dict[str, list[Window]]) -> dict[str, list[str]]:
    return {model: [f"{window.start:%Y-%m}–{window.end:%Y-%m}" for window in found] for model, found in windows.items()}


def computed(bench: Bench) -> dict[str, list[str]]:
    """Compute; which windows of which model were stale."""
    stale = stale_models(bench.folder, read_ledger(bench.run.connection))
    told = {model.name.split("/")[1]: sorted(windows) for model, windows in stale.items() if windows}
    done = {entry.model.split("/")[1]: entry.windows for entry in compute_models(bench.run)}
    assert done == {model: len(windows) for model, windows in told.items()}
    return names(told)


def test_windows_are_whole_months_and_years() -> None:
    months = [Month(2023, 12), Month(2024, 2)]
    assert windows_of(MODELS["visits_month"], months, ()) == [
        days("2023-12-01", "2023-12-31"),
        days("2024-02-01", "2024-02-29"),
    ]
    assert windows_of(MODELS["region_totals"], months, ()) == [
        days("2023-01-01", "2023-12-31"),
        days("2024-01-01", "2024-12-31"),
    ]


def test_an_agreement_s_periods_are_windows_where_they_have_visits() -> None:
    spans = periods(FOLDER)
    assert [str(span.first) for span in spans] == ["2023-12", "2024-01"]
    assert windows_of(MODELS["unplanned_share"], [Month(2024, 2)], spans) == [
        days("2024-01-01", "2024-02-29"),
        days("2024-01-01", "2024-12-31"),
    ]
    endless = MonthSpan.model_validate({"from": "2024-01"})
    assert windows_of(MODELS["unplanned_share"], [Month(2024, 2)], [endless]) == [days("2024-01-01", "2024-12-31")]


@given(st.dictionaries(MONTHS, st.integers(1, 9), max_size=8), st.sampled_from(sorted(MODELS)))
def test_every_month_lies_in_a_stale_window_until_it_has_been_computed(months: dict[Month, int], name: str) -> None:
    model = MODELS[name]
    stale = stale_windows(model, LedgerState((), {}, months, {}), "now", ())
    assert {month for window in stale for month in window.months()} >= set(months)
    assert all(stale[window] == max(months.get(month, 0) for month in window.months()) for window in stale)
    done = {(model.name, window): (sequence, "now") for window, sequence in stale.items()}
    assert stale_windows(model, LedgerState((), {}, months, done), "now", ()) == {}
    assert set(stale_windows(model, LedgerState((), {}, months, done), "then", ())) == set(stale)


@given(st.dictionaries(MONTHS, st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_a_changed_month_makes_its_own_windows_stale_and_no_others(
    months: dict[Month, int], data: st.DataObject
) -> None:
    changed = data.draw(st.sampled_from(sorted(months)))
    for model in MODELS.values():
        built = stale_windows(model, LedgerState((), {}, months, {}), "now", ())
        done = {(model.name, window): (sequence, "now") for window, sequence in built.items()}
        after = LedgerState((), {}, {**months, changed: 10}, done)
        assert list(stale_windows(model, after, "now", ())) == [
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
        "unplanned_share": ["2023-01–2023-12", "2023-12–2023-12", "2024-01–2024-02", "2024-01–2024-12"],
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
        "unplanned_share": ["2023-01–2023-12", "2023-12–2023-12", "2024-01–2024-02", "2024-01–2024-12"],
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
    assert computed(bench)["unplanned_share"] == ["2024-01–2024-02", "2024-01–2024-12"]
    after = {table: bench.rows(f"SELECT * FROM lake.{table} WHERE {early[table]} ORDER BY ALL") for table in tables}
    assert after == before


def test_incremental_is_as_a_rebuild(bench: Bench, tmp_path: Path) -> None:
    computed(bench)
    bench.inbox.put(ALPHA, "2023-12", [visit(ALPHA, "2023-12", 7, planned="unplanned")], version=2)
    bench.inbox.put(BETA, "2024-01", [visit(BETA, "2024-01", number) for number in range(4)])
    bench.take_in()
    computed(bench)
    tables = ("volumes.visits_month", "volumes.region_totals", "indicators.results")
    after = {table: sorted(map(repr, bench.rows(f"SELECT * FROM lake.{table}"))) for table in tables}
    for table in (*tables, "ledger.model_windows"):
        bench.rows(f"DELETE FROM lake.{table}")
    computed(bench)
    assert after == {table: sorted(map(repr, bench.rows(f"SELECT * FROM lake.{table}"))) for table in tables}


def test_a_model_s_definition_is_its_sql_and_what_it_reads() -> None:
    totals, months = MODELS["region_totals"], MODELS["visits_month"]
    bound = bound_values(FOLDER)
    assert bound == {"region_code": "18"}
    assert totals.definition(bound) != totals.definition({"region_code": "25"})
    assert months.definition(bound) == months.definition({"region_code": "25"})
    assert totals.definition(bound) == totals.definition({**bound, "another": 1})
