"""The register: what was expected, what has come, and what became of it."""

from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace

import pytest
from small_region import ALPHA, BETA, GAMMA, SMALL

from regions.folder import RegionFolder, load_region
from regions.model import MonthSpan, Period
from regions.month import Month
from regions.source import Due
from tasks.register import Entry, created_on, due_on, latest_official, register, register_table, retrieved, waiting
from warehouse.ledger import Landing, LedgerState, Load

FOLDER = load_region(str(SMALL))
JANUARY = Month(2024, 1)
AT = datetime(2024, 2, 5, 6)


def landing(source: str, seq: int, delivery: str, *, month: Month = JANUARY, version: int = 1) -> Landing:
    return Landing(delivery, source, month, version, "a.txt", 10, seq, AT)


def state(*landings: Landing, **loads: bool) -> LedgerState:
    return LedgerState(landings, {name: Load(name, accepted, "x") for name, accepted in loads.items()}, {}, {})


def statuses(ledger: LedgerState, source: str = ALPHA) -> dict[str, str]:
    """Delivery (or the month of one that is missing) → status."""
    return {
        entry.delivery_id if entry.delivery_id != "-" else str(entry.month): entry.status
        for entry in register(FOLDER, ledger)
        if entry.source.id == source
    }


def test_nothing_has_come_and_nothing_is_missed_before_anything_is_known() -> None:
    assert register(FOLDER, state()) == []


def test_a_loaded_delivery_is_current_and_the_year_s_other_months_are_missing() -> None:
    ledger = state(landing(ALPHA, 1, "a"), a=True)
    assert statuses(ledger) == {"a": "current", "2024-02": "missing"}
    assert statuses(ledger, BETA) == {"2024-01": "missing", "2024-02": "missing"}


def test_a_year_that_only_late_rows_touched_is_expected_too() -> None:
    ledger = LedgerState((landing(ALPHA, 1, "a"),), {"a": Load("a", True, "x")}, {Month(2023, 12): 1}, {})
    assert statuses(ledger)["2023-12"] == "missing"


def test_before_it_is_loaded_a_delivery_waits() -> None:
    assert statuses(state(landing(ALPHA, 1, "a")))["a"] == "waiting"


def test_a_newer_version_supersedes_whether_or_not_the_older_one_was_loaded() -> None:
    both = (landing(ALPHA, 1, "a"), landing(ALPHA, 2, "b", version=2))
    assert statuses(state(*both, a=True, b=True)) == {"a": "superseded", "b": "current", "2024-02": "missing"}
    assert statuses(state(*both, b=True))["a"] == "superseded"


def test_a_rejected_correction_leaves_the_older_one_current() -> None:
    both = (landing(ALPHA, 1, "a"), landing(ALPHA, 2, "b", version=2))
    ledger = state(*both, a=True, b=False)
    assert statuses(ledger) == {"a": "current", "b": "rejected", "2024-02": "missing"}
    assert statuses(state(*both, a=True)) == {"a": "current", "b": "waiting", "2024-02": "missing"}


def test_of_changes_every_accepted_delivery_is_current() -> None:
    both = (landing(GAMMA, 1, "a"), landing(GAMMA, 2, "b", version=2), landing(GAMMA, 3, "c", version=3))
    assert statuses(state(*both, a=True, b=True, c=False), GAMMA) == {
        "a": "current",
        "b": "current",
        "c": "rejected",
        "2024-02": "missing",
    }


def test_a_delivery_that_landed_twice_stands_once() -> None:
    ledger = state(landing(ALPHA, 1, "a"), landing(ALPHA, 2, "b"), landing(ALPHA, 3, "a"), a=True, b=True)
    assert statuses(ledger) == {"a": "current", "b": "superseded", "2024-02": "missing"}


def test_what_waits_is_what_has_no_current_delivery() -> None:
    landings = (landing(ALPHA, 1, "a"), landing(BETA, 2, "b"), landing(GAMMA, 3, "c"))
    entries = register(FOLDER, state(*landings, a=True, b=False))
    assert sorted((source.id, str(month)) for source, month in waiting(entries)) == [
        (ALPHA, "2024-02"),
        (BETA, "2024-01"),
        (BETA, "2024-02"),
        (GAMMA, "2024-01"),
        (GAMMA, "2024-02"),
    ]


def test_entries_come_by_month_source_and_version() -> None:
    landings = (landing(BETA, 1, "b"), landing(ALPHA, 2, "a2", version=2), landing(ALPHA, 3, "a1"))
    entries = register(FOLDER, state(*landings))
    told = [(str(entry.month), entry.source.id, entry.version or 0) for entry in entries]
    assert told == sorted(told)


def test_the_table_for_sql_says_the_same() -> None:
    identity = "0123456789abcdef"
    entry = Entry(FOLDER.sources_by_id[ALPHA], JANUARY, "current", identity, 2, AT)
    lacking = Entry(FOLDER.sources_by_id[BETA], JANUARY, "missing")
    first, second = register_table([entry, lacking]).to_pylist()
    assert first == {
        "source_id": ALPHA,
        "month": date(2024, 1, 1),
        "delivery": "0123456789ab",
        "delivery_id": identity,
        "supplier_sv": "Lilla regionen",
        "required": True,
        "version": 2,
        "status": "current",
        "landed_at": AT,
        "due_on": None,
        "days_late": None,
        "finding": "not_applicable",
    }
    assert (second["delivery"], second["status"], second["version"], second["required"]) == (
        "-",
        "missing",
        None,
        False,
    )
    assert register_table([]).num_rows == 0


def a_real_region(*, due: Due | None = None, months: str = "2024-12", **source: object) -> RegionFolder:
    """Alpha alone, as a region whose deliveries are real and expected from January 2024 on."""
    span = MonthSpan.model_validate({"from": "2024-01", "to": months})
    region = FOLDER.region.model_copy(
        update={"data": "real", "periods": (Period.model_validate({"from": "2024-01", "to": months}),)}
    )
    alpha = FOLDER.sources_by_id[ALPHA].model_copy(update={"valid": (span,), "due": due or Due(day=5), **source})
    return replace(FOLDER, region=region, sources=(alpha,))


def landed(
    month: int, at: datetime, *, version: int = 1, delivery: str | None = None, seq: int = 0, content: str = ""
) -> Landing:
    name = delivery or f"d{month}v{version}"
    number = Month(2024, month)
    return Landing(name, ALPHA, number, version, f"alpha_{month}.txt", 10, seq or month, at, content)


def of(entries: list[Entry], month: int) -> Entry:
    (entry,) = [entry for entry in entries if entry.month == Month(2024, month)]
    return entry


def findings(folder: RegionFolder, *landings: Landing, **faults: str) -> dict[str, str]:
    loads = {name: Load(name, False, "x", fault=fault) for name, fault in faults.items()}
    entries = register(folder, LedgerState(landings, loads, {}, {}), date(2024, 1, 1))
    return {entry.delivery_id: entry.finding for entry in entries if entry.status != "missing"}


@pytest.mark.parametrize(
    ("due", "month", "day"),
    [
        (Due(day=5), Month(2024, 3), date(2024, 4, 5)),
        (Due(day=5), Month(2024, 4), date(2024, 5, 6)),  # a Sunday
        (Due(day=29), Month(2024, 2), date(2024, 4, 2)),  # Good Friday, over Easter
        (Due(day=21), Month(2024, 5), date(2024, 6, 24)),  # Midsummer Eve
        (Due(day=24), Month(2024, 11), date(2024, 12, 27)),  # Christmas Eve
        (Due(day=31), Month(2024, 1), date(2024, 2, 29)),  # a month without a 31st
        (Due(day=31, months_after=0), Month(2024, 12), date(2025, 1, 2)),  # New Year's Eve
        (Due(day=5, months_after=3), Month(2024, 11), date(2025, 2, 5)),
    ],
)
def test_a_delivery_is_due_on_a_swedish_working_day(due: Due, month: Month, day: date) -> None:
    assert due_on(FOLDER.sources_by_id[ALPHA].model_copy(update={"due": due}), month) == day


def test_a_year_with_a_late_and_a_missing_month() -> None:
    """Due on the 21st: May's falls on Midsummer Eve, and is in time on the Monday after."""
    folder = a_real_region(due=Due(day=21))
    on_time = [landed(month, datetime(2024, month + 1, 21, 8)) for month in (1, 2, 3, 4)]
    moved = landed(5, datetime(2024, 6, 24, 21, 30))  # half past eleven in the evening in Sweden
    late = landed(6, datetime(2024, 7, 22, 22, 30))  # after midnight in Sweden: the 23rd; due on Monday the 22nd
    entries = register(folder, LedgerState((*on_time, moved, late), {}, {}, {}), date(2024, 9, 25))
    told = {entry.month.number: (entry.finding, entry.days_late) for entry in entries}
    assert {number: told[number] for number in (1, 2, 3, 4, 5)} == dict.fromkeys((1, 2, 3, 4, 5), ("on_time", 0))
    assert told[6] == ("late", 1)
    assert told[7] == ("overdue", 35)  # due on 21 August
    assert told[8] == ("overdue", 2)  # due on Monday 23 September
    assert {told[number] for number in (9, 10, 11, 12)} == {("expected", None)}
    assert of(entries, 5).due_on == date(2024, 6, 24)


def test_on_the_due_day_itself_nothing_is_overdue() -> None:
    folder = a_real_region(months="2024-01")
    state = LedgerState((), {}, {Month(2024, 1): 1}, {})
    assert of(register(folder, state, date(2024, 2, 5)), 1).finding == "expected"
    assert of(register(folder, state, date(2024, 2, 6)), 1).finding == "overdue"


@pytest.mark.parametrize(
    ("version", "day"),
    [
        (20240206061500, date(2024, 2, 6)),
        (20240206, date(2024, 2, 6)),
        (20241306, None),
        (19240206, None),
        (202402, None),
        (1, None),
    ],
)
def test_a_version_that_is_a_creation_time_says_when_a_delivery_was_made(version: int, day: date | None) -> None:
    assert created_on(version) == day


def test_made_up_deliveries_are_late_only_where_they_say_when_they_were_made() -> None:
    stated = landed(1, datetime(2026, 11, 22), version=20240207)
    silent = landed(2, datetime(2026, 11, 22))
    folder = a_real_region()
    made_up = replace(folder, region=folder.region.model_copy(update={"data": "synthetic"}))
    entries = register(made_up, LedgerState((stated, silent), {}, {}, {}), date(2026, 11, 22))
    assert (of(entries, 1).finding, of(entries, 1).days_late) == ("late", 2)
    assert (of(entries, 2).finding, of(entries, 2).days_late) == ("not_applicable", None)
    assert (of(entries, 3).finding, of(entries, 3).days_late) == ("overdue", None)


def test_a_correction_is_not_late() -> None:
    in_time, corrected = landed(1, datetime(2024, 2, 1)), landed(1, datetime(2024, 8, 1), version=2, seq=9)
    assert findings(a_real_region(), in_time, corrected) == {"d1v1": "on_time", "d1v2": "later_version"}


def test_the_first_to_be_made_is_the_first_whatever_the_order_of_landing() -> None:
    newer = landed(1, datetime(2024, 3, 1), version=20240220, delivery="newer", seq=1)
    older = landed(1, datetime(2024, 3, 1), version=20240202, delivery="older", seq=2)
    assert findings(a_real_region(), newer, older) == {"newer": "later_version", "older": "on_time"}


def test_another_content_under_the_same_name_is_changed() -> None:
    first = landed(1, datetime(2024, 2, 1), delivery="first", seq=1, content="aa")
    second = landed(1, datetime(2024, 2, 2), delivery="second", seq=2, content="bb")
    back = replace(first, landing_seq=3)
    told = {"first": "on_time", "second": "changed"}
    assert findings(a_real_region(), first, second) == told
    assert findings(a_real_region(), first, second, back) == told


def test_the_same_bytes_again_are_a_duplicate_of_those_that_came_first() -> None:
    january = landed(1, datetime(2024, 2, 1), content="aa")
    as_february = landed(2, datetime(2024, 3, 1), content="aa")
    as_version_2 = landed(1, datetime(2024, 3, 2), version=2, seq=3, content="aa")
    own = landed(3, datetime(2024, 4, 1), content="bb")
    entries = register(a_real_region(), LedgerState((january, as_february, as_version_2, own), {}, {}, {}))
    told = {entry.delivery_id: (entry.finding, entry.same_as) for entry in entries if entry.status != "missing"}
    again = ("duplicate", f"{ALPHA} 2024-01 alpha_1.txt")
    assert told == {"d1v1": ("on_time", ""), "d2v1": again, "d1v2": again, "d3v1": ("on_time", "")}


def test_what_landed_before_contents_were_known_is_no_duplicate() -> None:
    assert set(
        findings(a_real_region(), landed(1, datetime(2024, 2, 1)), landed(2, datetime(2024, 3, 1))).values()
    ) == {"on_time"}


def test_a_file_of_another_month_than_its_name_is_mislabelled_before_all_else() -> None:
    late = landed(1, datetime(2024, 5, 1))
    assert findings(a_real_region(), late, d1v1="month_as_named") == {"d1v1": "mislabelled"}
    assert findings(a_real_region(), late, d1v1="rows_present") == {"d1v1": "late"}


def test_months_asked_for_are_looked_at_though_nothing_is_known_of_them() -> None:
    folder = a_real_region(months="2024-02")
    entries = register(folder, state(), date(2024, 2, 20), asked=[Month(2024, 2)])
    assert [(str(entry.month), entry.finding) for entry in entries] == [("2024-01", "overdue"), ("2024-02", "expected")]


def test_official_statistics_are_listed_apart_and_never_missing() -> None:
    official = FOLDER.sources_by_id[BETA].model_copy(update={"transport": SimpleNamespace(feed="reference")})
    folder = replace(FOLDER, sources=(FOLDER.sources_by_id[ALPHA], official))
    fetched = (landing(BETA, 1, "a", month=Month(2023, 1)), landing(BETA, 2, "b"), landing(ALPHA, 3, "c"))
    assert {entry.source.id for entry in register(folder, state(*fetched, a=True, b=True))} == {ALPHA}
    assert retrieved(folder, state(*fetched)) == [], "landed, and not yet taken in"
    assert [entry.delivery_id for entry in latest_official(folder, state(*fetched, a=True, b=False))] == ["a"]
    (found,) = retrieved(folder, state(*fetched, a=True, b=True))
    assert (found.source.id, found.deliveries, found.last_month, found.retrieved_at) == (BETA, 2, JANUARY, AT)
