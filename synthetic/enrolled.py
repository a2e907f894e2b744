"""What registers know: who is enrolled and listed, what the national register gets, devices, links, the overview."""

import numpy as np

from regions.source import RecordSource
from synthetic.care import CareYear, any_time, record_ids
from synthetic.table import PROFESSIONS, Array, Table, stacked
from synthetic.visits import month_number

_ENROLMENTS, _LISTINGS, _ACTIONS, _DEVICES, _OVERVIEW = 111, 112, 113, 114, 115
_NO_DAY = np.datetime64("NaT", "D")
_UNITS = {"ordinary": "municipal_home_care", "special_housing": "municipal_special_housing"}


def enrolments(care: CareYear, source: RecordSource) -> Table:
    """Persons whom a municipality visits, save a share that nobody enrolled; as each month's extract shows them."""
    rng, settings, begins = care.rng(_ENROLMENTS), care.settings.enrolled, _first_municipal_visit(care)
    persons = np.flatnonzero(~np.isnat(begins))
    persons = persons[rng.random(len(persons)) < settings.covered]
    before = (rng.exponential(settings.enrolled_before_days, len(persons))).astype("timedelta64[D]")
    began = begins[persons] - before
    ends = rng.random(len(persons)) < settings.ended
    ended = np.datetime64(f"{care.year}-01-01") + rng.integers(0, 365, len(persons)).astype("timedelta64[D]")
    ended = np.where(ends & (ended >= begins[persons]), ended, _NO_DAY)
    living = np.where(np.isin(persons, care.in_special_housing), "special_housing", "ordinary").astype(object)
    whole = Table(
        {"person": persons, "valid_from": began, "valid_to": ended, "living": living, "place": care.serving(persons)}
    )
    rows = _snapshots(care, source, whole)
    return rows.with_columns(
        municipality_code=care.places[rows["place"]],
        care_unit=_home_units(care, source, rows),
    )


def listings(care: CareYear, source: RecordSource) -> Table:
    """Everyone with visits this year, listed at a health centre where he or she is served."""
    rng = care.rng(_LISTINGS)
    persons = np.unique(care.visits["person"])
    listed = np.datetime64(f"{care.world.start - 6}-01-01") + rng.integers(0, 6 * 365, len(persons))
    whole = Table(
        {
            "person": persons,
            "valid_from": listed,
            "valid_to": np.full(len(persons), _NO_DAY),
            "residence_municipality_code": care.residence(persons),
            "place": care.serving(persons),
        }
    )
    rows = _snapshots(care, source, whole)
    days = _last_day(rows["file_month"])
    return rows.with_columns(health_centre=care.units(source.system, ("health_centre",), rows["person"], days))


def care_recipients(care: CareYear, _source: RecordSource) -> Table:
    """A row per person, month and municipality with any municipal visit: KHSL1."""
    visits = care.visits.take(care.visits["municipal"])
    month = month_number(visits["started"])
    key = np.unique(np.stack([month, visits["serving"], visits["person"]], axis=1), axis=0)
    first = (key[:, 0] - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    return Table({"person": key[:, 2], "month": first, "municipality_code": care.places[key[:, 1]], "place": key[:, 1]})


def care_actions(care: CareYear, _source: RecordSource) -> Table:
    """An action per municipal visit by licensed staff, some by two professions together: KHSL2."""
    rng, settings = care.rng(_ACTIONS), care.settings.enrolled
    lead = np.array(PROFESSIONS, dtype=object)[care.visits["professions"][:, 0]]
    lead = np.where(lead == "district_nurse", "nurse", lead)
    licensed = ("nurse", "occupational_therapist", "physiotherapist", "dietitian")
    kept = care.visits["municipal"] & np.isin(lead, licensed)
    visits, lead = care.visits.take(kept), lead[kept]
    together = rng.random(len(visits)) < settings.action_of_two
    professions = np.empty(len(visits), dtype=object)
    with_nurse = together & (lead != "nurse")
    professions[:] = [(one, "nurse") if two else (one,) for one, two in zip(lead, with_nurse, strict=True)]
    order = np.lexsort((visits["person"], visits["started"]))
    rows = Table(
        {
            "person": visits["person"],
            "done_on": visits["started"].astype("datetime64[D]"),
            "action": rng.choice(np.array(settings.actions, dtype=object), len(visits)),
            "professions": professions,
            "municipality_code": care.places[visits["serving"]],
            "place": visits["serving"],
        }
    ).take(order)
    return rows.with_columns(record_id=record_ids("KHS", care.year, len(rows)))


def assistive_devices(care: CareYear, _source: RecordSource) -> Table:
    """Devices for persons in home health care, prescribed by therapists; some came back."""
    rng, settings = care.rng(_DEVICES), care.settings.enrolled
    count = round(settings.devices_per_person * len(care.at_home))
    persons = rng.choice(care.at_home, count)
    prescribed = np.sort(any_time(rng, care.year, count).astype("datetime64[D]"))
    classes = np.array(list(settings.device_classes), dtype=object)
    drawn = rng.integers(0, len(classes), count)
    price = np.array(list(settings.device_classes.values()))[drawn]
    back = prescribed + rng.integers(20, 200, count).astype("timedelta64[D]")
    known = (rng.random(count) < settings.returned) & (back < np.datetime64(f"{care.year + 1}-01-01"))
    professions = np.empty(count, dtype=object)
    professions[:] = [(("occupational_therapist", "physiotherapist")[int(row)],) for row in rng.random(count) < 0.2]
    place = care.serving(persons)
    return Table(
        {
            "person": persons,
            "device_class": classes[drawn],
            "prescribed_on": prescribed,
            "returned_on": np.where(known, back, _NO_DAY),
            "professions": professions,
            "cost_sek": (price * rng.uniform(70, 140, count)).round().astype(np.int64),
            "municipality_code": care.places[place],
            "place": place,
            "record_id": record_ids("HJM", care.year, count),
        }
    )


def overview_status(care: CareYear, source: RecordSource) -> Table:
    """Since when each municipality reads in the national patient overview, and delivers to it."""
    rng, count = care.world.rng(0, _OVERVIEW), len(care.world.folder.region.municipalities)
    place = np.arange(count)
    reads = np.datetime64("2010-01-01") + rng.integers(0, 5 * 365, count)
    delivers = reads + rng.integers(200, 1500, count).astype("timedelta64[D]")
    does = rng.random(count) < care.settings.enrolled.delivers_overview
    parts = [
        Table({"valid_from": days[kept], "role": np.full(kept.sum(), role, dtype=object), "place": place[kept]})
        for role, days, kept in (("reads", reads, place >= 0), ("delivers", delivers, does))
    ]
    whole = stacked(parts)
    rows = _snapshots(care, source, whole.with_columns(valid_to=np.full(len(whole), _NO_DAY)))
    return rows.with_columns(municipality_code=care.places[rows["place"]])


def person_links(care: CareYear, _source: RecordSource) -> Table:
    """This year's changed and merged ids."""
    links = care.links
    links = links.take(links["linked_on"].astype("datetime64[Y]").astype(np.int64) + 1970 == care.year)
    links = links.take(np.lexsort((links["current"], links["linked_on"])))
    return Table(
        {
            "person": links["current"],
            "former_person": links["former"],
            "reason": links["reason"],
            "linked_on": links["linked_on"],
            "place": care.serving(links["person"]),
        }
    )


def _first_municipal_visit(care: CareYear) -> Array:
    """The day of each person's first municipal visit this year; none where there is none."""
    visits = care.visits.take(care.visits["municipal"])
    first = np.full(len(care.world.population.ids), np.iinfo(np.int64).max)
    np.minimum.at(first, visits["person"], visits["started"].astype("datetime64[D]").astype(np.int64))
    days: Array = np.where(first == np.iinfo(np.int64).max, np.iinfo(np.int64).min, first).astype("datetime64[D]")
    return days


def _snapshots(care: CareYear, source: RecordSource, whole: Table) -> Table:
    """The rows that each of the source's files shows: begun by the month's end, not ended before its quarter."""
    parts = []
    for month in care.files(source):
        last = np.datetime64(month.plus(1).first) - 1
        begun = whole["valid_from"] <= last
        gone = whole["valid_to"] < np.datetime64(month.plus(-2).first)
        shown = np.where(whole["valid_to"] <= last, whole["valid_to"], _NO_DAY)
        number = np.int64(month.year * 12 + month.number - 1)
        parts.append(whole.with_columns(valid_to=shown, file_month=number).take(begun & ~gone))
    return (
        stacked(parts) if parts else whole.with_columns(file_month=np.int64(0)).take(np.zeros(len(whole), dtype=bool))
    )


def _home_units(care: CareYear, source: RecordSource, rows: Table) -> Array:
    days = _last_day(rows["file_month"])
    units = np.full(len(rows), -1)
    for living, kind in _UNITS.items():
        own = rows["living"] == living
        units[own] = care.units(source.system, (kind,), rows["person"][own], days[own])
    return units


def _last_day(months: Array) -> Array:
    """The last day of each month (months since January of the year 0)."""
    days: Array = (months + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]") - 1
    return days
