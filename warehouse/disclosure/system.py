"""What is published, as an attacker sees it: unknown numbers, and equations between them.

A cell is what is hidden or shown at once: the measures of a row. Each of its additive measures is a variable. An
equation says that some variables add up, with their signs, to what they in truth add up to: to nothing, where a total
is the sum of its parts; to a rest that no row shows, where it isn't, and then an attacker is taken to know that rest.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Name = tuple[Hashable, ...]
Equation = tuple[tuple[int, int], ...]
"""Variables with the sign that they have in the sum, +1 or −1."""


@dataclass(slots=True)
class Cell:
    """What is hidden or shown at once."""

    name: Name
    cost: int
    """What is lost when it is hidden: its persons, or its visits."""
    owner: str | None = None
    """The municipality whose persons it tells of; None where they are of several."""
    is_primary: bool = False
    """Few persons are behind it: it is what must be protected."""
    is_hidden: bool = False
    is_known: bool = False
    """A release that is kept shows it as it still is: to hide it protects little."""
    variables: list[int] = field(default_factory=list)
    row: int = -1
    """The row that it stands in; what else the row holds is lost with it."""
    is_part: bool = False
    """It is hidden without the rest of its row."""
    between: tuple[int, int] | None = None
    """The two cells whose difference it is, the one that matters more first: it is told as long as both are shown."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An additive measure of a cell."""

    cell: int
    value: float
    width: float
    """How wide the interval must be that an attacker can derive of it, where its cell is primary."""
    is_signed: bool = False
    """It may be below zero."""
    upper: float | None = None
    """What it cannot exceed, as everybody knows; None where nothing says so."""


class System:
    """Cells, their variables, and the equations between these."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.variables: list[Variable] = []
        self.equations: list[Equation] = []
        self.knowing: frozenset[str] = frozenset()
        """The municipalities that know what is told of their own persons."""
        self.least = 0
        """How many persons are enough."""
        self.lost: set[int] = set()
        """Rows that are hidden already."""

    def add(self, cell: Cell) -> int:
        """Add a cell; its index."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def measure(self, variable: Variable) -> int:
        """Add a variable to its cell; its index."""
        self.variables.append(variable)
        self.cells[variable.cell].variables.append(len(self.variables) - 1)
        return len(self.variables) - 1

    def cell_of(self, variable: int) -> Cell:
        """The cell of a variable."""
        return self.cells[self.variables[variable].cell]

    def relate(self, total: int, parts: Iterable[int]) -> None:
        """Add the equation that a variable is the sum of others."""
        self.equations.append(((total, 1), *((part, -1) for part in parts)))

    def equations_of(self) -> list[list[int]]:
        """For each variable the equations in which it stands."""
        found: list[list[int]] = [[] for _ in self.variables]
        for index, equation in enumerate(self.equations):
            for variable, _ in equation:
                found[variable].append(index)
        return found

    def is_secret(self, variable: int) -> bool:
        """Whether it is hidden and tells of somebody: that there is nobody is no secret."""
        return self.cell_of(variable).is_hidden and self.variables[variable].value != 0

    def hidden_in(self, equation: Equation) -> list[tuple[int, int]]:
        """The variables of an equation that an attacker doesn't see, with their signs."""
        return [(variable, sign) for variable, sign in equation if self.cell_of(variable).is_hidden]

    def components(self) -> Iterator[tuple[list[int], list[int]]]:
        """Hidden variables that equations tie together, and the indices of these equations."""
        joined = Joined(len(self.variables))
        tied = [(index, self.hidden_in(equation)) for index, equation in enumerate(self.equations)]
        tied = [(index, hidden) for index, hidden in tied if hidden]
        for _, hidden in tied:
            joined.join([variable for variable, _ in hidden])
        groups: dict[int, tuple[list[int], list[int]]] = {}
        for index, hidden in tied:
            groups.setdefault(joined.root(hidden[0][0]), ([], []))[1].append(index)
        for variable in range(len(self.variables)):
            if (root := joined.root(variable)) in groups and self.cell_of(variable).is_hidden:
                groups[root][0].append(variable)
        yield from groups.values()


class Joined:
    """Which numbers belong together (union and find)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, number: int) -> int:
        """What stands for all numbers that belong with this one."""
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, numbers: Sequence[int]) -> None:
        """Let numbers belong together."""
        roots = [self.root(number) for number in numbers]
        least = min(roots)
        for root in roots:
            self._parent[root] = least
