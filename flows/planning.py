"""`hemvard plan`: what a run would do, from the same functions that do it. It changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks.compute import stale_models
from tasks.definitions import source_definitions
from tasks.land import Waiting, look
from tasks.plan import Plan, make_plan
from warehouse.home import RegionHome, find_home
from warehouse.lake import open_lake
from warehouse.ledger import LedgerState, read_ledger


def describe_plan(region: str, first: str | None, last: str | None, home: Path | None) -> str:
    """The plan in words, as if what lies in the inbox had landed."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    state = known_state(place)
    waiting = look(folder, place, state)
    plan = make_plan(
        folder,
        replace(state, landings=state.landings + waiting.new),
        source_definitions(folder),
        first=Month.parse(first) if first else None,
        last=Month.parse(last) if last else None,
    )
    return "\n".join((*_waiting(waiting), *_lines(folder, plan, state)))


def known_state(place: RegionHome) -> LedgerState:
    """What the ledger of a region's home knows; nothing, where there is no lake yet."""
    if not place.catalogue.exists():
        return LedgerState((), {}, {}, {})
    connection = open_lake(place, read_only=True)
    try:
        return read_ledger(connection)
    finally:
        connection.close()


def _waiting(waiting: Waiting) -> Iterator[str]:
    yield f"Land {len(waiting.new)} new delivery file(s)."
    if waiting.unsure:
        yield f"Fetch {waiting.unsure} delivery(ies) again whose systems don't tell whether they have changed."
    yield from (f"{source}: {place} could not be reached" for source, place in sorted(waiting.away.items()))


def _lines(folder: RegionFolder, plan: Plan, state: LedgerState) -> Iterator[str]:
    for month in plan.months:
        for delivery in month.deliveries:
            yield f"{month.month}  take in {delivery.source_id} {delivery.file_name} ({delivery.why})"
    for missing in plan.missing:
        kind = "required: the month waits" if missing.required else "not required: figures are preliminary"
        yield f"{missing.month}  missing {missing.source_id} ({kind})"
    for landing in plan.closed:
        yield f"{landing.month}  leave {landing.source_id} {landing.file_name} (rows of that month are kept no more)"
    if plan.unreadable:
        yield f"Leave {len(plan.unreadable)} delivery(ies) as they were read: their originals are kept no more."
    for model, stale in stale_models(folder, state).items():
        if stale:
            yield f"Compute {model.name} for {len(stale)} window(s) left from before."
    if plan.months:
        yield "Then compute what these months touch, and publish."
    else:
        yield "No delivery is waiting."
