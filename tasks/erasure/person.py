"""Who is to be erased: every pseudonym that stands for the person, and how the person's ids may be written.

What is asked for is one id. The map leads from it to the others: ids that changed, duplicates that were merged, the
pseudonyms of keys that were rotated out. Ids beside the one given are known when a landed row has shown them.
"""

import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from regions.errors import UsageError
from tasks.person_ids import HIDDEN, PersonId, classify, pseudonyms, record_pseudonym
from tasks.person_map import CURRENT, LINKS, carried_pseudonyms
from tasks.run import Run

_TWELVE = re.compile(r"(\d{2})(\d{6})(\d{4})", re.ASCII)
_WITHIN = 8
"""Characters of an id that may be written with a sign between them and the rest."""


@dataclass
class Person:
    """The person to be erased; never printed. Ids are added as landed rows show them."""

    pseudonyms: frozenset[UUID] = field(repr=False)
    ids: set[str] = field(repr=False)
    """Normalised."""
    seen: dict[tuple[str, date], tuple[PersonId, UUID | None]] = field(default_factory=dict, repr=False)
    """Ids of deliveries, as written and by the last day of their month, that have been asked about; in memory alone."""

    @property
    def texts(self) -> list[str]:
        """The pseudonyms as texts, in their order."""
        return sorted(str(pseudonym) for pseudonym in self.pseudonyms)

    def told_of(self, keys: Sequence[bytes], text: str, last: date) -> tuple[PersonId, UUID | None]:
        """What an id of a delivery is, and its pseudonym in force; None where it is no valid one."""
        if (text, last) not in self.seen:
            found = classify(text, last)
            valid = found.id_class not in ("MISSING", "INVALID")
            self.seen[text, last] = found, UUID(pseudonyms(keys, found)[-1]) if valid else None
        return self.seen[text, last]

    def pattern(self) -> str:
        """A regular expression that finds any of the ids as it may be written, and no other number."""
        return "|".join(_written(entry) for entry in sorted(self.ids))

    def record_ids(self, key: bytes) -> list[str]:
        """What the lake keeps instead of a record id that was the person's id."""
        texts = (text for entry in sorted(self.ids) for text in _spellings(entry))
        return [HIDDEN + record_pseudonym(key, text) for text in texts]


def find_person(run: Run, given: str, today: date) -> Person:
    """The person of an id; UsageError, which doesn't repeat it, where it is no whole and valid one."""
    found = classify(given, today)
    short = found.id_class in ("PNR", "SNR") and sum(sign.isdigit() for sign in given) < len(found.normalised)
    if found.id_class in ("MISSING", "INVALID") or short:
        raise UsageError(
            "That is no whole and valid person id; nothing was looked for.",
            where="the id that was given",
            todo="Give it with its century (YYYYMMDD-NNNN), or as the reserve number stands in the deliveries.",
        )
    own = {UUID(text) for text in pseudonyms(run.keys.chain, found)}
    return Person(frozenset(_connected(own, _edges(run))), {found.normalised})


def fingerprint(key: bytes, record_id: str, pseudonym: str) -> str:
    """What an erasure keeps of a pseudonym: it can be compared by who has the key, and is equal to nothing else."""
    return hmac.digest(key, f"erased\0{record_id}\0{UUID(pseudonym).hex}".encode(), "sha256").hex()[:32]


def _edges(run: Run) -> list[tuple[UUID, UUID]]:
    """Pairs of pseudonyms that stand for one person."""
    mapped = [(row[0], row[1]) for row in run.connection.execute(CURRENT).fetchall()]
    linked = [(row[1], row[2]) for row in run.connection.execute(LINKS).fetchall()]
    return [*mapped, *linked, *carried_pseudonyms(run).items()]


def _connected(begin: Iterable[UUID], edges: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """All that pairs connect with what we begin with."""
    beside: dict[UUID, set[UUID]] = defaultdict(set)
    for one, other in edges:
        beside[one].add(other)
        beside[other].add(one)
    found: set[UUID] = set()
    waiting = set(begin)
    while waiting:
        pseudonym = waiting.pop()
        found.add(pseudonym)
        waiting |= beside[pseudonym] - found
    return found


def _written(normalised: str) -> str:
    """RE2 has no look-around: the signs before and after are part of what is found."""
    plain = _TWELVE.fullmatch(normalised)
    if plain:
        return rf"(?:^|[^0-9])(?:{plain[1]})?{plain[2]}[-+\s\x{{2010}}-\x{{2014}}\x{{2212}}]?{plain[3]}(?:[^0-9]|$)"
    parted = re.escape(normalised[:_WITHIN]) + r"[-\s]?" + re.escape(normalised[_WITHIN:])
    return rf"(?i:(?:^|[^0-9A-Z]){parted}(?:[^0-9A-Z]|$))"


def _spellings(normalised: str) -> list[str]:
    """The ways in which a record id that is a personnummer may be written, as `identify` knows them."""
    plain = _TWELVE.fullmatch(normalised)
    if plain is None:
        return []
    return [f"{century}{plain[2]}{sign}{plain[3]}" for century in ("", plain[1]) for sign in ("", "-", "+")]
