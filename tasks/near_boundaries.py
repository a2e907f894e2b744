"""Boundaries that differ by few persons in a municipality: their numbers beside each other would tell of these.

What is reckoned by boundary and municipality – posts, kronor – is published beside the same of other boundaries, and
one less the other can be read off. So a municipality whose visits within a boundary differ from those within an
earlier one by few persons has no number of its own there: it stands together with others. `equalisation.net_cost`
says with which.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction

import duckdb
import pyarrow as pa

from equalisation.net_cost import Beside, withheld
from regions.folder import RegionFolder
from tasks.compute import bound_of
from warehouse.lake import registered
from warehouse.model_files import composed

BOUNDARIES = ("hemvard_conditions", "hemvard_scenarios")
Apart = Mapping[tuple[str, str], Mapping[str, int]]
"""Two boundaries → by serving municipality, the persons with visits that only the first counts."""


def read_apart(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, year: int) -> Apart:
    """How many persons part the boundaries of a year from each other."""
    bound = bound_of(folder).tables
    window = pa.table({"period_start": [date(year, 1, 1)], "period_end": [date(year, 12, 31)]})
    with registered(connection, {"hemvard_windows": window, **{name: bound[name] for name in BOUNDARIES}}):
        found = connection.execute(composed("equalisation/apart")).fetchall()
    apart: dict[tuple[str, str], dict[str, int]] = {}
    for code, scenario, other, persons in sorted(found):
        apart.setdefault((scenario, other), {})[code] = persons
    return apart


def without_own_numbers(
    scenarios: Sequence[str],
    shown: Collection[str],
    patients: Mapping[str, Mapping[str, int]],
    apart: Apart,
    size: Mapping[str, Fraction],
    least: int,
    hidden: Mapping[str, Collection[str]],
) -> dict[str, frozenset[str]]:
    """Boundary → the municipalities whose own numbers of it are not used. Pure.

    `scenarios`: in their order; of two that are too near each other the later is the one without own numbers.
    `shown`: those whose county's numbers are shown, beside which the others stand. `patients`: each boundary's by
    municipality, of whom few stand together anyway. `size`: of every municipality; the smallest that helps joins
    those that can't stand alone. `hidden`: what isn't shown of each boundary for other reasons.
    """
    found: dict[str, frozenset[str]] = {}
    for scenario in scenarios:
        others = [
            Beside(earlier, (apart.get((scenario, other), {}), apart.get((other, scenario), {})))
            for other, earlier in found.items()
            if other in shown
        ]
        few = Beside(frozenset(), (patients.get(scenario, {}),))
        found[scenario] = withheld(hidden.get(scenario, ()), size, [few, *others], least)
    return found
