"""`hemvard releases` and `hemvard rollback`; and that a run with nothing new lets a rollback hold."""

import fcntl
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import duckdb
import pytest
from conftest import Cli
from small_region import SMALL, region_home

from flows import monthly
from regions.model import KeptReleases
from tasks.land import Landed
from tasks.plan import Plan
from tasks.report import Outcome, _put_in_force
from warehouse.following import SUMS
from warehouse.home import RegionHome
from warehouse.releases import (
    DATABASE,
    finish,
    in_force,
    put_in_force,
    read_hold,
    release_id,
    releases_of,
    start_building,
    write_manifest,
)

TABLES = {"volumes.by_area": "a", "volumes.region_totals": "b", "quality.changes": "c"}


def make(place: RegionHome, day: int, inputs: str, **hashes: str) -> Path:
    """A release of January 2024, put in force; its database says which."""
    building, before = start_building(place), in_force(place)
    with duckdb.connect(str(building / DATABASE)) as connection:
        connection.execute("CREATE SCHEMA meta")
        connection.execute(f"CREATE TABLE meta.release AS SELECT '{inputs}' AS inputs")
    created = datetime(2024, 1, day, 5, len(releases_of(place)))
    facts = {name: {"rows": 1, "hash": hashes.get(name.split(".")[1], text)} for name, text in TABLES.items()}
    manifest = {
        "inputs_hash": inputs,
        "inputs": [("delivery", f"alpha_visits 2023-1{month} 0123456789ab", "0123") for month in (1, 2)]
        + [("code", "1.0.0", "abcd")],
        "as_of": f"2024-01-{day:02d}",
        "created_at": created.isoformat(),
        "previous_release": before.name if before else None,
        "tables": facts,
    }
    write_manifest(building, manifest | {"release_id": release_id(manifest, created)})
    release = finish(place, building)
    put_in_force(place, release)
    return release


@pytest.fixture
def place(own_home: Path) -> RegionHome:
    """A region's home."""
    made = region_home(own_home)
    made.prepare()
    return made


@pytest.fixture
def three(place: RegionHome) -> list[Path]:
    """Three releases; the last one is in force, and the first two are of the same day."""
    return [make(place, 1, "one"), make(place, 1, "two", by_area="x"), make(place, 2, "three", by_area="x")]


def asked(cli: Cli, place: RegionHome, *arguments: object) -> str:
    """What a command tells that ends well."""
    command, *rest = arguments
    ended = cli(command, SMALL, *rest, "--home", place.root.parent)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_the_releases_are_listed_the_newest_first_with_what_each_changed(
    cli: Cli, place: RegionHome, three: list[Path]
) -> None:
    lines = asked(cli, place, "releases").splitlines()
    assert lines[0].endswith(": 3 release(s)")
    assert lines[2].split() == ["release", "made", "(UTC)", "as", "of", "deliveries", "of", "size", "changed"]
    assert [line.split("  ")[0] for line in lines[3:6]] == [release.name for release in reversed(three)]
    cells = [[cell.strip() for cell in line.split("  ") if cell] for line in lines[3:6]]
    assert [row[1:4] for row in cells] == [
        ["2024-01-02 05:02", "2024-01-02", "2023-11 to 2023-12"],
        ["2024-01-01 05:01", "2024-01-01", "2023-11 to 2023-12"],
        ["2024-01-01 05:00", "2024-01-01", "2023-11 to 2023-12"],
    ]
    size = sum(file.stat().st_size for file in three[0].rglob("*")) / 1_000_000
    assert cells[2][4:] == [f"{size:.1f} MB", "first"]
    assert [row[5:] for row in cells[:2]] == [["0 of 3", "in force"], ["1 of 3"]]
    assert lines[-1] == f"The one in force differs from {three[1].name}, which was in force before it, in no table"


def test_a_rollback_puts_an_earlier_release_in_force_and_says_so(
    cli: Cli, place: RegionHome, three: list[Path]
) -> None:
    told = asked(cli, place, "rollback", "previous")
    assert f"{three[1].name} is in force, instead of {three[2].name}." in told
    assert "until the inputs change, or: hemvard rollback small latest" in told
    assert in_force(place) == three[1].resolve()
    assert asked(cli, place, "query", "SELECT inputs FROM meta.release", "--csv").split() == ["inputs", "two"]
    listed = asked(cli, place, "releases")
    assert [line.split()[0] for line in listed.splitlines() if line.endswith("in force")] == [three[1].name]
    assert "in 1 table(s): volumes.by_area" in listed
    assert f"instead of {three[2].name}," in listed

    asked(cli, place, "rollback", "previous")
    assert in_force(place) == three[0].resolve()
    hold = read_hold(place)
    assert hold is not None
    assert (hold.release, hold.instead_of, hold.inputs_hash) == (three[0].name, three[2].name, "three")

    told = asked(cli, place, "rollback", "latest")
    assert "No rollback holds" in told
    assert in_force(place) == three[2].resolve()
    assert read_hold(place) is None
    assert "was in force already" in asked(cli, place, "rollback", "latest")


def test_a_release_is_named_by_its_id_or_what_tells_it_from_the_others(
    cli: Cli, place: RegionHome, three: list[Path]
) -> None:
    asked(cli, place, "rollback", three[0].name)
    assert in_force(place) == three[0].resolve()
    asked(cli, place, "rollback", "20240102")
    assert in_force(place) == three[2].resolve()
    assert read_hold(place) is None, "what runs would put in force is in force"


@pytest.mark.parametrize(
    ("name", "told"),
    [("20240101", "is the beginning of 2 releases"), ("2023", "There is no release 2023"), ("previous", "No release")],
)
def test_an_unclear_name_ends_with_2_and_changes_nothing(
    cli: Cli, place: RegionHome, three: list[Path], name: str, told: str
) -> None:
    put_in_force(place, three[0])
    ended = cli("rollback", SMALL, name, "--home", place.root.parent)
    assert ended.code == 2
    assert told in ended.err
    assert "hemvard releases small" in ended.err
    assert in_force(place) == three[0].resolve()


def test_a_release_that_is_not_whole_never_comes_in_force(cli: Cli, place: RegionHome, three: list[Path]) -> None:
    (three[0] / SUMS).unlink()
    with (three[1] / DATABASE).open("ab") as database:
        database.write(b"x")
    for release, fault in ((three[0], "list of files is missing"), (three[1], f"{DATABASE} has been changed")):
        ended = cli("rollback", SMALL, release.name, "--home", place.root.parent)
        assert ended.code == 1
        assert fault in ended.err
        assert "what is in force stays" in ended.err
    assert in_force(place) == three[2].resolve()
    assert not place.hold.exists()


@pytest.mark.parametrize("arguments", [("releases",), ("rollback", "previous")])
def test_without_a_release_there_is_nothing_to_list_or_roll_back(
    cli: Cli, own_home: Path, arguments: tuple[str, ...]
) -> None:
    command, *rest = arguments
    ended = cli(command, SMALL, *rest, "--home", own_home)
    assert ended.code == 1
    assert "Nothing has been published" in ended.err
    assert not (own_home / "small").exists()


def test_no_rollback_while_a_run_holds_the_region(
    cli: Cli, place: RegionHome, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.lock._GLANCE_SECONDS", 0)
    with place.lock.open("w") as run:
        fcntl.flock(run, fcntl.LOCK_EX)
        ended = cli("rollback", SMALL, "previous", "--home", place.root.parent)
    assert ended.code == 4
    assert "Another run holds the region small." in ended.err
    assert in_force(place) == three[2].resolve()


class Published:
    """`_publish` of a run with these inputs; what is built is a made-up release."""

    def __init__(self, place: RegionHome, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.steps = SimpleNamespace(protect=start_building, release=MagicMock(), present=MagicMock())
        region = SimpleNamespace(id="small", releases=KeptReleases(keep_newest=1, keep_months=0))
        self.run = SimpleNamespace(home=place, folder=SimpleNamespace(region=region))
        monkeypatch.setattr(monthly, "collect_inputs", lambda _run: "inputs")
        monkeypatch.setattr(monthly, "steps", self.steps)
        monkeypatch.setattr(monthly, "changes_in", lambda _database: None)
        monkeypatch.setattr(monthly, "_announce", lambda *_: None)
        monkeypatch.setattr(monthly, "forget_removed", lambda _run: None)
        self.monkeypatch = monkeypatch

    def __call__(self, inputs: str, day: int = 9) -> Outcome:
        outcome = Outcome(self.run, Plan((), (), ()), Landed((), {}))  # type: ignore[arg-type]
        self.monkeypatch.setattr(monthly, "inputs_hash", lambda _inputs: inputs)
        self.steps.protect = lambda _run: self.place.releases
        self.steps.present = lambda _run, _building: make(self.place, day, inputs)
        monthly._publish(self.run, outcome)  # type: ignore[arg-type]
        return outcome


def told_of(outcome: Outcome) -> str:
    """What the summary says of the release in force."""
    assert outcome.release is not None
    return "\n".join(_put_in_force(outcome, outcome.release))


def test_a_rollback_holds_until_the_inputs_change(
    cli: Cli, place: RegionHome, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = Published(place, monkeypatch)
    asked(cli, place, "rollback", three[0].name)

    nothing_new = publish("three")
    assert in_force(place) == three[0].resolve()
    assert (nothing_new.release, nothing_new.is_new, nothing_new.removed) == (three[0], False, ())
    assert f"holds it in force, instead of {three[2].name}" in told_of(nothing_new)
    assert "hemvard rollback small latest" in told_of(nothing_new)

    new = publish("four")
    assert new.is_new
    assert in_force(place) == new.release.resolve()  # type: ignore[union-attr]
    assert f"The inputs have changed: the rollback to {three[0].name} holds no longer" in told_of(new)
    assert not place.hold.exists()
    assert new.removed == (three[1].name, three[2].name)
    assert f"removed by the region's rule: {three[1].name}, {three[2].name}" in told_of(new)
    assert releases_of(place) == [new.release, three[0]], "the one in force, and the one before it"

    assert told_of(publish("four")) == ""
    assert in_force(place) == new.release.resolve()  # type: ignore[union-attr]


def test_a_rollback_that_was_killed_before_its_rename_is_ended_by_the_next_run(
    cli: Cli, place: RegionHome, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(cli, place, "rollback", "previous")
    put_in_force(place, three[2])
    assert Published(place, monkeypatch)("three").release == three[1]
    assert in_force(place) == three[1].resolve()


def test_a_run_puts_what_follows_right_again(
    place: RegionHome, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a run left it that was killed between naming the release and renaming the link."""
    place.current.unlink()
    place.current.symlink_to(Path("releases") / three[1].name)
    assert not Published(place, monkeypatch)("three").is_new
    assert place.current.resolve() == three[2].resolve()


def test_what_a_reader_holds_is_told(place: RegionHome, three: list[Path]) -> None:
    outcome = Outcome(SimpleNamespace(home=place), Plan((), (), ()), Landed((), {}), release=three[2])  # type: ignore[arg-type]
    outcome.run.folder = SimpleNamespace(region=SimpleNamespace(id="small"))  # type: ignore[assignment]
    assert told_of(outcome) == ""
    place.current.unlink()
    assert f"Held by a reader, and not yet of it: {place.published / DATABASE}" in told_of(outcome)
