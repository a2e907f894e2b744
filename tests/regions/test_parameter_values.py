"""What `hemvard check` says of a region's own parameter values, and of an agreement's shares: file, line and reason."""

import re
import shutil
from pathlib import Path

import pytest

from regions.folder import SHIPPED, check_region

AGREEMENT = "agreements/norrbotten_2013.yaml"
COSTS = "costs.yaml"
PARAMETERS = "parameters/"
POPULATION = f"{PARAMETERS}population_1_november.csv"
WAGES = f"{PARAMETERS}mean_wage.yaml"
PRICE = f"{PARAMETERS}price_child_visit.yaml"
INDEX = """\
id: price_index
title_sv: Index
title_en: Index
unit: factor
kind: official
known_from: {years_before: 1, month: 12, day: 1}
reference: {title: Prov, address: prov, read: 2026-01-01}
values:
  - {year: 2011, value: "1"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "norrbotten", tmp_path / "norrbotten"))


def spoiled(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first such text; the line on which it stands."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check_region(folder)[1]]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (POPULATION, "2013,2510,5001", "2013,2510,0", "0 is no number of persons: those are whole and above 0"),
        (POPULATION, "2013,2510,5001", "2013,2510,5001.5", "5001.5 is no number of persons"),
        (POPULATION, "2013,2510,5001", '2013,2510,"5 001"', "value is not a number"),
        (POPULATION, "2013,2510,5001", "2013,2510,NaN", "NaN is not a number"),
        (PRICE, "value: 850", "value: -850", "-850 is below 0, and nothing in sek is"),
        (WAGES, "value: 396000", "value: -396000", "-396000 is below 0"),
        (WAGES, "profession: dietitian", "profession: dietician", "2011: 'dietician' is not a code of profession"),
        (PRICE, "year: 2014", "year: 2013", "a value of 2013 stands there already"),
        (PRICE, "value: 876", "value: 876, keys: {area: '2580'}", "key area is not listed under keys"),
        (f"{PARAMETERS}social_charges.yaml", "value: 0.", "value: 31.", "was it given in percent?"),
        (f"{PARAMETERS}tax_base.yaml", "unit: sek", "unit: thousand_sek", "tax_base is in sek, not in thousand_sek"),
        (f"{PARAMETERS}cost_growth.yaml", "unit: share", "unit: factor", "cost_growth is in share, not in factor"),
        (COSTS, "unit_value: cars_per_post", "unit_value: overhead_share", "has the unit share; sek is needed here"),
        (COSTS, "unit_value: overhead_share", "unit_value: cars_per_post", "has the unit sek; share is needed here"),
        (COSTS, "unit_value: cars_per_post", "unit_value: mean_wage", "keys profession; here it needs no keys"),
        (COSTS, "unit_value: mean_wage", "unit_value: cars_per_post", "no keys; here it needs the keys profession"),
        (COSTS, "price_year: 2013", "price_year: 2040", "parameter price_index has no value of 2040"),
        (COSTS, "price_index: price_index", "price_index: prices", "there is no parameter prices"),
        (COSTS, "ledger: [cars]", "ledger: [carz]", "no source of the region's costs has a cost item carz: aids, cars"),
        (COSTS, "id: cars", "id: wages", "item wages stands there twice"),
        (AGREEMENT, "unit_price: price_child_visit", "unit_price: overhead_share", "sek is needed here"),
        (AGREEMENT, 'weights: ["1", "2/3", "1/3"]', 'weights: ["1", "4/3"]', "4/3 is above 1"),
        (AGREEMENT, "id: quarters", "id: three_years_thirds", "three_years_thirds stands there twice"),
        (AGREEMENT, 'seat: "2580"', "seat: 2580", 'write it in quotes, "2580"'),
        (AGREEMENT, "valid_from: 2013-01-01", "valid_from: 2014-01-01", "but the tax is shifted from 2013-01-01"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(folder: Path, file: str, old: str, new: str, words: str) -> None:
    line = spoiled(folder, file, old, new)
    assert [problem for problem in told(folder) if problem.startswith(f"{file}:{line}: ") and words in problem]


def test_a_municipality_that_was_split_or_merged_is_told_with_the_one_that_lacks(folder: Path) -> None:
    line = spoiled(folder, POPULATION, "2013,2510,5001", "2013,2511,5001")
    gap, code = told(folder)
    assert code.startswith(f"{POPULATION}:{line}: 2013: 2511 is no municipality or county")
    assert "split or merged" in code
    assert "2013: no value for 2510, though others" in gap


def test_a_single_municipality_may_have_a_value_of_its_own(folder: Path) -> None:
    text = (folder / POPULATION).read_text(encoding="utf-8")
    assert "\n2016," not in text
    (folder / POPULATION).write_text(text + "2016,2510,5001\n", encoding="utf-8")
    assert told(folder) == []


@pytest.mark.parametrize("number", ["-1.05", "0"])
def test_a_price_index_is_above_zero(folder: Path, number: str) -> None:
    (folder / PARAMETERS / "price_index.yaml").write_text(
        INDEX + f'  - {{year: 2013, value: "{number}"}}\n', encoding="utf-8"
    )
    assert told(folder) == [f"parameters/price_index.yaml:10: {number} is no factor or index: those are above 0"]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ('{"2580": "1/2", "2581": "1/3"}', "the shares make 5/6 together, not 1 (100 %)"),
        (
            '{"2580": "1/2", "2581": "1/2"}',
            "each of the region's municipalities has a share, and no other: compare 2505",
        ),
        ("{}", "shares are needed where it is split by shares"),
    ],
)
def test_listed_shares_make_the_whole_and_each_municipality_has_one(folder: Path, shares: str, words: str) -> None:
    line = spoiled(folder, AGREEMENT, "split_by: population # among", f"split_by: shares\n      shares: {shares} #")
    (problem,) = told(folder)
    number = int(re.findall(r"yaml:(\d+):", problem)[0])
    assert number in (line, line + 1)
    assert words in problem


@pytest.mark.parametrize(
    ("key", "old", "new", "words"),
    [
        ("tax_shift_from", "tax_shift_from: 2013-01-01", "tax_shift_from: 2013-02-01", "from a 1 January"),
        ("counted_by", "takeover: 2013-02-01", "takeover: 2013-02-15", "count by days"),
    ],
)
def test_days_of_an_agreement_that_cannot_be_meant(folder: Path, key: str, old: str, new: str, words: str) -> None:
    spoiled(folder, AGREEMENT, old, new)
    lines = (folder / AGREEMENT).read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if f"{key}:" in line)
    problems = told(folder)
    if key == "tax_shift_from":
        spoiled(folder, AGREEMENT, "valid_from: 2013-01-01", "valid_from: 2013-02-01")
        problems = told(folder)
    assert [problem for problem in problems if problem.startswith(f"{AGREEMENT}:{number}: ") and words in problem]
