"""The parameter values behind a row of money, from those that the release used: each with kind, date and reference."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from flows.explain.asked import Asked, Row
from flows.explain.origins import agreement_of, whole_row
from regions.agreement import Economy
from regions.costs import CostItem, Costs
from warehouse import equalisation_tables as money

COUNTRY = "00"
_WIDTH = 6
"""So many values of one parameter, year and source stand on a line."""
_UPRATING = ("uprating_factor", "tax_base", "national_population_1_november")
_POPULATION = ("population_1_november", "published_outcome_total", "published_outcome")
_TAX_YEAR = (*_UPRATING, "guarantee_share", *_POPULATION)
_OF_YEAR: Mapping[str, tuple[str, ...]] = {
    money.INCOME_EQUALISATION.name: (*_TAX_YEAR, "county_rate", "payer_band_limit"),
    money.NET_COSTS.name: (),
    money.NET_COST_COMPARISON.name: (),
    money.TAX_SHIFT.name: (*_TAX_YEAR, "actual_growth_factor"),
    money.MUNICIPALITY_EFFECTS.name: (*_TAX_YEAR, "actual_growth_factor"),
    money.BOUNDARY_QUESTIONS.name: _TAX_YEAR,
    money.INTER_MUNICIPAL.name: (*_TAX_YEAR, "population_forecast"),
    money.EXCHANGE_DECISIONS.name: (),
    money.TAX_RATES.name: ("tax_rate",),
    money.SETTLEMENTS.name: _TAX_YEAR,
    money.PURCHASES.name: _POPULATION,
    money.LOOK_AHEAD.name: (*_TAX_YEAR, "population_forecast", "cost_growth", "tax_power_growth"),
    money.SENSITIVITY.name: _TAX_YEAR,
    money.COST_SHARING.name: _POPULATION,
}
"""Table of money → the parameters of its rows' years; those that costs.yaml and the agreement name come to these."""
_WITH_COSTS = (
    money.NET_COSTS,
    money.NET_COST_COMPARISON,
    money.TAX_SHIFT,
    money.MUNICIPALITY_EFFECTS,
    money.BOUNDARY_QUESTIONS,
    money.INTER_MUNICIPAL,
    money.SETTLEMENTS,
    money.LOOK_AHEAD,
    money.SENSITIVITY,
)
"""The tables whose rows rest on the net cost."""
_SHARED = (money.NET_COSTS, money.PURCHASES, money.COST_SHARING)
"""The tables in which all municipalities' values decide what one of them has."""
_BY_POPULATION = ("population", "joint")
"""Keys by inhabitants; where too few persons are behind a municipality's own number, these may stand for it."""
_GROWTH = ("cost_growth", "tax_power_growth")


def behind(asked: Asked, row: Row) -> list[Row]:
    """The rows of `meta.parameters` that a row of money rests on; `row` as `whole_row` completes it."""
    names = _names(asked, row)
    return [
        value
        for value in asked.used_parameters
        if value["parameter"] in names
        and value["year"] in _years(asked, row, value)
        and _is_of_area(asked, row, value)
        and _is_of_kind(asked, row, keys_of(value))
    ]


def keys_of(value: Row) -> dict[str, str]:
    """A parameter value's keys, which `meta.parameters` has as one text."""
    parts = (part.partition("=") for part in str(value["keys"]).split(", ") if part)
    return {name: text for name, _, text in parts}


def _names(asked: Asked, row: Row) -> set[str]:
    names = set(_OF_YEAR[asked.table.name])
    if asked.folder.costs is not None and asked.table in _WITH_COSTS:
        names |= _names_of_costs(asked.folder.costs, row)
    agreement = agreement_of(asked, row)
    if agreement is not None and agreement.economy is not None:
        names |= _names_of_agreement(agreement.economy, row)
    if row.get("allocation_key") in _BY_POPULATION:
        names |= set(_POPULATION)
    unused = {"cost_key": ("age_weighted_population", {"population_forecast"}), "split_by": ("population", _POPULATION)}
    for column, (value, rested_on) in unused.items():
        names -= set(rested_on) if row.get(column, value) != value else set()
    return names


def _names_of_costs(costs: Costs, row: Row) -> set[str]:
    """The price index, and from below the unit values and surcharges of the row's item, or of all items."""
    from_below = "ledger_sek" in row or row.get("method") == "from_below"
    items = [item.from_below for item in costs.items if item.from_below and _is_behind(item, costs, row)]
    values = {name for item in items for name in (item.unit_value, item.surcharge) if name}
    return (set() if "ledger_sek" in row else {costs.price_index}) | (values if from_below else set())


def _is_behind(item: CostItem, costs: Costs, row: Row) -> bool:
    """Whether the row is of the item, of all items, or of one that is a share of the wages which this item makes."""
    own = next((entry for entry in costs.items if entry.id == row.get("cost_item")), item)
    is_of_wages = own.from_below is not None and own.from_below.quantity == "wages"
    is_wages = item.from_below is not None and item.from_below.by_profession
    return own is item or (is_of_wages and is_wages and own.payer_before == item.payer_before)


def _names_of_agreement(economy: Economy, row: Row) -> set[str]:
    """The prices that the row's variant, purchase or sharing names."""
    variants = {entry.unit_price for entry in economy.inter_municipal if entry.id == row.get("variant")}
    purchases = {entry.unit_price for entry in economy.purchases if entry.id == row.get("purchase")}
    sharings = [entry for entry in economy.cost_sharing if entry.id == row.get("cost_sharing")]
    prices = variants | purchases | {name for entry in sharings for name in (entry.post_cost, entry.other_costs)}
    return {name for name in prices if name is not None}


def _years(asked: Asked, row: Row, value: Row) -> set[object]:
    """The years in which a parameter's values are behind the row: its own, and those of its prices and comparisons."""
    costs = asked.folder.costs
    if costs is not None and value["parameter"] in _names_of_costs(costs, row):
        return {costs.base_year, *_years_of_prices(asked, row, value)}
    if asked.table is money.NET_COSTS:
        return {row.get("price_year")}
    if asked.table is money.LOOK_AHEAD:
        return _years_ahead(asked, row, value)
    if asked.table is money.TAX_RATES:
        return {row["year"], int(str(row["year"])) - 1}
    if asked.table is money.EXCHANGE_DECISIONS:
        begins = int(str(row["valid_from"])[:4])
        return {begins - 1, begins}
    return {row.get("year"), row.get("ground_year"), row.get("sharing_year")}


def _years_of_prices(asked: Asked, row: Row, value: Row) -> set[object]:
    """The years to whose prices the base year's are moved."""
    if asked.table is money.NET_COSTS:
        return {row.get("price_year")}
    if asked.table is money.LOOK_AHEAD:
        return _years_ahead(asked, row, value)
    return {row.get("year"), row.get("ground_year")}


def _years_ahead(asked: Asked, row: Row, value: Row) -> set[object]:
    """Of a year ahead: each year's growth; of what grows, the first value and the last that is known until then.

    A municipality's own population and tax base are the shift's.
    """
    name, area = str(value["parameter"]), keys_of(value).get("area", COUNTRY)
    first, year = int(str(row.get("first_year", row["year"]))), int(str(row["year"]))
    if name in _GROWTH:
        return set(range(first + 1, year + 1))
    if area != COUNTRY and name in _TAX_YEAR:
        return {first}
    known = {int(str(value["year"])) for value in asked.used_parameters if value["parameter"] == name}
    return {first, max((each for each in known if each <= year), default=first)}


def _is_of_area(asked: Asked, row: Row, value: Row) -> bool:
    """Of a municipality's row its own values, the county's and the country's; of what is shared, or the sum, all."""
    own, keys = row.get("municipality_code", row.get("area_code")), keys_of(value)
    is_own = keys.get("area", COUNTRY) in (own, COUNTRY, asked.folder.region.county_code)
    return is_own or own in (None, "0000") or asked.table in _SHARED or _is_of_rates(row, value)


def _is_of_rates(row: Row, value: Row) -> bool:
    """Visits per inhabitant are the county's, by the first year's inhabitants of all municipalities."""
    is_ageing = row.get("assumption") == "future_growth" and value["parameter"] == "population_forecast"
    return is_ageing and value["year"] == row.get("first_year")


def _is_of_kind(asked: Asked, row: Row, keys: Mapping[str, str]) -> bool:
    """Rules of the row's own level, of regions too where the region's side is reckoned; values of its own party."""
    levels = {row.get("level", "municipality"), "region" if asked.table is money.TAX_SHIFT else None}
    is_level = "area" in keys or "level" not in keys or keys["level"] in levels
    return is_level and ("party" not in row or keys.get("party", row["party"]) == row["party"])


def parameters(asked: Asked) -> Iterator[str]:
    """Every value, those of one parameter, year and source together: how known, since when, and from where."""
    if not asked.is_money:
        return
    found = {_key(value): value for row in asked.rows for value in behind(asked, whole_row(asked, row))}
    for _, group in groupby(sorted(found.values(), key=_order), key=_source):
        yield from _told(asked, list(group))


def _key(value: Row) -> tuple[str, ...]:
    return tuple(str(value[name]) for name in ("parameter", "year", "keys"))


def _source(value: Row) -> tuple[str, ...]:
    names = ("parameter", "year", "unit", "kind", "known_from", "reference", "address")
    return tuple(str(value[name]) for name in names)


def _order(value: Row) -> tuple[str, ...]:
    return (*_source(value), str(value["keys"]))


def _told(asked: Asked, values: Sequence[Row]) -> Iterator[str]:
    first = values[0]
    address = f" – {first['address']}" if first["address"] not in ("", "-") else ""
    yield (
        f"  {first['parameter']} {first['year']} [{first['unit']}], {first['kind']}, known from {first['known_from']}:"
        f" {first['reference']}{address}"
    )
    texts = [" ".join(text for text in (str(value["keys"]), _number(value)) if text) for value in values]
    for at in range(0, len(texts), _WIDTH):
        yield f"    {'; '.join(texts[at : at + _WIDTH])}"


def _number(value: Row) -> str:
    """A parameter's value with all its digits, and a comma for each thousand."""
    return f"{Decimal(str(value['value'])):,f}"
