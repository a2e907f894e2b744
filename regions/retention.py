"""What the rule for how long rows are kept means for the agreements: told by `hemvard check`, as a warning."""

from collections.abc import Iterator

from regions.agreement import Agreement
from regions.folder import RegionFolder
from regions.model import Retention
from regions.month import Month


def retention_warnings(folder: RegionFolder) -> Iterator[str]:
    """The agreements whose baseline loses its rows before the follow-up that it is compared with has ended."""
    rule = folder.region.retention
    for agreement in folder.agreements:
        last, gone = _last_followed(agreement), _goes_in(rule, agreement.baseline.first)
        if gone is None or (last is not None and last < gone):
            continue
        until = f"ends with {last}" if last else "has no end"
        yield (
            f"region.yaml: with rows_months {rule.rows_months} the rows of {agreement.id}'s baseline go in {gone}, and "
            f"its follow-up {until}. What has been computed of them stands, and can't be computed again: not by a "
            "changed definition, boundary or late delivery. Keep rows longer, or freeze what rests on them first."
        )


def _goes_in(rule: Retention, month: Month) -> Month | None:
    """The month in which a run removes the rows of a month."""
    return None if rule.rows_months is None else Month(month.year + 1, 1).plus(rule.rows_months)


def _last_followed(agreement: Agreement) -> Month | None:
    """The last month of the follow-ups; None where one is open."""
    ends = [span.last for span in agreement.follow_up]
    known = [end for end in (agreement.baseline.last, *ends) if end is not None]
    return max(known) if len(known) == len(ends) + 1 else None
