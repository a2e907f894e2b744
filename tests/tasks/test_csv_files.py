"""The CSV files and their datapackage.json: exact values, and a description that a stranger's program can follow."""

import csv
import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from published_money import money
from published_sample import FEW, months, sample

from tasks.csv_files import DATAPACKAGE, write_csv_files
from warehouse import schema
from warehouse.sql import columns, literal, qualified

AWKWARD = 'Ett "namn", med\nradbrytning; å'
TYPES = {"string", "integer", "number", "boolean", "date", "datetime"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = sample(months(date(2011, 1, 1), 3), FEW)
    made.tables |= money(FEW)
    made["volumes.scenario_totals"][0]["title_sv"] = AWKWARD
    made["volumes.scenario_totals"][1]["title_sv"] = "=1+1"
    return made.write(tmp_path_factory.mktemp("csv") / "hemvard.duckdb")


@pytest.fixture(scope="module")
def folder(database: Path) -> Path:
    written(database, database.parent / "csv")
    return database.parent / "csv"


def written(database: Path, folder: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        write_csv_files(connection, "hemvard", folder)


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / DATAPACKAGE).read_text(encoding="utf-8")))


def test_a_file_for_each_published_table_and_nothing_else(folder: Path, package: dict[str, Any]) -> None:
    expected = {f"{table.name}.csv" for table in schema.PUBLISHED}
    assert {file.name for file in folder.iterdir()} == expected | {DATAPACKAGE}
    assert {resource["path"] for resource in package["resources"]} == expected


@pytest.mark.parametrize("table", schema.PUBLISHED, ids=lambda table: table.name)
def test_read_back_by_its_description_a_file_is_the_table(
    table: schema.Table, folder: Path, database: Path, package: dict[str, Any]
) -> None:
    (resource,) = (entry for entry in package["resources"] if entry["name"] == table.name)
    described = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(described) == list(table.names())
    with duckdb.connect(str(database), read_only=True) as connection:
        types = ", ".join(f"{literal(column.name)}: {literal(column.type)}" for column in table.columns)
        read = (
            f"read_csv({literal(str(folder / resource['path']))}, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', auto_detect = false, columns = {{{types}}}, allow_quoted_nulls = false, "
            "timestampformat = '%Y-%m-%dT%H:%M:%S.%fZ')"
        )
        order = columns(table.key)
        expected = connection.execute(f"SELECT * FROM {qualified(table.name)} ORDER BY {order}").fetchall()
        assert connection.execute(f"SELECT * FROM {read}").fetchall() == expected


def test_lines_are_those_of_rfc_4180(folder: Path) -> None:
    content = (folder / "volumes.scenario_totals.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    with (folder / "volumes.scenario_totals.csv").open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle, strict=True)
    assert tuple(header) == schema.SCENARIO_TOTALS.names()
    assert {len(row) for row in rows} == {len(header)}
    titles = {row[header.index("title_sv")] for row in rows}
    assert {AWKWARD, "=1+1"} <= titles
    assert content.count(b"\r\n") == len(rows) + 1


def test_the_package_says_what_the_release_is(package: dict[str, Any]) -> None:
    assert package["profile"] == "tabular-data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", package["created"])
    assert "Syntetiska leveranser" in package["description"]
    titles = [source["title"] for source in package["sources"]]
    assert any("vas_visits" in title for title in titles)
    assert all(source["path"].startswith("http") for source in package["sources"] if "path" in source)
    assert all(set(source) <= {"title", "path"} and source["title"] for source in package["sources"])


def test_each_resource_is_whole(folder: Path, package: dict[str, Any]) -> None:
    for resource, table in zip(package["resources"], schema.PUBLISHED, strict=True):
        content = (folder / resource["path"]).read_bytes()
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert resource["profile"] == "tabular-data-resource"
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        assert resource["dialect"]["lineTerminator"] == "\r\n"
        assert (resource["title"], resource["description"]) == (table.sv, table.en)
        assert resource["schema"]["primaryKey"] == list(table.key)
        assert resource["schema"]["missingValues"] == [""]
        for field, column in zip(resource["schema"]["fields"], table.columns, strict=True):
            assert field["type"] in TYPES
            assert (field["title"], field["description"]) == (column.sv, column.en)
            assert field.get("unit", "") == column.unit


def test_types_are_those_that_the_values_have(package: dict[str, Any]) -> None:
    (resource,) = (entry for entry in package["resources"] if entry["name"] == "equalisation.tax_shift")
    types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    assert (types["year"], types["net_cost_sek"], types["is_agreed"]) == ("integer", "number", "boolean")


def test_the_same_database_gives_the_same_bytes(database: Path, folder: Path, tmp_path: Path) -> None:
    written(database, tmp_path / "again")
    assert {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()} == {
        file.name: file.read_bytes() for file in folder.iterdir()
    }
