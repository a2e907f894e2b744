"""What the synthetic deliveries are fitted to: `calibration.yaml`, read and typed."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from regions.folder import RegionFolder
from regions.month import Month
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


class Money(_Part):
    """A year's net cost and revenue of home health care in kronor, at the level of a year, and its growth."""

    year: int
    net_sek: int
    revenue_sek: int
    growth: float

    def times(self, factor: int) -> "Money":
        """So many times as much money."""
        return self.model_copy(update={"net_sek": self.net_sek * factor, "revenue_sek": self.revenue_sek * factor})


class Volumes(_Part):
    """A region's volumes in its base year, and how they grow."""

    base_year: int
    money: Money
    fte: dict[str, float]
    growth: float
    streams: dict[str, Stream]
    persons: dict[str, int]
    municipal_share: MunicipalShare
    weights: dict[str, float]
    cost_weights: dict[str, float] = {}
    """Municipality → weight of the ledger's costs; left out, they follow the weights of the volumes."""
    persons_per_weight: int
    """Inhabitants for each 1 of a municipality's weight; a municipality without a weight has 1."""

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


class InhabitantBand(AgeBand):
    """A band of the inhabitants, whoever gets care, and the women's share of it."""

    female: float


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


class Account(_Part):
    """An account of the ledger: what it is for, and its share of the costs or of the revenue."""

    account: str
    item: str
    kind: str
    share: float


class Hospital(_Part):
    """Stays, emergency visits and the messages around them."""

    stays_per_home_person: float
    stays_per_other_person: float
    days: tuple[float, float]
    ready_known: float
    ready_days: float
    planned: float
    diagnoses: tuple[str, ...]
    other_diagnoses: tuple[str, ...]
    discharged_to: Shares
    stay_by_emergency: float
    emergency_per_home_person: float
    emergency_per_other_person: float
    emergency_outcome: Shares
    messages: Shares
    late_notice: float


class Assessments(_Part):
    """Assessments with the decision support, and how often an emergency visit follows."""

    per_person: float
    outcome: Shares
    emergency_after_stay_home: float
    emergency_as_decided: float


class Enrolled(_Part):
    """Who is enrolled, listed, linked, and what is prescribed."""

    covered: float
    enrolled_before_days: float
    ended: float
    links_a_year: int
    devices_per_person: float
    device_classes: dict[str, int]
    returned: float
    actions: tuple[str, ...]
    action_of_two: float
    delivers_overview: float


class Records(_Part):
    """How the subjects beside visits look."""

    hospital: Hospital
    assessments: Assessments
    enrolled: Enrolled
    accounts: tuple[Account, ...]
    region_rest: float
    headcount_per_fte: float
    dirt: Shares
    lost_in_migration: float
    lost_in_one_month: float
    registered_twice: float
    days_in_both: int


class PlantedEffect(_Part):
    """What differs in one municipality from a month to another, and the share that it has there.

    late_notice: of admission notices; readmission: of discharges to the home, beside those that happen anyway;
    emergency_after_stay_home: of assessments; evening: of the day's visits at home, moved to the evening.
    """

    effect: Literal["late_notice", "readmission", "emergency_after_stay_home", "evening"]
    municipality: str
    first: Month
    last: Month
    share: float


class Calibration(_Part):
    """The whole of `calibration.yaml`."""

    regions: dict[str, Volumes]
    per_municipality: Volumes
    profiles: dict[str, Profile]
    ages: dict[str, tuple[AgeBand, ...]]
    inhabitants: tuple[InhabitantBand, ...]
    seasons: tuple[float, ...]
    people: People
    late_share: float
    dirt: Shares
    smallest_file: int
    largest_share: float
    late_batch: float
    corrected_batch: CorrectedBatch
    systems: dict[str, System]
    fillers: dict[str, Literal["name", "note", "day"]]
    records: Records
    planted: dict[str, tuple[PlantedEffect, ...]]

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
            "money": volumes.money.times(factor),
            "fte": {profession: count * factor for profession, count in volumes.fte.items()},
        }
    )
