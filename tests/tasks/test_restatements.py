"""How the change of a figure is split into causes: exactly, and without telling what is hidden."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks.restatements import (
    Change,
    Stand,
    Told,
    changes_of,
    figures_of,
    told_states,
    without_counterfactual,
)
from tasks.states import CAUSES, Side, _as_of, causes_between, part_of_file
from warehouse.schema import REGION_TOTALS, published

NAMES = ("visits", "patients")
COUNTED = (0, 1)
LEAST = 5
numbers = st.none() | st.decimals(-99, 99, places=3) | st.integers(0, 12).map(Decimal)
shown = st.builds(Stand, st.sampled_from(["ok", "preliminary"]), st.tuples(numbers, numbers))
hidden = st.builds(Stand, st.just("protected"), st.tuples(st.none(), st.none()))
ends = shown | hidden | st.just(Stand())
counts = st.integers(0, 20).map(Decimal)
counted = st.builds(Stand, st.just("ok"), st.tuples(counts, counts))


@st.composite
def split_rows(draw: st.DrawFn, first: st.SearchStrategy = ends) -> tuple[list[Stand | None], list[str]]:
    """A row as states have it, and the causes between them."""
    causes = sorted(draw(st.sets(st.sampled_from(CAUSES), min_size=1)), key=CAUSES.index)
    between = [draw(first | st.none()) for _ in causes[1:]]
    return [draw(first), *between, draw(first)], causes


def split(stands: list[Stand | None], causes: list[str], told: Told | None = None) -> list[Change]:
    return changes_of(stands, causes, NAMES, told or told_states(stands, COUNTED, LEAST))


def row(*figures: int | None, status: str = "ok") -> Stand:
    return Stand(status, tuple(None if figure is None else Decimal(figure) for figure in figures))


@given(split_rows())
def test_a_figure_s_changes_add_up_to_its_change_whatever_lies_between(given: tuple) -> None:
    stands, causes = given
    by_figure = defaultdict(list)
    for change in split(stands, causes):
        by_figure[change.column_name].append(change)
    first, last = stands[0], stands[-1]
    for place, name in enumerate(NAMES):
        before, after = first.figure(place), last.figure(place)
        told = [change for change in by_figure[name] if change.change is not None]
        if before is None or after is None:
            assert told == []
        else:
            assert sum((change.change for change in told), Decimal(0)) == after - before
            assert all((change.value_before, change.value_after) == (before, after) for change in told)


@given(split_rows())
def test_the_causes_of_a_figure_stand_in_their_order_each_once_and_none_is_another(given: tuple) -> None:
    stands, causes = given
    told = defaultdict(list)
    for change in split(stands, causes):
        told[change.column_name] += change.cause.split("+")
    for named in told.values():
        assert named == [cause for cause in causes if cause in named]


@given(split_rows(), st.tuples(numbers, numbers))
def test_what_a_state_hides_decides_nothing(given: tuple, other: tuple) -> None:
    stands, causes = given
    secret = [
        Stand(stand.status, other)
        if 0 < place < len(causes) and stand and not stand.is_shown and stand.status
        else stand
        for place, stand in enumerate(stands)
    ]
    numbers_of = [entry for entry in split(stands, causes) if entry.change is not None]
    assert [entry for entry in split(secret, causes) if entry.change is not None] == numbers_of


@given(split_rows(counted))
def test_no_two_states_that_are_told_differ_by_few_persons_but_the_two_releases_themselves(given: tuple) -> None:
    stands, _ = given
    own = [
        stands[number]
        for number in told_states(stands, COUNTED, LEAST)
        if stands[number] not in (stands[0], stands[-1])
    ]
    for stand in own:
        for other in (stands[0], stands[-1], *own):
            differences = [abs(stand.figure(place) - other.figure(place)) for place in COUNTED]
            assert all(difference == 0 or difference >= LEAST for difference in differences)


def test_one_cause_has_the_whole_change() -> None:
    (change,) = split([row(100, 40), row(112, 40)], ["boundary"])
    assert (change.column_name, change.cause, change.change) == ("visits", "boundary", Decimal(12))


def test_each_step_is_its_cause_s_and_one_that_changes_nothing_is_not_told() -> None:
    stands = [row(100, 40), row(130, 50), row(130, 50), row(90, 30)]
    changes = split(stands, ["deliveries", "parameter", "code"])
    assert [(entry.column_name, entry.cause, entry.change) for entry in changes] == [
        ("visits", "deliveries", Decimal(30)),
        ("visits", "code", Decimal(-40)),
        ("patients", "deliveries", Decimal(10)),
        ("patients", "code", Decimal(-20)),
    ]


def test_causes_stand_together_where_the_state_between_them_is_hidden_or_could_not_be_computed() -> None:
    for between in (row(None, None, status="protected"), Stand(), None):
        changes = split([row(100, 40), between, row(90, 30)], ["deliveries", "boundary"])
        assert {entry.cause for entry in changes} == {"deliveries+boundary"}


def test_few_persons_between_two_states_are_not_told_by_subtraction() -> None:
    changes = split([row(100, 40), row(130, 50), row(133, 52)], ["deliveries", "boundary"])
    assert {(entry.cause, entry.change) for entry in changes} == {
        ("deliveries+boundary", Decimal(33)),
        ("deliveries+boundary", Decimal(12)),
    }


def test_a_row_that_appeared_vanished_or_was_hidden_is_told_without_numbers() -> None:
    for before, after, states in (
        (Stand(), row(9, 9), (None, "ok")),
        (row(9, 9), Stand(), ("ok", None)),
        (row(9, 9), row(None, None, status="protected"), ("ok", "protected")),
    ):
        (change,) = split([before, after], ["deliveries"])
        assert change == Change("status", "deliveries", None, None, None, *states)


def test_a_figure_that_a_shown_row_lacked_is_told_without_numbers() -> None:
    (change,) = split([row(9, None), row(9, 7)], ["definition"])
    assert change == Change("patients", "definition", None, None, None, "missing", "ok")


def test_kronor_of_a_municipality_do_not_tell_whose_visits_a_boundary_alone_counts() -> None:
    stands, causes = [row(100, 0), row(130, 0), row(155, 0), row(160, 0)], ["deliveries", "boundary", "parameter"]
    told = (0, 1, 2, 3)
    assert without_counterfactual(told, stands, causes, ()) == (0, 2, 3)
    assert without_counterfactual(told, stands, causes, {1}) == told


def test_figures_are_the_numbers_beside_the_key_and_counts_are_of_persons() -> None:
    assert figures_of(REGION_TOTALS).names == ("visits", "patients", "minutes", "visits_with_minutes")
    assert figures_of(published("equalisation.tax_shift")).counted == ()


def test_an_input_belongs_to_one_part() -> None:
    assert part_of_file("scenarios/base.yaml") == "boundary"
    assert part_of_file("parameters/tax_base.csv") == "parameter"
    assert part_of_file("agreements/a.yaml") == part_of_file("municipalities.csv") == "definition"


def sides(**changed: str) -> tuple[Side, Side]:
    """Two releases that differ in these inputs; the later one is of another day."""
    inputs = {
        "delivery": ("delivery", "s 2024-01 ab"),
        "official": ("official", "t 2024-01 ab"),
        "scenario": ("region_file", "scenarios/base.yaml"),
        "costs": ("region_file", "costs.yaml"),
        "known": ("parameters", "known values"),
        "known_official": ("parameters", "known official values"),
        "model": ("model", "volumes/cube"),
        "code": ("code", "1.0.0"),
    }
    made = [{entry: other.get(name, "a") for name, entry in inputs.items()} for other in ({}, changed)]
    days = date(2024, 1, 5), date(2024, 2, 5)
    one, other = (Side("x", inputs, day, None) for inputs, day in zip(made, days, strict=True))
    return one, other


def test_the_parts_that_differ_are_told_by_the_inputs() -> None:
    assert causes_between(*sides()) == ()
    assert causes_between(*sides(code="b", delivery="b", model="b")) == ("deliveries", "code")
    assert causes_between(*sides(known="b", scenario="b", costs="b")) == ("boundary", "definition", "parameter")


def test_official_values_that_came_are_deliveries_and_those_that_became_known_are_parameters() -> None:
    assert causes_between(*sides(official="b", known_official="b")) == ("deliveries",)
    assert causes_between(*sides(known_official="b")) == ("parameter",)


def test_the_day_waits_for_parameters_only_where_they_differ() -> None:
    one, other = sides(official="b", known_official="b", scenario="b")
    assert _as_of(one, other, ("deliveries",)) == other.as_of
    one, other = sides(delivery="b", known="b", code="b")
    assert _as_of(one, other, ("deliveries",)) == one.as_of
    assert _as_of(one, other, ("deliveries", "parameter")) == other.as_of
