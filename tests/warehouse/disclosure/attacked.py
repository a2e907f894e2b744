"""Small published tables as systems, and what an attacker can work out of them by exact algebra alone."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from warehouse.disclosure.system import Cell, System, Variable

TOTAL = "all"
LEAST = 5
Place = tuple[str, str]


def two_ways(numbers: Mapping[Place, int], *, owned: bool = False) -> System:
    """A table of municipalities by kinds with all its margins: each number is of as many persons."""
    system = System()
    system.least = LEAST
    rows, columns = sorted({row for row, _ in numbers}), sorted({column for _, column in numbers})
    system.knowing = frozenset(rows) if owned else frozenset()
    whole = {
        (row, column): sum(number for (r, c), number in numbers.items() if row in (r, TOTAL) and column in (c, TOTAL))
        for row in (*rows, TOTAL)
        for column in (*columns, TOTAL)
    }
    variable: dict[Place, int] = {}
    for place, number in whole.items():
        few = 1 <= number < LEAST
        owner = place[0] if owned and place[0] != TOTAL else None
        index = system.add(Cell(place, max(1, number), owner, few, few, row=len(variable)))
        variable[place] = system.measure(Variable(index, float(number), 2.0))
    for row in (*rows, TOTAL):
        system.relate(variable[row, TOTAL], [variable[row, column] for column in columns])
    for column in (*columns, TOTAL):
        system.relate(variable[TOTAL, column], [variable[row, column] for row in rows])
    return system


def follows(system: System, wanted: int, known: Sequence[int] = ()) -> bool:
    """Whether a hidden variable follows from the equations by algebra, for one who also knows some variables."""
    hidden = [
        variable
        for variable in range(len(system.variables))
        if system.cell_of(variable).is_hidden and variable not in known
    ]
    place = {variable: position for position, variable in enumerate(hidden)}
    matrix = []
    for equation in system.equations:
        line = [Fraction(0)] * len(hidden)
        for variable, sign in equation:
            if variable in place:
                line[place[variable]] += sign
        matrix.append(line)
    target = [Fraction(0)] * len(hidden)
    target[place[wanted]] = Fraction(1)
    return rank(matrix) == rank([*matrix, target])


def rank(matrix: Sequence[Sequence[Fraction]]) -> int:
    """The rank of a matrix, exactly."""
    lines = [list(line) for line in matrix]
    found = 0
    for column in range(len(lines[0]) if lines else 0):
        pivot = next((line for line in lines[found:] if line[column]), None)
        if pivot is None:
            continue
        lines.remove(pivot)
        lines.insert(found, pivot)
        for other in lines[found + 1 :]:
            factor = other[column] / pivot[column]
            for position, value in enumerate(pivot):
                other[position] -= factor * value
        found += 1
    return found
