"""What an agreement may say of money, and what `hemvard check` says of it beside the region's other files."""

import re
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from regions.agreement import Agreement, Economy, InterMunicipal
from regions.folder import SHIPPED, check_region, load_region

VARIANT = {"id": "a", "title_sv": "A", "weights": ["1", "2/3"], "basis": "illustrative", "source": "Test"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "norrbotten", tmp_path / "norrbotten"))


def test_norrbotten_has_one_agreed_combination_with_three_years_of_equalisation() -> None:
    (agreement,) = load_region("norrbotten").agreements
    assert agreement.economy is not None
    assert agreement.economy.is_agreed
    (agreed,) = [variant for variant in agreement.economy.inter_municipal if variant.is_agreed]
    assert len(agreed.weights) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": ["1.2"]}, "at most 1"),
        ({"weights": ["-1"]}, "0 or more"),
        ({"weights": []}, "at least 1"),
        ({"cost_key": "visits_price"}, "unit_price is needed"),
        ({"unit_price": "price"}, "unit_price is needed"),
        ({"cost_key": "age_weighted_population"}, "age_weights are needed"),
        ({"cap_sek_per_inhabitant": 0}, "greater than 0"),
        ({"rounding_sek": 0}, "greater than or equal to 1"),
        ({"cost_key": "age_weighted_population", "age_weights": {"0-64": 1}}, r"a weight of 65\+ is missing"),
        ({"cost_key": "age_weighted_population", "age_weights": {"0-17": 1}}, "'0-64' or '65"),
        ({"cost_key": "age_weighted_population", "age_weights": {"0-64": 0, "65+": 0}}, "above 0"),
    ],
)
def test_a_variant_that_cannot_be_meant_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        InterMunicipal.model_validate({**VARIANT, **change})


def test_a_variant_stands_once_and_one_is_agreed() -> None:
    with pytest.raises(ValidationError, match="a stands there twice"):
        Economy.model_validate({"method": "ledger", "inter_municipal": [VARIANT, VARIANT]})
    agreed = [{**VARIANT, "id": name, "is_agreed": True} for name in "ab"]
    with pytest.raises(ValidationError, match="one variant"):
        Economy.model_validate({"method": "ledger", "inter_municipal": agreed})


def test_money_needs_a_day_and_ore_and_the_decisions_stand_in_order() -> None:
    (agreement,) = load_region("norrbotten").agreements
    given = agreement.model_dump(by_alias=True, mode="json")
    assert Agreement.model_validate(given) == agreement
    with pytest.raises(ValidationError, match="economy needs"):
        Agreement.model_validate({**given, "tax_shift_from": None})
    with pytest.raises(ValidationError, match="order of their days"):
        Agreement.model_validate({**given, "ore": given["ore"] * 2})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit_price: price_child_visit", "unit_price: prise", "there is no parameter prise"),
        ("unit_price: price_home_visit", "unit_price: prise", "there is no parameter prise"),
        ("post_cost: project_post_cost", "post_cost: prise", "there is no parameter prise"),
        ("scenario: children_bought_back", "scenario: kids", "there is no scenario kids"),
        ('seat: "2580"', 'seat: "1880"', "municipality 1880 is not one of the region's"),
        ("scenario: lsg_base", "scenario: lgs", "there is no scenario lgs"),
    ],
)
def test_what_an_agreement_names_must_be_there_and_the_line_is_told(
    folder: Path, old: str, new: str, words: str
) -> None:
    file = folder / "agreements" / "norrbotten_2013.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if re.search(re.escape(old), row))
    _, problems = check_region(folder)
    assert (line, words) in [(problem.line, problem.text) for problem in problems]


def test_only_one_agreement_of_a_region_holds(folder: Path) -> None:
    file = folder / "agreements" / "norrbotten_2013.yaml"
    other = file.read_text(encoding="utf-8").replace("id: norrbotten_2013", "id: norrbotten_2014", 1)
    (folder / "agreements" / "norrbotten_2014.yaml").write_text(other, encoding="utf-8")
    _, problems = check_region(folder)
    assert [problem.file for problem in problems] == ["agreements/norrbotten_2014.yaml"]
    assert "norrbotten_2013 is agreed already" in problems[0].text
