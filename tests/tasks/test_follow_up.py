"""What stands beside a published indicator: baseline, target, signal, usability, source break – each against a plain
computation in Python, on rows made by hand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_lake import KEYS, memory_lake

from regions.folder import RegionFolder, load_region
from regions.model import MonthSpan
from regions.month import Month
from regions.targets import Target
from tasks import follow_up as module
from tasks.follow_up import Doubt, doubts, follow_up
from tasks.run import Run
from warehouse.home import RegionHome
from warehouse.lake import create_table, transaction
from warehouse.schema import INDICATOR_RESULTS

SHARE, STAYS = "unplanned_share", "readmission_30_days_65"
READS = {SHARE: {"visits"}, STAYS: {"admissions", "visits"}}
SPAN = MonthSpan.model_validate({"from": "2011-01", "to": "2011-12"})
BASELINE = (date(2011, 1, 1), date(2011, 12, 31))
AFTER = Month(2012, 1)
Row = dict[str, Any]

PLAIN: Row = {
    "indicator_id": SHARE,
    "version": 1,
    "area_type": "municipality",
    "area_code": "2580",
    "sex": "all",
    "age_group": "all",
    "standardisation": "crude",
    "comparison_source": "own",
    "value": 0.5,
    "standard_error": 0.0625,
    "signal": "not_assessed",
    "usability": "usable",
    "status": "ok",
}
"""Values and standard errors in eighths of two: sums and differences of them are exact."""


def span(start: date, end: date, **cells: Any) -> Row:
    return {**PLAIN, "period_start": start, "period_end": end, **cells}


def month(which: Month, value: float | None = 0.5, **cells: Any) -> Row:
    return span(which.first, which.plus(1).first - timedelta(days=1), value=value, **cells)


def baseline(value: float | None = 0.5, **cells: Any) -> Row:
    return span(*BASELINE, value=value, **cells)


class Build:
    """A release that is being built, with indicators alone; Norrbotten's folder, with 2011 as baseline."""

    def __init__(self, home: Path) -> None:
        self.connection = memory_lake()
        self.connection.execute("ATTACH ':memory:' AS build; CREATE SCHEMA build.indicators")
        create_table(self.connection, INDICATOR_RESULTS, "build.indicators.results")
        self.connection.execute(
            "CREATE TEMP TABLE hemvard_findings (rule_id VARCHAR, source_id VARCHAR, subject VARCHAR, month DATE)"
        )
        folder = replace(load_region("norrbotten"), targets=())
        (agreement,) = folder.agreements
        compared = agreement.model_copy(update={"baseline": SPAN, "takeover": date(2013, 2, 1)})
        folder = replace(folder, agreements=(compared,))
        self.run = Run(folder, RegionHome(home / "norrbotten"), KEYS, self.connection, lambda _: None)

    def follow(self, rows: Sequence[Row]) -> list[Row]:
        """The rows as they are afterwards, in the order in which they were given."""
        self.connection.execute("DELETE FROM build.indicators.results")
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            self.connection.execute(
                f"INSERT INTO build.indicators.results ({names}) VALUES ({marks})", list(row.values())
            )
        with transaction(self.connection):
            follow_up(self.run)
        found = self.connection.execute("SELECT * FROM build.indicators.results")
        names_of = [column[0] for column in found.description]
        made = [dict(zip(names_of, cells, strict=True)) for cells in found.fetchall()]
        by_key = {tuple(row[name] for name in INDICATOR_RESULTS.key): row for row in made}
        assert len(by_key) == len(rows)
        return [by_key[tuple(row[name] for name in INDICATOR_RESULTS.key)] for row in rows]

    def signals(self, rows: Sequence[Row]) -> list[str]:
        return [row["signal"] for row in self.follow(rows)]

    def find(self, rule: str, source: str, subject: str, first: date) -> None:
        self.connection.execute("INSERT INTO hemvard_findings VALUES (?, ?, ?, ?)", [rule, source, subject, first])

    def change(self, **changes: Any) -> None:
        self.run.folder = replace(self.run.folder, **changes)


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two indicators, of visits and of stays in hospital."""
    models = [
        SimpleNamespace(
            own_rows=(("comparison_source", "own"), ("indicator_id", name), ("version", "1")), subjects=frozenset(read)
        )
        for name, read in READS.items()
    ]
    monkeypatch.setattr(module, "indicator_models", lambda: tuple(models))
    yield


@pytest.fixture
def build(own_home: Path) -> Build:
    return Build(own_home)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """One for all the examples of a property, whose rows are replaced each time."""
    return Build(tmp_path_factory.mktemp("home"))


# Baseline


def test_a_row_has_the_baseline_of_its_own_key(build: Build) -> None:
    women = {"sex": "female", "area_type": "region", "area_code": "25"}
    rows = build.follow(
        [
            baseline(0.25),
            month(AFTER),
            baseline(0.75, **women),
            month(AFTER, **women),
            month(AFTER, area_code="2581"),
            month(AFTER, version=2),
            month(AFTER, indicator_id=STAYS),
        ]
    )
    assert [row["baseline_value"] for row in rows] == [0.25, 0.25, 0.75, 0.75, None, None, None]
    for row in rows:
        told = (row["baseline_start"], row["baseline_end"])
        assert told == (BASELINE if row["baseline_value"] is not None else (None, None))


OTHERS: list[Row] = [
    {"indicator_id": STAYS},
    {"version": 2},
    {"area_type": "region"},
    {"area_code": "2581"},
    {"sex": "female"},
    {"age_group": "90+"},
    {"standardisation": "age"},
    {"comparison_source": "kolada"},
]


@pytest.mark.parametrize("cells", OTHERS, ids=lambda cells: next(iter(cells)))
def test_baselines_of_two_keys_are_kept_apart(build: Build, cells: Row) -> None:
    rows = build.follow([baseline(0.25), baseline(0.75, **cells), month(AFTER), month(AFTER, **cells)])
    assert [row["baseline_value"] for row in rows] == [0.25, 0.75, 0.25, 0.75]


def test_kolada_is_compared_with_kolada_of_the_year_in_which_the_baseline_ends(build: Build) -> None:
    agreement = build.run.folder.agreements[0]
    span_of = agreement.baseline.model_copy(update={"first": Month(2011, 7), "last": Month(2012, 6)})
    build.change(agreements=(agreement.model_copy(update={"baseline": span_of}),))
    kolada = {"comparison_source": "kolada"}
    rows = build.follow(
        [
            span(date(2012, 1, 1), date(2012, 12, 31), value=0.3, **kolada),
            span(date(2013, 1, 1), date(2013, 12, 31), value=0.4, **kolada),
            span(date(2011, 7, 1), date(2012, 6, 30), value=0.25),
            span(date(2013, 1, 1), date(2013, 12, 31), value=0.5),
        ]
    )
    assert [row["baseline_value"] for row in rows] == [0.3, 0.3, 0.25, 0.25]
    assert (rows[1]["baseline_start"], rows[1]["baseline_end"]) == (date(2012, 1, 1), date(2012, 12, 31))
    assert (rows[3]["baseline_start"], rows[3]["baseline_end"]) == (date(2011, 7, 1), date(2012, 6, 30))
    assert [row["signal"] for row in rows[:2]] == ["not_assessed"] * 2, "only our own figures are assessed"


def test_a_hidden_baseline_stays_hidden_and_tells_nothing(build: Build) -> None:
    hidden = baseline(None, standard_error=None, status="protected")
    rows = build.follow([hidden, month(AFTER)])
    for row in rows:
        assert (row["baseline_value"], row["baseline_start"], row["baseline_end"]) == (None, None, None)
        assert row["signal"] == "not_assessed"


def test_without_an_agreement_nothing_is_compared(build: Build) -> None:
    build.change(agreements=())
    rows = build.follow([baseline(), month(Month(2024, 6))])
    for row in rows:
        assert row["baseline_value"] is row["source_break"] is None
        assert (row["signal"], row["usability"]) == ("not_assessed", "usable")


# Targets


def target(*steps: tuple[str, str], indicator: str = SHARE, area: Any = ()) -> Target:
    listed = [{"from": first, "value": value, "basis": "illustrative", "source": "Prov"} for first, value in steps]
    return Target.model_validate({"indicator": indicator, "area": area, "steps": listed})


def test_the_step_in_force_on_the_last_day_is_the_target(build: Build) -> None:
    build.change(targets=(target(("2012-02", "0.2"), ("2012-07", "0.1")),))
    rows = build.follow(
        [
            month(Month(2012, 1)),
            month(Month(2012, 2)),
            month(Month(2012, 6)),
            month(Month(2012, 7)),
            span(date(2012, 1, 1), date(2012, 12, 31)),
            span(date(2012, 1, 1), date(2012, 12, 31), comparison_source="kolada"),
        ]
    )
    assert [row["target"] for row in rows] == [None, 0.2, 0.2, 0.1, 0.1, 0.1]


def test_a_target_is_for_all_persons_and_for_its_areas(build: Build) -> None:
    region = {"area_type": "region", "area_code": "25"}
    rows = [
        month(AFTER),
        month(AFTER, area_code="2581"),
        month(AFTER, **region),
        month(AFTER, area_type="county_part", area_code="kust"),
        month(AFTER, area_type="country", area_code="00"),
        month(AFTER, area_code="9999"),
        month(AFTER, sex="female", **region),
        month(AFTER, age_group="90+", **region),
        month(AFTER, standardisation="age", **region),
        month(AFTER, indicator_id=STAYS),
    ]
    wanted = {
        (): [0.2, 0.2, 0.2, 0.2] + [None] * 6,
        "region": [None, None, 0.2] + [None] * 7,
        ("2581",): [None, 0.2] + [None] * 8,
    }
    for area, expected in wanted.items():
        build.change(targets=(target(("2012-01", "0.2"), area=area),))
        assert [row["target"] for row in build.follow(rows)] == expected


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 35), st.integers(0, 100)), min_size=1, max_size=5, unique_by=lambda pair: pair[0]
    ),
    st.integers(0, 35),
)
def test_no_target_is_taken_from_the_future(shared: Build, steps: list[tuple[int, int]], at: int) -> None:
    first = Month(2011, 1)
    ordered = sorted(steps)
    shared.change(targets=(target(*((str(first.plus(count)), f"0.{value:03}") for count, value in ordered)),))
    (row,) = shared.follow([month(first.plus(at))])
    past = [value for count, value in ordered if count <= at]
    assert row["target"] == (past[-1] / 1000 if past else None)


# Signals


def on_side(count: int, above: float = 0.0625, first: Month = AFTER) -> list[Row]:
    """So many months in a row, a standard error above the baseline."""
    return [month(first.plus(number), 0.5 + above) for number in range(count)]


@pytest.mark.parametrize(
    ("value", "error", "signal"),
    [
        (0.75, 0.0625, "above"),
        (0.25, 0.0625, "below"),
        (0.6875, 0.0625, "none"),  # exactly three standard errors is not beyond them
        (0.3125, 0.0625, "none"),
        (0.5, 0.0625, "none"),
        (0.5, 0.0, "none"),
        (0.5, None, "none"),
        (0.75, 0.0, "not_assessed"),
        (0.75, None, "not_assessed"),
        (None, None, "not_assessed"),
    ],
)
def test_beyond_three_standard_errors(build: Build, value: float | None, error: float | None, signal: str) -> None:
    year = span(date(2012, 1, 1), date(2012, 12, 31), value=value, standard_error=error)
    assert build.signals([baseline(), month(AFTER, value, standard_error=error), year])[1:] == [signal, signal]


def test_what_lies_in_the_baseline_is_not_compared_with_it(build: Build) -> None:
    far = [
        month(Month(2010, 12), 1.0),
        month(Month(2011, 1), 1.0),
        month(Month(2011, 12), 1.0),
        month(Month(2012, 1), 1.0),
        span(date(2010, 7, 1), date(2011, 6, 30), value=1.0),
        span(date(2011, 12, 1), date(2012, 2, 29), value=1.0),
    ]
    expected = ["above", "not_assessed", "not_assessed", "above", "not_assessed", "not_assessed"]
    assert build.signals([baseline(), *far]) == ["not_assessed", *expected]


def test_seven_in_a_row_are_no_signal_eight_are(build: Build) -> None:
    assert set(build.signals([baseline(), *on_side(7)])[1:]) == {"none"}
    assert build.signals([baseline(), *on_side(10)])[1:] == ["none"] * 7 + ["run_above"] * 3
    assert build.signals([baseline(), *on_side(10, -0.0625)])[1:] == ["none"] * 7 + ["run_below"] * 3


def test_beyond_the_limits_goes_before_a_run(build: Build) -> None:
    rows = on_side(9)
    rows[8]["value"] = 1.0
    assert build.signals([baseline(), *rows])[1:] == ["none"] * 7 + ["run_above", "above"]


BREAKING: dict[str, Row] = {
    "the other side": {"value": 0.4375},
    "on the baseline": {"value": 0.5},
    "no value": {"value": None, "standard_error": None, "status": "missing"},
    "hidden": {"value": None, "standard_error": None, "status": "protected"},
    "not usable": {"usability": "not_usable"},
}


@pytest.mark.parametrize("cells", BREAKING.values(), ids=BREAKING.keys())
def test_a_run_is_broken(build: Build, cells: Row) -> None:
    rows = on_side(14)
    rows[6].update(cells)
    assert not {"run_above", "run_below"} & set(build.signals([baseline(), *rows]))
    rows = on_side(15)
    rows[6].update(cells)
    assert build.signals([baseline(), *rows])[-1] == "run_above"


def test_a_month_that_lacks_breaks_a_run(build: Build) -> None:
    rows = on_side(15)
    assert build.signals([baseline(), *rows[:6], *rows[7:]])[1:] == ["none"] * 13 + ["run_above"]


def test_a_run_is_of_months_after_the_baseline(build: Build) -> None:
    before = on_side(12, first=Month(2010, 1))
    within = on_side(12, first=Month(2011, 1))
    assert set(build.signals([baseline(), *before, *within, *on_side(7)])) == {"none", "not_assessed"}


def test_years_and_quarters_are_no_months_in_a_row(build: Build) -> None:
    years = [span(date(year, 1, 1), date(year, 12, 31), value=0.5625) for year in range(2012, 2024)]
    odd = [span(row["period_start"], row["period_end"] - timedelta(days=1), value=0.5625) for row in on_side(9)]
    assert set(build.signals([baseline(), *years, *odd])[1:]) == {"none"}


def test_areas_and_groups_have_runs_of_their_own(build: Build) -> None:
    rows = [baseline(), baseline(area_code="2581"), *on_side(4)]
    rows += [{**row, "area_code": "2581"} for row in on_side(4, first=AFTER.plus(4))]
    assert "run_above" not in build.signals(rows)


def test_a_month_without_an_error_counts_in_the_run_but_is_not_assessed(build: Build) -> None:
    rows = on_side(9)
    rows[7]["standard_error"] = 0.0
    assert build.signals([baseline(), *rows])[8:] == ["not_assessed", "run_above"]


def test_the_document_s_example_is_true(build: Build) -> None:
    text = (Path(__file__).parents[2] / "docs" / "maths.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"b = ([\d.]+)\.$", text, re.MULTILINE)
    listed = re.findall(r"^\| (\d{4}-\d{2}) \| ([\d.]+) \| ([\d.]+) \| (\w+) \|$", text, re.MULTILINE)
    assert len(listed) == 12
    rows = [month(Month.parse(when), float(value), standard_error=float(error)) for when, value, error, _ in listed]
    assert build.signals([baseline(float(told)), *rows])[1:] == [signal for *_, signal in listed]


def test_a_figure_that_is_not_usable_gives_no_signal(build: Build) -> None:
    assert build.signals([baseline(), month(AFTER, 1.0, usability="not_usable")])[1:] == ["not_assessed"]
    assert build.signals([baseline(), month(AFTER, 1.0, usability="with_caution")])[1:] == ["above"]


Point = tuple[int, int] | None
POINTS = st.lists(st.none() | st.tuples(st.integers(-8, 8), st.integers(0, 3)), min_size=1, max_size=30)
"""Months after the baseline: none, or so many sixteenths from it, with so many sixteenths' standard error."""


def followed(build: Build, points: Sequence[Point], sign: int = 1) -> list[str]:
    rows = [
        month(AFTER.plus(number), 0.5 + sign * point[0] / 16, standard_error=point[1] / 16)
        for number, point in enumerate(points)
        if point is not None
    ]
    return build.signals([baseline(), *rows])[1:]


def by_hand(points: Sequence[Point]) -> list[str]:
    """The published rule, month by month."""
    found, in_a_row, last = [], 0, 0
    for point in points:
        side = 0 if point is None else (point[0] > 0) - (point[0] < 0)
        in_a_row = in_a_row + 1 if side and side == last else abs(side)
        last = side
        if point is None:
            continue
        distance, error = point
        if distance == 0:
            found.append("none")
        elif error == 0:
            found.append("not_assessed")
        elif abs(distance) > 3 * error:
            found.append("above" if side > 0 else "below")
        elif in_a_row >= 8:
            found.append("run_above" if side > 0 else "run_below")
        else:
            found.append("none")
    return found


@settings(max_examples=60)
@given(POINTS | st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), min_size=7, max_size=12))
def test_signals_are_those_of_the_rule_and_mirror_when_values_do(shared: Build, points: list[Point]) -> None:
    shared.change(targets=())
    turned = {"above": "below", "below": "above", "run_above": "run_below", "run_below": "run_above"}
    found = followed(shared, points)
    assert found == by_hand(points)
    assert followed(shared, points, -1) == [turned.get(signal, signal) for signal in found]


# Usability


def caution(build: Build, *rows: Row) -> list[bool]:
    """Whether each is with caution; of 2011 and 2012, before any source breaks."""
    return [row["usability"] == "with_caution" for row in build.follow(rows)]


def areas(which: Month = AFTER, **cells: Any) -> list[Row]:
    """A month of two municipalities that one system serves, one that another does, their parts, and the rest."""
    places = [("municipality", code) for code in ("2580", "2514", "2584", "9999")]
    places += [("county_part", "kust"), ("county_part", "malmfalten"), ("region", "25")]
    return [month(which, area_type=kind, area_code=code, **cells) for kind, code in places]


def test_a_finding_over_time_calls_for_caution_where_its_source_serves(build: Build) -> None:
    build.find("volume_like_earlier_years", "procapita_visits", "-", AFTER.first)
    assert caution(build, *areas()) == [True, True, False, True, True, False, True]
    assert caution(build, *areas(AFTER.plus(1))) == [False] * 7
    assert caution(build, span(date(2012, 1, 1), date(2012, 12, 31)), month(AFTER, comparison_source="kolada")) == [
        True,
        False,
    ]


def test_a_finding_of_a_municipality_or_of_a_unit_is_of_that_municipality(build: Build) -> None:
    build.find("control_agrees", "npo_status", "2580", AFTER.first)
    assert caution(build, *areas()) == [True, False, False, True, False, False, False]
    build.connection.execute("DELETE FROM hemvard_findings")
    unit = next(unit for unit in build.run.folder.units if unit.municipality_code == "2584")
    build.find("unit_not_silent", "vas_visits", unit.hsa_id, AFTER.first)
    assert caution(build, *areas()) == [False, False, True, True, False, False, False], "no part, nor the county"


def test_how_a_delivery_came_calls_for_no_caution(build: Build) -> None:
    for rule in ("delivery_late", "delivery_changed", "delivery_duplicate", "delivery_mislabelled", "delivery_overdue"):
        build.find(rule, "procapita_visits", "-", AFTER.first)
    assert caution(build, *areas()) == [False] * 7


def test_an_indicator_is_doubted_for_the_subjects_that_it_reads(build: Build) -> None:
    build.find("quarantine_share_steady", "vas_admissions", "-", AFTER.first)
    assert caution(build, month(AFTER), month(AFTER, indicator_id=STAYS)) == [False, True]


def test_a_delivery_that_lacks_calls_for_caution(build: Build) -> None:
    build.connection.execute(
        "INSERT INTO lake.ledger.month_changes (load_seq, month, subject) VALUES (1, DATE '2012-01-01', 'visits')"
    )
    assert caution(build, *areas(), *areas(Month(2010, 1))) == [True] * 7 + [False] * 7


def test_preliminary_figures_are_used_with_caution_and_none_becomes_better(build: Build) -> None:
    rows = build.follow(
        [
            month(AFTER, status="preliminary"),
            month(AFTER.plus(1), usability="not_usable", status="preliminary"),
            month(AFTER.plus(2), usability="with_caution"),
            month(AFTER.plus(3)),
        ]
    )
    assert [row["usability"] for row in rows] == ["with_caution", "not_usable", "with_caution", "usable"]


def test_doubts_are_of_sources_that_count() -> None:
    folder: RegionFolder = load_region("norrbotten")
    control, counting = folder.sources_by_id["cosmic_history"], folder.sources_by_id["magna_visits"]
    assert doubts(folder, [(control, AFTER)], []) == []
    found = doubts(folder, [(counting, AFTER)], [])
    assert {doubt.area_code for doubt in found if doubt.area_type == "municipality"} == {
        *counting.municipalities,
        "9998",
        "9999",
    }
    assert Doubt("visits", "county_part", "inland", AFTER.first) in found
    assert Doubt("visits", "county_part", "malmfalten", AFTER.first) not in found


def test_a_finding_of_a_source_that_is_gone_is_of_visits_everywhere() -> None:
    folder = load_region("norrbotten")
    found = doubts(folder, [], [("gone", "-", AFTER.first)])
    assert {doubt.subject for doubt in found} == {"visits"}
    assert {doubt.area_code for doubt in found} >= set(folder.region.municipalities)


# Source breaks


def test_a_row_tells_the_latest_break_until_its_last_day(build: Build) -> None:
    takeover, cosmic = date(2013, 2, 1), date(2024, 5, 15)
    wanted = {
        (date(2011, 1, 1), date(2011, 12, 31)): None,
        (date(2013, 1, 1), date(2013, 1, 31)): None,
        (date(2013, 2, 1), date(2013, 2, 28)): takeover,
        (date(2013, 1, 1), date(2013, 12, 31)): takeover,
        (date(2024, 4, 1), date(2024, 4, 30)): takeover,
        (date(2024, 5, 1), date(2024, 5, 31)): cosmic,
        (date(2024, 6, 1), date(2024, 6, 30)): cosmic,
    }
    for area in (("municipality", "2584"), ("municipality", "9998"), ("county_part", "inland"), ("region", "25")):
        rows = build.follow([span(*days, area_type=area[0], area_code=area[1]) for days in wanted])
        assert [row["source_break"] for row in rows] == list(wanted.values())
        assert [row["usability"] for row in rows] == ["with_caution" if day else "usable" for day in wanted.values()]


def test_kolada_and_the_country_have_no_break_of_ours(build: Build) -> None:
    year = (date(2024, 1, 1), date(2024, 12, 31))
    rows = build.follow(
        [
            span(*year, comparison_source="kolada"),
            span(*year, comparison_source="kolada", area_type="country", area_code="00"),
        ]
    )
    assert [(row["source_break"], row["usability"]) for row in rows] == [(None, "usable")] * 2


def test_following_up_twice_changes_nothing(build: Build) -> None:
    build.change(targets=(target(("2012-01", "0.2")),))
    build.find("volume_like_earlier_years", "procapita_visits", "-", AFTER.first)
    once = build.follow([baseline(), *on_side(9), month(Month(2024, 6), 1.0)])
    with transaction(build.connection):
        follow_up(build.run)
    again = build.connection.execute("SELECT value, signal, usability, target FROM build.indicators.results").fetchall()
    told = [(row["value"], row["signal"], row["usability"], row["target"]) for row in once]
    assert sorted(map(str, again)) == sorted(map(str, told))
    with pytest.raises(duckdb.CatalogException):
        build.connection.execute("SELECT 1 FROM hemvard_targets")


def test_a_target_s_value_is_exact() -> None:
    assert target(("2012-01", "0.9")).steps[0].value == Decimal("0.9")
