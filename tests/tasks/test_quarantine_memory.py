"""The quarantine's memory: since when a fault is known, what put it right, and what stands open."""

from datetime import date, datetime
from pathlib import Path

import pytest
from memory_lake import Bench, changed
from small_region import ALPHA, GAMMA, Row, empty_lake, person, plausible, visit

from synthetic.person_ids import wrong_check
from tasks.quarantine import show_standing

JANUARY, FEBRUARY = "2024-01", "2024-02"
OPEN = "SELECT record_id, rule_id FROM hemvard_quarantine WHERE accepted_in IS NULL ORDER BY ALL"
RESOLVED = (
    "SELECT record_id, rule_id, day(first_seen), day(resolved_at) FROM lake.quality.quarantine_resolved ORDER BY ALL"
)


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    return found


def rows(source: str, *faulty: tuple[int, str], count: int = 120) -> list[Row]:
    """Clean rows; of those given by number, the column is wrong."""
    found = [visit(source, JANUARY, number) for number in range(count)]
    for number, column in faulty:
        found[number] = changed(found[number], **{column: "?"})
    return found


def take_in(bench: Bench, on: int) -> list[str]:
    """Take in what lies in the inbox, on a day of March; the rules on which deliveries fell."""
    bench.run.started_at = datetime(2024, 3, on, 5)
    return [entry.rule_id for entry in bench.take_in()]


def open_faults(bench: Bench) -> list[tuple[str, str]]:
    show_standing(bench.run.connection)
    return bench.rows(OPEN)


def test_first_seen_is_carried_over_two_corrections_and_resolved_in_the_third(bench: Bench) -> None:
    seen = "SELECT record_id, rule_id, day(first_seen) FROM lake.quality.quarantine ORDER BY ALL"
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, (3, "datum"), (4, "plats")))
    take_in(bench, 1)
    assert bench.rows(seen) == [("2024-01-3", "started_readable", 1), ("2024-01-4", "attribute_codes_known", 1)]
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, (3, "datum"), (5, "plats"))[::-1], version=2)
    take_in(bench, 2)
    assert bench.rows(seen) == [("2024-01-3", "started_readable", 1), ("2024-01-5", "attribute_codes_known", 2)]
    assert bench.rows(RESOLVED) == [("2024-01-4", "attribute_codes_known", 1, 2)]
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA), version=3)
    take_in(bench, 3)
    assert bench.rows(seen) == []
    assert bench.rows(RESOLVED) == [
        ("2024-01-3", "started_readable", 1, 3),
        ("2024-01-4", "attribute_codes_known", 1, 2),
        ("2024-01-5", "attribute_codes_known", 2, 3),
    ]
    third = bench.rows("SELECT delivery_id FROM lake.ledger.landings WHERE version = 3")
    assert (
        bench.rows("SELECT DISTINCT resolved_in FROM lake.quality.quarantine_resolved WHERE day(resolved_at) = 3")
        == third
    )


def test_a_fault_that_comes_back_is_the_one_that_was_first_seen(bench: Bench) -> None:
    for day, faulty in enumerate(((3, "datum"), None, (3, "datum"), None), 1):
        bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, *([faulty] if faulty else [])), version=day)
        take_in(bench, day)
        found = bench.rows("SELECT day(first_seen) FROM lake.quality.quarantine")
        assert found == ([(1,)] if faulty else [])
    assert [row[2:] for row in bench.rows(RESOLVED)] == [(1, 2), (1, 4)]


def test_a_delivery_put_back_as_it_was_is_no_longer_resolved(bench: Bench) -> None:
    for day, faulty in enumerate(((3, "datum"), (4, "datum"), (3, "datum")), 1):
        bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, faulty))
        take_in(bench, day)
    assert bench.rows("SELECT record_id, day(first_seen) FROM lake.quality.quarantine") == [("2024-01-3", 1)]
    assert bench.rows(RESOLVED) == [("2024-01-4", "started_readable", 2, 3)]


def test_a_row_without_a_record_id_is_known_by_its_place(bench: Bench) -> None:
    bench.inbox.put(
        ALPHA, JANUARY, [row | ({"besöksid": ""} if n in (3, 4) else {}) for n, row in enumerate(rows(ALPHA))]
    )
    take_in(bench, 1)
    bench.inbox.put(
        ALPHA, JANUARY, [row | ({"besöksid": ""} if n == 4 else {}) for n, row in enumerate(rows(ALPHA))], 2
    )
    take_in(bench, 2)
    assert bench.rows("SELECT row_number, record_id, day(first_seen) FROM lake.quality.quarantine") == [(6, None, 1)]
    assert bench.rows("SELECT row_number, rule_id FROM lake.quality.quarantine_resolved") == [(5, "record_id_present")]


def test_a_rejected_delivery_resolves_nothing_and_is_remembered(bench: Bench) -> None:
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, (3, "datum")))
    take_in(bench, 1)
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, *((number, "plats") for number in range(50))), version=2)
    assert take_in(bench, 2) == ["attribute_codes_known"]
    assert bench.rows("SELECT count(*) FROM lake.quality.quarantine_resolved") == [(0,)]
    assert len(open_faults(bench)) == 51
    bench.inbox.put(ALPHA, JANUARY, rows(ALPHA, (7, "plats")), version=3)
    assert take_in(bench, 3) == []
    assert bench.rows("SELECT record_id, day(first_seen) FROM lake.quality.quarantine") == [("2024-01-7", 2)]
    assert bench.rows("SELECT count(*) FROM lake.quality.quarantine_resolved") == [(50,)]


def test_of_changes_a_record_that_comes_right_no_longer_stands_open(bench: Bench) -> None:
    bench.inbox.put(GAMMA, JANUARY, rows(GAMMA, (3, "place"), (4, "place")))
    take_in(bench, 1)
    assert [record for record, _ in open_faults(bench)] == ["2024-01-3", "2024-01-4"]
    bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, 3)], version=2)
    take_in(bench, 2)
    assert [record for record, _ in open_faults(bench)] == ["2024-01-4"]
    second = bench.rows("SELECT delivery_id FROM lake.ledger.landings WHERE version = 2")
    assert bench.rows("SELECT accepted_in FROM hemvard_quarantine WHERE accepted_in IS NOT NULL") == second
    assert bench.rows("SELECT count(*) FROM lake.quality.quarantine") == [(2,)], "no row is lost"


def test_a_withdrawal_settles_a_fault_too(bench: Bench) -> None:
    bench.inbox.put(GAMMA, JANUARY, rows(GAMMA, (3, "place")))
    bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, 3, cancelled=True)], version=2)
    take_in(bench, 1)
    assert open_faults(bench) == []


def test_a_bad_correction_stands_open_though_an_older_version_counts(bench: Bench) -> None:
    bench.inbox.put(GAMMA, JANUARY, rows(GAMMA))
    bench.inbox.put(GAMMA, JANUARY, rows(GAMMA, (3, "place")), version=2)
    take_in(bench, 1)
    assert open_faults(bench) == [("2024-01-3", "attribute_codes_known")]


def test_the_order_of_arrival_decides_nothing(own_home: Path) -> None:
    deliveries = [(rows(GAMMA, (3, "place"), (4, "place")), 1), ([visit(GAMMA, JANUARY, 3)], 2)]
    found = []
    for number, order in enumerate((deliveries, deliveries[::-1])):
        bench = Bench(own_home / str(number))
        bench.with_source(ALPHA, required=False)
        for delivered, version in order:
            bench.inbox.put(GAMMA, JANUARY, delivered, version)
            bench.take_in()
        found.append(open_faults(bench))
    assert found[0] == found[1] == [("2024-01-4", "attribute_codes_known")]


def test_what_stood_there_is_told_by_its_class_and_field_alone(bench: Bench) -> None:
    later, early = datetime(2024, 2, 3, 10), datetime(2023, 10, 3, 10)
    wrong = {
        "p": changed(visit(ALPHA, JANUARY, record="p"), personid=""),
        "p-date": changed(visit(ALPHA, JANUARY, record="p-date"), personid="19451330-9801"),
        "p-digit": changed(visit(ALPHA, JANUARY, record="p-digit"), personid=wrong_check(person(5))),
        "p-length": changed(visit(ALPHA, JANUARY, record="p-length"), personid=person(5)[:-1]),
        "p-text": changed(visit(ALPHA, JANUARY, record="p-text"), personid="okänd"),
        "d": changed(visit(ALPHA, JANUARY, record="d"), datum="20240231"),
        "l": visit(ALPHA, JANUARY, record="l", started=later),
        "e": visit(ALPHA, JANUARY, record="e", started=early),
        "v": changed(visit(ALPHA, JANUARY, record="v"), vårdform=""),
        "c": changed(visit(ALPHA, JANUARY, record="c"), plats="kanarie", bokat="?"),
        "n": changed(visit(ALPHA, JANUARY, record="n"), minuter="många"),
        "m": visit(ALPHA, JANUARY, record="m", minutes=-15),
        "u": visit(ALPHA, JANUARY, record="u", unit="VC99"),
        "h": visit(ALPHA, JANUARY, record="h", residence="0001"),
    }
    bench.inbox.put(ALPHA, JANUARY, [*plausible(ALPHA, JANUARY, 500), *wrong.values()])
    assert take_in(bench, 1) == []
    assert dict(bench.rows("SELECT record_id, found FROM lake.quality.quarantine")) == {
        "p": "empty: person_id",
        "p-date": "not_a_date: person_id",
        "p-digit": "wrong_check_digit: person_id",
        "p-length": "wrong_length: person_id",
        "p-text": "invalid: person_id",
        "d": "empty_or_not_a_date: started",
        "l": "after_month: started",
        "e": "before_window: started",
        "v": "empty_or_unknown_code: care_form",
        "c": "unknown_code: place, planned",
        "n": "not_a_number: minutes",
        "m": "negative: minutes",
        "u": "empty_or_unknown_code: care_unit",
        "h": "empty_or_unknown_code: residence_municipality",
    }
    assert bench.rows("SELECT DISTINCT delivery_month, source_id FROM lake.quality.quarantine") == [
        (date(2024, 1, 1), ALPHA)
    ]


@pytest.mark.parametrize(
    ("record", "warned"),
    [
        (person(5), True),
        (f"{person(6)[2:8]}-{person(6)[8:]}", True),
        (person(7)[:6] + f"{int(person(7)[6:8]) + 60}" + "9806", False),  # a wrong check digit
        (person(8)[2:], True),
        (f"{JANUARY}-999", False),
        ("2011010001", False),
        ("991399" + person(9)[8:], False),  # no month
    ],
)
def test_a_record_id_that_looks_like_a_person_s_is_warned_of(bench: Bench, record: str, warned: bool) -> None:
    bench.inbox.put(ALPHA, JANUARY, [*rows(ALPHA), visit(ALPHA, JANUARY, record=record)])
    assert take_in(bench, 1) == []
    found = bench.rows("SELECT rows_failed FROM lake.quality.rule_counts WHERE rule_id = 'record_id_is_no_person_id'")
    assert found == [(int(warned),)]
    assert bench.rows("SELECT count(*) FROM lake.core.visits") == [(121,)]


def test_every_table_into_which_something_came_is_looked_at_for_what_was_accepted(own_home: Path) -> None:
    """Of a lake's table DuckDB tells the size as an estimate; where rows went and came it must not be none."""
    lake = empty_lake(own_home)
    came = "INSERT INTO lake.core.{}_versions BY NAME SELECT 's' AS source_id, '{}' AS record_id"
    for subject in ("admissions", "listings"):
        lake.execute(came.format(subject, subject))
    lake.execute("DELETE FROM lake.core.listings_versions")
    lake.execute(came.format("listings", "again"))
    show_standing(lake)
    assert lake.execute("SELECT record_id FROM hemvard_versions ORDER BY ALL").fetchall() == [
        ("admissions",),
        ("again",),
    ]
    lake.close()
