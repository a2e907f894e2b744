"""Where in a delivery a person's rows stand, by the mapping with which the delivery is read.

A row is the person's where the source's file maps an id of the person into it. A row without any valid person's id is,
too, where it shows one of the person's ids in another cell, or can't be split into cells. In a row of somebody else,
or of a source that knows no persons, such an id is masked, and the row stays.
"""

from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from regions.formats import DelimitedFormat
from regions.month import Month
from regions.source import RecordSource, Source, VisitSource
from tasks import cells
from tasks.erasure.person import Person
from tasks.erasure.rewriting import Found, can_rewrite, finds, raw_rows
from tasks.faults import DeliveryFault
from tasks.person_ids import last_day
from tasks.reading import ROW_NUMBER, Reading, read_delivery
from tasks.reading.unpacking import unpacked
from tasks.run import Run
from warehouse.lake import registered
from warehouse.sql import identifier


def read_as_mapped(source: Source, content: bytes) -> Reading | None:
    """The delivery's rows; None where it isn't what its source says."""
    try:
        return read_delivery(source, content)
    except DeliveryFault:
        return None


def look_in(
    run: Run, source: Source, month: Month, content: bytes, reading: Reading, person: Person, known: Collection[int]
) -> Found:
    """The rows of a delivery that tell of the person; `known` are those that the lake says do.

    Ids of the person that it shows and that were not known are added to the person's.
    """
    if not can_rewrite(source):
        return Found()
    with registered(run.connection, {"hemvard_raw": reading.table}):
        own, others = _told_apart(run, source, month, person)
        gone = {*known} | _rows_with(run, source, own)
        shown = _showing(source, content, reading, person.pattern()) - gone
        masked = shown & _rows_with(run, source, others) if _persons_of(source) else shown
    here = {*reading.table.column(ROW_NUMBER).to_pylist(), *reading.ragged}
    return Found(frozenset((gone | (shown - masked)) & here), frozenset(masked))


def _persons_of(source: Source) -> list[str]:
    """The SQL of each field that the source's file maps a person's id to."""
    if isinstance(source, VisitSource):
        return [cells.plain_text(source.visit.person_id)]
    if isinstance(source, RecordSource):
        entries = source.fields.entries(source.contract)
        return [cells.plain_text(entry) for field, entry in entries if field.kind == "person" and entry is not None]
    return []


def _told_apart(run: Run, source: Source, month: Month, person: Person) -> tuple[list[str], list[str]]:
    """The ids of the delivery, as written: those of the person, and those of other valid persons."""
    own, others = [], []
    for text in _distinct_ids(run, source):
        found, pseudonym = person.told_of(run.keys.chain, text, last_day(month.first))
        if pseudonym in person.pseudonyms:
            own.append(text)
            person.ids.add(found.normalised)
        elif pseudonym is not None:
            others.append(text)
    return own, others


def _distinct_ids(run: Run, source: Source) -> list[str]:
    persons = _persons_of(source)
    if not persons:
        return []
    every = " UNION ".join(f"SELECT {sql} AS id FROM hemvard_raw AS raw" for sql in persons)
    return [row[0] for row in run.connection.execute(every).fetchall() if row[0] is not None]


def _rows_with(run: Run, source: Source, ids: Collection[str]) -> set[int]:
    """The numbers of the rows that have one of these ids as a person's."""
    persons = _persons_of(source)
    if not ids or not persons:
        return set()
    tests = " OR ".join(f"{sql} IN (SELECT id FROM hemvard_ids)" for sql in persons)
    with registered(run.connection, {"hemvard_ids": pa.table({"id": pa.array(list(ids), pa.string())})}):
        rows = run.connection.execute(f"SELECT raw.{identifier(ROW_NUMBER)} FROM hemvard_raw AS raw WHERE {tests}")
        return {row[0] for row in rows.fetchall()}


def _showing(source: Source, content: bytes, reading: Reading, pattern: str) -> set[int]:
    """The rows that show one of the person's ids in any cell, those that can't be split into cells included."""
    table = reading.table
    found = set(_ragged(source, content, reading, pattern))
    for name in table.column_names:
        if name != ROW_NUMBER:
            here = pc.match_substring_regex(table.column(name), pattern)
            found |= set(table.filter(here).column(ROW_NUMBER).to_pylist())
    return found


def _ragged(source: Source, content: bytes, reading: Reading, pattern: str) -> Iterator[int]:
    written = source.format
    if reading.ragged and isinstance(written, DelimitedFormat):
        rows = raw_rows(written, unpacked(written, content).decode(written.encoding))
        yield from (number for number in reading.ragged if finds(pattern, rows[number - 1]))
