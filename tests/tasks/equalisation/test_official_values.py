"""Retrieved series as dated parameters: which, for which year, known from when, with which reference."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from memory_lake import add_subject, memory_lake

from regions.errors import DataError
from regions.folder import NATIONAL, RegionFolder, load_region
from regions.model import Basis
from regions.month import Month
from regions.parameters import ParameterFile, ParameterValue
from regions.reader import FolderReader
from tasks.equalisation.income import income_equalisation_rows
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.equalisation.official import official_values
from warehouse.ledger import Landing, add_landings

AS_OF = date(2026, 11, 22)
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def orebro() -> RegionFolder:
    return load_region("orebro")


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with memory_lake() as connection:
        add_subject(connection, "tax_base", "tax_rates", "population")
        yield connection


def retrieve(
    lake: duckdb.DuckDBPyConnection, source_id: str, month: Month, subject: str, rows: list[Row], on: str = "2026-01-12"
) -> None:
    """A year of a series: landed, accepted, and its rows in the lake."""
    (seq,) = lake.execute("SELECT count(*) + 1 FROM lake.ledger.loads").fetchone() or (1,)
    delivery = f"{source_id} {month} {seq}"
    landing = Landing(delivery, source_id, month, seq, "file", 1, seq, datetime.fromisoformat(f"{on} 08:00"))
    add_landings(lake, [landing])
    lake.execute(
        "INSERT INTO lake.ledger.loads (delivery_id, status, definition, load_seq) VALUES (?, 'accepted', '', ?)",
        (delivery, seq),
    )
    for number, row in enumerate(rows):
        told = {
            "delivery_id": delivery,
            "row_number": number,
            "source_id": source_id,
            "system": source_id.split("_", maxsplit=1)[0],
            "record_id": str(sorted((name, str(cell)) for name, cell in row.items() if name in _RECORD)),
            "delivery_month": month.first,
            "cancelled": False,
            "counting": True,
            **row,
        }
        marks = ", ".join("?" * len(told))
        lake.execute(
            f"INSERT INTO lake.core.{subject}_versions ({', '.join(told)}) VALUES ({marks})", list(told.values())
        )


_RECORD = ("area_code", "year", "level", "measured_on", "age", "sex")


def tax_base(year: int, amounts: Mapping[str, int | None]) -> list[Row]:
    return [{"area_code": area, "year": date(year, 1, 1), "tax_base_sek": sek} for area, sek in amounts.items()]


def people(day: str, area: str, counts: Mapping[tuple[int | None, str], int]) -> list[Row]:
    measured = date.fromisoformat(day)
    return [
        {"area_code": area, "measured_on": measured, "age": age, "sex": sex, "persons": persons}
        for (age, sex), persons in counts.items()
    ]


def rates(year: int, of_areas: Mapping[str, tuple[str, str]]) -> list[Row]:
    return [
        {"area_code": area, "year": date(year, 1, 1), "level": level, "rate_percent": Decimal(rate)}
        for area, pair in of_areas.items()
        for level, rate in zip(("total", "municipality"), pair, strict=True)
    ]


def told(values: list[ParameterValue]) -> dict[tuple[Any, ...], Decimal]:
    return {(value.parameter, value.year, *(text for _, text in value.keys)): value.value for value in values}


def test_where_nothing_was_retrieved_there_are_none(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    assert official_values(lake, orebro) == []


def test_tax_bases_of_the_regions_areas_with_their_reference(
    lake: duckdb.DuckDBPyConnection, orebro: RegionFolder
) -> None:
    amounts = {"1880": 7_000, "18": 9_000, "00": 90_000, "1814": None, "2580": 5}
    retrieve(lake, "scb_tax_base", Month(2024, 1), "tax_base", tax_base(2024, amounts))
    found = official_values(lake, orebro)
    assert told(found) == {
        ("tax_base", 2024, "00"): 90_000,
        ("tax_base", 2024, "18"): 9_000,
        ("tax_base", 2024, "1880"): 7_000,
    }
    assert {(value.kind, value.unit, value.known_from) for value in found} == {
        (Basis.OFFICIAL, "sek", date(2023, 12, 31))
    }
    assert found[0].reference == f"{orebro.sources_by_id['scb_tax_base'].title_sv}, hämtad 2026-01-12"
    assert found[0].address == "https://statistikdatabasen.scb.se/api/v2"


def test_the_population_of_1_november_is_the_next_years(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    total = {(None, "male"): 70, (None, "female"): 72, (37, "male"): 3, (37, "female"): 4}
    rows = people("2012-11-01", "1880", total) + people("2012-11-01", "00", {(None, "male"): 5, (None, "female"): 6})
    retrieve(lake, "scb_population_november", Month(2012, 11), "population", rows)
    retrieve(lake, "scb_population", Month(2012, 12), "population", people("2012-12-31", "1880", total))
    found = official_values(lake, orebro)
    assert told(found) == {("national_population_1_november", 2013): 11, ("population_1_november", 2013, "1880"): 142}
    assert {(value.unit, value.known_from) for value in found} == {("persons", date(2012, 12, 31))}


def test_a_published_total_stands_as_it_is_though_its_parts_differ(
    lake: duckdb.DuckDBPyConnection, orebro: RegionFolder
) -> None:
    noisy = {(None, "all"): 143, (None, "male"): 70, (None, "female"): 72}
    retrieve(lake, "scb_population_november", Month(2025, 11), "population", people("2025-11-01", "1880", noisy))
    assert told(official_values(lake, orebro)) == {("population_1_november", 2026, "1880"): 143}


def test_half_a_population_is_none(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    retrieve(
        lake,
        "scb_population_november",
        Month(2012, 11),
        "population",
        people("2012-11-01", "1880", {(None, "male"): 1}),
    )
    assert official_values(lake, orebro) == []


def test_the_regions_tax_rate_is_the_total_less_the_municipalitys(
    lake: duckdb.DuckDBPyConnection, orebro: RegionFolder
) -> None:
    of_areas = {"1880": ("33.65", "21.35"), "1814": ("34.78", "22.48"), "00": ("32.41", "20.75")}
    retrieve(lake, "scb_tax_rates", Month(2024, 1), "tax_rates", rates(2024, of_areas))
    found = official_values(lake, orebro)
    assert found[0].unit == "percent"
    assert {keys[2:]: rate for keys, rate in told(found).items()} == {
        ("1814", "municipality"): Decimal("22.48"),
        ("1880", "municipality"): Decimal("21.35"),
        ("18", "region"): Decimal("12.30"),
    }


def test_two_rates_of_one_region_are_an_error(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    of_areas = {"1880": ("33.65", "21.35"), "1814": ("34.79", "22.48")}
    retrieve(lake, "scb_tax_rates", Month(2024, 1), "tax_rates", rates(2024, of_areas))
    with pytest.raises(DataError, match=r"2 values of tax_rate for 2024 \(area 18, level region\): 12.30\d*, 12.31"):
        official_values(lake, orebro)


def test_what_was_retrieved_early_is_known_from_then(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    retrieve(lake, "scb_tax_base", Month(2026, 1), "tax_base", tax_base(2026, {"1880": 7}), on="2025-12-15")
    (found,) = official_values(lake, orebro)
    assert found.known_from == date(2025, 12, 15)


def test_a_revised_value_stands_alone(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    retrieve(lake, "scb_tax_base", Month(2024, 1), "tax_base", tax_base(2024, {"1880": 7}), on="2024-01-02")
    retrieve(lake, "scb_tax_base", Month(2024, 1), "tax_base", tax_base(2024, {"1880": 8}), on="2024-02-02")
    (found,) = official_values(lake, orebro)
    assert found.value == 8
    assert found.reference.endswith("hämtad 2024-02-02")


def test_the_rule_of_when_a_value_is_known_is_the_parameter_files() -> None:
    files = {file.id: file for file in FolderReader(NATIONAL).many("parameters", ParameterFile)}
    for name in ("tax_base", "tax_rate"):
        assert files[name].known_from.of(2013) == date(2012, 12, 31)


def test_the_income_equalisation_uses_what_was_retrieved(lake: duckdb.DuckDBPyConnection, orebro: RegionFolder) -> None:
    """The solved national population of 2015 gives way; so do the ratio of two series, and shipped tax bases."""
    both = {(None, "male"): 70_000, (None, "female"): 72_000}
    rows = people("2014-11-01", "1880", both)
    rows += people("2014-11-01", "00", {(None, "male"): 4_860_000, (None, "female"): 4_880_000})
    retrieve(lake, "scb_population_november", Month(2014, 11), "population", rows)
    retrieve(lake, "scb_tax_base", Month(2015, 1), "tax_base", tax_base(2015, {"1880": 25_000_000_000}))
    folder = replace(orebro, parameters=orebro.parameters.with_values(official_values(lake, orebro)))
    found = {row.area_code: row for row in income_equalisation_rows(folder, AS_OF) if row.year == 2015}
    assert (found["1880"].population, found["1880"].tax_base_sek) == (142_000, 25_000_000_000)
    assert (found["1880"].basis, found["1814"].basis) == ("official", "derived")
    assert TaxYear(Inputs(folder, AS_OF), 2015).national_population() == 9_740_000
    assert TaxYear(Inputs(folder, AS_OF), 2014).national_population() == 9_633_625
