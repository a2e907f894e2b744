"""states: what two releases were made of, beside each other, and the states between them.

What a release is made of has five parts, in this order: its deliveries, its boundaries (`scenarios/`), its other
definitions (all else of the region's folder, and what holds for the whole country), its parameters (`parameters/` of
both, and the day as of which they are known), and the code. Between two releases lies a state for each part that
differs, but the last: the parts up to it are of the later release, the others of the earlier one. Each is computed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal, get_args

import duckdb
import psutil

from regions.errors import DataError, HemvardError
from tasks.definitions import code_files, code_hash, lock_files, national_files
from tasks.recompute import ANSWER, REQUEST, GoneError, Recomputed, Request, Standpoint, recompute
from tasks.run import Run
from warehouse.home import RegionHome
from warehouse.kept_inputs import Kind, keep, kept_files, set_hash, write_files
from warehouse.keys import PSEUDONYM_KEY, STORE_KEY, Keys
from warehouse.lake import snapshot
from warehouse.releases import Manifest

Cause = Literal["deliveries", "boundary", "definition", "parameter", "code"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""The parts, in the order in which they are exchanged."""
PARAMETERS, SCENARIOS = "parameters/", "scenarios/"
_NATIONAL = "regions/sweden"
_SCRATCH = "recompute-"
_ERASURE = "erasure"
_DELIVERED = ("delivery", "official", _ERASURE)
_OF_FILES = ("region_file", "national_file")
_KNOWN, _KNOWN_OFFICIAL = ("parameters", "known values"), ("parameters", "known official values")
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", PSEUDONYM_KEY, STORE_KEY)
"""What a process that runs kept code is told of its surroundings."""


@dataclass(frozen=True)
class MadeOf:
    """What a release was made of: the kept sets by hash, and the lake by its numbers."""

    region: str
    national: str
    code: str
    lock: str
    snapshot: int
    landing_seq: int
    """The last landing and the last load that the lake had."""
    load_seq: int


@dataclass(frozen=True)
class Side:
    """A release as one of two that are compared."""

    name: str
    inputs: Mapping[tuple[str, str], str]
    """Kind and name → hash, as `meta.inputs` has them."""
    as_of: date
    made_of: MadeOf | None
    """None where it was made by a version that kept nothing."""


@dataclass(frozen=True)
class Between:
    """The parts that differ, and the states between them that could be computed."""

    causes: tuple[Cause, ...]
    databases: tuple[Path | None, ...] = ()
    """One fewer than the causes: after each exchange but the last. None where the state can't be computed."""
    why: tuple[str, ...] = ()
    """Of those, why not."""


def keep_inputs(run: Run) -> MadeOf:
    """Keep what the release that is being built is made of."""
    row = run.connection.execute(
        "SELECT (SELECT coalesce(max(landing_seq), 0) FROM lake.ledger.landings), "
        "(SELECT coalesce(max(load_seq), 0) FROM lake.ledger.loads)"
    ).fetchone()
    landing_seq, load_seq = row or (0, 0)
    return MadeOf(
        keep(run.home, "region", run.folder.files),
        keep(run.home, "national", national_files()),
        keep(run.home, "code", code_files()),
        keep(run.home, "lock", lock_files()),
        snapshot(run.connection),
        landing_seq,
        load_seq,
    )


def side_of(manifest: Manifest) -> Side:
    """A published release."""
    made_of = manifest.get("made_of")
    return Side(
        manifest["release_id"],
        {(kind, name): hash_ for kind, name, hash_ in manifest["inputs"]},
        date.fromisoformat(manifest["as_of"]),
        MadeOf(**made_of) if made_of else None,
    )


def causes_between(before: Side, after: Side) -> tuple[Cause, ...]:
    """The parts that differ, in their order. Pure."""
    changed = {
        entry for entry in {**before.inputs, **after.inputs} if before.inputs.get(entry) != after.inputs.get(entry)
    }
    found = {cause for entry in changed if (cause := _part_of(entry))}
    if _KNOWN_OFFICIAL in changed and "deliveries" not in found:
        found.add("parameter")  # the same deliveries, and another day as of which they are known
    return tuple(cause for cause in CAUSES if cause in found)


def _part_of(entry: tuple[str, str]) -> Cause | None:
    """The part to which an input belongs; None of what follows from others, such as a model's definition or a day."""
    kind, name = entry
    if kind in _DELIVERED:
        return "deliveries"
    if kind in _OF_FILES:
        return part_of_file(name)
    if entry == _KNOWN:
        return "parameter"
    return "code" if kind == "code" else None


def part_of_file(name: str) -> Cause:
    """The part to which a file of the region's folder, or of `regions/sweden`, belongs."""
    if name.startswith(SCENARIOS):
        return "boundary"
    return "parameter" if name.startswith(PARAMETERS) else "definition"


def differences(home: RegionHome, before: Side, after: Side) -> dict[Cause, list[str]]:
    """What differs in each part, in words: deliveries by source, files, the day as of which parameters are known."""
    found: dict[Cause, list[str]] = {cause: [] for cause in CAUSES}
    found["deliveries"] = list(_differing_deliveries(before, after))
    for kind, name in sorted({**before.inputs, **after.inputs}):
        one, other = before.inputs.get((kind, name)), after.inputs.get((kind, name))
        if kind == "region_file" and one != other:
            found[part_of_file(name)].append(f"{_how(one, other)}: {name}")
    for cause, line in _differing_files(home, before, after):
        found[cause].append(line)
    if before.as_of != after.as_of:
        found["parameter"].append(f"known as of {before.as_of}, now of {after.as_of}")
    return found


def _differing_deliveries(before: Side, after: Side) -> Iterator[str]:
    """A line a source: months that came, came anew in another form, or count no more; and a line an erasure."""
    come, gone = _delivered(after, before), _delivered(before, after)
    for source in sorted({*come, *gone}):
        new, old = come.get(source, set()), gone.get(source, set())
        told = (("new", new - old), ("corrected", new & old), ("counted no more", old - new))
        yield f"{source}: {', '.join(f'{what} {_months(months)}' for what, months in told if months)}"
    for kind, record in sorted({*after.inputs} - {*before.inputs}):
        if kind == _ERASURE:
            yield f"rows erased under record {record}"


def _delivered(side: Side, other: Side) -> dict[str, set[str]]:
    """Source → the months of which this side has a delivery that the other hasn't."""
    found: dict[str, set[str]] = {}
    for kind, name in {*side.inputs} - {*other.inputs}:
        if kind in _DELIVERED and kind != _ERASURE:
            source, _, rest = name.partition(" ")
            found.setdefault(source, set()).add(rest.partition(" ")[0])
    return found


def _months(months: set[str]) -> str:
    ordered = sorted(months)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} … {ordered[-1]} ({len(ordered)} months)"


def _how(one: object, other: object) -> str:
    if one is None:
        return "new"
    return "gone" if other is None else "changed"


def _differing_files(home: RegionHome, before: Side, after: Side) -> Iterator[tuple[Cause, str]]:
    """Of the kept files beside the region's: what holds for the country, code and libraries."""
    if before.made_of is None or after.made_of is None:
        return
    for kind in ("national", "code", "lock"):
        one, other = (kept_files(home, kind, getattr(side.made_of, kind)) for side in (before, after))
        for name in sorted({*one, *other}):
            if one.get(name) != other.get(name):
                cause = part_of_file(name) if kind == "national" else "code"
                yield cause, f"{_how(one.get(name), other.get(name))}: {_place(kind, name)}"


def _place(kind: Kind, name: str) -> str:
    return f"{_NATIONAL}/{name}" if kind == "national" else name


@contextmanager
def between(home: RegionHome, before: Side, after: Side, keys: Keys) -> Iterator[Between]:
    """What differs between two releases, and the states between them, computed, for the while.

    A state that can't be computed has no database, and says why. Nothing is computed where at most one part differs.
    """
    causes = causes_between(before, after)
    lacking = [side.name for side in (before, after) if side.made_of is None]
    if lacking and len(causes) > 1:
        why = f"what {' and '.join(lacking)} was made of is not kept"
        yield Between(causes, (None,) * (len(causes) - 1), (why,))
        return
    with _scratch(home) as folder:
        found = [
            _state(home, before, after, causes[:number], folder / str(number), keys) for number in range(1, len(causes))
        ]
        databases = tuple(database for database, _ in found)
        yield Between(causes, databases, tuple(dict.fromkeys(why for _, why in found if why)))


@contextmanager
def recomputed(home: RegionHome, side: Side, keys: Keys) -> Iterator[Recomputed]:
    """A release, computed again from what it was made of, for the while.

    GoneError where rows or deliveries are kept no more; DataError where it was made by a version that kept nothing.
    """
    with _scratch(home) as folder:
        yield _compute(home, side, side, (), folder, keys, whole=True)


@contextmanager
def _scratch(home: RegionHome) -> Iterator[Path]:
    """An empty folder in the restricted temp, removed afterwards; those of processes that died go, too."""
    home.prepare()
    for left in home.temp.glob(f"{_SCRATCH}*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):
            shutil.rmtree(left)
    folder = Path(mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-", dir=home.temp))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _state(
    home: RegionHome, before: Side, after: Side, taken: Sequence[Cause], folder: Path, keys: Keys
) -> tuple[Path | None, str]:
    """The database of a state, or why there is none."""
    try:
        return Path(_compute(home, before, after, taken, folder, keys, whole=False).database), ""
    except HemvardError as error:
        why = error.what
    except duckdb.Error as error:
        why = f"DuckDB raised {type(error).__name__}; its text is withheld"
    return None, f"{' and '.join(taken)} of the later release with the rest of the earlier one can't be computed: {why}"


def _compute(
    home: RegionHome,
    before: Side,
    after: Side,
    taken: Sequence[Cause],
    folder: Path,
    keys: Keys,
    *,
    whole: bool,
) -> Recomputed:
    """Compute the state in which the parts taken are of the later release, and the others of the earlier one."""
    old, new = _kept(before), _kept(after)
    region = _exchanged(home, "region", old.region, new.region, taken)
    national = _exchanged(home, "national", old.national, new.national, taken)
    code = new.code if "code" in taken else old.code
    lake = new if "deliveries" in taken else old
    write_files(region, folder / "region")
    (folder / "out").mkdir()
    request = Request(
        home=str(home.root),
        region=str(folder / "region"),
        to=str(folder / "out"),
        as_of=_as_of(before, after, taken).isoformat(),
        snapshots=tuple(
            Standpoint(each.snapshot, whole or code != each.code) for each in _holding(before, after, taken)
        ),
        landing_seq=lake.landing_seq,
        load_seq=lake.load_seq,
    )
    if (code, set_hash(national)) == (code_hash(), set_hash(national_files())):
        return recompute(request, keys)
    write_files(kept_files(home, "code", code), folder / "code")
    write_files(national, folder / "code" / _NATIONAL)
    return _elsewhere(request, folder / "code")


def _as_of(before: Side, after: Side, taken: Sequence[Cause]) -> date:
    """The day as of which parameters are known in a state: the earlier one only while parameters differ by it.

    Where none does, what was fetched since counts as known, for it came with the deliveries.
    """
    waits = "parameter" in causes_between(before, after) and "parameter" not in taken
    return (before if waits else after).as_of


def _holding(before: Side, after: Side, taken: Sequence[Cause]) -> tuple[MadeOf, ...]:
    """The lakes that hold the deliveries of a state, the likeliest first: both, where the two have the same."""
    old, new = _kept(before), _kept(after)
    if "deliveries" in taken:
        return (new,)
    if old == new or "deliveries" in causes_between(before, after):
        return (old,)
    return (new, old) if "definition" in taken else (old, new)


def _kept(side: Side) -> MadeOf:
    if side.made_of is None:
        raise DataError(f"{side.name} was made by a version that did not keep what releases are made of.")
    return side.made_of


def _exchanged(home: RegionHome, kind: Kind, old: str, new: str, taken: Sequence[Cause]) -> dict[str, bytes]:
    """The files of a set: those of the parts taken as they are in the later one, the others as in the earlier one."""
    earlier, later = kept_files(home, kind, old), kept_files(home, kind, new)
    kept = {name: content for name, content in earlier.items() if part_of_file(name) not in taken}
    return kept | {name: content for name, content in later.items() if part_of_file(name) in taken}


def _elsewhere(request: Request, code: Path) -> Recomputed:
    """Compute it by kept code: in a process of its own, that is told little of its surroundings and says nothing."""
    place = Path(request.to)
    (place / REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")
    told = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # Neither output is read: what a library raises may quote a row.
    ended = subprocess.run(  # noqa: S603 - our own module, by the interpreter that runs
        [sys.executable, "-m", "tasks.recompute", str(place)],
        cwd=code,
        env={**told, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if not (place / ANSWER).is_file():
        raise DataError(f"the code that made the release failed (exit code {ended.returncode})")
    answer: dict[str, Any] = json.loads((place / ANSWER).read_text(encoding="utf-8"))
    if "fault" in answer:
        raise (GoneError if answer["gone"] else DataError)(answer["fault"])
    return Recomputed(**answer)
