"""What the interfaces of official statistics share: how they are called, the region's areas, and a short hash."""

import hashlib
import json
from collections.abc import Iterator

from regions.folder import RegionFolder
from regions.model import Region
from regions.official import OfficialTransport
from regions.source import Source
from tasks.sources.calls import Calls, Pace, Pacer


class OfficialSource:
    """An interface of official statistics. It has no files, so none are strange; a plan doesn't ask it for figures."""

    is_local = False

    def __init__(
        self, transport: OfficialTransport, source: Source, folder: RegionFolder, pace: Pace, pacer: Pacer
    ) -> None:
        self._source = source
        self._region = folder.region
        self._calls = Calls(
            transport.address,
            attempts=transport.attempts,
            timeout_seconds=transport.timeout_seconds,
            pace=pace,
            pacer=pacer,
        )

    def strange(self) -> int:
        """None: an interface has no files beside its tables."""
        return 0


def areas(code: str, region: Region, country: str, county: str = "") -> Iterator[str]:
    """The publisher's codes for a code of a selection; one that is no placeholder stands for itself.

    country and county are how the publisher writes these; county, left out, is the region's two digits.
    """
    match code:
        case "{municipalities}":
            yield from region.municipalities
        case "{county}":
            yield county or region.county_code
        case "{country}":
            yield country
        case _:
            yield code


def fingerprint(value: object) -> str:
    """Twelve characters that change with the value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
