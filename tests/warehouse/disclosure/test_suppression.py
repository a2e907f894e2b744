"""What is hidden beside few persons: enough that nobody works them out, the same each time, and no more than needed."""

import pytest
from attacked import TOTAL, Place, follows, two_ways
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.disclosure.audit import narrow_in
from warehouse.disclosure.suppression import OutOfTimeError, Suppression
from warehouse.disclosure.system import Cell, System, Variable

KINDS = ("a", "b", "c")
tables = st.lists(st.integers(0, 40), min_size=9, max_size=15).map(
    lambda numbers: {
        (f"m{place // 3}", KINDS[place % 3]): number for place, number in enumerate(numbers[: len(numbers) // 3 * 3])
    }
)


def narrow(system: System) -> list[int]:
    return [found for component in system.components() for found in narrow_in(system, *component)]


def hidden(system: System) -> set[object]:
    return {cell.name for cell in system.cells if cell.is_hidden}


@given(tables)
def test_no_few_persons_follow_from_what_is_shown(numbers: dict[Place, int]) -> None:
    system = two_ways(numbers)
    is_safe = Suppression(system).run()
    of_few = [v for cell in system.cells if cell.is_primary for v in cell.variables]
    assert all(system.cell_of(variable).is_hidden for variable in of_few)
    if is_safe:
        assert narrow(system) == []
        assert not any(follows(system, variable) for variable in of_few)
    else:
        assert narrow(system) != []


@settings(max_examples=30)
@given(tables)
def test_no_municipality_works_out_another_by_what_it_knows_of_its_own(numbers: dict[Place, int]) -> None:
    system = two_ways(numbers, owned=True)
    if not Suppression(system).run():
        return
    for municipality in system.knowing:
        own = [v for cell in system.cells if cell.owner == municipality for v in cell.variables]
        others = [
            v
            for cell in system.cells
            if cell.is_primary and cell.owner not in (None, municipality)
            for v in cell.variables
        ]
        assert not any(follows(system, variable, own) for variable in others)


@settings(max_examples=20)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_cells_and_equations_decides_nothing(numbers: dict[Place, int], random) -> None:
    system, shuffled = two_ways(numbers), two_ways(numbers)
    random.shuffle(shuffled.equations)
    Suppression(system).run()
    assert {*hidden(two_ways(numbers))} <= hidden(system)
    again = two_ways(numbers)
    Suppression(again).run()
    assert hidden(again) == hidden(system)


def test_a_table_without_few_persons_loses_nothing() -> None:
    system = two_ways({(f"m{row}", kind): 10 + row for row in range(4) for kind in KINDS})
    assert Suppression(system).run()
    assert hidden(system) == set()


def test_one_small_number_takes_three_others_with_it() -> None:
    """A row and a column of the table each need another, and these need the one where they meet."""
    numbers = {(f"m{row}", kind): 20 + 3 * row + 7 * column for row in range(4) for column, kind in enumerate(KINDS)}
    system = two_ways(numbers | {("m0", "a"): 2})
    assert Suppression(system).run()
    assert len(hidden(system)) == 4
    assert not any(TOTAL in name for name in hidden(system)), "the cheapest are hidden, never the totals"


def test_a_municipality_that_knows_its_own_needs_a_third() -> None:
    numbers = {(f"m{row}", kind): 20 + row for row in range(5) for kind in KINDS} | {("m0", "a"): 2}
    plain, owned = two_ways(numbers), two_ways(numbers, owned=True)
    assert Suppression(plain).run()
    assert Suppression(owned).run()
    of_kind = [sum(name[1] == "a" and name[0] != TOTAL for name in hidden(system)) for system in (plain, owned)]
    assert of_kind == [2, 3]


def test_what_a_kept_release_shows_is_not_hidden_in_vain() -> None:
    numbers = {(f"m{row}", kind): 20 + row for row in range(4) for kind in KINDS} | {("m0", "a"): 2}
    system = two_ways(numbers)
    known = {("m1", "a"), ("m0", "b")}
    for cell in system.cells:
        cell.is_known = cell.name in known
    assert Suppression(system).run()
    assert hidden(system).isdisjoint(known)


def test_a_difference_is_hidden_with_the_total_that_matters_less() -> None:
    system = System()
    system.least = 5
    base, other = system.add(Cell(("base",), 100, row=0)), system.add(Cell(("other",), 10, row=1))
    added = system.add(Cell(("added",), 3, is_primary=True, is_hidden=True, row=2, between=(base, other)))
    for cell, number in ((base, 200.0), (other, 203.0), (added, 3.0)):
        system.measure(Variable(cell, number, 2.0))
    system.equations.append(((1, 1), (0, -1), (2, -1)))
    assert Suppression(system).run()
    assert hidden(system) == {("added",), ("other",)}


def test_time_that_is_out_is_told() -> None:
    system = two_ways({(f"m{row}", kind): 20 for row in range(4) for kind in KINDS} | {("m0", "a"): 2})
    with pytest.raises(OutOfTimeError):
        Suppression(system, until=0.0).run()


def test_where_nothing_else_protects_what_a_kept_release_shows_is_hidden() -> None:
    """A total with a single part."""
    system = System()
    system.least = 5
    for name, is_few in (("total", False), ("part", True)):
        cell = system.add(Cell((name,), 3, is_primary=is_few, is_hidden=is_few, is_known=not is_few, row=is_few))
        system.measure(Variable(cell, 3.0, 2.0))
    system.relate(0, [1])
    assert Suppression(system).run()
    assert hidden(system) == {("total",), ("part",)}


def test_what_cannot_be_protected_is_told() -> None:
    """A number that everybody knows to be 1 at most."""
    system = System()
    system.least = 5
    for name, upper in (("total", None), ("part", 1.0)):
        cell = system.add(Cell((name,), 1, is_primary=True, is_hidden=True))
        system.measure(Variable(cell, 1.0, 2.0, upper=upper))
    system.relate(0, [1])
    assert not Suppression(system).run()
