"""How a source's deliveries come: the kinds of `transport` in `sources/<id>.yaml`."""

import re
from typing import Literal

from pydantic import field_validator

from regions.model import Model
from regions.month import Month

_TOKEN = re.compile(r"\{(month|version)\}")


class FolderTransport(Model):
    """Files laid in the inbox folder of the source.

    `file_name` is a pattern with `{month}` (YYYYMM) and, where the supplier numbers its deliveries,
    `{version}` (digits; a creation time such as 20110203061500 will do): the higher is the newer.
    """

    kind: Literal["folder"] = "folder"
    file_name: str

    @field_validator("file_name")
    @classmethod
    def _has_a_month(cls, pattern: str) -> str:
        if pattern.count("{month}") != 1 or pattern.count("{version}") > 1:
            raise ValueError("file_name needs {month} once, and {version} at most once")
        if "/" in pattern or "\\" in pattern:
            raise ValueError("file_name is a name, not a path")
        return pattern

    def read_name(self, name: str) -> tuple[Month, int] | None:
        """Month and version that a file's name states; None where the name isn't of this pattern."""
        parts = _TOKEN.split(self.file_name)
        digits = {"month": r"(?P<month>[0-9]{6})", "version": r"(?P<version>[0-9]{1,18})"}
        expression = "".join(digits[part] if index % 2 else re.escape(part) for index, part in enumerate(parts))
        found = re.fullmatch(expression, name)
        if not found:
            return None
        try:
            month = Month.parse(f"{found['month'][:4]}-{found['month'][4:]}")
        except ValueError:
            return None
        return month, int(found.groupdict().get("version") or 0)

    def make_name(self, month: Month, version: int) -> str:
        """The name of a delivery's file."""
        return self.file_name.replace("{month}", month.compact).replace("{version}", str(version))
