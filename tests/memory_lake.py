"""The main job's steps on a lake in memory: the same tables and the same SQL, without files, Prefect or GX.

lake = memory_lake()                       # a connection with the lake's tables, empty
bench = Bench(home)                        # the small region; bench.inbox is a small_region.Deliveries
bench.take_in()                            # lands, plans and loads; the rejections
bench.rows("SELECT … FROM lake.core.visits")
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyrage
from small_region import SMALL, Deliveries, without_weight

from regions.contracts import CONTRACTS
from regions.folder import RegionFolder, load_region
from tasks import stage as staging
from tasks.definitions import source_definitions
from tasks.faults import DeliveryFault
from tasks.identify import identify
from tasks.judge import judge, reject
from tasks.land import Landed, land
from tasks.load import keep_rejected, load
from tasks.plan import DeliveryWork, MonthWork, Plan, make_plan
from tasks.run import Rejection, Run
from warehouse import schema
from warehouse.home import RegionHome
from warehouse.keys import Keys
from warehouse.ledger import read_ledger
from warehouse.records import ensure_records

KEYS = Keys(b"a key for tests, and for nothing else", pyrage.x25519.Identity.generate())


@cache
def small_folder() -> RegionFolder:
    """The small region, read once a process."""
    return load_region(str(SMALL))


def memory_lake() -> duckdb.DuckDBPyConnection:
    """A connection with every table of the lake, empty, in a database `lake` in memory."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1; ATTACH ':memory:' AS lake; CREATE SCHEMA staging")
    for name in sorted({table.name.split(".")[0] for table in schema.LAKE}):
        connection.execute(f"CREATE SCHEMA lake.{name}")
    for table in schema.LAKE:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE lake.{table.name} ({columns})")
    return connection


def add_subject(connection: duckdb.DuckDBPyConnection, *subjects: str) -> None:
    """The tables and the views of other subjects than visits, by default of all; memory has no partitions."""
    wanted = {name: contract for name, contract in CONTRACTS.items() if name in (subjects or CONTRACTS)}
    unpartitioned = {name: replace(schema.VERSIONS[name], partition=None) for name in wanted}
    with patch.dict(schema.VERSIONS, unpartitioned), patch("warehouse.records.CONTRACTS", wanted):
        ensure_records(connection)


class Bench:
    """A region's home with a lake in memory."""

    def __init__(self, home: Path, folder: RegionFolder | None = None) -> None:
        self.folder = folder or small_folder()
        self.home = RegionHome(home / self.folder.region.id)
        self.home.prepare()
        self.inbox = Deliveries(home, self.folder.region.id)
        self.said: list[str] = []
        self.run = Run(self.folder, self.home, KEYS, memory_lake(), self.said.append)
        add_subject(self.run.connection)

    def with_source(self, source_id: str, **changes: Any) -> None:
        """The same home and lake, with one source of the region changed."""
        sources = tuple(
            source.model_copy(update=changes) if source.id == source_id else source for source in self.folder.sources
        )
        self.folder = replace(self.folder, sources=sources)
        self.run.folder = self.folder

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A query on the lake or the staging area."""
        return self.run.connection.execute(sql).fetchall()

    def land(self) -> Landed:
        """Land what the inbox holds."""
        return land(self.run)

    def plan(self, **scope: Any) -> Plan:
        """What a run would load now."""
        return make_plan(self.folder, read_ledger(self.run.connection), source_definitions(self.folder), **scope)

    def stage(self, *deliveries: DeliveryWork) -> list[Rejection]:
        """Stage and identify deliveries of one month."""
        staging.prepare(self.run, deliveries)
        rejected = []
        for delivery in deliveries:
            try:
                staging.stage(self.run, delivery)
            except DeliveryFault as fault:
                staging.unstage(self.run, delivery)
                rejected.append(reject(delivery, fault))
        identify(self.run)
        return rejected

    def take_in(self, **scope: Any) -> list[Rejection]:
        """Land and load what is new; the rejections."""
        self.land()
        rejections: list[Rejection] = []
        with without_weight():
            for month in self.plan(**scope).months:
                rejections += self._take_in(month)
        return rejections

    def _take_in(self, month: MonthWork) -> list[Rejection]:
        rejected = self.stage(*month.deliveries)
        rejected += judge(self.run, month.deliveries).rejected
        if rejected:
            keep_rejected(self.run, month.deliveries, tuple(rejected))
        else:
            load(self.run, month)
        return rejected


def changed(row: Mapping[str, str], **cells: str) -> dict[str, str]:
    """A row with some cells changed."""
    unknown = set(cells) - set(row)
    assert not unknown, f"the row has no {unknown}"
    return {**row, **cells}
