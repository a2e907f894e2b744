"""What agreements and the region's list of costs say of money: dates, öre, items, variants, purchases, sharings."""

import textwrap
from collections.abc import Iterator

from flows.explain.asked import Asked
from regions.agreement import Agreement, Economy
from regions.model import Model
from warehouse import equalisation_tables as money

_OF_COSTS = (money.NET_COSTS, money.NET_COST_COMPARISON)


def money_terms(asked: Asked) -> Iterator[str]:
    """The terms that the rows rest on, as they are written in the region's files."""
    for agreement in asked.agreements:
        yield from _agreement(agreement)
        for kind, entry in _named(asked, agreement.economy):
            yield from _entry(kind, entry)
        yield from wrapped(f"source: {agreement.source}")
    if asked.folder.costs is not None and asked.table in _OF_COSTS:
        items = {row["cost_item"] for row in asked.rows}
        yield f"  Ledger's costs are for the boundary {asked.folder.costs.ledger_scope} (costs.yaml)"
        for item in asked.folder.costs.items:
            if item.id in items:
                yield from _entry("Cost item", item)


def _agreement(agreement: Agreement) -> Iterator[str]:
    economy = agreement.economy
    method = f", net cost by the method {economy.method}" if economy else ""
    yield f"  Agreement {agreement.id}: {agreement.title_sv} (agreements/{agreement.id}.yaml)"
    yield f"    boundary {agreement.scenario}{method}"
    yield f"    tax is shifted from {agreement.tax_shift_from}, takeover {agreement.takeover}"
    for decision in agreement.ore:
        yield from wrapped(f"{decision.ore} öre from {decision.valid_from} ({decision.kind.value}): {decision.source}")
    if economy:
        yield f"    öre are rounded to multiples of {economy.ore_rounding}"


def _named(asked: Asked, economy: Economy | None) -> Iterator[tuple[str, Model]]:
    """The parts of an agreement's economy that the rows name."""
    if economy is None:
        return
    named = {str(row[name]) for row in asked.rows for name in ("variant", "purchase", "cost_sharing") if name in row}
    if asked.table is money.SETTLEMENTS and economy.settlement is not None:
        yield "Settlement", economy.settlement
    kinds = (
        ("Variant", economy.inter_municipal),
        ("Purchase", economy.purchases),
        ("Cost sharing", economy.cost_sharing),
    )
    yield from ((kind, entry) for kind, entries in kinds for entry in entries if entry.id in named)


def _entry(kind: str, entry: Model) -> Iterator[str]:
    """Each term of a part of a file, by its name there; what is left out is left out here too."""
    terms = entry.model_dump(mode="json", exclude_unset=True)
    name = f" {terms.pop('id')}" if "id" in terms else ""
    yield f"  {kind}{name}:"
    for term, value in terms.items():
        yield from wrapped(f"{term}: {_text(value)}")


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(part)}" for name, part in value.items())
    return "; ".join(_text(part) for part in value) if isinstance(value, list) else str(value)


def wrapped(text: str) -> list[str]:
    """A text in lines below its heading."""
    return textwrap.wrap(text, 110, initial_indent="    ", subsequent_indent="      ")
