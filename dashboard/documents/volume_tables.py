"""The tables and the chart of volumes and boundaries."""

from collections.abc import Iterator, Mapping

from dashboard.boundaries import Boundary
from dashboard.documents import cells, drawings, wording
from dashboard.documents.blocks import Block, Column, numbers, words
from dashboard.documents.reading import Reading
from dashboard.figures import Figure
from dashboard.months import Kind
from dashboard.words import DASH, month, short_month
from dashboard.years import Line, YearColumn

_KINDS: Mapping[Kind, str] = {
    "home": "Besök i hemmet",
    "home_health_care": "Hemsjukvårdsbesök",
    "home_visit": "Hembesök",
}
_YEARS = 4
"""So many years fit beside each other on a page; the workbook has them all."""


def years_table(reading: Reading) -> Iterator[Block]:
    """Document 004's table: visits at home in ordinary housing, planned and unplanned, the latest years."""
    table = reading.years
    if table is None:
        return
    shown = table.columns[-_YEARS:]
    head = [words("Besök", 3.2)]
    for column in shown:
        head += [Column(_year(column)), Column("Andel", share=1.2)]
    rows = [_line(line, row[-_YEARS:]) for line, row in table.lines]
    rows.append(
        [
            "Personer med besök i hemmet",
            *(text for cell in table.patients[-_YEARS:] for text in (cells.count(cell), DASH)),
        ]
    )
    yield cells.table(
        "Besök i hemmet i ordinärt boende, regionens och kommunernas tillsammans",
        head,
        rows,
        "levererade besök, volumes.region_totals",
        least=reading.least,
        notes=(
            "Andelen planerade och oplanerade räknas av de besök där det är känt om en tid var avtalad; övriga andelar "
            "av alla besök i hemmet.",
        ),
    )


def months_chart(reading: Reading) -> Iterator[Block]:
    """Visits at home month by month, of the latest three years."""
    months = reading.months
    shown = months.counted[-36:]
    if len(shown) < 2 or not months.publishes("home"):
        return
    kinds: list[Kind] = [kind for kind in ("home_health_care", "home_visit") if months.publishes(kind)]
    lines = [(_KINDS[kind], [months.visits(entry, kind) for entry in shown]) for kind in kinds]
    if any(entry.shown for _, line in lines for entry in line):
        yield drawings.over_time(
            f"Besök i hemmet månad för månad, {month(shown[0])}–{month(shown[-1])}",
            [short_month(entry) for entry in shown],
            lines,
            unit="besök",
            source="levererade besök, volumes.visits_month",
        )


def places_table(reading: Reading) -> Iterator[Block]:
    """Visits by municipality of residence in the latest year."""
    table = reading.places
    if table is None:
        return
    rows = [[row.name, *map(cells.count, row.year)] for row in table.rows]
    rows.append(["Alla", *map(cells.count, table.whole.year)])
    yield cells.table(
        f"Besök i hemmet efter boendekommun, {table.year}",
        [words("Kommun"), *numbers(_KINDS[kind] for kind in table.kinds)],
        rows,
        "levererade besök, volumes.visits_month",
        least=reading.least,
        total=True,
    )


def boundaries_table(reading: Reading) -> Iterator[Block]:
    """What each boundary counts, and how it differs from the first."""
    table = reading.boundaries
    if table is None:
        return
    yield cells.table(
        f"Besök enligt varje gränsdragning, {table.period}",
        [words("Gränsdragning", 3.4), *numbers(("Besök", "Skillnad mot den första", "varav oplanerade", "Personer"))],
        [_boundary(row) for row in table.rows],
        "levererade besök, volumes.scenario_totals och volumes.scenario_differences",
        least=reading.least,
        notes=(
            "Den första gränsdragningen är den som de andra jämförs med. Personer i flera rader är delvis desamma.",
        ),
    )


def of_municipality(reading: Reading, code: str) -> Iterator[Block]:
    """A municipality's visits in the latest year, beside the county's."""
    table = reading.places
    row = next((row for row in table.rows if row.code == code), None) if table else None
    if table is None or row is None:
        return
    head = [words("", 2), *numbers(_KINDS[kind] for kind in table.kinds)]
    rows = [["Kommunens invånare", *map(cells.count, row.year)], ["Länet", *map(cells.count, table.whole.year)]]
    yield cells.table(f"Besök {table.year}", head, rows, "volumes.visits_month", least=reading.least)


def _boundary(row: Boundary) -> list[str]:
    difference = DASH if row.form == "first" else cells.difference(row.difference)
    return [row.title, cells.count(row.visits), difference, cells.count(row.unplanned), cells.count(row.patients)]


def _line(line: Line, row: tuple[tuple[Figure, Figure], ...]) -> list[str]:
    name = wording.YEAR_LINES.get(line.id, line.id)
    indented = f"\u00a0\u00a0\u00a0{name}" if line.depth else name
    return [indented, *(text for count, part in row for text in (cells.count(count), cells.part(part)))]


def _year(column: YearColumn) -> str:
    return f"{column.year}, {column.part}" if column.part else str(column.year)
