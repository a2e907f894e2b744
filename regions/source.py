"""What a source is: `sources/<id>.yaml` – one system's feed of one subject.

The file says how deliveries come (`regions.transport`), how they are written (`regions.formats`), and
what their columns mean (`regions.fields`). Nothing is guessed: a file that is not what its source says is refused.
"""

from typing import Literal

from pydantic import Field

from regions.fields import VisitMapping
from regions.formats import DelimitedFormat, ExcelFormat
from regions.model import Basis, Identifier, Model, MonthSpan, MunicipalityCode, Principal
from regions.month import Month
from regions.transport import FolderTransport


class Due(Model):
    """The day of the month after, by which the delivery should have come."""

    day: int = Field(ge=1, le=31)
    months_after: int = Field(default=1, ge=0, le=12)


class Source(Model):
    """One system's feed of one subject."""

    id: Identifier
    system: Identifier
    title_sv: str
    supplier_sv: str
    subject: Literal["visits"]
    principal: Principal
    municipalities: tuple[MunicipalityCode, ...] = Field(
        default=(), description="Serving municipalities; none listed: all of the region's."
    )
    role: Literal["counting", "control"] = "counting"
    required: bool
    delivers: Literal["whole_month", "changes"]
    valid: tuple[MonthSpan, ...] = Field(min_length=1)
    due: Due = Due(day=5)
    basis: Basis
    note_sv: str = ""
    transport: FolderTransport
    format: DelimitedFormat | ExcelFormat = Field(discriminator="kind")
    columns: tuple[str, ...] = Field(min_length=1, description="Every column that a file must have, in any order.")
    visit: VisitMapping

    def expected(self, month: Month) -> bool:
        """Whether the source delivers for the month."""
        return any(span.holds(month) for span in self.valid)
