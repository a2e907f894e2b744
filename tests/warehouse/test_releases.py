"""Releases: named by time and content, put in force by one rename, found again by what went into them."""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from regions.errors import DataError
from regions.model import KeptReleases
from warehouse import following
from warehouse.following import behind_of
from warehouse.home import RegionHome
from warehouse.kept_releases import kept, remove_old
from warehouse.releases import (
    DATABASE,
    Hold,
    faults_of,
    find_release,
    finish,
    in_force,
    manifest_of,
    predecessor,
    put_in_force,
    read_hold,
    release_id,
    releases_of,
    require_release,
    start_building,
    write_hold,
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
    before = in_force(home)
    manifest = {"inputs_hash": inputs, "previous_release": before.name if before else None}
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


class Killed(BaseException):
    """What nothing catches."""


@pytest.mark.parametrize("moment", range(2))
def test_a_swap_that_is_killed_between_two_renames_leaves_whole_releases(
    home: RegionHome, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Either name of the release in force is changed by one rename: first the file, then the link."""
    one = make(home, "one", text="one")
    put_in_force(home, one)
    two = make(home, "two", AT.replace(minute=9), text="two")
    swapped: list[str] = []
    rename = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if len(swapped) == moment:
            raise Killed
        swapped.append(target.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    with pytest.raises(Killed):
        put_in_force(home, two)
    monkeypatch.undo()
    assert swapped == ["current.json", "current"][:moment]
    assert in_force(home) == (two if moment else one).resolve()
    assert (home.published / DATABASE).read_text(encoding="utf-8") == "one"
    put_in_force(home, two)
    assert in_force(home) == home.current.resolve() == two.resolve()
    assert not list(home.published.glob(".*"))


def test_the_file_names_the_release_in_force_and_goes_before_the_link(home: RegionHome) -> None:
    one, two = make(home, "one"), make(home, "two", AT.replace(minute=9))
    put_in_force(home, one)
    told = json.loads(home.current_file.read_text(encoding="utf-8"))
    assert told == {"release": one.name, "folder": f"releases/{one.name}"}
    home.current.unlink()
    home.current.symlink_to(Path("releases") / two.name)
    assert in_force(home) == one.resolve()
    home.current_file.unlink()
    assert in_force(home) == two.resolve(), "a home of before there was a file"


def test_a_link_to_a_part_that_the_release_lacks_goes_with_it(home: RegionHome) -> None:
    one, two = make(home, "one"), make(home, "two", AT.replace(minute=9))
    (two / "excel").mkdir()
    put_in_force(home, two)
    assert (home.published / "excel").is_dir()
    put_in_force(home, one)
    assert not (home.published / "excel").is_symlink()


@pytest.fixture(params=[OSError, NotImplementedError])
def share(home: RegionHome, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> RegionHome:
    """A home where links don't work."""

    def refused(*_args: object, **_kwargs: object) -> None:
        raise request.param("no links here")

    monkeypatch.setattr(os, "symlink", refused)
    monkeypatch.setattr(following, "_WAITS", (0, 0))
    return home


def texts_of(home: RegionHome) -> set[str]:
    """What the copies say that readers open."""
    return {(home.published / name).read_text(encoding="utf-8") for name in (DATABASE, "dashboard/index.html")}


def test_without_links_copies_follow_file_by_file(share: RegionHome) -> None:
    one = make(share, "one", text="one")
    (one / "dashboard" / "old.html").write_text("old", encoding="utf-8")
    following.write_sums(one)
    put_in_force(share, one)
    assert in_force(share) == one.resolve()
    assert texts_of(share) == {"one"}
    two = make(share, "two", AT.replace(minute=9), text="two")
    put_in_force(share, two)
    assert in_force(share) == two.resolve()
    assert texts_of(share) == {"two"}
    assert not (share.published / "dashboard" / "old.html").exists(), "no page of the release before"
    assert behind_of(share, two) == ()
    assert not [entry for entry in share.published.rglob("*") if entry.is_symlink() or entry.name.endswith(".new")]
    assert faults_of(one) == faults_of(two) == ()


def test_copies_take_the_place_of_links_and_links_that_of_copies(
    home: RegionHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make(home, "one", text="one")
    put_in_force(home, one)
    with monkeypatch.context() as without:
        without.delattr(os, "symlink")
        two = make(home, "two", AT.replace(minute=9), text="two")
        put_in_force(home, two)
        assert not home.current.is_symlink()
        assert texts_of(home) == {"two"}
    assert faults_of(one) == (), "no copy was written through a link"
    put_in_force(home, one)
    assert home.current.is_symlink()
    assert (home.published / "dashboard").is_symlink()
    assert texts_of(home) == {"one"}


def holding(file: Path, monkeypatch: pytest.MonkeyPatch, times: int | None = None) -> Callable[[], int]:
    """A reader that keeps a file from being replaced, always or so many times; how often it was tried."""
    tried: list[Path] = []
    rename = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if Path(target) == file:
            tried.append(target)
            if times is None or len(tried) <= times:
                raise PermissionError("the process cannot access the file")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    return lambda: len(tried)


def test_a_copy_that_a_reader_holds_is_tried_again_told_and_made_good_later(
    share: RegionHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_force(share, make(share, "one", text="one"))
    two = make(share, "two", AT.replace(minute=9), text="two")
    with monkeypatch.context() as held:
        tries = holding(share.published / DATABASE, held)
        put_in_force(share, two)
        assert tries() == 3
    assert in_force(share) == two.resolve(), "it is in force all the same"
    assert behind_of(share, two) == (DATABASE, "manifest.json")
    assert texts_of(share) == {"one", "two"}
    assert not list(share.published.rglob(".*"))
    put_in_force(share, two)
    assert behind_of(share, two) == ()
    assert texts_of(share) == {"two"}


def test_a_copy_that_is_let_go_in_time_follows(share: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force(share, make(share, "one", text="one"))
    two = make(share, "two", AT.replace(minute=9), text="two")
    holding(share.published / DATABASE, monkeypatch, times=2)
    put_in_force(share, two)
    assert behind_of(share, two) == ()
    assert texts_of(share) == {"two"}


def test_the_file_that_names_the_release_must_be_free(share: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make(share, "one", text="one")
    put_in_force(share, one)
    two = make(share, "two", AT.replace(minute=9), text="two")
    holding(share.current_file, monkeypatch)
    with pytest.raises(DataError, match=r"current\.json could not be replaced"):
        put_in_force(share, two)
    assert in_force(share) == one.resolve()
    assert texts_of(share) == {"one"}


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda release: (release / DATABASE).write_text("other", encoding="utf-8"), f"{DATABASE} has been changed"),
        (lambda release: (release / DATABASE).unlink(), f"{DATABASE} is missing"),
        (lambda release: (release / "more").write_text("x", encoding="utf-8"), "more does not belong to it"),
        (lambda release: (release / following.SUMS).unlink(), "its list of files is missing"),
        (lambda release: (release / "manifest.json").unlink(), "manifest.json is missing"),
        (lambda release: release.rename(release.with_name("20240101T000000Z-00000000")), "its manifest is that of"),
    ],
)
def test_a_release_that_is_not_as_it_was_made_is_told(
    home: RegionHome, harm: Callable[[Path], object], told: str
) -> None:
    release = make(home, "one")
    assert faults_of(release) == ()
    harm(release)
    (found,) = faults_of(releases_of(home)[0])
    assert told in found


def test_a_hold_is_one_as_long_as_its_releases_stand_and_one_of_them_is_in_force(home: RegionHome) -> None:
    one, two, three = (
        make(home, text, AT.replace(minute=minute)) for minute, text in ((7, "one"), (8, "two"), (9, "x"))
    )
    hold = Hold(one.name, two.name, "two", "2024-02-05 06:07")
    assert read_hold(home) is None
    for release, expected in ((one, hold), (two, hold), (three, None)):
        put_in_force(home, release)
        write_hold(home, hold)
        assert read_hold(home) == expected
    put_in_force(home, one)
    two.rename(home.releases / ".gone")
    assert read_hold(home) is None
    write_hold(home, None)
    assert not home.hold.exists()


RULE = KeptReleases(keep_newest=2, keep_months=3)


def test_the_newest_are_kept_and_the_last_one_of_each_of_the_latest_months() -> None:
    names = ["20231231T00-a", "20240101T00-a", "20240131T00-a", "20240201T00-a", "20240301T00-a", "20240302T00-a"]
    assert kept(names, RULE) == {"20240131T00-a", "20240201T00-a", "20240301T00-a", "20240302T00-a"}
    assert kept(names, KeptReleases(keep_newest=1, keep_months=0)) == {"20240302T00-a"}
    assert kept(names, KeptReleases()) == set(names)
    assert kept([], RULE) == set()


def test_old_releases_go_but_not_the_one_in_force_its_predecessor_or_those_of_a_rollback(home: RegionHome) -> None:
    made = []
    for day in range(1, 9):
        made.append(make(home, str(day), AT.replace(day=day)))
        put_in_force(home, made[-1])
    first, second, third, *between, last = made
    put_in_force(home, third)
    write_hold(home, Hold(third.name, between[0].name, "4", "2024-02-09 00:00"))
    assert predecessor(third) == second
    removed = remove_old(home, KeptReleases(keep_newest=1, keep_months=0))
    assert removed == (first.name, *(release.name for release in between[1:]))
    assert releases_of(home) == [last, between[0], third, second]
    assert in_force(home) == third.resolve()
    assert not list(home.releases.glob(".*"))


def test_a_release_is_renamed_before_it_is_removed_and_one_that_is_held_stays_whole(
    home: RegionHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, held, newest = (make(home, str(day), AT.replace(day=day)) for day in (1, 2, 3))
    put_in_force(home, newest)
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self == held:
            raise PermissionError("held")
        return rename(self, target)

    def killed(*_args: object, **_kwargs: object) -> None:
        raise Killed

    monkeypatch.setattr(Path, "rename", refused)
    with monkeypatch.context() as context:
        context.setattr("shutil.rmtree", killed)
        with pytest.raises(Killed):
            remove_old(home, KeptReleases(keep_newest=1, keep_months=0))
    assert releases_of(home) == [newest, held]
    assert find_release(home, "1") is None
    assert [folder.name for folder in home.releases.glob(".*")] == [f".going.{old.name}"]
    assert remove_old(home, KeptReleases(keep_newest=1, keep_months=0)) == ()
    assert not list(home.releases.glob(".*"))
    assert faults_of(held) == ()


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


@pytest.mark.parametrize("named_by_file", [True, False])
def test_a_release_that_is_gone_is_none(home: RegionHome, named_by_file: bool) -> None:
    release = make(home, "one")
    put_in_force(home, release)
    if not named_by_file:
        home.current_file.unlink()
    release.rename(home.releases / ".gone")
    assert in_force(home) is None
