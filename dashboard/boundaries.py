"""The boundaries (gränsdragningar) beside each other: what each counts, and how it differs from the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.figures import MISSING, Figure, figure
from dashboard.published import Published
from dashboard.words import spans

Form = Literal["first", "more", "fewer", "same", "other", "protected", "missing"]
_MONTHS = 12


@dataclass(frozen=True)
class TotalRow:
    """A row of the query `scenario_totals`."""

    year: int
    scenario: str
    title_sv: str
    visits: int | None
    unplanned_visits: int | None
    patients: int | None
    visits_on_unknown: int | None
    status: str


@dataclass(frozen=True)
class DifferenceRow:
    """A row of the query `scenario_differences`."""

    year: int
    scenario: str
    other_scenario: str
    visits: int | None
    visits_added: int | None
    visits_removed: int | None
    patients: int | None
    status: str


@dataclass(frozen=True)
class Boundary:
    """A boundary's visits in the year, and the visits more (or fewer) than the first boundary counts.

    The difference is the published one, never a subtraction: a difference may rest on too few persons although
    both totals may be shown.
    """

    id: str
    title: str
    visits: Figure
    unplanned: Figure
    patients: Figure
    on_unknown: Figure
    difference: Figure
    added: Figure
    removed: Figure
    form: Form


@dataclass(frozen=True)
class BoundaryTable:
    """The boundaries of the latest whole year, or of the latest where none is whole; `period` names its months."""

    year: int
    period: str
    rows: tuple[Boundary, ...]

    @property
    def first(self) -> Boundary:
        """The boundary that the others are compared with."""
        return self.rows[0]

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        cells = (cell for row in self.rows for cell in (row.visits, row.unplanned, row.patients, row.on_unknown))
        compared = (row.difference for row in self.rows[1:])
        return frozenset(cell.status for cell in (*cells, *compared))


def read_boundaries(source: Published, months: Sequence[date], order: Sequence[str]) -> BoundaryTable | None:
    """The boundaries of a release, None where it has none.

    `months` are those with visits; `order` gives the ids, the one to compare with first. A boundary that is not
    in it comes after the others, by id.
    """
    found = source.rows("scenario_totals", TotalRow)
    if not found:
        return None
    year = _year({row.year for row in found}, months)
    totals = {row.scenario: row for row in found if row.year == year}
    ids = sorted(totals, key=lambda entry: (order.index(entry) if entry in order else len(order), entry))
    differences = {
        row.other_scenario: row
        for row in source.rows("scenario_differences", DifferenceRow)
        if (row.year, row.scenario) == (year, ids[0])
    }
    named = spans(month for month in months if month.year == year) or str(year)
    return BoundaryTable(year, named, tuple(_boundary(totals[entry], ids[0], differences) for entry in ids))


def _year(years: set[int], months: Sequence[date]) -> int:
    whole = {year for year in years if sum(month.year == year for month in months) == _MONTHS}
    return max(whole or years)


def _boundary(row: TotalRow, first: str, differences: Mapping[str, DifferenceRow]) -> Boundary:
    counts = (row.visits, row.unplanned_visits, row.patients, row.visits_on_unknown)
    visits, unplanned, patients, on_unknown = (figure(count, row.status) for count in counts)
    found = differences.get(row.scenario)
    changes = (found.visits, found.visits_added, found.visits_removed) if found else ()
    difference, added, removed = [figure(count, found.status) for count in changes if found] or [MISSING] * 3
    return Boundary(
        row.scenario,
        row.title_sv,
        *(visits, unplanned, patients, on_unknown, difference, added, removed),
        form="first" if row.scenario == first else form_of(difference, added),
    )


def form_of(difference: Figure, added: Figure) -> Form:
    """How the difference is said in words; `other`: as many visits, but not the same ones."""
    if not difference.shown:
        return "protected" if difference.status == "protected" else "missing"
    if difference.count == 0:
        return "other" if added.count else "same"
    return "more" if difference.count > 0 else "fewer"
