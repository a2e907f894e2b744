"""A lake in memory for indicators: visits put in by hand, and the rows that an indicator or the frame makes of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
from memory_lake import memory_lake

from warehouse import indicators
from warehouse.indicators import Definition
from warehouse.ledger import Window
from warehouse.schema import VISITS

Row = dict[str, Any]
Key = tuple[str, str, str, str]
PARTS = {"1814": "south", "1880": "north", "1881": "north"}
AREAS = [
    *[(code, "municipality", code) for code in (*PARTS, "9998", "9999")],
    *[(code, "county_part", part) for code, part in PARTS.items()],
    *[(code, "region", "18") for code in (*PARTS, "9998", "9999")],
]
GRAIN = ("period_start", "period_end", "municipality_code", "sex", "age_group", "person_key")
PUBLISHED_BAND = {"0-17": "0-18", "18": "0-18"}


def person(number: int) -> UUID:
    """A person's pseudonym."""
    return UUID(int=number + 1)


def year(number: int) -> Window:
    """A calendar year."""
    return Window(date(number, 1, 1), date(number, 12, 31))


def month(year_: int, number: int) -> Window:
    """A calendar month."""
    first = date(year_, number, 1)
    return Window(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def band(age: int | None) -> str:
    """The age group of a visit."""
    if age is None:
        return "unknown"
    limits = [(18, "0-17"), (19, "18"), (65, "19-64"), (80, "65-79"), (90, "80-89")]
    return next((name for limit, name in limits if age < limit), "90+")


def visit(number: int, begun: str = "2024-01-05 10:00", who: int = 0, **attributes: Any) -> Row:
    """A home health care visit at home in ordinary housing; what isn't given is unknown or plain."""
    started = datetime.fromisoformat(begun)
    age = attributes.get("age", 70)
    return (
        dict.fromkeys(VISITS.names(), "unknown")
        | {
            "record_id": f"{number:06}",
            "row_number": number,
            "known_from": datetime(2024, 2, 1),
            "started_at": started,
            "month": started.date().replace(day=1),
            "person_key": person(who),
            "professions": [attributes.get("profession", "nurse")],
            "profession": "nurse",
            "age": age,
            "age_group": band(age),
            "sex": "female",
            "minutes": 30,
            "living": "ordinary",
            "care_form": "home_health_care",
            "place": "home",
            "residence_municipality_code": "1880",
            "serving_municipality_code": "1880",
            "care_unit_id": "SE-1",
        }
        | attributes
    )


class Bench:
    """A lake, and what indicators make of it."""

    def __init__(self) -> None:
        self.lake = memory_lake()
        areas = zip(*AREAS, strict=True)
        names = ("municipality_code", "area_type", "area_code")
        self.lake.register(
            "hemvard_areas", pa.table({name: list(column) for name, column in zip(names, areas, strict=True)})
        )

    def put(self, visits: Sequence[Row]) -> None:
        """Visits into core.visits."""
        rows = [row | {"person_key": str(row["person_key"])} for row in visits]
        self.lake.register("put_visits", pa.Table.from_pylist(rows))
        self.lake.execute("INSERT INTO lake.core.visits BY NAME SELECT * FROM put_visits")

    def people(self, rows: Iterable[tuple[int, str, int, str, int]]) -> None:
        """Inhabitants: year, municipality, age, sex, persons."""
        names = ("year", "municipality_code", "age", "sex", "persons")
        table = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
        self.lake.register("put_people", table)
        self.lake.execute(
            "INSERT INTO lake.volumes.population BY NAME SELECT *, 'illustrative' AS basis FROM put_people"
        )

    def contributions(self, stem: str, *windows: Window) -> list[Row]:
        """The rows of an indicator's own SQL."""
        self._open(windows)
        return _rows(self.lake.execute(definition(stem).sql))

    def results(self, stem: str, *windows: Window, standard_year: int | None = None) -> dict[Key, Row]:
        """Area, sex and age group → the row; with several windows their first days stand first."""
        entry = definition(stem)
        return self.framed(indicators.composed(entry), entry, *windows, standard_year=standard_year)

    def framed(self, sql: str, entry: Definition, *windows: Window, standard_year: int | None = None) -> dict[Any, Row]:
        """The rows of a composed SQL, by area type, code, sex, age group – and window, standardisation if not plain."""
        self._open(windows)
        values = {**indicators.bound(entry), "region_code": "18", "standard_year": standard_year}
        used = set(re.findall(r"\$([a-z_]+)", sql))
        rows = _rows(self.lake.execute(sql, {name: value for name, value in values.items() if name in used}))
        found = {_key(row, len(windows) > 1): row for row in rows}
        assert len(found) == len(rows), "the key is unique"
        return found

    def _open(self, windows: Sequence[Window]) -> None:
        table = {
            "period_start": pa.array([window.start for window in windows], pa.date32()),
            "period_end": pa.array([window.end for window in windows], pa.date32()),
        }
        self.lake.register("hemvard_windows", pa.table(table))


@cache
def definition(stem: str) -> Definition:
    """A shipped definition by the name of its files."""
    return {entry.stem: entry for entry in indicators.definitions()}[stem]


def _key(row: Row, several: bool) -> Any:
    key: tuple[Any, ...] = (row["area_type"], row["area_code"], row["sex"], row["age_group"])
    if row["standardisation"] != "crude":
        key = (*key, row["standardisation"])
    return ((row["period_start"], row["period_end"]), *key) if several else key


def _rows(result: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def by_grain(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Contributions by their grain → numerator, denominator, unknown; rows of zeros say nothing and are left out."""
    found: dict[tuple[Any, ...], tuple[int, int, int]] = {}
    for row in rows:
        figures = (int(row["numerator"]), int(row["denominator"]), int(row["unknown"]))
        if any(figures):
            key = tuple(row[name] for name in GRAIN)
            assert key not in found, "one row a window, municipality, sex, age group and person"
            found[key] = figures
    return found
