"""Mutated deliveries through the main job's steps, in memory: what became of each, and whether that is right.

    field = Field("alpha as Excel", home)
    outcome = field.try_out(seed)            # a mutation of a plausible delivery; outcome.wrong says what is wrong

An outcome is wrong where the delivery raises anything but a refusal in words, where rows are not accounted for,
where a figure differs that the mutation did not touch, or where what must be refused or must count does not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from memory_lake import Bench
from small_region import ALPHA, BETA, GAMMA, plausible, small_folder

from regions.formats import DelimitedFormat, ExcelFormat, ParquetFormat
from regions.source import Source
from synthetic.mutations import Mutation, kinds, mutate
from synthetic.writing import write_cells
from tasks.run import Rejection

MONTH = "2024-01"
ROWS = 120
_FIGURES = "SELECT * EXCLUDE (delivery_id, row_number, known_from) FROM lake.core.visits"
_LEDGER = "SELECT rows_read, rows_accepted + rows_cancelled, rows_quarantined FROM lake.ledger.loads"
_EMPTIED = (
    "core.visit_versions",
    "core.visits",
    "quality.quarantine",
    "quality.rule_counts",
    "ledger.landings",
    "ledger.loads",
    "ledger.month_changes",
)

Shape = DelimitedFormat | ExcelFormat | ParquetFormat


def _as_it_is(source: Source) -> Shape:
    written = source.format
    assert isinstance(written, DelimitedFormat)
    return written


def _packed(how: str) -> Callable[[Source], Shape]:
    return lambda source: _as_it_is(source).model_copy(update={"packed": how, "max_mib": 64})


FIELDS: dict[str, tuple[str, Callable[[Source], Shape]]] = {
    "alpha, Latin-1": (ALPHA, _as_it_is),
    "beta, UTF-8": (BETA, _as_it_is),
    "gamma, changes": (GAMMA, _as_it_is),
    "alpha, gzip": (ALPHA, _packed("gzip")),
    "gamma, zip": (GAMMA, _packed("zip")),
    "beta, Excel": (BETA, lambda _source: ExcelFormat(sheet="Besök", max_mib=64)),
    "gamma, Excel in a zip": (GAMMA, lambda _source: ExcelFormat(sheet="Besök", packed="zip", max_mib=64)),
    "alpha, Parquet": (ALPHA, lambda _source: ParquetFormat(max_mib=64)),
}
"""Name → a source of the small region, and how its deliveries are written here."""


@dataclass(frozen=True)
class TriedOut:
    """What became of a mutated delivery; `wrong` is empty where that is as it should be."""

    kind: str
    outcome: str
    wrong: str


class Field:
    """One source in one format, and the figures of its delivery as it was."""

    def __init__(self, name: str, home: Path) -> None:
        source_id, shape_of = FIELDS[name]
        source = small_folder().sources_by_id[source_id]
        self.shape = shape_of(source)
        only = source.model_copy(update={"format": self.shape})
        self.bench = Bench(home, replace(small_folder(), sources=(only,)))
        self.source_id = source_id
        self.original = self._original(home)
        assert self._take_in(self.original) == []
        self.figures = self._figures()
        assert len(self.figures) > 100

    def kinds(self) -> int:
        """How many kinds of mutation there are for the format."""
        return len(kinds(self.shape))

    def try_out(self, seed: int) -> TriedOut:
        """Mutate the delivery, take it in, and judge what became of it."""
        mutation = mutate(self.original, self.shape, seed)
        try:
            rejections = self._take_in(mutation.content)
        except Exception as error:
            return TriedOut(mutation.kind, "an exception", type(error).__name__)
        if rejections:
            return self._refused(mutation, rejections)
        return self._accepted(mutation)

    def _original(self, home: Path) -> bytes:
        rows = plausible(self.source_id, MONTH, ROWS)
        cells = pa.table({name: pa.array([row[name] or None for row in rows], pa.string()) for name in rows[0]})
        path = home / "original"
        write_cells(cells, self.shape, path)
        return path.read_bytes()

    def _take_in(self, content: bytes) -> list[Rejection]:
        for table in _EMPTIED:
            self.bench.run.connection.execute(f"DELETE FROM lake.{table}")
        self.bench.inbox.put_bytes(self.source_id, MONTH, content)
        return self.bench.take_in()

    def _figures(self) -> set[tuple[Any, ...]]:
        return {tuple(str(cell) for cell in row) for row in self.bench.rows(_FIGURES)}

    def _refused(self, mutation: Mutation, rejections: list[Rejection]) -> TriedOut:
        wrong = [
            text
            for text, found in (
                ("it must count as before", mutation.must == "count as before"),
                ("a refused delivery left figures", bool(self._figures())),
                ("a refusal without words", not all(told.sv and told.en for told in rejections)),
            )
            if found
        ]
        outcome = f"refused: {min(told.rule_id for told in rejections)}"
        return TriedOut(mutation.kind, outcome, "; ".join([*wrong, *(told.sv for told in rejections if wrong)]))

    def _accepted(self, mutation: Mutation) -> TriedOut:
        ((read, accepted, quarantined),) = self.bench.rows(_LEDGER)
        figures = self._figures()
        other = len(figures - self.figures)
        lost = len(self.figures - figures)
        touched = ROWS if mutation.touched is None else mutation.touched
        wrong = [
            text
            for text, found in (
                ("it must be refused", mutation.must == "be refused"),
                (f"{read} rows read, {accepted} accepted, {quarantined} in quarantine", read != accepted + quarantined),
                (f"{read} rows read of {mutation.rows}", mutation.rows not in (None, read)),
                (f"{other} other figures of {touched} touched rows", other > touched),
                (f"{lost} figures lost of {touched} touched rows", lost > touched),
                (f"{quarantined} in quarantine", mutation.must == "count as before" and quarantined > 0),
            )
            if found
        ]
        outcome = "accepted in part" if quarantined else "accepted"
        return TriedOut(mutation.kind, outcome, "; ".join(wrong))
