"""The published tables as CSV, and a `datapackage.json` (Frictionless) that says what they are.

UTF-8 without a byte order mark, comma, RFC 4180 (quotes doubled, lines end in CR LF), a header; a point in
decimals, ISO 8601 dates, times in UTC. No value is an empty field. Values are exactly those of the database: a text
that looks like a formula is left as it is, so people open the workbook, and Excel reads CSV through Power Query.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from warehouse import schema
from warehouse.columns import Column, Table
from warehouse.sql import columns, literal, qualified

DATAPACKAGE = "datapackage.json"
_HOW = (
    "FORMAT csv, HEADER true, DELIMITER ',', NULLSTR '', NEW_LINE '\\r\\n', "
    "DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'"
)
_DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}
_TYPES: Mapping[str, Mapping[str, str]] = {
    "VARCHAR": {"type": "string"},
    "SMALLINT": {"type": "integer"},
    "INTEGER": {"type": "integer"},
    "BIGINT": {"type": "integer"},
    "DECIMAL": {"type": "number"},
    "DOUBLE": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": {"type": "date"},
    "TIMESTAMP": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
}


def write_csv_files(connection: duckdb.DuckDBPyConnection, catalogue: str, folder: Path) -> None:
    """Write a CSV file per published table of the catalogue, in the order of its key, and the package's description."""
    folder.mkdir(parents=True)
    for table in schema.PUBLISHED:
        where = qualified(f"{catalogue}.{table.name}")
        rows = f"SELECT {columns(table.names())} FROM {where} ORDER BY {columns(table.key)}"
        connection.execute(f"COPY ({rows}) TO {literal(str(folder / _file_name(table)))} ({_HOW})")
    package = json.dumps(_package(connection, catalogue, folder), indent=2, ensure_ascii=False)
    (folder / DATAPACKAGE).write_text(package + "\n", encoding="utf-8")


def _file_name(table: Table) -> str:
    return f"{table.name}.csv"


def _package(connection: duckdb.DuckDBPyConnection, catalogue: str, folder: Path) -> dict[str, Any]:
    """The description of all files. No licence: which one holds is the region's to say."""
    release = connection.execute(
        "SELECT release_id, region_id, region_name, coalesce(notice_sv, ''), code_version, created_at "
        f"FROM {qualified(f'{catalogue}.{schema.RELEASE.name}')}"
    ).fetchone()
    if release is None:
        raise ValueError("the database has no row in meta.release: a package is made of a whole release")
    release_id, region_id, region_name, notice, version, created = release
    return {
        "profile": "tabular-data-package",
        "name": f"hemvard-{region_id}".replace("_", "-"),
        "id": release_id,
        "title": f"Hemvard – {region_name}",
        "description": " ".join(
            filter(None, (notice, "Status tells why a value is missing; an empty field is never 0."))
        ),
        "version": version,
        "created": f"{created.isoformat()}Z",
        "sources": _sources(connection, catalogue),
        "resources": [_resource(table, folder) for table in schema.PUBLISHED],
    }


def _sources(connection: duckdb.DuckDBPyConnection, catalogue: str) -> list[dict[str, str]]:
    """Who delivered, and what the parameters refer to, with an address where there is one."""
    suppliers = connection.execute(
        f"SELECT DISTINCT source_id, supplier_sv FROM {qualified(f'{catalogue}.{schema.DELIVERIES.name}')} ORDER BY ALL"
    ).fetchall()
    references = connection.execute(
        f"SELECT DISTINCT reference, address FROM {qualified(f'{catalogue}.{schema.PARAMETERS.name}')} ORDER BY ALL"
    ).fetchall()
    return [
        *({"title": f"{supplier or '–'} ({source})"} for source, supplier in suppliers),
        *({"title": reference, **_path(address)} for reference, address in references if reference),
    ]


def _path(address: str | None) -> dict[str, str]:
    return {"path": address} if address and address.startswith(("https://", "http://")) else {}


def _resource(table: Table, folder: Path) -> dict[str, Any]:
    """One file: where it lies, its bytes, and the schema of its columns."""
    content = (folder / _file_name(table)).read_bytes()
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": _file_name(table),
        "title": table.sv,
        "description": table.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": _DIALECT,
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    """A column: `title` is Swedish, `description` English; `unit` is ours, which the standard allows."""
    field: dict[str, Any] = {"name": column.name, **_TYPES[column.type.partition("(")[0]]}
    field |= {"title": column.sv, "description": column.en}
    return field | ({"unit": column.unit} if column.unit else {})
