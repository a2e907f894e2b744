"""The borders of the municipalities: of those asked for, as GeoJSON, small enough for a page."""

import json

from tasks.shapes import municipality_shapes


def test_each_municipality_has_borders_in_its_part_of_the_country_and_unknown_codes_none() -> None:
    found = municipality_shapes(("2580", "1880", "9999"))
    assert set(found) == {"2580", "1880"}
    (east, north) = next(iter(corner for corner in _corners(found["2580"]["coordinates"])))
    assert 21 < east < 23
    assert 65 < north < 66.5
    assert all(len(json.dumps(shape)) < 2_500 for shape in found.values())


def _corners(coordinates: list) -> list[list[float]]:
    if isinstance(coordinates[0], float | int):
        return [coordinates]
    return [corner for part in coordinates for corner in _corners(part)]
