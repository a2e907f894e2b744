"""The visits of a year that count: who, when, by whom, delivered by which source in which month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from regions.folder import RegionFolder
from regions.model import Period, Principal
from regions.month import Month
from synthetic.calibration import Calibration, Profile, Stream, Volumes, read_calibration
from synthetic.people import Population, make_population
from synthetic.planted import Effects, moved_to_the_evening
from synthetic.table import CODES, PROFESSIONS, Array, Table, choose, code, groups, stacked

HOME_STREAMS = ("home_health_care", "home_visits")
REGION_STREAMS = (*HOME_STREAMS, "clinic")
_EVENINGS = 170
PART_STARTS = {"day": (7, 17), "evening": (17, 21), "night": (21, 31)}
KINDS = (
    "health_centre",
    "hospital",
    "psychiatric_clinic",
    "municipal_home_care",
    "municipal_special_housing",
)


@dataclass(frozen=True)
class World:
    """A period of a region: its persons, its volumes, and who takes over what when."""

    folder: RegionFolder
    calibration: Calibration
    volumes: Volumes
    population: Population
    start: int
    factor: float
    """How many times the region's own systems are larger than the calibration says."""
    seed: int

    def rng(self, year: int, purpose: int) -> np.random.Generator:
        """Random numbers for one purpose in one year, the same whatever else is made."""
        return np.random.default_rng([self.seed, int(self.folder.region.county_code), year, purpose])

    @property
    def planted(self) -> Effects:
        """The region's effects of known size."""
        return self.calibration.planted.get(self.folder.region.id, ())

    @property
    def takeover(self) -> date:
        """The earliest takeover of the region's agreements; never, where there is none."""
        return min((agreement.takeover for agreement in self.folder.agreements), default=date.max)


def make_world(folder: RegionFolder, period: Period, rows: int | None, seed: int) -> World:
    """The period of a region, from a seed; rows scales the region's own systems to so many visits a year."""
    calibration = read_calibration()
    volumes = calibration.volumes(folder)
    usual = sum(volumes.streams[name].visits for name in REGION_STREAMS)
    factor = 1.0 if rows is None else rows / usual
    span = range(period.first.year, (period.last or period.first).year + 1)
    population = make_population(folder, volumes, calibration, span=span, factor=factor, seed=seed)
    return World(folder, calibration, volumes, population, span.start, factor, seed)


def year_of_visits(world: World, year: int) -> Table:
    """A year's visits that count, in the first batch, those alone that a source delivers."""
    made = [_stream(world, year, number, name) for number, name in enumerate(sorted(world.calibration.profiles))]
    visits = _delivered(world, year, stacked(made))
    visits = visits.with_columns(unit=pick_units(world.folder, visits, world.population))
    return _late(world, year, visits)


def month_number(moments: Array) -> Array:
    """Months since January of the year 0."""
    return moments.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def as_month(number: int) -> Month:
    """The month of such a number."""
    return Month(number // 12, number % 12 + 1)


def _stream(world: World, year: int, number: int, name: str) -> Table:
    rng = world.rng(year, 10 + number)
    scale = world.factor if name in REGION_STREAMS else 1.0
    stream = world.volumes.streams[name].times(scale * world.volumes.factor(year))
    profile = world.calibration.profiles[name]
    count = stream.visits
    child = np.arange(count) < stream.children
    visits = Table(
        {
            "person": _persons(rng, world, year, profile, stream),
            "started": _moments(rng, world, year, profile, count),
            "child": child,
            "planned": np.full(count, code("planned", "planned"), dtype=np.int8),
            "minutes": _minutes(rng, profile, count),
            "professions": _professions(rng, profile, count),
            "provider_level": choose(rng, profile.provider_level, CODES["provider_level"], count),
        }
    )
    visits = _plan(rng, profile, stream, visits)
    visits = _flagged(rng, profile, visits)
    fixed = {name: code(name, getattr(profile, name)) for name in ("care_form", "place", "living")}
    visits = visits.with_columns(**{attribute: np.int8(value) for attribute, value in fixed.items()})
    visits = _principals(rng, world, name, visits)
    return _evenings(world, year, number, visits) if name in HOME_STREAMS else visits


def _evenings(world: World, year: int, number: int, visits: Table) -> Table:
    """The visits with what is planted of evenings: by where persons live."""
    places = np.array(world.population.places, dtype=object)
    codes = places[world.population.people["residence"][visits["person"]]]
    return visits.with_columns(
        started=moved_to_the_evening(world.rng(year, _EVENINGS + number), world.planted, codes, visits)
    )


def _persons(rng: np.random.Generator, world: World, year: int, profile: Profile, stream: Stream) -> Array:
    """A person for each visit, the children's first; some persons have many visits, some few."""
    number = year - world.start
    adults = stream.visits - stream.children
    pool = choose(rng, profile.pools, tuple(profile.pools), adults)
    persons = np.empty(stream.visits, dtype=np.int64)
    for position, name in enumerate(profile.pools):
        rows = stream.children + np.flatnonzero(pool == position)
        persons[rows] = _drawn(rng, world.population.active(name, number), len(rows))
    persons[: stream.children] = _drawn(rng, world.population.active("children", number), stream.children)
    return persons


def _drawn(rng: np.random.Generator, persons: Array, count: int) -> Array:
    weights = np.cumsum(rng.gamma(1.2, size=len(persons)))
    drawn: Array = persons[
        np.searchsorted(weights / weights[-1], rng.random(count), side="right").clip(max=len(persons) - 1)
    ]
    return drawn


def _moments(rng: np.random.Generator, world: World, year: int, profile: Profile, count: int) -> Array:
    """Starts, to five minutes: more in some months, fewer at weekends."""
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    season = np.array(world.calibration.seasons)[days.astype("datetime64[M]").astype(np.int64) % 12]
    weights = np.cumsum(season * np.where(np.is_busday(days), 1.0, profile.weekend))
    day = np.searchsorted(weights / weights[-1], rng.random(count), side="right").clip(max=len(days) - 1)
    part = choose(rng, profile.parts, tuple(PART_STARTS), count)
    low, high = (np.array([hours[end] for hours in PART_STARTS.values()])[part] for end in (0, 1))
    slot = rng.integers(low * 12, high * 12) % (24 * 12)
    moments: Array = days[day].astype("datetime64[m]") + (slot * 5).astype("timedelta64[m]")
    return moments


def _minutes(rng: np.random.Generator, profile: Profile, count: int) -> Array:
    """Minutes in fives; −1 where the system has none."""
    wanted = profile.minutes
    drawn = np.exp(np.log(wanted.median) + wanted.spread * rng.standard_normal(count))
    minutes = (np.round(drawn / 5).clip(1, 48) * 5).astype(np.int16)
    return np.where(rng.random(count) < wanted.missing, np.int16(-1), minutes)


def _professions(rng: np.random.Generator, profile: Profile, count: int) -> Array:
    """Three columns: the lead profession, and in some visits a second and a third."""
    drawn = np.stack([choose(rng, profile.professions, PROFESSIONS, count) for _ in range(3)], axis=1)
    several = rng.random(count)
    drawn[(several >= 0.08) | (drawn[:, 1] == drawn[:, 0]), 1:] = -1
    drawn[(several >= 0.01) | (drawn[:, 2] == drawn[:, 1]), 2] = -1
    return drawn


def _plan(rng: np.random.Generator, profile: Profile, stream: Stream, visits: Table) -> Table:
    """Exactly so many unplanned visits; the children's unplanned ones by different persons."""
    planned = visits["planned"]
    adults = np.arange(stream.children, stream.visits)
    chosen = rng.choice(adults, min(stream.unplanned - stream.children_unplanned, len(adults)), replace=False)
    _, first_visits = np.unique(visits["person"][: stream.children], return_index=True)
    children = rng.permutation(first_visits)[: stream.children_unplanned]
    planned[np.r_[chosen, children]] = code("planned", "unplanned")
    unknown = rng.random(len(visits)) < profile.planned_unknown
    planned[unknown & (planned == code("planned", "planned"))] = code("planned", "unknown")
    return visits.with_columns(planned=planned)


def _flagged(rng: np.random.Generator, profile: Profile, visits: Table) -> Table:
    """Yes, no, and a few unknown; acute isn't the opposite of planned."""
    count = len(visits)
    unplanned = visits["planned"] == code("planned", "unplanned")
    chances = {name: np.full(count, share) for name, share in profile.flags.items()}
    chances["acute"] = np.where(unplanned, profile.acute.unplanned, profile.acute.planned)
    chances["delegated"] = np.where(visits["professions"][:, 0] == PROFESSIONS.index("assistant_nurse"), 0.9, 0.0)
    flags = {}
    for name, chance in sorted(chances.items()):
        drawn = np.where(rng.random(count) < chance, code(name, "yes"), code(name, "no"))
        flags[name] = np.where(rng.random(count) < 0.01, code(name, "unknown"), drawn).astype(np.int8)
    return visits.with_columns(**flags)


def _principals(rng: np.random.Generator, world: World, name: str, visits: Table) -> Table:
    """Who is responsible that day, and where: 0 region, 1 municipality."""
    people = world.population.people
    serving = people["serving"][visits["person"]]
    municipal = np.full(len(visits), name not in REGION_STREAMS)
    if name in HOME_STREAMS:
        after = visits["started"] >= np.datetime64(world.takeover)
        share = np.where(after, world.volumes.municipal_share.after, world.volumes.municipal_share.before)
        doctor = visits["professions"][:, 0] == PROFESSIONS.index("doctor")
        municipal = (people["share"][visits["person"]] < share) & ~doctor & ~visits["child"]
    level = np.where(municipal, code("provider_level", "municipal"), visits["provider_level"]).astype(np.int8)
    visits = visits.with_columns(municipal=municipal, serving=serving, provider_level=level)
    kept = ~municipal | (name not in REGION_STREAMS) | (rng.random(len(visits)) < 1 / world.factor)
    return visits if kept.all() else visits.take(kept)


def delivers(folder: RegionFolder, source: int, month: Month) -> bool:
    """Whether a source delivers for a month."""
    return folder.region.expects(month) and folder.visit_sources[source].expected(month)


def counts_on(folder: RegionFolder, source: Array, moments: Array) -> Array:
    """Whether each row's source counts on the day of each moment."""
    spans = [entry.counts for entry in folder.visit_sources]
    first = np.array([span.first for span in spans], dtype="datetime64[D]")
    last = np.array([span.last for span in spans], dtype="datetime64[D]")
    day = moments.astype("datetime64[D]")
    within: Array = (day >= first[source]) & (day <= last[source])
    return within


def _delivered(world: World, year: int, visits: Table) -> Table:
    """The visits that a source delivers, in the order of source and time."""
    event = month_number(visits["started"])
    visits = visits.with_columns(source=_sources(world.folder, year, visits), file_month=event)
    visits = visits.take(visits["source"] >= 0)
    return visits.take(np.lexsort((visits["person"], visits["started"], visits["source"])))


def _sources(folder: RegionFolder, year: int, visits: Table) -> Array:
    """The counting source of each visit, by its principal, municipality and day; −1 where there is none."""
    codes, day = folder.region.municipalities, visits["started"].astype("datetime64[D]")
    month = month_number(visits["started"]) % 12
    found = np.full(len(visits), -1, dtype=np.int64)
    for number, source in enumerate(folder.visit_sources):
        if source.role == "counting":
            served = np.isin(codes, folder.municipalities_of(source))
            has = np.array([delivers(folder, number, Month(year, which + 1)) for which in range(12)])
            counts = (day >= np.datetime64(source.counts.first)) & (day <= np.datetime64(source.counts.last))
            own = visits["municipal"] == (source.principal is Principal.MUNICIPALITY)
            found[own & served[visits["serving"]] & has[month] & counts] = number
    return found


def _late(world: World, year: int, visits: Table) -> Table:
    """Some visits come in the file of one or two months later, never in another year's."""
    rng = world.rng(year, 3)
    late = rng.random(len(visits)) < world.calibration.late_share
    later = visits["file_month"] + rng.integers(1, 3, len(visits))
    fits = (later // 12 == year) & _has_file(world.folder, year)[visits["source"], later % 12]
    return visits.with_columns(file_month=np.where(late & fits, later, visits["file_month"]))


def _has_file(folder: RegionFolder, year: int) -> Array:
    """Whether a source has a file in a month of the year."""
    sources = range(len(folder.visit_sources))
    return np.array([[delivers(folder, source, Month(year, month + 1)) for month in range(12)] for source in sources])


def pick_units(folder: RegionFolder, visits: Table, population: Population) -> Array:
    """A care unit (row of units.csv) for each visit, valid on its day; a person keeps to one. −1 none."""
    people, systems = population.people, [source.system for source in folder.visit_sources]
    kind = _wanted_kind(visits)
    edges = _edges(folder)
    epoch = np.searchsorted(edges, visits["started"].astype("datetime64[D]"), side="right")
    unit = np.full(len(visits), -1, dtype=np.int64)
    for (source, serving, wanted, age), rows in groups(visits["source"], visits["serving"], kind, epoch):
        place = folder.region.municipalities[serving]
        valid = _candidates(folder, systems[source], place, KINDS[wanted], edges[age - 1] if age else None)
        if valid:
            slot = (people["slot"][visits["person"][rows]] * len(valid)).astype(np.int64)
            unit[rows] = np.array(valid)[slot]
    return unit


def _wanted_kind(visits: Table) -> Array:
    level, place = visits["provider_level"], visits["place"]
    kind = np.zeros(len(visits), dtype=np.int64)
    kind[level == code("provider_level", "hospital")] = KINDS.index("hospital")
    kind[level == code("provider_level", "psychiatric")] = KINDS.index("psychiatric_clinic")
    municipal = level == code("provider_level", "municipal")
    kind[municipal] = KINDS.index("municipal_home_care")
    kind[municipal & (place == code("place", "special_housing"))] = KINDS.index("municipal_special_housing")
    return kind


def _edges(folder: RegionFolder) -> Array:
    """The days on which some unit becomes valid or has ceased to be."""
    begin = [np.datetime64(unit.valid_from) for unit in folder.units]
    end = [np.datetime64(unit.valid_to) + 1 for unit in folder.units if unit.valid_to]
    return np.unique(np.array(begin + end, dtype="datetime64[D]"))


def _candidates(folder: RegionFolder, system: str, place: str, kind: str, day: np.datetime64 | None) -> Sequence[int]:
    """Rows of units.csv for a system and municipality on a day; of the kind, or any where none is."""
    if day is None:
        return []
    on = day.astype(object)
    valid = [
        (number, unit.kind)
        for number, unit in enumerate(folder.units)
        if (unit.system, unit.municipality_code) == (system, place)
        and unit.valid_from <= on
        and (unit.valid_to is None or on <= unit.valid_to)
    ]
    return [number for number, own in valid if own == kind] or [number for number, _ in valid]
