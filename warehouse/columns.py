"""What a table and a column are, and the short ways of writing one down: for the modules that list the tables."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["key", "persons", "additive", "ratio", "open"]
MONEY = "DECIMAL(18,2)"


@dataclass(frozen=True)
class Column:
    """A column; `volatile` ones (times of a run) are outside the canonical hash."""

    name: str
    type: str
    role: Role
    sv: str
    en: str
    unit: str = ""
    volatile: bool = False


@dataclass(frozen=True)
class Table:
    """A table; `dimensions` are the key columns that a margin may show or leave as `all`."""

    name: str
    sv: str
    en: str
    columns: tuple[Column, ...]
    dimensions: tuple[str, ...] = ()
    partition: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return self.names("key")

    def names(self, *roles: Role) -> tuple[str, ...]:
        """The names of the columns of these roles; of all columns where no role is given."""
        return tuple(column.name for column in self.columns if not roles or column.role in roles)


def key(name: str, type_: str, sv: str, en: str, unit: str = "") -> Column:
    """A column of the key."""
    return Column(name, type_, "key", sv, en, unit)


def opened(name: str, type_: str, sv: str, en: str, unit: str = "", *, volatile: bool = False) -> Column:
    """A column that may be read whatever the number of persons."""
    return Column(name, type_, "open", sv, en, unit, volatile)


def persons(name: str, sv: str, en: str) -> Column:
    """Distinct persons behind the row."""
    return Column(name, "BIGINT", "persons", sv, en, "persons")


def count(name: str, sv: str, en: str, unit: str) -> Column:
    """A whole number that goes with those persons."""
    return Column(name, "BIGINT", "additive", sv, en, unit)


def amount(name: str, sv: str, en: str) -> Column:
    """Counts, kronor or posts: what an indicator's definition says."""
    return Column(name, "DECIMAL(18,4)", "additive", sv, en, "by_definition")


def ratio(name: str, sv: str, en: str, unit: str) -> Column:
    """A number computed from such."""
    return Column(name, "DOUBLE", "ratio", sv, en, unit)


STATUS = opened(
    "status",
    "VARCHAR",
    "ok, protected (skyddad: för få personer), preliminary (underlag saknas ännu), missing, not_applicable",
    "ok, protected (too few persons), preliminary (input still missing), missing, not_applicable",
)
