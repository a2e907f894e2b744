"""About: definitions, sources, secrecy, and the dates of each input, in Swedish and in English."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from dashboard.deliveries import Deliveries
from dashboard.page import Page
from dashboard.reading import Reading

FILE = "om.html"


@dataclass(frozen=True)
class SourceDates:
    """A source: how many of its deliveries are in the figures, their last month, and when the latest landed (UTC)."""

    source_id: str
    supplier_sv: str
    deliveries: int
    last_month: date
    landed_at: datetime | None


def page(reading: Reading) -> Page:
    """The page about the figures."""
    shown = {
        "parameters": reading.parameters,
        "official": tuple(reading.source.rows("official_series", _row)),
        "inputs": tuple(reading.source.rows("inputs", _row)),
        "sources": tuple(source_dates(reading.deliveries)),
    }
    return Page(FILE, "about.html", "Om", "Om siffrorna", shown)


def source_dates(deliveries: Deliveries) -> Iterator[SourceDates]:
    """Every source of which something is in the figures."""
    for source_id, group in groupby(deliveries.listed, lambda row: row.source_id):
        current = [row for row in group if row.status == "current"]
        if current:
            landed = max((row.landed_at for row in current if row.landed_at), default=None)
            yield SourceDates(
                source_id, current[0].supplier_sv, len(current), max(row.month for row in current), landed
            )


def _row(*values: object) -> tuple[object, ...]:
    return values
