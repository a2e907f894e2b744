"""The published tables that count persons, and what of their rows adds up: a closed list.

A family's rows are told apart by their time, what never adds up (an indicator, a boundary), their area, and the
dimensions that add up to `all`. What a row counts of some persons is a cell. Most rows have one. Where a row counts
more – what one boundary has beyond another, and the reverse – few persons of one count hide the row, but they are what
has to be protected: the other counts are taken to be known. A part is hidden by itself, with a status of its own.
"""

from dataclasses import dataclass, replace

from warehouse.columns import Table
from warehouse.schema import (
    BY_AREA,
    GAP,
    INDICATOR_RESULTS,
    REGION_TOTALS,
    SCENARIO_DIFFERENCES,
    SCENARIO_TOTALS,
    VISITS_MONTH,
    VISITS_YEAR,
)

_YEAR = ("make_date(l.year, 1, 1)", "make_date(l.year, 12, 31)")
_PERIOD = ("l.period_start", "l.period_end")
_KIND = "CASE WHEN d.kind LIKE 'share_%' THEN 'share' WHEN d.kind LIKE 'rate_%' THEN 'rate' ELSE 'ratio' END"


@dataclass(frozen=True)
class Count:
    """What a row counts of some persons, as SQL on the lake's row `l` (an indicator's kind is `d.kind`)."""

    name: str
    number: str
    """Visits, events, minutes or kronor; NULL where the row has no such count."""
    persons: str
    """The persons behind it."""
    upper: str = "NULL"
    """What the number cannot exceed, as everybody knows."""
    is_signed: bool = False
    part: tuple[str, ...] = ()
    """The columns that are hidden with it, its status the last of them; none where the whole row is."""
    is_few: str = "false"
    """When it is to be hidden though the persons themselves are not few."""
    told: str = "true"
    """In which rows it is told at all, as SQL on `l`; in others its columns are hidden."""


@dataclass(frozen=True)
class Family:
    """A published table whose rows hold cells."""

    table: Table
    time: tuple[str, str]
    """First and last day, as SQL on the lake's row `l`."""
    key: tuple[str, ...]
    """The columns that tell its cells apart; rows that agree in them tell the same numbers."""
    counts: tuple[Count, ...]
    weight: int = 1
    """How much worse it is to lose a row than one of another family with as many persons."""
    rows: str = "true"
    """Which rows are read, as SQL on the lake's row `l`; others with the same key follow them."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The columns of the key that add up to `all`."""
        return tuple(name for name in self.key if name in self.table.dimensions)

    @property
    def has_areas(self) -> bool:
        """Whether its rows are of municipalities, county parts and the region, or health centres."""
        return "area_type" in self.key

    @property
    def stratum(self) -> tuple[str, ...]:
        """The columns of the key that never add up, those of time and area aside."""
        aside = ("period", "year", "period_start", "period_end", "area_type", "area_code")
        return tuple(name for name in self.key if name not in (*self.dimensions, *aside))

    def count(self, name: str) -> Count:
        """The count of a name."""
        return next(count for count in self.counts if count.name == name)


VISITS, UNPLANNED, ADDED, REMOVED = "visits", "unplanned", "added", "removed"
_UNPLANNED_COLUMNS = ("unplanned_visits", "unplanned_patients", "unplanned_status")
_VISITS = Count(VISITS, "l.visits", "l.patients")
_UNPLANNED = Count(
    UNPLANNED,
    "l.unplanned_visits",
    "l.unplanned_patients",
    part=_UNPLANNED_COLUMNS,
    is_few="l.visits - l.unplanned_visits BETWEEN 1 AND $least - 1",
)


def _one_way(way: str) -> Count:
    """What one boundary has beyond the other; that it can have nothing, everybody sees from their definitions."""
    nothing = f"CASE WHEN l.visits_{way} = 0 THEN 0 END"
    return Count(way, f"l.visits_{way}", f"l.patients_{way}", nothing)


FAMILIES: tuple[Family, ...] = (
    Family(VISITS_MONTH, ("l.period", "last_day(l.period)"), ("period", *VISITS_MONTH.dimensions), (_VISITS,)),
    Family(VISITS_YEAR, _YEAR, ("year", *VISITS_YEAR.dimensions), (_VISITS,)),
    Family(REGION_TOTALS, _YEAR, ("year", *REGION_TOTALS.dimensions), (_VISITS,), weight=5),
    Family(
        BY_AREA,
        _PERIOD,
        ("period_start", "period_end", "area_type", "area_code", *BY_AREA.dimensions),
        # Of smaller areas and groups the indicator unplanned_share tells.
        (
            _VISITS,
            replace(
                _UNPLANNED, told="l.area_type = 'region' AND (l.care_form, l.age_group, l.sex) = ('all', 'all', 'all')"
            ),
        ),
        rows="l.measure = 'crude'",
    ),
    Family(SCENARIO_TOTALS, _YEAR, ("year", "municipality_code", "scenario"), (_VISITS, _UNPLANNED), weight=10),
    # The other direction has the same numbers.
    Family(
        SCENARIO_DIFFERENCES,
        _YEAR,
        ("year", "municipality_code", "scenario", "other_scenario", "reason"),
        (
            _one_way(ADDED),
            _one_way(REMOVED),
            Count(UNPLANNED, "l.unplanned_visits", "l.unplanned_patients", is_signed=True, part=_UNPLANNED_COLUMNS),
        ),
        rows="l.scenario < l.other_scenario",
    ),
    Family(
        GAP,
        _PERIOD,
        ("period_start", "period_end", "municipality_code", "health_centre", "gap_group", "agreed_principal"),
        (_VISITS,),
    ),
    # A rate's denominator is the population, and a share's is known from the tables of visits.
    Family(
        INDICATOR_RESULTS,
        _PERIOD,
        ("indicator_id", "version", "period_start", "period_end", "area_type", "area_code", "sex", "age_group"),
        (
            Count(
                "numerator",
                "l.numerator",
                "l.numerator_patients",
                f"CASE WHEN {_KIND} = 'share' AND l.denominator_patients >= $least THEN l.denominator END",
                is_few=f"{_KIND} = 'share' AND l.denominator - l.numerator BETWEEN 1 AND $least - 1",
            ),
            Count("denominator", f"CASE WHEN {_KIND} = 'ratio' THEN l.denominator END", "l.denominator_patients"),
        ),
        rows="l.standardisation = 'crude' AND l.comparison_source = 'own'",
    ),
)
