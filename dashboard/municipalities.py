"""The table by municipality of residence: the latest month, and the latest year's months together."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.figures import Figure
from dashboard.months import ALL, Kind, Months
from dashboard.words import alphabetical, month, spans

NOT_OF_THE_COUNTY = ("9998", "9999")
KINDS: tuple[Kind, ...] = ("home", "home_health_care", "home_visit")


@dataclass(frozen=True)
class MunicipalityRow:
    """A municipality: visits at home and of the two kinds, in the latest month and in the year so far."""

    code: str
    name: str
    month: tuple[Figure, ...]
    year: tuple[Figure, ...]


@dataclass(frozen=True)
class MunicipalityTable:
    """Municipalities in alphabetical order, those outside the county last, and the whole."""

    kinds: tuple[Kind, ...]
    month: str
    year: str
    rows: tuple[MunicipalityRow, ...]
    whole: MunicipalityRow

    @property
    def statuses(self) -> frozenset[str]:
        """Every status in the table: what its footnotes must explain."""
        return frozenset(cell.status for row in (*self.rows, self.whole) for cell in (*row.month, *row.year))


def municipality_table(months: Months, names: Mapping[str, str]) -> MunicipalityTable | None:
    """The table of a release; None where it publishes nothing by municipality."""
    kinds = tuple(kind for kind in KINDS if months.publishes(kind, "municipality"))
    if not (months.counted and kinds):
        return None
    codes = ordered({*names, *months.municipalities}, names)
    return MunicipalityTable(
        kinds,
        month(months.counted[-1]),
        spans(months.latest_year()),
        tuple(_row(months, kinds, code, names.get(code, code)) for code in codes),
        _row(months, kinds, ALL, ""),
    )


def ordered(codes: set[str], names: Mapping[str, str]) -> list[str]:
    """Codes by the Swedish order of their names; outside the county and unknown last."""
    return sorted(
        codes - {ALL}, key=lambda code: (code in NOT_OF_THE_COUNTY, alphabetical(names.get(code, code)), code)
    )


def _row(months: Months, kinds: tuple[Kind, ...], code: str, name: str) -> MunicipalityRow:
    latest, year = months.counted[-1], months.latest_year()
    return MunicipalityRow(
        code,
        name,
        tuple(months.visits(latest, kind, code) for kind in kinds),
        tuple(months.sum(year, kind, code) for kind in kinds),
    )
