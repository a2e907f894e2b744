"""Each source's deliveries, read as the pipeline reads them, hold what was made – and the planted faults show."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from regions.contracts import CONTRACTS, ContractField
from regions.month import Month
from regions.source import RecordSource
from synthetic.care import CareYear
from synthetic.record_writing import RecordWriter
from synthetic.records import MAKERS, RECORD_FAULTS, RecordFile, coded_field, record_files, record_sources
from synthetic.table import Table
from synthetic.writing import write_cells
from tasks.person_ids import classify, last_day
from tasks.reading import read_delivery
from tasks.records import record_select

pytestmark = pytest.mark.xdist_group("care_years")
_UNITS = {"date": "D", "moment": "us"}
SOURCES = (
    "assistive_devices",
    "cosmic_admissions",
    "cosmic_emergency_visits",
    "cosmic_listings",
    "discharge_messages",
    "khsl1",
    "khsl2",
    "magna_enrolments",
    "municipal_costs",
    "municipal_staffing",
    "npo_status",
    "person_links",
    "population",
    "procapita_enrolments",
    "region_costs",
    "region_staffing",
    "treserva_enrolments",
    "visam_assessments",
)


def _last_file(care: CareYear, source_id: str) -> RecordFile:
    return list(record_files(care, care.world.folder.sources_by_id[source_id]))[-1]


def _staged(care: CareYear, file: RecordFile, path: Path) -> list[dict[str, Any]]:
    """The delivery's rows as `staging.<subject>` would hold them."""
    write_cells(RecordWriter(care.world, file.source).texts(file.rows), file.source.format, path)
    reading = read_delivery(file.source, path.read_bytes())
    assert list(reading.ragged) == []
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("hemvard_raw", reading.table)
        bound = {"delivery_id": "d", "delivery_month": file.month.first, "earliest_month": file.month.plus(-3).first}
        found = connection.execute(f"{record_select(care.world.folder, file.source)} ORDER BY row_number", bound)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _expected(care: CareYear, field: ContractField, rows: Table, row: int) -> Any:
    value = rows[field.name][row]
    if field.kind == "unit":
        return care.world.folder.units[int(value)].local_code if value >= 0 else None
    if field.kind in ("date", "moment"):
        return None if np.isnat(value) else value.astype(f"datetime64[{_UNITS[field.kind]}]").item()
    if field.kind == "number":
        return int(value)
    if field.kind in ("texts", "professions"):
        return list(value)
    if field.kind == "municipality":
        own = (*care.world.folder.region.municipalities, "9999")
        return value if value in own else "9998"
    return value


def _shown(field: ContractField, value: Any, from_unit: str | None) -> Any:
    """A staged value in the shape of `_expected`."""
    if field.kind == "number" and value is not None:
        places = int(field.type.split(",")[1].rstrip(")")) if "," in field.type else 0
        return int(value * 10**places)
    return from_unit if value == "from_unit" else value


def _is_same(field: ContractField, month: Month, expected: Any, shown: Any) -> bool:
    if field.kind != "person":
        return bool(expected == shown)
    found = classify(shown, last_day(month.first))
    return found.id_class != "INVALID" and found.normalised == classify(expected, last_day(month.first)).normalised


@pytest.mark.parametrize("source_id", SOURCES)
def test_what_is_read_is_what_was_made(orebro_2025: CareYear, source_id: str, tmp_path: Path) -> None:
    _read_what_was_made(orebro_2025, source_id, tmp_path)


@pytest.mark.parametrize("source_id", ["vas_admissions", "vas_emergency_visits"])
def test_what_is_read_of_the_system_before_is_what_was_made(
    norrbotten_care: CareYear, source_id: str, tmp_path: Path
) -> None:
    _read_what_was_made(norrbotten_care, source_id, tmp_path)


def _read_what_was_made(care: CareYear, source_id: str, tmp_path: Path) -> None:
    file = _last_file(care, source_id)
    found = _staged(care, file, tmp_path / "delivery")
    assert len(found) == len(file.rows) > 0
    fields = [field for field in file.source.contract.fields if getattr(file.source.fields, field.name) is not None]
    for row, staged in enumerate(found):
        if file.rows["fault"][row]:
            continue
        assert staged["lacking"] == staged["unreadable"] == []
        for field in fields:
            expected = _expected(care, field, file.rows, row)
            assert _is_same(field, file.month, expected, _shown(field, staged[field.name], expected)), field.name


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_planted_fault_is_found_in_its_field(orebro_2025: CareYear, source_id: str, tmp_path: Path) -> None:
    file = _last_file(orebro_2025, source_id)
    contract, faulty = file.source.contract, np.flatnonzero(file.rows["fault"]).tolist()
    found = _staged(orebro_2025, file, tmp_path / "delivery")
    assert len(faulty) <= 0.02 * len(found)
    for row in faulty:
        kind = RECORD_FAULTS[int(file.rows["fault"][row])]
        if kind == "missing_id":
            assert found[row][contract.person_fields[0]] is None
        else:
            field = coded_field(file.source) if kind == "unlisted_code" else contract.date_field
            assert field in found[row]["unreadable"]


def test_every_subject_is_made_and_every_source_of_the_region_is_tried(orebro_2025: CareYear) -> None:
    assert set(MAKERS) == {name for name, contract in CONTRACTS.items() if contract.when != "series"} | {"population"}
    sources = record_sources(orebro_2025)
    assert {source.subject for source in sources} == set(MAKERS)
    assert sorted(source.id for source in sources) == list(SOURCES)


def test_each_kind_of_fault_is_planted_where_files_are_large_enough(orebro_2025: CareYear) -> None:
    planted: dict[str, set[str]] = {}
    for source in record_sources(orebro_2025):
        for file in record_files(orebro_2025, source):
            kinds = {RECORD_FAULTS[kind] for kind in file.rows["fault"].tolist() if kind}
            planted.setdefault(source.subject, set()).update(kinds)
    assert planted["admissions"] == {"unlisted_code", "impossible_date", "missing_id"}
    assert planted["costs"] == {"unlisted_code", "impossible_date"}  # a ledger has no persons
    assert planted["listings"] == {"missing_id"}  # no codes, and no date of its own
    assert planted["overview_status"] == set()  # too small


def test_a_record_id_stands_once_in_a_year(orebro_2025: CareYear) -> None:
    for source in record_sources(orebro_2025):
        assert isinstance(source, RecordSource)
        if source.fields.record_id is not None:
            ids = [text for file in record_files(orebro_2025, source) for text in file.rows["record_id"].tolist()]
            assert len(set(ids)) == len(ids), source.id
