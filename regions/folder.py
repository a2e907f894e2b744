"""Reads a region's folder and says in plain words, with file and line, what is wrong with it."""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from regions import model as codes
from regions.agreement import Agreement
from regions.checks import cross_checks
from regions.costs import FILE as COSTS_FILE
from regions.costs import Costs
from regions.errors import UsageError
from regions.model import Basis, Model, MunicipalityCode, Publication, Region, Scenario
from regions.month import Month
from regions.parameters import Parameters, ParameterValue
from regions.reader import FolderReader, Problem
from regions.source import SOURCE, VISITS, Source, VisitSource
from regions.staffing import FILE as STAFFING_FILE
from regions.staffing import Staffing
from regions.targets import Target, target_problems

SHIPPED = Path(__file__).parent
NATIONAL = SHIPPED / "sweden"


class CareUnit(Model):
    """A row of `units.csv`: a care unit (HSA-id), its municipality and its code in a system, with validity."""

    hsa_id: str
    name: str
    kind: str
    municipality_code: MunicipalityCode
    system: str
    local_code: str
    valid_from: date
    valid_to: date | None = None
    basis: Basis


@dataclass(frozen=True)
class National:
    """What holds for the whole country: municipalities and professions."""

    municipalities: Mapping[str, tuple[str, str]]
    """Municipality code → (name, county code)."""
    professions: Mapping[str, str]
    """Profession code → Swedish name."""

    def name(self, municipality_code: str) -> str:
        """A municipality's name, as people write it."""
        special = {codes.OUTSIDE_COUNTY: "Utanför länet", codes.UNKNOWN_MUNICIPALITY: "Okänd", "all": "Alla"}
        return special.get(municipality_code) or self.municipalities[municipality_code][0]


@dataclass(frozen=True)
class RegionFolder:
    """All that a region's folder says, read and checked."""

    path: Path
    region: Region
    publication: Publication
    sources: tuple[Source, ...]
    units: tuple[CareUnit, ...]
    scenarios: tuple[Scenario, ...]
    agreements: tuple[Agreement, ...]
    parameters: Parameters
    national: National
    files: Mapping[str, bytes] = field(repr=False, default_factory=dict)
    targets: tuple[Target, ...] = ()
    staffing: Staffing | None = None
    """What posts are reckoned from; None where the region has no `staffing.yaml`."""
    costs: Costs | None = None
    """What the activity's net cost is made of; None where the region has no `costs.yaml`."""

    @property
    def is_synthetic(self) -> bool:
        """Whether the region's deliveries are made up; then every figure says so."""
        return self.region.data == "synthetic"

    @cached_property
    def sources_by_id(self) -> Mapping[str, Source]:
        """The sources by their ids."""
        return {source.id: source for source in self.sources}

    @cached_property
    def visit_sources(self) -> tuple[VisitSource, ...]:
        """The sources of visits."""
        return tuple(source for source in self.sources if isinstance(source, VisitSource))

    @cached_property
    def record_subjects(self) -> tuple[str, ...]:
        """The subjects other than visits that the region has sources of."""
        return tuple(sorted({source.subject for source in self.sources} - {VISITS}))

    def municipalities_of(self, source: Source) -> tuple[MunicipalityCode, ...]:
        """The serving municipalities that a source delivers for."""
        return source.municipalities or self.region.municipalities

    def expected(self, months: Sequence[Month]) -> Iterator[tuple[Source, Month]]:
        """Which source should deliver for which month; official statistics are not waited for."""
        waited = [source for source in self.sources if source.transport.feed == "monthly"]
        for month in months:
            if self.region.expects(month):
                yield from ((source, month) for source in waited if source.expected(month))


def shipped_regions() -> list[str]:
    """The ids of the regions in this package."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/region.yaml") if not path.parent.name.startswith("_"))


def find_folder(name_or_path: str) -> Path:
    """The folder of a shipped region, or any folder on disk; UsageError where there is none."""
    for candidate in (SHIPPED / name_or_path, Path(name_or_path)):
        if (candidate / "region.yaml").is_file():
            return candidate.resolve()
    raise UsageError(
        f"There is no region {name_or_path!r}: no folder of that name holds a region.yaml.",
        where=f"shipped: {', '.join(shipped_regions())}; or a path to a folder",
        todo="Correct the name, or make a new folder with: hemvard init DIR",
    )


def load_region(name_or_path: str) -> RegionFolder:
    """The region, or a UsageError that lists every problem of its folder."""
    folder, problems = check_region(find_folder(name_or_path))
    if folder is None or problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(
            f"The folder of region {name_or_path} is not right ({len(problems)} problem(s)):\n{listed}",
            todo=f"Correct the lines above; `hemvard check {name_or_path}` shows them again.",
        )
    return folder


def check_region(path: Path) -> tuple[RegionFolder | None, list[Problem]]:
    """Read a folder; all problems found, and the folder as far as it could be read.

    A folder whose files are those of the last time is not read again: YAML with its lines takes a second.
    """
    folder, problems = _checked(path, _content(path), NATIONAL, _content(NATIONAL))
    return folder, list(problems)


def _content(path: Path) -> bytes:
    """A hash of a folder's files by name and bytes."""
    digest = hashlib.sha256()
    for file in sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".csv") and file.is_file()):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(path)}\0{len(content)}\0".encode() + content)
    return digest.digest()


@lru_cache(maxsize=8)
def _checked(
    path: Path, _files: bytes, national_path: Path, national_files: bytes
) -> tuple[RegionFolder | None, tuple[Problem, ...]]:
    """Read a folder; called again for other content alone."""
    reader = FolderReader(path)
    region = reader.one("region.yaml", Region)
    publication = reader.one("publication.yaml", Publication)
    sources = reader.many("sources", SOURCE)
    scenarios = reader.many("scenarios", Scenario)
    agreements = reader.many("agreements", Agreement)
    targets = reader.many("targets", Target)
    units = reader.table("units.csv", CareUnit)
    staffing = reader.one(STAFFING_FILE, Staffing) if (path / STAFFING_FILE).is_file() else None
    costs = reader.one(COSTS_FILE, Costs) if (path / COSTS_FILE).is_file() else None
    national = _national(national_path, national_files)
    sources += national.sources
    values = [*national.values, *reader.parameters()]
    reader.problems += national.problems
    if region is None or publication is None or reader.problems:
        return None, tuple(sorted(reader.problems))
    folder = RegionFolder(
        path,
        region,
        publication,
        sources,
        units,
        scenarios,
        agreements,
        Parameters(values),
        read_national(),
        reader.raw,
        targets=targets,
        staffing=staffing,
        costs=costs,
    )
    reader.problems.extend(cross_checks(folder, reader))
    reader.problems.extend(target_problems(targets, region, reader))
    return folder, tuple(sorted(reader.problems))


@dataclass(frozen=True)
class _NationalFolder:
    """What `regions/sweden` gives to every region."""

    sources: tuple[Source, ...]
    values: tuple[ParameterValue, ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=2)
def _national(path: Path, _files: bytes) -> _NationalFolder:
    reader = FolderReader(path)
    sources, values = reader.many("sources", SOURCE), tuple(reader.parameters())
    problems = tuple(replace(problem, file=f"{path.name}/{problem.file}") for problem in reader.problems)
    return _NationalFolder(sources, values, problems)


def read_national() -> National:
    """Municipalities and professions of `regions/sweden`."""
    with (NATIONAL / "municipalities.csv").open(encoding="utf-8", newline="") as handle:
        municipalities = {
            row["municipality_code"]: (row["municipality_name"], row["county_code"]) for row in csv.DictReader(handle)
        }
    with (NATIONAL / "professions.csv").open(encoding="utf-8", newline="") as handle:
        professions = {row["profession"]: row["name_sv"] for row in csv.DictReader(handle)}
    return National(municipalities, professions)
