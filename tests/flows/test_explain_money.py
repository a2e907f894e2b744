"""`hemvard explain` of the tables of money: each formula with the row's numbers, and the way back to parameters."""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import duckdb
import pytest
from published_sample import NOTICE, Row, Sample, sample

from equalisation import income
from equalisation.exact import rounded
from equalisation.inter_municipal import centred_differences
from equalisation.tax_shift import ORE, Effect, Shift, TaxPayer, region_change, tax_shift
from flows.explain import EXPLAINED, explained
from flows.explain.finding import read_conditions
from flows.explain.origins import ORIGINS
from flows.explain.parameters import _OF_YEAR
from flows.explain.ways import WAYS
from flows.lineage import PACKAGE, lineage, models_of, module_of, subjects
from regions.agreement import Agreement
from regions.costs import Costs, FromBelow
from regions.errors import UsageError
from regions.folder import RegionFolder, load_region
from warehouse import equalisation_tables as money
from warehouse import schema
from warehouse.columns import Table
from warehouse.equalisation_tables import EQUALISATION_TABLES

Explain = Callable[..., str]
NAMES = tuple(table.name for table in EQUALISATION_TABLES)
NOT_FIGURES = ("quality", "meta")
"""Schemas whose tables tell of deliveries and of the release itself: nothing is computed there from anything else."""
MATHS = (PACKAGE / "docs" / "maths.md").read_text(encoding="utf-8")
CODES = ("2506", "2580")
POPULATION = {"2506": 2794, "2580": 77832}
TAX_BASE = {"2506": 503_000_000, "2580": 14_011_000_000}
NATIONAL_BASE, NATIONAL_POPULATION = 1_707_177_533_700, 9_546_500
UPRATING, INDEX = Fraction("1.041") ** 2, Fraction("1.057")
BASE_COSTS = {("wages", "2506"): 900_000, ("wages", "2580"): 29_000_000, ("cars", "2506"): 300_000, ("cars", "2580"): 7_000_000}  # fmt: skip
SCENARIOS = {"lsg_base": Fraction(1), "without_night": Fraction(4, 5)}
"""Boundary → its part of the agreed one's cost."""
A_SHIFT = {"agreement": "norrbotten_2013", "scenario": "lsg_base", "method": "ledger", "year": 2013}
BASIS = {"basis": "illustrative", "status": "ok"}
SOURCE = {"basis": "illustrative", "source": "Eget antagande"}
COSTS = Costs.model_validate(
    {
        "base_year": 2011,
        "price_year": 2013,
        "price_index": "price_index",
        "ledger_scope": "with_unplanned_and_children",
        "posts": "volume",
        "items": [
            {
                "id": name,
                "title_sv": title,
                "payer_before": "region",
                "payer_after": "municipality",
                "allocation_key": "visits",
                "ledger": [name],
                "from_below": {"quantity": "visits", "unit_value": f"{name}_value", "surcharge": "social_charges"},
                **SOURCE,
            }
            for name, title in (("wages", "Löner"), ("cars", "Bilar"))
        ],
    }
)
AGREEMENT = Agreement.model_validate(
    {
        "id": "norrbotten_2013",
        "title_sv": "Övertagande 2013",
        "scenario": "lsg_base",
        "takeover": "2013-02-01",
        "tax_shift_from": "2013-01-01",
        "ore": [{"valid_from": "2013-01-01", "ore": 22, "kind": "official", "source": "Piteå-Tidningen"}],
        "baseline": {"from": "2012-01", "to": "2012-12"},
        **SOURCE,
        "economy": {
            "is_agreed": True,
            "method": "ledger",
            "settlement": {"counted_by": "months", **SOURCE},
            "inter_municipal": [
                {"id": "thirds", "title_sv": "Tredjedelar", "weights": ["1", "2/3", "1/3"], **SOURCE},
                {
                    "id": "again",
                    "title_sv": "Varje år",
                    "weights": ["1", "1"],
                    "years": "recomputed",
                    "floor_sek_per_inhabitant": 25,
                    **SOURCE,
                },
            ],
            "purchases": [
                {
                    "id": "children",
                    "title_sv": "Barn",
                    "buyer": "region",
                    "scenario": "children_bought_back",
                    "quantity_unit": "visits",
                    "unit_price": "price_child_visit",
                    **SOURCE,
                }
            ],
            "cost_sharing": [
                {
                    "id": "project",
                    "title_sv": "Projektet",
                    "year": 2012,
                    "seat": "2580",
                    "post_cost": "project_post_cost",
                    "other_costs": "project_other_costs",
                    "posts": [{"title_sv": "Projektledare", "posts": 1, "paid_by": "municipality_of_seat"}],
                    **SOURCE,
                }
            ],
        },
    }
)
PARAMETERS = (
    ("uprating_factor", 2013, "factor=current", "1.041", "factor", "official"),
    ("uprating_factor", 2013, "factor=previous", "1.041", "factor", "official"),
    ("guarantee_share", 2013, "level=municipality", "1.15", "share", "official"),
    ("guarantee_share", 2013, "level=region", "1.10", "share", "derived"),
    ("national_population_1_november", 2013, "", str(NATIONAL_POPULATION), "persons", "derived"),
    ("tax_base", 2013, "area=00", str(NATIONAL_BASE), "sek", "official"),
    *(("tax_base", 2013, f"area={code}", str(TAX_BASE[code]), "sek", "illustrative") for code in CODES),
    *(("population_1_november", 2013, f"area={code}", str(POPULATION[code]), "persons", "illustrative") for code in CODES),
    ("population_1_november", 2012, "area=2580", "77000", "persons", "illustrative"),
    ("tax_base", 2011, "area=00", "1600000000000", "sek", "official"),
    ("price_index", 2011, "", "1.000", "factor", "illustrative"),
    ("price_index", 2013, "", "1.057", "factor", "illustrative"),
    ("price_index", 2014, "", "1.079", "factor", "illustrative"),
    ("wages_value", 2011, "", "400", "sek", "illustrative"),
    ("cars_value", 2011, "", "90", "sek", "illustrative"),
    ("social_charges", 2011, "", "0.42", "share", "official"),
    ("county_rate", 2013, "county=25, direction=bidrag, level=municipality", "20.45", "percent", "derived"),
    ("county_rate", 2014, "county=25, direction=avgift_lower_band, level=municipality", "13.00", "percent", "derived"),
    ("payer_band_limit", 2014, "level=municipality", "1.25", "factor", "official"),
    ("guarantee_share", 2014, "level=municipality", "1.15", "share", "official"),
    ("uprating_factor", 2014, "factor=current", "1.027", "factor", "official"),
    ("uprating_factor", 2014, "factor=previous", "1.039", "factor", "official"),
    ("national_population_1_november", 2014, "", "9640000", "persons", "derived"),
    ("tax_base", 2014, "area=00", "1775405548200", "sek", "official"),
    ("tax_rate", 2012, "area=2580, level=municipality", "22.50", "percent", "official"),
    ("price_child_visit", 2013, "", "450", "sek", "illustrative"),
    ("price_home_visit", 2013, "", "300", "sek", "illustrative"),
    ("project_post_cost", 2012, "", "700000", "sek", "illustrative"),
    *(("population_forecast", year, f"age_group=65+, area={code}", str(year), "persons", "illustrative") for code in CODES for year in (2013, 2014)),
    ("cost_growth", 2014, "", "0.025", "share", "forecast"),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder() -> RegionFolder:
    return replace(load_region("norrbotten"), costs=COSTS, agreements=(AGREEMENT,))


@pytest.fixture(scope="module")
def made() -> Sample:
    """A release with a few rows of each table of money, computed by the formulas' own functions."""
    made = sample([date(2011, month, 1) for month in range(1, 13)], {"2580": "Luleå"})
    made.tables.update({name: [] for name in NAMES})
    made.tables["meta.parameters"] = [_parameter(*entry) for entry in PARAMETERS]
    for make in (_income, _net_costs, _shift, _shares, _later):
        for table, rows in make().items():
            made[table.name].extend(rows)
    made["meta.inputs"].extend(
        {"kind": kind, "name": name, "hash": "cd" * 32}
        for kind, name in (
            ("parameters", "used values"),
            ("region_file", "agreements/norrbotten_2013.yaml"),
            ("region_file", "parameters/tax_base.csv"),
            ("region_file", "units.csv"),
        )
    )
    for row in made["quality.deliveries"]:
        row["source_id"] = "region_costs"
    return made


@pytest.fixture(scope="module")
def database(made: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(made.write(tmp_path_factory.mktemp("money") / "hemvard.duckdb"))) as connection:
        yield connection


@pytest.fixture
def published(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, whose rows a test may change: it gets them back as they were."""
    database.begin()
    yield database
    database.rollback()


@pytest.fixture
def explain(published: duckdb.DuckDBPyConnection, folder: RegionFolder) -> Explain:
    """`explain(table, "column=value", …)`."""

    def told(table: str, *given: str) -> str:
        found = schema.published(table)
        return explained(published, folder, found, read_conditions(found, given))

    return told


def _parameter(parameter: str, year: int, keys: str, value: str, unit: str, kind: str) -> Row:
    return {
        "parameter": parameter,
        "year": year,
        "keys": keys,
        "value": value,
        "unit": unit,
        "kind": kind,
        "known_from": date(year - 1, 12, 31),
        "reference": f"Referens till {parameter}",
        "address": "https://example.se/x" if kind == "official" else "",
    }


def _whole(amount: Fraction) -> Decimal:
    return rounded(amount, 0)


def _guaranteed() -> Fraction:
    return Fraction("1.15") * UPRATING * NATIONAL_BASE / NATIONAL_POPULATION


def _payers(part: Fraction = Fraction(1)) -> dict[str, TaxPayer]:
    """The two municipalities, with a part of the agreed boundary's cost."""
    cost = {code: sum(amount for (_, at), amount in BASE_COSTS.items() if at == code) for code in CODES}
    return {
        code: TaxPayer(Fraction(POPULATION[code]), UPRATING * TAX_BASE[code], INDEX * cost[code] * part)
        for code in CODES
    }


def _income() -> Mapping[Table, list[Row]]:
    own, guaranteed = UPRATING * TAX_BASE["2580"] / POPULATION["2580"], _guaranteed()
    mean = Fraction("1.039") * Fraction("1.027") * 1_775_405_548_200 / 9_640_000
    rich, limit = Fraction(300_000), Fraction("1.25") * mean
    paid = income.avgift_in_two_bands(rich, Fraction("1.15") * mean, limit, Fraction("0.13"), Fraction("0.18"))
    rich_base = rich * 1000 / (Fraction("1.039") * Fraction("1.027"))
    years = (
        (2013, TAX_BASE["2580"], POPULATION["2580"], own, guaranteed, "bidrag", "0.2045", income.bidrag(own, guaranteed, Fraction("0.2045"))),
        (2014, _whole(rich_base), 1000, rich, Fraction("1.15") * mean, "avgift", "0.18", paid),
    )  # fmt: skip
    names = money.INCOME_EQUALISATION.names()
    return {
        money.INCOME_EQUALISATION: [
            dict(zip(names, (year, "municipality", "2580", Decimal(base), Decimal(persons), rounded(power), rounded(level), kind, Decimal(rate), rounded(received), "derived"), strict=True))
            for year, base, persons, power, level, kind, rate, received in years
        ]
    }  # fmt: skip


def _net_costs() -> Mapping[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {money.NET_COSTS: [], money.NET_COST_COMPARISON: []}
    for ((item, code), whole), (scenario, part) in product(BASE_COSTS.items(), SCENARIOS.items()):
        amount = int(whole * part)
        key: Row = {"scenario": scenario, "party": "region", "municipality_code": code, "cost_item": item}
        visits, unit = Decimal(amount // 500), Decimal("568.00")
        below = visits * unit
        for method, base in (("ledger", Decimal(amount)), ("from_below", below)):
            rows[money.NET_COSTS].append(
                {**key, **BASIS, "method": method, "title_sv": item.title(), "payer_after": "municipality", "is_transferred": True, "is_fixed": False, "base_year": 2011, "price_year": 2013, "base_cost_sek": base, "index": Decimal("1.057"), "cost_sek": _whole(Fraction(base) * INDEX), "allocation_key": "visits"}
            )  # fmt: skip
        rows[money.NET_COST_COMPARISON].append(
            {**key, "base_year": 2011, "ledger_sek": Decimal(amount), "from_below_sek": below, "difference_sek": below - amount, "found_in": "both", "quantity": visits, "quantity_unit": "visits", "unit_value_sek": unit, "ledger_unit_sek": rounded(Fraction(amount) / Fraction(visits)), "basis": "illustrative"}
        )  # fmt: skip
    return rows


def _shift_row(scenario: str, shift: Shift) -> Row:
    own, revenue, cost = _whole(shift.own_tax), _whole(shift.revenue), _whole(shift.net_cost)
    lost = _whole(region_change(shift.agreed, _guaranteed() * Fraction("1.10") / Fraction("1.15"), shift.population))
    is_agreed = scenario == "lsg_base"
    return {
        **A_SHIFT, **BASIS, "scenario": scenario, "is_agreed": is_agreed, "net_cost_sek": cost, "guaranteed_tax_power_sek": rounded(_guaranteed()),
        "population": rounded(shift.population, 4), "required_ore": rounded(shift.required / ORE, 9), "agreed_ore": rounded(shift.agreed / ORE, 4),
        "ore_kind": "decided" if is_agreed else "rounded", "revenue_sek": revenue, "own_tax_sek": own, "equalisation_change_sek": revenue - own,
        "rounding_sek": revenue - cost, "region_revenue_sek": lost, "state_sek": revenue + lost, "naive_ore": rounded(shift.naive / ORE, 9), "naive_revenue_sek": own,
    }  # fmt: skip


def _shift() -> Mapping[Table, list[Row]]:
    found = {scenario: tax_shift(_payers(part), _guaranteed()) for scenario, part in SCENARIOS.items()}
    agreed, other = (_shift_row(scenario, shift) for scenario, shift in found.items())
    effects = [_effect(code, effect) for code, effect in found["lsg_base"].effects.items()]
    question = {
        **BASIS, "agreement": "norrbotten_2013", "method": "ledger", "year": 2013, "scenario": "without_night", "agreed_scenario": "lsg_base", "title_sv": "Utan nätter",
        "net_cost_sek": other["net_cost_sek"], "required_ore": other["required_ore"],
        "net_cost_difference_sek": other["net_cost_sek"] - agreed["net_cost_sek"], "ore_difference": other["required_ore"] - agreed["required_ore"],
    }  # fmt: skip
    remainder = {**effects[0], "municipality_code": "0000", "population": None, "effect_sek_per_inhabitant": None}
    return {
        money.TAX_SHIFT: [agreed, other],
        money.MUNICIPALITY_EFFECTS: [remainder, *effects],
        money.BOUNDARY_QUESTIONS: [question],
        money.SETTLEMENTS: [
            {**BASIS, "agreement": "norrbotten_2013", "year": 2013, "municipality_code": row["municipality_code"], "days_counted_by": "months", "part_share": rounded(Fraction(1, 12), 9), "settled_on": "revenue", "year_sek": row["revenue_sek"], "amount_sek": _whole(-Fraction(row["revenue_sek"]) / 12)}
            for row in effects
        ],
    }  # fmt: skip


def _effect(code: str, effect: Effect) -> Row:
    own, revenue, cost = _whole(effect.own_tax), _whole(effect.revenue), _whole(effect.cost)
    return {
        **A_SHIFT, **BASIS, "municipality_code": code, "is_agreed": True, "population": rounded(effect.population, 4), "cost_sek": cost,
        "own_tax_sek": own, "equalisation_change_sek": revenue - own, "revenue_sek": revenue, "effect_sek": revenue - cost,
        "effect_sek_per_inhabitant": rounded(effect.effect / effect.population), "naive_revenue_sek": own,
    }  # fmt: skip


def _shares() -> Mapping[Table, list[Row]]:
    effects = tax_shift(_payers(), _guaranteed(), 22 * ORE).effects
    differences = centred_differences(
        {code: effect.cost for code, effect in effects.items()},
        {code: effect.revenue for code, effect in effects.items()},
        {code: effect.population for code, effect in effects.items()},
    )
    between = [
        {**BASIS, "agreement": "norrbotten_2013", "variant": "thirds", "year_number": 1, "year": 2013, "municipality_code": code, "is_agreed": True, "weight": Decimal(1), "cost_key": "actual_cost",
         "difference_sek": _whole(differences[code]), "amount_sek": _whole(differences[code]), "effect_sek": _whole(effect.revenue) - _whole(effect.cost),
         "net_effect_sek": _whole(effect.revenue) - _whole(effect.cost) + _whole(differences[code])}
        for code, effect in effects.items()
    ]  # fmt: skip
    shared = {
        "cost_sharing": "project",
        "basis": "illustrative",
        "source": "Dokument 002",
        "party": "municipality",
        "municipality_code": "2580",
    }
    return {
        money.INTER_MUNICIPAL: between,
        money.PURCHASES: [
            {**BASIS, "agreement": "norrbotten_2013", "purchase": "children", "year": 2013, "municipality_code": "2580", "title_sv": "Barn", "buyer": "region", "quantity": Decimal("100.5"), "quantity_unit": "visits", "unit_price_sek": Decimal(450), "amount_sek": Decimal(45225), "split_by": "population"}
        ],
        money.COST_SHARING: [
            {**shared, "cost_post": "post_1", "title_sv": "Projektledare", "posts": Decimal(1), "amount_sek": Decimal(700_000)},
            {**shared, "cost_post": "other_costs", "title_sv": "Övriga kostnader", "posts": None, "amount_sek": Decimal(5_000)},
        ],
    }  # fmt: skip


def _later() -> Mapping[Table, list[Row]]:
    made = _shift()
    shift, effects = made[money.TAX_SHIFT][0], made[money.MUNICIPALITY_EFFECTS]
    (first,) = (row for row in effects if row["municipality_code"] == "2580")
    cost = _whole(Fraction(first["cost_sek"]) * Fraction("1.079") / INDEX)
    effect = first["revenue_sek"] - cost
    ahead = {
        **BASIS, "agreement": "norrbotten_2013", "year_number": 2, "year": 2014, "municipality_code": "2580", "population": first["population"], "revenue_sek": first["revenue_sek"],
        "cost_sek": cost, "effect_sek": effect, "effect_sek_per_inhabitant": rounded(Fraction(effect) / Fraction(first["population"])),
    }  # fmt: skip
    tested = {
        **A_SHIFT,
        "rounding_sek": Decimal(0),
        "lowest_effect_sek_per_inhabitant": Decimal(0),
        "lowest_municipality_code": "2506",
        "basis": "illustrative",
    }
    c, ore = Fraction(shift["net_cost_sek"]), Fraction(shift["required_ore"])
    changed = (
        ("net_cost", "0", c, ore), ("net_cost", "0.1", c * Fraction("1.1"), ore * Fraction("1.1")),
        ("guaranteed_tax_power", "0.1", c, ore / Fraction("1.1")), ("national_population", "0.1", c, ore * Fraction("1.1")),
        ("county_population", "-0.1", c, ore / Fraction("0.9")), ("agreed_ore", "0.1", c, ore),
    )  # fmt: skip
    rate = {
        "year": 2013,
        "level": "municipality",
        "area_code": "2580",
        "tax_rate_before_share": Decimal("0.225"),
        "shift_ore": Decimal(22),
        **BASIS,
    }
    decision = {
        "valid_from": date(2013, 1, 1),
        "change_ore": Decimal(22),
        "total_ore": Decimal(22),
        "source": "Beslut",
        "basis": "official",
    }
    return {
        money.LOOK_AHEAD: [{**ahead, "assumption": name} for name in ("recorded_cost_indexed", "future_growth")],
        money.SENSITIVITY: [
            {**tested, "assumption": name, "change_share": Decimal(change), "net_cost_sek": _whole(cost), "required_ore": rounded(required, 9)}
            for name, change, cost, required in changed
        ],
        money.TAX_RATES: [
            {**rate, "origin": "agreement", "agreement": "norrbotten_2013", "own_change_ore": None, "tax_rate_after_share": Decimal("0.2272")},
            {**rate, "origin": "tax_rates", "agreement": "-", "own_change_ore": Decimal(30), "tax_rate_after_share": Decimal("0.2302")},
        ],
        money.EXCHANGE_DECISIONS: [
            {**decision, "origin": "agreement", "agreement": "norrbotten_2013"},
            {**decision, "origin": "tax_rates", "agreement": "-"},
        ],
    }  # fmt: skip


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def worked_out(text: str) -> Fraction:
    """What an expression of numbers comes to, as somebody with a calculator would find."""
    plain = text.replace("·", "*").replace("−", "-").replace(",", "")

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            assert isinstance(node.op, ast.USub)
            return -value(node.operand)
        return Fraction(ast.get_source_segment(plain, node))

    return value(ast.parse(plain, mode="eval").body)


def section(text: str, title: str) -> str:
    """The lines under a title."""
    (found,) = (part for part in text.split("\n\n") if part.startswith(f"{title}\n"))
    return found


def add(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    """More rows, into the database that is open."""
    columns, values = table.names(), ", ".join("?" for _ in table.names())
    for row in rows:
        connection.execute(f"INSERT INTO {table.name} VALUES ({values})", [row.get(name) for name in columns])


def key_of(table: str, row: Row) -> list[str]:
    return [f"{name}={row[name]}" for name in schema.published(table).key]


def numbers_of(told: str) -> list[str]:
    return re.findall(r"^    = (.+)$", section(told, "Calculation"), re.MULTILINE)


def test_every_published_table_can_be_explained_or_is_no_figure() -> None:
    left = {table.name for table in schema.PUBLISHED} - {table.name for table in EXPLAINED}
    assert {name.split(".")[0] for name in left} == set(NOT_FIGURES)
    assert {table.name.split(".")[0] for table in EXPLAINED}.isdisjoint(NOT_FIGURES)


def test_every_table_of_money_has_its_formulas_origins_and_parameters() -> None:
    assert set(NAMES) == set(WAYS) == set(ORIGINS) == set(_OF_YEAR)


@pytest.mark.parametrize("table", NAMES)
def test_a_table_of_money_names_columns_and_code_that_are_there(table: str) -> None:
    known = schema.published(table)
    assert {formula.column for formula in WAYS[table].formulas} <= set(known.names())
    assert (PACKAGE / WAYS[table].module).is_file()
    assert (PACKAGE / module_of(table)).is_file()
    for origin in ORIGINS[table]:
        assert {*origin.match, *origin.shown} <= set(origin.table.names())


@pytest.mark.parametrize("table", NAMES)
def test_the_section_of_the_formulas_is_there(table: str) -> None:
    assert f"\n## {WAYS[table].section}\n" in MATHS


@pytest.mark.parametrize("table", NAMES)
def test_each_row_s_formulas_come_to_its_figures(made: Sample, explain: Explain, table: str) -> None:
    assert made[table]
    for row in made[table]:
        told = explain(table, *key_of(table, row))
        for title in ("What it is", "Calculation", "Model", "Versions"):
            assert section(told, title).count("\n") > 0, title
        for line in numbers_of(told):
            computed, _, published = line.rpartition(" = ")
            left, right = worked_out(computed), worked_out(published)
            assert abs(left - right) <= max(1, abs(right) / 1_000_000_000), line


@pytest.mark.parametrize("table", [name for name in NAMES if name != "equalisation.exchange_decisions"])
def test_no_number_of_a_formula_lacks_where_all_is_published(made: Sample, explain: Explain, table: str) -> None:
    row = made[table][-1]
    told = explain(table, *key_of(table, row))
    if table == "equalisation.cost_sharing":
        told = explain(table, *key_of(table, made[table][0]))
    assert numbers_of(told)
    assert "no numbers" not in told


def test_the_tax_shift_is_led_back_to_formula_items_parameters_and_agreement(explain: Explain) -> None:
    told = explain(money.TAX_SHIFT.name, "agreement=norrbotten_2013", "scenario=lsg_base", "method=ledger", "year=2013")
    assert NOTICE in told
    assert "agreed_ore: 22 ore" in told
    meaning = section(told, "What it is")
    assert meaning.count("The national cost equalisation isn't included.") == 1
    assert "plus is a gain" in meaning
    calculation = section(told, "Calculation")
    assert (
        "required_ore = C / (G · ΣP) · 10,000\n    = 39,320,400 / (222,860.86 · 80,626) · 10,000 = 21.883107996"
        in calculation
    )
    assert "Computed by equalisation/tax_shift.py; docs/maths.md" in calculation
    assert "lag (2004:773)" in calculation
    origins = section(told, "Comes from")
    assert "hemvard explain norrbotten TABLE" in origins
    assert "equalisation.net_costs scenario=lsg_base method=ledger – what changes payer, in prices of 2011:" in origins
    assert "wages (Wages): 29,900,000 sek, by visits; illustrative" in origins
    assert "together: 37,200,000 sek" in origins
    definition = section(told, "Definition")
    assert "Boundary lsg_base:" in definition
    assert "22 öre from 2013-01-01 (official): Piteå-Tidningen" in definition
    versions = section(told, "Versions")
    assert "parameters used values: cdcdcdcdcdcd" in versions
    assert "region_file agreements/norrbotten_2013.yaml" in versions
    assert "region_file parameters/tax_base.csv" in versions
    assert "units.csv" not in versions


def test_every_parameter_value_behind_a_row_stands_there_and_no_other(explain: Explain) -> None:
    told = explain(money.TAX_SHIFT.name, "scenario=lsg_base")
    listed = section(told, "Parameters")
    for text in (
        "uprating_factor 2013 [factor], official, known from 2012-12-31: Referens till uprating_factor – https://example.se/x",
        "factor=current 1.041; factor=previous 1.041",
        "tax_base 2013 [sek], illustrative, known from 2012-12-31: Referens till tax_base\n    area=2506 503,000,000; area=2580",
        "area=00 1,707,177,533,700",
        "guarantee_share 2013 [share], derived",
        "price_index 2011",
        "price_index 2013",
        "national_population_1_november 2013",
    ):
        assert text in listed
    for text in (
        "2014",
        "tax_base 2011",
        "price_child_visit",
        "tax_rate",
        "population_1_november 2012",
        "county_rate",
        "wages_value",
    ):
        assert text not in listed
    assert "basis illustrative: a value behind it is an assumption of our own (" in section(told, "Quality")
    assert "population_1_november, price_index, tax_base)" in section(told, "Quality")


def test_a_municipality_s_row_has_its_own_and_the_country_s_values(explain: Explain) -> None:
    listed = section(explain(money.MUNICIPALITY_EFFECTS.name, "municipality_code=2580"), "Parameters")
    assert "area=2580 14,011,000,000" in listed
    assert "area=00" in listed
    assert "level=municipality" in listed
    for text in ("2506", "level=region", "tax_base 2011"):
        assert text not in listed


def test_a_municipality_s_effect_leads_to_the_shift(explain: Explain) -> None:
    told = explain(money.MUNICIPALITY_EFFECTS.name, "municipality_code=2580")
    assert "municipality_code = 2580 (Luleå)" in told
    shift = "equalisation.tax_shift agreement=norrbotten_2013 scenario=lsg_base method=ledger year=2013: net_cost_sek"
    assert shift in section(told, "Comes from")
    assert "method=ledger municipality_code=2580 – what changes payer" in section(told, "Comes from")


def test_the_remainder_says_what_it_is_and_has_no_formula(explain: Explain) -> None:
    told = explain(money.MUNICIPALITY_EFFECTS.name, "municipality_code=0000")
    assert "municipality_code = 0000 (the remainder of rounding)" in told
    assert "What rounding leaves: the county's rounded figure" in section(told, "Calculation")
    assert numbers_of(told) == []


def test_a_variant_is_told_with_its_terms_and_leads_to_effects(
    made: Sample, published: duckdb.DuckDBPyConnection, explain: Explain
) -> None:
    told = explain(money.INTER_MUNICIPAL.name, "variant=thirds", "municipality_code=2580")
    definition = section(told, "Definition")
    assert "Variant thirds:" in definition
    assert "weights: 1; 2/3; 1/3" in definition
    assert "again" not in definition
    assert "equalisation.municipality_effects agreement=norrbotten_2013" in section(told, "Comes from")
    later = {**made[money.INTER_MUNICIPAL.name][-1], "year_number": 2, "year": 2014}
    add(published, money.INTER_MUNICIPAL, [later, {**later, "variant": "again"}])
    fixed = explain(money.INTER_MUNICIPAL.name, "variant=thirds", "year=2014")
    recomputed = explain(money.INTER_MUNICIPAL.name, "variant=again")
    assert "year=2013 municipality_code=2580: population" in section(fixed, "Comes from")
    assert "no numbers: there is no value of ground.cost_sek" in section(recomputed, "Calculation")
    assert "amount_sek = w · sign(d*) · max(|d*| − floor · P, 0)" in section(recomputed, "Calculation")
    assert "amount_sek = w · d*, rounded" in section(fixed, "Calculation")


def test_the_ledger_and_posts_are_led_back_to_their_own_deliveries(explain: Explain) -> None:
    item = ("scenario=lsg_base", "municipality_code=2580", "cost_item=wages")
    ledger = explain(money.NET_COSTS.name, "method=ledger", *item)
    assert "costs: region_costs" in section(ledger, "Sources")
    assert "core.costs" in section(ledger, "Read from")
    assert "core.costs (*)" in section(ledger, "Columns")
    assert section(ledger, "Deliveries").count("  region_costs 2011-") == 36
    assert "wages_value" not in section(ledger, "Parameters")
    below = explain(money.NET_COSTS.name, "method=from_below", *item)
    assert "core.costs" not in section(below, "Read from")
    assert "core.costs" not in section(below, "Columns")
    assert "volumes.staffing" in section(below, "Read from")
    assert "wages_value 2011" in section(below, "Parameters")
    assert "social_charges 2011" in section(below, "Parameters")
    assert "cars_value" not in section(below, "Parameters")
    assert "Cost item wages:" in section(below, "Definition")
    assert "Cost item cars:" not in section(below, "Definition")


def test_a_share_of_wages_rests_on_the_wages_of_the_same_party(
    published: duckdb.DuckDBPyConnection, folder: RegionFolder
) -> None:
    wages, cars = COSTS.items
    of_posts = FromBelow(quantity="fte", unit_value="mean_wage", by_profession=True, surcharge="social_charges")
    overhead = wages.model_copy(update={"id": "overhead", "from_below": FromBelow(quantity="wages", unit_value="overhead_share")})  # fmt: skip
    costs = COSTS.model_copy(update={"items": (wages.model_copy(update={"from_below": of_posts}), cars, overhead)})
    table, key = money.NET_COSTS, ("method=from_below", "municipality_code=2580", "scenario=lsg_base")
    published.execute("UPDATE equalisation.net_costs SET cost_item = 'overhead' WHERE cost_item = 'wages'")
    for name, keys in (
        ("mean_wage", "profession=nurse"),
        ("overhead_share", ""),
        ("social_charges", "party=region"),
        ("social_charges", "party=municipality"),
    ):
        add(published, schema.PARAMETERS, [_parameter(name, 2011, keys, "0.1", "share", "illustrative")])
    given = read_conditions(table, ["cost_item=overhead", *key])
    listed = section(explained(published, replace(folder, costs=costs), table, given), "Parameters")
    assert {"overhead_share 2011", "mean_wage 2011", "social_charges 2011"} <= set(
        re.findall(r"^  (\w+ \d+)", listed, re.MULTILINE)
    )
    assert "profession=nurse 0.1" in listed
    assert "party=region" in listed
    assert "party=municipality" not in listed
    assert "cars_value" not in listed


def test_what_has_no_value_says_which_number_lacks(published: duckdb.DuckDBPyConnection, explain: Explain) -> None:
    published.execute("UPDATE equalisation.purchases SET quantity = NULL, amount_sek = NULL, status = 'protected'")
    told = explain(money.PURCHASES.name)
    assert "no numbers: there is no value of quantity, amount_sek" in section(told, "Calculation")
    assert "status protected: hidden: it rests on visits that are hidden" in section(told, "Quality")
    assert "unit_price: price_child_visit" in section(told, "Definition")
    assert "price_child_visit 2013" in section(told, "Parameters")
    assert "area=2506 2,794; area=2580 77,832" in section(told, "Parameters"), "it is split by what all have"
    assert "price_home_visit" not in told


def test_a_share_of_a_cost_has_its_agreement_and_price(explain: Explain) -> None:
    told = explain(money.COST_SHARING.name, "cost_post=post_1")
    assert "= 1 · 700,000 = 700,000" in section(told, "Calculation")
    assert "Agreement norrbotten_2013:" in section(told, "Definition")
    assert "Cost sharing project:" in section(told, "Definition")
    assert "Boundary" not in section(told, "Definition")
    assert "project_post_cost 2012" in section(told, "Parameters")


def test_a_year_ahead_has_the_growth_until_then(
    made: Sample, published: duckdb.DuckDBPyConnection, explain: Explain
) -> None:
    add(published, schema.PARAMETERS, [_parameter("tax_base", 2014, "area=2580", "1", "sek", "illustrative")])
    listed = section(explain(money.LOOK_AHEAD.name, "assumption=future_growth"), "Parameters")
    assert "cost_growth 2014 [share], forecast" in listed
    assert "age_group=65+, area=2506 2,013; age_group=65+, area=2580 2,013" in listed, "the county's visits by age"
    assert "age_group=65+, area=2506 2,014" not in listed
    assert "area=2506" not in section(explain(money.LOOK_AHEAD.name, "assumption=recorded_cost_indexed"), "Parameters")
    assert "price_index 2011" in listed
    assert "price_index 2014" in listed
    assert "tax_base 2014 [sek], official" in listed, "the country's of the last year that is known"
    assert "tax_base 2014 [sek], illustrative" not in listed, "a municipality's own is that of the shift"
    add(published, money.LOOK_AHEAD, [{**made[money.LOOK_AHEAD.name][0], "year": 2013, "year_number": 1}])
    assert "cost_growth" not in section(explain(money.LOOK_AHEAD.name, "year=2013"), "Parameters")


def test_a_share_can_be_asked_for_as_it_is_said(explain: Explain) -> None:
    told = explain(money.SENSITIVITY.name, "assumption=county_population", "change_share=-0.1")
    assert "change_share = -0.1" in told
    assert "has no row" in explain(money.SENSITIVITY.name, "change_share=a tenth")


def test_a_wrong_column_of_money_lists_the_right_ones(explain: Explain) -> None:
    with pytest.raises(UsageError, match=r"equalisation\.tax_shift has no column 'municipality'"):
        explain(money.TAX_SHIFT.name, "municipality=2580")


def test_more_than_five_rows_ask_for_more(made: Sample, published: duckdb.DuckDBPyConnection, explain: Explain) -> None:
    row = made[money.TAX_SHIFT.name][0]
    add(published, money.TAX_SHIFT, [{**row, "year": year} for year in range(2014, 2019)])
    told = explain(money.TAX_SHIFT.name)
    assert "has 7 rows. Say more" in told
    assert "year=2013, 2014" in told


def test_what_a_net_cost_rests_on_is_read_from_the_lake() -> None:
    found = models_of(money.TAX_SHIFT.name, [], ("ledger",))
    tables = [table for read in lineage(found).values() for table in read]
    assert {"costs", "visits"} <= subjects(tables)
    both = [model.name for model in models_of(money.TAX_SHIFT.name, [])]
    assert [model.name for model in found if model.name not in both] == []
    assert len(both) > len(found)
    assert all(model.path.is_file() for name in NAMES for model in models_of(name, []))
