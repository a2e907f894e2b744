"""`hemvard site`: opens the pages of the release in force, or tells where they are."""

import webbrowser
from datetime import datetime
from pathlib import Path

import pytest
from conftest import Cli
from small_region import SMALL, region_home

from warehouse.releases import PAGES, finish, put_in_force, release_id, start_building, write_manifest

Opened = list[str]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The addresses that a browser was asked to open."""
    found: Opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: found.append(address) or True)
    return found


@pytest.fixture
def page(own_home: Path) -> Path:
    """The first page of a release in force."""
    place = region_home(own_home)
    place.prepare()
    building = start_building(place)
    (building / PAGES).parent.mkdir()
    (building / PAGES).write_text("page", encoding="utf-8")
    manifest = {"inputs_hash": "a", "previous_release": None}
    write_manifest(building, manifest | {"release_id": release_id(manifest, datetime(2024, 2, 5))})
    release = finish(place, building)
    put_in_force(place, release)
    return release / PAGES


def test_it_opens_the_first_page_and_tells_its_path(cli: Cli, own_home: Path, page: Path, opened: Opened) -> None:
    ended = cli("site", SMALL, "--home", own_home)
    assert (ended.code, ended.out.strip()) == (0, str(page.resolve()))
    assert opened == [page.resolve().as_uri()]


def test_print_only_tells_the_path(cli: Cli, own_home: Path, page: Path, opened: Opened) -> None:
    ended = cli("site", SMALL, "--home", own_home, "--print")
    assert (ended.code, ended.out.strip()) == (0, str(page.resolve()))
    assert opened == []


@pytest.mark.parametrize("fails", [False, True])
def test_without_a_browser_it_tells_what_to_do(
    cli: Cli, own_home: Path, page: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def none_found(_address: str) -> bool:
        if fails:
            raise webbrowser.Error("could not locate runnable browser")
        return False

    monkeypatch.setattr(webbrowser, "open", none_found)
    ended = cli("site", SMALL, "--home", own_home)
    assert ended.code == 0
    assert ended.out.splitlines()[0] == str(page.resolve())
    assert "No browser was found on this machine" in ended.out


def test_a_region_without_a_release_says_what_to_run(cli: Cli, own_home: Path, opened: Opened) -> None:
    region_home(own_home).prepare()
    ended = cli("site", SMALL, "--home", own_home)
    assert ended.code == 1
    assert "hemvard run" in ended.err
    assert opened == []


def test_a_release_whose_pages_are_gone_says_so(cli: Cli, own_home: Path, page: Path, opened: Opened) -> None:
    page.unlink()
    ended = cli("site", SMALL, "--home", own_home)
    assert ended.code == 1
    assert "has no pages" in ended.err
    assert opened == []
