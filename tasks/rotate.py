"""A rotation of the key of pseudonyms: every pseudonym is carried over by the map, without an id.

The new pseudonym of a person is the HMAC, under the new key, of the old one. Ids that come later go through
every key in turn (`tasks.person_ids.pseudonyms`), so that they meet the same persons.
"""

from collections.abc import Iterable
from uuid import UUID

import pyarrow as pa

from regions.contracts import CONTRACTS
from regions.source import VISITS
from tasks import person_map
from tasks.load import count_visits
from tasks.person_ids import carried
from tasks.run import Run
from warehouse.keys import note_key, seal_key
from warehouse.lake import registered
from warehouse.schema import VERSIONS
from warehouse.sql import identifier, qualified

_INSERT = """
INSERT INTO lake.core.pseudonyms_carried BY NAME
SELECT pseudonym::UUID AS pseudonym, carried_to::UUID AS carried_to, $key_seq::BIGINT AS key_seq FROM hemvard_carried"""


def rotate(run: Run, new_key: bytes) -> int:
    """Put another key of pseudonyms in force; how many pseudonyms were carried over.

    All or nothing: what counts is one transaction of the lake. The key that goes is sealed before it; where
    the process dies in between, that file is of no consequence. Figures don't change: no month is marked.
    """
    seal_key(run.home, run.keys)
    with run.transaction():
        key_seq = note_key(run.connection, new_key)
        ends = _in_force(run)
        with registered(run.connection, {"hemvard_carried": _table(ends, new_key)}):
            run.connection.execute(_INSERT, {"key_seq": key_seq})
        for month in sorted(person_map.refresh(run).get(VISITS, ())):
            count_visits(run, (month,))
        # The cube holds persons: the next run makes it anew, or a year would count them under both keys.
        run.connection.execute("DELETE FROM lake.volumes.cube")
        run.connection.execute("DELETE FROM lake.ledger.model_windows WHERE model = 'volumes/cube'")
    return len(ends)


def _in_force(run: Run) -> list[UUID]:
    """The pseudonyms under the key that goes: those in rows, and what earlier rotations made."""
    carried_before = person_map.carried_pseudonyms(run)
    known = set(carried_before.values())
    for sql in _columns(CONTRACTS):
        known.update(row[0] for row in run.connection.execute(sql).fetchall())
    return sorted(known - set(carried_before))


def _columns(subjects: Iterable[str]) -> list[str]:
    """A query for each column of the lake's rows that holds pseudonyms."""
    columns = [(VISITS, "person_key")]
    columns += [(subject, name) for subject in subjects for name in CONTRACTS[subject].person_fields]
    return [
        f"SELECT DISTINCT {identifier(name)} FROM {qualified(f'lake.{VERSIONS[subject].name}')} "
        f"WHERE {identifier(name)} IS NOT NULL"
        for subject, name in columns
    ]


def _table(pseudonyms: list[UUID], new_key: bytes) -> pa.Table:
    return pa.table(
        {
            "pseudonym": pa.array([str(pseudonym) for pseudonym in pseudonyms], pa.string()),
            "carried_to": pa.array([carried(new_key, pseudonym.hex) for pseudonym in pseudonyms], pa.string()),
        }
    )
