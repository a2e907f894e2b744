"""The map from pseudonym to person: ids that changed, duplicates that were merged, keys that were rotated.

What the map is now follows from all links and rotations alone, whatever the order in which they came: the
links are the rows of `core.person_links` that count, the rotations those of `core.pseudonyms_carried`. Rows
keep the pseudonym that they came with; `core.visits` and the views of the other subjects read it through
the map. Its versions stay, so that what was known at a time can be told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pyarrow as pa

from regions.contracts import CONTRACTS
from regions.source import VISITS
from tasks.run import Run
from warehouse.lake import registered
from warehouse.records import PERSON_LINKS
from warehouse.schema import VERSIONS
from warehouse.sql import identifier, qualified

LINKS = "SELECT linked_on, person, former_person, coalesce(reason, 'unknown'), delivery_id FROM lake.core.person_links"
"""The links between persons that count."""
CURRENT = """
SELECT pseudonym, person_key, reason, delivery_id FROM lake.core.person_map
QUALIFY row_number() OVER (PARTITION BY pseudonym ORDER BY map_seq DESC) = 1"""
"""The map as it stands."""
_INSERT = """
INSERT INTO lake.core.person_map BY NAME
SELECT pseudonym::UUID AS pseudonym, (SELECT coalesce(max(map_seq), 0) + 1 FROM lake.core.person_map) AS map_seq,
  person_key::UUID AS person_key, reason, $now::TIMESTAMP AS known_from, delivery_id
FROM hemvard_map"""


@dataclass(frozen=True, order=True)
class Link:
    """Two pseudonyms that stand for one person."""

    linked_on: date
    person: UUID
    former: UUID
    reason: str
    delivery_id: str = ""


@dataclass(frozen=True)
class Mapped:
    """The person for whom a pseudonym stands, and why."""

    person: UUID
    reason: str
    delivery_id: str | None = None


def resolve(links: Iterable[Link], carried: Mapping[UUID, UUID]) -> dict[UUID, Mapped]:
    """Each pseudonym that stands for another one's person. Pure; the order of the links decides nothing.

    `carried` leads from a pseudonym to that under the next key. Persons are the sets of pseudonyms that links
    connect. The newest id's pseudonym stands for the set: one that no link calls former, of several the one
    linked last; where every one is called former (an id was given back), the one linked last.
    """
    now = sorted(replace(link, person=_end(link.person, carried), former=_end(link.former, carried)) for link in links)
    persons = _persons(now)
    why = {link.person: link for link in reversed(now)} | {link.former: link for link in now}
    found = {}
    for pseudonym in (*carried, *why):
        end = _end(pseudonym, carried)
        person, link = persons.get(end, end), why.get(pseudonym)
        if person != pseudonym:
            found[pseudonym] = Mapped(person, link.reason, link.delivery_id) if link else Mapped(person, "rotated")
    return found


def refresh(run: Run) -> dict[str, set[date]]:
    """Write what has changed in the map; of each subject, the months of the rows whose person it changed.

    The caller holds the transaction, and counts those months' visits again.
    """
    connection = run.connection
    current = {row[0]: Mapped(*row[1:]) for row in connection.execute(CURRENT).fetchall()}
    changed = dict(_changes(current, resolve(_links(run), carried_pseudonyms(run))))
    if not changed:
        return {}
    with registered(connection, {"hemvard_map": _table(changed, current)}):
        connection.execute(_INSERT, {"now": run.started_at})
        moved = {subject: _months_of_moved(run, subject) for subject in (VISITS, *_with_persons())}
    return {subject: months for subject, months in moved.items() if months}


def _with_persons() -> list[str]:
    """The subjects beside visits whose persons are read through the map."""
    return [name for name, contract in CONTRACTS.items() if contract.person_fields and name != PERSON_LINKS]


def _months_of_moved(run: Run, subject: str) -> set[date]:
    """The months of a subject's rows whose pseudonym now stands for another person than before."""
    persons = ("person_key",) if subject == VISITS else CONTRACTS[subject].person_fields
    moved = "(SELECT pseudonym::UUID FROM hemvard_map WHERE moved)"
    tests = " OR ".join(f"{identifier(name)} IN {moved}" for name in persons)
    versions = qualified(f"lake.{VERSIONS[subject].name}")
    rows = run.connection.execute(f"SELECT DISTINCT month FROM {versions} WHERE month IS NOT NULL AND ({tests})")
    return {row[0] for row in rows.fetchall()}


def carried_pseudonyms(run: Run) -> dict[UUID, UUID]:
    """Each pseudonym of a former key, and that under the next key."""
    return dict(run.connection.execute("SELECT pseudonym, carried_to FROM lake.core.pseudonyms_carried").fetchall())


def _links(run: Run) -> list[Link]:
    return [Link(*row) for row in run.connection.execute(LINKS).fetchall()]


def _changes(current: Mapping[UUID, Mapped], wanted: Mapping[UUID, Mapped]) -> Iterator[tuple[UUID, Mapped]]:
    """What must be written so that the map is as wanted; a pseudonym that is linked no more is its own person."""
    for pseudonym, mapped in wanted.items():
        if current.get(pseudonym) != mapped:
            yield pseudonym, mapped
    for pseudonym, mapped in current.items():
        if pseudonym not in wanted and mapped.person != pseudonym:
            yield pseudonym, Mapped(pseudonym, "split")


def _table(changed: Mapping[UUID, Mapped], current: Mapping[UUID, Mapped]) -> pa.Table:
    """The new rows; `moved` where the person is another one than before."""
    before = {pseudonym: mapped.person for pseudonym, mapped in current.items()}
    rows = sorted(changed.items(), key=lambda entry: entry[0])
    return pa.table(
        {
            "pseudonym": pa.array([str(pseudonym) for pseudonym, _ in rows], pa.string()),
            "person_key": pa.array([str(mapped.person) for _, mapped in rows], pa.string()),
            "reason": pa.array([mapped.reason for _, mapped in rows], pa.string()),
            "delivery_id": pa.array([mapped.delivery_id for _, mapped in rows], pa.string()),
            "moved": pa.array([before.get(pseudonym, pseudonym) != mapped.person for pseudonym, mapped in rows]),
        }
    )


def _end(pseudonym: UUID, carried: Mapping[UUID, UUID]) -> UUID:
    """The pseudonym under the key in force."""
    while pseudonym in carried:
        pseudonym = carried[pseudonym]
    return pseudonym


def _persons(links: Iterable[Link]) -> dict[UUID, UUID]:
    """Each pseudonym of the links, and the one that stands for its person."""
    former: set[UUID] = set()
    linked: dict[UUID, date] = {}
    sets = _Sets()
    for link in links:
        sets.join(link.person, link.former)
        former.add(link.former)
        linked[link.person] = max(link.linked_on, linked.get(link.person, link.linked_on))
    members: dict[UUID, list[UUID]] = defaultdict(list)
    for pseudonym in sets.parent:
        members[sets.root(pseudonym)].append(pseudonym)
    persons = {}
    for every in members.values():
        newest = [pseudonym for pseudonym in every if pseudonym not in former] or every
        person = max(newest, key=lambda pseudonym: (linked.get(pseudonym, date.min), pseudonym))
        persons.update(dict.fromkeys(every, person))
    return persons


class _Sets:
    """Sets that grow together (union-find)."""

    def __init__(self) -> None:
        self.parent: dict[UUID, UUID] = {}

    def root(self, pseudonym: UUID) -> UUID:
        """The member that stands for a set while it grows."""
        self.parent.setdefault(pseudonym, pseudonym)
        while self.parent[pseudonym] != pseudonym:
            self.parent[pseudonym] = self.parent[self.parent[pseudonym]]
            pseudonym = self.parent[pseudonym]
        return pseudonym

    def join(self, one: UUID, other: UUID) -> None:
        """Make two sets one."""
        self.parent[self.root(one)] = self.root(other)
