"""Findings: what is planted in the lake is found where it was planted, and told as new, persisting, then resolved."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from memory_lake import Bench
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    Deliveries,
    copy_home,
    plausible,
    region_home,
    release_database,
    rows,
    run_plain,
    visit,
    without_weight,
)

from expectations.rules import series_rules
from tasks.findings import Changes, Finding, changes_in, find, measure
from tasks.register import TO_TELL
from tasks.report import SHOWN, Outcome
from warehouse.ledger import read_ledger
from warehouse.releases import DATABASE

MONTHS_KEPT = 36
Found = set[tuple[str, str, str, str]]


class Past:
    """A lake in memory with three years of made-up visits, 2020–2022, the same every month."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.connection = bench.run.connection

    def deliver(self, source: str, visits: int = 120, *, unit: str = "E1", count: int = MONTHS_KEPT) -> None:
        """So many months of current deliveries with so many visits each: a fifth unplanned, 40 persons."""
        self.connection.execute(
            f"""INSERT INTO lake.core.visits BY NAME
            SELECT '{source}' AS system, '{unit}-' || m || '-' || v AS record_id, '{source}' AS source_id,
              '{source}-' || m AS delivery_id, v AS row_number, DATE '2020-01-01' + to_months(m::INTEGER) AS month,
              md5((v % 40)::VARCHAR)::UUID AS person_key, 'municipality' AS principal, 'home' AS place,
              CASE WHEN v % 5 = 0 THEN 'unplanned' ELSE 'planned' END AS planned, 30 AS minutes, '{unit}' AS care_unit_id,
              '1861' AS serving_municipality_code
            FROM range({count}) AS a(m), range({visits}) AS b(v)"""
        )
        self._land(source, count, visits)

    def _land(self, source: str, count: int, visits: int) -> None:
        self.connection.execute(
            f"""INSERT INTO lake.ledger.landings BY NAME
            SELECT '{source}-' || m AS delivery_id, '{source}' AS source_id,
              DATE '2020-01-01' + to_months(m::INTEGER) AS month, 1 AS version, m || '.txt' AS file_name, 1 AS bytes,
              m AS landing_seq, TIMESTAMP '2023-01-01' AS landed_at, '{source}' || m AS content_sha256, '' AS stamp
            FROM range({count}) AS a(m);
            INSERT INTO lake.ledger.loads BY NAME
            SELECT m AS load_seq, '{source}-' || m AS delivery_id, 'accepted' AS status, 'd' AS definition,
              {visits} AS rows_read, 0 AS rows_quarantined
            FROM range({count}) AS a(m)"""
        )

    def change(self, sql: str) -> None:
        """Plant something: an UPDATE or DELETE on core.visits or the ledger."""
        self.connection.execute(sql)

    def found(self) -> Found:
        """(rule, source, subject, month) of each finding."""
        with without_weight():
            find(self.bench.run)
        told = self.bench.rows("SELECT rule_id, source_id, subject, month FROM hemvard_findings")
        assert len(set(told)) == len(told)
        return {(row[0], row[1], row[2], f"{row[3]:%Y-%m}") for row in told}


@pytest.fixture
def past(own_home: Path) -> Past:
    made = Past(Bench(own_home))
    made.deliver(ALPHA)
    made.deliver(BETA)
    return made


def test_a_past_that_goes_on_has_no_findings(past: Past) -> None:
    assert past.found() == set()
    counted = past.bench.rows(
        "SELECT series, count(*), min(part), max(whole) FROM staging.series GROUP BY ALL ORDER BY 1"
    )
    assert counted == [
        ("quarantine", 72, 0, 120),
        ("unit", 72, 120, None),
        ("unknown", 216, 0, 120),
        ("unplanned", 72, 24, 120),
        ("volume", 72, 120, None),
    ]


def test_a_halved_month_is_found(past: Past) -> None:
    past.change(
        f"DELETE FROM lake.core.visits WHERE source_id = '{BETA}' AND month = '2022-05-01' AND row_number >= 60"
    )
    assert past.found() == {("volume_like_earlier_years", BETA, "-", "2022-05")}


def test_a_unit_that_falls_silent_is_found(past: Past) -> None:
    past.change(f"UPDATE lake.core.visits SET care_unit_id = 'E2' WHERE source_id = '{BETA}' AND row_number < 20")
    past.change(
        f"UPDATE lake.core.visits SET care_unit_id = 'E1' WHERE source_id = '{BETA}' AND row_number < 20 "
        "AND month >= '2022-10-01'"
    )
    assert past.found() == {("unit_not_silent", BETA, "E2", "2022-10")}


def test_a_jump_in_unplanned_is_found_and_its_share_told(past: Past) -> None:
    past.change(
        f"UPDATE lake.core.visits SET planned = 'unplanned' WHERE source_id = '{ALPHA}' AND month = '2021-11-01' "
        "AND row_number % 2 = 0"
    )
    assert past.found() == {("unplanned_share_steady", ALPHA, "-", "2021-11")}
    told = past.bench.rows("SELECT observed, expected, severity FROM hemvard_findings")
    assert told == [(Decimal("0.6"), Decimal("0.2"), "warning")]


def test_a_share_that_rests_on_few_persons_is_not_told(past: Past) -> None:
    past.change(
        f"UPDATE lake.core.visits SET planned = 'planned' WHERE source_id = '{ALPHA}' AND month = '2021-11-01' "
        "AND row_number > 0"
    )
    assert past.found() == {("unplanned_share_steady", ALPHA, "-", "2021-11")}
    assert past.bench.rows("SELECT observed FROM hemvard_findings") == [(None,)]


def test_a_jump_in_unknown_is_of_its_attribute(past: Past) -> None:
    past.change(f"UPDATE lake.core.visits SET place = 'unknown' WHERE source_id = '{BETA}' AND month = '2022-02-01'")
    past.change(f"UPDATE lake.core.visits SET minutes = NULL WHERE source_id = '{ALPHA}' AND month = '2022-03-01'")
    assert past.found() == {
        ("unknown_share_steady", BETA, "place", "2022-02"),
        ("unknown_share_steady", ALPHA, "minutes", "2022-03"),
    }


def test_a_jump_in_quarantine_is_found(past: Past) -> None:
    past.change(f"UPDATE lake.ledger.loads SET rows_read = 600 WHERE delivery_id LIKE '{ALPHA}-%'")
    past.change(f"UPDATE lake.ledger.loads SET rows_quarantined = 20 WHERE delivery_id = '{ALPHA}-30'")
    assert past.found() == {("quarantine_share_steady", ALPHA, "-", "2022-07")}


def test_a_control_source_is_laid_beside_what_counts(past: Past) -> None:
    past.bench.with_source(GAMMA, role="control")
    past.connection.execute(f"""INSERT INTO lake.core.visit_versions BY NAME
        SELECT * EXCLUDE (system, source_id, delivery_id) REPLACE (record_id || source_id AS record_id),
          'control' AS system, '{GAMMA}' AS source_id, '{GAMMA}-' || datediff('month', DATE '2020-01-01', month) AS delivery_id,
          month AS delivery_month, false AS cancelled
        FROM lake.core.visits WHERE NOT (month = '2021-04-01' AND source_id = '{BETA}' AND row_number < 40)""")
    past.connection.execute(
        "UPDATE lake.core.visit_versions SET row_number = row_number + 1000 WHERE record_id LIKE '%beta%'"
    )
    past._land(GAMMA, MONTHS_KEPT, 240)
    assert past.found() == {("control_agrees", GAMMA, "1861", "2021-04")}
    assert past.bench.rows("SELECT observed FROM hemvard_findings") == [(Decimal("1.2"),)]


def test_rows_that_break_a_row_rule_are_a_finding_of_their_delivery(past: Past) -> None:
    past.change(
        f"INSERT INTO lake.quality.rule_counts VALUES ('{ALPHA}-3', 'attribute_codes_known', 'error', 120, 2, 0.02), "
        f"('{ALPHA}-4', 'attribute_codes_known', 'error', 120, 0, 0.02), ('gone', 'attribute_codes_known', 'error', 120, 2, 0.02)"
    )
    assert past.found() == {("attribute_codes_known", ALPHA, "-", "2020-04")}
    assert past.bench.rows("SELECT observed, expected FROM hemvard_findings") == [(Decimal("0.0167"), Decimal("0.02"))]


def test_a_short_past_is_no_finding(own_home: Path) -> None:
    past = Past(Bench(own_home))
    past.deliver(ALPHA, count=6)
    past.change("DELETE FROM lake.core.visits WHERE month = '2020-06-01'")
    assert past.found() == set()


def test_the_series_hold_no_record_and_no_person(past: Past) -> None:
    measure(past.connection, past.bench.folder, read_ledger(past.connection))
    told = str(past.bench.rows("SELECT * FROM staging.series"))
    keys = past.bench.rows("SELECT DISTINCT person_key::VARCHAR FROM lake.core.visits")
    assert not any(key in told for (key,) in keys)
    assert "E1-" not in told


CHANGES = "SELECT rule_id, source_id, month::VARCHAR, state, first_release FROM quality.changes ORDER BY ALL"
BAD = {"vårdform": "?"}


def deliveries(home: Path, bad: int, version: int) -> None:
    """January of Alpha, so many of its rows bad."""
    clean = plausible(ALPHA, MONTHS[0], 110, seed=version)
    clean += [visit(ALPHA, MONTHS[0], 200 + number) | BAD for number in range(bad)]
    Deliveries(home).put(ALPHA, MONTHS[0], clean, version=version)


@dataclass(frozen=True)
class Begun:
    """A home with a first release, in which rows break the care form's rule, and the run that made it."""

    home: Path
    outcome: Outcome


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """Copy its home, never change it."""
    home = tmp_path_factory.mktemp("begun") / "home"
    deliveries(home, 2, 1)
    return Begun(home, run_plain(home, light=True))


def care_form(home: Path) -> list[tuple[str, ...]]:
    """The findings of the care form's rule in the release in force."""
    return [row for row in rows(home, CHANGES) if row[0] == "care_form_known"]


def test_a_finding_is_new_then_persists_then_is_resolved_then_gone(begun: Begun, own_home: Path) -> None:
    """In releases whose rows break the rule, break it again, and don't."""
    copy_home(begun.home, own_home)
    told = [care_form(own_home)]
    for version, bad in ((2, 2), (3, 0), (4, 0)):
        deliveries(own_home, bad, version)
        run_plain(own_home, light=True)
        told.append(care_form(own_home))
    first, second, third, fourth = told
    (release,) = {row[4] for row in first}
    assert [row[:4] for row in first] == [("care_form_known", ALPHA, "2023-12-01", "new")]
    assert second == [("care_form_known", ALPHA, "2023-12-01", "persisting", release)]
    assert third == [("care_form_known", ALPHA, "2023-12-01", "resolved", release)]
    assert fourth == []
    assert (region_home(own_home).releases / release).is_dir()


def test_beside_a_release_older_than_this_table_all_is_new(begun: Begun, own_home: Path) -> None:
    copy_home(begun.home, own_home)
    with duckdb.connect(str(release_database(own_home))) as older:
        older.execute("DROP TABLE quality.changes")
    deliveries(own_home, 2, 2)
    run_plain(own_home, light=True)
    assert {row[3] for row in rows(own_home, CHANGES)} == {"new"}


def test_what_the_register_finds_has_a_rule() -> None:
    assert {f"delivery_{finding}" for finding in TO_TELL} <= {entry.id for entry in series_rules()}


def test_a_run_tells_what_is_new(begun: Begun, own_home: Path) -> None:
    outcome = begun.outcome
    assert outcome.release is not None
    assert outcome.changes == changes_in(outcome.release / DATABASE)
    new = len(outcome.changes.new)
    assert f"Findings since the last release: {new} new, 0 persisting, 0 resolved" in outcome.text
    assert outcome.text.count("New: ") == min(new, SHOWN)
    assert "(care_form_known)" in "".join(str(finding) for finding in outcome.changes.new)
    again = run_plain(copy_home(begun.home, own_home), light=True)
    assert again.changes is None
    assert "Findings" not in again.text


def test_what_is_new_over_time_is_told_first() -> None:
    changes = Changes((Finding("unit_not_silent", ALPHA, "E1", date(2024, 1, 1)),), 2, 1)
    assert changes.new_over_time == 1
    assert str(changes.new[0]).startswith("alpha_visits 2024-01, E1: A care unit that had visits")
    assert Changes((Finding("care_form_known", ALPHA, "-", date(2024, 1, 1)),), 0, 0).new_over_time == 0
