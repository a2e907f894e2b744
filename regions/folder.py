"""Reads a region's folder and says in plain words, with file and line, what is wrong with it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from regions import model as codes
from regions.errors import UsageError
from regions.model import Agreement, Basis, Model, MunicipalityCode, Principal, Publication, Region, Scenario
from regions.month import Month
from regions.parameters import ParameterFile, Parameters, ParameterValue, read_values
from regions.source import Coded, Source, VisitMapping

SHIPPED = Path(__file__).parent
NATIONAL = SHIPPED / "sweden"
_M = TypeVar("_M", bound=Model)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a folder."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


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

    @property
    def is_synthetic(self) -> bool:
        """Whether the region's deliveries are made up; then every figure says so."""
        return self.region.data == "synthetic"

    @cached_property
    def sources_by_id(self) -> Mapping[str, Source]:
        """The sources by their ids."""
        return {source.id: source for source in self.sources}

    def municipalities_of(self, source: Source) -> tuple[MunicipalityCode, ...]:
        """The serving municipalities that a source delivers for."""
        return source.municipalities or self.region.municipalities

    def expected(self, months: Sequence[Month]) -> Iterator[tuple[Source, Month]]:
        """Which source should deliver for which month."""
        for month in months:
            if self.region.expects(month):
                yield from ((source, month) for source in self.sources if source.expected(month))


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
    """Read a folder; all problems found, and the folder as far as it could be read."""
    reader = _Reader(path)
    region = reader.one("region.yaml", Region)
    publication = reader.one("publication.yaml", Publication)
    sources = reader.many("sources", Source)
    scenarios = reader.many("scenarios", Scenario)
    agreements = reader.many("agreements", Agreement)
    units = reader.table("units.csv", CareUnit)
    national = _Reader(NATIONAL)
    values = national.parameters() + reader.parameters()
    reader.problems += [replace(problem, file=f"{NATIONAL.name}/{problem.file}") for problem in national.problems]
    if region is None or publication is None or reader.problems:
        return None, sorted(reader.problems)
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
    )
    reader.problems.extend(_cross_checks(folder, reader))
    return folder, sorted(reader.problems)


def read_national() -> National:
    """Municipalities and professions of `regions/sweden`."""
    with (NATIONAL / "municipalities.csv").open(encoding="utf-8", newline="") as handle:
        municipalities = {
            row["municipality_code"]: (row["municipality_name"], row["county_code"]) for row in csv.DictReader(handle)
        }
    with (NATIONAL / "professions.csv").open(encoding="utf-8", newline="") as handle:
        professions = {row["profession"]: row["name_sv"] for row in csv.DictReader(handle)}
    return National(municipalities, professions)


class _Reader:
    """Reads files of one folder and keeps what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.raw: dict[str, bytes] = {}
        self._trees: dict[str, CommentedMap] = {}

    def one(self, name: str, kind: type[_M]) -> _M | None:
        """One YAML file as a model; None, and a problem noted, where it is wrong."""
        tree = self._tree(name)
        if tree is None:
            return None
        try:
            made = kind.model_validate(_plain(tree))
        except ValidationError as error:
            self.problems.extend(_in_words(name, tree, error))
            return None
        return made

    def many(self, folder: str, kind: type[_M]) -> tuple[_M, ...]:
        """Each YAML file of a folder; a file's name must be its id."""
        made = []
        for file in sorted((self.path / folder).glob("*.yaml")):
            name = f"{folder}/{file.name}"
            entry = self.one(name, kind)
            if entry is not None:
                made.append(entry)
                self._name_is_id(name, file.stem, entry)
        return tuple(made)

    def table(self, name: str, kind: type[_M]) -> tuple[_M, ...]:
        """A CSV file, each row as a model; an empty cell is a value left out."""
        content = self._text(name)
        if content is None:
            return ()
        made = []
        rows = csv.DictReader(io.StringIO(content, newline=""), restkey="a cell beyond the header")
        for row in rows:
            try:
                made.append(kind.model_validate({key: text for key, text in row.items() if text}))
            except ValidationError as error:
                self.problems.extend(Problem(name, rows.line_num, _words(fault)) for fault in error.errors())
        return tuple(made)

    def parameters(self) -> list[ParameterValue]:
        """All values of the folder's `parameters/`."""
        values: list[ParameterValue] = []
        for definition in self.many("parameters", ParameterFile):
            if definition.file and self._text(f"parameters/{definition.file}") is None:
                continue
            try:
                values += read_values(definition, self.path / "parameters")
            except ValueError as error:
                self.problems.append(Problem(f"parameters/{definition.id}.yaml", 1, str(error)))
        return values

    def line(self, name: str, *location: str | int) -> int:
        """The line of a file on which a key stands."""
        return _line(self._trees.get(name), location)

    def _name_is_id(self, name: str, stem: str, entry: Model) -> None:
        identifier = getattr(entry, "id", stem)
        if identifier != stem:
            self.problems.append(
                Problem(name, self.line(name, "id"), f"id is {identifier}, but the file is {stem}.yaml")
            )

    def _bytes(self, name: str) -> bytes | None:
        try:
            content = (self.path / name).read_bytes()
        except FileNotFoundError:
            self.problems.append(Problem(name, 1, "the file is missing"))
            return None
        self.raw[name] = content
        return content

    def _text(self, name: str) -> str | None:
        content = self._bytes(name)
        if content is None:
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.problems.append(Problem(name, line, "not written in UTF-8"))
            return None

    def _tree(self, name: str) -> CommentedMap | None:
        content = self._text(name)
        if content is None:
            return None
        try:
            tree = YAML(typ="rt").load(content)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(name, line, f"not readable as YAML: {error.problem}"))
            return None
        except YAMLError:
            self.problems.append(Problem(name, 1, "not readable as YAML: it holds a character that YAML forbids"))
            return None
        if not isinstance(tree, CommentedMap):
            self.problems.append(Problem(name, 1, "the file must hold keys and values"))
            return None
        self._trees[name] = tree
        return tree


def _plain(node: Any) -> Any:
    """A YAML tree without its comments, scalars as the models expect them."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, float):
        return str(node)
    return node


def _in_words(name: str, tree: CommentedMap, error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors():
        yield Problem(name, _line(tree, fault["loc"]), _words(fault))


def _words(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "the file"
    if fault["type"] == "missing":
        return f"{where} is missing"
    if fault["type"] == "extra_forbidden":
        return f"{where} is not a known key"
    return f"{where}: {str(fault['msg']).removeprefix('Value error, ')}"


def _line(tree: Any, location: Sequence[str | int]) -> int:
    """The line of the deepest part of the location that stands in the file."""
    line, node = 1, tree
    for part in location:
        try:
            position = node.lc.item(part) if isinstance(node, CommentedSeq) else node.lc.key(part)
            line, node = position[0] + 1, node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            continue  # a level that pydantic adds (the kind of a union) and the file doesn't have
    return line


def _cross_checks(folder: RegionFolder, reader: _Reader) -> Iterator[Problem]:
    """What can only be seen across files."""
    yield from _municipalities_exist(folder, reader)
    yield from _one_unit_a_day(folder)
    for source in folder.sources:
        name = f"sources/{source.id}.yaml"
        for location, text in _source_faults(folder, source):
            yield Problem(name, reader.line(name, *location), text)
    yield from _one_counting_source(folder, reader)
    yield from _boundaries(folder, reader)


def _municipalities_exist(folder: RegionFolder, reader: _Reader) -> Iterator[Problem]:
    for index, code in enumerate(folder.region.municipalities):
        known = folder.national.municipalities.get(code)
        if known is None or known[1] != folder.region.county_code:
            text = f"municipality {code} is not one of county {folder.region.county_code}"
            yield Problem("region.yaml", reader.line("region.yaml", "municipalities", index), text)
    for number, unit in enumerate(folder.units, 2):
        if unit.municipality_code not in folder.region.municipalities:
            yield Problem("units.csv", number, f"municipality {unit.municipality_code} is not one of the region's")


def _one_unit_a_day(folder: RegionFolder) -> Iterator[Problem]:
    """A code that means two units on one day would count a visit twice."""
    rows: dict[tuple[str, str], list[tuple[date, date, int]]] = defaultdict(list)
    for number, unit in enumerate(folder.units, 2):
        last = unit.valid_to or date.max
        if last < unit.valid_from:
            yield Problem("units.csv", number, f"valid_to {last} is before valid_from {unit.valid_from}")
        rows[unit.system, unit.local_code].append((unit.valid_from, last, number))
    for (system, code), spans in rows.items():
        for (_, last, other), (first, _, number) in pairwise(sorted(spans)):
            if first <= last:
                text = f"code {code} of system {system} is also the unit of line {other} on {first}"
                yield Problem("units.csv", number, text)


def _source_faults(folder: RegionFolder, source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    for code in source.municipalities:
        if code not in folder.region.municipalities:
            yield ("municipalities",), f"municipality {code} is not one of the region's"
    yield from _unknown_columns(source)
    for attribute, allowed in allowed_codes(folder.national).items():
        coded = getattr(source.visit, attribute)
        for target in sorted(_targets(coded) - set(allowed)):
            yield ("visit", attribute), f"{target!r} is not a code of {attribute}: {', '.join(allowed)}"
    needs_units = source.visit.care_unit is not None or source.visit.serving_municipality.from_unit
    if needs_units and not any(unit.system == source.system for unit in folder.units):
        yield ("visit",), f"units.csv has no units of system {source.system}"
    if source.visit.serving_municipality.from_unit and source.visit.care_unit is None:
        yield ("visit", "serving_municipality"), "from_unit needs care_unit"
    if source.visit.birth_date and "%y" in source.visit.birth_date.date_format:
        yield ("visit", "birth_date"), "a year of two digits (%y) doesn't tell the century of a birth"
    if source.visit.residence_municipality.from_unit:
        yield ("visit", "residence_municipality"), "from_unit tells where care is given, not where a person lives"


def _unknown_columns(source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    for attribute, column in mapped_columns(source.visit):
        if column not in source.columns:
            yield ("visit", attribute), f"column {column} is not listed under columns"


def mapped_columns(mapping: VisitMapping) -> Iterator[tuple[str, str]]:
    """Each canonical field and a column that it reads."""
    for attribute in VisitMapping.model_fields:
        entry = getattr(mapping, attribute)
        if isinstance(entry, BaseModel):
            for key in ("column", "date_column", "time_column"):
                if column := getattr(entry, key, None):
                    yield attribute, column
            for column in getattr(entry, "columns", ()):
                yield attribute, column


def allowed_codes(national: National) -> dict[str, tuple[str, ...]]:
    """The closed list of codes of each coded attribute of a visit."""
    return {
        "cancelled": ("yes", "no"),
        "care_form": codes.CARE_FORMS,
        "place": codes.PLACES,
        "living": codes.LIVINGS,
        "planned": codes.PLANNED,
        "provider_level": codes.PROVIDER_LEVELS,
        "sex": codes.SEXES,
        "professions": tuple(national.professions),
        **dict.fromkeys(codes.FLAGS, codes.YES_NO),
    }


def scenario_codes(folder: RegionFolder) -> dict[str, tuple[str, ...]]:
    """The codes that a scenario's conditions may name, by attribute of the visit; unknown is not among them.

    visit_kind is care form and planned in one word, as the boundary's wording goes.
    """
    others = ("cancelled", "professions")
    visit = {name: listed for name, listed in allowed_codes(folder.national).items() if name not in others}
    municipalities = (*folder.region.municipalities, codes.OUTSIDE_COUNTY)
    visit |= {
        "visit_kind": ("home_health_care", "planned_home_visit", "unplanned_home_visit"),
        "principal": tuple(Principal),
        "profession": tuple(folder.national.professions),
        "part_of_day": codes.PARTS_OF_DAY,
        "day_type": codes.DAY_TYPES,
        "age_group": codes.AGE_GROUPS,
        "residence_municipality_code": municipalities,
        "serving_municipality_code": municipalities,
        "care_unit_id": tuple({unit.hsa_id: None for unit in folder.units}),
    }
    return {name: tuple(code for code in listed if code != "unknown") for name, listed in sorted(visit.items())}


def _targets(entry: Any) -> set[str]:
    if entry is None:
        return set()
    found = set(entry.codes.values())
    if isinstance(entry, Coded):
        found |= {text for text in (entry.value, entry.empty if entry.column else None) if text}
    return found


def _one_counting_source(folder: RegionFolder, reader: _Reader) -> Iterator[Problem]:
    """One system counts per principal, municipality and month: CONTRACT, counting rules."""
    taken: dict[tuple[str, str, Month], str] = {}
    for source in (source for source in folder.sources if source.role == "counting"):
        for key in _counted(folder, source):
            other = taken.setdefault(key, source.id)
            if other != source.id:
                name = f"sources/{source.id}.yaml"
                text = f"counts municipality {key[1]} in {key[2]} as {other} does; make one of them role: control"
                yield Problem(name, reader.line(name, "valid"), text)
                break


def _counted(folder: RegionFolder, source: Source) -> Iterator[tuple[str, str, Month]]:
    for period in folder.region.periods:
        last = period.last or period.first
        for month in period.first.until(last):
            if source.expected(month):
                yield from ((source.principal, code, month) for code in folder.municipalities_of(source))


def _boundaries(folder: RegionFolder, reader: _Reader) -> Iterator[Problem]:
    scenarios = {scenario.id for scenario in folder.scenarios}
    for scenario in folder.scenarios:
        if scenario.extends and scenario.extends not in scenarios:
            name = f"scenarios/{scenario.id}.yaml"
            yield Problem(name, reader.line(name, "extends"), f"there is no scenario {scenario.extends}")
        yield from _conditions(folder, scenario, reader)
    for agreement in folder.agreements:
        if agreement.scenario not in scenarios:
            name = f"agreements/{agreement.id}.yaml"
            yield Problem(name, reader.line(name, "scenario"), f"there is no scenario {agreement.scenario}")


def _conditions(folder: RegionFolder, scenario: Scenario, reader: _Reader) -> Iterator[Problem]:
    """Each condition is on an attribute of the visit, and names codes of its list."""
    allowed = scenario_codes(folder)
    name = f"scenarios/{scenario.id}.yaml"
    for index, condition in enumerate(scenario.conditions):
        place = ("conditions", index)
        if condition.attribute not in allowed:
            text = f"visits have no attribute {condition.attribute}; they have {', '.join(allowed)}"
            yield Problem(name, reader.line(name, *place, "attribute"), text)
            continue
        for value in sorted(set(condition.is_in) - set(allowed[condition.attribute])):
            listed = ", ".join(allowed[condition.attribute])
            why = "is said by the key unknown" if value == "unknown" else f"is not a code of {condition.attribute}"
            yield Problem(name, reader.line(name, *place, "in"), f"{value!r} {why}: {listed}")
