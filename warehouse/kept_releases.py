"""Which old releases are kept, and how the others go: renamed first, so that nobody meets half a folder."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from regions.model import KeptReleases
from regions.month import Month
from warehouse.decision_points import decision_points
from warehouse.home import RegionHome
from warehouse.kept_inputs import forget_unused
from warehouse.releases import in_force, predecessor, read_hold, releases_of

_GOING = ".going."


def kept(names: Iterable[str], rule: KeptReleases) -> set[str]:
    """The releases that the rule keeps: the newest ones, and the last one of each of the latest months.

    Names begin with the UTC time at which they were made. Months are counted back from the newest release, not from
    today: where nothing is published, nothing goes.
    """
    newest_first = sorted(names, reverse=True)
    staying = set(newest_first[: rule.keep_newest])
    last_of_month: dict[Month, str] = {}
    for name in newest_first:
        last_of_month.setdefault(_month(name), name)
    if newest_first:
        begin = _month(newest_first[0]).plus(1 - rule.keep_months)
        staying |= {name for month, name in last_of_month.items() if month >= begin}
    return staying


def remove_old(home: RegionHome, rule: KeptReleases) -> tuple[str, ...]:
    """Remove the releases that the rule doesn't keep; their names.

    Never the one in force, its predecessor, the two of a rollback, or one that is frozen. What none of those left was
    made of goes, too. One that a reader holds stays, whole, until the
    next run.
    """
    _finish_removals(home)
    names = [release.name for release in releases_of(home)]
    going = sorted(set(names) - kept(names, rule) - _needed(home))
    removed = tuple(name for name in going if _renamed(home.releases / name))
    _finish_removals(home)
    forget_unused(home)
    return removed


def _needed(home: RegionHome) -> set[str]:
    release, hold = in_force(home), read_hold(home)
    before = predecessor(release) if release else None
    needed = {entry.name for entry in (release, before) if entry}
    needed |= {point.release for point in decision_points(home)}
    return needed | ({hold.release, hold.instead_of} if hold else set())


def _month(name: str) -> Month:
    return Month(int(name[:4]), int(name[4:6]))


def _renamed(release: Path) -> bool:
    try:
        release.rename(release.with_name(f"{_GOING}{release.name}"))
    except PermissionError:
        return False
    return True


def _finish_removals(home: RegionHome) -> None:
    """Delete what has been renamed, now or by a run that was killed; a file that a reader holds waits for the next."""
    for folder in home.releases.glob(f"{_GOING}*"):
        try:
            shutil.rmtree(folder)
        except PermissionError:
            continue
