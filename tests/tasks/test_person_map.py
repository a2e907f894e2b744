"""The map from pseudonym to person: what follows from the links alone, and what counts when they come and go."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_lake import Bench, small_folder
from small_region import ALPHA, BETA, person, visit

from regions.source import SOURCE
from tasks.person_map import Link, resolve

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def link(former: UUID, new: UUID, day: int = 1, reason: str = "changed") -> Link:
    return Link(date(2024, 1, day), new, former, reason, f"delivery {day}")


def persons(links: Sequence[Link], carried: Mapping[UUID, UUID] | None = None) -> dict[UUID, UUID]:
    return {pseudonym: mapped.person for pseudonym, mapped in resolve(links, carried or {}).items()}


def test_a_chain_leads_to_the_newest_whatever_the_days() -> None:
    for days in ((1, 2, 3), (3, 2, 1), (2, 3, 1)):
        links = [link(former, new, day) for (former, new), day in zip(((A, B), (B, C), (C, D)), days, strict=True)]
        assert persons(links) == {A: D, B: D, C: D}


def test_of_two_newest_the_one_linked_last_stands_for_the_person() -> None:
    assert persons([link(A, B, 1), link(A, C, 2)]) == {A: C, B: C}
    assert persons([link(A, B, 2), link(A, C, 1)]) == {A: B, C: B}


def test_an_id_that_was_given_back_is_a_circle() -> None:
    assert persons([link(A, B, 1), link(B, A, 2)]) == {B: A}
    assert persons([link(A, B, 2), link(B, A, 1)]) == {A: B}
    assert persons([link(A, B, 1), link(B, C, 2), link(C, A, 3)]) == {B: A, C: A}


def test_persons_without_a_link_are_their_own() -> None:
    assert persons([]) == {}
    assert persons([link(A, B), link(C, D)]) == {A: B, C: D}


def test_each_row_says_why() -> None:
    found = resolve([link(A, B, 1, "changed"), link(C, B, 2, "merged"), link(C, D, 3, "unknown")], {E: A})
    assert {pseudonym: (mapped.person, mapped.reason, mapped.delivery_id) for pseudonym, mapped in found.items()} == {
        A: (D, "changed", "delivery 1"),
        B: (D, "changed", "delivery 1"),
        C: (D, "unknown", "delivery 3"),
        E: (D, "rotated", None),
    }


def test_a_rotation_leads_to_the_key_in_force() -> None:
    assert persons([], {A: B, B: C}) == {A: C, B: C}
    assert persons([link(A, D)], {A: B, D: E}) == {A: E, B: E, D: E}


LINKS = st.lists(
    st.builds(
        link,
        st.integers(0, 12).map(lambda n: UUID(int=n)),
        st.integers(0, 12).map(lambda n: UUID(int=n)),
        st.integers(1, 31),
    ),
    max_size=14,
)


def reached(links: Sequence[Link], carried: Mapping[UUID, UUID]) -> set[frozenset[UUID]]:
    """The sets of pseudonyms that links connect, found by walking."""
    sides = [(entry.person, entry.former) for entry in links] + list(carried.items())
    sets = []
    left = {pseudonym for pair in sides for pseudonym in pair}
    while left:
        grown, before = {min(left)}, set()
        while grown != before:
            before = set(grown)
            grown |= {pseudonym for pair in sides if grown & set(pair) for pseudonym in pair}
        sets.append(frozenset(grown))
        left -= grown
    return set(sets)


def partition(links: Sequence[Link], carried: Mapping[UUID, UUID]) -> set[frozenset[UUID]]:
    """The same sets, as the map has them."""
    mapped = persons(links, carried)
    every = {pseudonym for entry in links for pseudonym in (entry.person, entry.former)} | set(carried)
    by_person: dict[UUID, set[UUID]] = {}
    for pseudonym in every | set(carried.values()):
        by_person.setdefault(mapped.get(pseudonym, pseudonym), set()).add(pseudonym)
    return {frozenset(members) for members in by_person.values()}


@given(LINKS, st.data())
def test_any_order_of_the_links_gives_the_same_map(links: list[Link], data: st.DataObject) -> None:
    mapped = resolve(links, {})
    assert resolve(data.draw(st.permutations(links)), {}) == mapped
    assert resolve([*links, *links], {}) == mapped
    assert not {entry.person for entry in mapped.values()} & set(mapped), "one step leads to the person"
    assert partition(links, {}) == reached(links, {})


@given(LINKS, LINKS)
def test_a_rotation_between_the_links_parts_and_joins_nobody(before: list[Link], after: list[Link]) -> None:
    """Links that came before it, and links of the same pseudonyms under the new key, are the links of one key."""

    def under_the_new(pseudonym: UUID) -> UUID:
        return UUID(int=pseudonym.int + 100)

    known = {pseudonym for entry in before for pseudonym in (entry.person, entry.former)}
    carried = {pseudonym: under_the_new(pseudonym) for pseudonym in known}
    later = [replace(e, person=under_the_new(e.person), former=under_the_new(e.former)) for e in after]
    assert partition([*before, *later], carried) == reached([*before, *later], carried)
    never = partition([*before, *after], {})
    new_key_alone = {
        frozenset(UUID(int=p.int - 100) for p in members if p.int >= 100)
        for members in partition([*before, *later], carried)
    }
    assert new_key_alone == never


LINK_SOURCE = SOURCE.validate_python(
    {
        "id": "links",
        "system": "links",
        "title_sv": "Bytta id",
        "supplier_sv": "Lilla regionen",
        "subject": "person_links",
        "principal": "region",
        "required": False,
        "delivers": "whole_month",
        "valid": [{"from": "2023-12"}],
        "basis": "illustrative",
        "transport": {"kind": "folder", "file_name": "links_{month}_{version}.csv"},
        "format": {"kind": "delimited", "encoding": "utf-8", "separator": ";"},
        "columns": ["new", "old", "why", "day"],
        "fields": {
            "person": {"column": "new"},
            "former_person": {"column": "old"},
            "reason": {"column": "why", "codes": {"B": "changed", "D": "merged"}},
            "linked_on": {"date_column": "day", "date_format": "%Y-%m-%d"},
        },
    }
)


class LinkBench(Bench):
    """The small region with a source of links."""

    def __init__(self, home: Path) -> None:
        folder = small_folder()
        super().__init__(home, replace(folder, sources=(*folder.sources, LINK_SOURCE)))
        self.with_source(ALPHA, required=False)

    def links(self, month: str, *rows: tuple[int, int], version: int = 1, day: int = 5) -> None:
        """A delivery of links: former and new person."""
        lines = ["new;old;why;day", *(f"{person(new)};{person(old)};B;{month}-{day:02d}" for old, new in rows)]
        file = self.home.inbox / "links" / f"links_{month.replace('-', '')}_{version}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")

    def patients(self) -> list[int]:
        """Distinct persons of January, of February, and of both."""
        return [
            row[0]
            for row in self.rows(
                "SELECT count(DISTINCT person_key) FROM lake.core.visits "
                "GROUP BY GROUPING SETS ((month), ()) ORDER BY month NULLS LAST"
            )
        ]

    def touched(self) -> set[str]:
        """The months that the last load marked."""
        sql = (
            "SELECT month FROM lake.ledger.month_changes WHERE subject = 'visits'"
            " AND load_seq = (SELECT max(load_seq) FROM lake.ledger.loads)"
        )
        return {f"{row[0]:%Y-%m}" for row in self.rows(sql)}


@pytest.fixture
def bench(own_home: Path) -> LinkBench:
    return LinkBench(own_home)


def visits(bench: Bench) -> None:
    """Persons 1, 2, 3 in January; 3, 4 in February, of another source."""
    bench.inbox.put(ALPHA, JANUARY, [visit(ALPHA, JANUARY, number) for number in (1, 2, 3)])
    bench.inbox.put(BETA, FEBRUARY, [visit(BETA, FEBRUARY, number) for number in (3, 4)])


def test_a_linked_person_counts_once_and_the_months_are_counted_again(bench: LinkBench) -> None:
    visits(bench)
    assert bench.take_in() == []
    assert bench.patients() == [3, 2, 4]
    delivered = bench.rows("SELECT record_id, person_key FROM lake.core.visit_versions ORDER BY ALL")
    bench.links(MARCH, (1, 4))
    assert bench.take_in() == []
    assert bench.patients() == [3, 2, 3]
    assert bench.touched() == {JANUARY}, "person 4 stands for both: nothing of February has changed"
    assert bench.rows("SELECT record_id, person_key FROM lake.core.visit_versions ORDER BY ALL") == delivered
    bench.links(MARCH, (1, 4), (2, 3), version=2)
    assert bench.take_in() == []
    assert bench.patients() == [2, 2, 2]
    assert bench.touched() == {JANUARY}


def test_a_link_that_is_taken_back_parts_them_again(bench: LinkBench) -> None:
    visits(bench)
    bench.links(FEBRUARY, (1, 2), (2, 3))
    assert bench.take_in() == []
    assert bench.patients() == [1, 2, 2]
    bench.links(FEBRUARY, (2, 3), version=2)
    assert bench.take_in() == []
    assert bench.patients() == [2, 2, 3]
    assert bench.touched() == {JANUARY}
    bench.links(FEBRUARY, (2, 9), version=3)
    bench.take_in()
    assert bench.patients() == [3, 2, 4]
    reasons = "SELECT map_seq, count(*) FILTER (reason = 'split') FROM lake.core.person_map GROUP BY ALL ORDER BY 1"
    assert bench.rows(reasons) == [(1, 0), (2, 1), (3, 0)]


def test_the_same_links_again_change_nothing(bench: LinkBench) -> None:
    visits(bench)
    bench.links(FEBRUARY, (1, 2))
    bench.take_in()
    bench.links(MARCH, (1, 2), day=6)
    assert bench.take_in() == []
    assert bench.touched() == set()
    assert bench.patients() == [2, 2, 3]


def test_a_person_s_enrolment_is_read_through_the_map(bench: LinkBench) -> None:
    visits(bench)
    bench.links(FEBRUARY, (1, 4))
    bench.take_in()
    keys = dict(bench.rows("SELECT record_id, person_key FROM lake.core.visit_versions WHERE record_id LIKE '%-1'"))
    key = keys[f"{JANUARY}-1"]
    bench.run.connection.execute(
        "INSERT INTO lake.core.enrolments_versions (delivery_id, row_number, system, record_id, delivery_month, "
        "cancelled, counting, person, valid_from) SELECT delivery_id, 9, 'alpha', 'e', month, false, true, ?, month "
        "FROM lake.ledger.landings WHERE source_id = ?",
        (key, ALPHA),
    )
    (mapped,) = bench.rows("SELECT person FROM lake.core.enrolments")
    (wanted,) = bench.rows("SELECT person_key FROM lake.core.visits WHERE record_id = '2024-02-4'")
    assert mapped == wanted != (key,)
    links = bench.rows("SELECT person = former_person FROM lake.core.person_links")
    assert links == [(False,)], "the links keep the pseudonyms that they link"


ARRIVALS: dict[str, Any] = {
    "links first": [("links", JANUARY, ((1, 2),)), ("links", FEBRUARY, ((2, 4),)), ("visits",)],
    "links last": [("visits",), ("links", FEBRUARY, ((2, 4),)), ("links", JANUARY, ((1, 2),))],
    "links between": [("links", FEBRUARY, ((2, 4),)), ("visits",), ("links", JANUARY, ((1, 2),))],
}


def test_incremental_is_full_whatever_the_order(own_home: Path) -> None:
    sql = (
        "SELECT record_id, month, dense_rank() OVER (ORDER BY person_key) FROM lake.core.visits ORDER BY ALL",
        "SELECT pseudonym, arg_max(person_key, map_seq) FROM lake.core.person_map GROUP BY ALL ORDER BY ALL",
    )
    found = []
    for number, (name, arrivals) in enumerate([*ARRIVALS.items(), ("at once", ARRIVALS["links first"])]):
        bench = LinkBench(own_home / str(number))
        for kind, *content in arrivals:
            if kind == "links":
                bench.links(content[0], *content[1])
            else:
                visits(bench)
            if name != "at once":
                bench.take_in()
        bench.take_in()
        assert bench.patients() == [2, 2, 2], name
        found.append([bench.rows(entry) for entry in sql])
    assert all(entry == found[0] for entry in found)
