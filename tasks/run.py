"""What the steps of one run share: the region, its home, the open lake, and where messages go."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from regions.folder import RegionFolder
from regions.month import Month
from regions.source import VISITS
from warehouse.home import RegionHome
from warehouse.keys import Keys
from warehouse.lake import transaction
from warehouse.ledger import LedgerState, read_ledger


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
        *,
        as_of: date | None = None,
    ) -> None:
        self.folder = folder
        self.home = home
        self.keys = keys
        self.connection = connection
        self.say = say
        self.started_at = datetime.now(UTC).replace(tzinfo=None)
        self.asked_as_of = as_of
        """The day that somebody asked for: only parameters known then count; None for a run of today."""
        self.rejections: list[Rejection] = []
        self.not_computed: list[str] = []
        """Tables of money that the release lacks, and why, in plain English."""
        self.odd: list[str] = []
        """What of the results is unlike the release before, in plain English; it stops nothing."""
        self.restated: Mapping[str, int] = {}
        """Cause → how many figures of the release it changed since the release before."""
        self.staged: tuple[str, ...] = (VISITS,)
        """The subjects that the month at hand has deliveries of; visits always."""
        self._ledger: LedgerState | None = None

    @property
    def as_of(self) -> date:
        """The day on which a parameter must be known to count."""
        return self.asked_as_of or self.started_at.date()

    def ledger(self) -> LedgerState:
        """The state of the ledger; read once between writes, for each look costs DuckLake several queries."""
        if self._ledger is None:
            self._ledger = read_ledger(self.connection)
        return self._ledger

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the only way in which a run writes to the lake."""
        try:
            with transaction(self.connection):
                yield
        finally:
            self._ledger = None
