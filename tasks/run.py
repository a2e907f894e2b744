"""What the steps of one run share: the region, its home, the open lake, and where messages go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from regions.folder import RegionFolder
from regions.month import Month
from warehouse.home import RegionHome
from warehouse.keys import Keys


@dataclass(frozen=True)
class Rejection:
    """A delivery that was not accepted, in words; without personal data."""

    source_id: str
    month: Month
    file_name: str
    rule_id: str
    sv: str
    en: str
    rows: int | None = None
    first_rows: tuple[int, ...] = ()


class Run:
    """One run of the main job. Not a value: it holds the writer's connection."""

    def __init__(
        self,
        folder: RegionFolder,
        home: RegionHome,
        keys: Keys,
        connection: duckdb.DuckDBPyConnection,
        say: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.home = home
        self.keys = keys
        self.connection = connection
        self.say = say
        self.started_at = datetime.now(UTC).replace(tzinfo=None)
        self.rejections: list[Rejection] = []
