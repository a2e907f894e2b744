"""What a change of system leaves: its history, moved into the next system, and days when both were in use."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from regions.month import Month
from synthetic.dirt import NONE, fault
from synthetic.table import Array, Table
from synthetic.visits import World, as_month, delivers, month_number, pick_units

_MIGRATION, _DOUBLED = 7, 8
_FIRST_DOUBLE = 50_000_000


def migrated(world: World, first: Table) -> Iterator[Table]:
    """For each control source, a copy of the year's right visits that other sources of its principal delivered."""
    right = first.take(first["fault"] == NONE)
    for number, source in enumerate(world.folder.visit_sources):
        if source.role == "control":
            yield _copied(world, number, right.take(_covered(world, number, right)))


def registered_twice(world: World, first: Table) -> Iterator[Table]:
    """For each source that begins to count on a day, some visits of the days before: the earlier system counts them."""
    right = first.take(first["fault"] == NONE)
    for number, source in enumerate(world.folder.visit_sources):
        begins = source.counts.first
        if begins > date.min and delivers(world.folder, number, Month.of(begins)):
            yield _doubled(world, number, right.take(_just_before(world, number, begins, right)))


def _doubled(world: World, number: int, rows: Table) -> Table:
    if not len(rows):
        return rows
    begins = world.folder.visit_sources[number].counts.first
    drawn = world.rng(begins.year, _DOUBLED).random(len(rows)) < world.calibration.records.registered_twice
    rows = rows.take(drawn)
    rows = rows.with_columns(
        source=np.int64(number),
        file_month=np.int64(begins.year * 12 + begins.month - 1),
        number=np.arange(_FIRST_DOUBLE, _FIRST_DOUBLE + len(rows)),
        fault=np.int8(fault("double")),
    )
    return rows.with_columns(unit=pick_units(world.folder, rows, world.population))


def _just_before(world: World, number: int, begins: date, rows: Table) -> Array:
    """The visits of the source's principal on the days before it begins to count."""
    day, last = rows["started"].astype("datetime64[D]"), np.datetime64(begins)
    near: Array = (day < last) & (day >= last - world.calibration.records.days_in_both)
    return near & _is_of(world, number, rows)


def _is_of(world: World, number: int, rows: Table) -> Array:
    """Whether a row's source has the same principal as this one, and serves its municipality."""
    folder = world.folder
    source = folder.visit_sources[number]
    principals = np.array([entry.principal.value for entry in folder.visit_sources])
    served = np.isin(folder.region.municipalities, folder.municipalities_of(source))
    own: Array = (principals[rows["source"]] == source.principal.value) & served[rows["serving"]]
    return own


def _copied(world: World, number: int, rows: Table) -> Table:
    """The rows as the new system shows them; in one month, far more of the largest municipality's are lost."""
    if not len(rows):
        return rows
    month, settings = month_number(rows["started"]), world.calibration.records
    rng = world.rng(int(month[0]) // 12, _MIGRATION)
    hole = (rows["serving"] == np.bincount(rows["serving"]).argmax()) & (month == rng.choice(np.unique(month)))
    lost = rng.random(len(rows)) < np.where(hole, settings.lost_in_one_month, settings.lost_in_migration)
    return rows.with_columns(
        source=np.int64(number),
        file_month=month,
        number=np.arange(1, len(rows) + 1),
        fault=np.where(lost, fault("lost"), NONE).astype(np.int8),
    )


def _covered(world: World, number: int, rows: Table) -> Array:
    """The visits of the source's principal, municipalities and months."""
    month = month_number(rows["started"])
    months = [when for when in np.unique(month) if delivers(world.folder, number, as_month(int(when)))]
    return _is_of(world, number, rows) & np.isin(month, months)
