"""What of a release rests on assumptions, in words: it stands in the first line of the documents that tell of it."""

from collections.abc import Callable

from dashboard.documents.reading import Reading
from dashboard.documents.wording import WAYS
from dashboard.words import listed

Assumption = Callable[[Reading], str]
"""What is assumed in a release, as a part of a sentence; empty where nothing is."""


def assumed_money(reading: Reading) -> str:
    """Kronor and öre."""
    money = reading.money
    bases = [row.basis for row in money.years] if money else []
    bases += [row.basis for table in money.questions for row in table.rows] if money else []
    return "belopp och öre" if "illustrative" in bases else ""


def assumed_staffing(reading: Reading) -> str:
    """Full-time equivalents, by the ways that rest on assumptions."""
    found = reading.staffing.ways if reading.staffing else ()
    ways = [f"”{WAYS[way.method].lower()}”" for way in found if way.basis == "illustrative"]
    return f"årsarbetare enligt {listed(ways)}" if ways else ""


def assumed_population(reading: Reading) -> str:
    """Numbers of inhabitants, and so every indicator per inhabitant."""
    years = listed([str(year) for year in reading.made_up_population])
    return f"folkmängden {years}, och därmed värden per invånare" if years else ""
