"""What the release is that the pages are made of."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.published import Published


@dataclass(frozen=True)
class Release:
    """A row of the query `release`."""

    release_id: str
    region_name: str
    data: str
    notice_sv: str | None
    min_persons: int
    cells_protected_share: Decimal | None
    visits_protected_share: Decimal | None
    code_version: str
    inputs_hash: str
    created_at: datetime | None


def read_release(source: Published) -> Release | None:
    """The release of a published database; None where it doesn't say."""
    return next(iter(source.rows("release", Release)), None)
