"""`hemvard erase`: one person out of a region, under its lock. The id is asked for, and told to nobody."""

import getpass
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import duckdb
import typer

from regions.errors import UsageError
from regions.folder import RegionFolder, load_region
from tasks.erase import Decision, Survey, erase, finish, survey, unfinished
from tasks.run import Run
from warehouse.erasures import Erased, read_erasures
from warehouse.home import RegionHome, find_home
from warehouse.keys import find_keys, keys_in_force
from warehouse.lake import open_lake
from warehouse.lock import region_lock
from warehouse.records import ensure_records

_NUMBER = re.compile(r"[A-ZÅÄÖ]{1,8}[ -](19|20)\d{2}[-/:]\d{1,6}")
BEYOND = (
    "Not reached, and for you to see to:",
    "  what suppliers keep: they deliver the person again unless their systems have let go of the rows",
    "  reports and exports that were saved elsewhere, and messages in which they were sent",
    "  backups of the region's folder, and of inboxes",
)


def decided(reason: str | None, number: str | None) -> Decision:
    """The decision as it was given; UsageError where a part is missing, or the number is none of a register."""
    if reason is None or number is None or not _NUMBER.fullmatch(number):
        # What was given isn't repeated: somebody may have taken the option for the place of the id.
        raise UsageError(
            "An erasure needs its ground and the number of the decision.",
            where="--reason and --record",
            todo="Give them, such as --reason gdpr_17 --record 'RS 2026-123': letters, a year, up to six digits.",
        )
    return Decision(reason, number)


def erase_person(region: str, home: Path | None, decision: Decision, *, sure: bool) -> str:
    """Ask for the id, tell what would go, and erase it once that is confirmed; in words, what was done."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    _require_lake(folder, place)
    with region_lock(place, wait=False):
        _empty(place)
        with _opened(folder, place) as run:
            for record in unfinished(run):
                finish(run, record)
                print(f"The erasure {record} had been broken off; it is done now.", file=sys.stderr)
            return _erase(run, decision, sure=sure)


def _erase(run: Run, decision: Decision, *, sure: bool) -> str:
    region = run.folder.region
    try:
        found = survey(run, _ask())
        if found.is_empty:
            return f"{region.name}: nothing that is kept tells of that person."
        print("\n".join(_what_goes(found)), file=sys.stderr)
        _require_sure(sure=sure)
        record = erase(run, found, decision)
    except duckdb.Error as error:  # its text may quote a row, and --debug would show it
        raise RuntimeError(f"erase: DuckDB raised {type(error).__name__}; its text is withheld") from None
    return "\n".join(_told(run, record))


def describe_erasures(region: str, home: Path | None) -> str:
    """The records of erasures: when, on what ground, how many rows of which deliveries, and how far they have come."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    _require_lake(folder, place)
    lake = open_lake(place, read_only=True)
    try:
        found = read_erasures(lake)
    finally:
        lake.close()
    if not found:
        return f"{folder.region.name}: nobody has been erased."
    return "\n".join(
        line for _, entries in groupby(found, lambda entry: entry.record_id) for line in _record(list(entries))
    )


@contextmanager
def _opened(folder: RegionFolder, place: RegionHome) -> Iterator[Run]:
    keys = find_keys(place, synthetic=folder.is_synthetic)
    connection = open_lake(place)
    try:
        ensure_records(connection)
        yield Run(folder, place, keys_in_force(connection, place, keys), connection, lambda _message: None)
    finally:
        connection.close()


def _require_lake(folder: RegionFolder, place: RegionHome) -> None:
    if not place.catalogue.exists():
        raise UsageError(
            f"{folder.region.name} has no data: there is nobody to erase.",
            where=str(place.root),
            todo="See that --home or HEMVARD_HOME names the right folder.",
        )


def _empty(place: RegionHome) -> None:
    """Remove what a process that was killed has left in the folder for spills; the lock says that nobody uses it."""
    for left in place.temp.rglob("*"):
        if left.is_file():
            left.unlink()


def _ask() -> str:
    """The id: at a prompt that doesn't show it, or from standard input; never an argument, which others could see."""
    if sys.stdin.isatty():
        return getpass.getpass("Person id (not shown): ")
    return sys.stdin.readline().strip()


def _require_sure(*, sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "Nothing was erased: nobody could be asked whether to go on.",
            where="standard input",
            todo="Give --yes where the id comes from standard input.",
        )
    if not typer.confirm("Erase this for good?", err=True):
        raise UsageError("Nothing was erased.", where="the answer given", todo="Answer y to erase.")


def _what_goes(found: Survey) -> Iterator[str]:
    """Numbers alone."""
    rows, deliveries = sum(map(len, found.rows.values())), len(found.rows)
    landed = [entry for entry in found.originals if entry.place == "landing"]
    inbox = [entry for entry in found.originals if entry.place != "landing"]
    sources = {entry.source.id for entry in landed}
    yield f"{rows} row(s) in {deliveries} delivery(ies) of {len(sources)} source(s) whose originals are kept."
    if found.begun:
        yield f"The erasure {found.begun[0].record_id} of this person has begun; it goes on."
    if inbox:
        gone = sum(entry.goes for entry in inbox)
        yield f"{len(inbox)} file(s) in the inbox: {gone} removed, {len(inbox) - gone} rewritten."
    if masked := sum(len(entry.found.masked) for entry in found.originals if entry.place != "copy"):
        yield f"{masked} row(s) of others show the id in another column: there it is masked, and the row stays."
    if unread := sum(not entry.is_readable for entry in landed):
        yield f"{unread} original(s) can't be read, so that nobody knows who is in them: they are removed whole."
    if found.unseen:
        yield f"{found.unseen} file(s) in the inbox are no deliveries; they were not looked into: do that yourself."


def _told(run: Run, record: str) -> Iterator[str]:
    region = run.folder.region
    entries = [entry for entry in read_erasures(run.connection) if entry.record_id == record]
    rows = sum(entry.rows_erased for entry in entries)
    yield f"{region.name}: erased {rows} row(s) of {len(entries)} delivery(ies). Record {record}"
    yield "Published releases and what is frozen stand as they were. The next run computes what was touched again:"
    yield f"  hemvard run {region.id}"
    yield from BEYOND


def _record(entries: list[Erased]) -> Iterator[str]:
    first = entries[0]
    rows = sum(entry.rows_erased for entry in entries)
    yield f"{first.record_id}  {first.state}  {rows} row(s)  {first.reason}  {first.decision}"
    for entry in entries:
        month = f"{entry.month:%Y-%m}" if entry.month else "-"
        delivery = f"{entry.source_id} {month} {entry.delivery_id[:12]}"
        yield f"    {delivery}: {entry.rows_erased} row(s), original {entry.landing}"
