"""Ids of every kind against the examples and rules of their public descriptions."""

from datetime import date

import numpy as np
import pytest
from personnummer import personnummer as checker

from synthetic.person_ids import luhn_of, personnummer, reserve_number, written, wrong_check

BORN = date(1981, 8, 29)


def _made(born: str, sex: int, rank: int, *, coordination: bool = False) -> str:
    births = np.array([born], dtype="datetime64[D]")
    return personnummer(births, np.array([sex]), np.array([rank]), coordination=coordination)[0]


@pytest.mark.parametrize(("born", "sex", "rank"), [("1890-01-01", 0, 0), ("1986-11-23", 0, 4), ("2019-10-17", 1, 0)])
def test_a_personnummer_passes_the_public_check(born: str, sex: int, rank: int) -> None:
    made = checker.Personnummer(_made(born, sex, rank))
    assert made.is_male() == bool(sex)
    assert not made.is_coordination_number()


def test_published_test_numbers_are_met() -> None:
    assert _made("1890-01-01", 0, 0) == "189001019802"  # the first of Skatteverket's published list
    assert _made("1986-11-23", 0, 4) == "198611239883"  # another, cited in public test code


def test_a_coordination_number_has_sixty_days_more() -> None:
    made = _made("1981-08-29", 1, 0, coordination=True)
    assert made[6:8] == "89"
    assert checker.Personnummer(made).is_coordination_number()


def test_reserve_numbers_meet_published_examples() -> None:
    assert reserve_number("stockholm", BORN, 0, 1) == "991981000010"
    assert reserve_number("vastra_gotaland", BORN, 1, 1) == "19810829M071"


def test_a_wrong_check_digit_fails_the_public_check() -> None:
    assert not checker.valid(wrong_check(_made("1950-05-05", 0, 1)))


def test_the_check_digit_is_luhn_s() -> None:
    assert luhn_of(np.array([640823323]), 9).tolist() == [4]  # 640823-3234, the usual example


@pytest.mark.parametrize(
    ("person", "style", "year", "expected"),
    [
        ("194303079816", "plain", 2011, "194303079816"),
        ("194303079816", "dashed", 2011, "19430307-9816"),
        ("194303079816", "short", 2011, "430307-9816"),
        ("191112249805", "short", 2011, "111224+9805"),
        ("19810829M071", "short", 2011, "19810829-M071"),
        ("991981000010", "short", 2011, "99198100-0010"),
    ],
)
def test_systems_write_ids_in_their_own_way(person: str, style, year: int, expected: str) -> None:
    assert written(person, style, year) == expected
