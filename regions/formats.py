"""How a source's deliveries are written: the kinds of `format` in `sources/<id>.yaml`.

Nothing is guessed: a file that is not what its source says is refused.
"""

from typing import Annotated, Literal

from pydantic import Field

from regions.model import Model


class DelimitedFormat(Model):
    """Delimited text with a header row."""

    kind: Literal["delimited"] = "delimited"
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"]
    separator: Annotated[str, Field(min_length=1, max_length=1)]
    quote: Annotated[str, Field(max_length=1)] = '"'


class ExcelFormat(Model):
    """One sheet of an Excel workbook (xlsx), headers in its first row."""

    kind: Literal["excel"] = "excel"
    sheet: str
