"""Each fault of a whole file is what it says."""

import csv
from pathlib import Path

import pytest

from regions.folder import RegionFolder, load_region
from regions.month import Month
from regions.source import Source
from synthetic.deliveries import make_deliveries
from synthetic.faults import FaultKind, make_fault

MARCH = Month(2024, 3)


@pytest.fixture
def source(example_region: RegionFolder) -> Source:
    return example_region.sources_by_id["example_visits"]


@pytest.fixture
def delivery(example_region: RegionFolder, tmp_path: Path) -> Path:
    make_deliveries(example_region, tmp_path, first=MARCH, last=MARCH)
    return tmp_path / "example_visits" / "besok_202403_1.csv"


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle, delimiter=";"))


def test_unreadable_is_no_text(source: Source, delivery: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        make_fault("unreadable", source, delivery).read_text(encoding="utf-8")


def test_missing_column_lacks_the_start(source: Source, delivery: Path) -> None:
    assert set(source.columns) - set(_lines(make_fault("missing_column", source, delivery))[0]) == {"datum"}


def test_empty_has_a_header_alone(source: Source, delivery: Path) -> None:
    assert _lines(make_fault("empty", source, delivery)) == [list(source.columns)]


def test_other_month_is_named_for_another(source: Source, delivery: Path) -> None:
    spoiled = make_fault("other_month", source, delivery)
    assert source.transport.read_name(spoiled.name) == (Month(2024, 9), 1)
    assert not delivery.exists()
    days = [row[3] for row in _lines(spoiled)[1:]]
    assert sum(day.startswith("2024-03") for day in days) > 0.9 * len(days)


def test_unknown_code_is_in_every_tenth_row(source: Source, delivery: Path) -> None:
    rows = _lines(make_fault("unknown_code", source, delivery))[1:]
    assert sum(row[6] == "?9" for row in rows) >= 0.1 * len(rows)


def test_ragged_rows_have_a_field_too_many(source: Source, delivery: Path) -> None:
    rows = _lines(make_fault("ragged_rows", source, delivery))
    assert sum(len(row) > len(source.columns) for row in rows) >= 0.1 * (len(rows) - 1)


def test_wrong_encoding_isn_t_the_source_s(source: Source, delivery: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        make_fault("wrong_encoding", source, delivery).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["ragged_rows", "wrong_encoding"])
def test_a_workbook_can_t_be_torn(kind: FaultKind, tmp_path: Path) -> None:
    source = load_region("orebro").sources_by_id["treserva_visits"]
    with pytest.raises(TypeError, match="no text"):
        make_fault(kind, source, tmp_path / "Treserva_HSL_202407_1.xlsx")
