"""What costs follow: visits, minutes, patients and posts of each boundary in the base year, by serving municipality.

Money is published beside the volumes, so it must not tell what disclosure control hides. Where a boundary's figures of
a municipality are hidden, or rest on few persons where care is given, or differ by few from those of another boundary,
the municipality's own number is not used: all of these municipalities share what they have together, by the numbers of
the nearest boundary that is shown in each of them (by inhabitants where there is none). What they have together is the
county's number less the others', so the county's number is exact, and `equalisation.net_cost.withheld` sees to it that
it rests on enough persons; kronor of a ledger are by these shares, and so is the county's sum of them. What three
boundaries or more tell together isn't looked into here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import duckdb

from equalisation.net_cost import allocated, joint_keys, of_scope
from equalisation.staffing import ALL, mean_minutes, whole_minutes
from regions.costs import FILE, AllocationKey, CostItem
from regions.errors import DataError
from regions.model import Basis
from tasks.equalisation.cost_items import costs_of
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.near_boundaries import read_apart, without_own_numbers
from tasks.staffing import Work, read_work
from warehouse.model_files import composed

ByPlace = dict[str, Fraction]
"""Municipality → number."""
_OfBoundary = Callable[[str], Mapping[str, Fraction]]
"""A boundary's own numbers."""


@dataclass(frozen=True)
class _Posts:
    """A row of `equalisation/posts.sql`."""

    scenario: str
    party: str
    municipality_code: str
    profession: str
    fte: Fraction | None
    basis: Basis
    status: str


class CostKeys:
    """The base year's keys of each boundary; read once from the lake and from what is about to be published."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
        self._connection, self._inputs, self._costs = connection, inputs, costs_of(inputs)
        self.municipalities = tuple(sorted(inputs.folder.region.municipalities))
        self._tax_year = TaxYear(inputs, self._costs.price_year)

    # what is known

    @cached_property
    def statuses(self) -> dict[tuple[str, str], str]:
        """Boundary and municipality (or all) → the status of its volumes."""
        found = self._connection.execute(composed("equalisation/boundaries"), {"year": self._costs.base_year})
        return {(scenario, code): status for scenario, code, status in found.fetchall()}

    def is_shown(self, scenario: str) -> bool:
        """Whether the county's volumes of the boundary may be shown."""
        return self.statuses.get((scenario, ALL)) in ("ok", "preliminary")

    def status(self, scenario: str) -> str:
        """Preliminary where the boundary's volumes or posts wait for a delivery."""
        told = {
            self.statuses.get((scenario, ALL)),
            *(row.status for row in self._all_posts if row.scenario == scenario),
        }
        return "preliminary" if "preliminary" in told else "ok"

    def lacking_population(self) -> list[str]:
        """The municipalities without a population of the price year."""
        names = {code: self._tax_year.population_names(code) for code in self.municipalities}
        return [
            code for code, listed in names.items() if not all(self._tax_year.has(name, area=code) for name in listed)
        ]

    def lacking_posts(self, item: CostItem, scenario: str) -> Iterator[str]:
        """That posts which an item counts are not known, or hidden."""
        rows = self._posts_of(scenario, item.payer_before.value)
        if not rows or any(row.fte is None for row in rows):
            yield f"no posts of {scenario} in {self._costs.base_year} by the method {self._costs.posts}, for {item.id}."

    def bases(self, item: CostItem, key: AllocationKey, scenario: str, known: Inputs) -> list[Basis]:
        """How an item's key is known, beside what is delivered; populations are remembered in `known`."""
        if key == "population":
            tax_year = TaxYear(known, self._costs.price_year)
            _ = [tax_year.population(code) for code in self.municipalities]
        return [row.basis for row in self._posts_of(scenario, item.payer_before.value)] if key == "fte" else []

    # keys

    def of_item(self, item: CostItem, scenario: str) -> ByPlace:
        """A boundary's key that an item is allocated by."""
        return self.key(scenario, item.allocation_key, item.payer_before.value)

    def key(self, scenario: str, name: AllocationKey, party: str) -> ByPlace:
        """A boundary's key by municipality; `party` is the employer whose posts count.

        Raises DataError for minutes where no visit has any.
        """
        if name == "fixed":
            return dict.fromkeys(self.municipalities, Fraction(1))
        if name == "population":
            return dict(self._population)
        if name == "fte":
            posts = self.posts(scenario, party).values()
            return {code: sum((by_place[code] for by_place in posts), Fraction(0)) for code in self.municipalities}
        if name == "minutes":
            return self._safe(scenario, self._minutes)
        return self._safe(scenario, self._visits if name == "visits" else self._patients)

    def posts(self, scenario: str, party: str) -> dict[str, ByPlace]:
        """Profession → posts by municipality; from personnel systems, the part of the ledger's scope by visits."""
        rows = self._posts_of(scenario, party)
        professions = sorted({row.profession for row in rows})
        if self._costs.posts != "hr":
            return {name: self._safe(scenario, self._placed(name, party)) for name in professions}
        own, scope = (self.key(each, "visits", party) for each in (scenario, self._costs.ledger_scope))
        placed = {name: self._placed(name, party)(self._costs.ledger_scope) for name in professions}
        return {
            name: {code: of_scope(posts[code], own[code], scope[code]) for code in self.municipalities}
            for name, posts in placed.items()
        }

    def together(self, scenario: str) -> frozenset[str]:
        """The municipalities whose own numbers of the boundary are not used."""
        return self._together[scenario]

    # inside

    @cached_property
    def _population(self) -> ByPlace:
        return {code: self._tax_year.population(code) for code in self.municipalities}

    @cached_property
    def _together(self) -> dict[str, frozenset[str]]:
        folder = self._inputs.folder
        hidden = {
            scenario.id: {code for code in self.municipalities if self.statuses.get((scenario.id, code)) == "protected"}
            for scenario in folder.scenarios
        }
        patients = {
            scenario.id: {
                code: row.patients for code, row in self._work(scenario.id).items() if code in self._population
            }
            for scenario in folder.scenarios
        }
        apart = read_apart(self._connection, folder, self._costs.base_year)
        shown, least = {name for name in hidden if self.is_shown(name)}, folder.publication.min_persons
        return without_own_numbers(list(hidden), shown, patients, apart, self._population, least, hidden)

    @cached_property
    def _all_work(self) -> dict[str, dict[str, Work]]:
        found = read_work(self._connection, self._inputs.folder, self._costs.base_year)
        return {
            scenario: {row.municipality_code: row for row in rows if row.profession == ALL}
            for (_, scenario), rows in found.items()
        }

    def _work(self, scenario: str) -> dict[str, Work]:
        return self._all_work.get(scenario, {})

    def _visits(self, scenario: str) -> ByPlace:
        return {code: Fraction(row.visits) for code, row in self._work(scenario).items()}

    def _patients(self, scenario: str) -> ByPlace:
        return {code: Fraction(row.patients) for code, row in self._work(scenario).items()}

    def _minutes(self, scenario: str) -> ByPlace:
        work = self._work(scenario)
        if not work:
            return {}
        try:
            mean = mean_minutes(Fraction(work[ALL].minutes), work[ALL].visits_with_minutes)
        except ValueError as error:
            raise DataError(
                f"Minutes cannot be a key: no visit of {scenario} in {self._costs.base_year} has a duration.",
                where=FILE,
                todo="Use the key visits.",
            ) from error
        return {
            code: whole_minutes(Fraction(row.minutes), row.visits, row.visits_with_minutes, mean)
            for code, row in work.items()
        }

    def _safe(self, scenario: str, of_boundary: _OfBoundary) -> ByPlace:
        """The boundary's numbers of the region's municipalities, those that are hidden shared out together."""
        own, together = self._own(of_boundary, scenario), self.together(scenario)
        shown = self._nearest(scenario, together)
        shares = self._own(of_boundary, shown) if shown else {}
        if not any(shares.get(code) for code in together):
            shares = self._population
        return joint_keys(own, together, shares)

    def _own(self, of_boundary: _OfBoundary, scenario: str) -> ByPlace:
        numbers = of_boundary(scenario)
        return {code: numbers.get(code, Fraction(0)) for code in self.municipalities}

    def _nearest(self, scenario: str, together: frozenset[str]) -> str | None:
        """The boundary that is shown in each of these municipalities and whose visits are nearest."""
        candidates = [
            (abs(count - self._visits_in_all.get(scenario, Fraction(0))), each)
            for each, count in self._visits_in_all.items()
            if each != scenario and self.is_shown(each) and not self.together(each) & together
        ]
        return min(candidates)[1] if together and candidates else None

    @cached_property
    def _visits_in_all(self) -> dict[str, Fraction]:
        """Boundary → its visits in all of the region's municipalities."""
        return {each: sum(self._own(self._visits, each).values(), Fraction(0)) for each in sorted(self._all_work)}

    @cached_property
    def _all_posts(self) -> list[_Posts]:
        bound = {"year": self._costs.base_year, "method": self._costs.posts}
        found = self._connection.execute(composed("equalisation/posts"), bound).fetchall()
        return [
            _Posts(scenario, party, code, profession, None if fte is None else Fraction(fte), Basis(basis), status)
            for scenario, party, code, profession, fte, basis, status in found
            if fte is None or ALL not in (code, profession)
        ]

    def _posts_of(self, scenario: str, party: str) -> list[_Posts]:
        """The rows of a boundary; those of personnel systems have no boundary but an employer."""
        wanted = (ALL, party) if self._costs.posts == "hr" else (scenario, ALL)
        return [row for row in self._all_posts if (row.scenario, row.party) == wanted]

    def _placed(self, profession: str, party: str) -> _OfBoundary:
        """A profession's posts by municipality; those of no municipality by the boundary's visits."""

        def of_boundary(scenario: str) -> Mapping[str, Fraction]:
            rows = [row for row in self._posts_of(scenario, party) if row.profession == profession]
            placed = {row.municipality_code: row.fte or Fraction(0) for row in rows}
            left = sum((placed.pop(code) for code in sorted({*placed} - {*self.municipalities})), Fraction(0))
            keys = self.key(scenario, "visits", party)
            parts = allocated(left, keys if any(keys.values()) else self._population)
            return {code: placed.get(code, Fraction(0)) + parts[code] for code in self.municipalities}

        return of_boundary
