"""The formula of each figure of money, in symbols and in names of numbers; which module computes it, and its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from warehouse import equalisation_tables as money

Values = Mapping[str, object]
"""What a formula may put in: the row's columns, `alias.column` of its origins, `parameter year keys`."""


def _always(_: Values) -> bool:
    return True


def _when(name: str, *allowed: str) -> Callable[[Values], bool]:
    return lambda values: str(values.get(name)) in allowed


def _known(*names: str) -> Callable[[Values], bool]:
    return lambda values: all(values.get(name) is not None for name in names)


@dataclass(frozen=True)
class Formula:
    """A column's formula in symbols, and the same with names to put numbers in for; `$column` stands within a name."""

    column: str
    symbols: str
    numbers: str = ""
    holds: Callable[[Values], bool] = _always


@dataclass(frozen=True)
class Way:
    """How a table's figures are computed, and where that is written down."""

    module: str
    source: str
    section: str
    """The heading of docs/maths.md."""
    formulas: tuple[Formula, ...]


_LAW = "lag (2004:773) om kommunalekonomisk utjämning, 3–7 §§"
_OWN = "our own definition"
_TAU = "{shift.agreed_ore} / 10,000"


def _is_above_bands(values: Values) -> bool:
    """Whether a payer's last krona lies in the upper of two bands, as in 2014 and 2015."""
    year, level = values["year"], values["level"]
    limit = values.get(f"payer_band_limit {year} level={level}")
    share = values.get(f"guarantee_share {year} level={level}")
    if values.get("rate_kind") != "avgift" or not isinstance(limit, Decimal) or not isinstance(share, Decimal):
        return False
    own, guaranteed = Decimal(str(values["indexed_tax_power_sek"])), Decimal(str(values["guaranteed_tax_power_sek"]))
    return own > limit * guaranteed / share


def _assumes(*assumptions: str) -> Callable[[Values], bool]:
    return lambda values: str(values["assumption"]).startswith(assumptions)


_SHIFTED = "{net_cost_sek} / ({shift.guaranteed_tax_power_sek}%s · {shift.population}%s) · 10,000"
_CHANGED = " · (1 + {change_share})"
_SENSITIVE = (
    (("net_cost", "item:", "price_index_growth"), "with the changed C", _SHIFTED % ("", "")),
    (("guaranteed_tax_power", "national_tax_base"), "with G · (1 + change)", _SHIFTED % (_CHANGED, "")),
    (("national_population",), "with G / (1 + change)", _SHIFTED % (" / (1 + {change_share})", "")),
    (("county_population",), "with ΣP · (1 + change)", _SHIFTED % ("", _CHANGED)),
    (("own_tax_bases", "agreed_ore"), "which doesn't rest on what is changed", _SHIFTED % ("", "")),
)
"""Beginning of an assumption's name → what is changed, and the formula with it."""
_UPRATED = "{uprating_factor $year factor=previous} · {uprating_factor $year factor=current}"
_LIMIT = "{payer_band_limit $year level=$level} · {guaranteed_tax_power_sek} / {guarantee_share $year level=$level}"
WAYS: Mapping[str, Way] = {
    money.INCOME_EQUALISATION.name: Way(
        "equalisation/income.py",
        _LAW,
        "Income equalisation",
        (
            Formula(
                "indexed_tax_power_sek",
                "u · T / P",
                f"{_UPRATED} · {{tax_base_sek}} / {{population}}",
            ),
            Formula(
                "guaranteed_tax_power_sek",
                "G = g · M, with M = u · ΣT / N of the whole country",
                f"{{guarantee_share $year level=$level}} · {_UPRATED} · {{tax_base $year area=00}}"
                " / {national_population_1_november $year}",
            ),
            Formula(
                "equalisation_sek_per_inhabitant",
                "r · (G − u · T / P); below zero it is paid",
                "{county_rate} · ({guaranteed_tax_power_sek} − {indexed_tax_power_sek})",
                lambda values: not _is_above_bands(values),
            ),
            Formula(
                "equalisation_sek_per_inhabitant",
                "−(r_lower · (b · M − G) + r · (u · T / P − b · M)), with b the limit of the lower band",
                "−({county_rate $year county=$county, direction=avgift_lower_band, level=$level} / 100"
                f" · ({_LIMIT} − {{guaranteed_tax_power_sek}})"
                f" + {{county_rate}} · ({{indexed_tax_power_sek}} − {_LIMIT}))",
                _is_above_bands,
            ),
        ),
    ),
    money.NET_COSTS.name: Way(
        "equalisation/net_cost.py",
        _OWN,
        "Net cost",
        (
            Formula(
                "base_cost_sek",
                "the item's postings of the base year, gross cost minus internal revenue, sales and fees, by where care"
                " is given; one that isn't fixed is multiplied by key(boundary) / key(boundary of the ledger). Joint:"
                " few persons are behind, and these municipalities share what they have together",
                "",
                _when("method", "ledger"),
            ),
            Formula(
                "base_cost_sek",
                "Σ quantity · value per unit · (1 + surcharge); here by the mean over what is counted",
                "{comparison.quantity} · {comparison.unit_value_sek}",
                _when("method", "from_below"),
            ),
            Formula(
                "index",
                "k = price index of the price year / price index of the base year",
                "{$price_index $price_year} / {$price_index $base_year}",
            ),
            Formula("cost_sek", "k · base_cost_sek", "{index} · {base_cost_sek}"),
        ),
    ),
    money.NET_COST_COMPARISON.name: Way(
        "equalisation/net_cost.py",
        _OWN,
        "Net cost",
        (
            Formula(
                "from_below_sek",
                "quantity · unit_value_sek, the mean over what is counted",
                "{quantity} · {unit_value_sek}",
                _known("quantity", "unit_value_sek"),
            ),
            Formula("difference_sek", "from_below_sek − ledger_sek", "{from_below_sek} − {ledger_sek}"),
            Formula(
                "ledger_unit_sek",
                "ledger_sek / quantity",
                "{ledger_sek} / {quantity}",
                _known("ledger_unit_sek"),
            ),
        ),
    ),
    money.TAX_SHIFT.name: Way(
        "equalisation/tax_shift.py",
        f"{_LAW}; the region's guarantee of 110 % to 2011 and 115 % from 2012: prop. 2010/11:156; that county rates"
        " move öre for öre is read off those of 2015 and 2016",
        "The tax shift",
        (
            Formula(
                "net_cost_sek",
                "C = k · Σ net cost of what changes payer, k = price index of the year / of the base year",
                "{$price_index $year} / {$price_index $base_year} · {items.base_cost_sek}",
            ),
            Formula(
                "required_ore",
                "C / (G · ΣP) · 10,000",
                "{net_cost_sek} / ({guaranteed_tax_power_sek} · {population}) · 10,000",
            ),
            Formula("agreed_ore", "what was decided, by the agreement", "", _when("ore_kind", "decided")),
            Formula(
                "agreed_ore",
                "required_ore, rounded half up by the agreement's rule (ore_rounding)",
                "",
                _when("ore_kind", "rounded"),
            ),
            Formula(
                "revenue_sek",
                "τ · G · ΣP, with τ = agreed_ore / 10,000; own tax and change of equalisation together",
                "{agreed_ore} / 10,000 · {guaranteed_tax_power_sek} · {population}",
            ),
            Formula(
                "equalisation_change_sek",
                "τ · (G · ΣP − Σ u · T) = revenue_sek − own_tax_sek",
                "{revenue_sek} − {own_tax_sek}",
            ),
            Formula("rounding_sek", "revenue_sek − net_cost_sek", "{revenue_sek} − {net_cost_sek}"),
            Formula(
                "region_revenue_sek",
                "−τ · G_region · ΣP, with G_region = G · guarantee of regions / guarantee of municipalities",
                "−{agreed_ore} / 10,000 · {guaranteed_tax_power_sek} · {guarantee_share $year level=region}"
                " / {guarantee_share $year level=municipality} · {population}",
            ),
            Formula("state_sek", "revenue_sek + region_revenue_sek", "{revenue_sek} + {region_revenue_sek}"),
            Formula(
                "naive_ore",
                "C / Σ(u · T) · 10,000, with Σ(u · T) = own_tax_sek / τ: only to compare",
                "{net_cost_sek} / ({own_tax_sek} / ({agreed_ore} / 10,000)) · 10,000",
                lambda values: bool(values.get("own_tax_sek")),
            ),
            Formula(
                "final_revenue_sek",
                "Σ τ · P · (G + M · (a − u)), with a the actual growth of the tax base and u the uprated one",
                "",
                _known("final_revenue_sek"),
            ),
        ),
    ),
    money.MUNICIPALITY_EFFECTS.name: Way(
        "equalisation/tax_shift.py",
        _LAW,
        "The tax shift",
        (
            Formula(
                "cost_sek",
                "k · Σ net cost of what changes payer in the municipality",
                "{$price_index $year} / {$price_index $base_year} · {items.base_cost_sek}",
            ),
            Formula(
                "own_tax_sek",
                "τ · u · T",
                f"{_TAU} · {_UPRATED} · {{tax_base $year area=$municipality_code}}",
            ),
            Formula(
                "equalisation_change_sek",
                "τ · (G · P − u · T)",
                f"{_TAU} · {{shift.guaranteed_tax_power_sek}} · {{population}} − {{own_tax_sek}}",
            ),
            Formula(
                "revenue_sek",
                "own_tax_sek + equalisation_change_sek = τ · G · P: as much per inhabitant everywhere",
                "{own_tax_sek} + {equalisation_change_sek}",
            ),
            Formula("effect_sek", "revenue_sek − cost_sek", "{revenue_sek} − {cost_sek}"),
            Formula("effect_sek_per_inhabitant", "effect_sek / P", "{effect_sek} / {population}"),
            Formula(
                "final_revenue_sek",
                "τ · P · (G + M · (a − u)), with a the actual growth of the tax base and u the uprated one",
                "",
                _known("final_revenue_sek"),
            ),
        ),
    ),
    money.BOUNDARY_QUESTIONS.name: Way(
        "equalisation/tax_shift.py",
        _LAW,
        "The tax shift",
        (
            Formula(
                "required_ore",
                "C / (G · ΣP) · 10,000",
                "{net_cost_sek} / ({shift.guaranteed_tax_power_sek} · {shift.population}) · 10,000",
            ),
            Formula(
                "net_cost_difference_sek",
                "net cost of the boundary − net cost of the agreement's own",
                "{net_cost_sek} − {agreed.net_cost_sek}",
                _known("agreed.net_cost_sek"),
            ),
            Formula(
                "ore_difference",
                "öre required by the boundary − öre required by the agreement's own",
                "{required_ore} − {agreed.required_ore}",
                _known("agreed.required_ore"),
            ),
        ),
    ),
    money.INTER_MUNICIPAL.name: Way(
        "equalisation/inter_municipal.py",
        "LSS (1993:387) 17 § lets municipalities pay each other; the formulas are our own, floor and taper after the"
        " shape of lag (2004:773) 13 §",
        "Inter-municipal equalisation",
        (
            Formula(
                "difference_sek",
                "d* = d − P · Σd / ΣP, with d = cost − revenue",
                "{ground.cost_sek} − {ground.revenue_sek}"
                " − {ground.population} · ({county.net_cost_sek} − {county.revenue_sek}) / {county.population}",
                _when("cost_key", "actual_cost"),
            ),
            Formula(
                "difference_sek",
                "d* = d − P · Σd / ΣP, with d = cost by the variant's key − revenue",
                "",
                _when("cost_key", "visits_price", "age_weighted_population", "per_inhabitant"),
            ),
            Formula(
                "amount_sek",
                "w · d*, rounded by largest remainder so that amounts sum to exactly 0",
                "{weight} · {difference_sek}",
                _when("is_limited", "False"),
            ),
            Formula(
                "amount_sek",
                "w · sign(d*) · max(|d*| − floor · P, 0), at most the cap; the larger side is scaled down to the"
                " smaller, and amounts are rounded by largest remainder so that they sum to exactly 0",
                "",
                _when("is_limited", "True"),
            ),
            Formula("net_effect_sek", "effect_sek + amount_sek", "{effect_sek} + {amount_sek}"),
        ),
    ),
    money.EXCHANGE_DECISIONS.name: Way(
        "equalisation/exchange.py",
        "the agreement's decisions; tax rates by SCB",
        "Exchange decisions and tax rates",
        (
            Formula(
                "change_ore",
                "total_ore − the total before this day",
                "",
                _when("origin", "agreement"),
            ),
            Formula(
                "change_ore",
                "−(change of the region's rate), where most municipalities changed theirs by the opposite",
                "",
                _when("origin", "tax_rates"),
            ),
        ),
    ),
    money.TAX_RATES.name: Way(
        "equalisation/exchange.py",
        "the agreement's decisions; tax rates by SCB",
        "Exchange decisions and tax rates",
        (
            Formula(
                "tax_rate_after_share",
                "rate before + (shift + own change) / 10,000",
                "{tax_rate_before_share} + ({shift_ore} + {own_change_ore}) / 10,000",
                _known("own_change_ore"),
            ),
            Formula(
                "tax_rate_after_share",
                "rate before + shift / 10,000: what councils vote on, until their own change is known",
                "{tax_rate_before_share} + {shift_ore} / 10,000",
                lambda values: values.get("own_change_ore") is None,
            ),
        ),
    ),
    money.SETTLEMENTS.name: Way(
        "equalisation/settlement.py",
        "the agreement; the form after Västerbotten 2013",
        "Settlements, purchases and a project's costs",
        (
            Formula(
                "amount_sek",
                "± part of the year · the year's amount; minus where tax is shifted before the takeover",
                "{sign}{part_share} · {year_sek}",
            ),
        ),
    ),
    money.PURCHASES.name: Way(
        "equalisation/cost_sharing.py",
        "the agreement",
        "Settlements, purchases and a project's costs",
        (
            Formula(
                "amount_sek",
                "quantity · unit_price_sek: the county's amount in whole kronor, split by largest remainder",
                "{quantity} · {unit_price_sek}",
                _when("buyer", "region"),
            ),
            Formula(
                "amount_sek",
                "−quantity · unit_price_sek: the county's amount in whole kronor, split by largest remainder",
                "−{quantity} · {unit_price_sek}",
                _when("buyer", "municipality"),
            ),
        ),
    ),
    money.LOOK_AHEAD.name: Way(
        "equalisation/look_ahead.py",
        "the two readings of cost are those of the dispute in Stockholm 2018; the ageing factor is our own choice",
        "Look ahead and sensitivity",
        (
            Formula("revenue_sek", "τ · G · P of the year, with the öre that are in force then"),
            Formula(
                "cost_sek",
                "the first year's cost · price index of the year / of the first year; after the last known index it"
                " grows by cost_growth",
                "{first_effect.cost_sek} · {$price_index $year} / {$price_index $first_year}",
                _when("assumption", "recorded_cost_indexed"),
            ),
            Formula(
                "cost_sek",
                "the first year's cost · price index of the year / of the first year · ageing,"
                " with ageing = Σ visits per inhabitant of an age · inhabitants of that age, the year / the first year",
                "",
                _when("assumption", "future_growth"),
            ),
            Formula("effect_sek", "revenue_sek − cost_sek", "{revenue_sek} − {cost_sek}"),
            Formula("effect_sek_per_inhabitant", "effect_sek / P", "{effect_sek} / {population}"),
        ),
    ),
    money.SENSITIVITY.name: Way(
        "equalisation/tax_shift.py",
        _LAW,
        "Look ahead and sensitivity",
        (
            *(
                Formula("required_ore", f"C / (G · ΣP) · 10,000, {what}", numbers, _assumes(*assumptions))
                for assumptions, what, numbers in _SENSITIVE
            ),
            Formula("rounding_sek", "revenue of the agreed öre − net cost, with this one assumption changed"),
        ),
    ),
    money.COST_SHARING.name: Way(
        "equalisation/cost_sharing.py",
        "document 002 (Komhem in Jönköping county): posts by party as listed, other costs shared afterwards",
        "Settlements, purchases and a project's costs",
        (
            Formula(
                "amount_sek",
                "posts · cost of a post, by who pays for them; what municipalities pay together is split by largest"
                " remainder",
                "{posts} · {$post_cost $sharing_year}",
                _known("posts"),
            ),
            Formula(
                "amount_sek",
                "the cost · the agreed share; what municipalities pay together is split by largest remainder",
                "",
                lambda values: values.get("posts") is None,
            ),
        ),
    ),
}
"""Table of money → how it is computed."""
