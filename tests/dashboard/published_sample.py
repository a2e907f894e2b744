"""A made-up published database, of the schema's own tables: as many months and municipalities as a test asks for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse import schema
from warehouse.lake import create_table
from warehouse.sql import identifier, qualified

NAMES = {
    "2505": "Arvidsjaur",
    "2506": "Arjeplog",
    "2510": "Jokkmokk",
    "2513": "Överkalix",
    "2514": "Kalix",
    "2518": "Övertorneå",
    "2521": "Pajala",
    "2523": "Gällivare",
    "2560": "Älvsbyn",
    "2580": "Luleå",
    "2581": "Piteå",
    "2582": "Boden",
    "2583": "Haparanda",
    "2584": "Kiruna",
    "9998": "Utanför länet",
    "9999": "Okänd",
}
FEW = {code: NAMES[code] for code in ("2506", "2580", "9999")}
NOTICE = "Syntetiska leveranser – inga verkliga patienter"
MIN_PERSONS = 5
MONTH_MARGINS = (
    (),
    ("care_form",),
    ("place",),
    ("care_form", "place"),
    ("care_form", "place", "planned"),
    ("municipality_code",),
    ("municipality_code", "place"),
    ("municipality_code", "care_form", "place"),
)
YEAR_MARGINS = (
    (),
    ("place",),
    ("age_group",),
    ("care_form", "place"),
    ("place", "planned"),
    ("care_form", "place", "planned"),
    ("place", "age_group"),
    ("place", "planned", "age_group"),
)
SOURCES = (
    ("procapita_visits", "Boden, Haparanda, Kalix, Luleå och Älvsbyn"),
    ("treserva_visits", "Gällivare, Kiruna, Pajala, Överkalix och Övertorneå"),
    ("vas_visits", "Norrbottens läns landsting"),
)
Row = dict[str, object]


def months(first: date, count: int) -> list[date]:
    """So many months from the first."""
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


@dataclass
class Sample:
    """Rows of the published tables by name; a test changes them, then writes the database."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.setdefault(table, [])

    def row(self, table: str, **key: object) -> Row:
        """The only row with these values."""
        (found,) = (row for row in self[table] if all(row[name] == value for name, value in key.items()))
        return found

    def hide(self, table: str, **key: object) -> None:
        """Protect all rows with these values, as the protection does: every measure becomes NULL."""
        described = schema.published(table)
        for row in self[table]:
            if all(row[name] == value for name, value in key.items()):
                row.update(dict.fromkeys(described.names("persons", "additive", "ratio"), None), status="protected")

    def write(self, file: Path) -> Path:
        """The database, with every published table, empty where there are no rows."""
        connection = duckdb.connect(str(file))
        for table in schema.PUBLISHED:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(table.name.split('.')[0])}")
            create_table(connection, table, qualified(table.name))
            _insert(connection, table, self[table.name])
        connection.close()
        return file


def _insert(connection: duckdb.DuckDBPyConnection, table: schema.Table, rows: Sequence[Row]) -> None:
    if rows:
        columns = {name: [row.get(name) for row in rows] for name in table.names()}
        connection.register("sample_rows", pa.table(columns))
        connection.execute(f"INSERT INTO {qualified(table.name)} BY NAME SELECT * FROM sample_rows")
        connection.unregister("sample_rows")


def sample(period: Sequence[date], names: Mapping[str, str] = NAMES) -> Sample:
    """A release of these months: every table has rows."""
    made = Sample()
    visits = list(_visits(period, list(names)))
    made.tables["volumes.visits_month"] = _margins(visits, "period", schema.VISITS_MONTH, MONTH_MARGINS)
    made.tables["volumes.region_totals"] = _margins(visits, "year", schema.REGION_TOTALS, YEAR_MARGINS)
    made.tables["quality.deliveries"] = list(_deliveries(period))
    made.tables["quality.quarantine_summary"] = list(_quarantine(period))
    made.tables["quality.rule_results"] = list(_rule_results(period))
    made.tables["quality.changes"] = list(_changes(period))
    made.tables["indicators.definitions"] = [_definition()]
    made.tables["indicators.results"] = list(_results(sorted({month.year for month in period}), names))
    made.tables["equalisation.income_equalisation"] = list(_income(names))
    made.tables["meta.release"] = [_release(period)]
    made.tables["meta.inputs"] = [{"kind": "code", "name": "hemvard", "hash": "ab" * 32}]
    made.tables["meta.parameters"] = [_parameter()]
    columns = schema.DICTIONARY.names()
    made.tables["meta.dictionary"] = [dict(zip(columns, row, strict=True)) for row in schema.dictionary_rows()]
    return made


def _visits(period: Sequence[date], codes: Sequence[str]) -> Iterable[Row]:
    """Groups of visits: how many of each kind a month and municipality had, and by how many patients."""
    kinds = (
        ("home_health_care", "home", "planned", "80-89", 40),
        ("home_health_care", "home", "unplanned", "80-89", 2),
        ("outpatient", "home", "planned", "65-79", 14),
        ("outpatient", "home", "unplanned", "65-79", 1),
        ("outpatient", "home", "unknown", "65-79", 1),
        ("outpatient", "home", "planned", "0-18", 1),
        ("outpatient", "clinic", "planned", "65-79", 9),
        ("home_health_care", "special_housing", "planned", "90+", 7),
    )
    for (at, month), (place_at, code) in product(enumerate(period), enumerate(codes)):
        size = 0.2 if code in ("9998", "9999") else 1 + (place_at * 5) % 11
        season = 1 + 0.002 * at + 0.03 * ((at * 7) % 12) / 12
        for care_form, place, planned, age_group, weight in kinds:
            visits = int(weight * size * season)
            if visits:
                yield {
                    "period": month,
                    "year": month.year,
                    "municipality_code": code,
                    "region_code": "25",
                    "care_form": care_form,
                    "place": place,
                    "planned": planned,
                    "age_group": age_group,
                    "visits": visits,
                    "patients": max(1, visits // 3),
                    "minutes": visits * 30,
                    "visits_with_minutes": visits,
                }


def _margins(visits: Sequence[Row], time: str, table: schema.Table, margins: Sequence[Sequence[str]]) -> list[Row]:
    """The rows of the margins; persons are summed here, which is good enough for a sample."""
    counted: dict[tuple[object, ...], Row] = defaultdict(dict)
    measures = table.names("persons", "additive")
    for margin, row in product(margins, visits):
        key = {name: row[name] if name in (*margin, time, "region_code") else "all" for name in table.key}
        into = counted[tuple(key.values())]
        into.update(key)
        for name in measures:
            into[name] = int(into.get(name) or 0) + int(str(row[name]))
    return [_protected(row, measures) for row in counted.values()]


def _protected(row: Row, measures: Sequence[str]) -> Row:
    hidden = int(str(row["patients"])) < MIN_PERSONS
    return {**row, **(dict.fromkeys(measures) if hidden else {}), "status": "protected" if hidden else "ok"}


def _deliveries(period: Sequence[date]) -> Iterable[Row]:
    for at, (month, (source, supplier)) in enumerate(product(period, SOURCES)):
        yield {
            "source_id": source,
            "month": month,
            "delivery": f"{at:012x}",
            "supplier_sv": supplier,
            "required": source != "treserva_visits",
            "version": 1,
            "status": "current",
            "rows_read": 1200 + at,
            "rows_counted": 1170 + at,
            "rows_cancelled": 12,
            "rows_superseded": 10,
            "rows_quarantined": 8,
            "landed_at": datetime(month.year, month.month, 5, 4, 30) + timedelta(days=31),
        }


def _quarantine(period: Sequence[date]) -> Iterable[Row]:
    rules = {"person_id_present": "Personens id saknas.", "care_form_known": "Vårdformen finns inte i kodlistan."}
    for month, (source, _), (rule, message) in product(period, SOURCES, rules.items()):
        rows = 5 if rule == "person_id_present" else 3
        yield {"source_id": source, "month": month, "rule_id": rule, "rows_quarantined": rows, "message_sv": message}


def _rule_results(period: Sequence[date]) -> Iterable[Row]:
    for at, (month, (source, _)) in enumerate(product(period, SOURCES)):
        yield {
            "source_id": source,
            "month": month,
            "delivery": f"{at:012x}",
            "rule_id": "duration_ordinary",
            "severity": "warning",
            "rows_checked": 1200,
            "rows_failed": 2,
            "threshold_share": Decimal("0.05"),
            "message_sv": "Besöket är längre än 8 timmar.",
        }


def _changes(period: Sequence[date]) -> Iterable[Row]:
    states = {"new": period[-1:], "persisting": period[:3], "resolved": period[3:5]}
    for state, (source, _) in product(states, SOURCES):
        for month in states[state]:
            yield {
                "rule_id": "duration_ordinary" if state == "persisting" else "unit_not_silent",
                "source_id": source,
                "subject": "-",
                "month": month,
                "severity": "warning",
                "state": state,
                "message_sv": "Besöket är långt." if state == "persisting" else "En enhet har tystnat.",
            }


def _definition() -> Row:
    texts = ("denominator", "exclusions", "numerator", "source", "reference", "limits")
    return {
        "indicator_id": "unplanned_share",
        "version": 1,
        "valid_from": date(2005, 1, 1),
        "title_sv": "Andel oplanerade besök i hemmet",
        "title_en": "Share of unplanned visits at home",
        "unit": "share",
        "direction": "none",
        **{name: f"Text om {name}." for name in texts},
    }


def _results(years: Sequence[int], names: Mapping[str, str]) -> Iterable[Row]:
    for year, (at, code) in product(years, enumerate(["25", *names])):
        value = 0.03 + 0.002 * at
        yield {
            "indicator_id": "unplanned_share",
            "version": 1,
            "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31),
            "area_type": "region" if code == "25" else "municipality",
            "area_code": code,
            "sex": "all",
            "age_group": "all",
            "standardisation": "crude",
            "comparison_source": "own",
            "numerator": 100 + at,
            "denominator": 3000 + at,
            "numerator_patients": 40,
            "denominator_patients": 900,
            "unknown": 17,
            "value": value,
            "ci_low": value - 0.006,
            "ci_high": value + 0.006,
            "baseline_value": value - 0.003,
            "baseline_start": date(years[0], 1, 1),
            "baseline_end": date(years[0], 12, 31),
            "signal": "not_assessed",
            "usability": "usable",
            "status": "ok",
        }


def _income(names: Mapping[str, str]) -> Iterable[Row]:
    for year, (at, code) in product((2011, 2012), enumerate(names)):
        if code not in ("9998", "9999"):
            yield {
                "year": year,
                "level": "municipality",
                "area_code": code,
                "tax_base_sek": Decimal("1000000000.00"),
                "population": Decimal("12345.6700") + at,
                "indexed_tax_power_sek": Decimal("170000.00") + at,
                "guaranteed_tax_power_sek": Decimal("212000.00"),
                "rate_kind": "bidrag",
                "county_rate": Decimal("0.203900"),
                "equalisation_sek_per_inhabitant": Decimal("8564.50") - 1000 * at,
                "basis": "derived" if year == 2011 else "official",
            }


def _release(period: Sequence[date]) -> Row:
    return {
        "release_id": "20261122T110600Z-0123abcd",
        "region_id": "norrbotten",
        "region_name": "Norrbotten",
        "data": "synthetic",
        "notice_sv": NOTICE,
        "first_month": period[0],
        "last_month": period[-1],
        "min_persons": MIN_PERSONS,
        "cells_protected_share": Decimal("0.123400"),
        "visits_protected_share": Decimal("0.004200"),
        "code_version": "0.1.0",
        "inputs_hash": "cd" * 32,
        "created_at": datetime(2026, 11, 22, 11, 6),
    }


def _parameter() -> Row:
    return {
        "parameter": "tax_base",
        "year": 2011,
        "keys": "municipality=2580",
        "value": "1000000000",
        "unit": "sek",
        "kind": "official",
        "known_from": date(2010, 12, 1),
        "reference": "SCB, skatteunderlag",
        "address": "",
    }
