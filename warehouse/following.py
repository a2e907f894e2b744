"""How what readers open follows the release in force: links where they work, else copies, file by file.

`published/` shows each part of the release in force under its own name: `hemvard.duckdb`, `dashboard/` … Where links
work these are links through `current`, so that all change at one rename. On a network share without links they are
copies. A file that a reader holds open there stays what it was, and is told of; the next run tries again.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from warehouse.home import RegionHome

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_LAST = (SUMS, MANIFEST)
"""Copied after all others: where the manifest is the release's, all copies are."""
_WAITS = (0.1, 0.4, 1.0)
"""Seconds between tries of what a reader holds: our own choice."""


def follow(home: RegionHome, release: Path) -> None:
    """Let all that readers open be of this release; doing it again changes nothing, and ends what was broken off."""
    if _links_work(home):
        _follow_by_links(home, release)
    else:
        _follow_by_copies(home, release)


def behind_of(home: RegionHome, release: Path) -> tuple[str, ...]:
    """The files under `published/` that are not yet those of this release, for a reader holds them."""
    if home.current.resolve() == release.resolve():
        return ()
    told = read_sums(release)
    left = [name for name in _left_over(home, told) if (home.published / name).exists()]
    return tuple(sorted([name for name, sum_ in told.items() if not _has(home.published / name, sum_)] + left))


def replaced(target: Path, write: Callable[[Path], object]) -> bool:
    """Write a file beside its place, then rename it; whether it could be, for a reader may hold what stands there."""
    beside = target.with_name(f".{target.name}.new")
    write(beside)
    to_disk(beside)
    done = _patiently(lambda: beside.replace(target))
    if not done:
        beside.unlink()
    return done


def to_disk(file: Path) -> None:
    """Return when a file's bytes are on the disk."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of each file of a folder into it, as `sha256sum --check` reads them."""
    lines = [f"{digest(folder / name)}  {name}\n" for name in files_of(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """File → SHA-256, as `write_sums` wrote them; nothing where it has not."""
    if not (folder / SUMS).is_file():
        return {}
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: told for told, _, name in (line.partition("  ") for line in lines)}


def files_of(folder: Path) -> list[str]:
    """The paths of a folder's files within it, in their order, without that of the sums."""
    found = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in found if name != SUMS)


def digest(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _links_work(home: RegionHome) -> bool:
    probe = home.published / ".link"
    probe.unlink(missing_ok=True)
    try:
        probe.symlink_to(home.releases.name)
    except (OSError, NotImplementedError):
        return False
    probe.unlink()
    return True


def _follow_by_links(home: RegionHome, release: Path) -> None:
    """`current` first, by one rename: what goes through it changes with it."""
    _link(home.current, Path(home.releases.name) / release.name)
    for name in _parts(release):
        _link(home.published / name, Path(home.current.name) / name)
    for stale in _links_through_current(home):
        if not stale.exists():
            stale.unlink()


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # a copy, of the time before links worked
    beside.replace(link)


def _follow_by_copies(home: RegionHome, release: Path) -> None:
    for link in (home.current, *_links_through_current(home)):
        if link.is_symlink():
            link.unlink()  # else a copy would be written through it, into a release
    if _is_of(home, release):
        return
    told = read_sums(release)
    done = [_copy(home, release, name) for name in told if name not in _LAST]
    done += [_removed(home.published / name) for name in _left_over(home, told)]
    if all(done):
        for name in _LAST:
            _copy(home, release, name)


def _left_over(home: RegionHome, told: Collection[str]) -> list[str]:
    """What was copied of the release before, and has no place in this one."""
    return sorted(set(read_sums(home.published)) - set(told))


def _has(file: Path, sum_: str) -> bool:
    return file.is_file() and digest(file) == sum_


def _is_of(home: RegionHome, release: Path) -> bool:
    copy = home.published / MANIFEST
    return copy.is_file() and copy.read_bytes() == (release / MANIFEST).read_bytes()


def _copy(home: RegionHome, release: Path, name: str) -> bool:
    target = home.published / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return replaced(target, lambda beside: shutil.copyfile(release / name, beside))


def _removed(file: Path) -> bool:
    return _patiently(lambda: file.unlink(missing_ok=True))


def _parts(release: Path) -> list[str]:
    return sorted(entry.name for entry in release.iterdir())


def _links_through_current(home: RegionHome) -> Iterator[Path]:
    for entry in sorted(home.published.iterdir()):
        if entry.is_symlink() and entry.readlink().parts[0] == home.current.name:
            yield entry


def _patiently(action: Callable[[], object]) -> bool:
    """Do it, again after a while where somebody holds the file; whether it was done."""
    for wait in (*_WAITS, None):
        try:
            action()
        except PermissionError:
            if wait is not None:
                time.sleep(wait)
        else:
            return True
    return False
