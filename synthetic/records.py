"""The other subjects' deliveries: which rows stand in which file, and the faults planted among them.

Faults are extra rows, each a copy of a right one: `unlisted_code` a code that the source's list lacks ·
`impossible_date` a thirteenth month · `missing_id` no person. A small file has none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from regions.contracts import Contract
from regions.fields import Coded
from regions.month import Month
from regions.source import RecordSource
from regions.transport import NamedFiles
from synthetic.care import CareYear
from synthetic.economy import costs, staffing
from synthetic.enrolled import (
    assistive_devices,
    care_actions,
    care_recipients,
    enrolments,
    listings,
    overview_status,
    person_links,
)
from synthetic.hospital import admissions, assessments, discharge_messages, emergency_visits
from synthetic.population import population
from synthetic.table import Array, Table, groups, stacked
from synthetic.visits import as_month, month_number

Maker = Callable[[CareYear, RecordSource], Table]
MAKERS: Mapping[str, Maker] = {
    "admissions": admissions,
    "assessments": assessments,
    "assistive_devices": assistive_devices,
    "care_actions": care_actions,
    "care_recipients": care_recipients,
    "costs": costs,
    "discharge_messages": discharge_messages,
    "emergency_visits": emergency_visits,
    "enrolments": enrolments,
    "listings": listings,
    "overview_status": overview_status,
    "person_links": person_links,
    "population": population,
    "staffing": staffing,
}
"""Each makes a subject's rows of a year, as columns by the contract's names.

Units are rows of units.csv, numbers whole ones of the contract's last decimal. Beside the fields: place (where, as a
position in the region's municipalities), file_month where a row belongs to one file, record_id where it has one.
"""
RECORD_FAULTS = ("none", "unlisted_code", "impossible_date", "missing_id")
_FAULTS = 140


@dataclass(frozen=True)
class RecordFile:
    """The rows of one delivery."""

    source: RecordSource
    month: Month
    rows: Table


def record_sources(care: CareYear) -> list[RecordSource]:
    """The sources whose deliveries can be made, and that have any this year."""
    return [
        source
        for source in care.world.folder.sources
        if isinstance(source, RecordSource)
        and source.subject in MAKERS
        and isinstance(source.transport, NamedFiles)
        and care.files(source)
    ]


def record_files(care: CareYear, source: RecordSource) -> Iterator[RecordFile]:
    """A source's deliveries of the year, with planted faults (column fault: a position in RECORD_FAULTS)."""
    made = MAKERS[source.subject](care, source)
    rows = _in_files(care, source, made)
    for (number,), positions in groups(rows["file_month"]):
        month = as_month(number)
        yield RecordFile(source, month, _with_faults(care, source, month, rows.take(positions)))


def happened(contract: Contract, rows: Table) -> Array:
    """Months since January of the year 0 in which rows happened; a snapshot's is its file's."""
    if contract.date_field is None:
        file_month: Array = rows["file_month"]
        return file_month
    return month_number(rows[contract.date_field])


def _in_files(care: CareYear, source: RecordSource, rows: Table) -> Table:
    """The rows that the source delivers, with the month of their file; ids of persons as texts."""
    kept = np.isin(care.places[rows["place"]], care.world.folder.municipalities_of(source))
    if source.contract.date_field is not None:
        day = rows[source.contract.date_field].astype("datetime64[D]")
        kept &= (day >= np.datetime64(source.counts.first)) & (day <= np.datetime64(source.counts.last))
        rows = rows.with_columns(file_month=_file_months(care, source)[month_number(day) % 12])
        kept &= rows["file_month"] >= 0
    rows = rows.take(kept)
    day = (happened(source.contract, rows) + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]") - 1
    if source.contract.date_field is not None:
        day = rows[source.contract.date_field].astype("datetime64[D]")
    persons = [name for name in source.contract.person_fields if rows[name].dtype != object]
    return rows.with_columns(**{name: care.ids(rows[name], day) for name in persons})


def _file_months(care: CareYear, source: RecordSource) -> Array:
    """For each month of the year, the first file in which its rows may come; −1 where there is none."""
    late, files = care.world.folder.region.late_months, care.files(source)
    found = np.full(12, -1, dtype=np.int64)
    for month in care.months(source):
        later = [file for file in files if month <= file <= month.plus(late)]
        if later:
            found[month.number - 1] = later[0].year * 12 + later[0].number - 1
    return found


def _with_faults(care: CareYear, source: RecordSource, month: Month, rows: Table) -> Table:
    plain = rows.with_columns(fault=np.int8(0))
    settings = care.world.calibration
    if len(rows) < settings.smallest_file:
        return plain
    rng = care.world.rng(month.year * 100 + month.number, _FAULTS + crc32(source.id.encode()))
    parts = [plain]
    for kind in _possible(source):
        count = min(max(1, round(settings.records.dirt[kind] * len(rows))), int(settings.largest_share * len(rows)))
        faulty = plain.take(rng.choice(len(rows), count, replace=False))
        parts.append(_own_records(faulty.with_columns(fault=np.int8(RECORD_FAULTS.index(kind))), kind))
    return stacked(parts)


def _own_records(rows: Table, kind: str) -> Table:
    """A faulty row is a record of its own."""
    if "record_id" not in rows.columns:
        return rows
    return rows.with_columns(record_id=rows["record_id"] + f"F{RECORD_FAULTS.index(kind)}")


def _possible(source: RecordSource) -> Iterator[str]:
    """The faults that a row of the source can have."""
    if coded_field(source) is not None:
        yield "unlisted_code"
    if source.contract.date_field is not None:
        yield "impossible_date"
    if source.contract.person_fields:
        yield "missing_id"


def coded_field(source: RecordSource) -> str | None:
    """The first field that a column tells by a code list."""
    for field, entry in source.fields.entries(source.contract):
        if isinstance(entry, Coded) and entry.column is not None:
            return field.name
    return None
