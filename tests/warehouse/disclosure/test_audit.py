"""The audit finds what can be worked out, and proves the rest."""

from attacked import Place, two_ways
from hypothesis import assume, given
from hypothesis import strategies as st

from warehouse.disclosure.audit import Component, hash_of, narrow_in
from warehouse.disclosure.suppression import Suppression
from warehouse.disclosure.system import Cell, System, Variable

NUMBERS: dict[Place, int] = {(f"m{row}", kind): 20 + 5 * row for row in range(4) for kind in "abc"} | {("m0", "a"): 3}


def audited(system: System) -> list[object]:
    return [system.cell_of(v).name for part in system.components() for v in narrow_in(system, *part)]


def test_each_cell_that_is_shown_again_opens_a_few_persons() -> None:
    """Four cells protect each other: without any one of them the small one can be worked out."""
    system = two_ways(NUMBERS)
    assert Suppression(system).run()
    helping = [cell for cell in system.cells if cell.is_hidden and not cell.is_primary]
    assert len(helping) == 3
    for cell in helping:
        cell.is_hidden = False
        assert audited(system) == [("m0", "a")]
        cell.is_hidden = True
    assert audited(system) == []


@given(st.integers(1, 4), st.integers(0, 6))
def test_a_sum_of_two_is_as_wide_as_it_is(small: int, other: int) -> None:
    """Of x + y = s, both hidden and not below zero, x lies between 0 and s: s is the width."""
    assume(other > 0)
    system = System()
    system.least = 5
    for name, number, is_few in (("x", small, True), ("y", other, False), ("sum", small + other, False)):
        cell = system.add(Cell((name,), 1, is_primary=is_few, is_hidden=name != "sum"))
        system.measure(Variable(cell, float(number), 2.0))
    system.relate(2, [0, 1])
    ((variables, equations),) = system.components()
    component = Component(system, variables, equations)
    assert component.narrow({0: float(small + other)}) == []
    assert component.narrow({0: small + other + 0.5}) == [0]


def test_an_upper_bound_that_everybody_knows_narrows() -> None:
    system = System()
    system.least = 5
    for name, number, upper in (("x", 3, 3.0), ("y", 40, 40.0), ("sum", 43, None)):
        cell = system.add(Cell((name,), 1, is_primary=name == "x", is_hidden=name != "sum"))
        system.measure(Variable(cell, float(number), 2.0, upper=upper))
    system.relate(2, [0, 1])
    assert audited(system) == [("x",)], "both are at their bounds: no other numbers make the sum"


def test_a_hash_tells_components_apart_and_the_same_again() -> None:
    def first_hash(numbers: dict[Place, int]) -> str:
        system = two_ways(numbers)
        Suppression(system).run()
        return hash_of(system, *next(system.components()))

    assert first_hash(NUMBERS) == first_hash(dict(reversed(NUMBERS.items())))
    assert first_hash(NUMBERS) != first_hash(NUMBERS | {("m0", "a"): 4})
