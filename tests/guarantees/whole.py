"""What must hold whenever a run has ended, however it ended: nothing half."""

from pathlib import Path

import duckdb
from small_region import region_home

from warehouse.canonical import table_hash
from warehouse.lake import open_lake
from warehouse.releases import DATABASE, manifest_of
from warehouse.schema import PUBLISHED

# Deliveries whose rows in the lake are not as many as the ledger says.
_DISAGREEING = """
WITH loads AS (SELECT * FROM lake.ledger.loads
  QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY load_seq DESC) = 1),
held AS (SELECT delivery_id, count(*) AS n FROM lake.core.visit_versions GROUP BY ALL),
replaced AS (SELECT l.delivery_id FROM loads AS l JOIN lake.ledger.landings AS a USING (delivery_id)
  JOIN lake.ledger.landings AS b ON b.source_id = a.source_id AND b.month = a.month AND b.version > a.version
  JOIN loads AS m ON m.delivery_id = b.delivery_id AND m.status = 'accepted'
  WHERE a.source_id <> 'gamma_changes')
SELECT delivery_id FROM loads FULL JOIN held USING (delivery_id)
WHERE coalesce(n, 0) <> CASE WHEN loads.delivery_id IN (FROM replaced) OR status <> 'accepted' THEN 0
  ELSE rows_accepted + rows_cancelled END"""
# File months of which some deliveries of a first version are loaded, and others are not.
_HALF_MONTHS = """
SELECT month FROM lake.ledger.landings LEFT JOIN (SELECT DISTINCT delivery_id, true AS loaded FROM lake.ledger.loads)
USING (delivery_id) WHERE version = 1 GROUP BY month HAVING count(DISTINCT coalesce(loaded, false)) > 1"""
_UNCOUNTED = """
SELECT month FROM lake.core.visit_versions EXCEPT SELECT month FROM lake.ledger.month_changes"""


def nothing_is_half(home: Path) -> None:
    """The lake agrees with its ledger, holds whole months only, and the release in force is whole."""
    connection = open_lake(region_home(home), read_only=True)
    try:
        for question in (_DISAGREEING, _HALF_MONTHS, _UNCOUNTED):
            assert connection.execute(question).fetchall() == []
    finally:
        connection.close()
    release_is_whole(home)


def release_is_whole(home: Path) -> None:
    """`current` leads to a release with all its parts, whose tables are those of its manifest."""
    place = region_home(home)
    release = place.current.resolve(strict=True)
    manifest = manifest_of(release)
    assert release.parent == place.releases
    assert release.name == manifest["release_id"]
    assert (release / "dashboard" / "index.html").stat().st_size > 1000
    assert (release / "csv" / "datapackage.json").stat().st_size > 1000
    assert [file.suffix for file in (release / "excel").iterdir()] == [".xlsx"]
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        catalogue = connection.execute("SELECT current_database()").fetchone()[0]
        for table in PUBLISHED:
            assert (release / "parquet" / f"{table.name}.parquet").is_file()
            assert (release / "csv" / f"{table.name}.csv").stat().st_size > len(table.name)
            facts = manifest["tables"].get(table.name)
            assert facts is None or facts["hash"] == table_hash(connection, table, catalogue)
    for link in ("hemvard.duckdb", "dashboard", "parquet", "csv", "excel"):
        assert (place.published / link).resolve(strict=True) == release / link
