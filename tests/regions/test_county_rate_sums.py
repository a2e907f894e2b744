"""Municipality + region is 29.08 and 26.49: an official pair that isn't is a problem, another one a warning."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from regions.folder import check_region, load_region
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from regions.rates import rate_faults, rate_warnings

HEAD = """\
id: county_rate
title_sv: Länsvis skattesats
title_en: County rate
unit: percent
keys: [level, county, direction]
kind: official
known_from: {years_before: 1, month: 12, day: 31}
reference: {title: test, address: test, read: 2026-11-22}
values:
"""


def pair(
    municipality: str, region: str, direction: str = "bidrag", kinds: tuple[str, str] = ("official", "official")
) -> Parameters:
    return Parameters(
        ParameterValue(
            "county_rate",
            2030,
            (("county", "25"), ("direction", direction), ("level", level)),
            Decimal(amount),
            "percent",
            Basis(kind),
            date(2029, 12, 31),
            "test",
            "test",
        )
        for level, amount, kind in zip(("municipality", "region"), (municipality, region), kinds, strict=True)
    )


def test_rates_that_ship_add_up() -> None:
    assert rate_faults(load_region("norrbotten").parameters) == []


@pytest.mark.parametrize(("rates", "direction"), [(("20.45", "8.63"), "bidrag"), (("18.38", "8.11"), "avgift")])
def test_a_pair_that_adds_up_is_right(rates: tuple[str, str], direction: str) -> None:
    assert rate_faults(pair(*rates, direction)) == []


def test_an_official_pair_that_does_not_is_critical() -> None:
    found = pair("20.46", "8.63")
    (fault,) = rate_faults(found)
    assert fault.is_critical
    assert rate_warnings(found) == []
    told = "county_rate 2030, county 25, bidrag: 20.46 (municipality, official) + 8.63 (region, official) is 29.09"
    assert str(fault) == f"{told}, not 29.08"


@pytest.mark.parametrize("kinds", [("derived", "official"), ("official", "illustrative")])
def test_where_one_is_not_official_it_is_a_warning(kinds: tuple[str, str]) -> None:
    found = pair("18.38", "8.12", "avgift", kinds)
    assert not any(fault.is_critical for fault in rate_faults(found))
    (told,) = rate_warnings(found)
    assert "is 26.50, not 26.49" in told


def test_the_lower_band_has_no_sum() -> None:
    assert rate_faults(pair("1", "1", "avgift_lower_band")) == []


def test_half_a_pair_is_not_judged() -> None:
    whole = pair("20.46", "8.63").all()
    assert rate_faults(Parameters(whole[:1])) == []


@pytest.mark.parametrize(("kind", "expected"), [("official", 1), ("illustrative", 0)])
def test_the_check_of_a_folder_finds_an_official_one(kind: str, expected: int, tmp_path: Path) -> None:
    shipped = load_region("norrbotten").path.parent / "_template"
    for path in (path for path in shipped.rglob("*") if path.is_file()):
        target = tmp_path / path.relative_to(shipped)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    rows = [
        f"  - {{year: 2030, value: {rate}, kind: {kind}, keys: {{level: {level}, county: '25', direction: bidrag}}}}\n"
        for level, rate in (("municipality", "20.46"), ("region", "8.63"))
    ]
    (tmp_path / "parameters").mkdir(exist_ok=True)
    (tmp_path / "parameters" / "county_rate.yaml").write_text(HEAD + "".join(rows), encoding="utf-8")
    _, problems = check_region(tmp_path)
    found = [problem for problem in problems if "not 29.08" in problem.text]
    assert len(found) == expected
    assert {problem.file for problem in found} <= {"parameters/county_rate.yaml"}
