"""A lake in memory with rows of hospital, messages, assessments, ledger and staff, and what an indicator makes of them.

lake = record_lake()
put(lake, "admissions", [stay(1, "2024-01-05 10:00", "2024-01-08 14:00")])
contributions(lake, "readmission_30_days_65", MONTH)     # key → (numerator, denominator, unknown)
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
from memory_lake import memory_lake

from regions.diagnoses import diagnosis_rows
from warehouse.indicators import definitions
from warehouse.ledger import Window
from warehouse.schema import VERSIONS, VISITS

Row = dict[str, Any]
Key = tuple[date, date, str, str, str, UUID | None]
Contributions = dict[Key, tuple[Any, Any, int]]
SUBJECTS = (
    *("admissions", "emergency_visits", "assessments", "discharge_messages", "enrolments", "costs", "staffing"),
    "external_indicators",
)
SQL = {definition.stem: definition.sql for definition in definitions() if definition.is_computed}


def record_lake() -> duckdb.DuckDBPyConnection:
    """A connection with the lake's tables and, as plain tables, the views of the subjects; all empty."""
    connection = memory_lake()
    for subject in SUBJECTS:
        columns = ", ".join(f"{column.name} {column.type}" for column in VERSIONS[subject].columns)
        connection.execute(f"CREATE TABLE lake.core.{subject} ({columns})")
    return connection


def put(connection: duckdb.DuckDBPyConnection, subject: str, rows: Iterable[Row]) -> None:
    """Rows of a subject; what isn't given is NULL, the month is that of the row's moment."""
    names = VISITS.names() if subject == "visits" else VERSIONS[subject].names()
    listed = list(rows)
    assert not {name for row in listed for name in row} - set(names)
    marks = ", ".join([f"({', '.join('?' * len(names))})"] * len(listed))
    cells = [row.get(name) for row in listed for name in names]
    connection.execute(f"INSERT INTO lake.core.{subject} ({', '.join(names)}) VALUES {marks}", cells)


def contributions(connection: duckdb.DuckDBPyConnection, stem: str, *windows: Window) -> Contributions:
    """What an indicator's SQL gives for windows; each key once."""
    spans = {name: [getattr(window, name[7:]) for window in windows] for name in ("period_start", "period_end")}
    columns = [list(column) for column in zip(*diagnosis_rows(), strict=True)]
    names = ("list_id", "prefix", "valid_from", "valid_to")
    types = (pa.string(), pa.string(), pa.date32(), pa.date32())
    listed = {name: pa.array(cells, type_) for name, cells, type_ in zip(names, columns, types, strict=True)}
    connection.register("hemvard_windows", pa.table(spans))
    connection.register("hemvard_diagnoses", pa.table(listed))
    result = connection.execute(
        "SELECT period_start, period_end, municipality_code, sex, age_group, person_key, numerator, denominator, unknown"
        f" FROM ({SQL[stem]})"
    )
    types_found = [str(column[1]) for column in result.description]
    assert not {"DOUBLE", "FLOAT"} & set(types_found[6:])
    found = {tuple(row[:6]): tuple(row[6:]) for row in result.fetchall()}
    assert len(found) == len({*found})
    return found


def totals(found: Contributions) -> tuple[Any, Any, int]:
    """Numerator, denominator and unknown over all rows."""
    return tuple(sum(row[place] for row in found.values()) for place in range(3))  # type: ignore[return-value]


def at(text: str) -> datetime:
    """A moment, Swedish time."""
    return datetime.fromisoformat(text)


def first_day(moment: date) -> date:
    """The first day of a moment's month."""
    return date(moment.year, moment.month, 1)


def person(number: int) -> UUID:
    """The pseudonym of a person of that number."""
    return UUID(int=number + 1)


def _record(number: int, moment: datetime, record_id: str, given: Mapping[str, Any]) -> Row:
    plain = {"person": person(number), "system": "s", "record_id": record_id, "month": first_day(moment)}
    return plain | {"person_age": 82, "sex_of_id": "female"} | dict(given)


_count = iter(range(10_000_000))


def stay(number: int, admitted: str | datetime, discharged: str | datetime, **given: Any) -> Row:
    """A stay of a person."""
    begin, end = (at(moment) if isinstance(moment, str) else moment for moment in (admitted, discharged))
    plain = {"admitted_at": begin, "discharged_at": end, "planned": "unplanned", "discharged_to": "home"}
    plain |= {"residence_municipality_code": "1880", "main_diagnosis": "N390"}
    return _record(number, end, f"a{next(_count)}", plain | given)


def emergency(number: int, arrived: str | datetime, **given: Any) -> Row:
    """A visit to an emergency department."""
    moment = at(arrived) if isinstance(arrived, str) else arrived
    return _record(
        number, moment, f"e{next(_count)}", {"arrived_at": moment, "residence_municipality_code": "1880"} | given
    )


def assessment(number: int, assessed: str | datetime, outcome: str = "stay_home", **given: Any) -> Row:
    """An assessment at a person's home."""
    moment = at(assessed) if isinstance(assessed, str) else assessed
    plain = {"assessed_at": moment, "outcome": outcome, "municipality_code": "1880"}
    return _record(number, moment, f"v{next(_count)}", plain | given)


def message(number: int, kind: str, sent: str | datetime, stay_id: str | None, **given: Any) -> Row:
    """A message around a stay."""
    moment = at(sent) if isinstance(sent, str) else sent
    plain = {"message": kind, "sent_at": moment, "admission_record_id": stay_id, "municipality_code": "1880"}
    return _record(number, moment, f"m{next(_count)}", plain | given)


def visited(number: int, started: str | datetime, **given: Any) -> Row:
    """A municipality's home health care visit at home."""
    moment = at(started) if isinstance(started, str) else started
    plain = {"system": "v", "record_id": f"b{next(_count)}", "person_key": person(number), "month": first_day(moment)}
    plain |= {"started_at": moment, "principal": "municipality", "care_form": "home_health_care", "place": "home"}
    plain |= {"living": "ordinary", "age": 82, "age_group": "80-89", "sex": "female"}
    plain |= {"residence_municipality_code": "1880", "serving_municipality_code": "1880"}
    return plain | given


def enrolled(number: int, first: date, last: date | None = None) -> Row:
    """An enrolment in home health care."""
    return {"person": person(number), "system": "s", "record_id": f"i{next(_count)}", "month": first_day(first)} | {
        "municipality_code": "1880",
        "valid_from": first,
        "valid_to": last,
    }
