"""Cells: from what a row holds to the text that a system writes, a column at a time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from regions.fields import Cell
from synthetic.table import PROFESSIONS, Array


def lookup(positions: Array, texts: Sequence[str]) -> pa.Array:
    """The text at each position; null for an empty one and for positions below 0."""
    dictionary = pa.array([text or None for text in texts], pa.string())
    return dictionary.take(pa.array(positions, pa.int64(), mask=positions < 0))


def instead(texts: pa.Array, where: Array, others: pa.Array) -> pa.Array:
    """The texts, and where it says so the others."""
    return pc.if_else(pa.array(where), others, texts) if where.any() else texts


def blank(texts: pa.Array, where: Array) -> pa.Array:
    """The texts, and where it says so nothing."""
    return instead(texts, where, pa.nulls(len(texts), pa.string()))


def formatted(moments: Array, pattern: str) -> pa.Array:
    """Moments by a pattern such as %Y-%m-%d; each different one is formatted once."""
    different, positions = np.unique(moments.astype("datetime64[m]"), return_inverse=True)
    return lookup(positions, [moment.strftime(pattern) for moment in different.astype(object)])


def in_utc(local: Array) -> Array:
    """Swedish time as coordinated universal time; the hour that spring skips is moved on."""
    times = pd.DatetimeIndex(local).tz_localize(
        "Europe/Stockholm", ambiguous=np.zeros(len(local), dtype=bool), nonexistent="shift_forward"
    )
    moments: Array = times.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[m]")
    return moments


def column_of(entry: Cell) -> str:
    """The column that a field stands in; what an expression reads can't be written from its value."""
    if entry.column is None:
        raise ValueError("synthetic deliveries can't be made for a field that is read by an expression")
    return entry.column


def reversed_professions(codes: Mapping[str, str]) -> list[str]:
    """What a system writes for each of `PROFESSIONS`; its own "other" for those that it has no code for."""
    known = {meaning: text for text, meaning in reversed(list(codes.items()))}
    return [known.get(name, "" if name == "unknown" else known.get("other", "")) for name in PROFESSIONS]
