"""Gap and follow-up: who cares for persons at home, who should, and what has changed since the first analysis."""

from dataclasses import dataclass
from typing import Literal

from dashboard import words
from dashboard.charts import Chart
from dashboard.choices import Block, choice
from dashboard.figures import PROTECTED, Figure, change
from dashboard.gap import Gap, GapLine
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.row_charts import Dumbbell, dumbbell_chart

FILE = "gap.html"
GROUPS = {
    "only_municipality": "Bara kommunen",
    "both": "Kommunen och regionen",
    "only_region": "Bara regionen",
    "neither": "Ingen i tid",
}
Form = Literal["more", "fewer", "same", "protected", "missing", "alone"]


@dataclass(frozen=True)
class GapView:
    """An area's persons by who cares and who should, period by period, and the change from the first to the last."""

    code: str
    area: str
    periods: tuple[str, ...]
    lines: tuple[tuple[GapLine, Figure], ...]
    neither: tuple[Figure, ...]
    form: Form
    chart: Chart | None

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        return frozenset(entry.status for line, _ in self.lines for entry in line.patients)


def page(reading: Reading) -> Page:
    """The page of the gap analysis."""
    gap = reading.gap
    shown = {"gap": gap, "groups": GROUPS, "periods": _periods(gap) if gap else ()}
    return Page(FILE, "gap.html", "Gap och uppföljning", "Vem vårdar, och vem ska", shown, _blocks(reading))


def _periods(gap: Gap) -> tuple[str, ...]:
    return tuple(words.period(*of) for of in gap.periods)


def _blocks(reading: Reading) -> dict[str, Block]:
    gap = reading.gap
    if gap is None:
        return {}
    areas = [(code, "Hela länet" if code == "all" else reading.names.get(code, code)) for code in gap.areas]

    def show(area: str) -> GapView:
        return gap_view(gap, area, dict(areas)[area])

    return {"gap": Block("block_gap.html", (choice("omrade", "Område", areas),), show)}


def gap_view(gap: Gap, area: str, name: str) -> GapView:
    """The view of an area."""
    periods = _periods(gap)
    lines = tuple((line, changed(line.patients)) for line in gap.lines[area])
    neither = gap.patients(area, "neither")
    return GapView(area, name, periods, lines, neither, form_of(neither), _chart(lines, periods, name))


def form_of(figures: tuple[Figure, ...]) -> Form:
    """How the change from the first to the last period is said in words."""
    if len(figures) == 1:
        return "alone"
    between = changed(figures)
    if between.value is None:
        return "protected" if between.status == "protected" else "missing"
    return "same" if between.value == 0 else "more" if between.value > 0 else "fewer"


def changed(figures: tuple[Figure, ...]) -> Figure:
    """The last period less the first; protected where so few persons stand behind either that one is."""
    return change(figures[0], figures[-1]) if figures[0].status != "protected" else PROTECTED


def _chart(lines: tuple[tuple[GapLine, Figure], ...], periods: tuple[str, ...], area: str) -> Chart | None:
    if len(periods) < 2:
        return None
    rows = [
        Dumbbell(GROUPS[line.group], line.patients[0], line.patients[-1], between)
        for line, between in lines
        if line.principal == "municipality"
    ]
    known = [row for row in rows if row.change.shown]
    said = ", ".join(f"{row.name} från {row.before.count} till {row.after.count}" for row in known)
    described = (
        f"Hantelschema, personer i {area} som kommunen ska vårda, {periods[0]} (ring) och {periods[-1]}: {said}."
    )
    return dumbbell_chart(rows, described)
