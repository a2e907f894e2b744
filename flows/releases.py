"""`hemvard releases` and `hemvard rollback`: which releases there are, and an earlier one in force again."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from regions.errors import DataError, UsageError
from regions.folder import RegionFolder, load_region
from warehouse.decision_points import decision_points
from warehouse.following import behind_of
from warehouse.home import RegionHome, find_home
from warehouse.lock import region_lock
from warehouse.releases import (
    Hold,
    Manifest,
    faults_of,
    manifest_of,
    predecessor,
    put_in_force,
    read_hold,
    releases_of,
    require_release,
    write_hold,
)

LATEST, PREVIOUS = "latest", "previous"
_HEAD = ("release", "made (UTC)", "as of", "deliveries of", "size", "changed", "")


def describe_releases(region: str, home: Path | None) -> str:
    """A line a release, the newest first; then what the one in force changed, and what holds it."""
    folder, place = found_region(region, home)
    current = require_release(place)
    frozen: dict[str, list[str]] = {}
    for point in decision_points(place):
        frozen.setdefault(point.release, []).append(point.name)
    rows = [_row(release, current, frozen.get(release.name, ())) for release in releases_of(place)]
    lines = [f"{folder.region.name}: {len(rows)} release(s)", "", *_aligned([_HEAD, *rows]), "", *_changes(current)]
    lines += _held(place, current)
    lines += [f"Held by a reader, and not yet of it: {place.published / name}" for name in behind_of(place, current)]
    return "\n".join(lines)


def roll_back(region: str, asked: str, home: Path | None) -> str:
    """Put an earlier whole release in force, and let it hold until the inputs change; what was done.

    `asked` is an id or the beginning of one, `previous`, or `latest`, which ends a rollback. UsageError where it names
    none or several, DataError where the release is not as it was made, BusyError where a run holds the region.
    """
    folder, place = found_region(region, home)
    require_release(place)
    with region_lock(place, wait=False):
        current = require_release(place)
        hold = read_hold(place)
        target = _asked_for(place, asked, current, hold)
        require_whole(target)
        kept = _hold(target, current, hold)
        write_hold(place, kept)
        put_in_force(place, target)
    return "\n".join((*_told(folder, target, current, kept), *_behind(place, target)))


def found_region(region: str, home: Path | None) -> tuple[RegionFolder, RegionHome]:
    """A region's folder, and its home."""
    folder = load_region(region)
    return folder, RegionHome(find_home(home) / folder.region.id)


def _row(release: Path, current: Path, frozen: Sequence[str]) -> tuple[str, ...]:
    manifest = manifest_of(release)
    return (
        release.name,
        f"{datetime.fromisoformat(manifest['created_at']):%Y-%m-%d %H:%M}",
        manifest["as_of"],
        _months(manifest),
        _size(release),
        _number_changed(release),
        ", ".join([*(["in force"] if release.name == current.name else []), *(f"frozen as {name}" for name in frozen)]),
    )


def _months(manifest: Manifest) -> str:
    """First and last month of the deliveries that went in: the name of each is source, month and hash."""
    months = sorted(name.split()[1] for kind, name, _hash in manifest["inputs"] if kind == "delivery")
    return f"{months[0]} to {months[-1]}" if months else "none"


def _size(release: Path) -> str:
    size = sum(file.stat().st_size for file in release.rglob("*") if file.is_file())
    return f"{size / 1_000_000:.1f} MB"


def _number_changed(release: Path) -> str:
    """How many tables differ from the release that was in force before it."""
    before = predecessor(release)
    if before is None:
        return "-" if manifest_of(release)["previous_release"] else "first"
    return f"{len(_changed(before, release))} of {len(manifest_of(release)['tables'])}"


def _changed(before: Path, after: Path) -> list[str]:
    """The tables that one of two releases lacks, or whose figures differ, by the hashes of their manifests."""
    one, other = (manifest_of(release)["tables"] for release in (before, after))
    return sorted(name for name in {*one, *other} if one.get(name, {}).get("hash") != other.get(name, {}).get("hash"))


def _changes(current: Path) -> Iterator[str]:
    before = predecessor(current)
    if before is not None:
        changed = _changed(before, current)
        what = f"{len(changed)} table(s): {', '.join(changed)}" if changed else "no table"
        yield f"The one in force differs from {before.name}, which was in force before it, in {what}"


def _held(place: RegionHome, current: Path) -> Iterator[str]:
    hold = read_hold(place)
    if hold is not None and hold.release == current.name:
        yield f"It is held in force by a rollback of {hold.since} (UTC), instead of {hold.instead_of},"
        yield f"until the inputs change, or: hemvard rollback {place.root.name} {LATEST}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _asked_for(place: RegionHome, asked: str, current: Path, hold: Hold | None) -> Path:
    if asked == LATEST:
        return place.releases / hold.instead_of if hold else current
    if asked == PREVIOUS:
        before = predecessor(current)
        if before is None:
            raise _unclear(place, f"No release stands that was in force before {current.name}.")
        return before
    return named_release(place, asked)


def named_release(place: RegionHome, asked: str) -> Path:
    """The release of which this is the id or its beginning; UsageError where it is of none or of several."""
    found = [release for release in releases_of(place) if release.name.startswith(asked)]
    if len(found) != 1:
        several = f"{asked} is the beginning of {len(found)} releases." if found else f"There is no release {asked}."
        raise _unclear(place, several)
    return found[0]


def _unclear(place: RegionHome, text: str) -> UsageError:
    return UsageError(text, where=str(place.releases), todo=f"See which there are: hemvard releases {place.root.name}")


def require_whole(release: Path) -> None:
    """DataError where a release is not as it was made."""
    if faults := faults_of(release):
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise DataError(
            f"The release {release.name} is not as it was made; what is in force stays.\n{listed}",
            where=str(release),
            todo="Name another release, or bring its files back from a backup.",
        )


def _hold(target: Path, current: Path, hold: Hold | None) -> Hold | None:
    """What holds from now on: nothing, where the release comes in force that runs would put there."""
    instead_of = hold.instead_of if hold else current.name
    if target.name == instead_of:
        return None
    inputs_hash = manifest_of(target.with_name(instead_of))["inputs_hash"]
    return Hold(target.name, instead_of, inputs_hash, f"{datetime.now(UTC):%Y-%m-%d %H:%M}")


def _told(folder: RegionFolder, target: Path, current: Path, hold: Hold | None) -> Iterator[str]:
    if target.name == current.name:
        yield f"{folder.region.name}: {target.name} was in force already."
    else:
        yield f"{folder.region.name}: {target.name} is in force, instead of {current.name}. Its files were checked."
    if hold is None:
        yield "No rollback holds: the next run publishes as usual."
    else:
        yield f"Runs leave it there until the inputs change, or: hemvard rollback {folder.region.id} {LATEST}"


def _behind(place: RegionHome, release: Path) -> Iterator[str]:
    for name in behind_of(place, release):
        yield f"Held by a reader, and not yet of it: {place.published / name}. The next run or rollback tries again."
