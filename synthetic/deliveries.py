"""Makes a region's deliveries from a seed: the demo's inbox, and what tests compare against.

The same region, seed and rows give the same bytes, whatever months are asked for. Three batches:
`first` is complete and messy, `late` adds rows that come afterwards (version 2), `corrected` is what
suppliers send after the quarantine's reports (version 3). A later batch builds on the earlier ones, whether
these have been made or not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from regions.folder import RegionFolder
from regions.model import Period
from regions.month import Month
from synthetic.dirt import FAULTS, NONE, corrected_batch, first_batch, late_batch
from synthetic.table import Table, groups, stacked
from synthetic.visits import World, as_month, delivers, make_world, month_number, year_of_visits
from synthetic.writing import Writer, write_file

Batch = Literal["first", "late", "corrected"]
VERSIONS: Mapping[Batch, int] = {"first": 1, "late": 2, "corrected": 3}


@dataclass(frozen=True)
class DeliveredFile:
    """One file: what it holds, and what was planted in it."""

    source_id: str
    month: Month
    version: int
    name: str
    rows: int
    counted: Mapping[Month, int]
    """Rows without a fault, by the month of the visit."""
    dirt: Mapping[str, int] = field(default_factory=dict)
    """Rows by kind of fault: `synthetic.dirt.FAULTS`."""


@dataclass(frozen=True)
class Manifest:
    """All files of a batch."""

    files: tuple[DeliveredFile, ...]

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(file.rows for file in self.files)

    @property
    def counted(self) -> Counter[Month]:
        """Rows without a fault, by the month of the visit."""
        return sum((Counter(file.counted) for file in self.files), Counter[Month]())

    @property
    def dirt(self) -> Counter[str]:
        """Rows by kind of fault."""
        return sum((Counter(file.dirt) for file in self.files), Counter[str]())


def make_deliveries(
    folder: RegionFolder,
    inbox: Path,
    *,
    first: Month | None = None,
    last: Month | None = None,
    batch: Batch = "first",
    rows: int | None = None,
    seed: int = 2011,
) -> Manifest:
    """Write a batch's files into `<inbox>/<source>/`, for the months from first to last.

    rows scales the region's own systems to so many visits a year; the calibrated figures then no longer hold.
    """
    files: list[DeliveredFile] = []
    for period in folder.region.periods:
        years = _years(period, first, last)
        if years:
            world = make_world(folder, period, rows, seed)
            for year in years:
                files += _write_year(world, inbox, _batch_of_year(world, year, batch), (first, last), batch)
    return Manifest(tuple(files))


def _years(period: Period, first: Month | None, last: Month | None) -> range:
    """The years of a period that have months asked for."""
    begin = max(period.first, first or period.first)
    ends = period.last or period.first
    end = min(ends, last or ends)
    return range(begin.year, end.year + 1) if begin <= end else range(0)


def _batch_of_year(world: World, year: int, batch: Batch) -> Table:
    """A year's rows of a batch, by the month of their file."""
    complete = first_batch(world, year_of_visits(world, year))
    if batch == "first" or not len(complete):
        return complete
    late = late_batch(world, complete)
    if batch == "corrected":
        return corrected_batch(world, complete, late)
    whole = np.array([source.delivers == "whole_month" for source in world.folder.sources])
    return stacked([complete.take(whole[complete["source"]]), late])


def _write_year(
    world: World, inbox: Path, rows: Table, span: tuple[Month | None, Month | None], batch: Batch
) -> Iterator[DeliveredFile]:
    if not len(rows):
        return
    writers = [Writer(world, source) for source in world.folder.sources]
    for (source, number), positions in groups(rows["source"], rows["file_month"]):
        month = as_month(number)
        asked = (span[0] is None or span[0] <= month) and (span[1] is None or month <= span[1])
        if asked and delivers(world.folder, source, month):
            yield _write(writers[source], inbox, _in_file_order(rows.take(positions)), month, batch)


def _in_file_order(rows: Table) -> Table:
    return rows.take(np.argsort(rows["number"], kind="stable"))


def _write(writer: Writer, inbox: Path, rows: Table, month: Month, batch: Batch) -> DeliveredFile:
    source, version = writer.source, VERSIONS[batch]
    name = source.transport.make_name(month, version)
    marked = writer.world.calibration.system(source.system).byte_order_mark and month.number % 2 == 0
    write_file(writer, rows, inbox / source.id / name, byte_order_mark=marked)
    counted = month_number(rows["started"][rows["fault"] == NONE])
    months, counts = np.unique(counted, return_counts=True)
    by_month = {as_month(int(when)): int(count) for when, count in zip(months, counts, strict=True)}
    faults = Counter(FAULTS[kind] for kind in rows["fault"].tolist() if kind != NONE)
    return DeliveredFile(source.id, month, version, name, len(rows), by_month, dict(faults))
