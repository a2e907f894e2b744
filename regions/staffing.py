"""`staffing.yaml`, which may be left out: what posts are reckoned from – working time, norms, what was agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from regions.model import Basis, Identifier, Model, Principal
from regions.reader import FolderReader, Problem

if TYPE_CHECKING:
    from regions.folder import RegionFolder

FILE = "staffing.yaml"
PLACES = 4
"""Posts are published, and so agreed, with at most so many decimals."""
_Location = tuple[str | int, ...]


class HoursPerYear(Model):
    """Hours at work that a full-time post gives in a year, when holidays and absence are taken away."""

    value: Decimal = Field(gt=0, le=8784)
    basis: Basis
    source: str


class DirectShare(Model):
    """Share of the hours at work that goes to visits and to the travel to them."""

    value: Decimal = Field(gt=0, le=1)
    basis: Basis
    source: str


class TravelShare(Model):
    """Minutes of travel per minute of visit."""

    value: Decimal = Field(ge=0, le=10)
    basis: Basis
    source: str


class ProfessionTime(Model):
    """What of working time differs for a profession; what is left out is as for all."""

    hours_per_year: HoursPerYear | None = None
    direct_share: DirectShare | None = None
    travel_share: TravelShare | None = None


class Volume(Model):
    """Working time, from which the minutes of visits become posts: for all professions, and where one differs."""

    hours_per_year: HoursPerYear
    direct_share: DirectShare
    travel_share: TravelShare
    professions: dict[Identifier, ProfessionTime] = Field(default_factory=dict)

    def of(self, profession: str) -> tuple[HoursPerYear, DirectShare, TravelShare]:
        """The assumptions that hold for a profession: its own, and else those for all."""
        own = self.professions.get(profession, ProfessionTime())
        return (
            own.hours_per_year or self.hours_per_year,
            own.direct_share or self.direct_share,
            own.travel_share or self.travel_share,
        )


class Norm(Model):
    """So many patients in home health care per full-time post of a profession."""

    profession: Identifier
    patients_per_post: Decimal = Field(gt=0)
    basis: Basis
    source: str


class Split(Model):
    """How agreed posts are shared out: by the visits of a year within the agreed scenario."""

    by_visits_of: int
    basis: Basis
    source: str


class AgreedPosts(Model):
    """Posts that an agreement moves, by profession; they make the total, to the last decimal."""

    agreement: Identifier
    scenario: Identifier
    year: int
    party: Principal
    total: Decimal = Field(ge=0, decimal_places=PLACES)
    professions: dict[Identifier, Decimal] = Field(min_length=1)
    basis: Basis
    source: str
    split: Split | None = None

    @model_validator(mode="after")
    def _professions_make_the_total(self) -> Self:
        for profession, fte in self.professions.items():
            if fte < 0 or fte.quantize(Decimal(1).scaleb(-PLACES)) != fte:
                raise ValueError(f"{profession} has {fte} posts: give 0 or more, with at most {PLACES} decimals")
        if (summed := sum(self.professions.values())) != self.total:
            raise ValueError(f"the professions make {summed} posts, not the total of {self.total}")
        return self


class Staffing(Model):
    """`staffing.yaml`: each part may be left out; then posts are not reckoned in that way."""

    volume: Volume | None = None
    norms: tuple[Norm, ...] = ()
    agreed: tuple[AgreedPosts, ...] = ()


def staffing_problems(folder: RegionFolder, reader: FolderReader) -> Iterator[Problem]:
    """What of `staffing.yaml` can only be seen beside the region's other files."""
    if folder.staffing is not None:
        for location, text in _faults(folder, folder.staffing):
            yield Problem(FILE, reader.line(FILE, *location), text)


def _faults(folder: RegionFolder, staffing: Staffing) -> Iterator[tuple[_Location, str]]:
    for location, profession in _professions(staffing):
        if profession not in folder.national.professions:
            listed = ", ".join(folder.national.professions)
            yield location, f"{profession!r} is not a code of professions: {listed}"
    norms = Counter(norm.profession for norm in staffing.norms)
    for index, norm in enumerate(staffing.norms):
        if norms[norm.profession] > 1:
            yield ("norms", index, "profession"), f"{norm.profession} has more than one norm"
    seen = set()
    for index, agreed in enumerate(staffing.agreed):
        for key, text in _agreement_faults(folder, agreed):
            yield ("agreed", index, key), text
        if (agreed.year, agreed.scenario) in seen:
            yield ("agreed", index, "year"), f"posts of {agreed.year} within {agreed.scenario} are agreed already"
        seen.add((agreed.year, agreed.scenario))


def _professions(staffing: Staffing) -> Iterator[tuple[_Location, str]]:
    """Each profession that the file names, and where."""
    if staffing.volume is not None:
        yield from ((("volume", "professions", name), name) for name in staffing.volume.professions)
    yield from ((("norms", index, "profession"), norm.profession) for index, norm in enumerate(staffing.norms))
    for index, agreed in enumerate(staffing.agreed):
        yield from ((("agreed", index, "professions", name), name) for name in agreed.professions)


def _agreement_faults(folder: RegionFolder, agreed: AgreedPosts) -> Iterator[tuple[str, str]]:
    """Key and text: the agreement and the scenario are there, and the one is of the other."""
    agreements = {agreement.id: agreement for agreement in folder.agreements}
    if agreed.scenario not in {scenario.id for scenario in folder.scenarios}:
        yield "scenario", f"there is no scenario {agreed.scenario}"
    if agreed.agreement not in agreements:
        yield "agreement", f"there is no agreement {agreed.agreement}"
    elif agreements[agreed.agreement].scenario != agreed.scenario:
        text = f"agreement {agreed.agreement} is of scenario {agreements[agreed.agreement].scenario}"
        yield "scenario", text
