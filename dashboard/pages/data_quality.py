"""Data quality: what was expected and what came, what became of the rows, and which findings are new."""

from dashboard.page import Page
from dashboard.reading import Reading

FILE = "datakvalitet.html"


def page(reading: Reading) -> Page:
    """The page of the deliveries and their faults."""
    shown = {"came": reading.deliveries}
    return Page(FILE, "data_quality.html", "Datakvalitet", "Vad som kom och vad som inte kom", shown)
