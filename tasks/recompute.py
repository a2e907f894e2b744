"""recompute: the tables of a release once more, from what it was made of, without publishing them.

The lake as a snapshot left it, or a scratch lake into which the landed deliveries are taken again, then
compute → protect → the other tables, by the functions of the main job. All that is written lies in a scratch folder of
the region's restricted temp, and is for reading alone.

Code that is not the running one is run as it was kept, in a process of its own (`tasks/states.py`): there this module
is the program.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from regions.errors import DataError, HemvardError
from regions.folder import RegionFolder, load_region
from tasks.compute import compute_models
from tasks.definitions import source_definitions
from tasks.plan import MonthWork, make_plan
from tasks.protect import BUILD, protect
from tasks.run import Run
from tasks.tables import write_tables
from tasks.take_in import take_in
from warehouse import schema
from warehouse.canonical import table_hash
from warehouse.home import RegionHome
from warehouse.keys import Keys, find_keys
from warehouse.lake import open_lake
from warehouse.ledger import Landing, add_landings, read_ledger
from warehouse.past import open_past
from warehouse.records import ensure_records
from warehouse.releases import DATABASE

REQUEST, ANSWER = "request.json", "answer.json"
_ACCEPTED = """
SELECT delivery_id FROM lake.ledger.loads WHERE load_seq <= $last
GROUP BY delivery_id HAVING arg_max(status, load_seq) = 'accepted'"""


@dataclass(frozen=True)
class Standpoint:
    """A snapshot whose rows may be those that are wanted."""

    snapshot: int
    whole: bool
    """Whether everything is computed from its rows, or only what its models don't have as it has to be."""


@dataclass(frozen=True)
class Request:
    """What to compute; plain values, for another process may have to read it. Fields may come, and none may go."""

    home: str
    """The region's home."""
    region: str
    """The folder that is the region's."""
    to: str
    """The scratch folder, which is there and empty."""
    as_of: str
    snapshots: tuple[Standpoint, ...]
    """Tried in this order."""
    landing_seq: int
    """The last landing that counts, and the last load."""
    load_seq: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Request":
        """A request as JSON has it; what a later version tells besides is left out."""
        known = {field.name: told[field.name] for field in fields(cls)}
        return cls(**known | {"snapshots": tuple(Standpoint(**entry) for entry in told["snapshots"])})


@dataclass(frozen=True)
class Recomputed:
    """Where the tables are, and what they are."""

    database: str
    hashes: dict[str, str]
    """Table → canonical hash."""
    replayed: bool
    """Whether the deliveries were taken in again, for no snapshot holds what they give by these definitions."""


class GoneError(DataError):
    """Deliveries that are needed are kept no more."""


@dataclass(frozen=True)
class _Scratch(RegionHome):
    """A home in the scratch folder, whose deliveries are those that landed in the region's own."""

    own: RegionHome

    @property
    def landing(self) -> Path:
        """The region's own: nothing lands here."""
        return self.own.landing


def recompute(request: Request, keys: Keys | None = None) -> Recomputed:
    """Compute the tables; HemvardError where it can't be done, such as for a delivery that is kept no more."""
    folder, home = load_region(request.region), RegionHome(Path(request.home))
    keys = keys or find_keys(home, synthetic=folder.is_synthetic)
    connection, replayed = _facts(request, folder, home, keys)
    try:
        scratch = _Scratch(Path(request.to), home)
        scratch.prepare()
        run = Run(folder, scratch, keys, connection, _silent, as_of=date.fromisoformat(request.as_of))
        compute_models(run)
        building = protect(run)
        write_tables(run)
        hashes = {table.name: table_hash(connection, table, BUILD) for table in schema.PUBLISHED}
        connection.execute(f"DETACH {BUILD}")
    finally:
        connection.close()
    return Recomputed(str(building / DATABASE), hashes, replayed)


def _facts(
    request: Request, folder: RegionFolder, home: RegionHome, keys: Keys
) -> tuple[duckdb.DuckDBPyConnection, bool]:
    """A connection whose `lake` holds the rows that the deliveries give by the folder's definitions."""
    for standpoint in request.snapshots:
        try:
            past = open_past(home, standpoint.snapshot, keep_computed=not standpoint.whole)
        except duckdb.Error:  # the snapshot was expired: an erasure, or the rule of retention
            continue
        if _are_of(past, source_definitions(folder)):
            if standpoint.whole:
                _require_rows(past)
            return past, False
        past.close()
    return _replay(request, folder, home, keys), True


def _require_rows(past: duckdb.DuckDBPyConnection) -> None:
    """GoneError where months were closed by then: what was computed of them stands, their rows are gone."""
    if past.execute("SELECT 1 FROM lake.ledger.closed_months LIMIT 1").fetchall():
        past.close()
        raise GoneError("rows that it was made of were past the rule of retention already when it was made.")


def _are_of(past: duckdb.DuckDBPyConnection, definitions: Mapping[str, str]) -> bool:
    """Whether what was loaded was loaded by these definitions, but for what can't be loaded by others any more."""
    state = read_ledger(past)
    source_of = {landing.delivery_id: landing.source_id for landing in state.landings}
    retired = {row[0] for row in past.execute("SELECT delivery_id FROM lake.ledger.retired").fetchall()}
    loads = [load for load in state.loads.values() if load.accepted and load.delivery_id not in retired]
    return all(definitions.get(source_of[load.delivery_id]) == load.definition for load in loads)


def _replay(request: Request, folder: RegionFolder, home: RegionHome, keys: Keys) -> duckdb.DuckDBPyConnection:
    """A scratch lake with the deliveries that counted, taken in again in the order in which they landed."""
    landings = _landings(request, folder, home)
    scratch = _Scratch(Path(request.to), home)
    connection = open_lake(scratch)
    try:
        ensure_records(connection)
        run = Run(folder, scratch, Keys(keys.pseudonym, keys.store), connection, _silent)
        with run.transaction():
            add_landings(connection, landings)
        for month in _work(run):
            take_in(run, month)
        _require_accepted(run)
    except BaseException:
        connection.close()
        raise
    return connection


def _landings(request: Request, folder: RegionFolder, home: RegionHome) -> list[Landing]:
    """The landings of the deliveries that had been accepted, of the sources that the folder has."""
    lake = open_lake(home, read_only=True)
    try:
        state = read_ledger(lake)
        accepted = {row[0] for row in lake.execute(_ACCEPTED, {"last": request.load_seq}).fetchall()}
    finally:
        lake.close()
    known = [entry for entry in state.landings if entry.source_id in folder.sources_by_id]
    return [entry for entry in known if entry.delivery_id in accepted and entry.landing_seq <= request.landing_seq]


def _work(run: Run) -> list[MonthWork]:
    """The months to take in again, of suppliers and of official statistics; GoneError where a file is lacking."""
    definitions, state = source_definitions(run.folder), run.ledger()
    months = [
        *make_plan(run.folder, state, definitions).months,
        *make_plan(run.folder, state, definitions, feed="reference").months,
    ]
    deliveries = [delivery for month in months for delivery in month.deliveries]
    if gone := [entry for entry in deliveries if not (run.home.landing / entry.file).is_file()]:
        raise GoneError(
            f"{len(gone)} of the deliveries that are needed are kept no more, such as {gone[0].file_name}.",
            where=str(run.home.landing),
            todo="A release whose deliveries are past the rule of retention stands as it is.",
        )
    return months


def _require_accepted(run: Run) -> None:
    if run.rejections:
        first = run.rejections[0]
        raise DataError(
            f"{len(run.rejections)} deliveries are not accepted by these definitions, "
            f"such as {first.source_id} {first.month}: {first.en}",
            where=first.file_name,
        )


def _silent(_message: str) -> None:
    """Nobody is told of the steps of a recomputation."""


def main() -> None:
    """Compute what `request.json` of a folder asks for; the answer, or what is wrong, in `answer.json`."""
    folder = Path(sys.argv[1])
    request = Request.of(json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    try:
        answer = asdict(recompute(request))
    except HemvardError as error:
        answer = {"fault": str(error), "gone": isinstance(error, GoneError)}
    (folder / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
