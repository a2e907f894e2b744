"""Boundaries: what a condition says of each value, what is inherited, what `hemvard check` tells, and those shipped."""

import re
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regions import model as codes
from regions.checks import allowed_codes
from regions.folder import SHIPPED, check_region, load_region, read_national
from regions.model import Condition, Scenario
from regions.scenarios import InheritanceFault, attribute_values, condition_rows, resolved, scenario_rows
from warehouse.schema import CUBE_ATTRIBUTES

SMALL = Path(__file__).parents[1] / "small" / "region"
PROFESSIONS = tuple(read_national().professions)
VALUES = attribute_values(PROFESSIONS)


def scenario(
    id_: str, extends: str | None = None, valid: tuple[str, str | None] | None = None, **conditions: Any
) -> Scenario:
    """A scenario with a condition for each attribute: (unknown, said) with said as it stands in YAML."""
    listed = [{"attribute": name, "unknown": unknown, **said} for name, (unknown, said) in conditions.items()]
    span = {"from": valid[0], "to": valid[1]} if valid else None
    told = {"id": id_, "extends": extends, "valid": span, "conditions": listed}
    return Scenario.model_validate({"title_sv": f"Titel {id_}", "text_sv": "Text.", "source": "Prov", **told})


def condition(attribute: str, unknown: str = "out", **said: Any) -> Condition:
    return Condition.model_validate({"attribute": attribute, "unknown": unknown, **said})


def test_the_attributes_are_those_of_the_cube() -> None:
    assert tuple(VALUES) == CUBE_ATTRIBUTES


def test_the_values_are_those_that_sources_may_give() -> None:
    mapped = allowed_codes(read_national())
    for attribute in set(mapped) & set(VALUES):
        assert VALUES[attribute] == tuple(mapped[attribute])
    assert VALUES["profession"] == mapped["professions"]
    assert VALUES["age"] == (*map(str, range(121)), "unknown")
    assert set(codes.FLAGS) <= set(VALUES)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"attribute": "place", "in": ["home"], "not_in": ["clinic"]}, "exactly one of in, not_in"),
        ({"attribute": "place"}, "exactly one of in, not_in"),
        ({"attribute": "age", "in": ["1"], "from": 3}, "exactly one of in, not_in"),
        ({"attribute": "age_group", "from": 19}, "from and to are for age alone, not for age_group"),
        ({"attribute": "age", "from": 19, "to": 18}, "ends (18 years) before it begins (19 years)"),
        ({"attribute": "age", "from": -1}, "greater than or equal to 0"),
        ({"attribute": "place", "not_in": []}, "at least 1 item"),
    ],
)
def test_a_condition_says_one_thing(told: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        condition(**told)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ({"in": ["home", "clinic"]}, {"home", "clinic"}),
        ({"not_in": ["home", "clinic"]}, {"special_housing", "other"}),
    ],
)
@pytest.mark.parametrize("unknown", ["in", "out"])
def test_in_and_not_in_are_each_other_s_opposite_and_unknown_is_neither(
    said: dict[str, Any], held: set[str], unknown: str
) -> None:
    found = {value for value in codes.PLACES if condition("place", unknown, **said).holds(value)}
    assert found == held | ({"unknown"} if unknown == "in" else set())


@pytest.mark.parametrize(
    ("said", "ages"),
    [
        ({"from": 19}, range(19, 121)),
        ({"to": 18}, range(19)),
        ({"from": 18, "to": 18}, range(18, 19)),
        ({"from": 0}, range(121)),
        ({"in": ["9", "19"]}, (9, 19)),
    ],
)
def test_a_span_of_ages_includes_both_ends(said: dict[str, Any], ages: Sequence[int]) -> None:
    found = [value for value in VALUES["age"] if condition("age", **said).holds(value)]
    assert found == [str(age) for age in ages]


def test_an_own_condition_replaces_the_inherited_one_and_the_others_stay() -> None:
    base = scenario("base", place=("out", {"in": ["home"]}), living=("in", {"in": ["ordinary"]}))
    wide = scenario("wide", "base", place=("in", {"not_in": ["clinic"]}), sex=("out", {"in": ["female"]}))
    (first, second) = resolved([wide, base])
    assert (first.id, second.id) == ("base", "wide")
    assert second.conditions == (base.conditions[1], wide.conditions[0], wide.conditions[1])
    assert (second.title_sv, second.text_sv) == ("Titel wide", "Text.")


def test_bases_come_first_then_by_how_far_from_one_then_by_id() -> None:
    listed = [scenario("a", "c"), scenario("b", "z"), scenario("c", "b"), scenario("z"), scenario("y")]
    assert [(entry.position, entry.id) for entry in resolved(listed)] == list(enumerate("yzbca", 1))


@pytest.mark.parametrize(
    ("parent", "own", "left"),
    [
        (None, None, (date(1900, 1, 1), date(2999, 12, 1))),
        (None, ("2012-03", None), (date(2012, 3, 1), date(2999, 12, 1))),
        (("2012-03", "2013-04"), None, (date(2012, 3, 1), date(2013, 4, 1))),
        (("2012-03", None), ("2011-01", "2012-12"), (date(2012, 3, 1), date(2012, 12, 1))),
        (("2011-01", "2012-06"), ("2012-06", None), (date(2012, 6, 1), date(2012, 6, 1))),
    ],
)
def test_own_validity_narrows_the_inherited_one(parent: Any, own: Any, left: tuple[date, date]) -> None:
    rows = scenario_rows(resolved([scenario("base", valid=parent), scenario("own", "base", valid=own)]))
    assert rows[1] == ("own", "Titel own", 2, *left)


@pytest.mark.parametrize(
    ("listed", "at", "words"),
    [
        ([scenario("a", "b")], "a", "there is no scenario b"),
        ([scenario("a", "b"), scenario("b", "c")], "b", "there is no scenario c"),
        ([scenario("a", "a")], "a", "never comes to a base: a → a"),
        ([scenario("a", "b"), scenario("b", "c"), scenario("c", "b")], "b", "never comes to a base: a → b → c → b"),
        (
            [scenario("a", valid=("2012-02", None)), scenario("b", "a", valid=("2011-01", "2012-01"))],
            "b",
            "no month is valid both here and in what it extends: from 2012-02, but to 2012-01",
        ),
    ],
)
def test_an_inheritance_that_leads_nowhere_is_refused(listed: list[Scenario], at: str, words: str) -> None:
    with pytest.raises(InheritanceFault) as caught:
        resolved(listed)
    assert (caught.value.at, str(caught.value)) == (at, words)


@st.composite
def chains(draw: st.DrawFn) -> list[Scenario]:
    """A base and scenarios that each extend one before it, with conditions of every kind."""
    made: list[Scenario] = []
    for number in range(draw(st.integers(1, 5))):
        parent = f"s{draw(st.integers(0, number - 1))}" if number and draw(st.booleans()) else None
        conditions: dict[str, Any] = {}
        for attribute in draw(st.sets(st.sampled_from(("place", "sex", "acute", "age")), max_size=3)):
            named = draw(st.lists(st.sampled_from(VALUES[attribute][:-1]), min_size=1, max_size=3, unique=True))
            said: dict[str, Any] = {draw(st.sampled_from(("in", "not_in"))): named}
            if attribute == "age" and draw(st.booleans()):
                said = {"from": draw(st.integers(0, 90))}
            conditions[attribute] = (draw(st.sampled_from(("in", "out"))), said)
        made.append(scenario(f"s{number}", parent, **conditions))
    return made


@given(chains())
def test_every_value_of_every_attribute_is_judged_once_by_the_nearest_condition(listed: list[Scenario]) -> None:
    by_id = {entry.id: entry for entry in listed}

    def nearest(entry: Scenario, attribute: str) -> Condition | None:
        own = [each for each in entry.conditions if each.attribute == attribute]
        if own or entry.extends is None:
            return own[0] if own else None
        return nearest(by_id[entry.extends], attribute)

    expected = {}
    for entry in listed:
        for attribute in VALUES:
            if (each := nearest(entry, attribute)) is not None:
                for value in VALUES[attribute]:
                    expected[entry.id, attribute, value] = (each.holds(value), value == "unknown")
    rows = condition_rows(resolved(listed), PROFESSIONS)
    assert {row[:3]: row[3:] for row in rows} == expected
    assert len(rows) == len(expected)


def test_unknown_is_judged_of_attributes_whose_list_has_none_as_well() -> None:
    rows = condition_rows(resolved([scenario("a", care_form=("in", {"in": ["outpatient"]}))]), PROFESSIONS)
    assert rows == (
        ("a", "care_form", "home_health_care", False, False),
        ("a", "care_form", "outpatient", True, False),
        ("a", "care_form", "inpatient", False, False),
        ("a", "care_form", "unknown", True, True),
    )


BASE = "scenarios/base.yaml"
OTHER = "scenarios/other.yaml"
HEAD = "id: other\nextends: base\ntitle_sv: Annan\ntext_sv: Text.\nsource: Prov\n"


@pytest.fixture
def region(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def problems(region: Path, name: str, text: str) -> list[str]:
    (region / name).write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_region(region)[1]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD.replace("extends: base", "extends: bas"), ["2: there is no scenario bas"]),
        (HEAD.replace("extends: base", "extends: other"), ["2: never comes to a base: other → other"]),
        (
            HEAD + "conditions:\n  - attribute: sex\n    not_in: [male, man]\n    unknown: in\n",
            ["8: 'man' is not a code of sex: female, male"],
        ),
        (
            HEAD + "conditions:\n  - attribute: age\n    in: ['18', '121']\n    unknown: in\n",
            ["8: '121' is not a code of age: 0 … 120"],
        ),
        (
            HEAD + "conditions:\n  - attribute: sex\n    not_in: [unknown]\n    unknown: in\n",
            ["8: 'unknown' is said by the key unknown: female, male"],
        ),
        (
            HEAD
            + "conditions:\n  - {attribute: sex, in: [male], unknown: in}\n  - {attribute: sex, in: [female], unknown: in}\n",
            ["8: there is a condition on sex already"],
        ),
        (
            HEAD + "conditions:\n  - attribute: residence_municipality_code\n    in: ['1880']\n    unknown: in\n",
            ["7: visits have no attribute residence_municipality_code; they have acute, age, age_group"],
        ),
        (
            HEAD + "conditions:\n  - attribute: sex\n    from: 19\n    unknown: in\n",
            ["7: conditions.0: from and to are for age alone, not for sex"],
        ),
        (
            HEAD + "conditions:\n  - attribute: sex\n    in: [male]\n",
            ["7: conditions.0.unknown is missing"],
        ),
        (HEAD + "conditions:\n  - {attribute: age, from: 19, to: 64, unknown: in}\n", []),
    ],
)
def test_what_is_wrong_with_a_scenario_is_told_with_its_line(region: Path, text: str, told: list[str]) -> None:
    found = problems(region, OTHER, text)
    assert len(found) == len(told)
    for each, words in zip(found, told, strict=True):
        assert each.startswith(f"{OTHER}:{words}")


def test_a_circle_is_told_where_it_is_and_not_of_those_that_lead_to_it(region: Path) -> None:
    problems(region, "scenarios/third.yaml", HEAD.replace("id: other", "id: third").replace("base", "other"))
    found = problems(region, OTHER, HEAD.replace("extends: base", "extends: other"))
    assert found == [f"{OTHER}:2: never comes to a base: other → other"]


def test_no_boundary_is_called_what_tables_call_all_of_them(region: Path) -> None:
    found = problems(region, "scenarios/all.yaml", HEAD.replace("id: other", "id: all"))
    assert found == ["scenarios/all.yaml:1: all stands for every boundary in the tables: give another id"]


def test_a_validity_without_a_month_is_told(region: Path) -> None:
    base = (region / BASE).read_text(encoding="utf-8")
    assert problems(region, BASE, base + "valid:\n  from: 2024-03\n") == []
    found = problems(region, OTHER, HEAD + "valid:\n  from: 2024-01\n  to: 2024-02\n")
    assert found == [f"{OTHER}:6: no month is valid both here and in what it extends: from 2024-03, but to 2024-02"]


ADULT = {
    "place": "home",
    "living": "ordinary",
    "visit_kind": "home_health_care",
    "planned": "planned",
    "age_group": "80-89",
    "provider_level": "primary",
    "profession": "district_nurse",
    "part_of_day": "day",
}
EVERY = {
    *("lsg_base", "with_unplanned", "with_children", "with_children_0_17", "with_unplanned_and_children"),
    *("children_bought_back", "primary_care_only", "home_health_care_only", "doctors_never", "without_night"),
}
ADULTS = EVERY - {"children_bought_back"}
CHILDREN = {"with_children", "with_unplanned_and_children", "children_bought_back"}


def inside(visit: dict[str, str], region: str = "norrbotten") -> set[str]:
    """The boundaries of a region within which a visit lies."""
    boundaries = resolved(load_region(region).scenarios)
    return {entry.id for entry in boundaries if all(each.holds(visit[each.attribute]) for each in entry.conditions)}


@pytest.mark.parametrize(
    ("change", "within"),
    [
        ({}, ADULTS),
        ({"planned": "unplanned"}, ADULTS),  # an unplanned home health care visit is in the base
        ({"visit_kind": "planned_home_visit"}, ADULTS - {"home_health_care_only"}),
        ({"visit_kind": "unplanned_home_visit"}, {"with_unplanned", "with_unplanned_and_children"}),
        ({"visit_kind": "unknown"}, {"with_unplanned", "with_unplanned_and_children"}),
        ({"age_group": "0-17"}, CHILDREN | {"with_children_0_17"}),
        ({"age_group": "18"}, CHILDREN),
        ({"age_group": "unknown"}, ADULTS),
        (
            {"age_group": "18", "visit_kind": "unplanned_home_visit"},
            {"with_unplanned_and_children", "children_bought_back"},
        ),
        ({"provider_level": "hospital"}, ADULTS - {"primary_care_only"}),
        ({"provider_level": "psychiatric"}, ADULTS - {"primary_care_only"}),
        ({"profession": "doctor"}, ADULTS - {"doctors_never"}),
        ({"profession": "unknown"}, ADULTS),
        ({"part_of_day": "night"}, ADULTS - {"without_night"}),
        ({"living": "special_housing"}, set()),
        ({"living": "unknown"}, ADULTS),
        ({"place": "clinic", "visit_kind": "other"}, set()),
        ({"place": "unknown"}, set()),
    ],
)
def test_the_boundaries_of_document_004_are_what_they_say(change: dict[str, str], within: set[str]) -> None:
    assert {entry.id for entry in load_region("norrbotten").scenarios} == EVERY
    assert inside(ADULT | change) == within


@pytest.mark.parametrize("name", ["norrbotten", "orebro"])
def test_each_shipped_boundary_has_a_title_of_its_own_a_text_and_a_source(name: str) -> None:
    scenarios = load_region(name).scenarios
    assert len({entry.title_sv for entry in scenarios}) == len(scenarios)
    assert all(entry.text_sv.endswith(".") and entry.source for entry in scenarios)


GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "add-a-scenario.md"


def test_the_guide_s_example_is_right_and_means_what_it_says(tmp_path: Path) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    ((name, text),) = re.findall(r"```yaml\n# regions/norrbotten/(scenarios/\w+\.yaml)\n(.+?)```", guide, re.DOTALL)
    shutil.copytree(SHIPPED / "norrbotten", tmp_path / "norrbotten")
    assert problems(tmp_path / "norrbotten", name, text) == []
    found = {
        (age, group): "from_13" in inside(ADULT | {"age": age, "age_group": group}, str(tmp_path / "norrbotten"))
        for age, group in (("12", "0-17"), ("13", "0-17"), ("18", "18"), ("95", "90+"), ("unknown", "unknown"))
    }
    assert [group for group, within in found.items() if not within] == [("12", "0-17")]
    assert "from_13" not in inside(ADULT | {"age": "13", "place": "clinic"}, str(tmp_path / "norrbotten"))
