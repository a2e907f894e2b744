"""Targets: what a file may say, which step holds, and that those shipped fit the indicators that there are."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from small_region import SMALL

from regions.errors import UsageError
from regions.folder import check_region, load_region
from regions.month import Month
from regions.targets import Target, TargetSpan
from warehouse import targets as checks
from warehouse.indicators import Definition
from warehouse.targets import check_targets, require_targets

FILE = """indicator: some_share
area: ["1880"]
steps:
  - {from: 2024-01, value: 0.80, basis: illustrative, source: Prov}
  - {from: 2024-07, value: 0.9, basis: official, source: Prov}
"""
DEFINITION = {
    "indicator_id": "some_share",
    "version": 1,
    "valid_from": date(2005, 1, 1),
    "valid_to": None,
    **dict.fromkeys(("title_sv", "title_en", "denominator", "exclusions", "numerator"), "Prov"),
    "kind": "share_of_persons",
    "unit": "share",
    "level": "process",
    "applies_from": None,
    "direction": "higher",
    **dict.fromkeys(("source", "reference", "limits"), "Prov"),
}


def target(*steps: tuple[str, str], area: Any = (), indicator: str = "some_share") -> Target:
    listed = [{"from": first, "value": value, "basis": "illustrative", "source": "Prov"} for first, value in steps]
    return Target.model_validate({"indicator": indicator, "area": area, "steps": listed})


def known(**changes: Any) -> list[Definition]:
    return [Definition.model_validate({**DEFINITION, **changes})]


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check_region(folder)[1]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    (folder / "targets").mkdir()
    return folder


def test_a_folder_s_targets_are_read_and_are_inputs_of_a_release(small: Path) -> None:
    (small / "targets" / "some_share.yaml").write_text(FILE, encoding="utf-8")
    folder = load_region(str(small))
    (found,) = folder.targets
    assert found.areas(folder.region) == [("municipality", "1880")]
    assert [(str(step.first), step.value) for step in found.steps] == [
        ("2024-01", Decimal("0.8")),
        ("2024-07", Decimal("0.9")),
    ]
    assert "targets/some_share.yaml" in folder.files


# what is changed in the file, and what is said, with its line
SPOILT = {
    "steps out of order": (
        "from: 2024-07",
        "from: 2023-07",
        "3: steps: the step from 2023-07 stands after that from 2024-01; each must be later",
    ),
    "the same month twice": (
        "from: 2024-07",
        "from: 2024-01",
        "3: steps: the step from 2024-01 stands after that from 2024-01; each must be later",
    ),
    "no month": ("from: 2024-07", "from: juli", "5: steps.1.from: a month is written YYYY-MM"),
    "no source": (", source: Prov}\n  -", "}\n  -", "4: steps.0.source is missing"),
    "no basis": ("basis: official, ", "", "5: steps.1.basis is missing"),
    "another county's municipality": ("1880", "2580", "2: municipality 2580 is not one of the region's"),
    "another file's indicator": ("some_share", "other_share", "1: id is other_share, but the file is some_share.yaml"),
    "an unknown key": ("area:", "areas:", "2: areas is not a known key"),
}


@pytest.mark.parametrize(("old", "new", "words"), SPOILT.values(), ids=SPOILT.keys())
def test_what_is_wrong_is_told_with_its_line(small: Path, old: str, new: str, words: str) -> None:
    assert FILE.count(old) == 1
    (small / "targets" / "some_share.yaml").write_text(FILE.replace(old, new), encoding="utf-8")
    (problem,) = told(small)
    assert problem.startswith(f"targets/some_share.yaml:{words}")


def test_a_target_needs_a_step() -> None:
    with pytest.raises(ValidationError):
        target()


def test_areas_are_all_of_the_region_unless_it_says_so() -> None:
    region = load_region(str(SMALL)).region
    every = [("region", "18"), ("county_part", "sodra"), *(("municipality", code) for code in region.municipalities)]
    assert target(("2024-01", "1")).areas(region) == every
    assert target(("2024-01", "1"), area="region").areas(region) == [("region", "18")]
    assert target(("2024-01", "1"), area=["1880", "1814"]).areas(region) == [
        ("municipality", "1880"),
        ("municipality", "1814"),
    ]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True), st.integers(-40, 2200))
def test_one_step_at_most_holds_on_a_day_and_it_began_before(months: list[int], days: int) -> None:
    first = Month(2020, 1)
    begins = [first.plus(count) for count in sorted(months)]
    made = target(*((str(month), str(number)) for number, month in enumerate(begins)), area="region")
    day = first.first + timedelta(days=days)
    past = [number for number, month in enumerate(begins) if month.first <= day]
    spans = TargetSpan.all([made], load_region(str(SMALL)).region)
    holding = [span.value for span in spans if span.first_day <= day <= span.last_day]
    assert holding == [Decimal(number) for number in past[-1:]]


STEPS = ("2024-01", "0.8"), ("2024-07", "0.9")


@pytest.mark.parametrize(
    ("direction", "steps", "words"),
    [
        ("higher", STEPS, None),
        ("lower", STEPS[:1], None),
        ("none", STEPS, None),
        ("lower", STEPS, "lower is better, but the target rises from 0.8 to 0.9 in 2024-07"),
        ("higher", (("2024-01", "0.9"), ("2024-07", "0.8")), "higher is better, but the target falls from 0.9 to 0.8"),
        ("higher", (("2024-01", "0.8"), ("2024-07", "0.8")), None),
        ("lower", (("2024-01", "0.8"), ("2024-07", "0.8")), None),
        ("higher", (("2024-01", "90"),), "the value from 2024-01, 90, is no share: 90 % is written 0.90"),
    ],
)
def test_a_target_never_becomes_easier(direction: str, steps: Any, words: str | None) -> None:
    found = check_targets([target(*steps)], known(direction=direction))
    assert [problem.file for problem in found] == ["targets/some_share.yaml"] * bool(words)
    assert all(problem.text.startswith(str(words)) for problem in found)


def test_a_number_that_is_no_share_may_be_over_one() -> None:
    minutes = known(kind="ratio", unit="minutes")
    assert check_targets([target(("2024-01", "90"))], minutes) == []


def test_an_indicator_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [target(("2024-01", "0.5"), indicator="made_up")]
    (problem,) = check_targets(made, known())
    assert problem.text == "there is no indicator made_up"
    monkeypatch.setattr(checks, "definitions", known)
    with pytest.raises(UsageError, match="made_up") as caught:
        require_targets(made)
    assert caught.value.exit_code == 2
    require_targets([target(*STEPS)])


@pytest.mark.parametrize("name", ["norrbotten", "orebro", "regions/_template"])
def test_shipped_targets_fit_the_indicators_and_say_that_they_are_made_up(name: str) -> None:
    folder = load_region(name)
    assert folder.targets
    assert check_targets(folder.targets) == []
    for step in (step for made in folder.targets for step in made.steps):
        assert step.basis == "illustrative"
