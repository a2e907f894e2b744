"""The names of deliveries' files: made, read, and refused."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regions.month import Month
from regions.transport import FolderTransport

MONTHS = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))
# No digits beside the tokens: there nobody could say where the number ends.
PIECES = st.text(st.characters(exclude_categories=("Cs", "Nd"), exclude_characters="/\\{}"), max_size=8)


@given(PIECES, PIECES, PIECES, MONTHS, st.integers(0, 10**18 - 1), st.booleans())
def test_month_and_version_come_back(
    start: str, middle: str, end: str, month: Month, version: int, month_first: bool
) -> None:
    assume(middle)
    tokens = ("{month}", "{version}") if month_first else ("{version}", "{month}")
    transport = FolderTransport(file_name=f"{start}{tokens[0]}{middle}{tokens[1]}{end}")
    name = transport.make_name(month, version)
    assert transport.read_name(name) == (month, version)
    assert transport.read_name(f"{name}.part") is None or end.endswith(".part")
    assert transport.read_name(f"x{name}") is None or start == "x"


@given(PIECES, MONTHS)
def test_a_pattern_without_version_gives_version_0(start: str, month: Month) -> None:
    transport = FolderTransport(file_name=start + "{month}.csv")
    assert transport.read_name(transport.make_name(month, 7)) == (month, 0)


@given(st.text(max_size=40))
def test_any_name_is_read_or_refused_but_never_raises(name: str) -> None:
    found = FolderTransport(file_name="besok_{month}_{version}.csv").read_name(name)
    if found is not None:
        assert re.fullmatch(r"besok_[0-9]{6}_[0-9]+\.csv", name)
        assert found[0].first.day == 1


@pytest.mark.parametrize(
    "name",
    [
        "besok_202413_1.csv",
        "besok_202400_1.csv",
        "besok_000001_1.csv",
        "besok_202401_.csv",
        "besok_202401_1.csv\n",
        "besok_202401_-1.csv",
        "besok_202401_1xcsv",
        "besok_２０２４０１_1.csv",
        "besok_202401_" + "9" * 19 + ".csv",
        "../besok_202401_1.csv",
        "besok_202401_1.csv; DROP TABLE x",
        "BESOK_202401_1.CSV",
        "",
    ],
)
def test_a_name_that_is_not_of_the_pattern_is_refused(name: str) -> None:
    assert FolderTransport(file_name="besok_{month}_{version}.csv").read_name(name) is None


def test_signs_of_regular_expressions_stand_for_themselves() -> None:
    transport = FolderTransport(file_name="a.*(b)+[{month}]$.txt")
    assert transport.read_name("a.*(b)+[202401]$.txt") == (Month(2024, 1), 0)
    assert transport.read_name("axx(b)+[202401]$.txt") is None


def test_a_creation_time_will_do_as_a_version() -> None:
    transport = FolderTransport(file_name="{month}-{version}.csv")
    assert transport.read_name("201101-20110203061500.csv") == (Month(2011, 1), 20110203061500)
