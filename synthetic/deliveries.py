"""Makes a region's deliveries from a seed: the demo's inbox, and what tests compare against.

The same region, seed and rows give the same bytes, whatever months are asked for. Three batches:
`first` is complete and messy, `late` adds rows that come afterwards (version 2), `corrected` is what
suppliers send after the quarantine's reports (version 3). A later batch builds on the earlier ones, whether
these have been made or not. Of the subjects beside visits, only whole months are sent again, without their faults, in
the corrected batch.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from regions.folder import RegionFolder
from regions.formats import FileFormat
from regions.model import Period
from regions.month import Month
from regions.source import VISITS
from synthetic.calibration import read_calibration
from synthetic.care import CareYear
from synthetic.dirt import FAULTS, NONE, corrected_batch, fault, first_batch, late_batch
from synthetic.history import migrated, registered_twice
from synthetic.planted import Effects
from synthetic.record_writing import RecordWriter
from synthetic.records import RECORD_FAULTS, RecordFile, happened, record_files, record_sources
from synthetic.table import Array, Table, groups, stacked
from synthetic.visits import World, as_month, delivers, make_world, month_number, year_of_visits
from synthetic.writing import Writer, write_cells, write_file

Batch = Literal["first", "late", "corrected"]
Span = tuple[Month | None, Month | None]
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
    """Rows by kind of fault: `synthetic.dirt.FAULTS`; of other subjects `synthetic.records.RECORD_FAULTS`."""
    subject: str = VISITS
    lost: int = 0
    """Visits that a migrated history lacks."""


@dataclass(frozen=True)
class Manifest:
    """All files of a batch."""

    files: tuple[DeliveredFile, ...]
    planted: Effects = ()
    """Effects of known size that lie, at least in part, in the months asked for."""

    def of(self, subject: str) -> "Manifest":
        """The files of one subject."""
        return Manifest(tuple(file for file in self.files if file.subject == subject), self.planted)

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
                visits = year_of_visits(world, year)
                files += _write_visits(world, inbox, _batch_of_year(world, visits, batch), (first, last), batch)
                files += _write_records(CareYear(world, year, visits), inbox, (first, last), batch)
    return Manifest(tuple(files), _planted(folder, first, last))


def _planted(folder: RegionFolder, first: Month | None, last: Month | None) -> Effects:
    effects = read_calibration().planted.get(folder.region.id, ())
    return tuple(
        effect
        for effect in effects
        if (last is None or effect.first <= last) and (first is None or effect.last >= first)
    )


def _years(period: Period, first: Month | None, last: Month | None) -> range:
    """The years of a period that have months asked for."""
    begin = max(period.first, first or period.first)
    ends = period.last or period.first
    end = min(ends, last or ends)
    return range(begin.year, end.year + 1) if begin <= end else range(0)


def _batch_of_year(world: World, visits: Table, batch: Batch) -> Table:
    """A year's rows of a batch, by the month of their file."""
    complete = first_batch(world, visits)
    if batch == "first":
        return (
            stacked([complete, *migrated(world, complete), *registered_twice(world, complete)])
            if len(complete)
            else complete
        )
    if not len(complete):
        return complete
    late = late_batch(world, complete)
    if batch == "corrected":
        return corrected_batch(world, complete, late)
    whole = np.array([source.delivers == "whole_month" for source in world.folder.visit_sources])
    return stacked([complete.take(whole[complete["source"]]), late])


def _write_visits(world: World, inbox: Path, rows: Table, span: Span, batch: Batch) -> Iterator[DeliveredFile]:
    if not len(rows):
        return
    writers = [Writer(world, source) for source in world.folder.visit_sources]
    for (source, number), positions in groups(rows["source"], rows["file_month"]):
        month = as_month(number)
        if _asked(span, month) and delivers(world.folder, source, month):
            yield _write(writers[source], inbox, _in_file_order(rows.take(positions)), month, batch)


def _in_file_order(rows: Table) -> Table:
    return rows.take(np.argsort(rows["number"], kind="stable"))


def _write(writer: Writer, inbox: Path, rows: Table, month: Month, batch: Batch) -> DeliveredFile:
    source, version, lost = writer.source, VERSIONS[batch], rows["fault"] == fault("lost")
    rows = rows.take(~lost)
    name = source.named_files.make_name(month, version)
    marked = writer.world.calibration.system(source.system).byte_order_mark and month.number % 2 == 0
    write_file(writer, rows, inbox / source.id / name, byte_order_mark=marked)
    counted = _by_month(month_number(rows["started"][rows["fault"] == NONE]))
    return DeliveredFile(source.id, month, version, name, len(rows), counted, _dirt(rows, FAULTS), lost=int(lost.sum()))


def _write_records(care: CareYear, inbox: Path, span: Span, batch: Batch) -> Iterator[DeliveredFile]:
    """The other subjects' files of a year; changes are sent once."""
    for source in record_sources(care):
        sent = batch == "first" or (batch == "corrected" and source.delivers == "whole_month")
        for file in record_files(care, source) if sent else ():
            if _asked(span, file.month):
                yield _write_record_file(care, inbox, file, batch)


def _write_record_file(care: CareYear, inbox: Path, file: RecordFile, batch: Batch) -> DeliveredFile:
    source, rows, version = file.source, file.rows, VERSIONS[batch]
    rows = rows.take(rows["fault"] == NONE) if batch == "corrected" else rows
    name = source.named_files.make_name(file.month, version)
    path = inbox / source.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(source.format, FileFormat):
        raise TypeError(f"{source.id}: deliveries of the format {source.format.kind} are not made here")
    marked = care.world.calibration.system(source.system).byte_order_mark
    write_cells(RecordWriter(care.world, source).texts(rows), source.format, path, byte_order_mark=marked)
    counted = _by_month(happened(source.contract, rows.take(rows["fault"] == NONE)))
    dirt = _dirt(rows, RECORD_FAULTS)
    return DeliveredFile(source.id, file.month, version, name, len(rows), counted, dirt, source.subject)


def _asked(span: Span, month: Month) -> bool:
    return (span[0] is None or span[0] <= month) and (span[1] is None or month <= span[1])


def _by_month(numbers: Array) -> dict[Month, int]:
    months, counts = np.unique(numbers, return_counts=True)
    return {as_month(int(when)): int(count) for when, count in zip(months, counts, strict=True)}


def _dirt(rows: Table, kinds: tuple[str, ...]) -> dict[str, int]:
    return dict(Counter(kinds[kind] for kind in rows["fault"].tolist() if kind != NONE))
