"""What releases were made of is kept once, is what it was, and goes with the last release that names it."""

import json
from pathlib import Path

import pytest

from regions.errors import DataError
from warehouse.home import RegionHome
from warehouse.kept_inputs import forget_unused, is_kept, keep, kept_files, set_hash, write_files

FILES = {"region.yaml": b"id: x\n", "scenarios/base.yaml": b"id: base\n"}


@pytest.fixture
def place(tmp_path: Path) -> RegionHome:
    home = RegionHome(tmp_path / "small")
    home.prepare()
    return home


def test_the_same_files_are_kept_once_and_come_back_as_they_were(place: RegionHome) -> None:
    named = keep(place, "region", FILES)
    assert keep(place, "region", dict(reversed(FILES.items()))) == named == set_hash(FILES)
    (kept,) = place.inputs.iterdir()
    before = kept.read_bytes()
    kept.unlink()
    keep(place, "region", FILES)
    assert kept.read_bytes() == before
    assert kept_files(place, "region", named) == FILES
    assert place.inputs.stat().st_mode & 0o077 == 0


def test_another_name_or_content_is_another_set() -> None:
    assert len({set_hash(FILES), set_hash({"a": b""}), set_hash({"b": b""}), set_hash({"a": b"b"})}) == 4


def test_a_set_that_is_gone_broken_or_changed_is_told(place: RegionHome) -> None:
    named, other = keep(place, "region", FILES), keep(place, "region", {"region.yaml": b"id: y\n"})
    file = place.inputs / f"region-{named}.zip"
    file.write_bytes((place.inputs / f"region-{other}.zip").read_bytes())
    with pytest.raises(DataError, match="is not what it was"):
        kept_files(place, "region", named)
    file.write_bytes(b"no zip")
    with pytest.raises(DataError, match="can't be read"):
        kept_files(place, "region", named)
    file.unlink()
    with pytest.raises(DataError, match="is not kept"):
        kept_files(place, "region", named)


def test_no_file_is_written_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="leads out"):
        write_files({"../x": b""}, tmp_path / "a")
    assert not (tmp_path / "x").exists()


def test_sets_stay_as_long_as_a_release_names_them(place: RegionHome) -> None:
    kinds = ("region", "national", "code", "lock")
    made_of = {kind: keep(place, kind, FILES) for kind in kinds}
    keep(place, "region", {"x": b""})
    (place.releases / "20240101T000000Z-00000000").mkdir()
    manifest = place.releases / "20240101T000000Z-00000000" / "manifest.json"
    manifest.write_text(json.dumps({"made_of": made_of}), encoding="utf-8")
    forget_unused(place)
    assert is_kept(place, made_of)
    assert len(list(place.inputs.iterdir())) == 4
    manifest.unlink()
    forget_unused(place)
    assert not is_kept(place, made_of)
    assert not is_kept(place, {})
