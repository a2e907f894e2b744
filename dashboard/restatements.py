"""What is another figure than in the last release: the figures of the first page, and how many others, by cause."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.published import Published

TABLE = "meta.restatements"
_STATUS = "status"


@dataclass(frozen=True)
class RestatementRow:
    """A row of the query `restatements`; `row_key` names the row: its key's column=value, with commas between."""

    table_name: str
    row_key: str
    column_name: str
    cause: str
    value_before: Decimal | None
    value_after: Decimal | None
    change: Decimal | None

    @property
    def key(self) -> dict[str, str]:
        """The row's key by column."""
        return dict(part.split("=", 1) for part in self.row_key.split(", ") if "=" in part)

    @property
    def figure(self) -> tuple[str, str, str]:
        """The figure that it is about."""
        return self.table_name, self.row_key, self.column_name


@dataclass(frozen=True)
class Sought:
    """A figure of the first page: its name in words, its table and column, its row, and how it is written."""

    name: str
    table_name: str
    column_name: str
    key: dict[str, str]
    decimals: int = 0
    per: int = 1


@dataclass(frozen=True)
class Restated:
    """A figure of the first page that isn't what it was, in the unit that it is written in, and why."""

    name: str
    before: Decimal
    after: Decimal
    decimals: int
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Restatements:
    """What changed since the last release; `is_first` where there was none."""

    is_first: bool
    figures: tuple[Restated, ...]
    others: int
    causes: tuple[tuple[str, int], ...]
    """How many figures each cause changed, the most first."""


def read_restatements(source: Published, sought: Sequence[Sought]) -> Restatements:
    """What changed of a release's figures; nothing where it doesn't tell."""
    rows = source.rows("restatements", RestatementRow) if source.has(TABLE) else []
    rows = [row for row in rows if row.column_name != _STATUS]
    figures = tuple(found for one in sought if (found := _restated(one, rows)))
    every = {row.figure for row in rows}
    causes = Counter(cause for row in rows for cause in row.cause.split("+"))
    return Restatements(
        not source.rows("earlier_tables", str),
        figures,
        len(every) - len(figures),
        tuple(sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _restated(sought: Sought, rows: Sequence[RestatementRow]) -> Restated | None:
    of_column = [row for row in rows if (row.table_name, row.column_name) == (sought.table_name, sought.column_name)]
    found = [row for row in of_column if sought.key.items() <= row.key.items()]
    first = next(iter(found), None)
    if first is None or first.value_before is None or first.value_after is None:
        return None
    causes = dict.fromkeys(cause for row in found for cause in row.cause.split("+"))
    before, after = first.value_before / sought.per, first.value_after / sought.per
    return Restated(sought.name, before, after, sought.decimals, tuple(causes))
