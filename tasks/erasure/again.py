"""A person who was erased and is delivered again: told, and taken in. The fingerprints of the erasure say so.

The rows are not dropped: figures that silently lack what the supplier has delivered would be false, and whether the
new delivery may be kept is for people to decide. Used by `identify`, while the ids are still there.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa

from tasks.erasure.person import fingerprint
from tasks.run import Run
from warehouse.erasures import fingerprints
from warehouse.lake import registered


def erased_again(run: Run, ids: Mapping[tuple[str, date], tuple[str, ...]], every_id: str) -> Iterator[str]:
    """A line for each erasure, source and month whose delivery has rows of the person erased, in plain English.

    `ids` are the distinct ids of the staged rows, with their month, and their pseudonyms under each key; `every_id` is
    the SQL of a row for each of them, with `person_id`, `delivery_month` and `source_id`.
    """
    known, key = fingerprints(run.connection), run.keys.chain[0]
    for record, prints in sorted(known.items()):
        found = [given for given, chain in ids.items() if prints & {fingerprint(key, record, own) for own in chain}]
        for source, month, rows in _rows(run, found, every_id):
            yield f"{source} {month:%Y-%m}: {rows} row(s) of a person erased under {record} have been delivered again"


def _rows(run: Run, found: list[tuple[str, date]], every_id: str) -> list[tuple[str, date, int]]:
    if not found:
        return []
    small = pa.table(
        {
            "person_id": pa.array([text for text, _ in found], pa.string()),
            "delivery_month": pa.array([month for _, month in found], pa.date32()),
        }
    )
    with registered(run.connection, {"hemvard_returned": small}):
        return run.connection.execute(
            f"SELECT source_id, delivery_month, count(*) FROM ({every_id}) "
            "SEMI JOIN hemvard_returned USING (person_id, delivery_month) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
