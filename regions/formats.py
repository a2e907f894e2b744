"""How a source's deliveries are written: the kinds of `format` in `sources/<id>.yaml`.

Nothing is guessed: a file that is not what its source says is refused.
"""

import codecs
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from regions.model import Model

_NO_FILES = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
"""Python's codecs of text that no file is written in."""


class Format(Model):
    """What every kind has in common: how the file is packed, and how large it may be when unpacked."""

    packed: Literal["none", "gzip", "zip"] = "none"
    member: str | None = Field(
        default=None, min_length=1, description="The name of the file in a zip, without folders; none: its only file."
    )
    max_mib: int = Field(default=2048, ge=1, description="The largest file that is read, unpacked, in MiB.")

    @model_validator(mode="after")
    def _member_of_a_zip(self) -> Self:
        if self.member is not None and self.packed != "zip":
            raise ValueError("member names a file in a zip; it needs packed: zip")
        return self


class DelimitedFormat(Format):
    """Delimited text, a line a row; with a header row, or without one (`header: false`).

    Without a header, `columns` of the source are the file's columns, all of them and in order.
    `trailing_separator`: every row ends with a separator; the header may.
    """

    kind: Literal["delimited"] = "delimited"
    encoding: str
    separator: Annotated[str, Field(min_length=1, max_length=1)]
    quote: Annotated[str, Field(max_length=1)] = '"'
    header: bool = True
    trailing_separator: bool = False

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            codec = codecs.lookup(name).name
            _ = "a".encode(name)
        except (LookupError, UnicodeError, ValueError):
            codec = "undefined"
        if codec in _NO_FILES:
            raise ValueError(f"{name!r} is no encoding of text; such are utf-8, latin-1, cp1252, utf-16, cp850")
        return name

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if set("\r\n\0") & {self.separator, self.quote}:
            raise ValueError("separator and quote can't be a line end or NUL")
        if self.separator == self.quote:
            raise ValueError("separator and quote must differ")
        if not self.quote.isascii():
            raise ValueError("quote must be an ASCII sign, or empty where nothing is quoted")
        return self


class ExcelFormat(Format):
    """One sheet of an Excel workbook (xlsx), headers in its first row with content."""

    kind: Literal["excel"] = "excel"
    sheet: str


class ParquetFormat(Format):
    """A Parquet file, its columns text or of a type that is written as text without loss."""

    kind: Literal["parquet"] = "parquet"


class JsonStatFormat(Format):
    """Answers of a PxWeb v2 interface: json-stat2 documents, one after the other.

    A row is a cell; its columns are the table's variables, then `value` and `status`. With `columns_of` the
    codes of one variable are columns of their own instead (and `<code> status` beside each).
    """

    kind: Literal["json_stat"] = "json_stat"
    columns_of: str | None = Field(default=None, description="The variable whose codes are columns.")
    year_day: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = Field(
        default=None, description="Month and day that a year's values refer to: adds a column date, such as 2024-12-31."
    )


class KoladaFormat(Format):
    """Answers of Kolada v3: pages, one after the other.

    A row is a value; its columns are kpi, municipality, period, gender, value, count and status.
    """

    kind: Literal["kolada"] = "kolada"


FileFormat = DelimitedFormat | ExcelFormat | ParquetFormat
AnyFormat = FileFormat | JsonStatFormat | KoladaFormat
