"""Lists of diagnoses that indicators count: `sweden/diagnoses/*.csv`, each code with its validity and its source."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from regions.errors import UsageError
from regions.model import Identifier, Model
from regions.reader import FolderReader

DIAGNOSES = Path(__file__).parent / "sweden" / "diagnoses"
DiagnosisRow = tuple[str, str, date, date | None]
_Text = Annotated[str, StringConstraints(min_length=1)]


class ListedDiagnosis(Model):
    """A code of a list: every diagnosis in ICD-10-SE that begins with `prefix` (without a point), on those days."""

    list_id: Identifier
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}[0-9A-Z]{0,3}$")]
    title_sv: _Text
    illness_sv: _Text
    valid_from: date
    valid_to: date | None = None
    basis: Literal["official", "derived", "illustrative"]
    source: _Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to ({self.valid_to}) is before valid_from ({self.valid_from})")
        return self


@cache
def diagnosis_rows(folder: Path = DIAGNOSES) -> tuple[DiagnosisRow, ...]:
    """(list_id, prefix, valid_from, valid_to) of every list, in order.

    Raises UsageError, with file and line, where a list is wrong.
    """
    reader = FolderReader(folder)
    listed = [entry for file in sorted(folder.glob("*.csv")) for entry in reader.table(file.name, ListedDiagnosis)]
    if reader.problems:
        told = "\n".join(f"  {problem}" for problem in reader.problems)
        raise UsageError(f"The lists of diagnoses are not right:\n{told}", todo="Correct the files named.")
    listed.sort(key=lambda entry: (entry.list_id, entry.prefix, entry.valid_from))
    return tuple((entry.list_id, entry.prefix, entry.valid_from, entry.valid_to) for entry in listed)
