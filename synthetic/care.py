"""A year of care beside the visits: the persons in home health care, their ids over time, the units they meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from regions.month import Month
from regions.source import Source
from synthetic.calibration import Records
from synthetic.person_ids import personnummer, reserve_number, serial_room
from synthetic.table import Array, Table, code, stacked
from synthetic.visits import World

MINUTES = "datetime64[m]"
NO_TIME = np.datetime64("NaT", "m")
_LINKS = 150
_TRIES = 40


@dataclass(frozen=True)
class CareYear:
    """A year of a world: its counted visits, and what other systems know of the same persons."""

    world: World
    year: int
    visits: Table

    @property
    def settings(self) -> Records:
        """How the subjects look."""
        return self.world.calibration.records

    @property
    def places(self) -> Array:
        """The codes of `Population.places`: the region's municipalities first."""
        return np.array(self.world.population.places, dtype=object)

    @cached_property
    def at_home(self) -> Array:
        """Persons with home health care at home this year."""
        return self._visited("home_health_care", "home")

    @cached_property
    def in_special_housing(self) -> Array:
        """Persons with visits in special housing this year."""
        return self._visited("home_health_care", "special_housing")

    @cached_property
    def others(self) -> Array:
        """Persons who visit clinics this year, without home health care at home."""
        people = np.unique(self.visits["person"][self.visits["place"] == code("place", "clinic")])
        return np.setdiff1d(people, self.at_home)

    @cached_property
    def links(self) -> Table:
        """Persons whose id changed, or who had two, from the period's first year to this one."""
        links = _links(self.world, self.world.start, None)
        for year in range(self.world.start + 1, self.year + 1):
            links = stacked([links, _links(self.world, year, links)])
        return links

    def rng(self, purpose: int) -> np.random.Generator:
        """Random numbers of one subject this year."""
        return self.world.rng(self.year, purpose)

    def months(self, source: Source) -> list[Month]:
        """The year's months in which a source's rows may have happened, whether it has a file each month or not."""
        region = self.world.folder.region
        listed = (Month(self.year, number) for number in range(1, 13))
        return [month for month in listed if region.expects(month) and any(span.holds(month) for span in source.valid)]

    def files(self, source: Source) -> list[Month]:
        """The year's months for which a source has a file."""
        return [month for month in self.months(source) if source.expected(month)]

    def serving(self, persons: Array) -> Array:
        """Where persons are served: positions in places."""
        serving: Array = self.world.population.people["serving"][persons]
        return serving

    def residence(self, persons: Array) -> Array:
        """The codes of where persons live."""
        codes: Array = self.places[self.world.population.people["residence"][persons]]
        return codes

    def ids(self, persons: Array, days: Array) -> Array:
        """The texts of persons' ids on days: the former one before an id was changed or merged."""
        texts = np.array(self.world.population.ids, dtype=object)[persons]
        links, day = self.links, days.astype("datetime64[D]")
        for person in range(len(links)):
            own = persons == links["person"][person]
            if own.any():
                before = day < links["linked_on"][person]
                texts[own] = np.where(before[own], links["former"][person], links["current"][person])
        return texts

    def units(self, system: str, kinds: Iterable[str], persons: Array, days: Array) -> Array:
        """A unit (row of units.csv) per row, valid on its day, of the person's municipality or else any; −1 none."""
        folder, people = self.world.folder, self.world.population.people
        wanted = set(kinds)
        listed = [(row, unit) for row, unit in enumerate(folder.units) if unit.system == system and unit.kind in wanted]
        found = np.full(len(persons), -1, dtype=np.int64)
        if not listed or not len(persons):
            return found
        day, serving = days.astype("datetime64[D]"), people["serving"][persons]
        first = np.array([unit.valid_from for _, unit in listed], dtype="datetime64[D]")
        last = np.array([unit.valid_to or "2200-01-01" for _, unit in listed], dtype="datetime64[D]")
        where = np.array([folder.region.municipalities.index(unit.municipality_code) for _, unit in listed])
        valid = (day[:, None] >= first) & (day[:, None] <= last)
        own = valid & (serving[:, None] == where)
        at_home = own.any(axis=1)
        slot = np.where(at_home, people["slot"][persons], serving / len(folder.region.municipalities))
        choice = _nth(np.where(at_home[:, None], own, valid), slot)
        rows = np.array([row for row, _ in listed])
        return np.where(choice >= 0, rows[choice], -1)

    def _visited(self, care_form: str, place: str) -> Array:
        visits = self.visits
        wanted = (visits["care_form"] == code("care_form", care_form)) & (visits["place"] == code("place", place))
        return np.unique(visits["person"][wanted])


def record_ids(prefix: str, year: int, count: int) -> Array:
    """A system's record numbers of a year: letters, the year, a number."""
    return np.array([f"{prefix}{year % 100:02d}{number:07d}" for number in range(1, count + 1)], dtype=object)


def named(rng: np.random.Generator, shares: dict[str, float], count: int) -> Array:
    """Names drawn by shares."""
    weights = np.array(list(shares.values()))
    drawn: Array = rng.choice(np.array(list(shares), dtype=object), count, p=weights / weights.sum())
    return drawn


def any_time(rng: np.random.Generator, year: int, count: int, hours: tuple[int, int] = (0, 24)) -> Array:
    """Moments of a year, to five minutes, between two hours of the day."""
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    slot = rng.integers(hours[0] * 12, hours[1] * 12, count) * 5
    moments: Array = rng.choice(days, count).astype(MINUTES) + slot.astype("timedelta64[m]")
    return moments


def _nth(allowed: Array, slot: Array) -> Array:
    """Of each row's allowed columns, the one at a slot of 0–1; −1 where there is none."""
    count = allowed.sum(axis=1)
    rank = (slot * count).astype(np.int64)
    position = np.cumsum(allowed, axis=1) - 1
    hit = allowed & (position == rank[:, None])
    return np.where(count > 0, hit.argmax(axis=1), -1)


def _links(world: World, year: int, earlier: Table | None) -> Table:
    """Half: a reserve number that became a personnummer; half: a reserve number that proved to be a known person.

    Nobody has a link of an earlier year.
    """
    rng, people = world.rng(year, _LINKS), world.population.people
    count = world.calibration.records.enrolled.links_a_year // 2
    pool, taken = world.population.active("home", year - world.start), set(world.population.ids)
    if earlier is not None:
        pool = np.setdiff1d(pool, earlier["person"])
        taken |= {*earlier["former"].tolist(), *earlier["current"].tolist()}
    reserve = pool[people["reserve"][pool] >= 0]
    changed = rng.choice(reserve, min(count, len(reserve)), replace=False)
    merged = rng.choice(np.setdiff1d(pool, reserve), count, replace=False)
    rows = []
    for number, person in enumerate([*changed.tolist(), *merged.tolist()]):
        is_changed = number < len(changed)
        own = world.population.ids[person]
        other = _free_number(people, person, taken) if is_changed else _free_reserve(people, person, number, taken)
        if other:
            taken.add(other)
            rows.append((person, own if is_changed else other, other if is_changed else own, is_changed))
    linked_on = any_time(rng, year, len(rows)).astype("datetime64[D]")
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return Table(
        {
            "person": np.array(columns[0], dtype=np.int64),
            "former": np.array(columns[1], dtype=object),
            "current": np.array(columns[2], dtype=object),
            "reason": np.where(np.array(columns[3], dtype=bool), "changed", "merged").astype(object),
            "linked_on": linked_on,
        }
    )


def _free_number(people: Table, person: int, taken: set[str]) -> str | None:
    """A test number that nobody has, of the person's sex and birth year."""
    for later in range(_TRIES):
        birth = people["birth"][person : person + 1] + later
        for rank in range(int(serial_room(birth)[0])):
            text = personnummer(birth, people["sex"][person : person + 1], np.array([rank]))[0]
            if text not in taken:
                return text
    return None


def _free_reserve(people: Table, person: int, number: int, taken: set[str]) -> str | None:
    """A reserve number that nobody has."""
    born = people["birth"][person].astype(object)
    for later in range(_TRIES):
        text = reserve_number("carelink", born, int(people["sex"][person]), number + later)
        if text not in taken:
            return text
    return None
