"""Person ids: their class, and what rules need of them – never the id itself beyond this step.

Formats: Skatteverket's personnummer and samordningsnummer; the national reserve id (NRID); local
reserve numbers of Stockholm, Västra Götaland, Värmland, Inera Carelink and Skåne. A local number
is a valid id that tells neither birth date nor sex.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta

from personnummer import personnummer

_PLAIN = re.compile(r"(?P<century>18|19|20)?(?P<short>\d{6})(?P<sign>[-+]?)(?P<last>\d{4})", re.ASCII)
# Centuries 18–21 are never used for an NRID: such a number is a local one (Värmland's have the same shape).
_NRID = re.compile(r"(?P<century>(?!18|19|20|21)\d{2})(?P<short>\d{6})[A-HJ-NPR-UX-Z]{2}\d{2}", re.ASCII)
_STOCKHOLM = re.compile(r"99(19[89]\d|2[0-2]\d\d)\d{6}", re.ASCII)  # 99, year, serial, check digit
_LOCAL = (
    re.compile(r"(19|20)\d{6}[KMX]\d{2}\d", re.ASCII),  # Västra Götaland
    re.compile(r"(19|20)\d{6}S[FUXPL]\d{2}", re.ASCII),  # Värmland
    re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(3[2-9]|4\d|5\d)\d{4}", re.ASCII),  # Inera Carelink: day 32–59
    re.compile(r"(19|20)\d{6}(?=.*[A-Z])[A-Z0-9]{4}", re.ASCII),  # Skåne: at least one letter
)
_OLDEST = 100


@dataclass(frozen=True)
class PersonId:
    """What an id tells."""

    id_class: str
    normalised: str
    birth_date: date | None = None
    sex: str = "unknown"


MISSING = PersonId("MISSING", "")
_INVALID = "INVALID"


def classify(text: str | None, seen: date) -> PersonId:
    """The class of an id as it was written in a delivery of the day `seen` (which decides the century)."""
    compact = "".join((text or "").split()).upper()
    if not compact:
        return MISSING
    plain = _PLAIN.fullmatch(compact)
    if plain:
        found = _plain(_twelve(plain, seen))
        if found.id_class != _INVALID:
            return found
    compact = compact.replace("-", "")
    if _NRID.fullmatch(compact):
        return _national_reserve(compact)
    if _is_stockholm(compact) or any(pattern.fullmatch(compact) for pattern in _LOCAL):
        return PersonId("LOCAL", compact)
    return PersonId(_INVALID, compact)


def pseudonym(key: bytes, person: PersonId) -> str:
    """32 hexadecimal digits that stand for the person: HMAC-SHA-256 of the normalised id, cut to 128 bits."""
    return hmac.digest(key, person.normalised.encode(), "sha256").hex()[:32]


def _twelve(plain: re.Match[str], seen: date) -> str:
    """Twelve digits: a missing century is the one that makes the age 0–99, or 100–199 this year after a plus sign."""
    if plain["century"]:
        return plain["century"] + plain["short"] + plain["last"]
    year = int(plain["short"][:2])
    born = seen.year - (seen.year - year) % 100
    not_yet_born = born == seen.year and plain["short"][2:4] > f"{seen.month:02d}"
    if plain["sign"] == "+" or not_yet_born:
        born -= _OLDEST
    return f"{born // 100:02d}" + plain["short"] + plain["last"]


def _plain(digits: str) -> PersonId:
    """A personnummer or samordningsnummer of twelve digits, or INVALID."""
    try:
        number = personnummer.Personnummer(digits)
    except (personnummer.PersonnummerException, ValueError):
        return PersonId(_INVALID, digits)
    coordination = number.is_coordination_number()
    day = int(digits[6:8]) - (60 if coordination else 0)
    born = date(int(digits[:4]), int(digits[4:6]), day)
    return PersonId("SNR" if coordination else "PNR", digits, born, _sex(digits[10]))


def _national_reserve(compact: str) -> PersonId:
    """An NRID: the century is shifted by a multiple of three where the birth date is known."""
    shifted = int(compact[:2])
    sex = _sex(compact[10]) if shifted else "unknown"
    for century in (19, 20):
        if shifted > century and (shifted - century) % 3 == 0:
            return PersonId("NRID", compact, _date(f"{century}{compact[2:8]}"), sex)
    return PersonId("NRID", compact)


def _is_stockholm(compact: str) -> bool:
    """Stockholm's: the check digit is Luhn's over positions 5–11."""
    if not _STOCKHOLM.fullmatch(compact):
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(compact[4:])]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _sex(digit: str) -> str:
    return "male" if int(digit) % 2 else "female"


def last_day(month: date) -> date:
    """The last day of the month that a date lies in."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)
