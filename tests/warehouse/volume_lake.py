"""A lake in memory with a cube, a population and listings by hand, and one model's SQL run on it as it stands.

lake = volume_lake(); put(lake, "volumes.cube", [cube_row(visits=3)]); run(lake, "volumes/by_area", [YEAR]) gives rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from warehouse.model_files import MODELS
from warehouse.schema import BY_AREA, CUBE, POPULATION, VERSIONS, VISITS_YEAR

Row = dict[str, Any]
Span = tuple[date, date]
REGION = "18"
SINGLE = ("1814", "1880", "1881")
PARTS = {"east": ("1814", "1880"), "west": ("1881",)}
TABLES = {table.name: table for table in (CUBE, POPULATION, VISITS_YEAR, BY_AREA)} | {
    f"core.{subject}": VERSIONS[subject] for subject in ("population", "listings")
}


def person(number: int) -> UUID:
    return UUID(int=number + 1)


def year(number: int) -> Span:
    return date(number, 1, 1), date(number, 12, 31)


def volume_lake() -> duckdb.DuckDBPyConnection:
    """The tables that the models of volumes read and fill, empty; of other subjects, what counts as a plain table."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1; ATTACH ':memory:' AS lake")
    connection.execute("CREATE SCHEMA lake.core; CREATE SCHEMA lake.volumes")
    for name, table in TABLES.items():
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE lake.{name} ({columns})")
    return connection


def cube_row(number: int = 0, **attributes: Any) -> Row:
    """A plain visit at home in ordinary housing by a person of 70, unless told otherwise."""
    row: Row = dict.fromkeys(CUBE.names(), "unknown")
    row |= {"month": date(2024, 1, 1), "person_key": person(number), "residence_municipality_code": "1880"}
    row |= {"living": "ordinary", "care_form": "home_health_care", "place": "home", "planned": "planned"}
    row |= {"age": "70", "age_group": "65-79", "sex": "female", "visits": 1, "minutes": 30, "visits_with_minutes": 1}
    return row | attributes


def inhabitants(municipality: str, of_year: int, ages: Mapping[int, int], **attributes: Any) -> list[Row]:
    """Rows of volumes.population: so many women and as many men of each age."""
    told = {"year": of_year, "municipality_code": municipality, "basis": "illustrative", "source_id": "made_up"}
    return [
        {**told, "age": age, "sex": sex, "persons": persons, **attributes}
        for age, persons in ages.items()
        for sex in ("female", "male")
    ]


def listing(number: int, month: date, **attributes: Any) -> Row:
    """A row of a listings extract."""
    row = _record(number, "cosmic", "cosmic_listings", month)
    row |= {"person": person(number), "health_centre": "vc1", "valid_from": date(2020, 1, 1), "person_age": 70}
    return row | {"sex_of_id": "female", "record_id": f"{month} {number}"} | attributes


def delivered(number: int, area: str, day: date, **attributes: Any) -> Row:
    """A row of a population's delivery."""
    row = _record(number, "population", "population", day.replace(day=1))
    row |= {"area_code": area, "measured_on": day, "age": 70, "sex": "female", "persons": 10}
    return row | attributes


def _record(number: int, system: str, source: str, month: date) -> Row:
    told = {"delivery_id": "d", "row_number": number, "system": system, "record_id": str(number), "source_id": source}
    return told | {"month": month, "delivery_month": month, "cancelled": False, "counting": True}


def put(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows; columns that they lack are null."""
    names = [name for name in TABLES[table].names() if name in rows[0]]
    as_told = {name: [str(row[name]) if isinstance(row[name], UUID) else row[name] for row in rows] for name in names}
    connection.register("hemvard_rows", pa.table(as_told))
    connection.execute(f"INSERT INTO lake.{table} BY NAME SELECT * FROM hemvard_rows")


def areas(parts: Mapping[str, Iterable[str]] = PARTS) -> pa.Table:
    """The registered table of areas."""
    rows = [(code, "municipality", code) for code in (*SINGLE, "9998", "9999")]
    rows += [(code, "region", REGION) for code in (*SINGLE, "9998", "9999")]
    rows += [(code, "county_part", part) for part, codes in parts.items() for code in codes]
    names = ("municipality_code", "area_type", "area_code")
    return pa.table({name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)})


def run(connection: duckdb.DuckDBPyConnection, model: str, windows: Sequence[Span], **bound: Any) -> list[Row]:
    """Put a model's rows of the windows in its table, and return them; keys are unique, columns the table's."""
    sql = (MODELS / f"{model}.sql").read_text(encoding="utf-8")
    table = TABLES[model.replace("/", ".")]
    starts, ends = zip(*windows, strict=True)
    columns = {"period_start": pa.array(starts, pa.date32()), "period_end": pa.array(ends, pa.date32())}
    connection.register("hemvard_windows", pa.table(columns))
    connection.register("hemvard_areas", areas())
    connection.execute(f"INSERT INTO lake.{table.name} BY NAME {sql}", bound)
    found = connection.execute(f"SELECT {', '.join(table.names())} FROM lake.{table.name}").fetchall()
    rows = [dict(zip(table.names(), row, strict=True)) for row in found]
    assert len({tuple(row[name] for name in table.key) for row in rows}) == len(rows), "the key is unique"
    return rows
