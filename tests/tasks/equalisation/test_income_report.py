"""What a run's summary says of the income equalisation: how well it holds, and which years lack what."""

from pathlib import Path

import pytest
from memory_lake import Bench

from regions.folder import load_region
from tasks.land import Landed
from tasks.plan import Plan
from tasks.report import Outcome, summary

LACKING = "Income equalisation, not computed for want of an official or other value:"


def told(home: Path, region: str) -> list[str]:
    bench = Bench(home, load_region(region))
    return summary(Outcome(bench.run, Plan((), (), ()), Landed((), {}))).splitlines()


def test_norrbotten_says_which_years_lack_a_rate(tmp_path: Path) -> None:
    lines = told(tmp_path, "norrbotten")
    place = lines.index(LACKING)
    assert lines[place + 1 : place + 3] == [
        "  municipality 2013, 2014: county_rate",
        "  region 2013, 2014: county_rate",
    ]
    assert not [line for line in lines if "largest deviation" in line]


@pytest.mark.parametrize("line", ["  municipality 2007, 2009: uprating_factor, national_population_1_november"])
def test_orebro_puts_years_that_lack_the_same_together(tmp_path: Path, line: str) -> None:
    lines = told(tmp_path, "orebro")
    assert line in lines
    assert sum("kr per inhabitant (" in found for found in lines) == 8
