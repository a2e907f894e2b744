"""Quoting: the only way in which a name or a text enters SQL.

Values go in as bound parameters wherever DuckDB takes them; names of columns and codes of a source's
YAML can't, and pass through here.
"""

from collections.abc import Iterable


def identifier(name: str) -> str:
    """A quoted name of a column or table; raises ValueError for an empty one or a NUL."""
    if not name or "\0" in name:
        raise ValueError("a name in SQL must not be empty or hold a NUL")
    return '"' + name.replace('"', '""') + '"'


def qualified(name: str) -> str:
    """A quoted `schema.table` or `catalogue.schema.table`."""
    return ".".join(identifier(part) for part in name.split("."))


def literal(text: str) -> str:
    """A quoted text."""
    if "\0" in text:
        raise ValueError("a text in SQL must not hold a NUL")
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Quoted texts with commas between, for IN (…); an empty list matches nothing."""
    return ", ".join(literal(text) for text in texts) or "NULL"


def columns(names: Iterable[str], prefix: str = "") -> str:
    """Quoted names with commas between, each with a table's alias before it if one is given."""
    dot = f"{prefix}." if prefix else ""
    return ", ".join(dot + identifier(name) for name in names)
