"""The plan: from the ledger and the region's folder alone, what is to be loaded and what is missing."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_lake import Bench
from small_region import ALPHA, BETA, GAMMA, SMALL, plausible, visit

from regions.errors import UsageError
from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks.plan import Missing, Plan, make_plan, wanted
from warehouse.ledger import Landing, LedgerState, Load

FOLDER = load_region(str(SMALL))
DEFINITIONS = dict.fromkeys(FOLDER.sources_by_id, "now")
JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)


def landing(source: str, seq: int, *, month: Month = JANUARY, version: int = 1, content: str = "") -> Landing:
    identity = content or f"{source}-{month}-{version}-{seq}"
    return Landing(identity, source, month, version, f"{source}_{version}.txt", 10, seq, datetime(2024, 3, 1))


def state(*landings: Landing, loads: dict[str, tuple[bool, str, int]] | None = None) -> LedgerState:
    known = {delivery: Load(delivery, *told) for delivery, told in (loads or {}).items()}
    return LedgerState(landings, known, {}, {})


def plan(ledger: LedgerState, folder: RegionFolder = FOLDER, **scope: Month | tuple[Month, ...] | None) -> Plan:
    return make_plan(folder, ledger, DEFINITIONS, **scope)  # type: ignore[arg-type]


def work(made: Plan) -> list[tuple[str, str, str]]:
    return [(str(month.month), entry.delivery_id, entry.why) for month in made.months for entry in month.deliveries]


def test_nothing_landed_nothing_to_do() -> None:
    assert plan(state()) == Plan((), (), ())


def test_what_is_new_rejected_or_defined_otherwise_is_loaded_and_the_rest_is_not() -> None:
    landings = [landing(ALPHA, 1, content="a"), landing(BETA, 2, content="b"), landing(GAMMA, 3, content="c")]
    loads = {"a": (True, "now", 1), "b": (False, "now", 2), "c": (True, "before", 3)}
    made = plan(state(*landings, loads=loads))
    assert work(made) == [("2024-01", "b", "rejected before"), ("2024-01", "c", "mapping, rules or units changed")]
    assert work(plan(state(*landings))) == [("2024-01", name, "new") for name in "abc"]
    done = {name: (True, "now", number) for number, name in enumerate("abc")}
    assert plan(state(*landings, loads=done)).months == ()


def test_a_delivery_carries_what_the_steps_need() -> None:
    (month,) = plan(state(landing(ALPHA, 1, content="a"))).months
    (entry,) = month.deliveries
    assert (entry.definition, entry.file_name) == ("now", "alpha_visits_1.txt")
    assert entry.file == "alpha_visits/202401-a.age"


def test_of_whole_months_the_newest_is_wanted_and_of_changes_every_one() -> None:
    alpha = [landing(ALPHA, 1, version=2), landing(ALPHA, 2, version=1), landing(ALPHA, 3, month=FEBRUARY)]
    assert [entry.landing_seq for entry in wanted(FOLDER.sources_by_id[ALPHA], alpha)] == [1, 3]
    gamma = [landing(GAMMA, 1, version=2), landing(GAMMA, 2, version=1), landing(GAMMA, 3, month=FEBRUARY)]
    assert {entry.landing_seq for entry in wanted(FOLDER.sources_by_id[GAMMA], gamma)} == {1, 2, 3}


def test_of_one_version_the_later_landing_is_newer() -> None:
    alpha = [landing(ALPHA, 1, content="a"), landing(ALPHA, 2, content="b")]
    assert [entry.delivery_id for entry in wanted(FOLDER.sources_by_id[ALPHA], alpha)] == ["b"]
    assert [entry.delivery_id for entry in wanted(FOLDER.sources_by_id[ALPHA], alpha[::-1])] == ["b"]


def test_a_file_that_comes_back_after_another_was_loaded_in_its_place_is_loaded_again() -> None:
    landings = [landing(ALPHA, 1, content="a"), landing(ALPHA, 2, content="b"), landing(ALPHA, 3, content="a")]
    loads = {"a": (True, "now", 1), "b": (True, "now", 2)}
    assert work(plan(state(*landings, loads=loads))) == [("2024-01", "a", "delivered again")]
    assert work(plan(state(*landings, loads={"a": (True, "now", 3), "b": (True, "now", 2)}))) == []
    assert work(plan(state(*landings, loads={"a": (True, "now", 1), "b": (False, "now", 2)}))) == []


def test_a_missing_required_delivery_holds_its_month_back_and_no_other() -> None:
    landings = [landing(BETA, 1), landing(ALPHA, 2, month=FEBRUARY), landing(BETA, 3, month=FEBRUARY)]
    made = plan(state(*landings))
    assert {month for month, _, _ in work(made)} == {"2024-02"}
    assert made.blocking == (Missing(JANUARY, ALPHA, required=True),)
    assert Missing(FEBRUARY, GAMMA, required=False) in made.missing
    assert Missing(FEBRUARY, GAMMA, required=False) not in made.blocking


def test_without_dates_the_scope_is_from_the_first_delivery_to_the_last() -> None:
    made = plan(state(landing(ALPHA, 1, month=Month(2023, 12)), landing(ALPHA, 2, month=FEBRUARY)))
    assert [str(month) for month in made.scope] == ["2023-12", "2024-01", "2024-02"]
    assert Missing(JANUARY, ALPHA, required=True) in made.missing


@pytest.mark.parametrize(
    ("first", "last", "scope"),
    [
        (JANUARY, JANUARY, ["2024-01"]),
        (JANUARY, None, ["2024-01", "2024-02"]),
        (None, JANUARY, ["2023-12", "2024-01"]),
        (Month(2024, 3), None, ["2024-03"]),
    ],
)
def test_dates_bound_the_scope(first: Month | None, last: Month | None, scope: list[str]) -> None:
    ledger = state(landing(ALPHA, 1, month=Month(2023, 12)), landing(ALPHA, 2, month=FEBRUARY))
    made = plan(ledger, first=first, last=last)
    assert [str(month) for month in made.scope] == scope
    assert {month for month, _, _ in work(made)} <= set(scope)


def test_dates_in_the_wrong_order_are_wrong_use() -> None:
    with pytest.raises(UsageError, match="The last month, 2024-01, lies before the first, 2024-02"):
        plan(state(landing(ALPHA, 1)), first=FEBRUARY, last=JANUARY)


def test_a_scheduled_run_demands_its_month() -> None:
    made = plan(state(landing(ALPHA, 1)), require=(FEBRUARY,))
    assert made.scope == (JANUARY, FEBRUARY)
    assert made.blocking == (Missing(FEBRUARY, ALPHA, required=True),)
    assert plan(state(), require=(JANUARY,)).blocking == (Missing(JANUARY, ALPHA, required=True),)


def test_months_that_the_region_does_not_expect_are_not_missed() -> None:
    made = plan(state(landing(ALPHA, 1, month=Month(2024, 3))))
    assert made.missing == ()
    assert work(made) == [("2024-03", "alpha_visits-2024-03-1-1", "new")]


def test_a_source_whose_file_is_gone_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="Deliveries of gone have been taken in"):
        plan(state(landing("gone", 1, month=FEBRUARY), landing(ALPHA, 2)))


def test_months_come_in_their_order() -> None:
    landings = [landing(ALPHA, seq, month=Month(2024, 1).plus(-seq)) for seq in range(3)]
    assert [str(month.month) for month in plan(state(*landings)).months] == ["2023-11", "2023-12", "2024-01"]


ENTRIES = st.builds(
    landing,
    st.sampled_from([ALPHA, BETA, GAMMA]),
    st.just(0),
    month=st.sampled_from([Month(2023, 12), JANUARY, FEBRUARY]),
    version=st.integers(0, 2),
    content=st.sampled_from("abcde"),
)
LOADS = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.booleans(), st.sampled_from(["now", "before"]), st.integers(1, 9))
)


@given(st.lists(ENTRIES, max_size=10), LOADS, st.randoms())
def test_the_plan_is_pure_and_takes_nothing_twice(entries: list[Landing], loads: dict, random: object) -> None:
    landings = [
        replace(entry, landing_seq=seq, delivery_id=f"{entry.source_id}{entry.month}{entry.version}{entry.delivery_id}")
        for seq, entry in enumerate(entries)
    ]
    told = {entry.delivery_id: loads[entry.delivery_id[-1]] for entry in landings if entry.delivery_id[-1] in loads}
    made = plan(state(*landings, loads=told))
    assert made == plan(state(*reversed(landings), loads=told))
    taken = [entry.delivery_id for month in made.months for entry in month.deliveries]
    assert len(taken) == len(set(taken))
    newest = {(entry.source_id, entry.month): entry for entry in sorted(landings, key=lambda entry: entry.order)}
    for month in made.months:
        assert month.month in made.scope
        assert month.month not in {entry.month for entry in made.blocking}
        for entry in month.deliveries:
            if entry.source_id != GAMMA:
                assert newest[entry.source_id, entry.month].delivery_id == entry.delivery_id


def test_plan_and_run_agree(own_home: Path) -> None:
    bench = Bench(own_home)
    bench.inbox.put(ALPHA, "2024-01", plausible(ALPHA, "2024-01", 8))
    bench.inbox.put(BETA, "2024-01", [visit(BETA, "2024-01")])
    bench.inbox.put(BETA, "2024-02", [visit(BETA, "2024-02")])
    bench.land()
    planned = bench.plan()
    assert [(str(entry.month), entry.source_id) for entry in planned.blocking] == [("2024-02", ALPHA)]
    assert bench.take_in() == []
    loaded = {row[0] for row in bench.rows("SELECT delivery_id FROM lake.ledger.loads")}
    assert loaded == {entry.delivery_id for month in planned.months for entry in month.deliveries}
    assert bench.plan().months == ()
