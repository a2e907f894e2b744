"""What the rows say: their figures with units and names, and what each of them means."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from flows.explain.asked import Asked, Row, id_of
from regions.folder import RegionFolder
from warehouse.columns import Column

_PLAIN = ("year", "base_year", "price_year", "version", "age")
"""Whole numbers that aren't counts."""
_MUNICIPALITIES = ("municipality_code", "area_code", "lowest_municipality_code")
_NOT_INCLUDED = "The national cost equalisation isn't included."
_SIGNS = (
    "Signs: an effect is revenue minus cost, plus is a gain; of an amount between parties, plus is received and minus"
    " paid; a cost item that is a revenue is minus. Öre are per hundred kronor of income."
)


def title(asked: Asked) -> str:
    """The region, the table, the release, and that deliveries are made up where they are."""
    release = asked.release
    notice = f"\n{release['notice_sv']}" if release.get("notice_sv") else ""
    made = release.get("created_at")
    when = f", made {made:%Y-%m-%d %H:%M} (UTC)" if isinstance(made, datetime) else ""
    return f"{asked.folder.region.name}: {asked.table.name} in release {release.get('release_id', '?')}{when}{notice}"


def figures(asked: Asked) -> Iterator[str]:
    """Each row: its key, then its other columns with their units."""
    for row in asked.rows:
        yield "  " + ", ".join(f"{name} = {named(asked, name, row[name])}" for name in asked.table.key)
        for column in asked.table.columns:
            if column.role != "key":
                yield f"    {column.name}: {figure(asked, row, column)}"


def figure(asked: Asked, row: Row, column: Column) -> str:
    """A row's value of a column with its unit, or why there is none."""
    value = row[column.name]
    if value is None:
        hidden = row.get("status") == "protected" and column.role in ("persons", "additive", "ratio")
        return "protected" if hidden else "none"
    unit = column.unit
    if unit == "by_definition":
        unit = str(row["quantity_unit"] or "") if "quantity_unit" in row else _defined_unit(asked, row, column)
    return " ".join(part for part in (named(asked, column.name, value), unit) if part)


def _defined_unit(asked: Asked, row: Row, column: Column) -> str:
    """The unit that an indicator's definition gives its value; counts need none."""
    unit = next((str(entry["unit"]) for entry in asked.definitions if id_of(entry) == id_of(row)), "")
    return unit if column.type == "DOUBLE" else ""


def named(asked: Asked, column: str, value: object) -> str:
    """A value as people write it; codes of municipalities and professions with their names."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(value) if column in _PLAIN else f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        return plain(value)
    if asked.is_money and value == "0000":
        return "0000 (the remainder of rounding)"
    name = _name_of(asked.folder, column, str(value))
    return f"{value} ({name})" if name else str(value)


def plain(value: Decimal) -> str:
    """A decimal with a comma for each thousand and no zeros that tell nothing."""
    return f"{value.normalize():,f}"


def _name_of(folder: RegionFolder, column: str, code: str) -> str:
    if column in _MUNICIPALITIES:
        known = code in folder.national.municipalities or code in ("9998", "9999")
        return folder.national.name(code) if known else ""
    return folder.national.professions.get(code, "") if column == "profession" else ""


def meaning(asked: Asked) -> Iterator[str]:
    """What a row is and what each of its measures means, as `warehouse/schema.py` says."""
    yield f"  A row: {asked.table.en.rstrip('.')}. ({asked.table.sv.rstrip('.')}.)"
    for column in asked.table.columns:
        if column.role != "key":
            unit = f" [{column.unit}]" if column.unit else ""
            yield f"  {column.name}{unit}: {column.en}"
    if asked.is_money:
        yield f"  {_SIGNS}"
        if _NOT_INCLUDED not in asked.table.en:
            yield f"  {_NOT_INCLUDED}"
