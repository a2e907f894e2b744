"""Attacks on a published release: what an attacker works out from it is never of few persons.

The attacker here knows nothing of how the release was protected: only what the tables' columns say of themselves, and
that parts add up to their totals. Wherever one number of such a sum is hidden, it is computed, and so on until nothing
more follows. The lake tells afterwards what the numbers in truth are.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from small_region import Deliveries, copy_home, lake_rows, plausible, run_plain

from regions.errors import DataError
from tasks import disclosure, protect
from warehouse.disclosure.audit import narrow_in
from warehouse.home import RegionHome
from warehouse.releases import DATABASE, in_force

pytestmark = pytest.mark.slow
LEAST = 3
"""The small region's min_persons."""
ALL = "all"
Place = tuple[Any, ...]
Sum = tuple[Place, tuple[Place, ...]]
TABLES = {
    "volumes.visits_month": (("period",), ("municipality_code", "care_form", "place", "planned")),
    "volumes.visits_year": (
        ("year",),
        ("municipality_code", "care_form", "age_group", "sex", "profession", "provider_level", "part_of_day"),
    ),
    "volumes.region_totals": (("year",), ("care_form", "place", "planned", "age_group")),
    "volumes.scenario_totals": (("year", "scenario"), ("municipality_code",)),
    "volumes.by_area": (
        ("period_start", "period_end", "area_type", "area_code", "measure"),
        ("care_form", "age_group", "sex"),
    ),
}
"""Table → what never adds up, and what does."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("attacked")
    Deliveries(made).fill()
    run_plain(made, light=True)
    return made


def database(home: Path) -> Path:
    release = in_force(RegionHome(home / "small"))
    assert release is not None
    return release / DATABASE


def told(file: Path) -> dict[Place, int | None]:
    """Table, its fixed columns and its dimensions → the visits; None where they are hidden."""
    found: dict[Place, int | None] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, (fixed, dimensions) in TABLES.items():
            for *place, visits in connection.execute(
                f"SELECT {', '.join((*fixed, *dimensions))}, visits FROM {table}"
            ).fetchall():
                found[table, *place] = visits
    return found


def sums(known: Iterable[Place]) -> Iterator[Sum]:
    """Totals and their parts: over each dimension, over the months of a year."""
    parts: dict[tuple[Place, int], list[Place]] = defaultdict(list)
    known = set(known)
    for place in known:
        first = 1 + len(TABLES[place[0]][0])
        for position in range(first, len(place)):
            total = (*place[:position], ALL, *place[position + 1 :])
            if place[position] != ALL and total in known:
                parts[total, position].append(place)
        if place[0] == "volumes.visits_month" and place[4:] == (ALL, ALL):
            year = ("volumes.visits_year", place[1].year, *place[2:4], *[ALL] * 5)
            if year in known:
                parts[year, 0].append(place)
    yield from ((total, tuple(listed)) for (total, _), listed in parts.items())


def derived(numbers: dict[Place, int | None]) -> dict[Place, int]:
    """What follows, one number after the other, where a sum lacks one alone."""
    numbers, found = dict(numbers), {}
    listed = [(total, parts) for total, parts in sums(numbers)]
    while True:
        new = dict(itertools.chain.from_iterable(lacking_one(numbers, *each) for each in listed))
        if not new:
            return found
        numbers |= new
        found |= new


def lacking_one(
    numbers: dict[Place, int | None], total: Place, parts: tuple[Place, ...]
) -> Iterator[tuple[Place, int]]:
    unknown = [place for place in (total, *parts) if numbers[place] is None]
    if len(unknown) != 1:
        return
    whole = numbers[total]
    rest = sum(numbers[part] or 0 for part in parts if part != unknown[0])
    if unknown[0] == total:
        yield total, rest
    elif whole is not None and whole >= rest:  # persons of unknown age stand in the total alone: then a guess
        yield unknown[0], whole - rest


def of_few(home: Path, places: dict[Place, int]) -> list[Place]:
    """Those of the places behind which there are few persons in truth, and the number is the true one."""
    found = []
    for table, (fixed, dimensions) in TABLES.items():
        names = (*fixed, *dimensions)
        for *place, visits, patients in lake_rows(
            home, f"SELECT {', '.join(names)}, visits, patients FROM lake.{table}"
        ):
            if places.get((table, *place)) == visits and 0 < patients < LEAST:
                found.append((table, *place))
    return found


def test_totals_complements_and_tables_beside_each_other_tell_of_no_few_persons(home: Path) -> None:
    numbers = told(database(home))
    assert sum(visits is None for visits in numbers.values()) > 50, "there is something to attack"
    assert of_few(home, derived(numbers)) == []


def test_the_attack_works_on_what_is_hidden_row_by_row_alone(home: Path) -> None:
    """Without secondary suppression the same attack recovers protected counts: it is no straw man."""
    naive = told(database(home))
    for table, (fixed, dimensions) in TABLES.items():
        for *place, visits, patients in lake_rows(
            home, f"SELECT {', '.join((*fixed, *dimensions))}, visits, patients FROM lake.{table}"
        ):
            if (table, *place) in naive and patients >= LEAST:
                naive[table, *place] = visits
    assert of_few(home, derived(naive)) != []


def test_a_boundary_less_another_tells_of_no_few_persons(home: Path) -> None:
    shown = published_rows(
        database(home), "SELECT year, municipality_code, scenario, visits FROM volumes.scenario_totals"
    )
    totals = {(year, code, scenario): visits for year, code, scenario, visits in shown}
    for year, code, one, other, added, removed, patients in lake_rows(
        home,
        "SELECT year, municipality_code, scenario, other_scenario, visits_added, visits_removed, patients "
        "FROM lake.volumes.scenario_differences WHERE reason = 'all'",
    ):
        pair = totals.get((year, code, one)), totals.get((year, code, other))
        if 0 < patients < LEAST and None not in pair:
            assert pair[1] - pair[0] != added - removed, (year, code, one, other)


def test_a_share_and_what_it_leaves_tell_of_no_few_persons(home: Path) -> None:
    """Neither those who have something nor those who haven't are few."""
    rows = published_rows(
        database(home),
        "SELECT r.numerator, r.denominator, r.numerator_patients FROM indicators.results AS r "
        "JOIN indicators.definitions AS d USING (indicator_id, version) "
        "WHERE r.status <> 'protected' AND d.kind LIKE 'share%' AND r.denominator IS NOT NULL",
    )
    assert rows
    for numerator, denominator, patients in rows:
        assert not 0 < patients < LEAST
        assert not 0 < denominator - numerator < LEAST


def test_unplanned_visits_of_few_are_hidden_though_their_row_is_shown(home: Path) -> None:
    rows = published_rows(
        database(home),
        "SELECT status, unplanned_status, unplanned_visits, unplanned_patients FROM volumes.by_area "
        "UNION ALL SELECT status, unplanned_status, unplanned_visits, unplanned_patients FROM volumes.scenario_totals",
    )
    for status, part, visits, patients in rows:
        assert (visits is None) == (part == "protected")
        assert part == "protected" or not 0 < patients < LEAST
        assert status != "protected" or part == "protected"


def test_suppression_weakened_by_one_cell_stops_the_publication(tmp_path: Path) -> None:
    """Show one of the cells again that protect few persons: the audit finds it, and nothing is published."""
    Deliveries(tmp_path).fill()
    honest, opened = protect.suppress, []

    def weakened(run: Any, catalogue: str) -> Any:
        done = honest(run, catalogue)
        for place in helping(run.connection, catalogue):
            show(run.connection, catalogue, place, ("l.visits", "l.patients", "'ok'"))
            if worked_out(run, catalogue):
                opened.append(place)
                break
            show(run.connection, catalogue, place, ("NULL", "NULL", "'protected'"))
        return done

    with patch.object(protect, "suppress", weakened), pytest.raises(DataError, match="can be worked out"):
        run_plain(tmp_path, light=True)
    assert len(opened) == 1
    assert in_force(RegionHome(tmp_path / "small")) is None


KEY = ("period", *TABLES["volumes.visits_month"][1])
SAME = " AND ".join(f"l.{name} = t.{name}" for name in KEY)


def helping(connection: duckdb.DuckDBPyConnection, catalogue: str) -> list[Place]:
    """The months' hidden cells that are not of few persons themselves."""
    return connection.execute(
        f"SELECT {', '.join('l.' + name for name in KEY)} FROM lake.volumes.visits_month AS l "
        f"JOIN {catalogue}.volumes.visits_month AS t ON {SAME} "
        f"WHERE t.status = 'protected' AND l.patients >= {LEAST} ORDER BY ALL"
    ).fetchall()


def show(connection: duckdb.DuckDBPyConnection, catalogue: str, place: Place, cells: tuple[str, str, str]) -> None:
    connection.execute(
        f"UPDATE {catalogue}.volumes.visits_month AS t SET visits = {cells[0]}, patients = {cells[1]}, status = {cells[2]} "
        f"FROM lake.volumes.visits_month AS l WHERE {SAME} AND {' AND '.join(f't.{name} = ?' for name in KEY)}",
        place,
    )


def worked_out(run: Any, catalogue: str) -> bool:
    system = disclosure.read(run, catalogue, as_published=True).system
    return any(narrow_in(system, *component) for component in system.components())


def published_rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a published database."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_release_beside_the_one_before_tells_of_no_few_persons(home: Path, tmp_path: Path) -> None:
    """What the first hides and the second shows, or the reverse, is never the same number: then both would tell."""
    other = tmp_path / "second"
    copy_home(home, other)
    first = told(database(other))
    inbox = Deliveries(other)
    inbox.put("beta_visits", "2024-01", plausible("beta_visits", "2024-01", 24, seed=5), version=2)
    run_plain(other, light=True)
    second = told(database(other))
    assert second.keys() & first.keys()
    assert second != first
    for table, (fixed, dimensions) in TABLES.items():
        names = ", ".join((*fixed, *dimensions))
        now = {tuple(row[:-1]): row[-1] for row in lake_rows(other, f"SELECT {names}, visits FROM lake.{table}")}
        before = {tuple(row[:-1]): row[-1] for row in lake_rows(home, f"SELECT {names}, visits FROM lake.{table}")}
        for place in now.keys() & before.keys():
            if now[place] == before[place] and (table, *place) in first.keys() & second.keys():
                pair = (first[table, *place], second[table, *place])
                assert (pair[0] is None) == (pair[1] is None), (table, *place)
    assert of_few(home, derived(first)) == of_few(other, derived(second)) == []
