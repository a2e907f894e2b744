"""`costs.yaml`: what the shipped ones say, and each thing that can be wrong with one, told with its line."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from small_region import SMALL

from regions.costs import FILE, Costs
from regions.folder import SHIPPED, check_region, load_region
from regions.model import Basis, Principal

RIGHT = """\
base_year: 2024
price_year: 2025
price_index: price_index
ledger_scope: base
posts: hr
items:
  - id: wages
    title_sv: Löner
    payer_before: region
    payer_after: municipality
    allocation_key: minutes
    ledger: [wages, pensions]
    basis: illustrative
    source: Prov
  - id: fees
    title_sv: Avgifter
    kind: revenue
    payer_before: region
    payer_after: region
    allocation_key: visits
    ledger: [fees]
    basis: illustrative
    source: Prov
"""
BELOW = "    from_below: {quantity: visits, unit_value: kr_per_visit}\n    basis: illustrative\n    source: Prov\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def problems(folder: Path, text: str = RIGHT) -> list[str]:
    (folder / FILE).write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_region(folder)[1]]


def test_a_region_may_do_without_the_file(folder: Path) -> None:
    found, told = check_region(folder)
    assert told == []
    assert found is not None
    assert found.costs is None


def test_a_right_file_is_read(folder: Path) -> None:
    assert problems(folder) == []
    found, _ = check_region(folder)
    assert found is not None
    assert found.costs is not None
    wages, fees = found.costs.items
    assert wages.ledger == ("wages", "pensions")
    assert wages.is_transferred
    assert not fees.is_transferred, "its payer is the same before and after"
    assert fees.kind == "revenue"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ledger_scope: base", "ledger_scope: widest", "costs.yaml:4: there is no scenario widest"),
        ("    ledger: [fees]\n", "", "give ledger (the ledger's cost items), from_below, or both"),
        ("  - id: fees", "  - id: wages", "item wages stands there twice"),
        ("[fees]", "[wages]", "wages of the region stands there twice: it would count twice"),
        ("minutes", "kilometres", "allocation_key"),
        ("    basis: illustrative\n    source: Prov\n", BELOW, "no parameter kr_per_visit"),
        (
            "    basis: illustrative\n    source: Prov\n",
            BELOW.replace("kr_per_visit", "price_index, by_profession: true"),
            "only a quantity of fte has a value for each profession",
        ),
        ("base_year: 2024\n", "", "base_year"),
    ],
)
def test_what_is_wrong_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    told = problems(folder, RIGHT.replace(old, new, 1))
    assert len(told) == 1
    assert expected in told[0]


def test_each_party_has_items_of_its_own_ledger(folder: Path) -> None:
    """The same name in two ledgers is two things: what the municipality pays already isn't transferred."""
    own = RIGHT.replace("id: fees", "id: own_wages").replace("[fees]", "[wages]").replace("kind: revenue", "kind: cost")
    own = own.replace(
        "payer_before: region\n    payer_after: region", "payer_before: municipality\n    payer_after: municipality"
    )
    assert problems(folder, own) == []


def shipped(name: str) -> Costs:
    costs = load_region(str(SHIPPED / name)).costs
    assert costs is not None
    return costs


def test_norrbotten_s_items_pass_to_the_municipalities_and_are_ours() -> None:
    folder, costs = load_region("norrbotten"), shipped("norrbotten")
    assert (costs.base_year, costs.price_year, costs.ledger_scope) == (2011, 2013, "with_unplanned_and_children")
    assert all(item.is_transferred for item in costs.items)
    assert {item.basis for item in costs.items} == {Basis.ILLUSTRATIVE}
    listed = {name for item in costs.items for name in item.ledger}
    source = folder.sources_by_id["region_costs"]
    codes = source.model_dump()["fields"]["cost_item"]["codes"]
    assert listed == set(codes.values()), "each of the ledger's items, and no other"
    assert {item.id for item in costs.items if item.is_fixed} == {"on_call_nights", "premises"}


def test_norrbotten_s_unit_values_are_illustrative_and_for_every_profession() -> None:
    folder, costs = load_region("norrbotten"), shipped("norrbotten")
    below = [item.from_below for item in costs.items if item.from_below]
    wanted = {name for entry in below for name in (entry.unit_value, entry.surcharge) if name}
    values = [value for value in folder.parameters.all() if value.parameter in wanted]
    assert {value.parameter for value in values} == wanted
    assert {value.kind for value in values} == {Basis.ILLUSTRATIVE}
    assert all(value.reference.startswith("Eget antagande") and value.year == costs.base_year for value in values)
    professions = {dict(value.keys)["profession"] for value in values if value.parameter == "mean_wage"}
    assert professions == set(folder.national.professions)


def test_the_price_index_is_our_own_and_has_every_year() -> None:
    folder = load_region("norrbotten")
    values = [value for value in folder.parameters.all() if value.parameter == "price_index"]
    assert [value.year for value in values] == list(range(2011, 2026))
    assert {value.kind for value in values} == {Basis.ILLUSTRATIVE}
    assert [str(value.value) for value in values[:5]] == ["1.000", "1.028", "1.057", "1.079", "1.103"]
    growth = [float(later.value / earlier.value) for earlier, later in pairwise(values[4:])]
    assert all(abs(factor - 1.025) < 0.001 for factor in growth)


def test_the_template_s_example_is_right() -> None:
    costs = shipped("_template")
    assert costs.ledger_scope == "base"
    assert {item.payer_before for item in costs.items} == {Principal.REGION}
