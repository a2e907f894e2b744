"""audit: can somebody derive a hidden number too narrowly? By linear programs (HiGHS).

The attacker sees every shown cell, knows which cells there are and what adds up to what, and that counts are not below
zero. A municipality knows its own cells beside: what the others' are must not follow from them.

A program asks how far the hidden numbers of a component can be moved from the truth, all equations still holding. Each
answer is a possible world; numbers that lie far enough apart in two such worlds are safe, whatever else is possible.
First many numbers are moved at once, then those that are left one by one, so that what is found narrow is narrow.
No number is moved further than a little: intervals are at least as wide as they are found, and numbers stay small.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import highspy
import numpy as np

from warehouse.disclosure.system import System

Array = np.ndarray
_TOLERANCE = 1e-6
_FAR = 20.0
"""How many times the widest interval that is asked for a number may be moved."""
_AT_ONCE = 12
"""How often many numbers are moved at once before those left are looked at one by one."""
SEEN_THROUGH = 1.0
"""The least width against a municipality that knows its own: two whole numbers are possible."""


def narrow_in(system: System, variables: Sequence[int], equations: Sequence[int]) -> list[int]:
    """The variables of few persons that somebody can derive too narrowly: from outside, or as a municipality."""
    wanted = wanted_in(system, variables)
    if not wanted:
        return []
    component = Component(system, variables, equations)
    found = component.narrow(wanted)
    of_others = {variable for variable in wanted if system.cell_of(variable).owner is not None}
    for owner in component.knowing:
        found += component.narrow(dict.fromkeys(of_others, SEEN_THROUGH), owner)
    return list(dict.fromkeys(found))


def wanted_in(system: System, variables: Iterable[int]) -> dict[int, float]:
    """How wide the interval must be of each variable that tells of few persons."""
    return {
        variable: system.variables[variable].width
        for variable in variables
        if system.is_secret(variable) and system.cell_of(variable).is_primary
    }


def hash_of(system: System, variables: Sequence[int], equations: Sequence[int]) -> str:
    """A component's hash: the same programs have the same."""
    place = {variable: position for position, variable in enumerate(variables)}
    told = hashlib.sha256()
    owners: dict[str | None, int] = {None: 0}
    for variable in variables:
        cell, own = system.cell_of(variable), system.variables[variable]
        owner = owners.setdefault(cell.owner, len(owners))
        knows = cell.owner in system.knowing
        told.update(repr((own.value, own.width, own.is_signed, own.upper, cell.is_primary, owner, knows)).encode())
    for index in equations:
        hidden = system.hidden_in(system.equations[index])
        told.update(repr([(place[variable], sign) for variable, sign in hidden]).encode())
    return told.hexdigest()


class Component:
    """Hidden variables that equations tie together, as a linear program over how far each is moved from the truth."""

    def __init__(self, system: System, variables: Sequence[int], equations: Sequence[int]) -> None:
        self.system, self.variables, self.equations = system, variables, equations
        self._place = {variable: place for place, variable in enumerate(variables)}
        bounds = [self._bounds(variable) for variable in variables]
        self._low, self._high = np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])
        self._columns = np.arange(len(variables), dtype=np.int32)
        self._solver = self._program()

    @property
    def knowing(self) -> list[str]:
        """The municipalities that know some of the numbers while others are of another's persons."""
        owners = {self.system.cell_of(variable).owner for variable in self.variables} - {None}
        return sorted(owner for owner in owners if owner in self.system.knowing) if len(owners) > 1 else []

    def narrow(self, wanted: Mapping[int, float], knowing: str | None = None) -> list[int]:
        """The variables whose interval is not as wide as wanted, for one who knows a municipality's own cells."""
        own = np.array([self._is_of(variable, knowing) for variable in self.variables])
        self._set_bounds(np.where(own, 0.0, self._low), np.where(own, 0.0, self._high))
        places = [self._place[variable] for variable in wanted if not own[self._place[variable]]]
        widths = np.array([wanted[self.variables[place]] for place in places])
        return [self.variables[places[each]] for each in self._search(np.array(places, dtype=np.int32), widths)]

    def _search(self, places: Array, widths: Array) -> list[int]:
        """Which of the wanted widths are not reached; by their position."""
        least, most = np.zeros(len(self.variables)), np.zeros(len(self.variables))
        short = np.arange(len(places))
        for aims in self._aims(len(places)):
            short = short[(most - least)[places[short]] < widths[short] * (1 - _TOLERANCE)]
            if not len(short):
                return []
            _see(self._world(places[short], aims[short]), least, most)
        return [int(each) for each in short if not self._reaches(places[each], widths[each], least, most)]

    def _aims(self, size: int) -> Iterator[Array]:
        """Which way each number is to be moved: all up, all down, then by chance – the same chance each time."""
        yield np.full(size, -1.0)
        yield np.full(size, 1.0)
        chance = np.random.default_rng(0)
        for _ in range(_AT_ONCE):
            aims = chance.choice([-1.0, 1.0], size)
            yield aims
            yield -aims

    def _reaches(self, place: int, width: float, least: Array, most: Array) -> bool:
        for aim in (-1.0, 1.0):
            if most[place] - least[place] < width * (1 - _TOLERANCE):
                _see(self._world(np.array([place], dtype=np.int32), np.array([aim])), least, most)
        return bool(most[place] - least[place] >= width * (1 - _TOLERANCE))

    def _world(self, places: Array, aims: Array) -> Array:
        """How far each number is moved in a possible world in which those of these places go as far as they can."""
        costs = np.zeros(len(self.variables))
        costs[places] = aims
        self._solver.changeColsCost(len(costs), self._columns, costs)
        self._solver.run()
        if (status := self._solver.getModelStatus()) != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the audit's program ended as {status}")
        return np.array(self._solver.getSolution().col_value)

    def _is_of(self, variable: int, owner: str | None) -> bool:
        return owner is not None and self.system.cell_of(variable).owner == owner

    def _set_bounds(self, low: Array, high: Array) -> None:
        self._solver.changeColsBounds(len(low), self._columns, low, high)

    def _bounds(self, variable: int) -> tuple[float, float]:
        """How far down and up a number can be moved."""
        own = self.system.variables[variable]
        far = _FAR * max(own.width, SEEN_THROUGH)
        low = -far if own.is_signed else max(-far, -own.value)
        return low, far if own.upper is None else min(far, own.upper - own.value)

    def _program(self) -> highspy.Highs:
        _greet_nobody()
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            solver.setOptionValue(option, value)
        empty = np.array([], dtype=np.int32)
        solver.addCols(
            len(self.variables), np.zeros(len(self.variables)), self._low, self._high, 0, empty, empty, np.array([])
        )
        starts, places, signs = [0], [], []
        for index in self.equations:
            for variable, sign in self.system.hidden_in(self.system.equations[index]):
                places.append(self._place[variable])
                signs.append(float(sign))
            starts.append(len(places))
        zeros = np.zeros(len(self.equations))
        solver.addRows(
            len(self.equations),
            zeros,
            zeros,
            len(places),
            np.array(starts[:-1], dtype=np.int32),
            np.array(places, dtype=np.int32),
            np.array(signs),
        )
        return solver


def _see(world: Array, least: Array, most: Array) -> None:
    """Widen what has been seen of each number."""
    np.minimum(least, world, out=least)
    np.maximum(most, world, out=most)


@cache
def _greet_nobody() -> None:
    """HiGHS writes its name to the console when it is first made, whatever its options say: not into ours."""
    sys.stdout.flush()
    console, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(console, 1)
        os.close(console)
        os.close(nowhere)
