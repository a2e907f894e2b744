"""Whether a region's targets fit the indicators that there are: known, in the indicator's unit, never made easier."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from regions.errors import UsageError
from regions.reader import Problem
from regions.targets import Target
from warehouse.indicators import Definition, definitions


def check_targets(targets: Sequence[Target], known: Sequence[Definition] | None = None) -> list[Problem]:
    """What is wrong with targets beside the indicators that are known, by default all that there are."""
    latest = {entry.indicator_id: entry for entry in (definitions() if known is None else known)}
    return [
        Problem(f"targets/{target.indicator}.yaml", 1, text)
        for target in targets
        for text in _faults(target, latest.get(target.indicator))
    ]


def require_targets(targets: Sequence[Target]) -> None:
    """UsageError where a target does not fit: it would mislead, or be left out, in silence."""
    if problems := check_targets(targets):
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(f"The region's targets are not right:\n{listed}", todo="Correct the files in targets/.")


def _faults(target: Target, known: Definition | None) -> Iterator[str]:
    if known is None:
        yield f"there is no indicator {target.indicator}"
        return
    for step in target.steps:
        if known.unit == "share" and not 0 <= step.value <= 1:
            yield f"the value from {step.first}, {step.value}, is no share: 90 % is written 0.90"
    for step, later in pairwise(target.steps):
        if known.direction == "higher" and later.value < step.value:
            yield f"higher is better, but the target falls from {step.value} to {later.value} in {later.first}"
        if known.direction == "lower" and later.value > step.value:
            yield f"lower is better, but the target rises from {step.value} to {later.value} in {later.first}"
