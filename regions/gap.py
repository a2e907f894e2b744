"""The agreements' gap analyses as the rows that `volumes.gap` reads: who in fact cares for persons, and who should."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from regions.agreement import Agreement, GapAnalysis
from regions.errors import UsageError
from regions.model import MonthSpan


def gap_periods(agreements: Iterable[Agreement]) -> tuple[MonthSpan, ...]:
    """The periods for which some agreement asks for a gap analysis."""
    return tuple(span for _, analysis in _analyses(agreements) for span in analysis.periods)


def gap_rows(agreements: Iterable[Agreement]) -> tuple[tuple[date, date, str, str, int], ...]:
    """`hemvard_gap`: first and last day of the period, agreement, its scenario, days within which contact is agreed.

    Raises UsageError where two agreements name the same period: a row of the table would be of either.
    """
    found: dict[tuple[date, date], tuple[str, str, int]] = {}
    for agreement, analysis in _analyses(agreements):
        for span in analysis.periods:
            days = _days(span)
            if days in found:
                raise UsageError(
                    f"Agreements {found[days][0]} and {agreement.id} ask for a gap analysis of the same period, "
                    f"{span.first} to {span.last}.",
                    where=f"agreements/{agreement.id}.yaml, gap_analysis",
                    todo="Leave the period to one of them.",
                )
            found[days] = (agreement.id, agreement.scenario, analysis.contact_days)
    return tuple((*days, *rest) for days, rest in sorted(found.items()))


def priority_rows(agreements: Iterable[Agreement]) -> tuple[tuple[str, str, str, int], ...]:
    """`hemvard_gap_priorities`: agreement, gap group, agreed principal and place in the order, from 1."""
    return tuple(
        (agreement.id, entry.gap_group, entry.agreed_principal.value, place)
        for agreement, analysis in _analyses(agreements)
        for place, entry in enumerate(analysis.priority, 1)
    )


def _analyses(agreements: Iterable[Agreement]) -> Iterator[tuple[Agreement, GapAnalysis]]:
    return ((agreement, agreement.gap_analysis) for agreement in agreements if agreement.gap_analysis)


def _days(span: MonthSpan) -> tuple[date, date]:
    """The first and the last day of a span."""
    last = span.last or span.first
    return span.first.first, last.plus(1).first - timedelta(days=1)
