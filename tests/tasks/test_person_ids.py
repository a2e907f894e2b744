"""Every class of id in care_data §2.5: what it tells, and the pseudonym that stands for it."""

import hashlib
import hmac
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic.person_ids import RESERVE_KINDS, luhn_of, reserve_number
from tasks.person_ids import MISSING, carried, classify, last_day, pseudonym

SEEN = date(2024, 1, 31)
PNR = "191212121212"


def with_check(nine: str) -> str:
    """Ten digits of nine, the check digit by another implementation of Luhn."""
    return nine + str(luhn_of(np.array([int(nine)]), 9)[0])


@pytest.mark.parametrize(
    "text",
    [
        "191212121212",
        "19121212-1212",
        "19121212 1212",
        " 1912 1212 1212 ",
        "191212121212\n",
        "121212+1212",
        "121212 +1212",
        "19121212\u20131212",  # the dash that a word processor makes of a hyphen
        "19121212\u22121212",
        "\ufeff191212121212",
        "19121212\u00a01212",
        "1912\u200b12121212",
    ],
)
def test_a_personnummer_however_it_is_written(text: str) -> None:
    found = classify(text, SEEN)
    assert (found.id_class, found.normalised) == ("PNR", PNR)
    assert (found.birth_date, found.sex) == (date(1912, 12, 12), "male")


@pytest.mark.parametrize(
    ("short", "seen", "born"),
    [
        ("500101-", date(2024, 1, 31), 1950),
        ("240101-", date(2024, 1, 31), 2024),
        ("240201-", date(2024, 1, 31), 1924),  # not yet born that month
        ("240201-", date(2024, 2, 29), 2024),
        ("250101-", date(2024, 12, 31), 1925),
        ("991231-", date(2000, 1, 31), 1999),
        ("000101-", date(2000, 1, 31), 2000),
        ("000101+", date(2000, 1, 31), 1900),
        ("120101+", date(2011, 12, 31), 1912),  # December's file, written in January
        ("130101+", date(2011, 12, 31), 1813),
        ("110101+", date(2011, 12, 31), 1911),
        ("111201+", date(2011, 6, 30), 1911),  # turns 100 later that year: + from the year's beginning
        ("500101", date(2024, 1, 31), 1950),
    ],
)
def test_the_century_is_the_one_of_the_day_when_the_id_was_seen(short: str, seen: date, born: int) -> None:
    digits, sign = short[:6], short[6:]
    last = with_check(f"{digits}123")[6:]
    found = classify(f"{digits}{sign}{last}", seen)
    assert found.id_class == "PNR"
    assert found.normalised == f"{born}{digits[2:]}{last}"
    assert found.birth_date is not None
    assert found.birth_date.year == born


def test_the_ninth_digit_tells_the_sex() -> None:
    for serial, sex in ((120, "female"), (121, "male"), (998, "female"), (999, "male")):
        assert classify(f"19{with_check(f'500101{serial}')}", SEEN).sex == sex


@pytest.mark.parametrize(
    "text",
    [
        "191212121213",  # check digit
        "19121212-1211",
        "191302121212",  # month 13
        "191202301212",  # 30 February
        "19" + with_check("130229123"),  # 29 February of a common year
        "19" + with_check("121300123"),  # month 13, right check digit
        "19" + with_check("500101000"),  # serial 000
        "99" + with_check("200101123"),  # no century
        "21" + with_check("200101123"),
        "1912121212",  # ten digits are a short form: 191212 is a day, its check digit wrong
        "19121212121",
        "1912121212123",
        "19121212--1212",
        "191212/121212",
        "٣٣٣٣٣٣٣٣٣٣٣٣",
        "ABC",
        "-",
        "0",
        "000000000000",
        "1912-12-12",
        "19121212XXXXX",
    ],
)
def test_what_is_no_id_is_invalid_and_tells_nothing(text: str) -> None:
    found = classify(text, SEEN)
    assert found.id_class == "INVALID"
    assert (found.birth_date, found.sex) == (None, "unknown")


@pytest.mark.parametrize("text", [None, "", " ", "\t\n", "  "])
def test_no_id_is_missing(text: str | None) -> None:
    assert classify(text, SEEN) is MISSING


@pytest.mark.parametrize("day", [61, 75, 91])
def test_a_coordination_number_has_60_added_to_the_day(day: int) -> None:
    found = classify(f"19{with_check(f'5001{day}120')}", SEEN)
    assert (found.id_class, found.sex) == ("SNR", "female")
    assert found.birth_date == date(1950, 1, day - 60)
    assert classify(f"19{with_check('500192120')}", SEEN).id_class == "INVALID"


def test_a_short_coordination_number_finds_its_century() -> None:
    found = classify(f"{with_check('240261123')[:6]}-{with_check('240261123')[6:]}", SEEN)
    assert (found.id_class, found.birth_date) == ("SNR", date(1924, 2, 1))


@pytest.mark.parametrize(
    ("century", "born"), [("22", 1950), ("25", 1950), ("97", 1950), ("23", 2050), ("26", 2050), ("98", 2050)]
)
def test_a_national_reserve_id_shifts_the_century_by_threes(century: str, born: int) -> None:
    found = classify(f"{century}500304AB12", SEEN)
    assert (found.id_class, found.birth_date, found.sex) == ("NRID", date(born, 3, 4), "male")
    assert classify(f"{century}500304-AB22", SEEN).sex == "female"


def test_a_national_reserve_id_without_birth_date_tells_neither_date_nor_sex() -> None:
    found = classify("00072747HA15", SEEN)
    assert (found.id_class, found.birth_date, found.sex) == ("NRID", None, "unknown")


@pytest.mark.parametrize("letters", ["IA", "OA", "QA", "VA", "WA", "AI", "AW", "Å1", "1A"])
def test_a_national_reserve_id_has_21_letters(letters: str) -> None:
    assert classify(f"22500304{letters}12", SEEN).id_class == "INVALID"


@pytest.mark.parametrize("century", ["01", "17", "18", "21", "24", "27", "99"])
def test_other_centuries_are_no_national_reserve_ids(century: str) -> None:
    assert classify(f"{century}500304AB12", SEEN).id_class == "INVALID"


@pytest.mark.parametrize("sex", "AHZ")
def test_a_national_reserve_id_of_unknown_sex(sex: str) -> None:
    found = classify(f"22500304AB{sex}2", SEEN)
    assert (found.id_class, found.birth_date, found.sex) == ("NRID", date(1950, 3, 4), "unknown")


@pytest.mark.parametrize("day", ["500230", "501301", "500300"])
def test_a_national_reserve_id_with_a_century_has_a_date(day: str) -> None:
    assert classify(f"22{day}AB12", SEEN).id_class == "INVALID"


@pytest.mark.parametrize("serial", ["071947", "072739", "072760"])
def test_a_national_reserve_id_without_one_has_a_serial(serial: str) -> None:
    """Month 20–99 and day 40–59, so that it is taken for no date."""
    assert classify(f"00{serial}HA15", SEEN).id_class == "INVALID"


@pytest.mark.parametrize(
    "text",
    [
        "991981000010",  # Stockholm
        "19810829M071",  # Västra Götaland
        "19810829K064",
        "19810829X852",
        "19810829SF12",  # Värmland
        "19810829SL12",
        "198108321234",  # Inera Carelink
        "198108591234",
        "19810829A123",  # Skåne
        "198108291A2B",
        "19810829-Z9Z9",
        "19810829m071",
    ],
)
def test_a_local_reserve_number_is_kept_and_tells_nothing(text: str) -> None:
    found = classify(text, SEEN)
    assert found.id_class == "LOCAL"
    assert (found.birth_date, found.sex) == (None, "unknown")
    assert found.normalised == text.replace("-", "").upper()


@pytest.mark.parametrize(
    "text",
    [
        *("991981000011", "991979000012", "992300000019", "198108311234", "198108601234", "198113321234"),
        *("18810829A123", "19810832A123", "19811329M071", "19810230SF12"),
    ],
)
def test_what_looks_like_a_local_number_but_is_none(text: str) -> None:
    assert classify(text, SEEN).id_class == "INVALID"


@given(
    st.sampled_from(RESERVE_KINDS),
    st.dates(date(1930, 1, 1), date(2019, 12, 31)),
    st.integers(0, 1),
    st.integers(0, 2000),
)
def test_reserve_numbers_made_by_their_specification_are_of_their_class(
    kind: str, born: date, sex: int, number: int
) -> None:
    found = classify(reserve_number(kind, born, sex, number), SEEN)
    expected = {"coordination": "SNR", "national_dated": "NRID", "national_undated": "NRID"}.get(kind, "LOCAL")
    assert found.id_class == expected
    if kind in ("coordination", "national_dated"):
        assert (found.birth_date, found.sex) == (born, ("female", "male")[sex])
    else:
        assert (found.birth_date, found.sex) == (None, "unknown")


@st.composite
def plain_ids(draw: st.DrawFn) -> str:
    """Twelve digits with the right check digit: a personnummer or coordination number of one born 1890–2019."""
    born = draw(st.dates(date(1890, 1, 1), date(2019, 12, 31)))
    body = f"{born:%y%m}{born.day + draw(st.sampled_from((0, 60))):02d}{draw(st.integers(1, 999)):03d}"
    return f"{born.year // 100}{with_check(body)}"


@given(plain_ids(), st.integers(1, 30), st.integers(1, 12), st.sampled_from(("", "-")), st.sampled_from(("", " ")))
def test_ten_and_twelve_digits_of_one_person_give_one_pseudonym_in_any_month(
    number: str, years: int, month: int, hyphen: str, space: str
) -> None:
    seen = last_day(date(2019 + years, month, 1))
    age = seen.year - int(number[:4])
    short = f"{number[2:8]}{'+' if age >= 100 else hyphen}{space}{number[8:]}"
    long = f" {number[:8]}{hyphen}{space}{number[8:]}"
    whole = classify(number, seen)
    assert whole.id_class == ("SNR" if int(number[6:8]) > 60 else "PNR")
    assert {pseudonym(b"k" * 32, classify(text, seen)) for text in (short, long)} == {pseudonym(b"k" * 32, whole)}


@given(plain_ids())
def test_december_s_file_that_is_written_in_january_has_january_s_signs(number: str) -> None:
    seen = date(2024, 12, 31)
    short = f"{number[2:8]}{'+' if 2025 - int(number[:4]) >= 100 else '-'}{number[8:]}"
    assert classify(short, seen) == classify(number, seen)


@given(plain_ids() | st.integers(0, 2000).map(lambda n: reserve_number("stockholm", date(1950, 1, 1), 0, n)), st.data())
def test_no_wrong_check_digit_is_accepted(number: str, data: st.DataObject) -> None:
    """Nor any other digit of the ten that the check digit guards."""
    place = data.draw(st.integers(4 if number.startswith("99") else 2, 11))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    found = classify(number[:place] + digit + number[place + 1 :], SEEN)
    # A day 32–59 without Luhn's digit is Carelink's own form.
    assert found.id_class == "INVALID" or (found.id_class == "LOCAL" and 32 <= int(found.normalised[6:8]) <= 59)
    assert found.birth_date is None


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{6,8}[-+ ]?[0-9A-Z]{4}", fullmatch=True), st.dates())
def test_any_text_has_a_class_and_a_pseudonym(text: str, seen: date) -> None:
    if seen.year < 200:  # no century to speak of
        return
    found = classify(text, seen)
    assert found.id_class in {"PNR", "SNR", "NRID", "LOCAL", "INVALID", "MISSING"}
    assert len(pseudonym(b"k" * 32, found)) == 32
    if found.id_class in {"PNR", "SNR", "NRID", "LOCAL"}:
        assert classify(found.normalised, seen) == found


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_a_date_before_the_seen_month_s_end_and_at_most_a_hundred_years_ago(text: str) -> None:
    found = classify(text, SEEN)
    if found.birth_date:
        assert date(1924, 2, 1) <= found.birth_date <= SEEN


def test_a_pseudonym_is_carried_to_another_key_without_the_id() -> None:
    one, other = b"k" * 32, b"l" * 32
    former = pseudonym(one, classify(PNR, SEEN))
    assert carried(other, former) == hmac.new(other, former.encode(), hashlib.sha256).hexdigest()[:32]
    assert len({former, carried(other, former), carried(one, former), pseudonym(other, classify(PNR, SEEN))}) == 4


def test_the_pseudonym_is_stable_and_depends_on_key_and_person_alone() -> None:
    one, other = b"k" * 32, b"l" * 32
    person = classify(PNR, SEEN)
    assert pseudonym(one, person) == hmac.new(one, PNR.encode(), hashlib.sha256).hexdigest()[:32]
    written = {pseudonym(one, classify(text, SEEN)) for text in ("19121212-1212", "121212+1212", "1912 12121212")}
    assert written == {pseudonym(one, person)}
    assert pseudonym(one, person) != pseudonym(other, person)
    assert pseudonym(one, person) != pseudonym(one, classify("19810829M071", SEEN))
    assert PNR not in pseudonym(one, person)


@pytest.mark.parametrize(("month", "last"), [(1, 31), (2, 29), (4, 30), (12, 31)])
def test_the_last_day_of_a_month(month: int, last: int) -> None:
    assert last_day(date(2024, month, 1)) == date(2024, month, last)
