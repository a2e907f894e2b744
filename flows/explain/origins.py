"""From a row of money to the published rows that it is made of: net costs, the shift, effects, posts, visits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows.explain.asked import Asked, Row
from flows.explain.figures import figure, plain
from regions.agreement import Agreement, Economy, InterMunicipal
from warehouse import equalisation_tables as money
from warehouse import schema
from warehouse.columns import Table
from warehouse.sql import identifier

_SHOWN = 12


@dataclass(frozen=True)
class Origin:
    """Rows of a published table that a row is made of: found by these columns, shown by those."""

    alias: str
    """What a formula calls it."""
    table: Table
    match: Mapping[str, str]
    """Column of the table → column of the row, as `whole_row` completes it."""
    shown: tuple[str, ...]


def _same(*names: str, **others: str) -> dict[str, str]:
    return {**{name: name for name in names}, **others}


_A_SHIFT = ("agreement", "scenario", "method", "year")
_SHIFT_SHOWN = ("net_cost_sek", "guaranteed_tax_power_sek", "population", "agreed_ore", "revenue_sek")
_SHIFT = Origin("shift", money.TAX_SHIFT, _same(*_A_SHIFT), _SHIFT_SHOWN)
_EFFECT_SHOWN = ("cost_sek", "revenue_sek", "effect_sek")
_EFFECT = Origin("effect", money.MUNICIPALITY_EFFECTS, _same(*_A_SHIFT, "municipality_code"), _EFFECT_SHOWN)
_AN_ITEM = ("scenario", "party", "municipality_code", "cost_item")
_ITEM_SHOWN = ("base_cost_sek", "allocation_key", "basis")
_COMPARISON = Origin(
    "comparison",
    money.NET_COST_COMPARISON,
    _same(*_AN_ITEM),
    ("ledger_sek", "from_below_sek", "quantity", "unit_value_sek"),
)
_DECISIONS = Origin(
    "decisions", money.EXCHANGE_DECISIONS, _same("origin", "agreement"), ("change_ore", "total_ore", "source")
)
ORIGINS: Mapping[str, tuple[Origin, ...]] = {
    money.INCOME_EQUALISATION.name: (),
    money.NET_COSTS.name: (
        Origin("scope", money.NET_COSTS, _same(*_AN_ITEM[1:], "method", scenario="ledger_scope"), _ITEM_SHOWN),
        _COMPARISON,
        Origin(
            "posts",
            schema.STAFFING,
            _same("scenario", "municipality_code", year="base_year", method="posts_method"),
            ("fte", "basis"),
        ),
    ),
    money.NET_COST_COMPARISON.name: (Origin("items", money.NET_COSTS, _same(*_AN_ITEM), _ITEM_SHOWN),),
    money.TAX_SHIFT.name: (),
    money.MUNICIPALITY_EFFECTS.name: (_SHIFT,),
    money.BOUNDARY_QUESTIONS.name: (
        _SHIFT,
        Origin(
            "agreed", money.TAX_SHIFT, _same("agreement", "method", "year", scenario="agreed_scenario"), _SHIFT_SHOWN
        ),
    ),
    money.INTER_MUNICIPAL.name: (
        _EFFECT,
        Origin(
            "ground",
            money.MUNICIPALITY_EFFECTS,
            _same("agreement", "scenario", "method", "municipality_code", year="ground_year"),
            ("population", "cost_sek", "revenue_sek"),
        ),
        Origin(
            "county",
            money.TAX_SHIFT,
            _same("agreement", "scenario", "method", year="ground_year"),
            ("population", "net_cost_sek", "revenue_sek"),
        ),
    ),
    money.EXCHANGE_DECISIONS.name: (_DECISIONS,),
    money.TAX_RATES.name: (_DECISIONS,),
    money.SETTLEMENTS.name: (_EFFECT,),
    money.PURCHASES.name: (
        Origin(
            "bought",
            schema.SCENARIO_TOTALS,
            _same(year="base_year", scenario="bought", municipality_code="all"),
            ("visits", "status"),
        ),
    ),
    money.LOOK_AHEAD.name: (
        Origin("first", money.TAX_SHIFT, _same("agreement", "scenario", "method", year="first_year"), _SHIFT_SHOWN),
        Origin(
            "first_effect",
            money.MUNICIPALITY_EFFECTS,
            _same("agreement", "scenario", "method", "municipality_code", year="first_year"),
            _EFFECT_SHOWN,
        ),
        Origin(
            "same_year", money.LOOK_AHEAD, _same("agreement", "year_number", "year", "municipality_code"), _EFFECT_SHOWN
        ),
    ),
    money.SENSITIVITY.name: (
        _SHIFT,
        Origin(
            "unchanged",
            money.SENSITIVITY,
            _same(*_A_SHIFT, "assumption", change_share="no_change"),
            ("net_cost_sek", "required_ore", "rounding_sek"),
        ),
    ),
    money.COST_SHARING.name: (
        Origin("parts", money.COST_SHARING, _same("cost_sharing", "cost_post"), ("posts", "amount_sek")),
    ),
}
"""Table of money → the published rows that one of its rows is made of, beside the net costs of `transferred`."""
_OF_NET_COSTS = (money.TAX_SHIFT, money.MUNICIPALITY_EFFECTS)


@dataclass(frozen=True)
class Item:
    """A cost item of the shift, summed over the municipalities that the row is of."""

    cost_item: str
    title_sv: str
    base_cost: Decimal
    cost: Decimal
    keys: tuple[str, ...]
    basis: tuple[str, ...]


def agreement_of(asked: Asked, row: Row) -> Agreement | None:
    """The agreement that a row is of; None for one that is of none."""
    if "cost_sharing" in row:
        return next(iter(asked.agreements), None)
    return next((entry for entry in asked.agreements if entry.id == row.get("agreement")), None)


def whole_row(asked: Asked, row: Row) -> Row:
    """The row, with what its agreement and the region's list of costs say of it: years, boundary, method, names."""
    own = {"no_change": Decimal(0), "county": asked.folder.region.county_code}
    return {**own, **_of_costs(asked, row), **_of_agreement(asked, row), **row}


def _of_costs(asked: Asked, row: Row) -> Row:
    costs = asked.folder.costs
    if costs is None:
        return {}
    is_ledger = row.get("method") == "ledger"
    return {
        "base_year": costs.base_year,
        "price_year": costs.price_year,
        "price_index": costs.price_index,
        "ledger_scope": costs.ledger_scope if is_ledger else None,
        "posts_method": None if is_ledger else costs.posts,
    }


def _of_agreement(asked: Asked, row: Row) -> Row:
    agreement = agreement_of(asked, row)
    if agreement is None or agreement.economy is None or agreement.tax_shift_from is None:
        return {}
    economy, first = agreement.economy, agreement.tax_shift_from.year
    variants = [variant for variant in economy.inter_municipal if variant.id == row.get("variant")]
    return {
        "scenario": agreement.scenario,
        "method": economy.method,
        "first_year": first,
        "ground_year": row.get("year") if any(variant.years == "recomputed" for variant in variants) else first,
        "is_limited": any(_is_limited(variant) for variant in variants),
        "bought": next((entry.scenario for entry in economy.purchases if entry.id == row.get("purchase")), None),
        **_of_sharing(economy, row),
        "sign": "−" if agreement.tax_shift_from < agreement.takeover else "",
    }


def _is_limited(variant: InterMunicipal) -> bool:
    """Whether an amount is anything but a share of the difference."""
    limits = (variant.floor_sek_per_inhabitant, variant.taper_sek_per_inhabitant, variant.cap_sek_per_inhabitant)
    return any(limits) or variant.rounding_sek > 1


def _of_sharing(economy: Economy, row: Row) -> Row:
    shared = [entry for entry in economy.cost_sharing if entry.id == row.get("cost_sharing")]
    return {"post_cost": shared[0].post_cost, "sharing_year": shared[0].year} if shared else {}


def rows_of(asked: Asked, row: Row, origin: Origin) -> list[Row]:
    """The published rows of an origin of a row; the row itself is none of them."""
    tests = [f"{identifier(name)} = $value_{at}" for at, name in enumerate(origin.match)]
    values = {f"value_{at}": row.get(name) for at, name in enumerate(origin.match.values())}
    found = asked.published(origin.table.name, " AND ".join(tests), values)
    return [entry for entry in found if origin.table is not asked.table or _key(entry, origin) != _key(row, origin)]


def _key(row: Row, origin: Origin) -> list[object]:
    return [row.get(name) for name in origin.table.key]


def transferred(asked: Asked, row: Row) -> list[Item]:
    """The cost items that the municipalities take over, of a shift or of one municipality; none for other tables."""
    if asked.table not in _OF_NET_COSTS:
        return []
    where = (
        "is_transferred AND scenario = $scenario AND method = $method"
        " AND municipality_code = coalesce($code, municipality_code)"
    )
    values = {"scenario": row["scenario"], "method": row["method"], "code": row.get("municipality_code")}
    by_item: dict[str, list[Row]] = {}
    for entry in asked.published(money.NET_COSTS.name, where, values):
        by_item.setdefault(str(entry["cost_item"]), []).append(entry)
    return [_item(name, entries) for name, entries in sorted(by_item.items())]


def _item(name: str, entries: list[Row]) -> Item:
    def summed(column: str) -> Decimal:
        return sum((Decimal(str(entry[column] or 0)) for entry in entries), Decimal(0))

    def told(column: str) -> tuple[str, ...]:
        return tuple(sorted({str(entry[column]) for entry in entries if entry[column] is not None}))

    title = str(entries[0]["title_sv"])
    return Item(name, title, summed("base_cost_sek"), summed("cost_sek"), told("allocation_key"), told("basis"))


def origins(asked: Asked) -> Iterator[str]:
    """The rows that the asked ones are made of, each as it would be asked about in its turn."""
    if not asked.is_money:
        return
    lines = list(dict.fromkeys(line for row in asked.rows for line in _of_row(asked, whole_row(asked, row))))
    if lines:
        yield f"  Each leads further: hemvard explain {asked.folder.region.id} TABLE COLUMN=VALUE …"
    yield from lines


def _of_row(asked: Asked, row: Row) -> Iterator[str]:
    yield from _items(asked, row)
    for origin in ORIGINS[asked.table.name]:
        found = rows_of(asked, row, origin)
        yield from (_line(asked, origin, entry) for entry in found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"  {origin.table.name}: {len(found) - _SHOWN} rows more"


def _items(asked: Asked, row: Row) -> Iterator[str]:
    found = transferred(asked, row)
    if not found:
        return
    key: Row = {name: row[name] for name in ("scenario", "method", "municipality_code") if name in row}
    yield f"  {money.NET_COSTS.name} {_told(key)} – what changes payer, in prices of {row.get('base_year')}:"
    for item in found:
        yield (
            f"    {item.cost_item} ({item.title_sv}): {plain(item.base_cost)} sek,"
            f" by {_by(item.keys)}; {' and '.join(item.basis)}"
        )
    yield f"    together: {plain(sum((item.base_cost for item in found), Decimal(0)))} sek"


def _by(keys: tuple[str, ...]) -> str:
    """An item's allocation key, and that municipalities with few persons behind them share theirs."""
    told = " and ".join(key for key in keys if key != "joint")
    return f"{told} (some municipalities jointly)" if "joint" in keys and told else told or "joint"


def _line(asked: Asked, origin: Origin, entry: Row) -> str:
    columns = {column.name: column for column in origin.table.columns}
    shown = (f"{name} {figure(asked, entry, columns[name])}" for name in origin.shown)
    return f"  {origin.table.name} {_told({name: entry[name] for name in origin.table.key})}: {', '.join(shown)}"


def _told(key: Row) -> str:
    return " ".join(f"{name}={_plain_key(value)}" for name, value in key.items())


def _plain_key(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
