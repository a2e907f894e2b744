"""Made-up rows of the tables of money: one agreement, three boundaries, two methods, three years and all that follows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product

Row = dict[str, object]
AGREEMENT, SCENARIO, METHOD = "norrbotten_2013", "base", "ledger"
YEARS = (2013, 2014, 2015)
BOUNDARIES = (
    ("base", "Grunden", 0),
    ("with_children", "Grunden och barn 0–18 år", 1_234_567),
    ("without_night", "Grunden utan nätter", -2_345_678),
)
"""Id, title, and how much more it costs than the first, kr."""
METHODS = (("ledger", 0), ("from_below", 8_000_000))
VARIANTS = (
    ("quarters", False, "actual_cost", ("0.750000", "0.500000", "0.250000")),
    ("thirds", True, "actual_cost", ("1.000000", "0.666667", "0.333333")),
)
ITEMS = (
    ("wages", "Löner", "region", True, 90_000_000, 97_000_000),
    ("fees", "Avgifter", "region", True, -3_000_000, -2_500_000),
    ("on_call", "Jour", "region", True, None, 4_000_000),
    ("planning", "Planering", "region", False, 2_000_000, None),
)
"""Id, title, party, whether it changes payer, and the county's kr from the ledger and from below."""
REMAINDER = "0000"
_ORE = Decimal(5_600_000)
"""What an öre gives the county, kr."""


def money(names: Mapping[str, str]) -> dict[str, list[Row]]:
    """The rows by table, for the municipalities of a sample."""
    codes = [code for code in names if code not in ("9998", "9999")]
    return {
        "equalisation.net_costs": list(_net_costs()),
        "equalisation.net_cost_comparison": list(_comparison(codes)),
        "equalisation.tax_shift": [_shift(*key) for key in product(BOUNDARIES, METHODS, YEARS)],
        "equalisation.municipality_effects": [row for year in YEARS for row in _effects(codes, year)],
        "equalisation.boundary_questions": [_question(*key) for key in product(BOUNDARIES, METHODS, YEARS)],
        "equalisation.inter_municipal": [row for variant in VARIANTS for row in _variant(codes, *variant)],
        "equalisation.look_ahead": list(_ahead(codes)),
        "equalisation.sensitivity": list(_sensitivity(codes)),
        "equalisation.settlements": list(_settlements(codes)),
        "equalisation.purchases": list(_purchases(codes)),
        "equalisation.cost_sharing": list(_sharing(codes)),
    }


def _known(status: str = "ok") -> Row:
    return {"basis": "illustrative", "status": status}


def _combination(scenario: str = SCENARIO, method: str = METHOD) -> Row:
    return {"agreement": AGREEMENT, "scenario": scenario, "method": method}


def _shift(boundary: tuple[str, str, int], method: tuple[str, int], year: int) -> Row:
    cost = Decimal(118_345_678 + boundary[2] + method[1] + 1_000_000 * (year - 2013))
    is_agreed = (boundary[0], method[0]) == (SCENARIO, METHOD)
    agreed = Decimal(22) if is_agreed else (cost / _ORE).quantize(Decimal(1))
    revenue = agreed * _ORE
    return {
        **_combination(boundary[0], method[0]),
        "year": year,
        "is_agreed": is_agreed,
        "net_cost_sek": cost,
        "guaranteed_tax_power_sek": Decimal("222868.70"),
        "population": Decimal("250093.0000"),
        "required_ore": (cost / _ORE).quantize(Decimal("0.000000001")),
        "agreed_ore": agreed,
        "ore_kind": "decided" if is_agreed else "rounded",
        "revenue_sek": revenue,
        "own_tax_sek": revenue * Decimal("0.8"),
        "equalisation_change_sek": revenue * Decimal("0.2"),
        "rounding_sek": revenue - cost,
        "region_revenue_sek": -revenue - 300_000,
        "state_sek": Decimal(-300_000),
        "naive_ore": (cost / _ORE / Decimal("0.8")).quantize(Decimal("0.000000001")),
        "naive_revenue_sek": revenue * Decimal("0.8"),
        "final_revenue_sek": revenue - 54_321 if year == 2013 else None,
        **_known("preliminary" if year == 2015 else "ok"),
    }


def _question(boundary: tuple[str, str, int], method: tuple[str, int], year: int) -> Row:
    scenario, title, more = boundary
    shift = _shift(boundary, method, year)
    return {
        **_combination(scenario, method[0]),
        "year": year,
        "agreed_scenario": SCENARIO,
        "title_sv": title,
        "net_cost_sek": shift["net_cost_sek"],
        "required_ore": shift["required_ore"],
        "net_cost_difference_sek": Decimal(more),
        "ore_difference": (Decimal(more) / _ORE).quantize(Decimal("0.000000001")),
        **_known(),
    }


def _effect(at: int) -> Decimal:
    """A gain for every third municipality, a loss for the others, kr."""
    return Decimal(1_234_567 + 1_000 * at) if at % 3 == 0 else Decimal(-456_789 - 90_000 * at)


def _effects(codes: list[str], year: int) -> Iterable[Row]:
    for at, code in enumerate(codes):
        yield {
            **_combination(),
            "year": year,
            "municipality_code": code,
            "is_agreed": True,
            "population": Decimal(12_345 + at),
            "cost_sek": Decimal(8_000_000) - _effect(at),
            "own_tax_sek": Decimal(6_000_000),
            "equalisation_change_sek": Decimal(2_000_000),
            "revenue_sek": Decimal(8_000_000),
            "effect_sek": _effect(at),
            "effect_sek_per_inhabitant": (_effect(at) / (12_345 + at)).quantize(Decimal("0.01")),
            "naive_revenue_sek": Decimal(6_000_000),
            **_known(),
        }
    parts = ("cost_sek", "own_tax_sek", "equalisation_change_sek", "effect_sek", "naive_revenue_sek")
    remainder = {"year": year, "municipality_code": REMAINDER, "is_agreed": True, "revenue_sek": Decimal(1_500)}
    yield {**_combination(), **remainder, **dict.fromkeys(parts, Decimal(0)), "effect_sek": Decimal(1_500), **_known()}


def _variant(codes: list[str], variant: str, is_agreed: bool, cost_key: str, weights: tuple[str, ...]) -> Iterable[Row]:
    """Amounts sum to zero: the last municipality has what the others leave."""
    for number, weight in enumerate(weights, 1):
        effects = {code: _effect(at) for at, code in enumerate(codes)}
        amounts = {code: -(effect * Decimal(weight)).quantize(Decimal(1)) for code, effect in effects.items()}
        amounts[codes[-1]] -= sum(amounts.values())
        for code in (*codes, REMAINDER):
            effect, amount = effects.get(code, Decimal(1_500)), amounts.get(code, Decimal(0))
            yield {
                "agreement": AGREEMENT,
                "variant": variant,
                "year_number": number,
                "year": 2012 + number,
                "municipality_code": code,
                "title_sv": f"Tre år, {variant}",
                "is_agreed": is_agreed,
                "weight": Decimal(weight),
                "cost_key": cost_key,
                "difference_sek": -effect,
                "amount_sek": amount,
                "amount_sek_per_inhabitant": (amount / 12_345).quantize(Decimal("0.01")),
                "effect_sek": effect,
                "net_effect_sek": effect + amount,
                **_known(),
            }


def _ahead(codes: list[str]) -> Iterable[Row]:
    kinds = (("recorded_cost_indexed", 100_000), ("future_growth", 170_000))
    for (assumption, growth), number, (at, code) in product(kinds, range(1, 11), enumerate((REMAINDER, *codes))):
        cost, revenue = Decimal(8_000_000 + growth * number + at), Decimal(8_500_000 + 90_000 * number)
        if code == REMAINDER:
            cost, revenue = Decimal(3), Decimal(5)
        yield {
            "agreement": AGREEMENT,
            "assumption": assumption,
            "year_number": number,
            "year": 2012 + number,
            "municipality_code": code,
            "population": Decimal(12_345 + at),
            "revenue_sek": revenue,
            "cost_sek": cost,
            "effect_sek": revenue - cost,
            "effect_sek_per_inhabitant": ((revenue - cost) / (12_345 + at)).quantize(Decimal("0.01")),
            **_known("preliminary" if number > 3 else "ok"),
        }


def _sensitivity(codes: list[str]) -> Iterable[Row]:
    for assumption, change in product(("net_cost", "agreed_ore", "item:wages"), ("-0.1", "0", "0.1")):
        cost = Decimal(118_345_678) * (1 + Decimal(change))
        yield {
            **_combination(),
            "year": 2013,
            "assumption": assumption,
            "change_share": Decimal(change),
            "net_cost_sek": cost,
            "required_ore": (cost / _ORE).quantize(Decimal("0.000000001")),
            "rounding_sek": Decimal(22) * _ORE - cost,
            "lowest_effect_sek_per_inhabitant": Decimal("-123.45") * (1 + Decimal(change)),
            "lowest_municipality_code": codes[-1],
            "basis": "illustrative",
        }


def _net_costs() -> Iterable[Row]:
    for cost_item, title, party, is_transferred, *amounts in ITEMS:
        for method, amount in zip(("ledger", "from_below"), amounts, strict=True):
            if amount is not None:
                yield {
                    "scenario": SCENARIO,
                    "method": method,
                    "party": party,
                    "municipality_code": REMAINDER,
                    "cost_item": cost_item,
                    "title_sv": title,
                    "payer_after": "municipality" if is_transferred else "region",
                    "is_transferred": is_transferred,
                    "is_fixed": cost_item == "on_call",
                    "base_year": 2011,
                    "price_year": 2013,
                    "base_cost_sek": Decimal(amount),
                    "index": Decimal("1.057"),
                    "cost_sek": Decimal(amount) * Decimal("1.057"),
                    "allocation_key": "visits",
                    **_known(),
                }


def _comparison(codes: list[str]) -> Iterable[Row]:
    """Each municipality has as much of an item, and the remainder row what is left of the county's."""
    for cost_item, _, party, _, ledger, below in ITEMS:
        for code in (REMAINDER, *codes):
            parts = [_part(amount or 0, code, len(codes)) for amount in (ledger, below)]
            yield {
                "scenario": SCENARIO,
                "party": party,
                "municipality_code": code,
                "cost_item": cost_item,
                "base_year": 2011,
                "ledger_sek": parts[0],
                "from_below_sek": parts[1],
                "difference_sek": parts[1] - parts[0],
                "found_in": "from_below" if ledger is None else "ledger" if below is None else "both",
                "basis": "illustrative",
            }


def _part(amount: int, code: str, count: int) -> Decimal:
    share = Decimal(amount // (count + 1))
    return amount - share * count if code == REMAINDER else share


def _settlements(codes: list[str]) -> Iterable[Row]:
    for code in (REMAINDER, *codes):
        amount = Decimal(1) if code == REMAINDER else Decimal(-666_667)
        yield {
            "agreement": AGREEMENT,
            "year": 2013,
            "municipality_code": code,
            "days_counted_by": "months",
            "part_share": Decimal("0.083333333"),
            "settled_on": "revenue",
            "year_sek": Decimal(0) if code == REMAINDER else Decimal(8_000_000),
            "amount_sek": amount,
            **_known(),
        }


def _purchases(codes: list[str]) -> Iterable[Row]:
    kinds = (
        ("children", "Vård av barn", "region", "visits", 1),
        ("dietitians", "Dietister", "municipality", "hours", -1),
    )
    for (purchase, title, buyer, unit, sign), year, (at, code) in product(kinds, YEARS, enumerate(codes)):
        yield {
            "agreement": AGREEMENT,
            "purchase": purchase,
            "year": year,
            "municipality_code": code,
            "title_sv": title,
            "buyer": buyer,
            "quantity": Decimal(30 + at),
            "quantity_unit": unit,
            "unit_price_sek": Decimal(1_100 + year - 2013),
            "amount_sek": sign * Decimal(30 + at) * (1_100 + year - 2013),
            "split_by": "population",
            **_known(),
        }


def _sharing(codes: list[str]) -> Iterable[Row]:
    of_all = [("municipality", code, Decimal(25_000)) for code in codes] + [("region", "25", Decimal(350_000))]
    of_seat = [("municipality", codes[-1], Decimal(700_000))]
    for post, title, payers in (("other_costs", "Övriga kostnader", of_all), ("post_1", "Projektledare", of_seat)):
        for party, code, amount in payers:
            yield {
                "cost_sharing": "transfer_project",
                "cost_post": post,
                "party": party,
                "municipality_code": code,
                "title_sv": title,
                "posts": Decimal(1) if post == "post_1" else None,
                "amount_sek": amount,
                "source": "Exempel",
                "basis": "illustrative",
            }
