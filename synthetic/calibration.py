"""What the synthetic deliveries are fitted to: `calibration.yaml`, read and typed."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from regions.folder import RegionFolder
from synthetic.person_ids import Style

FILE = Path(__file__).with_name("calibration.yaml")
Shares = dict[str, float]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stream(_Part):
    """How many visits of one kind a year has; children are 0–18 years old on the day of the visit."""

    visits: int
    unplanned: int
    children: int
    children_unplanned: int

    def times(self, factor: float) -> "Stream":
        """The same stream, larger or smaller; unchanged where the factor is 1."""
        return Stream(**{name: round(count * factor) for name, count in self.model_dump().items()})


class MunicipalShare(_Part):
    """The municipalities' share of adults' visits at home by others than doctors, around the takeover."""

    before: float
    after: float


class Volumes(_Part):
    """A region's volumes in its base year, and how they grow."""

    base_year: int
    growth: float
    streams: dict[str, Stream]
    persons: dict[str, int]
    municipal_share: MunicipalShare
    weights: dict[str, float]

    def factor(self, year: int) -> float:
        """A year's volume against the base year's."""
        return float((1 + self.growth) ** (year - self.base_year))


class Acute(_Part):
    """The share of acute visits among planned and unplanned ones."""

    planned: float
    unplanned: float


class Minutes(_Part):
    """Median, spread (of the logarithm) and share of missing values of a visit's minutes."""

    median: float
    spread: float
    missing: float


class Profile(_Part):
    """How the visits of a stream look."""

    care_form: str
    place: str
    living: str
    pools: Shares
    weekend: float
    parts: Shares
    planned_unknown: float
    acute: Acute
    minutes: Minutes
    provider_level: Shares
    professions: Shares
    flags: Shares


class AgeBand(_Part):
    """Ages from and to, both included, and the band's share of a pool."""

    ages: tuple[int, int]
    share: float


class People(_Part):
    """Shares of unusual persons."""

    reserve_every: int
    outside_county: float
    protected: float
    served_elsewhere: float
    turnover: float


class CorrectedBatch(_Part):
    """Shares of a file's rows that a corrected delivery cancels and moves a day."""

    cancelled: float
    moved: float


class System(_Part):
    """How a system writes what a source's YAML doesn't say."""

    person_id: Style = "plain"
    byte_order_mark: bool = False
    lkf: bool = False


class Calibration(_Part):
    """The whole of `calibration.yaml`."""

    regions: dict[str, Volumes]
    per_municipality: Volumes
    profiles: dict[str, Profile]
    ages: dict[str, tuple[AgeBand, ...]]
    seasons: tuple[float, ...]
    people: People
    late_share: float
    dirt: Shares
    smallest_file: int
    largest_share: float
    late_batch: float
    corrected_batch: CorrectedBatch
    systems: dict[str, System]
    fillers: dict[str, Literal["name", "note"]]

    def volumes(self, folder: RegionFolder) -> Volumes:
        """The region's own volumes, or so many per municipality."""
        own = self.regions.get(folder.region.id)
        return own or _times(self.per_municipality, len(folder.region.municipalities))

    def system(self, name: str) -> System:
        """How a system writes; the default where nothing is said."""
        return self.systems.get(name, System())


@cache
def read_calibration() -> Calibration:
    """Read `calibration.yaml`."""
    return Calibration.model_validate(YAML(typ="safe").load(FILE))


def _times(volumes: Volumes, factor: int) -> Volumes:
    return volumes.model_copy(
        update={
            "streams": {name: stream.times(factor) for name, stream in volumes.streams.items()},
            "persons": {pool: count * factor for pool, count in volumes.persons.items()},
        }
    )
