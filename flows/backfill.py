"""Many months in chunks: each is taken in and computed, the last one publishes.

A chunk is an ordinary run of the main job, so that one that was interrupted goes on where it was: what
the ledger has is not done again.
"""

from pathlib import Path

from prefect import flow

from flows.monthly import MonthText, monthly
from regions.folder import RegionFolder, load_region
from regions.month import Month
from tasks.land import offered_months
from warehouse.home import RegionHome, find_home


@flow(name="backfill", flow_run_name="backfill {region}", persist_result=False)
def backfill(
    region: str,
    from_month: MonthText | None = None,
    to_month: MonthText | None = None,
    home: str | None = None,
    chunk_months: int = 12,
    wait: bool = True,
) -> str:
    """Take in the months from first to last, so many at a time, and publish once; the last chunk's summary."""
    folder = load_region(region)
    months = _months(folder, from_month, to_month, home)
    text = "No month has deliveries."
    for start in range(0, len(months), chunk_months):
        chunk = months[start : start + chunk_months]
        is_last = start + chunk_months >= len(months)
        outcome = monthly(region, str(chunk[0]), str(chunk[-1]), home, wait=wait, publish=is_last)
        text = outcome.text
    return text


def _months(folder: RegionFolder, first: str | None, last: str | None, home: str | None) -> list[Month]:
    """The months between the dates; without dates, from the first to the last that is on offer."""
    place = RegionHome(find_home(Path(home) if home else None) / folder.region.id)
    offered = offered_months(folder, place)
    if not offered and not (first and last):
        return []
    begin = Month.parse(first) if first else offered[0]
    end = Month.parse(last) if last else offered[-1]
    return list(begin.until(end))
