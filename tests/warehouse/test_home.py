"""Where a region's files lie."""

import stat
from pathlib import Path

import pytest

from warehouse import home as home_module
from warehouse.home import RegionHome, find_home


def test_what_is_given_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMVARD_HOME", str(tmp_path / "named"))
    assert find_home(tmp_path / "given") == tmp_path / "given"
    assert find_home(None) == tmp_path / "named"


def test_a_home_is_always_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home(Path("here")) == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert find_home(Path("~/data")) == tmp_path / "me" / "data"
    monkeypatch.setenv("HEMVARD_HOME", "there")
    assert find_home(None) == tmp_path / "there"


def test_beside_a_checkout_it_is_var_else_the_user_s_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEMVARD_HOME")
    assert find_home(None) == Path(home_module.__file__).resolve().parents[1] / "var"
    monkeypatch.setattr(home_module, "__file__", str(tmp_path / "site-packages" / "warehouse" / "home.py"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert find_home(None) == tmp_path / "data" / "hemvard"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert find_home(None) == tmp_path / "me" / ".local" / "share" / "hemvard"


def test_the_folders_of_the_contract(tmp_path: Path) -> None:
    home = RegionHome(tmp_path / "norrbotten")
    told = {
        home.inbox: "inbox",
        home.landing: "restricted/landing",
        home.catalogue: "restricted/lake/catalogue.sqlite",
        home.data: "restricted/lake/data",
        home.temp: "restricted/temp",
        home.lock: "restricted/run.lock",
        home.releases: "published/releases",
        home.current: "published/current",
    }
    for path, name in told.items():
        assert path.relative_to(home.root).as_posix() == name


def test_row_level_folders_are_the_owner_s_even_where_they_were_not(tmp_path: Path) -> None:
    home = RegionHome(tmp_path / "norrbotten")
    home.restricted.mkdir(parents=True, mode=0o755)
    home.restricted.chmod(0o755)
    for _ in range(2):
        home.prepare()
    for folder in (home.restricted, home.landing, home.data, home.temp, home.catalogue.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert home.inbox.is_dir()
    assert home.releases.is_dir()
