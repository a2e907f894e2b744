"""`hemvard freeze` and `hemvard verify`: a release under a name for good, and whether it can be made again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from flows.releases import found_region, named_release, require_whole
from regions.errors import DataError, UsageError
from tasks.documents import FOLDER, write_documents
from tasks.recompute import GoneError, Recomputed
from tasks.restatements import changed_between, tables_of_figures
from tasks.states import recomputed, side_of
from warehouse.canonical import table_hash
from warehouse.decision_points import (
    DecisionPoint,
    decision_points,
    finish_freezing,
    require_name,
    start_freezing,
    sums_of,
)
from warehouse.home import RegionHome
from warehouse.kept_inputs import KINDS, is_kept
from warehouse.keys import find_keys
from warehouse.lake import open_lake
from warehouse.lock import region_lock
from warehouse.releases import DATABASE, Manifest, faults_of, manifest_of, require_release
from warehouse.schema import INPUTS, PUBLISHED, RELEASE, SINCE_LAST

_ERASED = """
SELECT record_id, sum(rows_erased)::BIGINT FROM lake.ledger.erasures
WHERE erased_at > $made AND list_contains($deliveries, delivery_id) GROUP BY record_id ORDER BY record_id"""
_COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE schema_name || '.' || table_name = $table"
_ONCE = {table.name for table in (*SINCE_LAST, RELEASE, INPUTS)}
"""Tables that say what a release was made after, or of: they are not made again."""


def freeze(region: str, name: str, asked: str | None, home: Path | None) -> str:
    """Freeze a release under a name, by default the one in force; what was done.

    Its documents are made with it. UsageError for a name that is none or is taken, and for wrong texts of documents;
    DataError where the release is not as it was made or can't be made again, BusyError where a run holds the region.
    """
    folder, place = found_region(region, home)
    require_name(name)
    require_release(place)
    with region_lock(place, wait=False):
        release = named_release(place, asked) if asked else require_release(place)
        if is_frozen(place, name, release):
            return f"{folder.region.name}: {name} is {release.name} already."
        require_whole(release)
        _require_kept(place, release)
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        building = start_freezing(place, DecisionPoint(name, release.name, now, sums_of(release)))
        write_documents(folder, release, building / FOLDER)
        made = finish_freezing(place, building)
    return (
        f"{folder.region.name}: {name} is {release.name}, frozen in {made}.\n"
        f"What people hold at the meeting: {made / FOLDER}\n"
        f"It stays whatever the rule for old releases. Prove it at any time: hemvard verify {region} {name}"
    )


def is_frozen(place: RegionHome, name: str, release: Path) -> bool:
    """Whether the release is frozen under the name already; UsageError where another one is."""
    taken = [point for point in decision_points(place) if point.name.casefold() == name.casefold()]
    if not taken:
        return False
    if (taken[0].name, taken[0].release) != (name, release.name):
        raise UsageError(
            f"{taken[0].name} is frozen as {taken[0].release}, and stays that.",
            where=str(place.decision_points / taken[0].name),
            todo="Freeze this one under another name.",
        )
    return True


def found_release(place: RegionHome, asked: str) -> Path:
    """The release that is frozen under a name, or of which this is the id or its beginning."""
    found = [point.release for point in decision_points(place) if point.name == asked]
    return place.releases / found[0] if found else named_release(place, asked)


def _require_kept(place: RegionHome, release: Path) -> None:
    made_of = manifest_of(release).get("made_of", {})
    if not is_kept(place, {kind: made_of[kind] for kind in KINDS if kind in made_of}):
        raise DataError(
            f"What {release.name} was made of is not kept, so it can't be proved later.",
            where=str(place.inputs),
            todo="Freeze a release that this version has made: run the region once more, then freeze.",
        )


def verify(region: str, asked: str, home: Path | None) -> str:
    """Whether a decision point or release is what it was, and can be made again; in words.

    Its files against their sums; then, computed again from what it was made of, each table against its hash. DataError
    where it is different.
    """
    folder, place = found_region(region, home)
    release = found_release(place, asked)
    head = f"{folder.region.name}, {asked} ({release.name}): "
    _require_unchanged(place, asked, release)
    side = side_of(manifest_of(release))
    try:
        with recomputed(place, side, find_keys(place, synthetic=folder.is_synthetic)) as again:
            return head + _answer(place, release, again)
    except GoneError as gone:
        count = _check_stored(release)
        return f"{head}archived\n{gone.what}\nIts files are what they were, and so are {count} tables by their hashes."


def _require_unchanged(place: RegionHome, asked: str, release: Path) -> None:
    faults = list(faults_of(release)) if release.is_dir() else ["its folder is gone"]
    told = {point.name: point.sums for point in decision_points(place)}
    if not faults and asked in told and told[asked] != sums_of(release):
        faults = ["its list of files is not the one that was frozen"]
    if faults:
        raise _different(asked, release, faults)


def _different(asked: str, release: Path, faults: list[str]) -> DataError:
    listed = "\n".join(f"  {fault}" for fault in faults)
    return DataError(
        f"{asked} ({release.name}): different\n{listed}",
        where=str(release),
        todo="Bring its files back from a backup; where tables differ, report it with their names.",
    )


def _answer(place: RegionHome, release: Path, again: Recomputed) -> str:
    """`identical`, or what an erasure since then has taken; DataError where anything else differs."""
    manifest = manifest_of(release)
    names = {table.name for table in tables_of_figures()} if again.replayed else set(again.hashes) - _ONCE
    told = {name: facts["hash"] for name, facts in manifest["tables"].items() if name in names}
    differing = sorted(name for name, hash_ in told.items() if again.hashes.get(name) != hash_)
    way = "its deliveries taken in again" if again.replayed else f"the lake's snapshot {manifest['lake_snapshot']}"
    if not differing:
        return f"identical\n{len(told)} tables, computed again from {way}, have the hashes of the release."
    erased = _erased(place, manifest)
    rows = sum(erased.values())
    if not rows or _changes_more(release, again, rows):
        raise _different(release.name, release, [f"{name} is not what it was" for name in differing])
    records = " and ".join(f"record {record} ({count} rows)" for record, count in erased.items())
    return (
        f"recomputed except {rows} rows erased under {records}\n{len(told) - len(differing)} tables have the hashes of "
        f"the release; {', '.join(differing)} differ, no number of visits by more than the rows erased."
    )


def _erased(place: RegionHome, manifest: Manifest) -> Mapping[str, int]:
    """Erasure record → rows of the release's deliveries that were erased since it was made."""
    deliveries = [hash_ for kind, _, hash_ in manifest["inputs"] if kind in ("delivery", "official")]
    made = datetime.fromisoformat(manifest["created_at"])
    lake = open_lake(place, read_only=True)
    try:
        return dict(lake.execute(_ERASED, {"made": made, "deliveries": deliveries}).fetchall())
    except duckdb.CatalogException:  # a lake of a version that knew no erasures
        return {}
    finally:
        lake.close()


def _changes_more(release: Path, again: Recomputed, rows: int) -> bool:
    """Whether any number of visits differs by more than the rows that were erased: that can't be their doing."""
    found = changed_between(release / DATABASE, Path(again.database))
    visits = {
        (table.name, column.name)
        for table in tables_of_figures()
        for column in table.columns
        if column.role == "additive" and column.unit == "visits"
    }
    return any(
        abs(entry.change.change) > rows
        for entry in found
        if entry.change.change is not None and (entry.table_name, entry.change.column_name) in visits
    )


def _check_stored(release: Path) -> int:
    """How many tables of a release's database have the hashes of its manifest; DataError where one hasn't.

    Those alone that this version knows with the same columns.
    """
    told, checked, differing = manifest_of(release)["tables"], 0, []
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        catalogue = str(row[0]) if row else ""
        for table in PUBLISHED:
            names = {entry[0] for entry in connection.execute(_COLUMNS, {"table": table.name}).fetchall()}
            if table.name in told and names == set(table.names()):
                checked += 1
                if table_hash(connection, table, catalogue) != told[table.name]["hash"]:
                    differing.append(f"{table.name} has not the hash that it was published with")
    if differing:
        raise _different(release.name, release, differing)
    return checked
