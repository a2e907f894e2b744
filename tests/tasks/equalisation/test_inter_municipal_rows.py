"""The rows of the inter-municipal equalisation: each variant on three municipalities, and what is missing."""

import re
from dataclasses import astuple, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

from equalisation.tax_shift import TaxPayer, tax_shift
from regions.agreement import Agreement, InterMunicipal
from regions.errors import DataError
from regions.folder import load_region
from regions.model import Basis
from regions.parameters import Parameters, ParameterValue
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.inter_municipal import InterMunicipalRow, inter_municipal_rows
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.shift import REMAINDER, ShiftOfYear, effect_rows
from warehouse.equalisation_tables import INTER_MUNICIPAL

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "inter-municipal.md"
AS_OF = date(2026, 11, 22)
POPULATION = {"2580": 600, "2581": 300, "2582": 100}
COSTS = {"2580": Fraction(240_000), "2581": Fraction(180_000), "2582": Fraction(90_000)}
VISITS = {"2580": 200, "2581": 200, "2582": 100}
THIRDS = ["1", "2/3", "1/3"]
"""20 öre on a guarantee of 250 000 kr are 500 kr per inhabitant: −110, 90 and 390 kr, centred."""


def variant(**said: Any) -> InterMunicipal:
    told = {"id": "one", "title_sv": "En", "weights": ["1"], "basis": "official", "source": "test"}
    return InterMunicipal.model_validate(told | said)


def agreement(*variants: InterMunicipal) -> Agreement:
    (shipped,) = load_region("norrbotten").agreements
    assert shipped.economy is not None
    return shipped.model_copy(update={"economy": shipped.economy.model_copy(update={"inter_municipal": variants})})


def shift(of: Agreement, year: int = 2013, costs: dict[str, Fraction] = COSTS, **said: Any) -> ShiftOfYear:
    visits = {code: Fraction(number) for code, number in said.pop("visits", VISITS).items()}
    cost = ScenarioCost("lsg_base", "ledger", 2011, {}, {}, {}, visits, Basis.DELIVERED, "ok")
    payers = {
        code: TaxPayer(Fraction(number), Fraction(200_000 * number), costs[code]) for code, number in POPULATION.items()
    }
    found = tax_shift(payers, Fraction(250_000), Fraction(20, 10_000))
    made = ShiftOfYear(of, year, cost, Fraction(1), found, True, "decided", -found.revenue, {}, Basis.OFFICIAL, "ok")
    return replace(made, **said)


def parameter(name: str, amount: int, year: int = 2013, kind: Basis = Basis.OFFICIAL, **keys: str) -> ParameterValue:
    return ParameterValue(
        name, year, tuple(sorted(keys.items())), Decimal(amount), "-", kind, date(2012, 12, 31), "test", "test"
    )


def inputs(*values: ParameterValue) -> Inputs:
    return Inputs(replace(load_region("norrbotten"), parameters=Parameters(values)), AS_OF)


def rows_of(shifts: list[ShiftOfYear], *values: ParameterValue) -> list[InterMunicipalRow]:
    return inter_municipal_rows(shifts, inputs(*values))


def amounts(rows: list[InterMunicipalRow], number: int = 1) -> dict[str, int | None]:
    return {row.municipality_code: row.amount_sek for row in rows if row.year_number == number}


def test_a_row_has_the_columns_of_its_table() -> None:
    assert tuple(field.name for field in fields(InterMunicipalRow)) == INTER_MUNICIPAL.names()


def test_the_agreed_variant_by_hand() -> None:
    of = agreement(variant(weights=THIRDS, is_agreed=True))
    rows = rows_of([shift(of, year) for year in (2013, 2014, 2015)])
    assert [(row.year_number, row.year, row.municipality_code) for row in rows] == [
        (number, 2012 + number, code) for number in (1, 2, 3) for code in (REMAINDER, *sorted(POPULATION))
    ]
    assert amounts(rows, 2) == {REMAINDER: 0, "2580": -44_000, "2581": 18_000, "2582": 26_000}
    boden = rows[-1]
    assert boden == InterMunicipalRow(
        "norrbotten_2013",
        "one",
        3,
        2015,
        "2582",
        "En",
        True,
        Decimal("0.333333"),
        "actual_cost",
        Decimal(39_000),
        Decimal(13_000),
        Decimal(130),
        Decimal(-40_000),
        Decimal(-27_000),
        "official",
        "ok",
    )
    assert rows[0].amount_sek_per_inhabitant is None


def test_amounts_sum_to_nothing_and_effects_to_the_countys_with_the_remainder() -> None:
    uneven = {code: cost / 7 * Fraction(101, 100) for code, cost in COSTS.items()}
    found = shift(agreement(variant(), variant(id="two", weights=["2/7"], rounding_sek=100)), costs=uneven)
    effects = {row.municipality_code: row.effect_sek for row in effect_rows([found])}
    rows = rows_of([found])
    for name in ("one", "two"):
        own = [row for row in rows if row.variant == name]
        assert sum(row.amount_sek or 0 for row in own) == 0
        assert sum(row.difference_sek or 0 for row in own) == 0
        assert {row.municipality_code: row.effect_sek for row in own} == effects
        assert all(row.net_effect_sek == (row.effect_sek or 0) + (row.amount_sek or 0) for row in own)
        assert sum(row.net_effect_sek or 0 for row in own) == sum(effects.values())
    assert all((row.amount_sek or 0) % 100 == 0 for row in rows if row.variant == "two")
    assert len({round(row.net_effect_sek / POPULATION[row.municipality_code], 1) for row in rows[1:4]}) == 1


def test_fixed_at_the_agreement_or_recomputed() -> None:
    of = agreement(variant(weights=["1", "1"]), variant(id="two", weights=["1", "1"], years="recomputed"))
    dearer = COSTS | {"2582": COSTS["2582"] + 10_000}
    rows = rows_of([shift(of), shift(of, 2014, dearer)])
    fixed, recomputed = [[row for row in rows if row.variant == name] for name in ("one", "two")]
    assert amounts(fixed, 2) == amounts(fixed, 1) == amounts(recomputed, 1)
    assert amounts(recomputed, 2) == {REMAINDER: 0, "2580": -72_000, "2581": 24_000, "2582": 48_000}
    for own in (fixed, recomputed):
        assert [row.effect_sek for row in own if row.municipality_code == "2582"] == [-40_000, -50_000]


def test_a_year_that_is_not_computed_is_missing_and_nothing_is_made_up() -> None:
    of = agreement(variant(weights=["1", "1"]), variant(id="two", weights=["1", "1"], years="recomputed"))
    rows = {(row.variant, row.year, row.municipality_code): row for row in rows_of([shift(of)])}
    fixed, recomputed = rows["one", 2014, "2582"], rows["two", 2014, "2582"]
    assert (fixed.amount_sek, fixed.effect_sek, fixed.net_effect_sek) == (39_000, None, None)
    assert (recomputed.difference_sek, recomputed.amount_sek, recomputed.net_effect_sek) == (None, None, None)
    assert {row.status for row in rows.values() if row.year == 2014} == {"missing"}
    assert {row.status for row in rows.values() if row.year == 2013} == {"ok"}
    later = rows_of([shift(of, 2014)])
    assert {row.status for row in later if row.variant == "one"} == {"missing"}
    assert {row.amount_sek for row in later if row.variant == "one"} == {None}
    assert {row.effect_sek for row in later if row.municipality_code == "2582" and row.year == 2014} == {-40_000}


def test_visits_at_a_price_are_the_cost() -> None:
    # 200 000, 200 000 and 100 000 kr are 500 per inhabitant
    priced = variant(cost_key="visits_price", unit_price="price")
    rows = rows_of([shift(agreement(priced))], parameter("price", 1000, kind=Basis.ILLUSTRATIVE))
    assert amounts(rows) == {REMAINDER: 0, "2580": -100_000, "2581": 50_000, "2582": 50_000}
    assert {row.basis for row in rows} == {"illustrative"}
    of_another_year = rows_of([shift(agreement(priced))], parameter("price", 1000, 2014))
    assert {(row.amount_sek, row.status, row.effect_sek is None) for row in of_another_year} == {
        (None, "missing", False)
    }


def test_population_by_age_shares_the_countys_cost() -> None:
    by_age = variant(cost_key="age_weighted_population", age_weights={"0-64": "1", "65+": "10"})
    old = {"2580": 0, "2581": 60, "2582": 50}
    people = [
        parameter("population_forecast", number, kind=Basis.FORECAST, area=code, age_group=group)
        for code, whole in POPULATION.items()
        for group, number in (("65+", old[code]), ("0-64", whole - old[code]))
    ]
    # 600, 840 and 550 of 1 990 parts of 510 000 kr, minus 510 kr per inhabitant
    rows = rows_of([shift(agreement(by_age))], *people)
    exact = {
        code: Fraction(510_000 * key, 1990) - 510 * POPULATION[code]
        for code, key in zip(POPULATION, (600, 840, 550), strict=True)
    }
    assert amounts(rows) == {REMAINDER: 0} | {code: round(amount) for code, amount in exact.items()}
    assert {(row.basis, row.status) for row in rows} == {("forecast", "preliminary")}
    assert {row.status for row in rows_of([shift(agreement(by_age))], *people[1:])} == {"missing"}


def test_cost_per_inhabitant_evens_nothing_out() -> None:
    rows = rows_of([shift(agreement(variant(cost_key="per_inhabitant")))])
    assert set(amounts(rows).values()) == {0}


def test_limits_and_rounding_are_those_of_the_variant() -> None:
    limited = variant(floor_sek_per_inhabitant=60, taper_sek_per_inhabitant=30, weights=["1", "1"], rounding_sek=1000)
    rows = rows_of([shift(agreement(limited)), shift(agreement(limited), 2014)])
    assert amounts(rows) == {REMAINDER: 0, "2580": -30_000, "2581": 6_000, "2582": 24_000}
    assert amounts(rows, 2) == {REMAINDER: 0, "2580": -12_000, "2581": 0, "2582": 12_000}
    capped = rows_of([shift(agreement(variant(cap_sek_per_inhabitant=100)))])
    assert amounts(capped) == {REMAINDER: 0, "2580": -37_000, "2581": 27_000, "2582": 10_000}


def test_what_a_shift_rests_on_is_what_the_rows_rest_on() -> None:
    of = agreement(variant(weights=["1", "1"]))
    rows = rows_of([shift(of), shift(of, 2014, basis=Basis.FORECAST, status="preliminary")])
    assert {(row.year, row.basis, row.status) for row in rows} == {
        (2013, "official", "ok"),
        (2014, "forecast", "preliminary"),
    }


def test_what_is_not_agreed_has_no_rows() -> None:
    of = agreement(variant())
    assert rows_of([]) == []
    assert rows_of([shift(of, is_agreed=False)]) == []
    assert rows_of([shift(agreement())]) == []
    both = [shift(of), shift(of, costs=dict.fromkeys(COSTS, Fraction(0)), is_agreed=False)]
    assert rows_of(both) == rows_of(both[:1])


def test_what_no_formula_accepts_is_told_with_the_agreement_s_file() -> None:
    priced = agreement(variant(cost_key="visits_price", unit_price="price"))
    with pytest.raises(DataError, match="2582 is missing") as told:
        rows_of([shift(priced, visits={"2580": 1, "2581": 1})], parameter("price", 1000))
    assert told.value.where.startswith("agreements/norrbotten_2013.yaml")


def test_the_shipped_variants_are_computed_side_by_side() -> None:
    folder = load_region("norrbotten")
    (of,) = folder.agreements
    assert of.economy is not None
    variants = of.economy.inter_municipal
    assert [entry.id for entry in variants if entry.is_agreed] == ["three_years_thirds"]
    rows = inter_municipal_rows([shift(of, year) for year in (2013, 2014, 2015)], Inputs(folder, AS_OF))
    assert {row.variant for row in rows} == {entry.id for entry in variants}
    assert {row.basis for row in rows} == {"illustrative"}
    assert not [row for row in rows if row.amount_sek is None]


def test_the_guide_s_variant_is_right_and_its_questions_can_be_asked() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    block = text[text.index("    inter_municipal:") : text.index("| `cost_key`")]
    (said,) = YAML(typ="safe").load(block)["inter_municipal"]
    rows = rows_of([shift(agreement(variant(**said, is_agreed=True)), year) for year in (2013, 2014, 2015)])
    questions = re.findall(r'hemvard query norrbotten "([^"]+)"', text)
    assert len(questions) == 2
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA equalisation")
        columns = ", ".join(f"{column.name} {column.type}" for column in INTER_MUNICIPAL.columns)
        connection.execute(f"CREATE TABLE {INTER_MUNICIPAL.name} ({columns})")
        holes = ", ".join("?" for _ in INTER_MUNICIPAL.columns)
        connection.executemany(f"INSERT INTO {INTER_MUNICIPAL.name} VALUES ({holes})", [astuple(row) for row in rows])
        assert [len(connection.execute(question).fetchall()) for question in questions] == [12, 4]
