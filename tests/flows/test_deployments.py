"""`prefect.yaml`: every deployment loads, fits its flow, and runs when it says; and what a schedule demands."""

import asyncio
import inspect
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema
from ruamel.yaml import YAML
from small_region import SMALL, small_folder

import flows.monthly as monthly_module
from flows.up import POOL
from regions.folder import load_region
from regions.month import Month

ROOT = Path(__file__).resolve().parents[2]
CONTENT = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = {deployment["name"]: deployment for deployment in CONTENT["deployments"]}
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def flow_of(deployment: dict[str, Any]) -> Flow[..., Any]:
    """The flow that a deployment starts."""
    return load_flow_from_entrypoint(deployment["entrypoint"])


def test_the_deployments_are_there() -> None:
    assert set(DEPLOYMENTS) == {"monthly", "backfill", "reference"}
    assert CONTENT["pull"] == []


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_entry_point_is_a_module_path_that_imports(name: str) -> None:
    entrypoint = DEPLOYMENTS[name]["entrypoint"]
    assert ":" not in entrypoint
    assert "/" not in entrypoint
    flow = flow_of(DEPLOYMENTS[name])
    assert isinstance(flow, Flow)
    assert flow.name == name


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_parameters_are_those_of_the_flow(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    signature = inspect.signature(flow_of(deployment).fn).parameters
    given = deployment["parameters"]
    assert set(given) <= set(signature)
    assert all(entry.default is not entry.empty or key in given for key, entry in signature.items())
    assert deployment["enforce_parameter_schema"] is True
    schema = parameter_schema(flow_of(deployment)).model_dump_for_openapi()
    jsonschema.validate(given, schema)
    load_region(given["region"])


@pytest.mark.parametrize("name", ["monthly", "backfill"])
def test_a_month_is_written_as_one(name: str) -> None:
    schema = parameter_schema(flow_of(DEPLOYMENTS[name])).model_dump_for_openapi()
    jsonschema.validate({"region": str(SMALL), "from_month": "2024-01"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"region": "norrbotten", "from_month": "2024-13"}, schema)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_one_run_at_a_time_in_the_pool_that_up_makes(name: str) -> None:
    limit = ConcurrencyLimitConfig.model_validate(DEPLOYMENTS[name]["concurrency_limit"])
    assert limit.limit == 1
    assert limit.collision_strategy.value == "ENQUEUE"
    assert DEPLOYMENTS[name]["work_pool"] == {"name": POOL}


def next_dates(count: int, after: datetime, name: str = "monthly") -> list[datetime]:
    """When a deployment runs next, in Swedish time."""
    (schedule,) = DEPLOYMENTS[name]["schedules"]
    cron = CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
    return [date.astimezone(STOCKHOLM) for date in asyncio.run(cron.get_dates(count, after))]


def test_it_runs_on_the_fifth_at_five_in_swedish_time_summer_and_winter() -> None:
    dates = next_dates(12, datetime(2025, 1, 10, tzinfo=UTC))
    assert [(date.year, date.month) for date in dates] == [*((2025, month) for month in range(2, 13)), (2026, 1)]
    assert {(date.day, date.hour, date.minute) for date in dates} == {(5, 5, 0)}
    assert {date.astimezone(UTC).hour for date in dates} == {3, 4}


def test_official_statistics_are_fetched_every_monday_at_four() -> None:
    """Before the main job, where that runs on the same day."""
    dates = next_dates(60, datetime(2025, 1, 10, tzinfo=UTC), "reference")
    assert {(date.isoweekday(), date.hour, date.minute) for date in dates} == {(1, 4, 0)}
    assert dates[0].date() == datetime(2025, 1, 13, tzinfo=UTC).date()


def test_a_backfill_has_no_schedule() -> None:
    assert DEPLOYMENTS["backfill"]["schedules"] == []


def demanded(monkeypatch: pytest.MonkeyPatch, when: datetime | None, *tags: str) -> list[str]:
    """The months that a run demands, of the small region (2023-12 to 2024-02)."""
    fake = SimpleNamespace(tags=list(tags), scheduled_start_time=when)
    monkeypatch.setattr(monthly_module, "flow_run", fake)
    return [str(month) for month in monthly_module._month_before_schedule(small_folder())]


@pytest.mark.parametrize(
    ("when", "month"),
    [
        (datetime(2024, 1, 5, 4, tzinfo=UTC), "2023-12"),
        (datetime(2024, 2, 5, 4, tzinfo=UTC), "2024-01"),
        (datetime(2024, 3, 5, 4, tzinfo=UTC), "2024-02"),
        (datetime(2024, 1, 31, 23, 30, tzinfo=UTC), "2024-01"),  # February in Stockholm
    ],
)
def test_a_scheduled_run_demands_the_month_before_its_scheduled_time(
    when: datetime, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before the day on which it happens to run: that may be months later."""
    assert demanded(monkeypatch, when, "hemvard", "auto-scheduled") == [month]


def test_a_month_in_which_nothing_is_expected_is_not_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert demanded(monkeypatch, datetime(2024, 4, 5, 4, tzinfo=UTC), "auto-scheduled") == []


def test_a_run_that_a_person_starts_demands_no_month(monkeypatch: pytest.MonkeyPatch) -> None:
    assert demanded(monkeypatch, datetime(2024, 1, 5, 4, tzinfo=UTC), "hemvard") == []
    assert demanded(monkeypatch, None, "auto-scheduled") == []


def test_a_demanded_month_that_has_not_come_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two months before it came; a run started by hand publishes them."""
    from small_region import MONTHS, Deliveries, run_plain

    from regions.errors import DataError

    Deliveries(tmp_path).fill(12, months=MONTHS[:2])
    monkeypatch.setattr(monthly_module, "_month_before_schedule", lambda _folder: (Month.parse(MONTHS[2]),))
    with pytest.raises(DataError, match=f"alpha_visits {MONTHS[2]}: the delivery is missing"):
        run_plain(tmp_path, light=True)
    monkeypatch.setattr(monthly_module, "_month_before_schedule", lambda _folder: ())
    assert run_plain(tmp_path, light=True).is_new
