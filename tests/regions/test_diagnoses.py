"""The lists of diagnoses: what they hold, and what is said of a file that is wrong."""

from datetime import date
from pathlib import Path

import pytest

from regions.diagnoses import diagnosis_rows
from regions.errors import UsageError

HEAD = "list_id,prefix,title_sv,illness_sv,valid_from,valid_to,basis,source\n"


def test_the_four_chronic_illnesses_are_listed() -> None:
    prefixes = {prefix for list_id, prefix, _, _ in diagnosis_rows() if list_id == "avoidable_chronic"}
    assert {"I50", "J44", "J45", "E11"} <= prefixes
    assert not any(other != one and other.startswith(one) for one in prefixes for other in prefixes)


def test_rows_come_in_order_and_an_open_end_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        HEAD + "one,J44,KOL,KOL,2010-01-01,,illustrative,x\none,I50,Svikt,svikt,2005-01-01,2009-12-31,official,y\n",
        encoding="utf-8",
    )
    assert diagnosis_rows(tmp_path) == (
        ("one", "I50", date(2005, 1, 1), date(2009, 12, 31)),
        ("one", "J44", date(2010, 1, 1), None),
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("one,J44.1,KOL,KOL,2010-01-01,,illustrative,x", "prefix"),
        ("one,J44,KOL,KOL,2010-01-01,2009-01-01,illustrative,x", "before valid_from"),
        ("one,J44,KOL,KOL,2010-01-01,,guess,x", "basis"),
        ("one,J44,KOL,KOL,2010-01-01,,illustrative,", "source is missing"),
    ],
)
def test_a_wrong_row_is_told_with_its_file_and_line(tmp_path: Path, row: str, told: str) -> None:
    (tmp_path / "a.csv").write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"a\.csv:2: .*{told}"):
        diagnosis_rows(tmp_path)
