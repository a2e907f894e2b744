"""Full-time equivalents by profession and municipality, in four ways, as the release has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.documents.wording import WAYS
from dashboard.figures import Figure, Status, figure
from dashboard.ground import weakest_basis
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.staffing import ALL, StaffingRow
from dashboard.tax_shift import REMAINDER

NOT_ASKED = Figure(None, "not_applicable")


@dataclass(frozen=True)
class Way:
    """The posts of one way of reckoning, of its latest year, by municipality and profession."""

    method: str
    year: int
    cells: Mapping[tuple[str, str], Figure]
    basis: str
    sources: tuple[str, ...]

    def posts(self, municipality: str = ALL, profession: str = ALL) -> Figure:
        """The posts of a cell; not applicable where the way has none there."""
        return self.cells.get((municipality, profession), NOT_ASKED)

    @property
    def professions(self) -> tuple[str, ...]:
        """The professions of the county, those with most posts first; those hidden last."""
        found = {profession for place, profession in self.cells if place == ALL and profession != ALL}
        return tuple(sorted(found, key=lambda entry: (-(self.posts(ALL, entry).value or 0), entry)))


@dataclass(frozen=True)
class Staffing:
    """The ways that the release has, in the order of `WAYS`, and the municipalities that any of them names."""

    ways: tuple[Way, ...]
    municipalities: tuple[str, ...]

    def way(self, method: str) -> Way | None:
        """A way by its name."""
        return next((way for way in self.ways if way.method == method), None)


def read_staffing(source: Published, names: Mapping[str, str], scenario: str | None) -> Staffing | None:
    """The posts within a boundary; None where the release has none."""
    found = source.rows("staffing_by_profession", StaffingRow)
    rows = [row for row in found if row.party == ALL and row.scenario in (ALL, scenario)]
    ways = tuple(_way(method, of) for method in WAYS if (of := [row for row in rows if row.method == method]))
    if not ways:
        return None
    codes = {place for way in ways for place, _ in way.cells} - {REMAINDER}
    return Staffing(ways, tuple(ordered(codes, names)))


def shown_sum(figures: Iterable[Figure]) -> Figure:
    """The sum of posts; hidden where one is, not applicable where there are none."""
    listed = [entry for entry in figures if entry.status != "not_applicable"]
    if not listed:
        return NOT_ASKED
    hidden = next((entry for entry in listed if not entry.shown), None)
    return hidden or Figure(sum((Decimal(str(entry.value)) for entry in listed), Decimal(0)), _status(listed))


def _status(listed: Iterable[Figure]) -> Status:
    return "preliminary" if any(entry.status == "preliminary" for entry in listed) else "ok"


def _way(method: str, rows: list[StaffingRow]) -> Way:
    year = max(row.year for row in rows)
    latest = [row for row in rows if row.year == year]
    return Way(
        method,
        year,
        {(row.municipality_code, row.profession): figure(row.fte, row.status) for row in latest},
        weakest_basis(row.basis for row in latest),
        tuple(dict.fromkeys(part for row in latest for part in row.source.split("; "))),
    )
