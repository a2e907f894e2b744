"""load: what deliveries replace, what counts, and which months are touched – whatever the order of arrival."""

from datetime import date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from memory_lake import Bench, changed
from small_region import ALPHA, BETA, GAMMA, plausible, visit

DECEMBER, JANUARY, FEBRUARY = "2023-12", "2024-01", "2024-02"
VISITS = "SELECT system, record_id, month, minutes FROM lake.core.visits ORDER BY ALL"


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    return found


def touched(bench: Bench, sequence: int) -> list[str]:
    rows = bench.rows(f"SELECT month FROM lake.ledger.month_changes WHERE load_seq = {sequence} ORDER BY 1")
    return [f"{row[0]:%Y-%m}" for row in rows]


def test_a_month_is_counted(bench: Bench) -> None:
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, number, minutes=number) for number in range(1, 4)])
    assert bench.take_in() == []
    assert bench.rows(VISITS) == [("alpha", f"{JANUARY}-{n}", date(2024, 1, 1), n) for n in (1, 2, 3)]
    assert touched(bench, 1) == [JANUARY]


def test_a_new_version_replaces_its_whole_month_and_no_other(bench: Bench) -> None:
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, number) for number in range(3)])
    bench.inbox.put(ALPHA, FEBRUARY, [visit(ALPHA, FEBRUARY, 9)])
    bench.inbox.put(BETA, JANUARY, [visit(BETA, JANUARY, 5)])
    bench.take_in()
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, 2, minutes=60)], version=2)
    assert bench.take_in() == []
    assert bench.rows(VISITS) == [
        ("alpha", "2024-01-2", date(2024, 1, 1), 60),
        ("alpha", "2024-02-9", date(2024, 2, 1), 30),
        ("beta", "2024-01-5", date(2024, 1, 1), 30),
    ]


def test_an_older_version_that_comes_later_changes_nothing(bench: Bench) -> None:
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, 1, minutes=60)], version=2)
    bench.take_in()
    before = bench.rows(VISITS)
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, 1, minutes=15)], version=1)
    bench.take_in()
    assert bench.rows(VISITS) == before
    assert bench.rows("SELECT count(*) FROM lake.ledger.loads") == [(1,)]


def test_a_file_put_back_as_it_was_counts_again(bench: Bench) -> None:
    for minutes in (30, 45, 30):
        bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, 1, minutes=minutes)])
        bench.take_in()
        assert bench.rows(VISITS) == [("alpha", "2024-01-1", date(2024, 1, 1), minutes)]
    assert bench.take_in() == []
    assert bench.rows("SELECT count(*) FROM lake.ledger.loads") == [(3,)]


def test_changes_put_back_as_they_were_count_again(bench: Bench) -> None:
    for minutes in (30, 45, 30):
        bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, 1, minutes=minutes)])
        bench.take_in()
        assert bench.rows(VISITS) == [("gamma", "2024-01-1", date(2024, 1, 1), minutes)]


def test_changes_add_replace_and_withdraw_records(bench: Bench) -> None:
    bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, number) for number in (1, 2, 3)])
    bench.take_in()
    bench.inbox.put(
        GAMMA,
        JANUARY,
        [
            visit(GAMMA, JANUARY, 2, minutes=90),
            visit(GAMMA, JANUARY, 3, cancelled=True),
            visit(GAMMA, JANUARY, 4),
        ],
        version=2,
    )
    assert bench.take_in() == []
    assert [(row[1], row[3]) for row in bench.rows(VISITS)] == [("2024-01-1", 30), ("2024-01-2", 90), ("2024-01-4", 30)]
    assert bench.rows("SELECT count(*) FROM lake.core.visit_versions") == [(6,)]


def test_a_withdrawn_record_may_come_back(bench: Bench) -> None:
    for version, cancelled in enumerate((False, True, False), 1):
        bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, 1, cancelled=cancelled)], version)
        bench.take_in()
        assert len(bench.rows(VISITS)) == (0 if cancelled else 1)


def test_a_higher_version_goes_before_a_later_month_and_that_before_a_later_landing(bench: Bench) -> None:
    deliveries = [(JANUARY, 3, 60), (FEBRUARY, 1, 30), (JANUARY, 1, 15)]
    for month, version, minutes in deliveries:
        bench.inbox.put(GAMMA, month, [visit(GAMMA, JANUARY, record="same", minutes=minutes)], version)
        bench.take_in()
        assert [row[3] for row in bench.rows(VISITS)] == [60]
    bench.inbox.path(GAMMA, JANUARY, 3).unlink()
    bench.inbox.put(GAMMA, FEBRUARY, [visit(GAMMA, JANUARY, record="same", minutes=45)], 3)
    bench.take_in()
    assert [row[3] for row in bench.rows(VISITS)] == [45]


def test_a_record_that_moves_to_another_month_leaves_its_old_one(bench: Bench) -> None:
    record = "moving"
    bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, record=record), visit(GAMMA, JANUARY, 9)])
    bench.take_in()
    moved = visit(GAMMA, FEBRUARY, record=record, started=datetime(2024, 2, 3, 10))
    bench.inbox.put(GAMMA, FEBRUARY, [moved])
    bench.take_in()
    assert bench.rows("SELECT record_id, month FROM lake.core.visits ORDER BY 1") == [
        ("2024-01-9", date(2024, 1, 1)),
        ("moving", date(2024, 2, 1)),
    ]
    assert touched(bench, 2) == [JANUARY, FEBRUARY]


def test_a_late_row_counts_in_its_own_month_and_touches_it(bench: Bench) -> None:
    bench.inbox.put(ALPHA, DECEMBER, [visit(ALPHA, DECEMBER, 1)])
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, 1)])
    bench.take_in()
    late = visit(ALPHA, FEBRUARY, 2, started=datetime(2023, 12, 30, 10))
    bench.inbox.put(ALPHA, FEBRUARY, [visit(ALPHA, FEBRUARY, 1), visit(ALPHA, FEBRUARY, 3), late])
    assert bench.take_in() == []
    assert bench.rows("SELECT month, count(*) FROM lake.core.visits GROUP BY ALL ORDER BY 1") == [
        (date(2023, 12, 1), 2),
        (date(2024, 1, 1), 1),
        (date(2024, 2, 1), 2),
    ]
    assert touched(bench, 3) == [DECEMBER, FEBRUARY]
    bench.inbox.put(ALPHA, FEBRUARY, [visit(ALPHA, FEBRUARY, 1)], version=2)
    bench.take_in()
    assert touched(bench, 4) == [DECEMBER, FEBRUARY], "what a replaced delivery counted is counted again"
    assert bench.rows("SELECT count(*) FROM lake.core.visits WHERE month = DATE '2023-12-01'") == [(1,)]


def test_rows_later_than_the_region_takes_go_to_quarantine(bench: Bench) -> None:
    rows = [visit(ALPHA, FEBRUARY, number) for number in range(60)]
    rows[0] = visit(ALPHA, FEBRUARY, 0, started=datetime(2023, 12, 1, 0, 0))  # two months: the last that counts
    rows[1] = visit(ALPHA, FEBRUARY, 1, started=datetime(2023, 11, 30, 23, 59))
    bench.inbox.put(ALPHA, FEBRUARY, rows)
    assert bench.take_in() == []
    assert bench.rows("SELECT row_number, rule_id FROM lake.quality.quarantine") == [(3, "started_in_window")]
    assert bench.rows("SELECT count(*) FROM lake.core.visits WHERE month = DATE '2023-12-01'") == [(1,)]


def test_duplicates_in_a_file_count_once_whatever_their_order(own_home: Path) -> None:
    rows = [
        visit(ALPHA, JANUARY, record="same", started=datetime(2024, 1, 5, 10), minutes=30),
        visit(ALPHA, JANUARY, record="same", started=datetime(2024, 1, 5, 10), minutes=45),
        visit(ALPHA, JANUARY, record="same", started=datetime(2024, 1, 4, 10), minutes=60, care_form="outpatient"),
    ]
    counted = set()
    for number, order in enumerate([rows, rows[::-1], [rows[i] for i in (1, 2, 0)]]):
        bench = Bench(own_home / str(number))
        bench.with_source(ALPHA, required=False)
        bench.inbox.put(ALPHA, JANUARY, order)
        bench.take_in()
        found = bench.rows("SELECT started_at, minutes, care_form FROM lake.core.visits")
        assert len(found) == 1
        counted.add(found[0])
    assert len(counted) == 1


def test_a_record_given_and_withdrawn_in_one_file_does_not_count(own_home: Path) -> None:
    rows = [visit(GAMMA, JANUARY, 1), visit(GAMMA, JANUARY, 1, cancelled=True)]
    for number, order in enumerate(permutations(rows)):
        bench = Bench(own_home / str(number))
        bench.with_source(ALPHA, required=False)
        bench.inbox.put(GAMMA, JANUARY, list(order))
        bench.take_in()
        assert bench.rows(VISITS) == []


def test_a_record_id_is_a_system_s_own(bench: Bench) -> None:
    for source in (ALPHA, BETA, GAMMA):
        bench.inbox.put(source, JANUARY, [visit(source, JANUARY, record="1")])
    bench.take_in()
    assert len(bench.rows(VISITS)) == 3


def test_control_sources_are_kept_and_not_counted(bench: Bench) -> None:
    bench.with_source(BETA, role="control")
    bench.inbox.put(BETA, JANUARY, [visit(BETA, JANUARY)])
    bench.take_in()
    assert bench.rows(VISITS) == []
    assert bench.rows("SELECT count(*) FROM lake.core.visit_versions") == [(1,)]
    bench.with_source(BETA, role="counting")
    bench.take_in()
    assert len(bench.rows(VISITS)) == 1


def test_rows_read_are_accepted_cancelled_or_in_quarantine(bench: Bench) -> None:
    rows = [visit(ALPHA, JANUARY, number, cancelled=number < 3) for number in range(120)]
    for number in (10, 11):
        rows[number] = changed(rows[number], plats="?", yrke="?")
    rows[12] = changed(rows[12], vårdform="?")
    bench.inbox.put(ALPHA, JANUARY, rows)
    assert bench.take_in() == []
    assert bench.rows("SELECT rows_read, rows_accepted, rows_cancelled, rows_quarantined FROM lake.ledger.loads") == [
        (120, 114, 3, 3)
    ]
    assert bench.rows("SELECT count(*), count(DISTINCT row_number) FROM lake.quality.quarantine") == [(5, 3)]
    assert bench.rows("SELECT count(*) FROM lake.core.visits") == [(114,)]


def test_a_rejected_delivery_keeps_its_month_out_and_is_told(bench: Bench) -> None:
    bench.inbox.put(BETA, JANUARY, [visit(BETA, JANUARY)])
    bench.inbox.put(ALPHA, JANUARY, [changed(row, plats="?") for row in plausible(ALPHA, JANUARY, 20)])
    bench.inbox.put(GAMMA, JANUARY, plausible(GAMMA, JANUARY, 20))
    assert [(entry.source_id, entry.rule_id) for entry in bench.take_in()] == [(ALPHA, "attribute_codes_known")]
    assert bench.rows("SELECT count(*) FROM lake.core.visit_versions") == [(0,)]
    assert bench.rows("SELECT fault, status FROM lake.ledger.loads") == [("attribute_codes_known", "rejected")]
    assert bench.rows("SELECT count(DISTINCT delivery_id) FROM lake.quality.quarantine") == [(1,)]
    assert touched(bench, 1) == []
    bench.inbox.put(ALPHA, JANUARY, plausible(ALPHA, JANUARY, 20), version=2)
    assert bench.take_in() == []
    assert {row[0] for row in bench.rows("SELECT DISTINCT system FROM lake.core.visits")} == {"alpha", "beta", "gamma"}


def test_a_file_of_another_month_is_rejected_whole(bench: Bench) -> None:
    bench.inbox.put_bytes(ALPHA, FEBRUARY, bench.inbox.put(ALPHA, JANUARY, plausible(ALPHA, JANUARY, 20)).read_bytes())
    bench.inbox.path(ALPHA, JANUARY).unlink()
    (told,) = bench.take_in()
    assert told.rule_id == "month_as_named"
    assert told.sv == "Filen heter 2024-02, men av dess rader ligger flest i 2024-01."
    assert bench.rows("SELECT status, fault, rows_read FROM lake.ledger.loads") == [("rejected", "month_as_named", 0)]


def test_half_a_file_s_rows_in_another_month_are_no_other_month(bench: Bench) -> None:
    rows = [visit(ALPHA, FEBRUARY, n) for n in range(5)] + [visit(ALPHA, JANUARY, n) for n in range(5)]
    bench.inbox.put(ALPHA, FEBRUARY, rows)
    assert bench.take_in() == []


def test_changes_may_be_of_any_month(bench: Bench) -> None:
    bench.inbox.put(GAMMA, FEBRUARY, [visit(GAMMA, JANUARY, n) for n in range(5)])
    assert bench.take_in() == []
    assert bench.rows("SELECT DISTINCT month FROM lake.core.visits") == [(date(2024, 1, 1),)]


@pytest.mark.parametrize(
    ("content", "rule_id"),
    [
        (b"not a file", "rows_present"),
        (b"", "rows_present"),
        (b"a|b\n1|2\n", "columns_present"),
        (b"\0\n\0", "file_readable"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected_and_kept(bench: Bench, content: bytes, rule_id: str) -> None:
    bench.inbox.put_bytes(ALPHA, JANUARY, content)
    (told,) = bench.take_in()
    assert told.rule_id == rule_id
    assert bench.rows("SELECT status, fault, detail_sv FROM lake.ledger.loads") == [("rejected", rule_id, told.sv)]
    assert len(list(bench.home.landing.rglob("*.age"))) == 1


def test_the_order_of_arrival_decides_nothing(own_home: Path) -> None:
    """All deliveries at once, or one by one in any order: the same visits, each with its way back."""
    first = [visit(GAMMA, JANUARY, n, minutes=10 * n) for n in range(1, 5)]
    second = [visit(GAMMA, JANUARY, 1, minutes=99), visit(GAMMA, JANUARY, 2, cancelled=True)]
    third = [visit(GAMMA, FEBRUARY, record="2024-01-3", started=datetime(2024, 2, 2, 9))]
    deliveries = [(JANUARY, first, 1), (JANUARY, second, 2), (FEBRUARY, third, 3)]
    found = []
    for number, order in enumerate([deliveries, deliveries[::-1], [deliveries[i] for i in (1, 2, 0)], deliveries]):
        bench = Bench(own_home / str(number))
        bench.with_source(ALPHA, required=False)
        for delivery in order:
            bench.inbox.put(GAMMA, *delivery)
            if number < 3:
                bench.take_in()
        bench.take_in()
        found.append(
            bench.rows("SELECT record_id, month, minutes, delivery_id, row_number FROM lake.core.visits ORDER BY ALL")
        )
    assert len(found[0]) == 3
    assert all(rows == found[0] for rows in found)
