"""Person ids: their class, and what rules need of them – never the id itself beyond this step.

Formats: Skatteverket's personnummer and samordningsnummer; the national reserve id (NRID, Inera's
specification 1.0 as its public page tells it); local reserve numbers of Stockholm, Västra Götaland,
Värmland, Inera Carelink and Skåne. A local number is a valid id that tells neither birth date nor sex.

Check digits are held to where their rule is known and decides: Luhn's of personnummer, samordningsnummer
and Stockholm's. Västra Götaland's is not: what fails it may be a number of Skåne's, which has any four
characters after the date. The rules of the NRID's, Värmland's and Carelink's were not found.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from personnummer import personnummer

_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))  # as word processors write it
_UNSEEN = str.maketrans("", "", "\u200b\u2060\ufeff")  # zero-width: no space to str.split
_PLAIN = re.compile(r"(?P<century>18|19|20)?(?P<short>\d{6})(?P<sign>[-+]?)(?P<last>\d{4})", re.ASCII)
# Two letters without I, O, Q, V and W; then a digit for a known sex. What stands for an unknown one was not found:
# another such letter is taken for it.
_NRID = re.compile(r"(?P<series>\d{2})(?P<day>\d{6})[A-HJ-NPR-UX-Z]{2}(?P<sex>[0-9A-HJ-NPR-UX-Z])\d", re.ASCII)
_NRID_LAST = 78  # the last series is the century and 78
_NRID_UNDATED = re.compile(r"00\d{2}[2-9]\d[45]\d", re.ASCII)  # a serial that is no date: month 20–99, day 40–59
_STOCKHOLM = re.compile(r"99(19[89]\d|2[0-2]\d\d)\d{6}", re.ASCII)  # 99, year, serial, check digit
_CARELINK = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(3[2-9]|4\d|5\d)\d{4}", re.ASCII)  # day 32–59
# Skåne's: a date and four characters, of which at least one letter. Västra Götaland's (K, M or X and three digits)
# and Värmland's (S, one of FUXPL and two digits) are of this form too.
_LETTERED = re.compile(r"(?P<date>(19|20)\d{6})(?=.*[A-Z])[A-Z0-9]{4}", re.ASCII)
_OLDEST = 100


@dataclass(frozen=True)
class PersonId:
    """What an id tells."""

    id_class: str
    normalised: str
    birth_date: date | None = None
    sex: str = "unknown"
    fault: str | None = None
    """What is wrong with an id that is no valid one: one of `FAULTS`."""


FAULTS = ("wrong_length", "not_a_date", "wrong_check_digit", "invalid")
"""What may be wrong with an id, as classes of expectations/found.yaml."""
HIDDEN = "hemvard-person-"
"""What the record ids begin with that stood in a delivery as a person's id."""
MISSING = PersonId("MISSING", "")
_INVALID = "INVALID"


def classify(text: str | None, seen: date) -> PersonId:
    """The class of an id as it was written in a delivery of the day `seen` (which decides the century)."""
    compact = "".join((text or "").translate(_HYPHENS).translate(_UNSEEN).split()).upper()
    if not compact:
        return MISSING
    written = compact
    plain = _PLAIN.fullmatch(compact)
    if plain:
        found = _plain(_twelve(plain, seen))
        if found.id_class != _INVALID:
            return found
    compact = compact.replace("-", "")
    if _is_local(compact):
        return PersonId("LOCAL", compact)
    reserve = _NRID.fullmatch(compact)
    return _national_reserve(reserve) if reserve else PersonId(_INVALID, compact, fault=_fault(written, seen))


def pseudonym(key: bytes, person: PersonId) -> str:
    """32 hexadecimal digits that stand for the person: HMAC-SHA-256 of the normalised id, cut to 128 bits."""
    return _digest(key, person.normalised)


def carried(key: bytes, former: str) -> str:
    """The pseudonym under a new key of one that former keys made: no id is needed, and the way back needs every key."""
    return _digest(key, former)


def record_pseudonym(key: bytes, record_id: str) -> str:
    """32 hexadecimal digits that stand for a record id that is a person's id, as it is written."""
    return hmac.digest(key, b"record\0" + record_id.encode(), "sha256").hex()[:32]


def pseudonyms(keys: Sequence[bytes], person: PersonId) -> tuple[str, ...]:
    """The person's pseudonym under each of the keys, the oldest first; the last one is in force."""
    made = [pseudonym(keys[0], person)]
    for key in keys[1:]:
        made.append(carried(key, made[-1]))
    return tuple(made)


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]


def _twelve(plain: re.Match[str], seen: date) -> str:
    """Twelve digits: a missing century is the one that makes the age 0–99, or with a plus sign 99–198, this year.

    The sign becomes a plus in the year in which the person turns 100; a month's file is often written in the
    next month, which may lie in the next year.
    """
    if plain["century"]:
        return plain["century"] + plain["short"] + plain["last"]
    year = int(plain["short"][:2])
    born = seen.year - (seen.year - year) % 100
    not_yet_born = born == seen.year and plain["short"][2:4] > f"{seen.month:02d}"
    if not_yet_born or (plain["sign"] == "+" and seen.year - born < _OLDEST - 1):
        born -= _OLDEST
    return f"{born // 100:02d}" + plain["short"] + plain["last"]


def _fault(written: str, seen: date) -> str:
    """What is wrong with an id that is of no known kind."""
    plain = _PLAIN.fullmatch(written)
    if plain is None:
        return "wrong_length" if re.fullmatch(r"[\d+-]+", written, re.ASCII) else "invalid"
    digits = _twelve(plain, seen)
    day = int(digits[6:8])
    born = _date(digits[:6] + f"{day - 60 if day > 60 else day:02d}")
    return "not_a_date" if born is None else "wrong_check_digit"


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


def _national_reserve(found: re.Match[str]) -> PersonId:
    """An NRID, or INVALID: 00 and a serial that is no date, or a century shifted by a multiple of three and a date.

    Sex is read only beside a birth date.
    """
    compact, series = found[0], int(found["series"])
    if _NRID_UNDATED.match(compact):
        return PersonId("NRID", compact)
    sex = _sex(found["sex"]) if found["sex"].isdigit() else "unknown"
    for century in (19, 20):
        born = _date(f"{century}{found['day']}")
        if born and (series - century) % 3 == 0 and century < series <= century + _NRID_LAST:
            return PersonId("NRID", compact, born, sex)
    return PersonId(_INVALID, compact)


def _is_local(compact: str) -> bool:
    lettered = _LETTERED.fullmatch(compact)
    if lettered:
        return _date(lettered["date"]) is not None
    return _is_stockholm(compact) or _CARELINK.fullmatch(compact) is not None


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
