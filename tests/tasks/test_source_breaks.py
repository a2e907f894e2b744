"""Source breaks: from which day another system counts than when the baseline began."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from regions.folder import RegionFolder, load_region
from regions.model import MonthSpan, Principal
from regions.source import DaySpan, Source
from tasks.source_breaks import SourceBreak, source_breaks

COSMIC, MAGNA, PROCAPITA = "cosmic_visits", "magna_visits", "procapita_visits"
CODE = "1863"
"""A municipality that Magna serves."""


def spans(*months: tuple[str, str | None]) -> tuple[MonthSpan, ...]:
    return tuple(MonthSpan.model_validate({"from": first, "to": last}) for first, last in months)


BASELINE = spans(("2024-07", "2024-12"))[0]
TAKEOVER = date(2025, 1, 1)
YEARS = ("2024-07", "2025-12")


def source(folder: RegionFolder, like: str, system: str, *months: tuple[str, str | None], **changes: Any) -> Source:
    """A source of visits of another system, by default of one municipality."""
    changed = {"id": f"{system}_{months[0][0]}", "system": system, "valid": spans(*months), **changes}
    return folder.sources_by_id[like].model_copy(update=changed)


def own(folder: RegionFolder, system: str, *months: tuple[str, str | None], **changes: Any) -> Source:
    """One of the municipality's own."""
    return source(folder, MAGNA, system, *months, municipalities=(CODE,), **changes)


def region_s(folder: RegionFolder, system: str, *months: tuple[str, str | None], **changes: Any) -> Source:
    """One of the region's."""
    return source(folder, COSMIC, system, *months, **changes)


def breaks(folder: RegionFolder, *sources: Source, takeover: date = TAKEOVER) -> list[date]:
    """The days of a region with one municipality and these sources alone."""
    region = folder.region.model_copy(update={"municipalities": (CODE,), "county_parts": ()})
    (agreement,) = folder.agreements
    agreed = agreement.model_copy(update={"takeover": takeover, "baseline": BASELINE})
    found = source_breaks(replace(folder, region=region, sources=sources, agreements=(agreed,)), BASELINE)
    assert {(entry.subject, entry.municipality_code) for entry in found} <= {("visits", CODE)}
    return [entry.day for entry in found]


@pytest.fixture(scope="module")
def folder() -> RegionFolder:
    return load_region("orebro")


NEVER = date(2030, 1, 1)


def test_norrbotten_breaks_at_the_takeover_and_when_its_system_is_changed() -> None:
    shipped = load_region("norrbotten")
    found = source_breaks(shipped, spans(("2011-01", "2011-12"))[0])
    (takeover,) = {agreement.takeover for agreement in shipped.agreements}
    for code in shipped.region.municipalities:
        days = [entry.day for entry in found if entry.subject == "visits" and entry.municipality_code == code]
        assert days == [takeover, date(2024, 5, 15)]
    assert {entry.day for entry in found if entry.subject == "admissions"} == {date(2024, 5, 15)}
    assert {entry.subject for entry in found} == {"visits", "admissions", "emergency_visits"}
    assert found == sorted(set(found))


def test_what_lies_before_the_baseline_is_no_break() -> None:
    found = source_breaks(load_region("norrbotten"), spans(("2024-06", "2024-12"))[0])
    assert found == []


def test_one_system_for_each_principal_breaks_at_the_takeover_alone(folder: RegionFolder) -> None:
    one, other = region_s(folder, "cosmic", YEARS), own(folder, "magna", YEARS)
    assert breaks(folder, one, other) == [TAKEOVER]
    assert breaks(folder, one, other, takeover=NEVER) == []
    assert breaks(folder, one, other, takeover=date(2024, 7, 1)) == [], "the baseline began on that day"
    assert breaks(folder, one, own(folder, "cosmic", YEARS)) == [], "the same system goes on"
    assert breaks(folder, one) == breaks(folder, other) == [], "nothing goes over"


def test_a_takeover_by_a_system_that_begins_later_breaks_then(folder: RegionFolder) -> None:
    later = own(folder, "magna", ("2025-03", "2025-12"))
    assert breaks(folder, region_s(folder, "cosmic", YEARS), later) == [date(2025, 3, 1)]


def test_a_change_within_a_month_breaks_on_its_day(folder: RegionFolder) -> None:
    before = region_s(folder, "vas", ("2024-07", "2025-05"), counts=DaySpan(to=date(2025, 5, 14)))
    after = region_s(
        folder, "cosmic", ("2025-05", "2025-12"), counts=DaySpan.model_validate({"from": date(2025, 5, 15)})
    )
    assert breaks(folder, after, before, takeover=NEVER) == [date(2025, 5, 15)]


def test_a_change_within_the_baseline_is_a_break(folder: RegionFolder) -> None:
    found = breaks(
        folder, own(folder, "a", ("2024-01", "2024-09")), own(folder, "b", ("2024-10", None)), takeover=NEVER
    )
    assert found == [date(2024, 10, 1)]


def test_a_gap_and_a_return_to_the_first_system_are_no_breaks(folder: RegionFolder) -> None:
    gap = own(folder, "a", ("2024-07", "2024-12"), ("2025-06", "2025-12"))
    assert breaks(folder, gap, takeover=NEVER) == []
    between = own(folder, "b", ("2025-01", "2025-05"))
    assert breaks(folder, gap, between, takeover=NEVER) == [date(2025, 1, 1)]
    again = own(folder, "b", ("2025-01", "2025-02"), ("2025-04", "2025-05"))
    assert breaks(folder, gap, again, takeover=NEVER) == [date(2025, 1, 1)], "the same system after a gap"


def test_sources_that_never_count_break_nothing(folder: RegionFolder) -> None:
    first = own(folder, "a", YEARS)
    control = own(folder, "b", ("2025-01", "2025-12"), role="control")
    outside = own(folder, "b", ("2025-01", "2025-12"), counts=DaySpan(to=date(2024, 12, 31)))
    assert breaks(folder, first, control, outside, takeover=NEVER) == []


def test_principals_and_municipalities_are_apart(folder: RegionFolder) -> None:
    region = folder.region.model_copy(update={"municipalities": ("1863", "1864"), "county_parts": ()})
    one = own(folder, "a", ("2024-07", "2025-02"))
    two = own(folder, "b", ("2025-03", "2025-12"))
    other = source(folder, MAGNA, "a", YEARS, municipalities=("1864",), id="other")
    theirs = region_s(folder, "b", YEARS, principal=Principal.REGION)
    (agreement,) = folder.agreements
    agreed = (agreement.model_copy(update={"takeover": NEVER}),)
    changed = replace(folder, region=region, sources=(one, two, other, theirs), agreements=agreed)
    assert source_breaks(changed, BASELINE) == [SourceBreak("visits", "1863", date(2025, 3, 1))]
