"""The indicators' definitions, each a YAML file with its SQL beside it, and the models made of them.

An indicator's SQL gives contributions: what each person adds to numerator and denominator in a window. The frame
(`models/indicators/frame.sql`), which is the same for all, makes of them areas, groups, values and intervals.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from regions.errors import UsageError
from regions.model import Identifier, Model
from regions.reader import FolderReader, Problem
from warehouse import model_files

INDICATORS = model_files.MODELS / "indicators"
FRAME = model_files.text_of("indicators/frame")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Kind = Literal[
    "share_of_persons", "share_of_visits", "ratio", "rate_of_persons", "rate_of_events", "quotient", "external"
]
RATES = ("rate_of_persons", "rate_of_events")
SHARES = ("share_of_persons", "share_of_visits")


class Ages(Model):
    """Ages in whole years, both included; `to` is open where it is left out."""

    first: Annotated[int, Field(alias="from", ge=0)]
    last: Annotated[int | None, Field(alias="to", ge=0)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"ends ({self.last}) before it begins ({self.first})")
        return self


class Comparison(Model):
    """An official key figure to stand beside ours: its id at Kolada, and its factor to our unit."""

    kolada: Annotated[str, StringConstraints(pattern=r"^[NU]\d{5}$")]
    times: Annotated[Decimal, Field(gt=0)]


class Definition(Model):
    """An indicator's definition: the columns of `indicators.definitions`, and what the frame needs beside them.

    `population` and `per` belong to rates: persons or events per so many inhabitants of those ages. `counts_persons`
    says which side of a ratio or quotient is a number of persons, each counted once in a row's area and group.
    """

    indicator_id: Identifier
    version: Annotated[int, Field(ge=1)]
    valid_from: date
    valid_to: date | None
    title_sv: Text
    title_en: Text
    denominator: Text
    exclusions: Text
    numerator: Text
    kind: Kind
    unit: Identifier
    level: Literal["structure", "process", "outcome"]
    applies_from: date | None
    direction: Literal["lower", "higher", "none"]
    source: Text
    reference: Text
    limits: Text
    population: Ages | None = None
    per: Annotated[int, Field(ge=1)] = 1
    standardised: bool = False
    counts_persons: Literal["numerator", "denominator"] | None = None
    compare: Comparison | None = None

    @model_validator(mode="after")
    def _validity_in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to ({self.valid_to}) is before valid_from ({self.valid_from})")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind in RATES) != (self.population is not None) and self.is_computed:
            raise ValueError("population belongs to a rate, and a rate needs it")
        if self.kind not in RATES and self.is_computed and (self.per != 1 or self.standardised):
            raise ValueError("per and standardised belong to a rate")
        if self.counts_persons and self.kind not in ("ratio", "quotient"):
            raise ValueError("counts_persons belongs to a ratio or a quotient")
        if not self.is_computed and self.compare is None:
            raise ValueError("an external indicator must say which figure it is (compare)")
        return self

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        if self.kind in SHARES and self.unit != "share":
            raise ValueError(f"the unit of a {self.kind} is share")
        if self.kind in RATES and self.unit != ("share" if self.per == 1 else f"per_{self.per}"):
            raise ValueError(f"the unit {self.unit} does not fit per: {self.per}")
        return self

    @property
    def is_computed(self) -> bool:
        """Whether it is computed from deliveries; an external one is only read."""
        return self.kind != "external"

    @property
    def stem(self) -> str:
        """The name of its files: the id, from the second version on with the version."""
        return self.indicator_id if self.version == 1 else f"{self.indicator_id}_v{self.version}"

    @property
    def model_name(self) -> str:
        """Its model's name, as in the ledger."""
        return f"indicators/{self.stem}"

    @property
    def sql(self) -> str:
        """The SQL of its contributions, with the queries that it shares with others."""
        return model_files.composed(self.model_name)


@cache
def definitions(folder: Path = INDICATORS) -> tuple[Definition, ...]:
    """Every definition, by id and version; UsageError that says file, line and what is wrong."""
    reader = FolderReader(folder)
    found = {}
    for file in sorted(folder.glob("*.yaml")):
        entry = reader.one(file.name, Definition)
        if entry is not None:
            found[file.name] = entry
            reader.problems += _faults(file, entry)
    ordered = sorted(found.values(), key=lambda entry: (entry.indicator_id, entry.version))
    problems = [*reader.problems, *_overlaps(ordered)]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in sorted(problems))
        raise UsageError(f"The indicators' definitions are not right:\n{listed}", todo="Correct the files named.")
    return tuple(ordered)


def _faults(file: Path, entry: Definition) -> list[Problem]:
    problems = []
    if file.stem != entry.stem:
        problems.append(Problem(file.name, 1, f"by its indicator_id and version the file is {entry.stem}.yaml"))
    if entry.is_computed != file.with_suffix(".sql").exists():
        text = "its SQL is missing" if entry.is_computed else "an external indicator has no SQL"
        problems.append(Problem(file.name, 1, f"{text}: {file.stem}.sql"))
    return problems


def _overlaps(ordered: Sequence[Definition]) -> list[Problem]:
    """Versions of an indicator that are valid on the same day."""
    return [
        Problem(f"{later.stem}.yaml", 1, f"version {later.version} begins before version {earlier.version} ends")
        for earlier, later in pairwise(ordered)
        if earlier.indicator_id == later.indicator_id
        and (earlier.valid_to is None or earlier.valid_to >= later.valid_from)
    ]


def composed(definition: Definition) -> str:
    """The whole SQL of an indicator's model: the frame over its contributions."""
    return f"WITH contributions AS (\n{definition.sql}\n)\n{FRAME}"


def bound(definition: Definition) -> Mapping[str, object]:
    """The values of the frame's parameters that are the definition's own."""
    ages = definition.population
    return {
        "indicator_id": definition.indicator_id,
        "version": definition.version,
        "kind": definition.kind,
        "per": definition.per,
        "population_from": ages.first if ages else None,
        "population_to": ages.last if ages else None,
        "valid_from": definition.valid_from,
        "valid_to": definition.valid_to,
        "applies_from": definition.applies_from,
        "standardised": definition.standardised,
        "counts_persons": definition.counts_persons,
    }
