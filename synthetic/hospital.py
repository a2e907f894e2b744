"""What happens around a hospital: stays, emergency visits, assessments at home, messages between principals."""

import numpy as np

from regions.source import RecordSource
from synthetic.care import MINUTES, NO_TIME, CareYear, any_time, named, record_ids
from synthetic.planted import readmissions, shares
from synthetic.table import Array, Table, stacked

_STAYS, _EMERGENCY, _ASSESSMENTS, _MESSAGES, _READMISSIONS = 101, 102, 103, 104, 105
_HOUR, _DAY = 60, 1440


def admissions(care: CareYear, source: RecordSource) -> Table:
    """Completed stays: those of persons with home health care, and some others'."""
    stays = _stays(care)
    units = care.units(source.system, ("hospital",), stays["person"], stays["discharged_at"])
    return stays.with_columns(care_unit=units)


def emergency_visits(care: CareYear, source: RecordSource) -> Table:
    """Visits before unplanned stays, after assessments, and others that end at home."""
    rng, settings = care.rng(_EMERGENCY), care.settings
    parts = [_before_stays(rng, care), _after_assessments(rng, care)]
    for persons, share in (
        (care.at_home, settings.hospital.emergency_per_home_person),
        (care.others, settings.hospital.emergency_per_other_person),
    ):
        count = round(share * len(persons))
        outcome = named(rng, settings.hospital.emergency_outcome, count)
        parts.append(_arrivals(rng, _drawn(rng, persons, count), any_time(rng, care.year, count), outcome))
    visits = stacked(parts)
    visits = visits.take(_within(care, visits["arrived_at"]))
    visits = visits.take(np.lexsort((visits["person"], visits["arrived_at"])))
    persons = visits["person"]
    return visits.with_columns(
        care_unit=care.units(source.system, ("hospital",), persons, visits["arrived_at"]),
        residence_municipality_code=care.residence(persons),
        place=care.serving(persons),
        record_id=record_ids("AKU", care.year, len(visits)),
    )


def assessments(care: CareYear, _source: RecordSource) -> Table:
    """Assessments with the decision support, by a municipality's nurse at the person's home."""
    return _assessments(care)


def discharge_messages(care: CareYear, _source: RecordSource) -> Table:
    """The messages that the law asks for around stays of persons with home health care; some notices are late."""
    rng, settings = care.rng(_MESSAGES), care.settings.hospital
    stays = _stays(care)
    stays = stays.take(np.isin(stays["person"], care.at_home) & (stays["discharged_to"] != "deceased"))
    late = shares(
        care.world.planted,
        "late_notice",
        stays["residence_municipality_code"],
        stays["discharged_at"],
        settings.late_notice,
    )
    parts = [
        _messages(rng, stays, kind, share, late if kind == "admission_notice" else settings.late_notice)
        for kind, share in settings.messages.items()
    ]
    messages = stacked(parts)
    messages = messages.take(_within(care, messages["sent_at"]))
    messages = messages.take(np.lexsort((messages["person"], messages["sent_at"])))
    place = care.serving(messages["person"])
    return messages.with_columns(
        municipality_code=care.places[place], place=place, record_id=record_ids("MED", care.year, len(messages))
    )


def _stays(care: CareYear) -> Table:
    rng, settings = care.rng(_STAYS), care.settings.hospital
    persons = np.concatenate(
        [
            _drawn(rng, care.at_home, round(settings.stays_per_home_person * len(care.at_home))),
            _drawn(rng, care.others, round(settings.stays_per_other_person * len(care.others))),
        ]
    )
    count = len(persons)
    admitted, discharged = _span(rng, care.year, count, settings.days)
    stays = Table(
        {
            "person": persons,
            "admitted_at": admitted,
            "discharged_at": discharged,
            "discharge_ready_at": _ready(rng, admitted, discharged, settings.ready_known, settings.ready_days),
            "planned": np.where(rng.random(count) < settings.planned, "planned", "unplanned").astype(object),
            "main_diagnosis": rng.choice(np.array(settings.diagnoses, dtype=object), count),
            "diagnoses": _several(rng, settings.other_diagnoses, count),
            "discharged_to": named(rng, settings.discharged_to, count),
            "residence_municipality_code": care.residence(persons),
            "place": care.serving(persons),
        }
    )
    stays = stacked([stays, readmissions(care.rng(_READMISSIONS), care.world.planted, stays)])
    stays = stays.take(_within(care, stays["discharged_at"]))
    stays = stays.take(np.lexsort((stays["person"], stays["discharged_at"])))
    return stays.with_columns(record_id=record_ids("VTF", care.year, len(stays)))


def _span(rng: np.random.Generator, year: int, count: int, days: tuple[float, float]) -> tuple[Array, Array]:
    """When stays begin, and on which later day, in the daytime, they end."""
    admitted = any_time(rng, year, count)
    length = np.exp(np.log(days[0]) + days[1] * rng.standard_normal(count)).clip(1, 60).round()
    at = rng.integers(9 * 12, 16 * 12, count) * 5
    left = admitted.astype("datetime64[D]") + length.astype("timedelta64[D]")
    return admitted, left.astype(MINUTES) + at.astype("timedelta64[m]")


def _ready(rng: np.random.Generator, admitted: Array, discharged: Array, known: float, days: float) -> Array:
    """When a person was judged ready for discharge, after the admission; empty where nobody noted it."""
    earlier = (rng.exponential(days, len(admitted)) * _DAY // 5 * 5).astype("timedelta64[m]")
    ready = np.maximum(discharged - earlier, admitted + np.timedelta64(_HOUR, "m"))
    noted = (rng.random(len(admitted)) < known) & (ready <= discharged)
    return np.where(noted, ready, NO_TIME)


def _several(rng: np.random.Generator, codes: tuple[str, ...], count: int) -> Array:
    """No, one or two codes a row, as tuples."""
    first, second, how_many = (rng.integers(0, size, count).tolist() for size in (len(codes), len(codes), 3))
    drawn = np.empty(count, dtype=object)
    for row in range(count):
        drawn[row] = tuple(dict.fromkeys((codes[first[row]], codes[second[row]])))[: how_many[row]]
    return drawn


def _assessments(care: CareYear) -> Table:
    rng, settings = care.rng(_ASSESSMENTS), care.settings.assessments
    pool = np.union1d(care.at_home, care.in_special_housing)
    persons = _drawn(rng, pool, round(settings.per_person * len(pool)))
    order = np.argsort(assessed := any_time(rng, care.year, len(persons)), kind="stable")
    professions = np.empty(len(persons), dtype=object)
    professions[:] = [("nurse",)] * len(persons)
    place = care.serving(persons[order])
    return Table(
        {
            "person": persons[order],
            "assessed_at": assessed[order],
            "outcome": named(rng, settings.outcome, len(persons)),
            "professions": professions,
            "municipality_code": care.places[place],
            "place": place,
            "record_id": record_ids("VSM", care.year, len(persons)),
        }
    )


def _before_stays(rng: np.random.Generator, care: CareYear) -> Table:
    stays = _stays(care)
    by_emergency = rng.random(len(stays)) < care.settings.hospital.stay_by_emergency
    stays = stays.take((stays["planned"] == "unplanned") & by_emergency)
    wait = (rng.integers(12, 100, len(stays)) * 5).astype("timedelta64[m]")
    outcome = np.full(len(stays), "admitted", dtype=object)
    return _arrivals(rng, stays["person"], stays["admitted_at"] - wait, outcome, left=stays["admitted_at"])


def _after_assessments(rng: np.random.Generator, care: CareYear) -> Table:
    """Soon after the decision to go there, and within 72 hours after some decisions to stay at home."""
    made, settings = _used_assessments(care), care.settings.assessments
    drawn, stay = rng.random(len(made)), made["outcome"] == "stay_home"
    goes_anyway = shares(
        care.world.planted,
        "emergency_after_stay_home",
        made["municipality_code"],
        made["assessed_at"],
        settings.emergency_after_stay_home,
    )
    sent = made["outcome"] == "emergency_department"
    goes = (stay & (drawn < goes_anyway)) | (sent & (drawn < settings.emergency_as_decided))
    hours = np.where(stay, rng.integers(6, 72, len(made)), rng.integers(1, 5, len(made)))
    arrived = made["assessed_at"] + (hours * _HOUR).astype("timedelta64[m]")
    visits = _arrivals(rng, made["person"], arrived, np.full(len(made), "home", dtype=object))
    return visits.take(goes)


def _used_assessments(care: CareYear) -> Table:
    """The year's assessments in months for which the region has a source of them."""
    made = _assessments(care)
    sources = [source for source in care.world.folder.sources if source.subject == "assessments"]
    used = {str(when) for source in sources for when in care.months(source)}
    month = made["assessed_at"].astype("datetime64[M]").astype(str)
    return made.take(np.isin(month, sorted(used)))


def _arrivals(
    rng: np.random.Generator, persons: Array, arrived: Array, outcome: Array, *, left: Array | None = None
) -> Table:
    stay = (rng.integers(12, 120, len(persons)) * 5).astype("timedelta64[m]")
    return Table(
        {
            "person": persons,
            "arrived_at": arrived,
            "left_at": arrived + stay if left is None else left,
            "outcome": outcome,
        }
    )


def _messages(rng: np.random.Generator, stays: Table, kind: str, share: float, late: float | Array) -> Table:
    """One message a stay, of a share of them; what depends on being ready follows that moment."""
    ready = np.where(np.isnat(stays["discharge_ready_at"]), stays["discharged_at"], stays["discharge_ready_at"])
    hours = rng.integers(1, 24, len(stays)) + np.where(rng.random(len(stays)) < late, 24, 0)
    after = (hours * _HOUR).astype("timedelta64[m]")
    sent = {
        "admission_notice": stays["admitted_at"] + after,
        "discharge_ready_notice": ready,
        "planning_call": ready + after,
        "planning_meeting": ready + after + np.timedelta64(_DAY, "m"),
        "care_transfer": stays["discharged_at"],
    }[kind]
    told = Table(
        {
            "person": stays["person"],
            "message": np.full(len(stays), kind, dtype=object),
            "sent_at": sent,
            "admission_record_id": stays["record_id"],
        }
    )
    return told.take(rng.random(len(stays)) < share)


def _drawn(rng: np.random.Generator, persons: Array, count: int) -> Array:
    if not len(persons):
        return persons
    drawn: Array = rng.choice(persons, count)
    return drawn


def _within(care: CareYear, moments: Array) -> Array:
    within: Array = moments.astype("datetime64[Y]").astype(np.int64) + 1970 == care.year
    return within
