"""Indicators from visits: each one's contributions against another computation, and the awkward cases by name."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from indicator_bench import GRAIN, PUBLISHED_BAND, Bench, Row, by_grain, month, person, visit, year

from warehouse.ledger import Window

Contributions = dict[tuple[Any, ...], tuple[int, int, int]]
Test = Callable[[Row], bool]
WINDOWS = (year(2023), year(2024), month(2024, 2), month(2023, 12), Window(date(2023, 12, 1), date(2024, 3, 31)))


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.lake.close()


def drawn(seed: int, count: int = 1200) -> list[Row]:
    """Visits around months' ends and 29 February, of a few persons who move, age and are partly unknown."""
    draw = random.Random(seed)
    firsts = [datetime(2023, 12, 17), datetime(2024, 1, 31), datetime(2024, 2, 28), datetime(2024, 9, 30)]
    flags = ("yes", "no", "no", "unknown")
    return [
        visit(
            number,
            (draw.choice(firsts) + timedelta(minutes=draw.randrange(28 * 24 * 60))).isoformat(),
            draw.randrange(9),
            age=draw.choice((17, 18, 64, 65, 79, 80, 90, None)),
            sex=draw.choice(("female", "female", "male", "unknown")),
            living=draw.choice(("ordinary", "ordinary", "ordinary", "special_housing", "unknown")),
            care_form=draw.choice(("home_health_care", "home_health_care", "outpatient")),
            place=draw.choice(("home", "home", "home", "home", "clinic", "unknown", "other")),
            planned=draw.choice(("planned", "unplanned", "unknown")),
            part_of_day=draw.choice(("day", "evening", "night", "unknown")),
            day_type=draw.choice(("weekday", "weekend", "holiday", "unknown")),
            professions=draw.choice((["nurse"], ["nurse", "doctor"], ["doctor"], ["unknown"], ["nurse"])),
            minutes=draw.choice((None, 0, 15, 45, 45, 45, 45)),
            care_unit_id=draw.choice((*["SE-1", "SE-2"] * 9, None)),
            residence_municipality_code=draw.choice(("1880", "1880", "1814", "9999")),
            **{
                name: draw.choice(flags)
                for name in ("acute", "palliative", "rehabilitation", "delegated", "distance", "enrolled")
            },
        )
        for number in range(count)
    ]


def at_home(row: Row) -> bool:
    return bool(row["living"] == "ordinary" and row["place"] == "home")


def home_health_care(row: Row) -> bool:
    return at_home(row) and row["care_form"] == "home_health_care"


def contact(row: Row) -> bool:
    in_care = bool(row["living"] == "ordinary" and row["care_form"] == "home_health_care")
    return in_care and row["place"] not in ("clinic", "special_housing")


def within(row: Row, window: Window) -> bool:
    return window.start <= row["started_at"].date() <= window.end


def grain(row: Row, window: Window) -> tuple[Any, ...]:
    group = PUBLISHED_BAND.get(row["age_group"], row["age_group"])
    where = row["residence_municipality_code"], row["sex"], group
    return (window.start, window.end, *where, row["person_key"])


def counted(visits: list[Row], scope: Test, hit: Test, known: Test, unknown: Test | None = None) -> Contributions:
    """Visits of the scope, one at a time."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for window in WINDOWS:
        for row in visits:
            if scope(row) and within(row, window):
                own = found[grain(row, window)]
                own[0] += hit(row)
                own[1] += known(row)
                own[2] += unknown(row) if unknown else not known(row)
    return {key: (own[0], own[1], own[2]) for key, own in found.items() if any(own)}


def flag(scope: Test, name: str, *hits: str) -> Callable[[list[Row]], Contributions]:
    """Visits whose attribute is one of the values, among those where it is known."""
    return lambda visits: counted(visits, scope, lambda row: row[name] in hits, lambda row: row[name] != "unknown")


def doctors(visits: list[Row]) -> Contributions:
    def in_care(row: Row, known: bool) -> bool:
        return row["care_form"] == "home_health_care" and (row["professions"][0] != "unknown") is known

    return counted(
        [row | {"profession": row["professions"][0]} for row in visits],
        at_home,
        lambda row: "doctor" in row["professions"],
        lambda row: in_care(row, True),
        lambda row: in_care(row, False),
    )


def minutes_per_visit(visits: list[Row]) -> Contributions:
    """With pandas: sums and counts leave out what is missing by themselves."""
    found: Contributions = {}
    for window in WINDOWS:
        rows = [row for row in visits if at_home(row) and within(row, window)]
        frame = pd.DataFrame([[*grain(row, window), row["minutes"]] for row in rows], columns=[*GRAIN, "minutes"])
        for key, own in frame.groupby(list(GRAIN))["minutes"]:
            found[tuple(key)] = (int(own.sum()), int(own.count()), int(own.isna().sum()))
    return found


def inhabitants(measured: int, low: int, high: int) -> Callable[[list[Row]], Contributions]:
    """Visits of the ages in the measured month, or the last one where the period's last year does not hold it."""

    def of(visits: list[Row]) -> Contributions:
        found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
        for window in WINDOWS:
            wanted = date(window.end.year, measured, 1)
            chosen = wanted if window.start <= wanted <= window.end else window.end.replace(day=1)
            for row in visits:
                if home_health_care(row) and row["month"] == chosen:
                    if row["age"] is None:
                        found[grain(row, window)][2] += 1
                    elif low <= row["age"] <= high:
                        found[grain(row, window)][0] += 1
        return {key: (own[0], own[1], own[2]) for key, own in found.items()}

    return of


def latest(rows: list[Row]) -> Row:
    return max(rows, key=lambda row: (row["started_at"], row["record_id"]))


def patient_months(figures: Callable[[list[Row]], tuple[int, int, int]]) -> Callable[[list[Row]], Contributions]:
    """A month of a person at a time, where the person lived at its last visit."""

    def of(visits: list[Row]) -> Contributions:
        found: dict[Any, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        for window in WINDOWS:
            months: dict[Any, list[Row]] = defaultdict(list)
            for row in visits:
                if at_home(row) and within(row, window):
                    months[(row["person_key"], row["month"])].append(row)
            for rows in months.values():
                key = grain(latest(rows), window)
                had, own = found[key], figures(rows)
                found[key] = (had[0] + own[0], had[1] + own[1], had[2] + own[2])
        return {key: own for key, own in found.items() if any(own)}

    return of


def minutes_of_month(rows: list[Row]) -> tuple[int, int, int]:
    if any(row["minutes"] is None for row in rows):
        return (0, 0, 1)
    return (sum(row["minutes"] for row in rows), 1, 0)


def fortnights(visits: list[Row]) -> Contributions:
    """Fixed fortnights from Monday 1 January 2001, wholly within the window, with four visits or more."""
    found: dict[Any, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    blocks: dict[Any, list[Row]] = defaultdict(list)
    for row in visits:
        if at_home(row):
            days = (row["started_at"].date() - date(2001, 1, 1)).days
            blocks[(row["person_key"], date(2001, 1, 1) + timedelta(days - days % 14))].append(row)
    for window in WINDOWS:
        for (_, first), rows in blocks.items():
            if len(rows) >= 4 and window.start <= first and first + timedelta(13) <= window.end:
                met = {(row["care_unit_id"], profession) for row in rows for profession in row["professions"]}
                known = all(unit is not None and profession != "unknown" for unit, profession in met)
                own = (len(met), 1, 0) if known else (0, 0, 1)
                had = found[grain(latest(rows), window)]
                found[grain(latest(rows), window)] = (had[0] + own[0], had[1] + own[1], had[2] + own[2])
    return dict(found)


BY_HAND: dict[str, Callable[[list[Row]], Contributions]] = {
    "unplanned_share": flag(at_home, "planned", "unplanned"),
    "acute_share": flag(at_home, "acute", "yes"),
    "evening_night_share": flag(at_home, "part_of_day", "evening", "night"),
    "weekend_holiday_share": flag(at_home, "day_type", "weekend", "holiday"),
    "rehabilitation_patients_share": flag(at_home, "rehabilitation", "yes"),
    "palliative_patients_share": flag(home_health_care, "palliative", "yes"),
    "delegated_share": flag(home_health_care, "delegated", "yes"),
    "not_enrolled_share": flag(home_health_care, "enrolled", "no"),
    "distance_share": flag(contact, "distance", "yes"),
    "doctor_patients_share": doctors,
    "minutes_per_visit": minutes_per_visit,
    "home_health_care_65_share": inhabitants(9, 65, 200),
    "home_health_care_0_64_share": inhabitants(10, 0, 64),
    "visits_per_patient": patient_months(lambda rows: (len(rows), 1, 0)),
    "frequent_patients_share": patient_months(lambda rows: (int(len(rows) >= 12), 1, 0)),
    "minutes_per_patient": patient_months(minutes_of_month),
    "professions_in_14_days": fortnights,
}


@pytest.mark.parametrize("stem", BY_HAND)
@pytest.mark.parametrize("seed", [1, 2])
def test_contributions_are_as_computed_by_hand(bench: Bench, stem: str, seed: int) -> None:
    visits = [row | {"profession": row["professions"][0]} for row in drawn(seed)]
    bench.put(visits)
    found = by_grain(bench.contributions(stem, *WINDOWS))
    assert found == BY_HAND[stem](visits)
    assert sum(own[0] for own in found.values()) > 0
    assert len({key[:2] for key in found}) >= 3


@pytest.mark.parametrize("stem", BY_HAND)
def test_threads_and_the_order_of_rows_change_nothing(bench: Bench, stem: str) -> None:
    visits = drawn(3)
    bench.put(visits)
    once = bench.results(stem, *WINDOWS)
    bench.lake.execute("DELETE FROM lake.core.visits; SET threads = 4")
    bench.put(visits[::-1])
    assert bench.results(stem, *WINDOWS) == once


def region(bench: Bench, stem: str, *windows: Window) -> tuple[Any, ...]:
    row = bench.results(stem, *windows)[("region", "18", "all", "all")]
    return int(row["numerator"]), None if row["denominator"] is None else int(row["denominator"]), row["unknown"]


def test_a_night_over_a_month_s_end_counts_where_it_began(bench: Bench) -> None:
    bench.put([visit(1, "2024-01-31 23:50", part_of_day="night"), visit(2, "2024-02-01 08:00", part_of_day="day")])
    assert region(bench, "evening_night_share", month(2024, 1)) == (1, 1, 0)
    assert region(bench, "evening_night_share", month(2024, 2)) == (0, 1, 0)


def test_29_february_is_a_day_of_its_month_and_year(bench: Bench) -> None:
    bench.put([visit(1, "2024-02-29 23:59", planned="unplanned")])
    assert region(bench, "unplanned_share", month(2024, 2)) == (1, 1, 0)
    assert region(bench, "unplanned_share", year(2024)) == (1, 1, 0)
    assert region(bench, "unplanned_share", month(2024, 3)) == (0, 0, 0)


def test_one_who_moved_is_a_patient_of_both_and_one_in_the_region(bench: Bench) -> None:
    moved = {"residence_municipality_code": "1814"}
    bench.put([visit(1, palliative="yes"), visit(2, "2024-03-01 08:00", palliative="no", **moved)])
    found = bench.results("palliative_patients_share", year(2024))
    shares = {key[1]: (row["numerator"], row["denominator"]) for key, row in found.items() if key[2:] == ("all", "all")}
    assert shares == {"1880": (1, 1), "1814": (0, 1), "north": (1, 1), "south": (0, 1), "18": (1, 1)}


def test_one_who_moved_within_a_month_has_the_month_where_it_ended(bench: Bench) -> None:
    moved = {"residence_municipality_code": "1814"}
    bench.put([visit(1), visit(2, "2024-01-20 08:00", **moved), visit(3, "2024-02-02 08:00", **moved)])
    found = bench.results("visits_per_patient", year(2024))
    figures = {key[1]: (row["numerator"], row["denominator"]) for key, row in found.items() if key[0] == "municipality"}
    assert figures == {"1814": (3, 2)}
    assert found[("region", "18", "all", "all")]["value"] == 1.5


def test_one_whose_id_changed_is_one_person(bench: Bench) -> None:
    """person_key is already the person's, whatever the rows' ids were."""
    same = {"person_key": person(4)}
    bench.put([visit(1, rehabilitation="no", **same), visit(2, rehabilitation="yes", system="another", **same)])
    assert region(bench, "rehabilitation_patients_share", year(2024)) == (1, 1, 0)


def test_one_known_once_is_known_and_one_never_known_is_unknown(bench: Bench) -> None:
    known = [visit(1, palliative="unknown"), visit(2, palliative="no")]
    bench.put([*known, visit(3, who=1, palliative="unknown"), visit(4, who=1, palliative="unknown")])
    assert region(bench, "palliative_patients_share", year(2024)) == (0, 1, 1)


def test_a_doctor_s_visit_counts_for_patients_in_home_health_care_alone(bench: Bench) -> None:
    bench.put(
        [
            visit(1),
            visit(2, care_form="outpatient", professions=["nurse", "doctor"], residence_municipality_code="1814"),
            visit(3, who=1, care_form="outpatient", professions=["doctor"]),
            visit(4, who=2),
        ]
    )
    found = bench.results("doctor_patients_share", year(2024))
    assert region(bench, "doctor_patients_share", year(2024)) == (1, 2, 0)
    assert found[("municipality", "1880", "all", "all")]["numerator"] == 0


def test_inhabitants_are_measured_in_september_and_october(bench: Bench) -> None:
    bench.people([(2024, code, age, "female", 10) for code in ("1814", "1880", "1881") for age in (30, 70)])
    bench.put(
        [
            *[visit(number, f"2024-09-{number:02} 10:00") for number in (1, 30)],
            visit(40, "2024-08-31 23:00", 1),
            visit(41, "2024-10-01 00:00", 2, age=64),
            visit(42, "2024-09-01 00:00", 3, age=64),
            visit(43, "2024-09-05 00:00", 4, residence_municipality_code="9998"),
            visit(44, "2024-09-05 00:00", 5, age=None),
        ]
    )
    assert region(bench, "home_health_care_65_share", year(2024)) == (1, 30, 1)
    assert region(bench, "home_health_care_0_64_share", year(2024)) == (1, 30, 0)
    assert region(bench, "home_health_care_65_share", month(2024, 8)) == (1, 30, 0)
    half = Window(date(2024, 1, 1), date(2024, 8, 31))
    assert region(bench, "home_health_care_65_share", half) == (1, 30, 0)
    found = bench.results("home_health_care_65_share", year(2024))
    assert found[("municipality", "1880", "all", "all")]["value"] == pytest.approx(0.1)
    assert found[("municipality", "1814", "all", "all")]["value"] == 0
    assert not [key for key in found if key[1].startswith("99")]


def test_a_fortnight_over_the_window_s_edge_does_not_count(bench: Bench) -> None:
    """1 January 2024 is a Monday that begins a fortnight; the third one reaches into February."""
    assert (date(2024, 1, 1) - date(2001, 1, 1)).days % 14 == 0
    often = [visit(number, f"2024-01-{day:02} 10:00") for number, day in enumerate((1, 2, 3, 14, 15, 16, 17))]
    over = [visit(20 + number, f"2024-01-{day} 10:00") for number, day in enumerate((29, 30, 30, 31))]
    bench.put([*often, *over, visit(30, "2024-01-14 23:59", professions=["doctor"], care_unit_id="SE-2")])
    assert region(bench, "professions_in_14_days", month(2024, 1)) == (2, 1, 0)
    assert region(bench, "professions_in_14_days", year(2024)) == (3, 2, 0)


def test_twelve_visits_are_many_and_eleven_are_not(bench: Bench) -> None:
    bench.put([visit(number) for number in range(12)] + [visit(20 + number, who=1) for number in range(11)])
    assert region(bench, "frequent_patients_share", month(2024, 1)) == (1, 2, 0)


def test_a_visit_without_a_duration_takes_its_month_out(bench: Bench) -> None:
    without = [visit(number, minutes=None) for number in (2, 5)]
    bench.put([visit(1), *without, visit(3, "2024-02-01 10:00", minutes=0), visit(4, who=1, minutes=50)])
    assert region(bench, "minutes_per_patient", year(2024)) == (50, 2, 1)
    assert region(bench, "minutes_per_visit", year(2024)) == (80, 3, 2)
