"""The lake's tables of subjects other than visits, and the views of what counts in them.

`core.<subject>_versions` holds every accepted row, the view `core.<subject>` what counts: there a person is the
one for whom the row's pseudonym stands now. Links between persons are what says so, and keep theirs.
"""

from pathlib import Path

import duckdb

from regions.contracts import CONTRACTS
from warehouse.columns import Table
from warehouse.lake import LAKE, add_tables, is_laid_out, note_layout, transaction
from warehouse.schema import VERSIONS
from warehouse.sql import columns, identifier, literal, qualified

PERSON_LINKS = "person_links"
CARE_ACTIONS = "care_actions"
_CONSTRUCTED_SQL = (Path(__file__).parent / "models" / "core" / "constructed_visits.sql").read_text(encoding="utf-8")
_MAP = (
    f"(SELECT pseudonym, arg_max(person_key, map_seq) AS person_key FROM {identifier(LAKE)}.core.person_map "
    "GROUP BY pseudonym)"
)
_NOT_CONTENT = ("delivery_id", "row_number", "source_id", "known_from", "delivery_month", "cancelled", "counting")


def ensure_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the subjects' tables and views, where they are not those of this version already.

    A run that died between the tables and their views, or an older version's lake, is made good by the next.
    """
    wanted = [VERSIONS[subject] for subject in sorted(CONTRACTS)]
    definition = repr((wanted, [_view(table) for table in wanted], _CONSTRUCTED_SQL))
    if is_laid_out(connection, "views", definition):
        return
    add_tables(connection, wanted)
    with transaction(connection):
        make_views(connection)
        note_layout(connection, "views", definition)


def make_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of what counts, where the tables behind them are; the caller holds the transaction."""
    for subject in sorted(CONTRACTS):
        _make_view(connection, VERSIONS[subject])


def _make_view(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(_view(table))
    name = qualified(f"{LAKE}.{view_of(table)}")
    connection.execute(f"COMMENT ON VIEW {name} IS {literal(f'{table.sv} | {table.en}')}")
    if table is VERSIONS[CARE_ACTIONS]:
        connection.execute(f"CREATE OR REPLACE VIEW {identifier(LAKE)}.core.constructed_visits AS {_CONSTRUCTED_SQL}")


def view_of(table: Table) -> str:
    """The name of the view of what counts."""
    return table.name.removesuffix("_versions")


def _view(table: Table) -> str:
    """A row is a record's latest version, if it counts and is not cancelled.

    The order is that of visits, and no pseudonym's value decides it: a record of a delivery is one person's.
    """
    mapped = _mapped(table)
    shown = [_person(name) if name in mapped else f"v.{identifier(name)}" for name in table.names()]
    joins = " ".join(
        f"LEFT JOIN {_MAP} AS {_alias(name)} ON {_alias(name)}.pseudonym = v.{identifier(name)}" for name in mapped
    )
    apart = (*_NOT_CONTENT, "system", "record_id", *mapped)
    content = columns([name for name in table.names() if name not in apart], "v")
    return f"""
CREATE OR REPLACE VIEW {qualified(f"{LAKE}.{view_of(table)}")} AS
SELECT {", ".join(shown)} FROM {qualified(f"{LAKE}.{table.name}")} AS v
JOIN (SELECT delivery_id, max(version) AS version, max(landing_seq) AS landing_seq
  FROM {identifier(LAKE)}.ledger.landings GROUP BY delivery_id) AS l ON l.delivery_id = v.delivery_id {joins}
WHERE v.counting
QUALIFY row_number() OVER (PARTITION BY v.system, v.record_id ORDER BY l.version DESC, v.delivery_month DESC,
  l.landing_seq DESC, v.cancelled DESC, {content}, v.row_number) = 1 AND NOT v.cancelled"""


def _mapped(table: Table) -> tuple[str, ...]:
    """The columns whose pseudonyms are read through the map."""
    subject = view_of(table).removeprefix("core.")
    return () if subject == PERSON_LINKS else CONTRACTS[subject].person_fields


def _alias(name: str) -> str:
    return identifier(f"map of {name}")


def _person(name: str) -> str:
    own = identifier(name)
    return f"coalesce({_alias(name)}.person_key, v.{own}) AS {own}"
