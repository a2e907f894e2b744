"""judge: each rule fails on a row made to break it and on no other; thresholds; what is said of a delivery."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_lake import Bench, changed
from small_region import ALPHA, GAMMA, person, visit, without_weight

from expectations.rules import row_rules, rule
from regions.month import Month
from regions.source import VISITS
from synthetic.person_ids import personnummer
from tasks.faults import DeliveryFault
from tasks.judge import Judged, judge, reject
from tasks.plan import DeliveryWork

MONTH = "2024-02"
ROWS = [visit(ALPHA, MONTH, number) for number in range(60)]
UNBORN = personnummer(np.array(["2030-01-01"], dtype="datetime64[D]"), np.array([0]), np.array([0]))[0]
# (what is wrong with the row, the rules that it breaks)
BROKEN: dict[str, tuple[dict[str, str], set[str]]] = {
    "record_id_present": ({"besöksid": " "}, {"record_id_present"}),
    "cancelled_known": ({"makulerad": "?"}, {"cancelled_known"}),
    "person_id_present": ({"personid": ""}, {"person_id_present"}),
    "person_id_valid": ({"personid": "191212121213"}, {"person_id_valid"}),
    "started_readable": ({"datum": "2024-02-30"}, {"started_readable"}),
    "started_in_window": ({"datum": "20231130"}, {"started_in_window"}),
    "care_form_known": ({"vårdform": ""}, {"care_form_known"}),
    "attribute_codes_known": ({"plats": "?"}, {"attribute_codes_known"}),
    "profession_known": ({"yrke": "?"}, {"profession_known"}),
    "minutes_readable": ({"minuter": "en timme"}, {"minutes_readable"}),
    "minutes_plausible": ({"minuter": "24,1"}, {"minutes_plausible", "duration_ordinary"}),
    "age_plausible": ({"personid": UNBORN}, {"age_plausible"}),
    "residence_exists": ({"hemkommun": "0000"}, {"residence_exists"}),
    "unit_known": ({"enhet": "VC9"}, {"unit_known"}),
    "duration_ordinary": ({"minuter": "8,1"}, {"duration_ordinary"}),
    "record_id_is_no_person_id": ({"besöksid": person(3)}, {"record_id_is_no_person_id"}),
    "sex_as_in_id": ({"kön": "K", "personid": person(1)}, {"sex_as_in_id"}),
}


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    for source in (ALPHA, "beta_visits", GAMMA):
        found.with_source(source, required=False)
    return found


def judged(bench: Bench, rows: list[dict[str, str]], source: str = ALPHA, *, light: bool = True) -> Judged:
    bench.inbox.put(source, MONTH, rows)
    return judge_landed(bench, light=light)


def judge_landed(bench: Bench, *, light: bool = True) -> Judged:
    bench.land()
    (work,) = bench.plan().months
    assert bench.stage(*work.deliveries) == []
    if not light:
        return judge(bench.run, work.deliveries)
    with without_weight():
        return judge(bench.run, work.deliveries)


def failures(bench: Bench) -> set[tuple[Any, ...]]:
    return set(bench.rows("SELECT row_number, rule_id FROM staging.rule_failures"))


def test_clean_rows_break_no_rule(bench: Bench) -> None:
    result = judged(bench, ROWS)
    assert (result.rows, result.quarantined, result.rejected) == (60, 0, ())
    assert failures(bench) == set()


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_fails_on_the_row_made_to_break_it_and_on_no_other(bench: Bench, name: str) -> None:
    cells, expected = BROKEN[name]
    assert name in expected
    rows = [*ROWS[:30], changed(ROWS[30], **cells), *ROWS[31:]]
    result = judged(bench, rows)
    assert failures(bench) == {(32, rule_id) for rule_id in expected}
    errors = {rule_id for rule_id in expected if rule(rule_id).severity == "error"}
    assert result.quarantined == (1 if errors else 0)
    assert result.rejected == ()  # one of 60 is under every threshold


def test_every_row_rule_is_tried() -> None:
    elsewhere = {"row_shape", "serving_of_source", "record_of_one_person"}
    assert {entry.id for entry in row_rules(VISITS)} == set(BROKEN) | elsewhere


def test_a_record_of_several_persons_is_nobodys(bench: Bench) -> None:
    """Which of the rows is right can't be told, whatever their order; a cancelled one says nothing of it."""
    again = changed(ROWS[1], besöksid=ROWS[0]["besöksid"])
    gone = changed(ROWS[3], besöksid=ROWS[2]["besöksid"], makulerad="J")
    judged(bench, [*ROWS, again, gone])
    assert failures(bench) == {(2, "record_of_one_person"), (62, "record_of_one_person")}


def test_a_ragged_row_breaks_its_shape_alone(bench: Bench) -> None:
    content = "\r\n".join(["|".join(ROWS[0]), *("|".join(row.values()) for row in ROWS), "a|b"])
    bench.inbox.put_bytes(ALPHA, MONTH, content.encode("latin-1"))
    judge_landed(bench)
    assert failures(bench) >= {(62, "row_shape")}
    assert {row for row, _ in failures(bench)} == {62}
    assert {rule_id for _, rule_id in failures(bench)} <= {"row_shape", "record_id_present", "cancelled_known"}


@pytest.mark.parametrize(("kommun", "broken"), [("1861", False), ("1880", True), ("", True)])
def test_care_must_be_given_where_the_source_delivers(bench: Bench, kommun: str, broken: bool) -> None:
    rows = [visit("beta_visits", MONTH, number) for number in range(60)]
    rows[0] = changed(rows[0], kommun=kommun)
    judged(bench, rows, "beta_visits")
    assert failures(bench) == ({(2, "serving_of_source")} if broken else set())


@pytest.mark.parametrize("column", ["besöksid", "makulerad"])
def test_a_cancelled_row_needs_what_says_which_it_is(bench: Bench, column: str) -> None:
    rows = [*ROWS[:59], changed(ROWS[59], **{"makulerad": "J", column: "?" if column == "makulerad" else ""})]
    judged(bench, rows)
    (broken,) = failures(bench)
    assert broken[0] == 61


def test_a_cancelled_row_needs_nothing_else(bench: Bench) -> None:
    worst = {"personid": "x", "datum": "x", "tid": "x", "minuter": "x", "vårdform": "x", "plats": "x", "bokat": "x"}
    worst |= {"yrke": "x", "enhet": "x", "hemkommun": "x", "kön": "x"}
    result = judged(bench, [*ROWS[:59], changed(ROWS[59], makulerad="J", **worst)])
    assert failures(bench) == set()
    assert result.quarantined == 0
    assert bench.rows("SELECT count(*) FROM staging.accepted WHERE cancelled") == [(1,)]
    assert {entry.id for entry in row_rules() if entry.also_cancelled} == {
        "row_shape",
        "record_id_present",
        "cancelled_known",
    }


@pytest.mark.parametrize(("count", "bad", "rejected"), [(100, 2, False), (100, 3, True), (50, 1, False), (49, 1, True)])
def test_a_threshold_is_passed_above_2_percent_and_not_at_2(bench: Bench, count: int, bad: int, rejected: bool) -> None:
    rows = [visit(ALPHA, MONTH, number) for number in range(count)]
    rows = [changed(row, plats="?") if number < bad else row for number, row in enumerate(rows)]
    result = judged(bench, rows)
    assert bool(result.rejected) is rejected
    assert result.quarantined == bad
    if rejected:
        (told,) = result.rejected
        assert told.rule_id == "attribute_codes_known"
        assert (told.rows, told.first_rows) == (bad, tuple(range(2, 2 + bad)))
        assert f"Gäller {bad} av {count} rader; gränsen är 2,0 %." in told.sv
        assert f"So in {bad} of {count} rows; the threshold is 2.0 %." in told.en


def test_faults_of_different_rules_are_not_added(bench: Bench) -> None:
    rows = [visit(ALPHA, MONTH, number) for number in range(100)]
    for number, cells in enumerate(({"plats": "?"}, {"yrke": "?"}, {"vårdform": "?"}, {"hemkommun": "0000"})):
        rows[number] = changed(rows[number], **cells)
    result = judged(bench, rows)
    assert (result.quarantined, result.rejected) == (4, ())


def test_warnings_count_and_reject_nothing(bench: Bench) -> None:
    result = judged(bench, [changed(row, minuter="9,0") for row in ROWS])
    assert (result.quarantined, result.rejected) == (0, ())
    assert bench.rows("SELECT rows_failed, severity FROM staging.rule_results WHERE rule_id = 'duration_ordinary'") == [
        (60, "warning")
    ]


def test_only_the_delivery_over_its_threshold_is_rejected_and_its_first_rows_are_told(bench: Bench) -> None:
    at_threshold = [changed(visit(GAMMA, MONTH, number), place="?" if number == 0 else "H") for number in range(50)]
    bench.inbox.put(GAMMA, MONTH, at_threshold)
    result = judged(bench, [changed(row, plats="?") for row in ROWS[:20]] + ROWS[20:])
    (told,) = result.rejected
    assert (told.source_id, str(told.month), told.file_name) == (ALPHA, MONTH, f"alpha_{MONTH.replace('-', '')}_1.txt")
    assert told.first_rows == (2, 3, 4, 5, 6)


def test_great_expectations_and_plain_sql_agree(bench: Bench) -> None:
    rows = [changed(row, plats="?", yrke="?") if number < 2 else row for number, row in enumerate(ROWS)]
    heavy = judged(bench, rows, light=False)
    assert {entry.rule_id for entry in heavy.rejected} == {"attribute_codes_known", "profession_known"}
    assert judge_landed(bench) == heavy


def test_every_rule_is_counted_for_every_delivery(bench: Bench) -> None:
    bench.inbox.put(GAMMA, MONTH, [visit(GAMMA, MONTH, number) for number in range(7)])
    judged(bench, ROWS)
    found = bench.rows(
        "SELECT count(*), count(DISTINCT rule_id), sum(rows_checked) FROM staging.rule_results GROUP BY delivery_id"
    )
    rules = len(row_rules(VISITS))
    assert sorted(found) == [(rules, rules, 7 * rules), (rules, rules, 60 * rules)]


def test_a_whole_delivery_s_fault_in_words() -> None:
    work = DeliveryWork("abc", ALPHA, Month(2024, 2), "a.txt", "def", "new")
    told = reject(work, DeliveryFault("month_as_named", named="2024-02", found="2024-01"))
    assert told.sv == "Filen heter 2024-02, men av dess rader ligger flest i 2024-01."
    assert told.en == "The file is named 2024-02, but most of its rows lie in 2024-01."
    assert (told.rule_id, told.rows, told.first_rows) == ("month_as_named", None, ())
