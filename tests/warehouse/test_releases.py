"""Releases: named by time and content, put in force by one rename, found again by what went into them."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from regions.errors import DataError
from warehouse.home import RegionHome
from warehouse.releases import (
    DATABASE,
    find_release,
    finish,
    in_force,
    manifest_of,
    put_in_force,
    release_id,
    require_release,
    start_building,
    write_manifest,
)

AT = datetime(2024, 2, 5, 6, 7, 8)


@pytest.fixture
def home(tmp_path: Path) -> RegionHome:
    place = RegionHome(tmp_path / "small")
    place.prepare()
    return place


def make(home: RegionHome, inputs: str, at: datetime = AT, text: str = "figures") -> Path:
    building = start_building(home)
    (building / DATABASE).write_text(text, encoding="utf-8")
    (building / "dashboard").mkdir()
    (building / "dashboard" / "index.html").write_text(text, encoding="utf-8")
    manifest = {"inputs_hash": inputs, "as_of": "2024-02-05"}
    write_manifest(building, manifest | {"release_id": release_id(manifest, at)})
    return finish(home, building)


def test_an_id_is_the_time_and_the_hash_of_the_manifest() -> None:
    one = release_id({"a": 1, "b": "å"}, AT)
    assert re.fullmatch(r"20240205T060708Z-[0-9a-f]{8}", one)
    assert release_id({"b": "å", "a": 1}, AT) == one
    assert release_id({"a": 2, "b": "å"}, AT)[-8:] != one[-8:]
    assert release_id({"a": 1, "b": "å"}, AT.replace(second=9))[-8:] == one[-8:]


def test_a_built_folder_gets_its_id_as_its_name(home: RegionHome) -> None:
    made = make(home, "one")
    assert made.parent == home.releases
    assert made.name == manifest_of(made)["release_id"]
    assert [path.name for path in home.releases.iterdir()] == [made.name]


def test_nothing_is_in_force_before_it_is_put_there(home: RegionHome) -> None:
    make(home, "one")
    assert in_force(home) is None
    with pytest.raises(DataError, match="Nothing has been published") as caught:
        require_release(home)
    assert caught.value.todo == "Run it first: hemvard run small"


def test_links_lead_through_current_to_the_release_in_force(home: RegionHome) -> None:
    one = make(home, "one", text="one")
    put_in_force(home, one)
    assert in_force(home) == require_release(home) == one.resolve()
    assert home.current.readlink() == Path("releases") / one.name, "relative: the home may be moved"
    assert (home.published / DATABASE).readlink() == Path("current") / DATABASE
    assert (home.published / "dashboard" / "index.html").read_text(encoding="utf-8") == "one"
    two = make(home, "two", AT.replace(minute=9), text="two")
    assert (home.published / DATABASE).read_text(encoding="utf-8") == "one"
    put_in_force(home, two)
    assert (home.published / DATABASE).read_text(encoding="utf-8") == "two"
    assert (one / DATABASE).read_text(encoding="utf-8") == "one", "a release is never changed"
    put_in_force(home, one)
    assert in_force(home) == one.resolve()


def test_the_link_is_swapped_by_one_rename(home: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force(home, make(home, "one"))
    before = in_force(home)
    two = make(home, "two", AT.replace(minute=9))
    seen = []

    def replaced(self: Path, target: Path) -> Path:
        seen.append((self.name, target.name, in_force(home)))
        raise KeyboardInterrupt  # killed at the worst moment

    monkeypatch.setattr(Path, "replace", replaced)
    with pytest.raises(KeyboardInterrupt):
        put_in_force(home, two)
    monkeypatch.undo()
    assert seen == [(".current.new", "current", before)]
    assert in_force(home) == before
    put_in_force(home, two)
    assert in_force(home) == two.resolve()
    assert not list(home.published.glob(".*"))


def test_what_an_interrupted_run_was_building_is_removed_and_never_found(home: RegionHome) -> None:
    building = start_building(home)
    write_manifest(building, {"inputs_hash": "half", "release_id": "x"})
    (building / "left").write_text("x", encoding="utf-8")
    assert find_release(home, "half") is None
    assert in_force(home) is None
    assert list(start_building(home).iterdir()) == []


def test_a_release_is_found_by_its_inputs_the_newest_first(home: RegionHome) -> None:
    assert find_release(home, "one") is None
    older = make(home, "one")
    newer = make(home, "one", AT.replace(minute=9))
    other = make(home, "two", AT.replace(minute=11))
    assert find_release(home, "one") == newer != older
    assert find_release(home, "two") == other
    assert find_release(home, "three") is None


def test_a_link_to_a_release_that_is_gone_is_no_release(home: RegionHome) -> None:
    put_in_force(home, home.releases / "gone")
    assert in_force(home) is None
