"""Boundaries: two of them beside each other, in visits, öre and kronor, and which questions make the difference."""

from dataclasses import dataclass

from dashboard import words
from dashboard.boundary_pairs import PairMoney, PairVisits, PlaceChange
from dashboard.charts import Chart
from dashboard.choices import Block, choice
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.row_charts import Dumbbell, dumbbell_chart

FILE = "gransdragningar.html"


@dataclass(frozen=True)
class VisitsView:
    """The visits of two boundaries, with their names and their chart."""

    before: str
    after: str
    period: str
    pair: PairVisits
    chart: Chart | None


@dataclass(frozen=True)
class MoneyView:
    """The öre and kronor of two boundaries, with their names and their chart; `pair` is None where not known."""

    before: str
    after: str
    pair: PairMoney | None
    chart: Chart | None


def page(reading: Reading) -> Page:
    """The page of the boundaries."""
    table = reading.boundaries
    shown = {"table": table, "money": reading.money}
    return Page(FILE, "boundaries.html", "Gränsdragningar", "Vad varje gränsdragning betyder", shown, _blocks(reading))


def _blocks(reading: Reading) -> dict[str, Block]:
    table = reading.boundaries
    if table is None:
        return {}
    options = [(row.id, row.title) for row in table.rows]
    first, second = _opening(reading, [row.id for row in table.rows])
    before = choice("fran", "Den här gränsdragningen", options, first)
    after = choice("till", "jämförd med", options, second)
    years = sorted(reading.pairs.years, reverse=True)
    year = choice("ar", "Besök år", [(str(of), str(of)) for of in years], str(table.year))
    titles = dict(options)

    def visits(one: str, other: str, of: str) -> VisitsView:
        pair = reading.pairs.visits(int(of), one, other)
        return VisitsView(titles[one], titles[other], of, pair, visits_chart(pair, titles[one], titles[other]))

    def money(one: str, other: str) -> MoneyView:
        pair = reading.pairs.money(one, other)
        chart = money_chart(pair, titles[one], titles[other]) if pair else None
        return MoneyView(titles[one], titles[other], pair, chart)

    blocks = {"besok": Block("block_pair_visits.html", (before, after, year), visits)}
    return {"pengar": Block("block_pair_money.html", (before, after), money), **blocks} if reading.money else blocks


def _opening(reading: Reading, ids: list[str]) -> tuple[str, str]:
    """What the page opens with: the agreement's own boundary (else the first), and the next one with öre."""
    known = [name for name in reading.pairs.with_money if name in ids]
    first = known[0] if known else ids[0]
    others = [name for name in (*known, *ids) if name != first]
    return first, others[0] if others else first


def visits_chart(pair: PairVisits, before: str, after: str) -> Chart | None:
    """A row for each municipality: its visits with the one boundary and with the other; None of one alone."""
    if before == after:
        return None
    described = (
        f"Hantelschema, besök {pair.year} med ”{before}” (ring) och ”{after}” (fylld punkt): {_said(pair.rows)}."
    )
    return dumbbell_chart([_row(row) for row in pair.rows], described)


def money_chart(pair: PairMoney, before: str, after: str) -> Chart | None:
    """A row for each municipality: its gain or loss per inhabitant with the one boundary and with the other."""
    what = f"Hantelschema, vinst eller förlust {pair.year} i kronor per invånare"
    described = f"{what} med ”{before}” (ring) och ”{after}” (fylld punkt): {_said(pair.rows)}."
    return dumbbell_chart([_row(row) for row in pair.rows], described, decimals=1)


def _row(row: PlaceChange) -> Dumbbell:
    return Dumbbell(row.name, row.before, row.after, row.change)


def _said(rows: tuple[PlaceChange, ...]) -> str:
    known = [row for row in rows if row.change.value is not None and row.before.value is not None]
    return ", ".join(
        f"{row.name} från {words.number(row.before.value or 0)} till {words.number(row.after.value or 0)}"
        for row in known
        if row.after.value is not None
    )
