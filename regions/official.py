"""Where official statistics are asked for: the kinds of `transport` that are no system of the region's own.

A selection's codes are written as the publisher writes them, or as
`{municipalities}` (the region's), `{county}`, `{country}`; in PxWeb also `0..99` (each whole number from
the first to the last) and `*` (every code that the table has).
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from regions.transport import Feed, Remote, safe_address

AREAS = ("{municipalities}", "{county}", "{country}")
_RANGE = re.compile(r"[0-9]{1,4}\.\.[0-9]{1,4}")


def _known_code(code: str) -> str:
    """A code; what looks like a placeholder or a range must be one."""
    if "{" in code and code not in AREAS:
        raise ValueError(f"{code!r} is no placeholder; those are {', '.join(AREAS)}")
    if ".." in code and not _RANGE.fullmatch(code):
        raise ValueError(f"{code!r} is no range of whole numbers, such as 0..99")
    return code


def _base_address(address: str) -> str:
    return safe_address(address).rstrip("/")


Address = Annotated[str, AfterValidator(_base_address)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_known_code)]


class OfficialTransport(Remote):
    """What the interfaces of official statistics have in common: a delivery is one year of one table."""

    feed: ClassVar[Feed] = "reference"
    address: Address
    period_month: int = Field(default=1, ge=1, le=12, description="The month in which a year's figures lie.")


class PxWebTransport(OfficialTransport):
    """A table of a PxWeb v2 interface, such as SCB's."""

    kind: Literal["pxweb"] = "pxweb"
    address: Address = "https://statistikdatabasen.scb.se/api/v2"
    table: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    selection: dict[str, Annotated[tuple[Code, ...], Field(min_length=1)]] = Field(
        min_length=1,
        description="Variable → codes. One that is left out is summed over, where the table says that it may be.",
    )


class KoladaTransport(OfficialTransport):
    """Key figures of Kolada v3. `{county}` and `{country}` are Kolada's own four characters: 0025, 0000."""

    kind: Literal["kolada"] = "kolada"
    address: Address = "https://api.kolada.se/v3"
    kpis: tuple[Annotated[str, StringConstraints(pattern=r"^[NU]\d{5}$")], ...] = Field(min_length=1)
    areas: tuple[Code, ...] = Field(default=AREAS, min_length=1)
