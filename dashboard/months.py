"""The months of a release: visits at home by kind, and what a month without a row means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.figures import MISSING, NOT_APPLICABLE, PROTECTED, Figure, difference, figure, total
from dashboard.published import Published

ALL = "all"
Kind = Literal["home", "home_health_care", "home_visit", "other", "every"]
_PLACES: dict[Kind, tuple[str, str]] = {
    "home": (ALL, "home"),
    "home_health_care": ("home_health_care", "home"),
    "home_visit": ("outpatient", "home"),
    "every": (ALL, ALL),
}
_Key = tuple[date, str, str, str]


@dataclass(frozen=True)
class VisitRow:
    """A row of the query `visits_month`."""

    period: date
    municipality_code: str
    care_form: str
    place: str
    visits: int | None
    patients: int | None
    status: str


class Months:
    """Visits of each month, area and kind.

    The published table has no row for what did not happen: a cell without a row is 0 where its margin
    is published and its month is whole, and missing where a delivery may still bring it.
    """

    def __init__(self, rows: Iterable[VisitRow], expected: Iterable[date] = ()) -> None:
        self._rows: dict[_Key, VisitRow] = {
            (row.period, row.municipality_code, row.care_form, row.place): row for row in rows
        }
        self._margins = {_margin(key) for key in self._rows}
        self.counted = tuple(sorted({key[0] for key in self._rows}))
        self.listed = tuple(sorted({*self.counted, *expected}))

    @property
    def municipalities(self) -> frozenset[str]:
        """The codes of municipalities that have a row."""
        return frozenset(key[1] for key in self._rows if key[1] != ALL)

    @property
    def preliminary(self) -> bool:
        """Some month rests on deliveries that are still missing."""
        return any(row.status == "preliminary" for row in self._rows.values())

    def latest_year(self) -> tuple[date, ...]:
        """The months with visits of the last year that has any."""
        return tuple(entry for entry in self.counted if entry.year == self.counted[-1].year)

    def publishes(self, kind: Kind, municipality: str = ALL) -> bool:
        """The release holds this kind of visits, for the whole or by municipality."""
        if kind == "other":
            return self.publishes("home_visit", municipality)
        care_form, place = _PLACES[kind]
        return (municipality != ALL, care_form != ALL, place != ALL) in self._margins

    def visits(self, month: date, kind: Kind, municipality: str = ALL) -> Figure:
        """How many visits of a kind a month had."""
        if kind == "other":
            return self._other(month)
        care_form, place = _PLACES[kind]
        row = self._rows.get((month, municipality, care_form, place))
        if row is not None:
            return figure(row.visits, row.status)
        return self._absent(month, municipality) if self.publishes(kind, municipality) else NOT_APPLICABLE

    def sum(self, months: Iterable[date], kind: Kind, municipality: str = ALL) -> Figure:
        """How many visits of a kind some months had together."""
        return total(self.visits(month, kind, municipality) for month in months)

    def _absent(self, month: date, municipality: str) -> Figure:
        whole = self._rows.get((month, municipality, ALL, ALL)) or self._rows.get((month, ALL, ALL, ALL))
        if whole is None or whole.status not in ("ok", "protected"):
            return MISSING
        return Figure(0) if whole.status == "ok" else PROTECTED

    def _other(self, month: date) -> Figure:
        """All visits but those at home of the two kinds; hidden unless enough persons are known to stand behind."""
        parts = (self.visits(month, "home_health_care"), self.visits(month, "home_visit"))
        rest = difference(self.visits(month, "every"), *parts)
        if not rest.shown or rest.count == 0 or any(row.visits for row in self._remainder(month)):
            return rest
        return PROTECTED

    def _remainder(self, month: date) -> Iterator[VisitRow]:
        kinds = (_PLACES["home_health_care"], _PLACES["home_visit"])
        for (period, municipality, *cell), row in self._rows.items():
            if (period, municipality) == (month, ALL) and ALL not in cell and tuple(cell) not in kinds:
                yield row


def read_months(source: Published, expected: Iterable[date]) -> Months:
    """The months of a release, and those for which deliveries were expected."""
    return Months(source.rows("visits_month", VisitRow), expected)


def _margin(key: _Key) -> tuple[bool, bool, bool]:
    _, municipality, care_form, place = key
    return (municipality != ALL, care_form != ALL, place != ALL)
