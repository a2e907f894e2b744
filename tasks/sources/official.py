"""What the interfaces of official statistics share: the region's areas in a selection, and a short hash."""

import hashlib
import json
from collections.abc import Iterator

from regions.model import Region


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
