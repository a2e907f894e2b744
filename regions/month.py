"""A calendar month: the unit in which deliveries come and visits count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

_TEXT = re.compile(r"^(?!0000)([0-9]{4})-(0[1-9]|1[0-2])$")


@dataclass(frozen=True, order=True)
class Month:
    """A year and a month, written `2011-01`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2011-01`; raises ValueError for anything else."""
        found = _TEXT.fullmatch(text.strip())
        if not found:
            raise ValueError("a month is written YYYY-MM, such as 2011-01")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """The first day of the month."""
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> "Month":
        """The month so many months later (earlier, if negative)."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def until(self, last: "Month") -> Iterator["Month"]:
        """Each month from this one to the last, both included."""
        current = self
        while current <= last:
            yield current
            current = current.plus(1)

    @property
    def compact(self) -> str:
        """The month as it stands in file names: `201101`."""
        return f"{self.year:04d}{self.number:02d}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._coerce, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": _TEXT.pattern, "examples": ["2011-01"]}

    @classmethod
    def _coerce(cls, value: object) -> "Month":
        if isinstance(value, Month):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        raise ValueError("a month is written YYYY-MM, such as 2011-01")
