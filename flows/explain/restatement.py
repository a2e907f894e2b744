"""When the rows last were not what they had been in the release before, and why: cause by cause."""

from collections.abc import Iterator

import duckdb

from flows.explain.asked import Asked
from tasks.restatements import STATUS
from warehouse.columns import Table
from warehouse.releases import DATABASE

_ROWS = """
SELECT row_key, column_name, cause, value_before, value_after, change, status_before, status_after, previous_release
FROM meta.restatements WHERE table_name = $table AND list_contains($keys, row_key) ORDER BY ALL"""
_Told = tuple[str, ...]


def restatements(asked: Asked) -> Iterator[str]:
    """The changes in the latest release, of this one and those before it, in which any of the rows changed."""
    keys = sorted({_key(asked.table, row) for row in asked.rows})
    for told in _back(asked, keys):
        if told:
            since = told[0][-1]
            yield f"  since {since}"
            for row in told:
                yield f"    {f'{row[0]}: ' if len(keys) > 1 else ''}{_told(row)}"
            return


def _back(asked: Asked, keys: list[str]) -> Iterator[list[_Told]]:
    """What each release says of the rows, this one first."""
    values = {"table": asked.table.name, "keys": keys}
    yield asked.connection.execute(_ROWS, values).fetchall()
    for release in asked.earlier:
        with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
            try:
                yield connection.execute(_ROWS, values).fetchall()
            except duckdb.CatalogException:  # a release of a version that did not tell
                return


def _key(table: Table, row: dict[str, object]) -> str:
    """The row's key as `meta.restatements` writes it."""
    return ", ".join(f"{name}={row[name]}" for name in table.key)


def _told(row: _Told) -> str:
    _, column, cause, before, after, change, status_before, status_after, _ = row
    if change is None:
        what = "the row" if column == STATUS else column
        return f"{what}: {status_before or 'was not there'} → {status_after or 'is gone'}: {cause}"
    return f"{column}: {number_text(before)} → {number_text(after)}: {cause} {number_text(change, '+')}"


def number_text(value: object, sign: str = "") -> str:
    """A number without the zeros at its end."""
    text = f"{value:{sign}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
