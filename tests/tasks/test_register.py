"""The register: what was expected, what has come, and what became of it."""

from datetime import date, datetime

from small_region import ALPHA, BETA, GAMMA, SMALL

from regions.folder import load_region
from regions.month import Month
from tasks.register import Entry, register, register_table, waiting
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
    }
    assert (second["delivery"], second["status"], second["version"], second["required"]) == (
        "-",
        "missing",
        None,
        False,
    )
    assert register_table([]).num_rows == 0
