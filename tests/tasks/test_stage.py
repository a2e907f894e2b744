"""stage: typed rows of a delivery in memory, and nothing of the month before."""

from pathlib import Path

import pytest
from memory_lake import Bench
from small_region import ALPHA, BETA, plausible

from tasks import stage as staging


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    found.inbox.put(ALPHA, "2024-01", plausible(ALPHA, "2024-01", 7))
    found.inbox.put(BETA, "2024-01", plausible(BETA, "2024-01", 5))
    found.land()
    staging.prepare(found.run, ())
    return found


def test_deliveries_of_a_month_are_staged_beside_each_other(bench: Bench) -> None:
    (month,) = bench.plan().months
    assert [staging.stage(bench.run, work) for work in month.deliveries] == [7, 5]
    assert bench.rows("SELECT source_id, count(*) FROM staging.visits GROUP BY ALL ORDER BY 1") == [
        (ALPHA, 7),
        (BETA, 5),
    ]


def test_a_rejected_delivery_is_taken_out_again(bench: Bench) -> None:
    (month,) = bench.plan().months
    for work in month.deliveries:
        staging.stage(bench.run, work)
    staging.unstage(bench.run, month.deliveries[0])
    assert bench.rows("SELECT DISTINCT source_id FROM staging.visits") == [(BETA,)]


def test_the_next_month_begins_with_an_empty_room(bench: Bench) -> None:
    (month,) = bench.plan().months
    bench.stage(*month.deliveries)
    staging.prepare(bench.run, ())
    tables = bench.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory'")
    assert tables == [("visits",)]
    assert bench.rows("SELECT count(*) FROM staging.visits") == [(0,)]


def test_nothing_of_a_delivery_stays_registered(bench: Bench) -> None:
    (month,) = bench.plan().months
    bench.stage(*month.deliveries)
    assert bench.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name <> 'lake'") == []


def test_the_months_that_count_are_the_region_s(bench: Bench) -> None:
    bench.stage(*bench.plan().months[0].deliveries)
    found = bench.rows(
        "SELECT DISTINCT strftime(delivery_month, '%Y-%m'), strftime(earliest_month, '%Y-%m') FROM staging.identified"
    )
    assert found == [("2024-01", "2023-11")]
