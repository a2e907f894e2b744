"""Subjects beside visits: mapped by their contract, judged by the same pipeline, kept as versions, shown as what counts."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_lake import Bench, add_subject
from small_region import person

from regions.source import SOURCE
from tasks.person_ids import HIDDEN
from tasks.row_counts import count_rows

MONTH = "2024-01"
BASE: dict[str, Any] = {
    "id": "stays",
    "system": "pas",
    "title_sv": "Vårdtillfällen",
    "supplier_sv": "Regionen",
    "subject": "admissions",
    "principal": "region",
    "required": False,
    "delivers": "whole_month",
    "valid": [{"from": "2023-12", "to": "2024-02"}],
    "basis": "illustrative",
    "transport": {"kind": "folder", "file_name": "stays_{month}_{version}.csv"},
    "format": {"kind": "delimited", "encoding": "utf-8", "separator": ";"},
    "columns": ["id", "pnr", "in", "ut", "klar", "huvud", "bi", "till", "kommun", "struken"],
    "fields": {
        "record_id": {"column": "id"},
        "person": {"column": "pnr"},
        "admitted_at": {"date_column": "in", "date_format": "%Y-%m-%d %H:%M"},
        "discharged_at": {"date_column": "ut", "date_format": "%Y-%m-%d %H:%M"},
        "discharge_ready_at": {"date_column": "klar", "date_format": "%Y-%m-%d %H:%M"},
        "main_diagnosis": {"column": "huvud"},
        "diagnoses": {"columns": ["bi"], "separator": ","},
        "discharged_to": {"column": "till", "codes": {"H": "home", "S": "special_housing", "D": "deceased"}},
        "residence_municipality_code": {"column": "kommun"},
        "cancelled": {"column": "struken", "codes": {"J": "yes", "N": "no"}, "empty": "no"},
    },
}
STAY = {
    "id": "V1",
    "pnr": person(7),
    "in": "2024-01-03 10:15",
    "ut": "2024-01-09 12:00",
    "klar": "2024-01-08 09:00",
    "huvud": "I50.9",
    "bi": "E11.9, J44.1",
    "till": "H",
    "kommun": "1880",
    "struken": "",
}


class Records:
    """The tiny region with one source of another subject beside its own."""

    def __init__(self, home: Path, **changes: Any) -> None:
        self.source = SOURCE.validate_python({**BASE, **changes})
        self.bench = Bench(home)
        add_subject(self.bench.run.connection, self.source.subject)
        folder = self.bench.folder
        visits = tuple(source.model_copy(update={"required": False}) for source in folder.sources)
        self.bench.run.folder = self.bench.folder = replace(folder, sources=(*visits, self.source))

    def put(self, *rows: dict[str, str], month: str = MONTH, version: int = 1) -> None:
        """A delivery of these rows."""
        header = list(self.source.columns)
        lines = [header, *([row.get(name, "") for name in header] for row in rows)]
        place = self.bench.home.inbox / self.source.id / f"stays_{month.replace('-', '')}_{version}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join(";".join(line) for line in lines) + "\n", encoding="utf-8")

    def counted(self, columns: str) -> list[tuple[Any, ...]]:
        return self.bench.rows(f"SELECT {columns} FROM lake.core.{self.source.subject} ORDER BY ALL")


@pytest.fixture
def stays(own_home: Path) -> Records:
    return Records(own_home)


def test_a_row_becomes_a_record_of_its_contract(stays: Records) -> None:
    stays.put(STAY)
    assert stays.bench.take_in() == []
    names = "record_id, admitted_at, discharged_at, discharge_ready_at, main_diagnosis, diagnoses, discharged_to, "
    names += "residence_municipality_code, planned, month, person_id_class, care_unit"
    assert stays.counted(names) == [
        (
            "V1",
            datetime(2024, 1, 3, 10, 15),
            datetime(2024, 1, 9, 12),
            datetime(2024, 1, 8, 9),
            "I50.9",
            ["E11.9", "J44.1"],
            "home",
            "1880",
            "unknown",
            date(2024, 1, 1),
            "PNR",
            None,
        )
    ]


def test_the_id_itself_is_nowhere(stays: Records) -> None:
    stays.put(STAY)
    stays.bench.take_in()
    connection = stays.bench.run.connection
    tables = connection.execute("SELECT database_name, schema_name, table_name FROM duckdb_tables()").fetchall()
    for database, schema, table in tables:
        for row in connection.execute(f'SELECT * FROM "{database}"."{schema}"."{table}"').fetchall():
            assert person(7) not in str(row), table
    ((key, age),) = stays.counted("person, person_age")
    assert len(str(key)) == 36
    assert age == 2024 - int(person(7)[:4]) - (person(7)[4:8] > "0109")


@pytest.mark.parametrize(
    ("cells", "rule_id", "found"),
    [
        ({"pnr": ""}, "person_id_present", "invalid"),
        ({"pnr": "19121212-1213"}, "person_id_valid", "invalid"),
        ({"ut": ""}, "field_present", "empty: discharged_at"),
        ({"ut": "2024-13-01 10:00"}, "field_readable", "unreadable: discharged_at"),
        ({"till": "X"}, "field_readable", "unreadable: discharged_to"),
        ({"kommun": "1899"}, "field_readable", "unreadable: residence_municipality_code"),
        ({"in": "2024-01-10 10:00"}, "stay_in_order", "wrong_order"),
        ({"ut": "2024-02-01 00:00"}, "event_in_window", "after_month"),
        ({"in": "2023-08-01 10:00", "ut": "2023-08-02 10:00", "klar": ""}, "event_in_window", "before_window"),
        ({"id": ""}, "record_id_present", "invalid"),
        ({"struken": "?"}, "cancelled_known", "invalid"),
    ],
)
def test_a_faulty_row_goes_to_quarantine(stays: Records, cells: dict[str, str], rule_id: str, found: str) -> None:
    good = [{**STAY, "id": f"G{number}"} for number in range(60)]
    stays.put(*good, {**STAY, "id": "B1", **cells})
    assert stays.bench.take_in() == []
    rows = stays.bench.rows("SELECT rule_id, row_number, found FROM lake.quality.quarantine")
    assert (rule_id, 62) in {row[:2] for row in rows}
    if rule_id not in ("person_id_present", "person_id_valid", "record_id_present", "cancelled_known"):
        assert rows == [(rule_id, 62, found)]
    assert len(stays.counted("record_id")) == 60


def test_too_many_faulty_rows_reject_the_delivery(stays: Records) -> None:
    stays.put(STAY, {**STAY, "id": "V2", "ut": "i morgon"})
    (rejection,) = stays.bench.take_in()
    assert (rejection.rule_id, rejection.rows, rejection.first_rows) == ("field_readable", 1, (3,))


def test_a_month_delivered_again_replaces_it(stays: Records) -> None:
    stays.put(STAY, {**STAY, "id": "V2"})
    stays.bench.take_in()
    stays.put({**STAY, "till": "S"}, version=2)
    stays.bench.take_in()
    assert stays.counted("record_id, discharged_to") == [("V1", "special_housing")]


def test_changes_replace_and_withdraw_records(own_home: Path) -> None:
    stays = Records(own_home, delivers="changes")
    stays.put(STAY, {**STAY, "id": "V2"}, {**STAY, "id": "V3"})
    stays.put({**STAY, "till": "S"}, {**STAY, "id": "V2", "struken": "J"}, month="2024-02")
    assert stays.bench.take_in() == []
    assert stays.counted("record_id, discharged_to") == [("V1", "special_housing"), ("V3", "home")]


def test_a_control_source_is_kept_and_not_counted(own_home: Path) -> None:
    stays = Records(own_home, role="control")
    stays.put(STAY)
    assert stays.bench.take_in() == []
    assert stays.bench.rows("SELECT record_id, counting FROM lake.core.admissions_versions") == [("V1", False)]
    assert stays.counted("record_id") == []


def test_rows_count_on_the_days_of_their_source(own_home: Path) -> None:
    stays = Records(own_home, counts={"to": "2024-01-15"})
    late = {**STAY, "id": "V2", "in": "2024-01-15 10:00", "ut": "2024-01-16 10:00", "klar": ""}
    stays.put(STAY, late)
    assert stays.bench.take_in() == []
    assert stays.counted("record_id") == [("V1",)]


POPULATION: dict[str, Any] = {
    "subject": "population",
    "columns": ["omr", "dag", "alder", "kon", "antal"],
    "fields": {
        "area_code": {"column": "omr"},
        "measured_on": {"date_column": "dag", "date_format": "%Y-%m-%d"},
        "age": {"column": "alder", "codes": {"100+": "100"}},
        "sex": {"column": "kon", "codes": {"1": "male", "2": "female"}},
        "persons": {"column": "antal", "thousands": " "},
    },
}


def test_a_series_without_ids_is_known_by_what_it_is_about(own_home: Path) -> None:
    found = Records(own_home, **POPULATION)
    found.put({"omr": "1880", "dag": "2023-12-31", "alder": "100+", "kon": "1", "antal": "1 234"})
    found.bench.take_in()
    found.put({"omr": "1880", "dag": "2023-12-31", "alder": "100+", "kon": "1", "antal": "1235"}, month="2024-02")
    assert found.bench.take_in() == []
    assert found.counted("area_code, measured_on, age, sex, persons") == [
        ("1880", date(2023, 12, 31), 100, "male", 1235)
    ]


LEDGER: dict[str, Any] = {
    "subject": "costs",
    "columns": ["manad", "konto", "kst", "belopp"],
    "fields": {
        "month": {"date_column": "manad", "date_format": "%Y%m"},
        "account": {"column": "konto"},
        "cost_centre": {"column": "kst"},
        "posting_kind": {
            "expression": "CASE WHEN left(konto, 1) IN ('4', '5', '6', '7') THEN 'K' ELSE left(konto, 2) END",
            "codes": {"K": "gross_cost", "36": "internal_revenue"},
        },
        "amount_sek": {"column": "belopp", "thousands": " ", "decimal": ","},
    },
}


def test_equal_postings_are_postings_each(own_home: Path) -> None:
    found = Records(own_home, **LEDGER)
    row = {"manad": "202401", "konto": "4010", "kst": "K1", "belopp": "1 000,50"}
    found.put(row, row, {**row, "konto": "3611", "belopp": "-200"})
    assert found.bench.take_in() == []
    assert found.counted("posting_kind, amount_sek, month") == [
        ("gross_cost", Decimal("1000.50"), date(2024, 1, 1)),
        ("gross_cost", Decimal("1000.50"), date(2024, 1, 1)),
        ("internal_revenue", Decimal("-200.00"), date(2024, 1, 1)),
    ]


def test_an_amount_of_tenths_of_an_ore_is_not_rounded(own_home: Path) -> None:
    found = Records(own_home, **LEDGER)
    row = {"manad": "202401", "konto": "4010", "kst": "K1", "belopp": "1,00"}
    found.put(*[row] * 60, {**row, "belopp": "1,005"})
    assert found.bench.take_in() == []
    assert found.bench.rows("SELECT found FROM lake.quality.quarantine") == [("unreadable: amount_sek",)]


LIST: dict[str, Any] = {
    "subject": "listings",
    "system": "alpha",
    "columns": ["pnr", "vc", "fran"],
    "fields": {
        "person": {"column": "pnr"},
        "health_centre": {"column": "vc"},
        "valid_from": {"date_column": "fran", "date_format": "%Y-%m-%d"},
    },
}


def test_a_snapshot_says_how_it_stood_each_month(own_home: Path) -> None:
    found = Records(own_home, **LIST)
    row = {"pnr": person(1), "vc": "VC1", "fran": "2010-05-01"}
    found.put(row)
    found.put({**row, "vc": "VC2", "fran": "2024-02-01"}, month="2024-02")
    assert found.bench.take_in() == []
    (first, second) = found.counted("month, valid_from, health_centre")
    assert first[:2] == (date(2024, 1, 1), date(2010, 5, 1))
    assert second[:2] == (date(2024, 2, 1), date(2024, 2, 1))
    assert first[2] != second[2]


def test_a_unit_that_nobody_knows_is_a_fault(own_home: Path) -> None:
    found = Records(own_home, **LIST)
    row = {"pnr": person(1), "vc": "VC1", "fran": "2010-05-01"}
    found.put(*({**row, "pnr": person(number)} for number in range(60)), {**row, "vc": "VC77", "pnr": person(99)})
    assert found.bench.take_in() == []
    assert found.bench.rows("SELECT rule_id, found FROM lake.quality.quarantine") == [
        ("record_unit_known", "unknown_code")
    ]


CHANGES = (
    ("2024-01", 1, ({"id": "V1"}, {"id": "V2"}, {"id": "V3"})),
    ("2024-01", 2, ({"id": "V1", "till": "S"}, {"id": "V4"})),
    ("2024-02", 1, ({"id": "V2", "struken": "J"}, {"id": "V5", "ut": "2024-02-03 10:00"})),
    ("2024-02", 3, ({"id": "V2", "till": "D"}, {"id": "V3", "struken": "J"})),
)


@given(st.permutations(CHANGES), st.sets(st.integers(1, 3)))
@settings(max_examples=12)
def test_any_order_and_any_number_of_runs_give_the_same_records(
    order: list[tuple[str, int, tuple[dict[str, str], ...]]], cuts: set[int]
) -> None:
    """Incremental equals full: the view is the same whatever came first, and however many runs took it in."""
    with TemporaryDirectory() as home:
        stays = Records(Path(home), delivers="changes")
        for number, (month, version, changed) in enumerate(order, 1):
            stays.put(*({**STAY, **cells} for cells in changed), month=month, version=version)
            if number in cuts:
                stays.bench.take_in()
        stays.bench.take_in()
        assert stays.counted("record_id, discharged_to") == [
            ("V1", "special_housing"),
            ("V2", "deceased"),
            ("V4", "home"),
            ("V5", "home"),
        ]
        stays.bench.run.connection.close()


def test_no_row_of_a_record_delivery_is_lost(own_home: Path) -> None:
    stays = Records(own_home, delivers="changes")
    good = [{**STAY, "id": f"G{number}"} for number in range(60)]
    stays.put(*good, {**STAY, "id": "B1", "till": "?"}, {**STAY, "id": "C1", "struken": "J"})
    stays.put({**STAY, "id": "G1", "till": "S"}, month="2024-02")
    stays.bench.take_in()
    count_rows(stays.bench.run)
    assert stays.bench.rows(
        "SELECT l.rows_read, d.counted, d.control, d.cancelled, d.superseded, l.rows_quarantined "
        "FROM staging.delivery_rows AS d JOIN lake.ledger.loads AS l USING (delivery_id) ORDER BY ALL"
    ) == [(1, 1, 0, 0, 0, 0), (62, 59, 0, 1, 1, 1)]


def test_a_record_of_two_persons_is_nobody_s(stays: Records) -> None:
    good = [{**STAY, "id": f"G{number}"} for number in range(120)]
    stays.put(*good, {**STAY, "id": "B1"}, {**STAY, "id": "B1", "pnr": person(8)})
    assert stays.bench.take_in() == []
    assert stays.bench.rows("SELECT rule_id, row_number FROM lake.quality.quarantine ORDER BY ALL") == [
        ("record_of_one_person", 122),
        ("record_of_one_person", 123),
    ]
    assert len(stays.counted("record_id")) == 120


def test_a_record_id_that_is_a_person_s_id_never_reaches_the_lake(own_home: Path) -> None:
    stays = Records(own_home, delivers="changes")
    written = person(7)[2:8] + "-" + person(7)[8:]
    stays.put({**STAY, "id": person(7)}, {**STAY, "id": written}, *({**STAY, "id": f"G{n}"} for n in range(60)))
    stays.put({**STAY, "id": person(7), "till": "S"}, month="2024-02")
    assert stays.bench.take_in() == []
    found = stays.counted("record_id, discharged_to")
    hidden = [row for row in found if row[0].startswith(HIDDEN)]
    assert len(found) == 62
    assert sorted(row[1] for row in hidden) == ["home", "special_housing"]
    assert person(7)[2:] not in str(stays.bench.rows("FROM lake.core.admissions_versions"))
    assert stays.bench.rows(
        "SELECT sum(rows_failed) FROM lake.quality.rule_counts WHERE rule_id = 'record_id_is_no_person_id'"
    ) == [(3,)]
