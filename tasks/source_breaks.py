"""Source breaks: the days from which an area's rows come from another system than when the baseline began. Pure.

A figure after such a day differs from its baseline for two reasons, and nothing in the data tells them apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from regions.folder import RegionFolder
from regions.model import MonthSpan, MunicipalityCode, Principal
from regions.source import VISITS, Source


@dataclass(frozen=True, order=True)
class SourceBreak:
    """From this day another system counts a subject's rows, or part of them, in a serving municipality."""

    subject: str
    municipality_code: MunicipalityCode
    day: date


@dataclass(frozen=True, order=True)
class _Counted:
    """The days on which a system counts, both included."""

    first: date
    last: date
    system: str


_Who = tuple[str, MunicipalityCode, Principal]
_Spans = Mapping[_Who, Sequence[_Counted]]


def source_breaks(folder: RegionFolder, baseline: MonthSpan) -> list[SourceBreak]:
    """The breaks after the baseline's first day, in order of subject, municipality and day.

    A principal's system is followed by another one; or, at a takeover, the visits in ordinary housing go over from
    the region's system to the municipality's. Months without any source are no break.
    """
    start = baseline.first.first
    spans = _spans(folder, start)
    found = {
        SourceBreak(subject, code, day) for (subject, code, _), spans_of in spans.items() for day in _changes(spans_of)
    }
    takeovers = {agreement.takeover for agreement in folder.agreements}
    found |= {
        SourceBreak(VISITS, code, day)
        for code in folder.region.municipalities
        for takeover in takeovers
        if (day := _taken_over(spans, code, takeover)) is not None
    }
    return sorted(entry for entry in found if entry.day > start)


def _spans(folder: RegionFolder, start: date) -> _Spans:
    """When which system counts, by subject, municipality and principal, in order; what ended before is left out."""
    spans: dict[_Who, list[_Counted]] = defaultdict(list)
    for source in folder.sources:
        if source.role == "counting" and source.transport.feed == "monthly":
            for counted in _counted(source):
                for code in folder.municipalities_of(source):
                    spans[source.subject, code, source.principal].append(counted)
    return {
        who: kept for who, listed in spans.items() if (kept := sorted(span for span in listed if span.last >= start))
    }


def _counted(source: Source) -> Iterator[_Counted]:
    """The days of a source's deliveries on which its rows count."""
    for valid in source.valid:
        first = max(valid.first.first, source.counts.first)
        last = min(valid.last.plus(1).first - timedelta(days=1) if valid.last else date.max, source.counts.last)
        if first <= last:
            yield _Counted(first, last, source.system)


def _changes(spans: Sequence[_Counted]) -> Iterator[date]:
    """The first days of systems that are neither the one before nor the one that was first."""
    for before, span in pairwise(spans):
        if span.system not in (before.system, spans[0].system):
            yield span.first


def _taken_over(spans: _Spans, code: MunicipalityCode, takeover: date) -> date | None:
    """The day from which the municipality's system counts what the region's did; None where that is the same one."""
    left = [span for span in spans.get((VISITS, code, Principal.REGION), ()) if span.first < takeover]
    taken = [span for span in spans.get((VISITS, code, Principal.MUNICIPALITY), ()) if span.last >= takeover]
    if not left or not taken or taken[0].system == left[-1].system:
        return None
    return max(takeover, taken[0].first)
