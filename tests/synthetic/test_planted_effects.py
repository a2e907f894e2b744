"""What is planted is found: by the indicator for it, in its municipality and months, and nowhere else at that size."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from record_lake import contributions, record_lake

from regions.folder import load_region
from regions.month import Month
from regions.source import RecordSource
from synthetic.calibration import PlantedEffect, read_calibration
from synthetic.care import CareYear
from synthetic.deliveries import make_deliveries
from synthetic.planted import holds
from synthetic.records import MAKERS
from synthetic.table import CODES, Array
from synthetic.visits import make_world, year_of_visits
from warehouse.ledger import Window

pytestmark = pytest.mark.xdist_group("care_years")
INDICATORS = {
    "late_notice": ("admission_notice_24h", 0.12),
    "readmission": ("readmission_30_days_65", 0.0),
    "emergency_after_stay_home": ("visam_stay_home_emergency_72h", 0.08),
    "evening": ("evening_night_share", 0.0),
}
"""Effect → the indicator that is to find it, and the share without it."""
PLANTED = read_calibration().planted
OREBRO = {effect.effect: effect for effect in PLANTED["orebro"]}
MANY = 40
"""Municipalities with fewer in the denominator vary too much by chance to be compared."""


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Örebro 2025, straight from the generator's tables."""
    folder = load_region("orebro")
    world = make_world(folder, folder.region.periods[0], None, 2011)
    care = CareYear(world, 2025, year_of_visits(world, 2025))
    connection = record_lake()
    for source_id in ("cosmic_admissions", "cosmic_emergency_visits", "visam_assessments", "discharge_messages"):
        source = folder.sources_by_id[source_id]
        assert isinstance(source, RecordSource)
        put_records(connection, care, source)
    put_visits(connection, care)
    yield connection
    connection.close()


def put_records(lake: duckdb.DuckDBPyConnection, care: CareYear, source: RecordSource) -> None:
    rows, subject = MAKERS[source.subject](care, source), source.subject
    moment = rows[str(source.contract.date_field)]
    columns = {name: cells(rows[name]) for name in rows.columns if name in source.contract.by_name} | {
        "person": persons(rows["person"]),
        "system": [source.system] * len(rows),
        "record_id": cells(rows["record_id"]),
        "month": cells(moment.astype("datetime64[M]").astype("datetime64[D]")),
        "person_age": ages(care, rows["person"], moment),
    }
    columns = {
        name: column for name, column in columns.items() if name not in ("diagnoses", "professions", "care_unit")
    }
    insert(lake, subject, columns)


def put_visits(lake: duckdb.DuckDBPyConnection, care: CareYear) -> None:
    visits = care.visits.take(care.visits["place"] == CODES["place"].index("home"))
    hour = (visits["started"] - visits["started"].astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    part = np.where((hour >= 7) & (hour < 17), "day", np.where((hour >= 17) & (hour < 21), "evening", "night"))
    coded = {name: [CODES[name][code] for code in visits[name].tolist()] for name in ("care_form", "place", "living")}
    insert(
        lake,
        "visits",
        coded
        | {
            "person_key": persons(visits["person"]),
            "record_id": [str(number) for number in range(len(visits))],
            "started_at": cells(visits["started"]),
            "month": cells(visits["started"].astype("datetime64[M]").astype("datetime64[D]")),
            "part_of_day": part.tolist(),
            "residence_municipality_code": cells(care.residence(visits["person"])),
        },
    )


def insert(lake: duckdb.DuckDBPyConnection, subject: str, columns: dict[str, list[Any]]) -> None:
    lake.register("made", pa.table(columns))
    lake.execute(f"INSERT INTO lake.core.{subject} BY NAME SELECT * FROM made")
    lake.unregister("made")


def cells(column: Array) -> list[Any]:
    kind = column.dtype.kind
    return column.astype("datetime64[us]").astype(object).tolist() if kind == "M" else column.tolist()


def persons(rows: Array) -> list[str]:
    return [str(UUID(int=row + 1)) for row in rows.tolist()]


def ages(care: CareYear, rows: Array, moments: Array) -> list[int]:
    born = care.world.population.people["birth"][rows].astype(object)
    days = moments.astype("datetime64[D]").astype(object)
    return [
        day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        for birth, day in zip(born, days, strict=True)
    ]


def by_municipality(lake: duckdb.DuckDBPyConnection, name: str, window: Window) -> dict[str, tuple[int, int]]:
    """Municipality → numerator and denominator; of notices those that were late."""
    indicator, _ = INDICATORS[name]
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, (numerator, denominator, _) in contributions(lake, indicator, window).items():
        found[key[2]][0] += denominator - numerator if name == "late_notice" else numerator
        found[key[2]][1] += denominator
    return {code: (counts[0], counts[1]) for code, counts in found.items()}


def span(effect: PlantedEffect) -> Window:
    return Window(effect.first.first, effect.last.plus(1).first - timedelta(days=1))


@pytest.mark.parametrize("name", sorted(OREBRO))
def test_the_indicator_finds_the_effect_in_its_municipality_alone(lake: duckdb.DuckDBPyConnection, name: str) -> None:
    effect, (_, usual) = OREBRO[name], INDICATORS[name]
    found = by_municipality(lake, name, span(effect))
    own = found.pop(effect.municipality)
    rest = sum(counts[0] for counts in found.values()) / sum(counts[1] for counts in found.values())
    excess = own[0] / own[1] - rest
    planted = effect.share - usual
    assert own[1] >= MANY
    assert 0.4 * planted < excess < 1.5 * planted
    others = {code: counts[0] / counts[1] for code, counts in found.items() if counts[1] >= MANY}
    assert len(others) >= 3
    assert max(others.values()) < rest + 0.5 * excess


@pytest.mark.parametrize("name", [name for name, effect in sorted(OREBRO.items()) if effect.first > Month(2025, 1)])
def test_before_its_first_month_the_effect_is_not_there(lake: duckdb.DuckDBPyConnection, name: str) -> None:
    effect = OREBRO[name]
    before = Window(date(2025, 1, 1), effect.first.first - timedelta(days=1))
    found = by_municipality(lake, name, before)
    own = found.pop(effect.municipality)
    rest = sum(counts[0] for counts in found.values()) / sum(counts[1] for counts in found.values())
    assert own[0] / own[1] - rest < 0.3 * effect.share


def test_the_manifest_says_what_was_planted_in_the_months_made(tmp_path: Any) -> None:
    folder = load_region("orebro")
    made = make_deliveries(folder, tmp_path, first=Month(2025, 1), last=Month(2025, 2), rows=400)
    expected = [effect for effect in PLANTED["orebro"] if effect.first <= Month(2025, 2)]
    assert list(made.planted) == expected
    assert 0 < len(expected) < len(PLANTED["orebro"])
    assert made.of("costs").planted == made.planted


def test_an_effect_holds_in_its_municipality_and_months_alone() -> None:
    effect = OREBRO["evening"]
    moments = np.array(
        ["2025-08-31T23:59", "2025-09-01T00:00", "2025-12-31T23:59", "2026-01-01T00:00"], "datetime64[m]"
    )
    codes = np.full(4, effect.municipality, dtype=object)
    assert holds(effect, codes, moments).tolist() == [False, True, True, False]
    assert not holds(effect, np.full(4, "1880", dtype=object), moments).any()


def test_each_effect_is_in_a_municipality_of_its_region_after_the_years_that_documents_tell() -> None:
    for region, effects in PLANTED.items():
        folder = load_region(region)
        for effect in effects:
            assert effect.municipality in folder.region.municipalities
            assert Month(2013, 1) <= effect.first <= effect.last
            assert 0 < effect.share < 1
            assert all(folder.region.expects(month) for month in effect.first.until(effect.last))
