"""What kept releases tell decides what a new one may show and hide."""

from collections.abc import Iterator

import duckdb
import pytest
from attacked import Place, two_ways

from warehouse.disclosure.released import forget, keep_hidden, mark_known, releases_told, remember
from warehouse.disclosure.suppression import Suppression
from warehouse.disclosure.system import System
from warehouse.lake import create_table
from warehouse.schema import RELEASED_CELLS

NUMBERS: dict[Place, int] = {(f"m{row}", kind): 20 + row for row in range(4) for kind in "abc"} | {("m0", "a"): 3}


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS lake")
        connection.execute("CREATE SCHEMA lake.ledger")
        create_table(connection, RELEASED_CELLS, "lake.ledger.released_cells")
        yield connection


def protected(lake: duckdb.DuckDBPyConnection, numbers: dict[Place, int]) -> System:
    system = two_ways(numbers)
    mark_known(lake, system)
    keep_hidden(lake, system)
    Suppression(system).run()
    return system


def hidden(system: System) -> set[object]:
    return {cell.name for cell in system.cells if cell.is_hidden}


def test_what_stays_as_it_was_stays_hidden_and_what_was_shown_is_not_hidden_in_vain(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    first = protected(lake, NUMBERS)
    remember(lake, "first", first)
    # Another cell would be cheaper to hide now than one that helped before.
    changed = NUMBERS | {("m3", "a"): 6, ("m3", "b"): 6}
    second = protected(lake, changed)
    unchanged = {place for place in NUMBERS if changed[place] == NUMBERS[place]}
    assert hidden(first) & unchanged <= hidden(second)
    assert hidden(second) & unchanged <= hidden(first)


def test_without_the_first_release_the_cheaper_cells_are_hidden(lake: duckdb.DuckDBPyConnection) -> None:
    remember(lake, "first", protected(lake, NUMBERS))
    forget(lake, ["another"])
    assert releases_told(lake) == frozenset()
    second = protected(lake, NUMBERS | {("m3", "a"): 6, ("m3", "b"): 6})
    assert ("m3", "a") in hidden(second)


def test_a_release_that_is_kept_is_remembered(lake: duckdb.DuckDBPyConnection) -> None:
    for name in ("first", "second"):
        remember(lake, name, two_ways(NUMBERS))
    forget(lake, ["second"])
    assert releases_told(lake) == {"second"}


def test_few_persons_that_a_kept_release_shows_are_not_told_by_this_one(lake: duckdb.DuckDBPyConnection) -> None:
    """As many visits as then, of fewer persons now: nothing here could hide them."""
    before = two_ways(NUMBERS)
    for cell in before.cells:
        cell.is_hidden = False
    remember(lake, "first", before)
    system = two_ways(NUMBERS)
    mark_known(lake, system)
    assert Suppression(system).run()
    assert hidden(system) == set(), "nothing is hidden in vain"
