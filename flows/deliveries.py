"""`hemvard deliveries`: the delivery register at a glance, then what needs doing. It changes nothing."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.planning import known_state
from regions.folder import RegionFolder, load_region
from regions.month import Month
from regions.source import Source
from tasks.register import IN_FIGURES, TO_TELL, Entry, Retrieved, register, retrieved
from warehouse.home import RegionHome, find_home

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_SIGNS = {
    "●": "in the figures",
    "◐": "in the figures, but look below",
    "…": "landed, not yet loaded",
    "✗": "rejected",
    "○": "missing",
    "·": "not yet due",
}
_NONE = "-"
_FOUND = {
    "changed": "has other content than first came under that name: ask for a higher version next time.",
    "duplicate": "has the same bytes as {entry.same_as}: ask which source and month they are of.",
    "late": "came {entry.days_late} day(s) after {entry.due_on}.",
}
_CSV = (
    *("source_id", "month", "supplier", "required", "version", "file_name", "status", "finding"),
    *("due_on", "days_late", "rows", "landed_at", "delivery", "same_as"),
)


def describe_deliveries(
    region: str, first: str | None, last: str | None, home: Path | None, *, as_csv: bool, as_of: date | None = None
) -> str:
    """The register of a region's months, as text or as CSV; without months, all of the years that are known."""
    folder = load_region(region)
    state = known_state(RegionHome(find_home(home) / folder.region.id))
    begin = Month.parse(first) if first else None
    end = Month.parse(last) if last else None
    today = as_of or datetime.now(_STOCKHOLM).date()
    entries = [
        entry
        for entry in register(folder, state, today, asked=[month for month in (begin, end) if month])
        if (begin is None or begin <= entry.month) and (end is None or entry.month <= end)
    ]
    if as_csv:
        return _csv(entries)
    return "\n".join(_lines(folder, entries, retrieved(folder, state), today))


def _csv(entries: Sequence[Entry]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_CSV)
    writer.writerows(
        (
            *(entry.source.id, entry.month, entry.source.supplier_sv, entry.source.required, entry.version),
            *(entry.file_name, entry.status, entry.finding, entry.due_on, entry.days_late, entry.rows),
            *(entry.landed_at.isoformat() if entry.landed_at else None, entry.delivery, entry.same_as),
        )
        for entry in entries
    )
    return target.getvalue().rstrip("\n")


def _lines(folder: RegionFolder, entries: Sequence[Entry], series: Sequence[Retrieved], today: date) -> Iterator[str]:
    if entries:
        yield f"{folder.region.name}: deliveries {entries[0].month} to {entries[-1].month}, as of {today}"
        yield ""
        yield from _grid(entries)
        yield ""
        yield from _to_do(entries)
    else:
        yield f"{folder.region.name}: no delivery has landed."
        yield f"See what lies in the inbox: hemvard plan {folder.region.id}"
    if series:
        yield ""
        yield "Official statistics, fetched apart from the months:"
        for entry in series:
            fetched = f"latest fetched {entry.retrieved_at:%Y-%m-%d} (UTC)"
            accepted = f"{entry.deliveries} accepted {'delivery' if entry.deliveries == 1 else 'deliveries'}"
            yield f"  {entry.source.id}: {accepted} to {entry.last_month}, {fetched}"


def _grid(entries: Sequence[Entry]) -> Iterator[str]:
    """Months down, sources across, a sign each."""
    sources = sorted({entry.source.id for entry in entries})
    signs = {key: sign(list(group)) for key, group in groupby(entries, lambda entry: (entry.month, entry.source.id))}
    yield "month    " + "  ".join(sources)
    for month in entries[0].month.until(entries[-1].month):
        cells = (signs.get((month, source), _NONE).ljust(len(source)) for source in sources)
        yield f"{month}  {'  '.join(cells)}".rstrip()
    used = set(signs.values())
    yield ""
    yield "   ".join(f"{mark} {meaning}" for mark, meaning in _SIGNS.items() if mark in used)


def sign(entries: Sequence[Entry]) -> str:
    """The sign of a source's month, from all that came of it."""
    standing = [entry for entry in entries if entry.status != "superseded"]
    statuses = {entry.status for entry in standing}
    if statuses & set(IN_FIGURES):
        return "◐" if not statuses <= set(IN_FIGURES) or any(entry.finding in TO_TELL for entry in standing) else "●"
    if "rejected" in statuses:
        return "✗"
    if "waiting" in statuses:
        return "…"
    return "○" if any(entry.finding == "overdue" for entry in standing) else "·"


def _to_do(entries: Sequence[Entry]) -> Iterator[str]:
    """By source and supplier, what somebody should do or know."""
    wanting = [entry for entry in entries if entry.finding == "overdue" or _task(entry)]
    if not wanting:
        yield "Nothing needs doing: all that was due has come and is in the figures."
        return
    yield "What needs doing"
    by_source = sorted(wanting, key=lambda entry: (entry.source.id, entry.month, entry.version or 0))
    for source_id, group in groupby(by_source, lambda entry: entry.source.id):
        listed = list(group)
        yield f"  {source_id}: {listed[0].source.supplier_sv}; {_due(listed[0].source)}"
        yield from (f"    {entry.month}  {_task(entry)}" for entry in listed if _task(entry))
        yield from _missing([entry for entry in listed if entry.finding == "overdue"])


def _due(source: Source) -> str:
    after = source.due.months_after
    when = "the same month" if after == 0 else "the month after" if after == 1 else f"the {after}th month after"
    return f"due on day {source.due.day} of {when}, or the next working day"


def _task(entry: Entry) -> str:
    """What to do about a delivery that has come; empty where there is nothing."""
    file = f"{entry.file_name} (version {entry.version})"
    if entry.status == "rejected":
        return f"{file} was rejected by rule {entry.fault}: ask for a new delivery. {entry.detail_sv or ''}".rstrip()
    if entry.status == "waiting":
        return f"{file} has landed and is not loaded: hemvard run; it waits where a required delivery is missing."
    if entry.status == "current" and entry.finding in TO_TELL:
        return f"{file} {_FOUND[entry.finding].format(entry=entry)}"
    return ""


def _missing(entries: Sequence[Entry]) -> Iterator[str]:
    """What has not come of a source, in one line."""
    if not entries:
        return
    first, many = entries[0], len(entries) > 1
    since = f"{'the oldest ' if many else ''}since {first.due_on}"
    needed = "months wait for it" if first.source.required else "figures are preliminary"
    months = ", ".join(_span(run) for run in _runs([entry.month for entry in entries]))
    yield f"    missing {months}, {since}: ask for {'them' if many else 'it'} ({needed})."


def _runs(months: Sequence[Month]) -> list[list[Month]]:
    """Months in runs without a gap."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1].plus(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs


def _span(run: Sequence[Month]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}"
