"""The dictionary: every published table and column, searchable, in Swedish and English."""

from dashboard.page import Page
from dashboard.reading import Reading

FILE = "dictionary.html"


def page(reading: Reading) -> Page:
    """The page of the dictionary."""
    return Page(FILE, "dictionary.html", "Ordlista", "Databasens ordlista", {"tables": reading.dictionary})
