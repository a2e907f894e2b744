"""The year table, in the shape of the figures that document 004 asks for: ordinary housing, both principals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dashboard.figures import MISSING, NOT_APPLICABLE, PROTECTED, Figure, figure, share, total
from dashboard.months import ALL, Months
from dashboard.published import Published
from dashboard.words import MONTHS, spans

_Cell = tuple[str, str, str]
Whole = Literal["none", "home", "known"]
_HOME: _Cell = (ALL, ALL, ALL)


@dataclass(frozen=True)
class TotalRow:
    """A row of the query `region_totals`."""

    year: int
    care_form: str
    planned: str
    age_group: str
    visits: int | None
    patients: int | None
    status: str


@dataclass(frozen=True)
class Line:
    """A line of the table: which cell it shows, and of what the share is taken.

    `home` – of all visits at home; `known` – of the visits for which it is known whether a time was agreed.
    """

    id: str
    cell: _Cell
    of: Whole = "none"
    depth: int = 0


@dataclass(frozen=True)
class YearColumn:
    """A year; `part` names its months where it isn't whole."""

    year: int
    part: str
    preliminary: bool


@dataclass(frozen=True)
class YearTable:
    """Years across; each line has, for each year, a count and a share."""

    columns: tuple[YearColumn, ...]
    lines: tuple[tuple[Line, tuple[tuple[Figure, Figure], ...]], ...]
    patients: tuple[Figure, ...]

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        cells = {entry.status for _, row in self.lines for pair in row for entry in pair}
        return frozenset(cells | {entry.status for entry in self.patients})


def _kind(name: str, care_form: str, age_group: str = ALL) -> Iterable[Line]:
    yield Line(name, (care_form, ALL, age_group), "home")
    yield Line("planned", (care_form, "planned", age_group), "known", 1)
    yield Line("unplanned", (care_form, "unplanned", age_group), "known", 1)
    yield Line("unknown", (care_form, "unknown", age_group), "none", 1)


_LINES = (
    Line("home", _HOME),
    *_kind("home_health_care", "home_health_care"),
    *_kind("home_visit", "outpatient"),
    *_kind("children", ALL, "0-18"),
)


class _Totals:
    def __init__(self, rows: Iterable[TotalRow]) -> None:
        self._rows = {(row.year, (row.care_form, row.planned, row.age_group)): row for row in rows}
        self._margins = {_margin(cell) for _, cell in self._rows}
        self.years = tuple(sorted({year for year, _ in self._rows}))

    def publishes(self, cell: _Cell) -> bool:
        """Whether the margin of the cell is published at all."""
        return _margin(cell) in self._margins

    def visits(self, year: int, cell: _Cell) -> Figure:
        """The visits of a cell; missing or not applicable where there is no row."""
        row = self._rows.get((year, cell))
        if row is not None:
            return figure(row.visits, row.status)
        return self._absent(year) if self.publishes(cell) else NOT_APPLICABLE

    def patients(self, year: int) -> Figure:
        """The distinct persons with a visit at home."""
        row = self._rows.get((year, _HOME))
        return figure(row.patients, row.status) if row else MISSING

    def share(self, year: int, line: Line) -> Figure:
        """The share that the line is of: of what is known, or of all visits at home."""
        if line.of == "none":
            return NOT_APPLICABLE
        care_form, _, age_group = line.cell
        parts = ("planned", "unplanned")
        known = total(self.visits(year, (care_form, planned, age_group)) for planned in parts)
        return share(self.visits(year, line.cell), known if line.of == "known" else self.visits(year, _HOME))

    def preliminary(self, year: int) -> bool:
        """Whether any row of the year still waits for a delivery."""
        return any(row.status == "preliminary" for (of, _), row in self._rows.items() if of == year)

    def _absent(self, year: int) -> Figure:
        whole = self._rows.get((year, _HOME))
        if whole is None or whole.status not in ("ok", "protected"):
            return MISSING
        return Figure(0) if whole.status == "ok" else PROTECTED


def read_years(source: Published, months: Months) -> YearTable | None:
    """The year table of a release; None where it has no year."""
    totals = _Totals(source.rows("region_totals", TotalRow))
    if not totals.years:
        return None
    lines = tuple(
        (line, tuple((totals.visits(year, line.cell), totals.share(year, line)) for year in totals.years))
        for line in _LINES
        if totals.publishes(line.cell)
    )
    columns = tuple(YearColumn(year, _part(year, months), totals.preliminary(year)) for year in totals.years)
    return YearTable(columns, lines, tuple(totals.patients(year) for year in totals.years))


def _part(year: int, months: Months) -> str:
    found = [entry for entry in months.counted if entry.year == year]
    if len(found) in (0, len(MONTHS)):
        return ""
    return spans(found).replace(f" {year}", "")


def _margin(cell: _Cell) -> tuple[bool, ...]:
    return tuple(part != ALL for part in cell)
