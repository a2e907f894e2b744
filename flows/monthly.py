"""The main job: a region's deliveries in at one end, a published release out at the other.

source → land → stage → identify → judge → load → compute → protect → release → present; then retain takes what the
region's rule keeps no more.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from pydantic import Field

from flows.prefect_home import CONSOLE
from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks import steps
from tasks import take_in as taking
from tasks.definitions import source_definitions
from tasks.disclosure import forget_removed
from tasks.findings import Changes, changes_in
from tasks.plan import MonthWork, make_plan
from tasks.release import collect_inputs, inputs_hash
from tasks.report import SHOWN, Outcome, markdown, raise_where_blocked, summary
from tasks.run import Run
from warehouse.home import RegionHome, find_home
from warehouse.kept_releases import remove_old
from warehouse.keys import find_keys, keys_in_force
from warehouse.lake import open_lake
from warehouse.lock import region_lock
from warehouse.protection import require_publication
from warehouse.records import ensure_records
from warehouse.releases import DATABASE, find_release, in_force, put_in_force, read_hold, write_hold
from warehouse.targets import require_targets

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NEW_FINDINGS = "hemvard.findings.new"
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="A month, such as 2011-01")]


@flow(name="monthly", flow_run_name="monthly {region}", persist_result=False)
def monthly(
    region: str,
    from_month: MonthText | None = None,
    to_month: MonthText | None = None,
    home: str | None = None,
    wait: bool = True,
    publish: bool = True,
    as_of: date | None = None,
) -> Outcome:
    """Take in a region's new deliveries and publish a release; without months, all that have deliveries.

    A scheduled run also demands the month before its scheduled time. As of an earlier day, only parameters known
    then count: what is reckoned with forecasts is preliminary.
    """
    with opened(region, home, wait=wait, as_of=as_of) as run:
        landed = steps.land(run)
        plan = make_plan(
            run.folder,
            run.ledger(),
            source_definitions(run.folder),
            first=Month.parse(from_month) if from_month else None,
            last=Month.parse(to_month) if to_month else None,
            require=_month_before_schedule(run.folder),
        )
        for month in plan.months:
            take_in(run, month)
        outcome = Outcome(run, plan, landed)
        try:
            raise_where_blocked(outcome)
            outcome.computed = steps.compute(run)
            if publish:
                _publish(run, outcome)
                outcome.retained = steps.retain(run)
            outcome.text = summary(outcome)
        finally:
            create_markdown_artifact(markdown(outcome), key=f"{run.folder.region.id}-run".replace("_", "-"))
        return outcome


def take_in(run: Run, month: MonthWork) -> None:
    """A month's deliveries from landing into the lake, by the steps: all of them, or none."""
    taking.take_in(run, month, taking.Steps(steps.stage, steps.identify, steps.judge, steps.load))


def _publish(run: Run, outcome: Outcome) -> None:
    """What these inputs make is in force afterwards: built now, or before; unless a rollback of it holds."""
    inputs = collect_inputs(run)
    of_inputs, hold = inputs_hash(inputs), read_hold(run.home)
    if hold is not None and hold.inputs_hash == of_inputs:
        outcome.release, outcome.hold = run.home.releases / hold.release, hold
        put_in_force(run.home, outcome.release)
        return
    existing = find_release(run.home, of_inputs)
    if existing is None:
        forget_removed(run)
        building = steps.protect(run)
        steps.release(run, building, inputs)
        outcome.changes = changes_in(building / DATABASE)
        _announce(run.folder, outcome.changes)
        outcome.release, outcome.is_new = steps.present(run, building), True
    else:
        outcome.release, outcome.is_new = existing, in_force(run.home) != existing.resolve()
        put_in_force(run.home, existing)
    outcome.ended_hold = hold
    write_hold(run.home, None)
    outcome.removed = remove_old(run.home, run.folder.region.releases)


def _announce(folder: RegionFolder, changes: Changes) -> None:
    """Tell Prefect of new findings before the release is in force, so that an automation can tell people."""
    if changes.new:
        emit_event(
            event=NEW_FINDINGS,
            resource={
                "prefect.resource.id": f"hemvard.region.{folder.region.id}",
                "prefect.resource.name": folder.region.name,
                "hemvard.over-time": "yes" if changes.new_over_time else "no",
            },
            payload={
                "new": len(changes.new),
                "new_over_time": changes.new_over_time,
                "persisting": changes.persisting,
                "resolved": changes.resolved,
                "first": [str(finding) for finding in changes.new[:SHOWN]],
            },
        )


@contextmanager
def opened(region: str, home: str | None, *, wait: bool, as_of: date | None = None) -> Iterator[Run]:
    """The region locked, its lake open; all closed again whatever happens."""
    folder = load_region(region)
    require_publication(folder.publication)
    require_targets(folder.targets)
    place = RegionHome(find_home(Path(home) if home else None) / folder.region.id)
    with region_lock(place, wait=wait):
        keys = find_keys(place, synthetic=folder.is_synthetic)
        connection = open_lake(place)
        try:
            ensure_records(connection)
            yield Run(folder, place, keys_in_force(connection, place, keys), connection, _say, as_of=as_of)
        finally:
            connection.close()


def _say(message: str) -> None:
    """Progress: in the run's log, and on the console of a person who started it."""
    get_run_logger().info(message)
    if os.environ.get(CONSOLE):
        print(message, file=sys.stderr, flush=True)


def _month_before_schedule(folder: RegionFolder) -> Sequence[Month]:
    """The month that a scheduled run must find delivered; none for a run that a person starts."""
    if "auto-scheduled" not in (flow_run.tags or []):
        return ()
    scheduled = flow_run.scheduled_start_time
    if scheduled is None:
        return ()
    month = Month.of(scheduled.astimezone(STOCKHOLM).date()).plus(-1)
    return (month,) if folder.region.expects(month) else ()
