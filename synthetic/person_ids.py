"""Person ids that can't belong to anyone, of every kind that Swedish care systems hold.

Personnummer: Skatteverket publishes test numbers that are never given to a person. Its list, read in part
as republished in the test data of github.com/ActiveLogin/ActiveLogin.Identity (births 1890–2019), has for
each birth date the serial 980 or 981 before 1990, and 238 or 239 from 1990. These are used first; where
more persons share a birth date before 1990, 982–989. That all of 980–989 is kept for tests, and that the
rule goes on after 2019, is from memory, not read. Coordination numbers (day + 60) use the same serials.

Reserve numbers follow the formats of Inera's public pages: the national reserve id, Stockholm's, Västra
Götaland's, Värmland's, Inera Carelink's and Skåne's. Where a check digit's rule isn't public (Värmland,
Skåne), some character stands there. The national reserve id's check digit counts a letter by its ASCII
code, as one public implementation does (github.com/tbillas/SwedishIdentifier); the specification itself
was not read.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
Integers = npt.NDArray[np.int64]
Style = Literal["plain", "dashed", "short"]

RESERVE_KINDS = (
    "coordination",
    "national_dated",
    "national_undated",
    "stockholm",
    "vastra_gotaland",
    "varmland",
    "carelink",
    "skane",
)
_MONTH_LIKE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01]|[67]\d|8\d|9[01])")
_LETTERS = "ABCDEFGHJKLMNPRSTUXYZ"  # without I, O, Q, V, W
_GOTALAND = {"K": 5, "M": 7, "X": 8}


def serial_room(birth: Days) -> Integers:
    """How many persons of one sex a birth date has room for."""
    return np.where(_years(birth) < 1990, 5, 1)


def personnummer(birth: Days, sex: Integers, rank: Integers, *, coordination: bool = False) -> list[str]:
    """Twelve characters each; sex 0 female, 1 male; rank counts persons of one sex and birth date."""
    serial = np.where(_years(birth) < 1990, 980, 238) + 2 * rank + sex % 2
    day = _dates(birth) + (60 if coordination else 0)
    body = (day % 1_000_000) * 1000 + serial
    check = luhn_of(body, 9)
    return [f"{d:08d}{s:03d}{c}" for d, s, c in zip(day.tolist(), serial.tolist(), check.tolist(), strict=True)]


def luhn_of(body: Integers, digits: int) -> Integers:
    """The check digit of numbers with so many digits (weights 2, 1, 2 … from the right)."""
    total = np.zeros_like(body)
    rest = body.copy()
    for place in range(digits):
        digit = rest % 10 * (2 if place % 2 == 0 else 1)
        total += digit // 10 + digit % 10
        rest //= 10
    return (10 - total % 10) % 10


def wrong_check(person_id: str) -> str:
    """The same id with a check digit that is wrong."""
    return person_id[:-1] + str((int(person_id[-1]) + 1) % 10)


def written(person_id: str, style: Style, year: int) -> str:
    """The id as a system writes it in a year: twelve characters, with a dash, or the ten-digit form.

    The ten-digit form has + instead of − from the year in which the person turns 100; reserve numbers,
    which it can't hold, keep their twelve characters.
    """
    if style == "plain":
        return person_id
    if style == "dashed" or not person_id.isdigit() or not _MONTH_LIKE.match(person_id):
        return f"{person_id[:8]}-{person_id[8:]}"
    return f"{person_id[2:8]}{'+' if year - int(person_id[:4]) >= 100 else '-'}{person_id[8:]}"


def reserve_number(kind: str, born: date, sex: int, number: int) -> str:
    """A reserve number of a kind; number tells persons apart."""
    return _MAKERS[kind](born, sex, number)


def _coordination(born: date, sex: int, number: int) -> str:
    births = np.array([born], dtype="datetime64[D]")
    rank = np.array([number % int(serial_room(births)[0])])
    return personnummer(births, np.array([sex]), rank, coordination=True)[0]


def _national_dated(born: date, sex: int, number: int) -> str:
    century = born.year // 100 + 3
    body = f"{born:%y%m%d}{_pair(number)}{sex % 2}"
    return f"{century}{body}{_check([ord(c) if c.isalpha() else int(c) for c in body])}"


def _national_undated(born: date, sex: int, number: int) -> str:
    body = f"{number % 100:02d}{20 + number % 80:02d}{40 + number % 20:02d}{_pair(number)}{sex % 2}"
    return f"00{body}{_check([ord(c) if c.isalpha() else int(c) for c in body])}"


def _stockholm(born: date, sex: int, number: int) -> str:
    body = f"99{1980 + number % 30:04d}{number % 100_000:05d}"
    return f"{body}{_check([int(c) for c in body[4:]])}"


def _vastra_gotaland(born: date, sex: int, number: int) -> str:
    letter = "KMX"[number % 3]
    serial = 6 + 2 * (number // 3 % 36) + sex % 2
    digits = [int(c) for c in f"{born:%y%m%d}"] + [_GOTALAND[letter]] + [int(c) for c in f"{serial:02d}"]
    return f"{born:%Y%m%d}{letter}{serial:02d}{_check(digits)}"


def _varmland(born: date, sex: int, number: int) -> str:
    return f"{born:%Y%m%d}S{'FUXPL'[number % 5]}{2 + 2 * (number % 4) + sex % 2}{number % 10}"


def _carelink(born: date, sex: int, number: int) -> str:
    body = f"{born:%y%m}{32 + number % 28:02d}{(980 + number % 10):03d}"
    return f"{born:%Y}{body[2:]}{_check([int(c) for c in body])}"


def _skane(born: date, sex: int, number: int) -> str:
    return f"{born:%Y%m%d}{_LETTERS[number % 21]}{number % 100:02d}{_LETTERS[number // 21 % 21]}"


_MAKERS: dict[str, Callable[[date, int, int], str]] = {
    "coordination": _coordination,
    "national_dated": _national_dated,
    "national_undated": _national_undated,
    "stockholm": _stockholm,
    "vastra_gotaland": _vastra_gotaland,
    "varmland": _varmland,
    "carelink": _carelink,
    "skane": _skane,
}


def _pair(number: int) -> str:
    return _LETTERS[number % 21] + _LETTERS[number // 21 % 21]


def _check(values: Sequence[int]) -> int:
    """Luhn's check digit; a letter's value may be any number, of which the digits are added."""
    total = 0
    for place, value in enumerate(reversed(values)):
        doubled = value * 2 if place % 2 == 0 else value
        doubled -= 9 if place % 2 == 0 and doubled > 9 else 0
        total += sum(int(digit) for digit in str(doubled))
    return (10 - total % 10) % 10


def _years(days: Days) -> Integers:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _dates(days: Days) -> Integers:
    """Days as numbers: 20110131."""
    months = days.astype("datetime64[M]")
    number = months.astype(np.int64) % 12 + 1
    day = (days.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    dates: Integers = _years(days) * 10000 + number * 100 + day
    return dates
