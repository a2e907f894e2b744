"""`hemvard plan`: what a run would do, from the same functions that do it."""

from collections.abc import Iterator
from pathlib import Path

from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks.compute import stale_models
from tasks.definitions import source_definitions
from tasks.plan import Plan, make_plan
from tasks.sources import connect
from warehouse.home import RegionHome, find_home
from warehouse.lake import open_lake
from warehouse.ledger import LedgerState, read_ledger


def describe_plan(region: str, first: str | None, last: str | None, home: Path | None) -> str:
    """The plan in words. Deliveries still in the inbox are counted, but not landed."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    if not place.catalogue.exists():
        return f"Nothing has landed yet; a run would land {_offered(folder, place)} file(s) first."
    connection = open_lake(place, read_only=True)
    try:
        state = read_ledger(connection)
    finally:
        connection.close()
    plan = make_plan(
        folder,
        state,
        source_definitions(folder),
        first=Month.parse(first) if first else None,
        last=Month.parse(last) if last else None,
    )
    return "\n".join(_lines(folder, plan, state, _offered(folder, place)))


def _offered(folder: RegionFolder, place: RegionHome) -> int:
    return sum(len(connect(source, place).list_offered()) for source in folder.sources)


def _lines(folder: RegionFolder, plan: Plan, state: LedgerState, offered: int) -> Iterator[str]:
    landed = len({(landing.source_id, landing.month, landing.version) for landing in state.landings})
    yield f"In the inbox: {offered} file(s), of which {landed} have landed before, unless changed since."
    for month in plan.months:
        for delivery in month.deliveries:
            yield f"{month.month}  take in {delivery.source_id} {delivery.file_name} ({delivery.why})"
    for missing in plan.missing:
        kind = "required: the month waits" if missing.required else "not required: figures are preliminary"
        yield f"{missing.month}  missing {missing.source_id} ({kind})"
    for model, stale in stale_models(folder, state).items():
        if stale:
            yield f"compute {model.name} for {len(stale)} window(s)"
    if not plan.months:
        yield "No landed delivery is waiting."
