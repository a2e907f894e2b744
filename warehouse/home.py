"""Where a region's files lie under `--home`: CONTRACT, Folders."""

import os
from dataclasses import dataclass
from pathlib import Path

PRIVATE = 0o700


@dataclass(frozen=True)
class RegionHome:
    """The folders of one region."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where file deliveries arrive, a folder a source."""
        return self.root / "inbox"

    @property
    def restricted(self) -> Path:
        """Row level: landing, lake, temp; mode 0700."""
        return self.root / "restricted"

    @property
    def landing(self) -> Path:
        """Original bytes of every delivery, encrypted, named by content hash."""
        return self.restricted / "landing"

    @property
    def catalogue(self) -> Path:
        """The lake's catalogue (SQLite in WAL mode)."""
        return self.restricted / "lake" / "catalogue.sqlite"

    @property
    def data(self) -> Path:
        """The lake's encrypted Parquet files."""
        return self.restricted / "lake" / "data"

    @property
    def temp(self) -> Path:
        """Where DuckDB may spill, encrypted."""
        return self.restricted / "temp"

    @property
    def inputs(self) -> Path:
        """What releases were made of beside their deliveries, by content hash."""
        return self.restricted / "inputs"

    @property
    def lock(self) -> Path:
        """The file whose operating-system lock a run holds."""
        return self.restricted / "run.lock"

    @property
    def published(self) -> Path:
        """What anyone in the collaboration may read."""
        return self.root / "published"

    @property
    def releases(self) -> Path:
        """One folder a release, never changed."""
        return self.published / "releases"

    @property
    def current(self) -> Path:
        """The link to the release in force."""
        return self.published / "current"

    @property
    def current_file(self) -> Path:
        """What names the release in force, also where links don't work."""
        return self.published / "current.json"

    @property
    def hold(self) -> Path:
        """What a rollback leaves, so that runs with nothing new let it stand."""
        return self.published / "held.json"

    @property
    def decision_points(self) -> Path:
        """A folder a decision point: which release it froze, and what was made of it."""
        return self.published / "decision_points"

    def prepare(self) -> None:
        """Make the folders; row level is for the owner alone."""
        for folder in (self.restricted, self.landing, self.data, self.temp):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(PRIVATE)
        self.catalogue.parent.chmod(PRIVATE)
        for folder in (self.inbox, self.releases):
            folder.mkdir(parents=True, exist_ok=True)


def find_home(given: Path | None) -> Path:
    """`--home`, else HEMVARD_HOME, else `var/` beside the checkout, else the user's data folder; absolute."""
    if given is not None:
        return given.expanduser().absolute()
    if named := os.environ.get("HEMVARD_HOME"):
        return Path(named).expanduser().absolute()
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser().absolute() / "hemvard"
