"""land: the original bytes, encrypted, known by content; each delivery once."""

import hashlib
import os
import re
import stat
from pathlib import Path

import pytest
from memory_lake import Bench
from small_region import ALPHA, BETA, GAMMA, SMALL, plausible, visit

from regions.errors import DataError, UnreachableError, UsageError
from regions.folder import load_region
from regions.month import Month
from regions.transport import FolderTransport
from tasks.land import delivery_id, look
from tasks.sources import connect
from tasks.sources import folder as folder_module
from tasks.sources.offered import Offered
from warehouse.keys import Keys
from warehouse.ledger import read_ledger

MONTH = "2024-01"


@pytest.fixture
def bench(own_home: Path) -> Bench:
    return Bench(own_home)


def landed_files(bench: Bench) -> list[Path]:
    return sorted(path for path in bench.home.landing.rglob("*") if path.is_file())


def test_a_delivery_is_known_by_what_it_holds_and_what_it_came_as() -> None:
    offered = Offered(Month(2024, 1), 1, "a.txt")
    one = delivery_id(ALPHA, offered, b"x")
    assert re.fullmatch(r"[0-9a-f]{64}", one)
    assert delivery_id(ALPHA, Offered(Month(2024, 1), 1, "b.txt"), b"x") == one
    others = {
        delivery_id(BETA, offered, b"x"),
        delivery_id(ALPHA, offered, b"y"),
        delivery_id(ALPHA, Offered(Month(2024, 2), 1, "a.txt"), b"x"),
        delivery_id(ALPHA, Offered(Month(2024, 1), 2, "a.txt"), b"x"),
        delivery_id(ALPHA, Offered(Month(2024, 1), 1, "a.txt"), b""),
    }
    assert len(others | {one}) == 6


def test_the_bytes_land_encrypted_and_come_back_whole(bench: Bench) -> None:
    row = visit(ALPHA, MONTH, name="Påhittsson, Alfa")
    file = bench.inbox.put(ALPHA, MONTH, [row])
    (landing,) = bench.land().new
    (kept,) = landed_files(bench)
    assert kept == bench.home.landing / bench.plan().months[0].deliveries[0].file
    content = kept.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert not any(secret in content for secret in (row["personid"].encode(), "Påhittsson".encode("latin-1")))
    assert bench.run.keys.decrypt(content) == file.read_bytes()
    assert (landing.source_id, str(landing.month), landing.version) == (ALPHA, MONTH, 1)
    assert (landing.bytes, landing.landing_seq) == (file.stat().st_size, 1)
    assert file.exists(), "the inbox is the supplier's; nothing is moved"


def test_the_landing_folder_is_for_the_owner_alone(bench: Bench) -> None:
    bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    bench.land()
    for folder in (bench.home.restricted, bench.home.landing, bench.home.landing / ALPHA):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_file_lands_once(bench: Bench) -> None:
    file = bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    assert len(bench.land().new) == 1
    file.touch()
    assert bench.land().new == ()
    assert len(landed_files(bench)) == 1


def test_a_changed_file_of_the_same_name_lands_beside_the_first(bench: Bench) -> None:
    for minutes in (30, 45):
        bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH, minutes=minutes)])
        bench.land()
    assert len(landed_files(bench)) == 2
    assert bench.rows("SELECT landing_seq, version FROM lake.ledger.landings ORDER BY 1") == [(1, 1), (2, 1)]


def test_the_same_bytes_as_a_new_version_are_a_new_delivery(bench: Bench) -> None:
    rows = [visit(ALPHA, MONTH)]
    for version in (1, 2):
        bench.inbox.put(ALPHA, MONTH, rows, version=version)
    assert [(entry.version, entry.landing_seq) for entry in bench.land().new] == [(1, 1), (2, 2)]


def test_a_file_that_comes_back_lands_again(bench: Bench) -> None:
    for minutes in (30, 45, 30):
        bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH, minutes=minutes)])
        bench.land()
    (first, second, third) = bench.rows("SELECT delivery_id FROM lake.ledger.landings ORDER BY landing_seq")
    assert first == third != second


def test_the_sequence_goes_over_all_sources_by_month_and_version(bench: Bench) -> None:
    bench.inbox.fill(3)
    landed = bench.land().new
    assert [entry.landing_seq for entry in landed] == list(range(1, 10))
    assert [entry.source_id for entry in landed] == [ALPHA] * 3 + [BETA] * 3 + [GAMMA] * 3
    assert [str(entry.month) for entry in landed[:3]] == ["2023-12", "2024-01", "2024-02"]


def test_strange_names_are_counted_and_left_alone(bench: Bench) -> None:
    folder = bench.inbox.inbox / ALPHA
    for name in ("alpha_202401.txt", "alpha_202413_1.txt", "alpha_202401_1.txt.part", "Kopia av alpha_202401_1.txt"):
        bench.inbox.put_bytes(ALPHA, MONTH, b"x")
        (folder / name).write_bytes(b"x")
    bench.inbox.path(ALPHA, MONTH).unlink()
    (folder / "sub").mkdir()
    (folder / ".alpha_202401_1.txt").write_bytes(b"still being written")
    found = bench.land()
    assert found.new == ()
    assert found.strange == {ALPHA: 4}
    assert len(list(folder.iterdir())) == 6


def test_two_names_of_one_version_land_once_and_settle(bench: Bench) -> None:
    bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH, minutes=30)])
    bench.inbox.path(ALPHA, MONTH).with_name("alpha_202401_01.txt").write_bytes(b"another")
    found = bench.land()
    assert [entry.file_name for entry in found.new] == ["alpha_202401_1.txt"]
    assert found.strange == {ALPHA: 1}
    assert bench.land().new == bench.land().new == ()


def test_an_inbox_that_is_not_there_offers_nothing(bench: Bench) -> None:
    transport = connect(bench.folder.sources_by_id[ALPHA], bench.home, bench.folder)
    assert (transport.list_offered(), transport.strange()) == ([], 0)


def test_offers_come_by_month_then_version(bench: Bench) -> None:
    for month, version in (("2024-02", 1), ("2024-01", 10), ("2024-01", 9), ("2023-12", 2)):
        bench.inbox.put(ALPHA, month, plausible(ALPHA, month, 1), version)
    offers = connect(bench.folder.sources_by_id[ALPHA], bench.home, bench.folder).list_offered()
    assert [(str(entry.month), entry.version) for entry in offers] == [
        ("2023-12", 2),
        ("2024-01", 9),
        ("2024-01", 10),
        ("2024-02", 1),
    ]


def test_a_file_that_is_gone_is_a_system_away(bench: Bench) -> None:
    transport = connect(load_region(str(SMALL)).sources_by_id[ALPHA], bench.home, bench.folder)
    with pytest.raises(UnreachableError, match=r"alpha_202401_1\.txt can't be read") as caught:
        list(transport.fetch(Offered(Month(2024, 1), 1, "alpha_202401_1.txt")))
    assert caught.value.where == transport.describe()
    assert caught.value.exit_code == 3


def test_another_store_key_cannot_read_what_landed(bench: Bench) -> None:
    import pyrage

    bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    bench.land()
    other = Keys(b"x" * 32, pyrage.x25519.Identity.generate())
    with pytest.raises(UsageError, match="can't be decrypted with this store key") as caught:
        other.decrypt(landed_files(bench)[0].read_bytes())
    assert caught.value.where == "HEMVARD_STORE_KEY"


def unread(*_: object) -> None:
    raise AssertionError("what has not changed isn't read")


def test_a_file_that_has_settled_is_read_again_only_where_it_changed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_SETTLED_SECONDS", -1)
    file = bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    (landing,) = bench.land().new
    assert landing.stamp.startswith(f"{file.stat().st_size}:")
    with monkeypatch.context() as guarded:
        guarded.setattr(folder_module.FolderSource, "fetch", unread)
        assert bench.land().new == ()
    os.utime(file, (1, 1))
    assert bench.land().new == (), "the same bytes"
    ((stamp,),) = bench.rows("SELECT stamp FROM lake.ledger.landings")
    assert stamp != landing.stamp
    monkeypatch.setattr(folder_module.FolderSource, "fetch", unread)
    assert bench.land().new == ()


def test_a_file_that_is_new_this_moment_has_no_stamp_yet(bench: Bench) -> None:
    bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    assert [entry.stamp for entry in bench.land().new] == [""]


def test_the_bytes_alone_have_a_hash_of_their_own(bench: Bench) -> None:
    for source, month in ((ALPHA, MONTH), (BETA, MONTH), (BETA, "2024-02")):
        bench.inbox.put_bytes(source, month, b"the same")
    landed = bench.land().new
    assert {entry.content_sha256 for entry in landed} == {hashlib.sha256(b"the same").hexdigest()}
    assert len({entry.delivery_id for entry in landed}) == 3
    assert read_ledger(bench.run.connection).landings == landed


def test_what_is_larger_than_its_source_allows_never_lands(bench: Bench) -> None:
    bench.with_source(ALPHA, transport=FolderTransport(file_name="alpha_{month}_{version}.txt", max_mib=1))
    bench.inbox.put_bytes(ALPHA, "2023-12", b"x" * 2**20)
    bench.inbox.put_bytes(ALPHA, MONTH, b"x" * (2**20 + 1))
    bench.inbox.put(BETA, MONTH, [visit(BETA, MONTH)])
    with pytest.raises(DataError, match=r"alpha_202401_1\.txt is larger than 1 MiB") as caught:
        bench.land()
    assert caught.value.where == str(bench.inbox.inbox / ALPHA)
    assert bench.rows("SELECT source_id, bytes > 2000 FROM lake.ledger.landings") == [(ALPHA, True), (BETA, False)]
    assert len(landed_files(bench)) == 2


def test_what_a_killed_run_left_half_written_is_removed(bench: Bench) -> None:
    half = bench.home.landing / ALPHA / "202401-1.part"
    half.parent.mkdir()
    half.write_bytes(b"age-encryption.org/v1 half")
    bench.inbox.put(ALPHA, MONTH, [visit(ALPHA, MONTH)])
    assert len(bench.land().new) == 1
    assert [file.suffix for file in landed_files(bench)] == [".age"]


def test_a_look_finds_what_landing_finds_and_writes_nothing(bench: Bench) -> None:
    bench.inbox.fill(3)
    seen = look(bench.folder, bench.home, read_ledger(bench.run.connection))
    assert (landed_files(bench), bench.rows("FROM lake.ledger.landings")) == ([], [])
    landed = bench.land().new
    assert [(entry.delivery_id, entry.bytes, entry.landing_seq) for entry in seen.new] == [
        (entry.delivery_id, entry.bytes, entry.landing_seq) for entry in landed
    ]
    again = look(bench.folder, bench.home, read_ledger(bench.run.connection))
    assert (again.new, again.unsure, again.away) == ((), 0, {})
