"""`hemvard demo`: synthetic deliveries into a region's inbox."""

from pathlib import Path
from typing import Literal

from regions.errors import UsageError
from regions.folder import load_region
from regions.month import Month
from synthetic.deliveries import make_deliveries
from tasks.release import NOTICE_SV
from warehouse.home import RegionHome, find_home


def make_demo(
    region: str,
    first: str | None,
    last: str | None,
    home: Path | None,
    *,
    batch: Literal["first", "late", "corrected"],
    rows: int | None,
    seed: int,
) -> str:
    """Make the deliveries; what was made, in words. Only for regions whose data are synthetic."""
    folder = load_region(region)
    if not folder.is_synthetic:
        raise UsageError(
            "This region's data are real; synthetic deliveries must not lie beside them.",
            where=f"{folder.path}/region.yaml, data",
            todo="Use a region with `data: synthetic`.",
        )
    place = RegionHome(find_home(home) / folder.region.id)
    place.prepare()
    manifest = make_deliveries(
        folder,
        place.inbox,
        first=Month.parse(first) if first else None,
        last=Month.parse(last) if last else None,
        batch=batch,
        rows=rows,
        seed=seed,
    )
    total = sum(entry.rows for entry in manifest.files)
    return f"{NOTICE_SV}\n{len(manifest.files)} file(s), {total} rows ({batch}) in {place.inbox}"
