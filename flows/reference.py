"""Official statistics: fetched from their publishers and taken in, beside the main job and never in its way.

source → land → stage → identify → judge → load

Nothing is computed or published here: the next run of the main job counts with what has been taken in.
"""

from collections.abc import Iterator

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.monthly import opened, take_in
from regions.errors import DataError, HemvardError, UnreachableError
from tasks import steps
from tasks.definitions import source_definitions
from tasks.plan import MonthWork, make_plan
from tasks.register import retrieved
from tasks.run import Run


@flow(name="reference", flow_run_name="reference {region}", persist_result=False)
def reference(region: str, home: str | None = None, wait: bool = True) -> str:
    """Fetch and take in a region's official statistics; in words, from when each series is.

    A publisher that is away, a table that is not what its source says, and an answer that is rejected keep
    nothing of the others back: they are told at the end, and what was taken in before stands.
    """
    with opened(region, home, wait=wait) as run:
        errors = list(_land(run))
        plan = make_plan(run.folder, run.ledger(), source_definitions(run.folder), feed="reference")
        for month in plan.months:
            for delivery in month.deliveries:
                take_in(run, MonthWork(month.month, (delivery,)))
        errors += _rejected(run)
        text = "\n".join(_series(run))
        told = "\n\n".join((text, *map(str, errors)))
        create_markdown_artifact(told, key=f"{run.folder.region.id}-reference".replace("_", "-"))
        if errors:
            raise min(errors, key=lambda error: error.exit_code)
        return text


def _land(run: Run) -> Iterator[HemvardError]:
    """Land what is new; what could not be fetched, as errors."""
    try:
        landed = steps.land(run, feed="reference")
    except HemvardError as error:
        yield error
        return
    run.say(f"{len(landed.new)} new answer(s) landed")
    if landed.away:
        yield UnreachableError(
            f"Not all official statistics could be fetched ({', '.join(sorted(landed.away))}); the last values stand.",
            where=", ".join(sorted(set(landed.away.values()))),
            todo="Run again when the publisher answers: hemvard reference REGION",
        )


def _rejected(run: Run) -> Iterator[HemvardError]:
    """The deliveries that were not accepted, as one error."""
    if run.rejections:
        listed = "\n".join(
            f"  {entry.source_id} {entry.month}, rule {entry.rule_id}: {entry.en}" for entry in run.rejections
        )
        yield DataError(
            f"Not all official statistics passed; the last values stand.\n{listed}",
            where=f"{run.home.landing} (the answers are kept, encrypted)",
            todo="Compare the source's file with the publisher's table, correct it, and run again.",
        )


def _series(run: Run) -> Iterator[str]:
    """Each official series, and from when it is."""
    found = retrieved(run.folder, run.ledger())
    yield f"Official statistics of {run.folder.region.name}: {len(found)} series"
    for entry in found:
        yield (
            f"  {entry.source.id}: {entry.deliveries} year(s), the last {entry.last_month}, "
            f"retrieved {entry.retrieved_at:%Y-%m-%d}"
        )
