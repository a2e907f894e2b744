"""`hemvard compare`: why the figures of one release are not those of another, cause by cause.

Everything is computed beside what is published and gone afterwards; nothing that either release hides has a number.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from decimal import Decimal
from pathlib import Path

import duckdb

from flows.decision_points import found_release
from flows.explain.restatement import number_text
from flows.releases import found_region
from regions.errors import UsageError
from regions.folder import RegionFolder
from tasks.restatements import STATUS, Change, Restated, attached, figures_of, least_persons, restatements
from tasks.states import CAUSES, Between, Side, between, differences, side_of
from warehouse.home import RegionHome
from warehouse.keys import find_keys
from warehouse.releases import DATABASE, manifest_of
from warehouse.schema import published

_SHOWN = 3
"""So many of the largest changes of a table are shown, and so many of the inputs of a cause: our own choice."""
_LISTED = 8
_AFTER = "hemvard_after"
CSV_FILE, TEXT_FILE = "restatements.csv", "comparison.txt"
_HEAD = ("table_name", "row_key", *(field.name for field in fields(Change)))


def compare(region: str, before: str, after: str, home: Path | None, *, as_csv: bool, to: Path | None) -> str:
    """Every figure of two decision points or releases that differs, as a sum of causes: in words, or all of it as CSV.

    With `to`, both are written into that folder. UsageError for a name that is none.
    """
    folder, place = found_region(region, home)
    releases = [found_release(place, asked) for asked in (before, after)]
    if releases[0] == releases[1]:
        raise UsageError(f"{before} and {after} are the same release, {releases[0].name}.", todo="Name two releases.")
    sides = [side_of(manifest_of(release)) for release in releases]
    keys = find_keys(place, synthetic=folder.is_synthetic)
    with between(place, sides[0], sides[1], keys) as found:
        rows = _changed(releases, found)
    text = "\n".join(_told(folder, place, (before, after), sides, found, rows))
    table = _csv(rows)
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        (to / CSV_FILE).write_text(table, encoding="utf-8", newline="")
        (to / TEXT_FILE).write_text(text + "\n", encoding="utf-8")
        text += f"\n\nAll of it: {to / CSV_FILE}"
    return table.rstrip() if as_csv else text


def _changed(releases: Sequence[Path], found: Between) -> list[Restated]:
    before, after = (release / DATABASE for release in releases)
    with duckdb.connect(":memory:") as connection, attached(connection, {_AFTER: after}):
        return list(restatements(connection, before, found, _AFTER, least_persons(connection, _AFTER)))


def _csv(rows: Sequence[Restated]) -> str:
    """A line a figure and cause, with a header; numbers with all their decimals."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    writer.writerows((row.table_name, row.row_key, *astuple(row.change)) for row in rows)
    return text.getvalue()


def _told(
    folder: RegionFolder,
    place: RegionHome,
    names: Sequence[str],
    sides: Sequence[Side],
    found: Between,
    rows: Sequence[Restated],
) -> Iterator[str]:
    before, after = sides
    yield f"{folder.region.name}: from {names[0]} ({before.name}) to {names[1]} ({after.name})"
    yield ""
    yield "What went in, in the order in which it is exchanged"
    changed = differences(place, before, after)
    for cause in CAUSES:
        yield from _of_cause(cause, cause in found.causes, changed.get(cause, ()))
    yield from (f"  Can't be told apart: {why}" for why in found.why)
    yield ""
    yield from _counted(rows)
    for table in dict.fromkeys(row.table_name for row in rows):
        yield from _largest(table, [row for row in rows if row.table_name == table])


def _of_cause(cause: str, differs: bool, changed: Sequence[str]) -> Iterator[str]:
    if not differs:
        yield f"  {cause:<11} the same: exactly 0 of every change"
        return
    yield f"  {cause:<11} {len(changed)} difference(s)"
    yield from (f"    {line}" for line in changed[:_LISTED])
    if len(changed) > _LISTED:
        yield f"    … and {len(changed) - _LISTED} more"


def _counted(rows: Sequence[Restated]) -> Iterator[str]:
    """How many figures each cause changed, and how many are shown or hidden now that were not."""
    numbers = Counter(row.change.cause for row in rows if row.change.change is not None)
    states = Counter((row.change.cause, _state(row.change)) for row in rows if row.change.change is None)
    figures = {(row.table_name, row.row_key, row.change.column_name) for row in rows if row.change.change is not None}
    yield f"{len(figures)} figure(s) differ; in each the causes add up to the whole change, remainder 0"
    for cause in sorted({row.change.cause for row in rows}, key=_order):
        told = [f"{numbers[cause]} figure(s) changed"] if numbers[cause] else []
        told += [f"{count} {state}" for (of, state), count in sorted(states.items()) if of == cause]
        yield f"  {cause}: {', '.join(told)}"


def _order(cause: str) -> tuple[int, ...]:
    return tuple(CAUSES.index(part) for part in cause.split("+") if part in CAUSES)


def _state(change: Change) -> str:
    if change.status_before is None:
        return "row(s) appeared"
    if change.status_after is None:
        return "row(s) vanished"
    what = "row(s)" if change.column_name == STATUS else "figure(s)"
    return f"{what} {change.status_before} → {change.status_after}"


def _largest(table: str, rows: Sequence[Restated]) -> Iterator[str]:
    """The largest changes of a table, by the first of its figures that changed, each with its causes."""
    figures: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for row in rows:
        if row.change.change is not None:
            figures[row.row_key, row.change.column_name].append(row.change)
    names = {name for _, name in figures}
    lead = next((name for name in figures_of(published(table)).names if name in names), None)
    own = [(key, changes) for (key, name), changes in figures.items() if name == lead]
    if lead is None:
        return
    yield ""
    yield f"{table}: the largest changes of {lead}"
    for key, changes in sorted(own, key=lambda entry: (-abs(_whole(entry[1][0])), entry[0]))[:_SHOWN]:
        first = changes[0]
        parts = ", ".join(f"{change.cause} {number_text(change.change, sign='+')}" for change in changes)
        yield f"  {key}"
        yield f"    {number_text(first.value_before)} → {number_text(first.value_after)}: {parts}"


def _whole(change: Change) -> Decimal:
    return (change.value_after or Decimal(0)) - (change.value_before or Decimal(0))
