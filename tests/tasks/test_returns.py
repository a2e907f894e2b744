"""What goes back to suppliers: every row in quarantine, by file and record id, and never a person or a value."""

from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path

import pytest
from memory_lake import Bench, changed
from small_region import ALPHA, BETA, GAMMA, person, plausible, visit

from dashboard.supplier_report import SupplierReport
from expectations.rules import found_words, row_rules
from regions.month import Month
from tasks.person_ids import FAULTS
from tasks.returns import MASKED_SV, Returns
from warehouse.ledger import read_ledger

DECEMBER, JANUARY, FEBRUARY = "2023-12", "2024-01", "2024-02"
MADE_ON = date(2024, 3, 20)
NAME, NOTE, CELL = "Kanariefågelsson", "kanarietext om en granne", "kanariecell"
GOOD, MALFORMED = person(4321), "19450230-77773"


@pytest.fixture
def bench(own_home: Path) -> Bench:
    found = Bench(own_home)
    found.with_source(ALPHA, required=False)
    found.run.started_at = datetime(2024, 3, 1, 23, 30)  # after midnight in Sweden
    return found


def returns(bench: Bench, first: str | None = None, last: str | None = None) -> Returns:
    months = (Month.parse(first) if first else None, Month.parse(last) if last else None)
    return Returns(bench.folder, bench.run.connection, read_ledger(bench.run.connection), MADE_ON, months)


def reports(bench: Bench) -> dict[str, SupplierReport]:
    return {report.supplier_sv: report for report in returns(bench).reports()}


def canaries(source: str) -> list[dict[str, str]]:
    """Rows that go to quarantine, with canaries where they may stand."""
    told = {"person_id": GOOD, "name": NAME, "note": NOTE}
    columns = {ALPHA: ("vårdform", "datum"), BETA: ("typ", "start"), GAMMA: ("form", "started_utc")}[source]
    return [
        visit(source, JANUARY, 901, record="c1", **{**told, "person_id": MALFORMED}),
        *(changed(visit(source, JANUARY, 902, record=f"c2{name}", **told), **{name: CELL}) for name in columns),
        visit(source, JANUARY, 903, record="c3", residence=CELL, **told),
        visit(source, JANUARY, 904, record="c4", unit=CELL, **told),
    ]


def test_a_report_holds_every_row_in_quarantine_and_no_canary(bench: Bench) -> None:
    for source in (ALPHA, BETA, GAMMA):
        bench.inbox.put(source, JANUARY, [*plausible(source, JANUARY, 300), *canaries(source)])
    assert bench.take_in() == []
    found = reports(bench)
    assert list(found) == ["Hallsberg", "Lilla regionen", "Örebro"]
    told = {(line.file_name, line.row_number, line.rule_id) for report in found.values() for line in report.rows}
    kept = bench.rows(
        "SELECT l.file_name, q.row_number, q.rule_id FROM lake.quality.quarantine AS q "
        "JOIN lake.ledger.landings AS l USING (delivery_id)"
    )
    assert told == set(kept)
    assert len(kept) == 15
    text = repr([astuple(report) for report in found.values()]).lower()
    assert not [canary for canary in (GOOD, GOOD[2:], MALFORMED, NAME, NOTE, CELL) if canary.lower() in text]


def test_a_row_is_told_by_file_record_rule_column_and_class_of_value(bench: Bench) -> None:
    rows = [*plausible(ALPHA, JANUARY, 300), changed(visit(ALPHA, JANUARY, record="=1+1"), plats="?", datum="x")]
    bench.inbox.put(ALPHA, JANUARY, rows)
    bench.take_in()
    codes, started = reports(bench)["Lilla regionen"].rows
    assert (codes.file_name, codes.month, codes.row_number, codes.record_id) == (
        *("alpha_202401_1.txt", date(2024, 1, 1), 302, "=1+1"),
    )
    assert (codes.rule_id, codes.columns) == ("attribute_codes_known", "plats")
    assert codes.found_sv == "en kod som inte finns i kodlistan"
    assert (started.rule_id, started.columns) == ("started_readable", "datum, tid")
    assert started.first_seen == datetime(2024, 3, 2, 0, 30), "as the clock in Sweden showed it"


def test_a_municipality_that_the_unit_tells_is_mended_in_the_unit_s_column(bench: Bench) -> None:
    bench.inbox.put(
        BETA, JANUARY, [*plausible(BETA, JANUARY, 300), changed(visit(BETA, JANUARY, record="k"), kommun="1880")]
    )
    bench.inbox.put(ALPHA, JANUARY, [*plausible(ALPHA, JANUARY, 300), visit(ALPHA, JANUARY, record="u", unit="VC99")])
    bench.take_in()
    found = reports(bench)
    assert [(line.rule_id, line.columns) for line in found["Lilla regionen"].rows] == [("unit_known", "enhet")]
    assert [line.rule_id for line in found["Hallsberg"].rows] == ["serving_of_source"]


def test_counts_shares_and_what_was_rejected(bench: Bench) -> None:
    rows = [changed(row, plats="?") if number < 2 else row for number, row in enumerate(plausible(ALPHA, JANUARY, 200))]
    rows[0] = rows[0] | {"makulerad": "N"}
    rows[1] = rows[1] | {"makulerad": "N"}
    bench.inbox.put(ALPHA, JANUARY, rows)
    bench.inbox.put(ALPHA, FEBRUARY, [])
    bench.take_in()
    report = reports(bench)["Lilla regionen"]
    (line,) = report.sources
    counts = (line.deliveries, line.rejected, line.rows_read, line.rows_accepted, line.rows_quarantined)
    assert counts == (1, 1, 200, 198, 2)
    (file,) = report.rejected
    assert (file.file_name, file.rule_id) == ("alpha_202402_1.txt", "rows_present")
    assert file.detail_sv.startswith("Filen är tom")
    (faults,) = report.rules
    assert (faults.rule_id, faults.rows, str(faults.share)) == ("attribute_codes_known", 2, "0.01")
    assert report.rows_total == 2
    assert report.period == "januari–februari 2024"
    assert report.redeliveries[0].example == "alpha_202402_2.txt"
    assert report.notice_sv == "Syntetiska leveranser – inga verkliga patienter"
    assert report.name == "aterkoppling-small-alpha_visits"


def test_what_has_been_put_right_is_told_whichever_way_it_was(bench: Bench) -> None:
    for source in (ALPHA, GAMMA):
        column = "plats" if source == ALPHA else "place"
        wrong = changed(visit(source, JANUARY, record="r"), **{column: "?"})
        bench.inbox.put(source, JANUARY, [*plausible(source, JANUARY, 300), wrong])
    bench.take_in()
    bench.inbox.put(ALPHA, JANUARY, [*plausible(ALPHA, JANUARY, 300), visit(ALPHA, JANUARY, record="r")], version=2)
    bench.inbox.put(GAMMA, JANUARY, [visit(GAMMA, JANUARY, record="r")], version=2)
    bench.take_in()
    found = reports(bench)
    for supplier, file, following in (
        ("Lilla regionen", "alpha_202401_1.txt", "alpha_202401_2.txt"),
        ("Örebro", "gamma-202401-1.csv", "gamma-202401-2.csv"),
    ):
        report = found[supplier]
        assert (report.rows, report.resolved_total) == ((), 1)
        (line,) = report.resolved
        assert (line.record_id, line.file_name, line.resolved_in) == ("r", file, following)


def test_a_record_id_that_is_a_person_s_is_masked_and_told_to_the_data_team(bench: Bench) -> None:
    wrong = [changed(visit(ALPHA, JANUARY, record=person(number)), plats="?", datum="x") for number in (1, 2)]
    bench.inbox.put(ALPHA, JANUARY, [*plausible(ALPHA, JANUARY, 300), *wrong])
    bench.take_in()
    assert {line.record_id for line in reports(bench)["Lilla regionen"].rows} == {MASKED_SV}
    assert returns(bench).masked() == {ALPHA: 2}


def test_the_months_asked_for_and_no_others(bench: Bench) -> None:
    for month in (DECEMBER, JANUARY, FEBRUARY):
        bench.inbox.put(
            ALPHA, month, [*plausible(ALPHA, month, 100), changed(visit(ALPHA, month, record=month), plats="?")]
        )
    bench.take_in()
    assert [str(Month.of(entry.month)) for entry in returns(bench, JANUARY, JANUARY).summary()] == [JANUARY]
    (report,) = returns(bench, JANUARY).reports()
    assert {line.record_id for line in report.rows} == {JANUARY, FEBRUARY}
    assert [(entry.rule_id, entry.rows) for entry in returns(bench).summary()] == [("attribute_codes_known", 1)] * 3


def test_a_supplier_without_faults_gets_no_report(bench: Bench) -> None:
    bench.inbox.put(ALPHA, JANUARY, plausible(ALPHA, JANUARY, 30))
    bench.take_in()
    assert reports(bench) == {}
    assert returns(bench).summary() == []


def test_every_class_of_value_has_its_words() -> None:
    for rule in row_rules():
        classes = {text.partition(":")[0] for text in _texts(rule.found)}
        assert classes <= set(found_words()), rule.id
        assert classes, rule.id


def _texts(sql: str) -> set[str]:
    """The texts in an expression of SQL that a fault may begin with: what stands after THEN, ELSE, or first."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    while isinstance(tree, exp.DPipe):
        tree = tree.this
    if isinstance(tree, exp.Coalesce):
        return {*FAULTS, tree.expressions[0].name}  # what tasks.person_ids found
    if isinstance(tree, exp.Literal):
        return {tree.name}
    assert isinstance(tree, exp.Case)
    branches = [*(branch.args["true"] for branch in tree.args["ifs"]), tree.args["default"]]
    return {branch.name for branch in branches}
