"""The keys: from the environment; made only for a region whose data are made up, once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest
from memory_lake import memory_lake

from regions.errors import UsageError
from warehouse import keys as keys_module
from warehouse.home import RegionHome
from warehouse.keys import (
    NEW_PSEUDONYM_KEY,
    PSEUDONYM_KEY,
    STORE_KEY,
    Keys,
    find_keys,
    keys_in_force,
    new_pseudonym_key,
    note_key,
    seal_key,
)

SECRET = "a pseudonym key of forty characters or so"


@pytest.fixture
def home(tmp_path: Path) -> RegionHome:
    place = RegionHome(tmp_path / "small")
    place.prepare()
    return place


def own_file(home: RegionHome) -> Path:
    return home.restricted / "synthetic-keys.json"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), f"{PSEUDONYM_KEY} and {STORE_KEY} not set"),
        ((PSEUDONYM_KEY,), f"{STORE_KEY} not set"),
        ((STORE_KEY,), f"{PSEUDONYM_KEY} not set"),
    ],
)
def test_a_real_region_without_keys_is_wrong_use(
    home: RegionHome, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], told: str
) -> None:
    for name in given:
        monkeypatch.setenv(name, SECRET)
    with pytest.raises(UsageError) as caught:
        find_keys(home, synthetic=False)
    assert caught.value.exit_code == 2
    assert caught.value.what == f"{told}, and this region's data are real."
    assert "at least 32 secret characters" in caught.value.todo
    assert SECRET not in str(caught.value)
    assert not own_file(home).exists()


def test_a_key_that_is_too_short_is_refused(home: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PSEUDONYM_KEY, "x" * 31)
    monkeypatch.setenv(STORE_KEY, str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UsageError, match="too short to be secret") as caught:
        find_keys(home, synthetic=False)
    assert "x" * 31 not in str(caught.value)
    monkeypatch.setenv(PSEUDONYM_KEY, "x" * 32)
    assert find_keys(home, synthetic=False).pseudonym == b"x" * 32


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_store_key_that_is_none_is_refused_without_being_told(
    home: RegionHome, monkeypatch: pytest.MonkeyPatch, synthetic: bool
) -> None:
    monkeypatch.setenv(PSEUDONYM_KEY, SECRET)
    monkeypatch.setenv(STORE_KEY, "AGE-SECRET-KEY-1WRONG")
    with pytest.raises(UsageError, match="is not an age identity") as caught:
        find_keys(home, synthetic=synthetic)
    assert "1WRONG" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_made_up_region_makes_its_own_once_for_its_owner_alone(home: RegionHome) -> None:
    first = find_keys(home, synthetic=True)
    second = find_keys(home, synthetic=True)
    assert first.pseudonym == second.pseudonym
    assert second.decrypt(first.encrypt(b"content")) == b"content"
    assert len(first.pseudonym) == 64
    assert stat.S_IMODE(own_file(home).stat().st_mode) == 0o600
    assert [path.name for path in home.restricted.iterdir() if path.is_file()] == ["synthetic-keys.json"]


def test_two_homes_have_different_keys(home: RegionHome, tmp_path: Path) -> None:
    other = RegionHome(tmp_path / "other")
    other.prepare()
    assert find_keys(home, synthetic=True).pseudonym != find_keys(other, synthetic=True).pseudonym


def test_two_at_once_agree(home: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find no file; the one that comes second takes the first one's keys."""
    taken = own_file(home)
    made = find_keys(home, synthetic=True)
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self: False if self == taken else real(self))
    assert find_keys(home, synthetic=True).pseudonym == made.pseudonym
    monkeypatch.undo()
    taken.unlink()
    numbers = iter(range(1000))
    monkeypatch.setattr(keys_module.os, "getpid", lambda: next(numbers))  # as if each were a process of its own
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: find_keys(home, synthetic=True).pseudonym, range(8)))
    assert len(set(found)) == 1


def test_the_environment_goes_before_a_region_s_own(home: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = pyrage.x25519.Identity.generate()
    monkeypatch.setenv(PSEUDONYM_KEY, SECRET)
    monkeypatch.setenv(STORE_KEY, str(identity))
    found = find_keys(home, synthetic=True)
    assert found.pseudonym == SECRET.encode()
    assert pyrage.decrypt(found.encrypt(b"x"), [identity]) == b"x"
    assert not own_file(home).exists()


def test_keys_are_never_printed(home: RegionHome) -> None:
    found = find_keys(home, synthetic=True)
    assert repr(found) == "Keys()"
    assert found.pseudonym.decode() not in f"{found} {found!r}"


FIRST, SECOND, THIRD = (f"pseudonym key {number} of forty characters".encode() for number in range(3))


def keys(home: RegionHome, pseudonym: bytes) -> Keys:
    """The home's own store key with a key of pseudonyms."""
    return Keys(pseudonym, find_keys(home, synthetic=True).store)


def test_the_key_of_the_first_run_is_in_force_from_then_on(home: RegionHome) -> None:
    lake = memory_lake()
    assert keys_in_force(lake, home, keys(home, FIRST)).chain == (FIRST,)
    assert keys_in_force(lake, home, keys(home, FIRST)).chain == (FIRST,)
    with pytest.raises(UsageError, match="is not the key that this region's pseudonyms were made with") as caught:
        keys_in_force(lake, home, keys(home, SECOND))
    assert caught.value.exit_code == 2
    assert caught.value.where.endswith("synthetic-keys.json")
    stored = str(lake.execute("SELECT * FROM lake.ledger.pseudonym_keys").fetchall())
    assert FIRST.decode() not in stored + str(caught.value)
    assert SECOND.decode() not in stored + str(caught.value)


def test_former_keys_are_opened_in_their_order(home: RegionHome) -> None:
    lake = memory_lake()
    for key, number in ((FIRST, 1), (SECOND, 2), (THIRD, 3)):
        assert note_key(lake, key) == number
        assert keys_in_force(lake, home, keys(home, key)).chain == (FIRST, SECOND, THIRD)[:number]
        seal_key(home, keys(home, key))
    for key in (FIRST, SECOND):
        with pytest.raises(UsageError, match="is a key that was rotated out on 20"):
            keys_in_force(lake, home, keys(home, key))
    for key in (FIRST, THIRD):
        with pytest.raises(UsageError, match="is, or has been, in force") as caught:
            note_key(lake, key)
        assert caught.value.where == NEW_PSEUDONYM_KEY


def test_a_sealed_key_is_its_owner_s_and_opens_with_the_store_key_alone(home: RegionHome) -> None:
    lake = memory_lake()
    note_key(lake, FIRST)
    file = seal_key(home, keys(home, FIRST))
    note_key(lake, SECOND)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert FIRST not in file.read_bytes()
    with pytest.raises(UsageError, match="can't be decrypted with this store key"):
        keys_in_force(lake, home, Keys(SECOND, pyrage.x25519.Identity.generate()))
    other = seal_key(home, keys(home, THIRD))
    other.replace(file)
    with pytest.raises(UsageError, match="is not where it was sealed"):
        keys_in_force(lake, home, keys(home, SECOND))
    file.unlink()
    with pytest.raises(UsageError, match="is not where it was sealed") as caught:
        keys_in_force(lake, home, keys(home, SECOND))
    assert caught.value.where == str(file)


def test_the_new_key_comes_from_the_environment_and_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=f"{NEW_PSEUDONYM_KEY} not set"):
        new_pseudonym_key()
    monkeypatch.setenv(NEW_PSEUDONYM_KEY, "y" * 31)
    with pytest.raises(UsageError, match=f"{NEW_PSEUDONYM_KEY} is too short to be secret"):
        new_pseudonym_key()
    monkeypatch.setenv(NEW_PSEUDONYM_KEY, "y" * 32)
    assert new_pseudonym_key() == b"y" * 32


def test_former_keys_are_never_printed(home: RegionHome) -> None:
    found = Keys(SECOND, find_keys(home, synthetic=True).store, (FIRST,))
    assert repr(found) == "Keys()"
