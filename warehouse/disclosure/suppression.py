"""Which cells have to be hidden beside those with few persons, so that these can't be worked out.

First equation by equation: none may be left with a single hidden number, nor with a single one that a municipality
doesn't know, nor with so small a sum of hidden numbers that it is itself a figure of few persons. Then the audit looks
at what equations tell together, and wherever it finds too narrow an interval, the cheapest cell that stands in an
equation with it is hidden as well, until it finds none. Ties are broken by the cells' names: the same figures, the same
cells.
"""

import heapq
import time
from collections.abc import Iterable, Iterator

from warehouse.disclosure.audit import narrow_in
from warehouse.disclosure.system import Equation, Joined, System

_KNOWN = 1000
"""How much worse it is to hide what a kept release shows: only where nothing else protects this one."""


class OutOfTimeError(Exception):
    """The time that was given ended before everything was protected."""


class Suppression:
    """Hides cells of a system until nothing hidden can be worked out."""

    def __init__(self, system: System, until: float = float("inf")) -> None:
        """`until`: when its time is out, as `time.monotonic` tells it."""
        self.system, self._until = system, until
        self._equations_of = system.equations_of()
        self._hidden = [len(system.hidden_in(equation)) for equation in system.equations]
        self._same = _same_numbers(system)
        self._lost = {cell.row for cell in system.cells if cell.is_hidden and not cell.is_part} | system.lost
        self._queue: list[int] = []
        self._waiting: set[int] = set()

    def run(self) -> bool:
        """Hide what must be hidden; whether nothing of few persons can be worked out then.

        Raises OutOfTimeError where its time ends before that.
        """
        for index, count in enumerate(self._hidden):
            if count:
                self._wait(index)
        self._settle()
        open_ = self._narrow(self._components())
        while open_:
            hidden_more = [self._protect(narrow) for narrow in open_]
            if not any(hidden_more):
                break
            self._settle()
            before = set().union(*open_)
            open_ = self._narrow([component for component in self._components() if before.intersection(component[0])])
        return not open_

    def _protect(self, narrow: set[int]) -> bool:
        """Hide one cell, or all around, for what is open in a component; whether there was anything left to hide."""
        best = self._most_for_its_cost(narrow)
        if best is None:
            return self._hide_all_around(narrow)
        self._hide(best)
        return True

    def _components(self) -> list[tuple[list[int], list[int]]]:
        return list(self.system.components())

    def _narrow(self, components: Iterable[tuple[list[int], list[int]]]) -> list[set[int]]:
        """What can be derived too narrowly, component by component."""
        found = []
        for component in components:
            if time.monotonic() > self._until:
                raise OutOfTimeError
            if narrow := narrow_in(self.system, *component):
                found.append(set(narrow))
        return found

    def _most_for_its_cost(self, narrow: set[int]) -> int | None:
        """The cell that stands in equations with the most of what is too narrow, for what is lost with it.

        Where all of these are hidden already, a cell that stands in equations with them, and so on.
        """
        reached = {variable: {variable} for variable in narrow}
        seen: set[int] = set()
        while reached:
            helped: dict[int, set[int]] = {}
            further: dict[int, set[int]] = {}
            seen.update(reached)
            for variable, of in reached.items():
                for other in self._beside(variable):
                    if self._may_hide(other):
                        helped.setdefault(self.system.variables[other].cell, set()).update(of)
                    elif other not in seen and self.system.cell_of(other).is_hidden:
                        further.setdefault(other, set()).update(of)
            if helped:
                found = [
                    (self._cost(cell) / len(of), self.system.cells[cell].name, cell) for cell, of in helped.items()
                ]
                return min(found)[2]
            reached = further
        return None

    def _hide_all_around(self, narrow: set[int]) -> bool:
        """Hide what is shown beside hidden numbers that nothing else can protect, that nobody is there too.

        Where all others are hidden, cells of nobody tell where the few are. Whether there was anything left to hide.
        """
        shown = {
            self.system.variables[other].cell
            for variables, _ in self._components()
            if narrow.intersection(variables)
            for variable in variables
            for other in self._beside(variable)
            if not self.system.cell_of(other).is_hidden
        }
        for index in sorted(shown):
            self._hide(index)
        return bool(shown)

    def _beside(self, variable: int) -> Iterator[int]:
        """The variables that stand in an equation with one."""
        return (other for index in self._equations_of[variable] for other, _ in self.system.equations[index])

    def _settle(self) -> None:
        while self._queue:
            index = heapq.heappop(self._queue)
            self._waiting.discard(index)
            wanted = self._lacking(self.system.equations[index])
            if wanted is not None and (best := self._cheapest(self.system.equations[index], wanted)) is not None:
                self._hide(best)
                self._wait(index)

    def _lacking(self, equation: Equation) -> str | None:
        """Who can see through an equation: a municipality, anybody (an empty text), or nobody (None)."""
        hidden = [(variable, sign) for variable, sign in equation if self.system.is_secret(variable)]
        if not hidden:
            return None
        if len(hidden) == 1 or self._is_few(hidden):
            return ""
        owners = [self.system.cell_of(variable).owner for variable, _ in hidden]
        for knowing in sorted(self.system.knowing.intersection(owner for owner in owners if owner)):
            others = [owner for owner in owners if owner != knowing]
            if len(others) == 1 and others[0] is not None:
                return knowing
        return None

    def _is_few(self, hidden: list[tuple[int, int]]) -> bool:
        """Whether the hidden numbers stand on one side, and their sum is too small to hide a small one in."""
        variables = [self.system.variables[variable] for variable, _ in hidden]
        if len({sign for _, sign in hidden}) > 1 or any(variable.is_signed for variable in variables):
            return False
        of_few = any(self.system.cells[variable.cell].is_primary for variable in variables)
        return of_few and sum(variable.value for variable in variables) < self.system.least

    def _cheapest(self, equation: Equation, not_of: str) -> int | None:
        """The cell of an equation whose loss, with what it draws after it, is least."""
        found = []
        for variable, _ in equation:
            cell = self.system.cell_of(variable)
            if self._may_hide(variable) and (not not_of or cell.owner != not_of):
                index = self.system.variables[variable].cell
                found.append((self._cost(index) * (1 + 2 * self._drawn(variable)), cell.name, index))
        return min(found)[2] if found else None

    def _may_hide(self, variable: int) -> bool:
        cell = self.system.cell_of(variable)
        return not cell.is_hidden and self.system.variables[variable].value != 0

    def _drawn(self, variable: int) -> int:
        """In how many of its equations the cell would be the only one hidden."""
        cell = self.system.cell_of(variable)
        return sum(self._hidden[index] == 0 for each in cell.variables for index in self._equations_of[each])

    def _hide(self, index: int) -> None:
        """Hide a cell; a difference after one of the cells that it is between."""
        cell = self.system.cells[index]
        if (before := self._before(index)) is not None:
            self._hide(before)
        cell.is_hidden = True
        if not cell.is_part:
            self._lost.add(cell.row)
        for equation in (equation for variable in cell.variables for equation in self._equations_of[variable]):
            self._hidden[equation] += 1
            self._wait(equation)

    def _cost(self, index: int) -> int:
        """What is lost with a cell and those that tell the same number."""
        return sum(self._own_cost(each) for each in self._same[index])

    def _own_cost(self, index: int) -> int:
        cell = self.system.cells[index]
        if cell.is_hidden:
            return 0
        own = 0 if cell.row in self._lost else cell.cost * (_KNOWN if cell.is_known else 1)
        before = self._before(index)
        return own if before is None else own + self._own_cost(before)

    def _before(self, index: int) -> int | None:
        """The cell that has to be hidden before a difference can be; none where one of the two is."""
        between = self.system.cells[index].between
        if between is None or any(self.system.cells[each].is_hidden for each in between):
            return None
        return between[1]

    def _wait(self, index: int) -> None:
        if index not in self._waiting:
            self._waiting.add(index)
            heapq.heappush(self._queue, index)


def _same_numbers(system: System) -> list[list[int]]:
    """For each cell those that tell the same number, itself among them: one hidden, all must be."""
    joined = Joined(len(system.cells))
    for equation in system.equations:
        told = [variable for variable, _ in equation if system.variables[variable].value]
        if len(told) == 2:
            joined.join([system.variables[variable].cell for variable in told])
    together: dict[int, list[int]] = {}
    for index in range(len(system.cells)):
        together.setdefault(joined.root(index), []).append(index)
    return [together[joined.root(index)] for index in range(len(system.cells))]
