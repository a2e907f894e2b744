"""New findings are announced before the release is in force, and nothing of a person with them."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    copy_home,
    plausible,
    region_home,
    visit,
    without_prefect,
    without_weight,
)

import flows.monthly as module
from tasks import present as present_module
from tasks.findings import Changes
from tasks.report import SHOWN

MONTH = MONTHS[0]


@pytest.fixture(scope="module")
def announcing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a run has announced findings; copy it, never change it."""
    return tmp_path_factory.mktemp("announcing") / "home"


@pytest.fixture(scope="module")
def events(announcing: Path) -> list[dict[str, Any]]:
    """What a first run announces, and what stood in force when it did."""
    Deliveries(announcing).fill(20, months=(MONTH,), sources=(BETA, GAMMA))
    bad = [
        visit(ALPHA, MONTH, number, name="Påhittsson", note="Ring dottern") | {"vårdform": "??", "personid": "1"}
        for number in (900, 901)
    ]
    Deliveries(announcing).put(ALPHA, MONTH, [*plausible(ALPHA, MONTH, 110), *bad])
    return announced(announcing)


def announced(home: Path) -> list[dict[str, Any]]:
    """Run the main job; the events, in their order, with those of `present` among them."""
    told: list[dict[str, Any]] = []

    def present(*args: Any) -> Path:
        told.append({"event": "present"})
        return present_module.present(*args)

    def emitted(**event: Any) -> None:
        told.append(event | {"in_force": region_home(home).current.exists()})

    with without_prefect(present=present), without_weight(), patch.object(module, "emit_event", emitted):
        module.monthly.fn(str(SMALL), None, None, str(home), wait=False)
    return told


def test_new_findings_are_announced_before_the_release_is_in_force(events: list[dict[str, Any]]) -> None:
    assert [event["event"] for event in events] == ["hemvard.findings.new", "present"]
    (event, _) = events
    assert event["in_force"] is False
    assert event["resource"]["prefect.resource.id"] == "hemvard.region.small"
    assert event["resource"]["hemvard.over-time"] in ("yes", "no")
    assert event["payload"]["new"] >= 1
    assert len(event["payload"]["first"]) == min(SHOWN, event["payload"]["new"])
    assert not any(word in str(event) for word in ("Påhittsson", "dottern", "??"))


def test_a_run_that_makes_no_release_announces_nothing(
    events: list[dict[str, Any]], announcing: Path, own_home: Path
) -> None:
    assert events
    assert announced(copy_home(announcing, own_home)) == []


def test_a_release_without_new_findings_announces_nothing(own_home: Path) -> None:
    with patch.object(module, "emit_event", lambda **_: pytest.fail("an event")):
        module._announce(module.load_region(str(SMALL)), Changes((), 3, 1))
