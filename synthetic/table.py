"""A small table of numpy columns: what the generator works on. Coded columns hold positions in `CODES`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regions import model

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]

FLAGS = (*model.FLAGS, "cancelled")
PROFESSIONS = (
    "unknown",
    "district_nurse",
    "nurse",
    "assistant_nurse",
    "occupational_therapist",
    "physiotherapist",
    "dietitian",
    "doctor",
    "psychologist",
    "counsellor",
    "speech_therapist",
    "other",
)
CODES: dict[str, tuple[str, ...]] = {
    "care_form": model.CARE_FORMS,
    "place": model.PLACES,
    "living": model.LIVINGS,
    "planned": model.PLANNED,
    "provider_level": model.PROVIDER_LEVELS,
    "sex": model.SEXES,
    **dict.fromkeys(FLAGS, model.YES_NO),
}


def code(attribute: str, name: str) -> int:
    """The position of a code."""
    return CODES[attribute].index(name)


@dataclass(frozen=True)
class Table:
    """Columns of one length."""

    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def take(self, rows: Array) -> "Table":
        """The rows of a selection (positions or booleans)."""
        return Table({name: column[rows] for name, column in self.columns.items()})

    def with_columns(self, **columns: Any) -> "Table":
        """The table with columns added or replaced; a single value stands for all rows."""
        full = {name: np.full(len(self), value) if np.ndim(value) == 0 else value for name, value in columns.items()}
        return Table(self.columns | full)


def stacked(tables: list[Table]) -> Table:
    """Tables with the same columns, one after the other."""
    return Table({name: np.concatenate([table[name] for table in tables]) for name in tables[0].columns})


def groups(*keys: Array) -> Iterator[tuple[tuple[int, ...], Rows]]:
    """Each combination of the keys that occurs, ascending, and its rows in their order."""
    order = np.lexsort(keys[::-1])
    if not len(order):
        return
    sorted_keys = [key[order] for key in keys]
    changed = np.zeros(len(order), dtype=bool)
    changed[0] = True
    for key in sorted_keys:
        changed[1:] |= key[1:] != key[:-1]
    starts = np.flatnonzero(changed)
    for rows, start in zip(np.split(order, starts[1:]), starts, strict=True):
        yield tuple(int(key[start]) for key in sorted_keys), rows


def choose(rng: np.random.Generator, shares: dict[str, float], names: tuple[str, ...], count: int) -> Array:
    """Positions in names, drawn by shares."""
    weights = np.array(list(shares.values()))
    drawn = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(count), side="right")
    positions = np.array([names.index(name) for name in shares], dtype=np.int8)
    picked: Array = positions[np.minimum(drawn, len(positions) - 1)]
    return picked
