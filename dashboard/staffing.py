"""Full-time equivalents by profession: from the staff systems, from the visits' time, by norm, and as agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.figures import MISSING, NOT_APPLICABLE, Figure, figure
from dashboard.ground import weakest_basis
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.words import alphabetical

ALL = "all"
METHODS = ("hr", "volume", "norm", "agreed")


@dataclass(frozen=True)
class StaffingRow:
    """A row of the query `staffing_by_profession`; `fte` are full-time equivalents."""

    year: int
    municipality_code: str
    profession: str
    scenario: str
    method: str
    party: str
    fte: Decimal | None
    headcount: int | None
    basis: str
    source: str
    status: str


@dataclass(frozen=True)
class StaffingTable:
    """Full-time equivalents of a year, a boundary and an area: a row a profession, a column a method; and all."""

    methods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]
    whole: tuple[Figure, ...]
    bases: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        cells = (cell for _, row in (*self.rows, (ALL, self.whole)) for cell in row)
        return frozenset(cell.status for cell in cells)

    def of(self, method: str) -> Figure:
        """All professions together by a method."""
        return self.whole[self.methods.index(method)] if method in self.methods else MISSING


class Staffing:
    """The full-time equivalents of a release."""

    def __init__(self, source: Published, names: Mapping[str, str]) -> None:
        rows = [row for row in source.rows("staffing_by_profession", StaffingRow) if row.party == ALL]
        self._rows = {(row.year, row.municipality_code, row.profession, row.scenario, row.method): row for row in rows}
        self.years = tuple(sorted({row.year for row in rows}))
        self.scenarios = frozenset(row.scenario for row in rows) - {ALL}
        self.areas = tuple(ordered({row.municipality_code for row in rows} - {"0000"}, names))

    @property
    def fullest_year(self) -> int:
        """The latest of the years in which most methods have figures."""
        methods = {year: {key[4] for key in self._rows if key[0] == year} for year in self.years}
        return max(self.years, key=lambda year: (len(methods[year]), year))

    def table(self, year: int, scenario: str, area: str = ALL) -> StaffingTable:
        """The table of a year, a boundary and a municipality (or all)."""
        found = {
            (key[2], key[4]): row
            for key, row in self._rows.items()
            if key[:2] == (year, area) and row.scenario in (ALL, scenario)
        }
        methods = tuple(method for method in METHODS if any(key[1] == method for key in found))
        professions = sorted({key[0] for key in found} - {ALL}, key=alphabetical)
        rows = tuple((name, tuple(_cell(found.get((name, method))) for method in methods)) for name in professions)
        used = [[row for (_, of), row in found.items() if of == method] for method in methods]
        return StaffingTable(
            methods,
            rows,
            tuple(_cell(found.get((ALL, method))) for method in methods),
            tuple(weakest_basis(row.basis for row in part) for part in used),
            tuple("; ".join(sorted({one for row in part for one in row.source.split("; ")})) for part in used),
        )


def _cell(row: StaffingRow | None) -> Figure:
    return NOT_APPLICABLE if row is None else figure(row.fte, row.status)
