"""Staffing: full-time equivalents by profession, as staff systems, visits, norm and agreement have them."""

from dataclasses import dataclass

from dashboard import words
from dashboard.charts import Chart
from dashboard.choices import Block, choice
from dashboard.figures import change
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.row_charts import Dumbbell, dumbbell_chart
from dashboard.staffing import StaffingTable

FILE = "bemanning.html"
PROFESSIONS = {
    "assistant_nurse": "Undersköterska",
    "counsellor": "Kurator",
    "dietitian": "Dietist",
    "district_nurse": "Distriktssköterska",
    "doctor": "Läkare",
    "nurse": "Sjuksköterska",
    "occupational_therapist": "Arbetsterapeut",
    "other": "Annat yrke",
    "physiotherapist": "Fysioterapeut",
    "psychologist": "Psykolog",
    "speech_therapist": "Logoped",
    "unknown": "Okänt yrke",
}


@dataclass(frozen=True)
class StaffingView:
    """The table of a year, a boundary and an area, with their names."""

    year: str
    boundary: str
    code: str
    area: str
    table: StaffingTable
    chart: Chart | None


def page(reading: Reading) -> Page:
    """The page of the staffing."""
    return Page(
        FILE, "staffing.html", "Bemanning", "Årsarbetare per yrke", {"professions": PROFESSIONS}, _blocks(reading)
    )


def _blocks(reading: Reading) -> dict[str, Block]:
    staffing = reading.staffing
    if not staffing.years:
        return {}
    titles = {row.id: row.title for row in reading.boundaries.rows} if reading.boundaries else {}
    ids = [name for name in titles if name in staffing.scenarios] or sorted(staffing.scenarios) or ["all"]
    agreed = [row.scenario for row in reading.money.years] if reading.money else []
    boundaries = [(name, titles.get(name, name)) for name in sorted(ids, key=lambda name: name not in agreed)]
    years = sorted(staffing.years, reverse=True)
    areas = [(code, "Hela länet" if code == "all" else reading.names.get(code, code)) for code in _areas(reading)]

    def show(area: str, boundary: str, year: str) -> StaffingView:
        table = staffing.table(int(year), boundary, area)
        name = dict(areas)[area]
        return StaffingView(year, dict(boundaries)[boundary], area, name, table, staffing_chart(table, name))

    by = (
        choice("omrade", "Område", areas),
        choice("grans", "Gränsdragning", boundaries),
        choice("ar", "År", [(str(year), str(year)) for year in years], str(staffing.fullest_year)),
    )
    return {"bemanning": Block("block_staffing.html", by, show)}


def staffing_chart(table: StaffingTable, area: str) -> Chart | None:
    """A row for each profession that both the staff systems and the visits' time have; None where none has both."""
    if not {"hr", "volume"} <= set(table.methods):
        return None
    hr, volume = (table.methods.index(method) for method in ("hr", "volume"))
    rows = [
        Dumbbell(PROFESSIONS.get(name, name), cells[hr], cells[volume], change(cells[hr], cells[volume]))
        for name, cells in table.rows
    ]
    known = [row for row in rows if row.change.shown]
    said = ", ".join(
        f"{row.name} {words.number(row.before.value or 0, 1)} mot {words.number(row.after.value or 0, 1)}"
        for row in known
    )
    what = f"Hantelschema, årsarbetare i {area} enligt personalsystemen (ring) och efter besökens tid (fylld punkt)"
    return dumbbell_chart(known, f"{what}: {said}.", decimals=1)


def _areas(reading: Reading) -> list[str]:
    """All together first, then the municipalities by name."""
    known = reading.staffing.areas
    return ["all", *(code for code in known if code != "all")]
