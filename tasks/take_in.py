"""A month's deliveries from landing into the lake: stage → identify → judge → load, for all of them or none."""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.faults import DeliveryFault
from tasks.identify import identify
from tasks.judge import Judged, judge, reject
from tasks.load import Loaded, keep_rejected, load
from tasks.plan import DeliveryWork, MonthWork
from tasks.run import Run
from tasks.stage import prepare, stage, unstage


@dataclass(frozen=True)
class Steps:
    """The steps as they are done: plain functions, or Prefect's tasks around them."""

    stage: Callable[[Run, DeliveryWork], int] = stage
    identify: Callable[[Run], int] = identify
    judge: Callable[[Run, tuple[DeliveryWork, ...]], Judged] = judge
    load: Callable[[Run, MonthWork], Loaded] = load


PLAIN = Steps()


def take_in(run: Run, month: MonthWork, steps: Steps = PLAIN) -> None:
    """Load a month's deliveries; where one of them is at fault none is, and the run has its rejections."""
    prepare(run, month.deliveries)
    rejected = []
    for delivery in month.deliveries:
        try:
            rows = steps.stage(run, delivery)
            run.say(f"{month.month}  {delivery.source_id}: {rows} rows ({delivery.why})")
        except DeliveryFault as fault:
            unstage(run, delivery)
            rejected.append(reject(delivery, fault))
    steps.identify(run)
    judged = steps.judge(run, month.deliveries)
    rejected += judged.rejected
    if rejected:
        keep_rejected(run, month.deliveries, tuple(rejected))
        run.rejections += rejected
        run.say(f"{month.month}  not loaded: {len(rejected)} fault(s)")
        return
    steps.load(run, month)
    run.say(f"{month.month}  loaded {judged.rows - judged.quarantined} rows, {judged.quarantined} in quarantine")
