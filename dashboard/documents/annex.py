"""The annex: method and definitions, what the figures come from, secrecy, and the release itself."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from dashboard.deliveries import Delivery
from dashboard.documents import cells, staffing_tables, wording
from dashboard.documents.blocks import Block, Column, Heading, said, words
from dashboard.documents.facts import Facts
from dashboard.documents.reading import Reading
from dashboard.documents.texts import Texts
from dashboard.words import DASH, day, moment, number, span


def annex(reading: Reading, texts: Texts, known: Facts) -> Iterator[Block]:
    """The blocks of the annex, the same in every report."""
    yield Heading("Bilaga: metod, källor och sekretess", numbered=False)
    yield Heading("Metod och definitioner", 2)
    yield from texts.paragraphs("bilaga-metod", known)
    yield Heading("Vad som är skyddat", 2)
    yield from texts.paragraphs("bilaga-sekretess", known)
    yield Heading("Källor och datum", 2)
    yield from _deliveries(reading)
    yield from _official(reading)
    yield from _ways(reading)
    yield Heading("Parametrar", 2)
    yield from _parameters(reading)
    yield Heading("Utgåvan", 2)
    yield from _release(reading)


def _deliveries(reading: Reading) -> Iterator[Block]:
    """A row for each source: who delivers, which months, and when the latest came."""
    came = (row for row in reading.deliveries.listed if row.status == "current")
    rows = [_source(list(group)) for _, group in groupby(came, lambda row: row.source_id)]
    if rows:
        head = [
            words("Leverantör", 2.6),
            words("Källa", 2.4),
            words("Månader", 1.8),
            Column("Antal", share=0.8),
            words("Senast mottagen", 1.8),
        ]
        yield cells.table("Leveranser som ingår", head, rows, "quality.deliveries", least=reading.least)


def _source(rows: list[Delivery]) -> list[str]:
    months = sorted(row.month for row in rows)
    landed = max((row.landed_at for row in rows if row.landed_at), default=None)
    return [rows[0].supplier_sv, rows[0].source_id, span(months[0], months[-1]), number(len(rows)), _day(landed)]


def _official(reading: Reading) -> Iterator[Block]:
    rows = [
        [
            title,
            publisher,
            str(first.year) if first.year == last.year else f"{first.year}{DASH}{last.year}",
            _day(fetched),
        ]
        for title, publisher, first, last, fetched, _ in reading.official
    ]
    if rows:
        head = [words("Serie", 3.6), words("Från", 2), words("Period", 1.2), words("Hämtad", 1.6)]
        yield cells.table("Officiell statistik", head, rows, "quality.official_series", least=reading.least)


def _ways(reading: Reading) -> Iterator[Block]:
    rows = list(staffing_tables.sources_of(reading))
    if rows:
        head = [words("Sätt", 1.4), words("Grund och källa", 6)]
        yield cells.table("Årsarbetarnas källor", head, rows, "volumes.staffing", least=reading.least)


def _parameters(reading: Reading) -> Iterator[Block]:
    """A row for each parameter and source of its values."""
    rows = [_parameter(*row) for row in reading.parameters]
    if not rows:
        yield said("Utgåvan räknar inte med några parametrar.")
        return
    head = [
        words("Parameter", 3.2),
        words("År", 1.4),
        words("Grund", 1.2),
        Column("Antal", share=0.8),
        words("Källa", 4.8),
    ]
    yield cells.table("Parametrar, hur de är kända och varifrån", head, rows, "meta.parameters", least=reading.least)


def _parameter(name: str, kind: str, reference: str, address: str, first: Any, last: Any, count: int) -> list[str]:
    where = f"{reference} {address}" if address.strip("- ") else reference
    year = str(first) if first == last else f"{first}{DASH}{last}"
    return [name, year, wording.BASES.get(kind, kind), number(count), where]


def _release(reading: Reading) -> Iterator[Block]:
    release = reading.release
    went_in = (f"{wording.INPUTS.get(kind, kind)} {number(count)}" for kind, count in reading.inputs)
    rows = [
        ["Utgåvans id", release.release_id],
        ["Gjord", moment(reading.made)],
        ["Programversion", release.code_version],
        ["Underlagets kontrollsumma", release.inputs_hash],
        ["Vad som gick in", ", ".join(went_in) or DASH],
    ]
    yield cells.table("Utgåvan", [words("Uppgift", 2), words("Värde", 5)], rows, "meta.release", least=reading.least)


def _day(value: date | datetime | None) -> str:
    return day(value) if value else DASH
