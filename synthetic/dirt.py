"""Faults in the first batch, and what later batches change.

A fault is an overlay: the row beneath is right, so that a corrected delivery can show it. Rows with a fault
are extra rows, on top of those that count. Kinds:

`duplicate` the same row twice · `cancelled` · `municipality` a code that doesn't exist · `born_after` the
visit · `too_old` above 120 years · `checksum` of the person id · `outside_month` too late a row, or one
of a month to come · `unlisted_code` · `impossible_date` · and where a source delivers changes:
`withdrawn` (a record sent, and withdrawn in the next month by a `withdrawal`) and `revision` (a record
sent again in the next month, with other minutes). At a change of
system, `lost` is no row at all, a visit that a moved history lacks; `double` one that the earlier system counts.
"""

import numpy as np

from regions.month import Month
from synthetic.calibration import Calibration
from synthetic.table import Array, Rows, Table, code, groups, stacked
from synthetic.visits import World, as_month, counts_on, delivers, month_number, pick_units

FAULTS = (
    "none",
    "duplicate",
    "cancelled",
    "municipality",
    "born_after",
    "too_old",
    "checksum",
    "outside_month",
    "unlisted_code",
    "impossible_date",
    "withdrawn",
    "withdrawal",
    "revision",
    "lost",
    "double",
)
NONE = 0
EXTRA = (
    "cancelled",
    "municipality",
    "born_after",
    "too_old",
    "checksum",
    "outside_month",
    "unlisted_code",
    "impossible_date",
)
QUARANTINED = tuple(FAULTS.index(kind) for kind in EXTRA if kind != "cancelled")


def fault(kind: str) -> int:
    """The number of a kind of fault."""
    return FAULTS.index(kind)


def first_batch(world: World, visits: Table) -> Table:
    """A year's first deliveries: the visits that count, numbered records, and the faults on top."""
    if not len(visits):
        return visits
    rng = world.rng(int(visits["file_month"][0]) // 12, 4)
    plain = visits.with_columns(
        fault=np.int8(NONE),
        shift=np.int64(0),
        revision=np.int8(0),
        cancelled=np.int8(code("cancelled", "no")),
    )
    extra = [_extras(rng, world, plain.take(rows)) for _, rows in groups(plain["source"], plain["file_month"])]
    numbered = _numbered(stacked([plain, *extra]))
    copies = [
        _copies(rng, world, numbered.take(rows)) for _, rows in groups(numbered["source"], numbered["file_month"])
    ]
    return stacked([numbered, *copies])


def late_batch(world: World, first: Table) -> Table:
    """Rows that come after the first deliveries: of the file's month and up to late_months before it."""
    counted = first.take(first["fault"] == NONE)
    if not len(counted):
        return counted
    rng = world.rng(int(counted["file_month"][0]) // 12, 5)
    share = world.calibration.late_batch
    rows = np.concatenate(
        [
            _sample(rng, rows, max(2, round(share * len(rows))))
            for _, rows in groups(counted["source"], counted["file_month"])
        ]
    )
    late = _moved_back(rng, world, counted.take(rows))
    late = late.with_columns(unit=pick_units(world.folder, late, world.population))
    last = np.zeros(len(world.folder.visit_sources), dtype=np.int64)
    np.maximum.at(last, first["source"], first["number"])
    return late.with_columns(number=last[late["source"]] + _counts_within(late["source"]) + 1)


def corrected_batch(world: World, first: Table, late: Table) -> Table:
    """The supplier's newest state: faults corrected, some visits cancelled, some moved a day.

    Whole months again, or, where a source delivers changes, the records that changed alone.
    """
    kept = np.isin(first["fault"], (NONE, *QUARANTINED, fault("cancelled"))) & ~_sent_again(first)
    rows = stacked([first.take(kept), late])
    if not len(rows):
        return rows
    rng = world.rng(int(rows["file_month"][0]) // 12, 6)
    shares = world.calibration.corrected_batch
    drawn, counts = rng.random(len(rows)), rows["fault"] == NONE
    cancelled = counts & (drawn < shares.cancelled)
    moved = counts & ~cancelled & (drawn < shares.cancelled + shares.moved)
    moved &= counts_on(world.folder, rows["source"], _a_day_off(rows["started"]))
    changed = cancelled | moved | np.isin(rows["fault"], QUARANTINED)
    rows = rows.with_columns(
        started=np.where(moved, _a_day_off(rows["started"]), rows["started"]),
        cancelled=np.where(cancelled, code("cancelled", "yes"), rows["cancelled"]).astype(np.int8),
        fault=np.where(cancelled | (rows["fault"] == fault("cancelled")), fault("cancelled"), NONE).astype(np.int8),
        shift=0,
        revision=changed.astype(np.int8),
    )
    whole = np.array([source.delivers == "whole_month" for source in world.folder.visit_sources])
    return rows.take(whole[rows["source"]] | changed)


def _extras(rng: np.random.Generator, world: World, rows: Table) -> Table:
    """Faulty rows of one file, each made of a right one."""
    source, month = int(rows["source"][0]), int(rows["file_month"][0])
    kinds = [*EXTRA, *(["withdrawn"] if _is_corrected_next_month(world, source, month) else [])]
    ordinary = world.population.people["reserve"][rows["person"]] < 0
    picked, faults = [], []
    for kind in kinds:
        count = _count(world.calibration, kind, len(rows), month)
        usable = np.flatnonzero(ordinary) if kind == "checksum" else np.arange(len(rows))
        picked.append(_sample(rng, usable, count))
        faults += [fault(kind)] * len(picked[-1])
    extra = rows.take(np.concatenate(picked)).with_columns(fault=np.array(faults, dtype=np.int8))
    is_cancelled = extra["fault"] == fault("cancelled")
    cancelled = np.where(is_cancelled, code("cancelled", "yes"), code("cancelled", "no")).astype(np.int8)
    return extra.with_columns(cancelled=cancelled, shift=_outside(rng, world, extra))


def _sent_again(first: Table) -> Array:
    """Records that the first batch itself revises: left alone, so that nobody doubts their latest version."""
    key = first["source"] * 1_000_000_000 + first["number"]
    again: Array = np.isin(key, key[first["fault"] == fault("revision")])
    return again


def _outside(rng: np.random.Generator, world: World, extra: Table) -> Array:
    """Months by which a row outside the file's month is shown away from its own."""
    late = world.folder.region.late_months
    away = np.where(rng.random(len(extra)) < 0.75, -late - 1 - rng.integers(0, 3, len(extra)), 1)
    shift = extra["file_month"] + away - month_number(extra["started"])
    return np.where(extra["fault"] == fault("outside_month"), shift, 0)


def _copies(rng: np.random.Generator, world: World, rows: Table) -> Table:
    """Rows of one file that come twice: in the same file, or changed in the next month's."""
    source, month = int(rows["source"][0]), int(rows["file_month"][0])
    counted = np.flatnonzero((rows["fault"] == NONE) & (month_number(rows["started"]) == month))
    twice = rows.take(_sample(rng, counted, _count(world.calibration, "duplicate", len(rows), month)))
    made = [twice.with_columns(fault=np.int8(fault("duplicate")))]
    if _is_corrected_next_month(world, source, month):
        again = rows.take(_sample(rng, counted, _count(world.calibration, "revised", len(rows), month)))
        minutes = np.where(again["minutes"] > 0, again["minutes"] + 5, 30)
        again = again.with_columns(fault=np.int8(fault("revision")), minutes=minutes.astype(np.int16))
        gone = rows.take(rows["fault"] == fault("withdrawn"))
        gone = gone.with_columns(fault=np.int8(fault("withdrawal")), cancelled=np.int8(code("cancelled", "yes")))
        made += [part.with_columns(file_month=part["file_month"] + 1, revision=np.int8(1)) for part in (again, gone)]
    return stacked(made)


def _is_corrected_next_month(world: World, source: int, month: int) -> bool:
    """Whether a source of changes has a file next month, in the same year."""
    changes = world.folder.visit_sources[source].delivers == "changes"
    return changes and month % 12 < 11 and delivers(world.folder, source, as_month(month + 1))


def _count(calibration: Calibration, kind: str, rows: int, month: int) -> int:
    """How many rows of a kind a file has: never so many that the file is refused for them."""
    if rows < calibration.smallest_file:
        return 0
    count = max(1, round(calibration.dirt[kind] * rows))
    if kind in ("born_after", "too_old") and rows < 2 * calibration.smallest_file:
        count = int((month % 2 == 0) == (kind == "too_old"))  # one rule: they take turns in small files
    return min(count, int(calibration.largest_share * rows))


def _sample(rng: np.random.Generator, rows: Rows, count: int) -> Rows:
    return rng.choice(rows, min(count, len(rows)), replace=False)


def _numbered(rows: Table) -> Table:
    """Records in the order of source, file and time, numbered within their source."""
    rows = rows.take(np.lexsort((rows["started"], rows["file_month"], rows["source"])))
    return rows.with_columns(number=_counts_within(rows["source"]) + 1)


def _counts_within(key: Array) -> Array:
    """0, 1, 2 … within each value of the key."""
    counts = np.empty(len(key), dtype=np.int64)
    for _, rows in groups(key):
        counts[rows] = np.arange(len(rows))
    return counts


def _moved_back(rng: np.random.Generator, world: World, rows: Table) -> Table:
    """Visits so many months earlier, where their source delivered then and the principal was the same."""
    own = month_number(rows["started"])
    event = rows["file_month"] - rng.integers(0, world.folder.region.late_months + 1, len(rows))
    known = np.array(
        [delivers(world.folder, s, as_month(m)) for s, m in zip(rows["source"].tolist(), event.tolist(), strict=True)]
    )
    takeover = _month_after_takeover(world)
    event = np.where(known & ((event < takeover) == (own < takeover)), event, own)
    moved = shifted(rows["started"], event - own)
    started = np.where(counts_on(world.folder, rows["source"], moved), moved, rows["started"])
    return rows.with_columns(started=started)


def _month_after_takeover(world: World) -> int:
    month = Month.of(world.takeover)
    return month.year * 12 + month.number - 1


def shifted(started: Array, months: Array) -> Array:
    """Moments so many months later, at most on the 28th of the month where they move."""
    month = started.astype("datetime64[M]")
    within = (started - month.astype(started.dtype)).astype(np.int64)
    day = np.where(months == 0, within, np.minimum(within // 1440, 27) * 1440 + within % 1440)
    moved: Array = (month + months.astype("timedelta64[M]")).astype(started.dtype) + day.astype("timedelta64[m]")
    return moved


def _a_day_off(started: Array) -> Array:
    """The day after, or on the month's last day the day before."""
    day = np.timedelta64(1, "D")
    after = started + day
    return np.where(after.astype("datetime64[M]") == started.astype("datetime64[M]"), after, started - day)
