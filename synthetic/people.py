"""The persons of a period: who they are, where they live, who has a reserve number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from regions.folder import RegionFolder
from regions.model import UNKNOWN_MUNICIPALITY
from synthetic.calibration import AgeBand, Calibration, People, Volumes
from synthetic.person_ids import RESERVE_KINDS, personnummer, reserve_number, serial_room
from synthetic.table import Array, Table, stacked

MALE_SHARE = 0.40
CAPACITY = {"home": 45_000, "special_housing": 25_000, "clinic": 120_000, "children": 2_500}


@dataclass(frozen=True)
class Population:
    """The persons of a period, one row each, their ids, and the rows of each pool."""

    people: Table
    """birth, sex, residence and serving (positions in places), slot and share (0–1), reserve (kind or −1)."""
    ids: Sequence[str]
    places: tuple[str, ...]
    """Municipality codes: the region's, then others' and the protected one."""
    pools: dict[str, tuple[int, int, int]]
    """Pool → first row, persons a year, persons new each year."""

    def active(self, pool: str, year_number: int) -> Array:
        """The rows of a pool's persons in the period's year of that number (from 0)."""
        first, count, new = self.pools[pool]
        return np.arange(first + new * year_number, first + new * year_number + count)


def make_population(
    folder: RegionFolder, volumes: Volumes, calibration: Calibration, *, span: range, factor: float, seed: int
) -> Population:
    """The persons of a period that spans so many years; factor times as many as the calibration says."""
    rng = np.random.default_rng([seed, int(folder.region.county_code), span.start, 1])
    sizes = {pool: _size(pool, persons, factor) for pool, persons in sorted(volumes.persons.items())}
    renewal = {pool: 1.0 if pool == "children" else calibration.people.turnover for pool in sizes}
    tables, pools, first = [], {}, 0
    for pool, count in sizes.items():
        new = round(count * renewal[pool])
        births = _births(rng, calibration.ages[pool], span.start, count + new * (len(span) - 1))
        if pool == "children":  # each year's are 0–18 years old all through that year
            births = _years_later(births, np.arange(len(births)) // count)
        pools[pool] = (first, count, new)
        tables.append(_people(rng, births, pool, calibration.people))
        first += len(births)
    places = _places(folder)
    weights = np.array([volumes.weights.get(code, 1.0) for code in folder.region.municipalities])
    people = _settled(rng, _distinct(rng, stacked(tables)), weights, len(places), calibration.people)
    return Population(people, _ids(people), places, pools)


def _size(pool: str, persons: int, factor: float) -> int:
    return max(min(round(persons * factor), CAPACITY[pool]), persons)


def _births(rng: np.random.Generator, bands: Sequence[AgeBand], start: int, count: int) -> Array:
    """Birth dates by the ages that persons have on 1 January of the year start."""
    shares = np.array([band.share for band in bands])
    band = np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random(count), side="right")
    low = np.array([band.ages[0] for band in bands])[np.minimum(band, len(bands) - 1)]
    high = np.array([band.ages[1] for band in bands])[np.minimum(band, len(bands) - 1)]
    age = rng.integers(low, high + 1)
    years = (start - 1 - age - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    births: Array = years + rng.integers(0, 365, count).astype("timedelta64[D]")
    return births


def _years_later(days: Array, years: Array) -> Array:
    year = days.astype("datetime64[Y]")
    moved: Array = (year + years.astype("timedelta64[Y]")).astype("datetime64[D]") + (
        days - year.astype("datetime64[D]")
    )
    return moved


def _people(rng: np.random.Generator, births: Array, pool: str, shares: People) -> Table:
    count = len(births)
    reserve = np.full(count, -1)
    if pool != "children":
        holders = np.arange(0, count, shares.reserve_every)
        reserve[holders] = np.arange(len(holders)) % len(RESERVE_KINDS)
    return Table(
        {
            "birth": births,
            "sex": (rng.random(count) < MALE_SHARE).astype(np.int64),
            "reserve": reserve,
            "slot": rng.random(count),
            "share": rng.random(count),
        }
    )


def _distinct(rng: np.random.Generator, people: Table) -> Table:
    """Birth dates moved within their year until each person has an id of his or her own."""
    birth, sex = people["birth"].copy(), people["sex"]
    for _ in range(60):
        rank = _ranks(birth, sex)
        crowded = np.flatnonzero(rank >= serial_room(birth))
        if not len(crowded):
            break
        year = birth[crowded].astype("datetime64[Y]").astype("datetime64[D]")
        birth[crowded] = year + rng.integers(0, 365, len(crowded)).astype("timedelta64[D]")
    return people.with_columns(birth=birth, rank=np.minimum(_ranks(birth, sex), serial_room(birth) - 1))


def _ranks(birth: Array, sex: Array) -> Array:
    """0, 1, 2 … for persons of one birth date and sex."""
    key = birth.astype(np.int64) * 2 + sex
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ranks = np.empty(len(key), dtype=np.int64)
    ranks[order] = np.arange(len(key)) - np.repeat(starts, np.diff(np.r_[starts, len(key)]))
    return ranks


def _places(folder: RegionFolder) -> tuple[str, ...]:
    others = [
        code
        for code, (_, county) in sorted(folder.national.municipalities.items())
        if county != folder.region.county_code
    ]
    return (*folder.region.municipalities, *others[::7], UNKNOWN_MUNICIPALITY)


def _settled(rng: np.random.Generator, people: Table, weights: Array, places: int, shares: People) -> Table:
    """Where each person is served (by the municipalities' weights) and lives."""
    count = len(people)
    serving = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(count), side="right")
    serving = np.minimum(serving, len(weights) - 1)
    odd = rng.random(count)
    outside = shares.protected + shares.outside_county
    residence = np.where(odd < outside + shares.served_elsewhere, rng.integers(0, len(weights), count), serving)
    residence = np.where(odd < outside, rng.integers(len(weights), places - 1, count), residence)
    residence = np.where(odd < shares.protected, places - 1, residence)
    return people.with_columns(serving=serving, residence=residence)


def _ids(people: Table) -> list[str]:
    ids = personnummer(people["birth"], people["sex"], people["rank"])
    numbers = dict.fromkeys(range(len(RESERVE_KINDS)), 0)
    for row in np.flatnonzero(people["reserve"] >= 0).tolist():
        kind = int(people["reserve"][row])
        born: date = people["birth"][row].astype(object)
        ids[row] = reserve_number(RESERVE_KINDS[kind], born, int(people["sex"][row]), numbers[kind])
        numbers[kind] += 1
    return ids
