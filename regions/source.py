"""What a source is: `sources/<id>.yaml` – one system's feed of one subject.

The file says how deliveries come (`regions.transport`), how they are written (`regions.formats`), and
what their columns mean (`regions.fields`). Nothing is guessed: a file that is not what its source says is refused.
"""

from datetime import date
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, create_model, model_validator

from regions.contracts import CONTRACTS, Contract
from regions.errors import UsageError
from regions.fields import MAPPINGS, RecordMapping, VisitMapping
from regions.formats import AnyFormat, FileFormat
from regions.model import Basis, Identifier, Model, MonthSpan, MunicipalityCode, Principal
from regions.month import Month
from regions.official import KoladaTransport, PxWebTransport
from regions.transport import AnyTransport, NamedFiles

VISITS = "visits"


class Due(Model):
    """The day of the month after, by which the delivery should have come."""

    day: int = Field(ge=1, le=31)
    months_after: int = Field(default=1, ge=0, le=12)


class DaySpan(Model):
    """Days from and to, both included; open where one is left out."""

    first: date = Field(default=date.min, alias="from")
    last: date = Field(default=date.max, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends ({self.last}) before it begins ({self.first})")
        return self


class Source(Model):
    """One system's feed of one subject: `VisitSource` or `RecordSource`."""

    id: Identifier
    system: Identifier
    title_sv: str
    supplier_sv: str
    subject: str
    principal: Principal
    municipalities: tuple[MunicipalityCode, ...] = Field(
        default=(), description="Serving municipalities; none listed: all of the region's."
    )
    role: Literal["counting", "control"] = "counting"
    counts: DaySpan = Field(
        default=DaySpan(), description="Days on which its rows count, where one system follows another within a month."
    )
    required: bool
    delivers: Literal["whole_month", "changes"]
    valid: tuple[MonthSpan, ...] = Field(min_length=1)
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=tuple(range(1, 13)), description="The months of the year for which it delivers."
    )
    due: Due = Due(day=5)
    basis: Basis
    note_sv: str = ""
    transport: AnyTransport | PxWebTransport | KoladaTransport = Field(discriminator="kind")
    format: AnyFormat = Field(discriminator="kind")
    columns: tuple[str, ...] = Field(min_length=1, description="Every column that a file must have, in any order.")

    @property
    def named_files(self) -> NamedFiles:
        """How its files are named; UsageError where its deliveries are no files."""
        if not isinstance(self.transport, NamedFiles):
            raise UsageError(
                f"The deliveries of {self.id} are no files with names of their own.",
                where=f"sources/{self.id}.yaml",
                todo=f"A transport of the kind {self.transport.kind} has no file_name; use one of files here.",
            )
        return self.transport

    def expected(self, month: Month) -> bool:
        """Whether the source delivers for the month."""
        return month.number in self.months and any(span.holds(month) for span in self.valid)


class VisitSource(Source):
    """A feed of visits."""

    subject: Literal["visits"]
    format: FileFormat = Field(discriminator="kind")
    visit: VisitMapping


class RecordSource(Source):
    """A feed of another subject; `fields` is the mapping that its contract asks for."""

    fields: RecordMapping

    @property
    def contract(self) -> Contract:
        """The canonical contract of its subject."""
        return CONTRACTS[self.subject]


def _source_of(subject: str) -> Any:
    name = f"{subject.title().replace('_', '')}Source"
    fields: dict[str, Any] = {"subject": (Literal[subject], ...), "fields": (MAPPINGS[subject], ...)}
    return create_model(name, __base__=RecordSource, __doc__=CONTRACTS[subject].en, **fields)


_KINDS: Any = reduce(or_, (_source_of(subject) for subject in CONTRACTS), VisitSource)
SOURCE: TypeAdapter[Source] = TypeAdapter(Annotated[_KINDS, Field(discriminator="subject")])
"""Reads a source of any subject."""
