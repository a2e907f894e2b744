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
from warehouse.columns import Table
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
LINEAGE = tuple(
    ("volumes.visits_month", column, "core.visits", source, "warehouse/models/volumes/visits_month.sql", "sql")
    for column, source in (("visits", "*"), ("patients", "person_key"), ("care_form", "care_form"))
)
SOURCES = (
    ("procapita_visits", "Boden, Haparanda, Kalix, Luleå och Älvsbyn"),
    ("treserva_visits", "Gällivare, Kiruna, Pajala, Överkalix och Övertorneå"),
    ("vas_visits", "Norrbottens läns landsting"),
)
Row = dict[str, object]
INDICATORS = (
    ("unplanned_share", "Andel oplanerade besök i hemmet", "share", "share_of_visits", "lower"),
    ("emergency_visits_80", "Akutbesök, 80 år och äldre", "per_1000", "rate_of_events", "lower"),
    ("cost_per_visit", "Kostnad per besök", "sek", "quotient", "none"),
    ("external_falls", "Fallskador bland personer 80 år och äldre", "per_1000", "external", "lower"),
)
SCENARIOS = (
    ("base", "Grunden", 96_500, 438, 1_560, 7),
    ("with_children", "Grunden och barn 0–18 år", 96_919, 438, 1_565, 7),
    ("without_night", "Grunden utan nätter", 90_000, 400, 1_500, 9),
)
"""Id, title, visits, unplanned ones, patients, visits that rest on unknown."""


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
        connection.begin()  # else each of the comments is written to disk by itself
        for table in schema.PUBLISHED:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(table.name.split('.')[0])}")
            create_table(connection, table, qualified(table.name))
            _insert(connection, table, self[table.name])
        connection.commit()
        connection.close()
        return file


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Row]) -> None:
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
    years = sorted({month.year for month in period})
    made.tables["volumes.scenario_totals"] = list(_scenario_totals(years))
    made.tables["volumes.scenario_differences"] = list(_scenario_differences(years))
    made.tables["indicators.definitions"] = [_definition(*entry) for entry in INDICATORS]
    made.tables["indicators.results"] = list(_results(years, names))
    made.tables["equalisation.income_equalisation"] = list(_income(names))
    made.tables["meta.release"] = [_release(period)]
    made.tables["meta.inputs"] = [{"kind": "code", "name": "hemvard", "hash": "ab" * 32}]
    made.tables["meta.parameters"] = [_parameter()]
    columns = schema.DICTIONARY.names()
    made.tables["meta.dictionary"] = [dict(zip(columns, row, strict=True)) for row in schema.dictionary_rows()]
    made.tables["meta.lineage"] = [dict(zip(schema.LINEAGE.names(), row, strict=True)) for row in LINEAGE]
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


def _margins(visits: Sequence[Row], time: str, table: Table, margins: Sequence[Sequence[str]]) -> list[Row]:
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


def _definition(indicator_id: str, title: str, unit: str, kind: str, direction: str) -> Row:
    texts = ("denominator", "exclusions", "numerator", "source", "reference", "limits")
    return {
        "indicator_id": indicator_id,
        "version": 1,
        "valid_from": date(2005, 1, 1),
        "title_sv": title,
        "title_en": f"{title}, in English",
        "kind": kind,
        "unit": unit,
        "level": "process",
        "direction": direction,
        **{name: f"Text om {name}." for name in texts},
    }


def _results(years: Sequence[int], names: Mapping[str, str]) -> Iterable[Row]:
    """Years of every indicator; months, sexes, county parts and Kolada's values of the first beside them."""
    for (indicator_id, _, unit, kind, _), year, (at, code) in product(INDICATORS, years, enumerate(["25", *names])):
        value = (0.03 + 0.002 * at) * (1 if unit == "share" else 1000)
        row = {
            **_result(indicator_id, date(year, 1, 1), date(year, 12, 31), code, value, at),
            "baseline_start": date(years[0], 1, 1),
            "baseline_end": date(years[0], 12, 31),
        }
        if kind == "external":
            yield {**row, **_AS_KOLADA}
            continue
        yield row
        if indicator_id == "unplanned_share":
            yield {**row, **_AS_KOLADA, "value": value + 0.5}
            yield {**row, "period_end": date(year, 1, 31), "value": 0.77}
            yield {**row, "sex": "female", "value": 0.78}
            yield {**row, "age_group": "90+", "value": 0.79}
            yield {**row, "area_type": "county_part", "area_code": f"part_{code}", "value": 0.76}
            yield {**row, "standardisation": "age", "value": 0.75}


_AS_KOLADA: Row = {
    "comparison_source": "kolada",
    **dict.fromkeys(("numerator", "denominator", "numerator_patients", "denominator_patients", "unknown")),
    **dict.fromkeys(("ci_low", "ci_high", "baseline_value", "baseline_start", "baseline_end")),
}


def _result(indicator_id: str, start: date, end: date, code: str, value: float, at: int) -> Row:
    return {
        "indicator_id": indicator_id,
        "version": 1,
        "period_start": start,
        "period_end": end,
        "area_type": "region" if code == "25" else "municipality",
        "area_code": code,
        "sex": "all",
        "age_group": "all",
        "standardisation": "crude",
        "comparison_source": "own",
        "numerator": Decimal(100 + at),
        "denominator": Decimal(3000 + at),
        "numerator_patients": 40,
        "denominator_patients": 900,
        "unknown": 17,
        "value": value,
        "standard_error": value / 10,
        "ci_low": value * 0.8,
        "ci_high": value * 1.2,
        "baseline_value": value * 0.9,
        "signal": "not_assessed",
        "usability": "usable",
        "status": "ok",
    }


def _scenario_totals(years: Sequence[int]) -> Iterable[Row]:
    for year, (scenario, title, visits, unplanned, patients, unknown) in product(years, SCENARIOS):
        for code, part in (("all", 1), ("2580", 4)):
            yield {
                "year": year,
                "municipality_code": code,
                "scenario": scenario,
                "title_sv": title,
                "visits": visits // part,
                "unplanned_visits": unplanned // part,
                "patients": patients // part,
                "minutes": visits * 30 // part,
                "visits_with_minutes": visits // part,
                "visits_on_unknown": unknown,
                "visits_out_on_unknown": 3,
                "status": "ok",
            }


def _scenario_differences(years: Sequence[int]) -> Iterable[Row]:
    for year, one, other in product(years, SCENARIOS, SCENARIOS):
        if one is not other:
            for reason in ("all", "age"):
                yield {
                    "year": year,
                    "municipality_code": "all",
                    "scenario": one[0],
                    "other_scenario": other[0],
                    "reason": reason,
                    "visits": other[2] - one[2],
                    "visits_added": max(0, other[2] - one[2]),
                    "visits_removed": max(0, one[2] - other[2]),
                    "unplanned_visits": other[3] - one[3],
                    "patients": 60,
                    "patients_added": 60 if other[2] > one[2] else 0,
                    "patients_removed": 60 if one[2] > other[2] else 0,
                    "minutes": 30 * (other[2] - one[2]),
                    "visits_on_unknown": 0,
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
