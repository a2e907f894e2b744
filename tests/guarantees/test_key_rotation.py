"""Another key of pseudonyms: the figures of a home that never changed its key, whatever comes after, or nothing."""

import shutil
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    copy_home,
    figure_hashes,
    lake_rows,
    person,
    plausible,
    region_home,
    rows,
    run_plain,
    visit,
)

from flows.keys import rotate_key
from regions.errors import UsageError
from warehouse.keys import NEW_PSEUDONYM_KEY, PSEUDONYM_KEY

pytestmark = pytest.mark.slow
FIRST, SECOND, THIRD = MONTHS
KEYS = tuple(f"pseudonym key {number} of a test, and of nothing else" for number in range(4))
# Each visit with the first visit of its person: who is one person, without the value of a pseudonym.
PERSONS = (
    "SELECT system, record_id, min(system || record_id) OVER (PARTITION BY person_key) FROM lake.core.visits "
    "ORDER BY ALL"
)
RECIPIENTS = "SELECT count(*), count(DISTINCT record_id), count(DISTINCT person) FROM lake.core.care_recipients"
LINKS = """
id: links
system: links
title_sv: Bytta id
supplier_sv: Lilla regionen
subject: person_links
principal: region
required: false
delivers: whole_month
valid: [{from: 2023-12}]
basis: illustrative
transport: {kind: folder, file_name: "links_{month}_{version}.csv"}
format: {kind: delimited, encoding: utf-8, separator: ";"}
columns: [new, old, why, day]
fields:
  person: {column: new}
  former_person: {column: old}
  reason: {column: why, codes: {B: changed, D: merged}}
  linked_on: {date_column: day, date_format: "%Y-%m-%d"}
"""
# Records without an id of their own: person, month and municipality say which is which.
CARE = """
id: care
system: care
title_sv: Mottagare
supplier_sv: Hallsberg
subject: care_recipients
principal: municipality
municipalities: ["1861"]
required: false
delivers: changes
valid: [{from: 2023-12}]
basis: illustrative
transport: {kind: folder, file_name: "care_{month}_{version}.csv"}
format: {kind: delimited, encoding: utf-8, separator: ";"}
columns: [person, day, place]
fields:
  person: {column: person}
  month: {date_column: day, date_format: "%Y-%m-%d"}
  municipality_code: {column: place}
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small region with sources of links and of care recipients."""
    folder = tmp_path_factory.mktemp("keys") / "region"
    shutil.copytree(SMALL, folder)
    (folder / "sources" / "links.yaml").write_text(LINKS, encoding="utf-8")
    (folder / "sources" / "care.yaml").write_text(CARE, encoding="utf-8")
    return folder


def put(home: Path, source: str, month: str, version: int, lines: list[str]) -> None:
    file = region_home(home).inbox / source / f"{source}_{month.replace('-', '')}_{version}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")


def link(home: Path, month: str, *pairs: tuple[int, int]) -> None:
    """Former and new person."""
    put(home, "links", month, 1, ["new;old;why;day", *(f"{person(n)};{person(o)};B;{month}-05" for o, n in pairs)])


def care(home: Path, month: str, *numbers: int, version: int = 1) -> None:
    lines = [f"{person(number)};{FIRST}-01;1861" for number in numbers]
    put(home, "care", month, version, ["person;day;place", *lines])


def more(home: Path) -> None:
    """A third month, late and corrected rows of persons who are known, and links of theirs to new and known ids."""
    inbox = Deliveries(home)
    inbox.fill(12, months=[THIRD])
    late = visit(ALPHA, SECOND, 90, person_id=person(3), started=datetime(2023, 12, 20, 9))
    inbox.put(ALPHA, SECOND, [*plausible(ALPHA, SECOND, 10), late], version=2)
    inbox.put(BETA, FIRST, plausible(BETA, FIRST, 9, seed=2), version=2)
    known = visit(GAMMA, THIRD, 91, record=f"{FIRST}-2", person_id=person(5), started=datetime(2023, 12, 3, 9))
    inbox.put(GAMMA, THIRD, [known, *plausible(GAMMA, THIRD, 6, seed=3)], version=2)
    link(home, THIRD, (4, 40), (5, 6))
    care(home, THIRD, 1, 2, 7, version=3)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv(PSEUDONYM_KEY, KEYS[0])
    return monkeypatch


@pytest.fixture(scope="module")
def begun(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two months published under the first key; copy it, never change it."""
    home = tmp_path_factory.mktemp("begun") / "home"
    Deliveries(home).fill(12, months=MONTHS[:2])
    link(home, SECOND, (1, 2), (3, 30))
    care(home, FIRST, 1, 2, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PSEUDONYM_KEY, KEYS[0])
        run_plain(home, region, light=True, protected=False)
    return home


def rotated(home: Path, region: Path, key: pytest.MonkeyPatch, new: str) -> str:
    """Rotate, and set the new key as one would."""
    key.setenv(NEW_PSEUDONYM_KEY, new)
    told = rotate_key(str(region), home)
    key.setenv(PSEUDONYM_KEY, new)
    return told


def pseudonyms(home: Path) -> set[str]:
    return {str(row[0]) for row in lake_rows(home, "SELECT person_key FROM lake.core.visits")}


def test_the_figures_are_those_of_a_home_that_never_changed_its_key(
    begun: Path, region: Path, key: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never, twice = copy_home(begun, tmp_path / "never"), copy_home(begun, tmp_path / "twice")
    before, release = pseudonyms(twice), region_home(twice).current.resolve()
    rotated(twice, region, key, KEYS[1])
    assert not pseudonyms(twice) & before, "nothing that counts has a pseudonym of the key that went"
    assert lake_rows(twice, PERSONS) == lake_rows(never, PERSONS)
    run_plain(twice, region, light=True, protected=False)
    assert region_home(twice).current.resolve() == release, "a rotation is no news"
    more(twice)
    run_plain(twice, region, light=True, protected=False)
    rotated(twice, region, key, KEYS[2])
    key.setenv(PSEUDONYM_KEY, KEYS[0])
    more(never)
    run_plain(never, region, light=True, protected=False)
    assert figure_hashes(twice) == figure_hashes(never)
    assert lake_rows(twice, PERSONS) == lake_rows(never, PERSONS)
    assert lake_rows(twice, RECIPIENTS) == lake_rows(never, RECIPIENTS) == [(4, 4, 3)]
    assert rows(twice, "SELECT max(patients) FROM volumes.region_totals") > [(0,)]


def test_ids_that_come_after_two_rotations_meet_their_persons(
    begun: Path, region: Path, key: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copy_home(begun, tmp_path / "home")
    for new in KEYS[1:3]:
        assert "the new key is in force" in rotated(home, region, key, new)
    people = len(pseudonyms(home))
    Deliveries(home).put(BETA, THIRD, [visit(BETA, THIRD, number, person_id=person(number)) for number in range(12)])
    Deliveries(home).put(ALPHA, THIRD, [visit(ALPHA, THIRD)])
    known = "SELECT count(DISTINCT person_key) FROM lake.core.visits WHERE month < DATE '2024-02-01'"
    assert lake_rows(home, known) == [(people,)]
    run_plain(home, region, light=True, protected=False)
    assert lake_rows(home, "SELECT count(DISTINCT person_key) FROM lake.core.visits") == [(people,)]


def test_the_key_that_went_is_sealed_for_the_owner_alone_and_refused(
    begun: Path, region: Path, key: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copy_home(begun, tmp_path / "home")
    told = rotated(home, region, key, KEYS[1])
    folder = region_home(home).restricted / "keys"
    (sealed,) = folder.iterdir()
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(secret.encode() in sealed.read_bytes() for secret in KEYS)
    assert not any(secret in told for secret in KEYS)
    key.setenv(PSEUDONYM_KEY, KEYS[0])
    with pytest.raises(UsageError, match="is a key that was rotated out on 20") as caught:
        run_plain(home, region, light=True, protected=False)
    assert not any(secret in str(caught.value) for secret in KEYS)
    key.setenv(PSEUDONYM_KEY, KEYS[3])
    with pytest.raises(UsageError, match="is not the key that this region's pseudonyms were made with"):
        run_plain(home, region, light=True, protected=False)
    key.setenv(PSEUDONYM_KEY, KEYS[1])
    for used in KEYS[:2]:
        key.setenv(NEW_PSEUDONYM_KEY, used)
        with pytest.raises(UsageError, match="is, or has been, in force"):
            rotate_key(str(region), home)
    sealed.unlink()
    with pytest.raises(UsageError, match="is not where it was sealed"):
        run_plain(home, region, light=True, protected=False)


DIE = """
import os, signal, sys
import {module} as module

module.{name} = lambda *_args, **_kwargs: os.kill(os.getpid(), signal.SIGKILL)
from flows.cli import main

main(["rotate-key", {region!r}, "--home", {home!r}])
"""


@pytest.mark.parametrize(
    ("module", "name", "is_done"),
    [
        ("tasks.rotate", "note_key", False),  # sealed, nothing in the lake
        ("tasks.rotate", "count_visits", False),  # in the transaction: the map is new, the visits are not
        ("typer", "echo", True),  # all is written
    ],
)
def test_killed_half_way_it_is_the_old_state_or_the_new(
    module: str, name: str, is_done: bool, begun: Path, region: Path, key: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copy_home(begun, tmp_path / "home")
    people = lake_rows(home, PERSONS)
    before = pseudonyms(home)
    key.setenv(NEW_PSEUDONYM_KEY, KEYS[1])
    script = DIE.format(module=module, name=name, region=str(region), home=str(home))
    root = Path(rotate_key.__code__.co_filename).parents[1]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == -9
    assert lake_rows(home, PERSONS) == people
    assert (pseudonyms(home) == before) is not is_done
    if is_done:
        key.setenv(PSEUDONYM_KEY, KEYS[1])
    else:
        rotated(home, region, key, KEYS[1])
    run_plain(home, region, light=True, protected=False)
    assert lake_rows(home, PERSONS) == people
    assert figure_hashes(home) == figure_hashes(begun)


def test_a_home_without_data_has_nothing_to_rotate(region: Path, key: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{NEW_PSEUDONYM_KEY} not set"):
        rotate_key(str(region), tmp_path)
    key.setenv(NEW_PSEUDONYM_KEY, KEYS[1])
    with pytest.raises(UsageError, match="there is nothing to carry over"):
        rotate_key(str(region), tmp_path)
    assert list(tmp_path.iterdir()) == []
