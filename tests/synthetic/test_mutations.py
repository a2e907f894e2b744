"""Spoiled deliveries: the same for the same seed, of every kind, and different from what they were made of."""

from pathlib import Path

import pyarrow as pa
import pytest

from regions.formats import DelimitedFormat, ExcelFormat, ParquetFormat
from synthetic.mutations import Shape, kinds, mutate
from synthetic.writing import write_cells

SHAPES: dict[str, Shape] = {
    "text": DelimitedFormat(encoding="utf-8", separator=";"),
    "text in a zip": DelimitedFormat(encoding="latin-1", separator="|", quote="", packed="zip"),
    "workbook": ExcelFormat(sheet="Besök"),
    "parquet": ParquetFormat(),
}


def delivery(shape: Shape, path: Path) -> bytes:
    rows = {"id": [str(row) for row in range(60)], "när": ["2024-01-05"] * 60, "ö": ["å"] * 60, "tal": ["30"] * 60}
    write_cells(pa.table(rows), shape, path / "file")
    return (path / "file").read_bytes()


@pytest.mark.parametrize("name", SHAPES)
def test_each_seed_spoils_a_delivery_in_its_own_way_and_always_the_same(name: str, tmp_path: Path) -> None:
    shape = SHAPES[name]
    original = delivery(shape, tmp_path)
    made = [mutate(original, shape, seed) for seed in range(len(kinds(shape)))]
    assert tuple(mutation.kind for mutation in made) == kinds(shape)
    assert [mutation.kind for mutation in made if mutation.content == original] == []
    for seed, mutation in enumerate(made):
        # A workbook holds the time at which it was made.
        if name != "workbook":
            assert mutate(original, shape, seed) == mutation, mutation.kind
    assert {mutation.must for mutation in made} == {"any", "count as before", "be refused"}


def test_what_is_known_of_a_mutation_is_said() -> None:
    shape = SHAPES["text"]
    original = b"id;n\xc3\xa4r\n" + b"".join(b"%d;2024-01-05\n" % row for row in range(50))
    made = {(mutation := mutate(original, shape, seed)).kind: mutation for seed in range(len(kinds(shape)))}
    assert (made["columns in another order"].touched, made["columns in another order"].rows) == (0, 50)
    assert made["impossible dates"].touched in (1, 2, 40)
    assert made["flipped bits"].touched is None
    assert made["NUL bytes"].must == "be refused"
