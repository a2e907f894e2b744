"""Fourteen persons' care in a made-up county, written out row by row: the awkward cases that indicators must get right.

The county is the small region's three municipalities: Örebro (1880), Hallsberg (1861), Lekeberg (1814). Everybody's
birthday is 1 January, so that a person has one age in 2024. Each person has a story:

* Astrid: a transfer between hospitals on the same day (one chain of care), then an unplanned readmission.
* Bertil: goes home, is visited by the municipality on the seventh day, is readmitted that day, dies in hospital.
* Cecilia: moves from Hallsberg to Örebro on 15 June; nobody knows whether her second stay was planned.
* David: gets another id on 11 September, between discharge and visit; every subject has both his pseudonyms.
* Elin: a child, with two visits at 02:30 on 27 October: the hour that comes twice when summer time ends.
* Fredrik: in hospital over the turn of the year, visited at 23:30 on 31 January for an hour, and on 29 February.
* Greta: visited at 03:15 on Easter Sunday, 31 March, when summer time began at 02:00; assessed around both changes.
* Hugo: nobody knows where he lives, his age or sex, nor anything of his visit.
* Ingrid: lives outside the county (9998), cared for in Örebro; enrolled when she enters hospital, not when she leaves.
* Johan and Karin: in hospital in 2016, aged 64 and 70. Karin has twelve visits in a week of October 2024, and in
  December a chain of three stays: to another hospital the next day, and back in hospital on the day she came home.
* Lars: four visits in a week, one by an unknown profession; one in special housing; then to special housing.
* Mona: 18 years old, one planned home visit.
* Nils: a reserve number without a birth date, living in Örebro; only in hospital.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Who it is: pseudonym, sex, age and its group in 2024, municipality of residence unless a row says otherwise."""

    number: int
    sex: str
    age: int | None
    age_group: str
    residence: str

    @property
    def pseudonym(self) -> str:
        return str(UUID(int=self.number))


ASTRID = Person(1, "female", 82, "80-89", "1880")
BERTIL = Person(2, "male", 90, "90+", "1880")
CECILIA = Person(3, "female", 70, "65-79", "1880")
DAVID = Person(4, "male", 67, "65-79", "1880")
DAVID_BEFORE = Person(104, "male", 67, "65-79", "1880")
ELIN = Person(5, "female", 9, "0-17", "1880")
FREDRIK = Person(6, "male", 84, "80-89", "1880")
GRETA = Person(7, "female", 95, "90+", "1814")
HUGO = Person(8, "unknown", None, "unknown", "9999")
INGRID = Person(9, "female", 75, "65-79", "9998")
JOHAN = Person(10, "male", 72, "65-79", "1861")
KARIN = Person(11, "female", 78, "65-79", "1861")
LARS = Person(12, "male", 50, "19-64", "1861")
MONA = Person(13, "female", 18, "18", "1814")
NILS = Person(14, "male", None, "unknown", "1880")

HOME_CARE = {"1880": "SE2329999999-8006", "1861": "SE2329999999-8005", "1814": "SE2329999999-8001"}
HEALTH_CENTRE = {"1880": "SE2329999999-8004", "1861": "SE2329999999-8003", "1814": "SE2329999999-8001"}
FLAGS = ("acute", "palliative", "dementia", "rehabilitation", "assistive_devices", "delegated", "distance")
NIGHT: Row = {"part_of_day": "night"}
EVENING: Row = {"part_of_day": "evening"}
WEEKEND: Row = {"day_type": "weekend"}
HOLIDAY: Row = {"day_type": "holiday"}
HOME_VISIT: Row = {"care_form": "outpatient"}
ACUTE: Row = {"planned": "unplanned", "acute": "yes"}
REGION: Row = {"principal": "region", "provider_level": "primary"}


def _visit(record: str, who: Person, started: str, minutes: int | None = 30, **attributes: Any) -> Row:
    """A planned home health care visit by a nurse of the municipality, at home by day, enrolled, without a purpose."""
    moment = datetime.fromisoformat(started)
    serving = attributes.get("serving_municipality_code", attributes.get("residence_municipality_code", who.residence))
    professions = attributes.get("professions", ["nurse"])
    row = dict.fromkeys(FLAGS, "no") | {
        **_delivered(record, moment),
        **{"started_at": moment, "person_key": who.pseudonym, "person_id_class": "PNR", "minutes": minutes},
        **{"age": who.age, "age_group": who.age_group, "sex": who.sex},
        **{"principal": "municipality", "provider_level": "municipal", "living": "ordinary", "place": "home"},
        **{"care_form": "home_health_care", "planned": "planned", "part_of_day": "day", "day_type": "weekday"},
        **{"professions": professions, "profession": professions[0], "enrolled": "yes"},
        **{"residence_municipality_code": who.residence, "serving_municipality_code": serving},
        "care_unit_id": HOME_CARE[serving],
    }
    assert not attributes.keys() - row.keys(), "an attribute of a visit"
    return row | attributes


def _delivered(record: str, moment: datetime | date, delivery: str = "delivery") -> Row:
    month = date(moment.year, moment.month, 1)
    told = {"delivery_id": delivery, "record_id": record, "system": "by_hand", "source_id": "by_hand"}
    return {**told, "month": month, "delivery_month": month, "cancelled": False, "counting": True}


def _record(record: str, who: Person, moment: str, **fields: Any) -> Row:
    """A row of another subject about a person, who has the age of 2024 unless told otherwise."""
    told = {"person": who.pseudonym, "person_id_class": "PNR", "person_age": who.age, "sex_of_id": who.sex}
    return _delivered(record, datetime.fromisoformat(moment)) | told | fields


def _stay(record: str, who: Person, admitted: str, discharged: str, diagnosis: str | None, **fields: Any) -> Row:
    """An unplanned stay after which the person went home, without a time of being ready."""
    times = {"admitted_at": datetime.fromisoformat(admitted), "discharged_at": datetime.fromisoformat(discharged)}
    said = {"planned": "unplanned", "main_diagnosis": diagnosis, "discharged_to": "home", "discharge_ready_at": None}
    return _record(record, who, discharged) | times | said | {"residence_municipality_code": who.residence} | fields


def _emergency(record: str, who: Person, arrived: str, **fields: Any) -> Row:
    said = {"arrived_at": datetime.fromisoformat(arrived), "residence_municipality_code": who.residence}
    return _record(record, who, arrived) | said | {"outcome": "unknown"} | fields


def _assessment(record: str, who: Person, assessed: str, municipality: str, outcome: str) -> Row:
    said = {"assessed_at": datetime.fromisoformat(assessed), "municipality_code": municipality, "outcome": outcome}
    return _record(record, who, assessed) | said


def _message(record: str, who: Person, message: str, sent: str, of_stay: str | None, to: str = "1880") -> Row:
    said = {"message": message, "sent_at": datetime.fromisoformat(sent), "municipality_code": to}
    return _record(record, who, sent) | said | {"admission_record_id": of_stay}


def _enrolment(who: Person, first: date, last: date | None, told: str = "2024-07-01") -> Row:
    """In home health care in Örebro, as a month's extract tells."""
    said = {"municipality_code": "1880", "living": "ordinary", "valid_from": first, "valid_to": last}
    return _record(f"enrolment {who.number}", who, told) | said


def _ready(moment: str) -> Row:
    return {"discharge_ready_at": datetime.fromisoformat(moment)}


_NOTHING_KNOWN = dict.fromkeys(
    (*FLAGS, "planned", "provider_level", "profession", "part_of_day", "enrolled"), "unknown"
)
_KARIN = [
    _visit(f"karin {day} {hour}", KARIN, f"2024-10-{day} {hour}:00", 10, **(EVENING if hour == "18" else {}))
    for day in (14, 15, 16, 17)  # Monday to Thursday
    for hour in ("08", "12", "18")
]
_KARIN[0] |= {"professions": ["physiotherapist", "nurse"], "profession": "physiotherapist"}
_KARIN[1] |= {"professions": ["district_nurse"], "profession": "district_nurse", "care_unit_id": HEALTH_CENTRE["1861"]}
_KARIN[1] |= REGION

VISITS = [
    _visit("astrid 1", ASTRID, "2024-01-10 10:00"),
    _visit("astrid 2", ASTRID, "2024-03-14 09:00", **ACUTE),
    _visit("astrid 3", ASTRID, "2024-03-26 20:00", 45, professions=["nurse", "doctor"], principal="region", **EVENING)
    | {"provider_level": "hospital"},
    _visit("bertil 1", BERTIL, "2024-04-15 08:00", 60, palliative="yes"),
    _visit("bertil 2", BERTIL, "2024-05-02 06:00", 20, **HOME_VISIT, **ACUTE, **NIGHT),
    _visit("cecilia 1", CECILIA, "2024-06-03 10:00", professions=["physiotherapist"], rehabilitation="yes")
    | {"residence_municipality_code": "1861", "serving_municipality_code": "1861", "care_unit_id": HOME_CARE["1861"]},
    # Her enrolment stands in July's extract alone, and holds from the day she moved.
    _visit("cecilia 2", CECILIA, "2024-06-20 10:00", 40, enrolled="unknown"),
    _visit("cecilia 3", CECILIA, "2024-07-04 10:00", 25, professions=["doctor"], **HOME_VISIT, **REGION),
    _visit("david 1", DAVID_BEFORE, "2024-08-20 10:00", 15, delegated="yes"),
    _visit("david 2", DAVID_BEFORE, "2024-09-01 10:00", 15, enrolled="no", **WEEKEND),
    _visit("david 3", DAVID, "2024-09-13 10:00", 15),
    _visit("elin 1", ELIN, "2024-10-27 02:30", delegated="yes", **NIGHT, **WEEKEND),
    _visit("elin 2", ELIN, "2024-10-27 02:30", delegated="yes", **NIGHT, **WEEKEND),
    _visit("fredrik 0", FREDRIK, "2023-12-20 10:00", age=83),
    _visit("fredrik 1", FREDRIK, "2024-01-04 10:00"),
    _visit("fredrik 2", FREDRIK, "2024-01-31 23:30", 60, planned="unplanned", **NIGHT),
    _visit("fredrik clinic", FREDRIK, "2024-02-12 10:00", place="clinic"),
    _visit("fredrik 3", FREDRIK, "2024-02-29 10:00"),
    _visit("fredrik distance", FREDRIK, "2024-02-29 13:00", 10, place="other", distance="yes"),
    _visit("greta 1", GRETA, "2024-03-31 03:15", planned="unplanned", **NIGHT, **HOLIDAY),
    _visit("greta 2", GRETA, "2024-10-27 03:10", None, **NIGHT, **WEEKEND),
    _visit("greta 3", GRETA, "2024-11-05 10:00"),
    _visit("hugo", HUGO, "2024-02-15 10:00", None, serving_municipality_code="1880", professions=["unknown"])
    | _NOTHING_KNOWN,
    _visit("ingrid", INGRID, "2024-07-16 10:00", serving_municipality_code="1880", planned="unplanned", **HOME_VISIT)
    | REGION,
    _visit("johan", JOHAN, "2016-12-19 10:00", age=64, age_group="19-64"),
    *_KARIN,
    _visit("lars in special housing", LARS, "2024-10-10 10:00", living="special_housing", place="special_housing"),
    _visit("lars 1", LARS, "2024-11-04 10:00", 20),
    _visit("lars 2", LARS, "2024-11-05 10:00", 20, professions=["unknown"]),
    _visit("lars 3", LARS, "2024-11-06 10:00", 20),
    _visit("lars 4", LARS, "2024-11-07 10:00", 20),
    _visit("mona", MONA, "2024-05-21 10:00", 50, professions=["occupational_therapist"], rehabilitation="yes")
    | HOME_VISIT
    | REGION,
    # What doesn't count: a former version, a cancelled record, and a row of a control source.
    _visit("astrid 1", ASTRID, "2024-01-10 10:00", 99, acute="yes") | {"delivery_id": "former"},
    _visit("astrid 9", ASTRID, "2024-01-11 10:00") | {"cancelled": True},
    _visit("astrid control", ASTRID, "2024-01-10 10:00") | {"counting": False},
]

ADMISSIONS = [
    _stay("f1", FREDRIK, "2023-12-29 10:00", "2024-01-03 10:00", "I10", **_ready("2023-12-31 12:00")),
    _stay("f2", FREDRIK, "2024-02-02 08:00", "2024-02-05 10:00", "I10"),  # 30 days after f1
    _stay("a1", ASTRID, "2024-03-04 10:00", "2024-03-08 14:00", "J44.1", discharged_to="other_hospital"),
    _stay("a2", ASTRID, "2024-03-08 16:00", "2024-03-12 12:00", "S72.0", planned="planned")
    | _ready("2024-03-10 09:00"),
    _stay("a3", ASTRID, "2024-03-20 09:00", "2024-03-25 11:00", "I50.9", **_ready("2024-03-25 08:00")),
    _stay("g1", GRETA, "2024-04-03 00:30", "2024-04-03 14:00", "R55", **_ready("2024-04-03 12:00")),
    _stay("b1", BERTIL, "2024-04-20 10:00", "2024-04-25 10:00", "J18.9", **_ready("2024-04-24 10:00")),
    _stay("b2", BERTIL, "2024-05-02 08:00", "2024-05-06 10:00", "I50.0", discharged_to="deceased"),
    _stay("c1", CECILIA, "2024-06-25 12:00", "2024-06-28 12:00", "E10.9"),
    _stay("c2", CECILIA, "2024-07-10 12:00", "2024-07-12 12:00", "Z04", planned="unknown"),
    _stay("i1", INGRID, "2024-07-20 10:00", "2024-07-24 10:00", "I50.9"),
    _stay("n1", NILS, "2024-08-02 10:00", "2024-08-05 10:00", None, **_ready("2024-08-04 10:00")),
    _stay("d1", DAVID_BEFORE, "2024-09-02 12:00", "2024-09-10 15:00", "E11.9", **_ready("2024-09-05 10:00")),
    _stay("l1", LARS, "2024-11-10 10:00", "2024-11-20 10:00", "J45.0", discharged_to="special_housing")
    | _ready("2024-11-13 10:00"),
    _stay("k2", KARIN, "2024-12-01 10:00", "2024-12-05 10:00", "I50.9", discharged_to="other_hospital"),
    _stay("k3", KARIN, "2024-12-06 10:00", "2024-12-10 10:00", "J18.9"),
    _stay("k4", KARIN, "2024-12-10 20:00", "2024-12-12 20:00", "I50.9"),
    _stay("j1", JOHAN, "2016-12-05 10:00", "2016-12-14 10:00", "J18.9", person_age=64, **_ready("2016-12-10 10:00")),
    _stay("k1", KARIN, "2016-12-12 10:00", "2016-12-23 10:00", "J18.9", person_age=70, **_ready("2016-12-20 10:00")),
]

EMERGENCY_VISITS = [
    _emergency("e1", FREDRIK, "2023-12-29 08:00", person_age=83),
    _emergency("e2", ASTRID, "2024-03-20 07:00"),
    _emergency("e3", GRETA, "2024-04-02 22:30"),
    _emergency("e4", BERTIL, "2024-05-02 07:15"),
    _emergency("e5", CECILIA, "2024-06-25 10:00"),
    _emergency("e6", HUGO, "2024-08-01 10:00"),
    _emergency("e7", NILS, "2024-08-02 08:00"),
    _emergency("e8", DAVID_BEFORE, "2024-09-14 03:00"),  # the hospital still has his former id
    _emergency("e9", GRETA, "2024-10-29 12:00"),
]

ASSESSMENTS = [
    _assessment("s1", HUGO, "2024-02-15 12:00", "1880", "unknown"),
    _assessment("s2", ASTRID, "2024-03-19 20:00", "1880", "emergency_department"),
    _assessment(
        "s3", GRETA, "2024-03-30 22:00", "1814", "stay_home"
    ),  # e3: 72 h 30 min by the clock, 71 h 30 min passed
    _assessment("s4", CECILIA, "2024-06-10 10:00", "1861", "stay_home"),
    _assessment("s5", DAVID, "2024-09-12 10:00", "1880", "stay_home"),
    _assessment("s6", GRETA, "2024-10-26 12:00", "1814", "stay_home"),  # e9: 72 h by the clock, 73 h passed
]

DISCHARGE_MESSAGES = [
    _message("m1", FREDRIK, "admission_notice", "2023-12-29 18:00", None),
    _message("m2", FREDRIK, "discharge_ready_notice", "2023-12-31 12:00", "f1"),
    _message("m3", FREDRIK, "planning_call", "2024-01-02 10:00", "f1"),
    _message("m4", ASTRID, "admission_notice", "2024-03-05 10:00", "a1"),  # 24 h
    _message("m5", ASTRID, "discharge_ready_notice", "2024-03-10 09:30", "a2"),
    _message("m6", ASTRID, "planning_call", "2024-03-13 23:00", "a2"),  # the third day
    _message("m7", ASTRID, "admission_notice", "2024-03-21 09:30", "a3"),  # 24 h 30 min
    _message("m8", BERTIL, "discharge_ready_notice", "2024-04-24 12:00", "b1"),  # nobody called, nobody planned
    _message("m9", BERTIL, "admission_notice", "2024-05-02 12:00", None),
    _message("m10", CECILIA, "discharge_ready_notice", "2024-06-27 10:00", "c1"),
    _message("m11", CECILIA, "planning_meeting", "2024-06-28 10:00", "c1"),
    _message("m12", NILS, "planning_call", "2024-08-03 10:00", "n1"),
    _message("m13", NILS, "discharge_ready_notice", "2024-08-04 10:00", "n1"),
    _message("m14", DAVID, "admission_notice", "2024-09-02 14:00", None),
    _message("m15", DAVID_BEFORE, "discharge_ready_notice", "2024-09-05 11:00", "d1"),
    _message("m16", DAVID, "planning_call", "2024-09-09 10:00", "d1"),  # the fourth day
    _message("m17", LARS, "discharge_ready_notice", "2024-11-13 11:00", None, to="1861"),
]

ENROLMENTS = [
    _enrolment(CECILIA, date(2024, 6, 15), None),
    _enrolment(INGRID, date(2024, 7, 18), date(2024, 7, 22)),
    # An extract of the year before, in which nobody had yet left, and Nils has in none since.
    _enrolment(NILS, date(2023, 11, 1), None, told="2023-12-01"),
]


def _posting(number: int, month: str, municipality: str, kind: str, amount: str) -> Row:
    said = {"account": "1", "cost_centre": "1", "posting_kind": kind, "municipality_code": municipality}
    return _delivered(f"posting {number}", date.fromisoformat(month)) | said | {"amount_sek": amount}


def _staff(number: int, month: str, municipality: str, fte: str) -> Row:
    said = {"professions": ["nurse"], "municipality_code": municipality, "fte": fte}
    return _delivered(f"staff {number}", date.fromisoformat(month)) | said


COSTS = [
    _posting(1, "2024-01-01", "1880", "gross_cost", "10000.00"),
    _posting(2, "2024-01-01", "1880", "internal_revenue", "-1000.00"),
    _posting(3, "2024-01-01", "1880", "sale", "-500.00"),
    _posting(4, "2024-01-01", "1880", "fee", "-300.00"),
    _posting(5, "2024-01-01", "1880", "grant", "-2000.00"),  # no part of the net cost
    _posting(6, "2024-01-01", "1880", "other", "77.00"),  # nor this
    _posting(7, "2024-07-01", "1880", "gross_cost", "1800.00"),
    _posting(8, "2024-10-01", "1861", "gross_cost", "6000.50"),
    _posting(9, "2024-10-01", "1861", "fee", "-0.50"),
]
STAFFING = [
    _staff(1, "2024-10-01", "1880", "9.0000"),  # October's staff tell nothing
    _staff(2, "2024-11-01", "1880", "2.5000"),
    _staff(3, "2024-11-01", "1861", "1.0000"),
    _staff(4, "2024-11-01", "1861", "0.5000"),
]

# Inhabitants by year and municipality: as many women as men of each age.
_INHABITANTS = {
    (2016, "1880"): {70: 50},
    (2016, "1861"): {70: 25},
    (2016, "1814"): {70: 25},
    # The standard: 600 of 40 years, 200 of 70, 100 of 85 and 100 of 95 in the county.
    (2023, "1880"): {40: 200, 70: 50, 85: 30, 95: 30},
    (2023, "1861"): {40: 50, 70: 30, 85: 10, 95: 10},
    (2023, "1814"): {40: 50, 70: 20, 85: 10, 95: 10},
    # In the county 260 of 10 years, 840 of 40, 290 of 70, 140 of 85, 70 of 95; in Örebro 200, 600, 200, 100, 50.
    (2024, "1880"): {10: 100, 40: 300, 70: 100, 85: 50, 95: 25},
    (2024, "1861"): {10: 20, 40: 80, 70: 30, 85: 15, 95: 5},
    (2024, "1814"): {10: 10, 40: 40, 70: 15, 85: 5, 95: 5},
}
POPULATION_ROWS = [
    _delivered(f"{year} {code} {age} {sex}", date(year, 12, 1))
    | {"area_code": code, "measured_on": date(year, 12, 31), "age": age, "sex": sex, "persons": persons}
    for (year, code), ages in _INHABITANTS.items()
    for age, persons in ages.items()
    for sex in ("female", "male")
]

SUBJECTS = {
    "admissions": ADMISSIONS,
    "emergency_visits": EMERGENCY_VISITS,
    "assessments": ASSESSMENTS,
    "discharge_messages": DISCHARGE_MESSAGES,
    "enrolments": ENROLMENTS,
    "costs": COSTS,
    "staffing": STAFFING,
    "population": POPULATION_ROWS,
}
SAME_PERSON = {DAVID_BEFORE: DAVID}
