"""Determinism, and what the late and the corrected batch change."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from regions.folder import RegionFolder, load_region
from regions.month import Month
from synthetic.deliveries import make_deliveries

JUNE = Month(2024, 6)


def _hashes(inbox: Path) -> dict[str, str]:
    return {
        str(path.relative_to(inbox)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def _rows(inbox: Path, month: Month, version: int) -> list[dict[str, str]]:
    path = inbox / "example_visits" / f"besok_{month.compact}_{version}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def test_the_same_seed_gives_the_same_bytes(example_region: RegionFolder, tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        make_deliveries(example_region, tmp_path / name, seed=seed)
    assert _hashes(tmp_path / "a") == _hashes(tmp_path / "b")
    assert not set(_hashes(tmp_path / "a").values()) & set(_hashes(tmp_path / "c").values())


def test_a_workbook_has_the_same_bytes_too(tmp_path: Path) -> None:
    folder = load_region("orebro")
    for name in "ab":
        make_deliveries(folder, tmp_path / name, first=Month(2025, 12), last=Month(2025, 12))
    assert _hashes(tmp_path / "a") == _hashes(tmp_path / "b")
    assert any(name.endswith(".xlsx") for name in _hashes(tmp_path / "a"))


def test_the_months_asked_for_don_t_matter(example_region: RegionFolder, tmp_path: Path) -> None:
    make_deliveries(example_region, tmp_path / "year")
    make_deliveries(example_region, tmp_path / "june", first=JUNE, last=JUNE)
    june = _hashes(tmp_path / "june")
    assert list(june) == ["example_visits/besok_202406_1.csv"]
    assert june.items() <= _hashes(tmp_path / "year").items()


def test_late_rows_come_on_top_of_the_first_delivery(example_region: RegionFolder, tmp_path: Path) -> None:
    make_deliveries(example_region, tmp_path)
    manifest = make_deliveries(example_region, tmp_path, batch="late")
    assert {file.version for file in manifest.files} == {2}
    first, late = _rows(tmp_path, JUNE, 1), _rows(tmp_path, JUNE, 2)
    known = {row["id"] for row in first}
    new = [row for row in late if row["id"] not in known]
    assert len(new) >= 2
    assert [row for row in late if row["id"] in known] == first
    assert {row["datum"][:7] for row in new} <= {"2024-03", "2024-04", "2024-05", "2024-06"}
    assert any(file.counted.keys() - {file.month} for file in manifest.files)


def test_a_corrected_delivery_has_no_faults_left(example_region: RegionFolder, tmp_path: Path) -> None:
    first = make_deliveries(example_region, tmp_path)
    late = make_deliveries(example_region, tmp_path, batch="late")
    corrected = make_deliveries(example_region, tmp_path, batch="corrected")
    assert set(corrected.dirt) == {"cancelled"}
    quarantined = sum(first.dirt.values()) - first.dirt["cancelled"] - first.dirt["duplicate"]
    newly_cancelled = corrected.dirt["cancelled"] - first.dirt["cancelled"]
    assert newly_cancelled > 0
    assert sum(corrected.counted.values()) == sum(late.counted.values()) + quarantined - newly_cancelled
    rows = _rows(tmp_path, JUNE, 3)
    assert not [row for row in rows if row["vardform"] == "?9" or row["hemkommun"] == "2399"]
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_corrected_delivery_moves_some_visits_a_day(example_region: RegionFolder, tmp_path: Path) -> None:
    make_deliveries(example_region, tmp_path, batch="late")
    make_deliveries(example_region, tmp_path, batch="corrected")
    moved = Counter[str]()
    for month in Month(2024, 1).until(Month(2024, 12)):
        before = {row["id"]: row for row in _rows(tmp_path, month, 2) if row["datum"][5:] != "02-31"}
        for row in _rows(tmp_path, month, 3):
            old = before.get(row["id"], row)["datum"]
            if row["datum"] != old and row["datum"][:7] == old[:7]:
                moved[month.compact] += 1
    assert sum(moved.values()) >= 5


@pytest.mark.xdist_group("orebro_changes")
def test_a_source_of_changes_withdraws_and_revises(tmp_path: Path) -> None:
    folder = load_region("orebro")
    months = {"first": Month(2024, 8), "last": Month(2024, 9)}
    first = make_deliveries(folder, tmp_path, **months)
    found = {file.month: file.dirt for file in first.files if file.source_id == "cosmic_visits"}
    assert found[Month(2024, 9)]["withdrawal"] == found[Month(2024, 8)]["withdrawn"] > 0
    corrected = make_deliveries(folder, tmp_path, batch="corrected", **months)
    sent = {file.source_id: file.rows for file in corrected.files if file.month == Month(2024, 8)}
    assert sent["cosmic_visits"] < 0.05 * sum(file.rows for file in first.files if file.source_id == "cosmic_visits")
    path = tmp_path / "cosmic_visits" / "cosmic_vardkontakt_202408_3.tsv"
    with path.open(encoding="utf-8", newline="") as handle:
        kinds = Counter(row["Händelse"] for row in csv.DictReader(handle, delimiter="\t"))
    assert set(kinds) == {"U", "D"}  # updated, withdrawn


def test_rows_scale_the_region_s_own_system(example_region: RegionFolder, tmp_path: Path) -> None:
    manifest = make_deliveries(example_region, tmp_path, rows=20_000)
    assert 10_000 < sum(manifest.counted.values()) < 21_000


@pytest.mark.xdist_group("norrbotten_2013")
def test_home_visits_move_to_the_municipalities_at_the_takeover(norrbotten_2013) -> None:
    inbox, at_home = norrbotten_2013.inbox, {}
    for month in (1, 2):
        with (inbox / "vas_visits" / f"VAS_BESOK_2013{month:02d}_v1.txt").open(
            encoding="latin-1", newline=""
        ) as handle:
            rows = [row for row in csv.DictReader(handle, delimiter="|") if row["PLATS"] == "HEM"]
        own = [row for row in rows if row["BESÖKSDATUM"].startswith(f"2013{month:02d}") and row["LKF"] != "259901"]
        at_home[month] = own
    assert len(at_home[2]) < 0.1 * len(at_home[1])
    adults = [row for row in at_home[2] if row["YRKE1"] != "LÄK" and row["FÖDELSEDATUM"] < "1994"]
    assert len(adults) <= 0.02 * len(at_home[2])
    with (inbox / "magna_visits" / "Magna-201302-1.csv").open(encoding="utf-8-sig", newline="") as handle:
        places = Counter(row["vardplats"] for row in csv.DictReader(handle, delimiter=";"))
    assert places["H"] > places["S"]
