"""findings: what is odd in a release beside its own past, and which of it is new since the release in force.

A finding is a rule that does not hold of a source, a subject of it (a care unit, an attribute, a municipality, or
`-`) and a month: a rule over time (`expectations/series.yaml`), the delivery register's, or a row rule that more rows
of a current delivery break than half of its threshold allows (fewer stand in the quarantine alone). It holds no
record, no person and no count of visits: observed and expected are ratios.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.rules import all_rules, rule, series_rules
from expectations.suite import failed_series
from regions.folder import RegionFolder
from tasks.register import register, register_table
from tasks.run import Run
from warehouse.lake import registered
from warehouse.ledger import LedgerState
from warehouse.model_files import MODELS
from warehouse.releases import DATABASE, in_force
from warehouse.schema import CHANGES
from warehouse.sql import columns, identifier, listed, literal, qualified

_FOUND = """
CREATE OR REPLACE TEMP TABLE hemvard_found (rule_id VARCHAR, source_id VARCHAR, subject VARCHAR, month DATE,
  observed DECIMAL(9,4), expected DECIMAL(9,4))"""
_OF_ROWS = """
INSERT INTO hemvard_found
SELECT c.rule_id, r.source_id, '-', r.month, round(sum(c.rows_failed) / sum(c.rows_checked), 4), max(c.threshold_share)
FROM lake.quality.rule_counts AS c
JOIN hemvard_register AS r ON r.delivery_id = c.delivery_id AND r.status = 'current'
GROUP BY c.rule_id, r.source_id, r.month HAVING 2 * sum(c.rows_failed) > max(c.threshold_share) * sum(c.rows_checked)"""
_FINDINGS = """
CREATE OR REPLACE TEMP TABLE hemvard_findings AS
SELECT f.rule_id, f.source_id, f.subject, f.month, r.severity, f.observed, f.expected, r.message_sv, r.reference
FROM hemvard_found AS f JOIN hemvard_told_rules AS r ON r.rule_id = f.rule_id"""


@dataclass(frozen=True)
class Finding:
    """What is new, as it is told."""

    rule_id: str
    source_id: str
    subject: str
    month: date

    def __str__(self) -> str:
        subject = "" if self.subject == "-" else f", {self.subject}"
        return f"{self.source_id} {self.month:%Y-%m}{subject}: {rule(self.rule_id).message_en} ({self.rule_id})"


@dataclass(frozen=True)
class Changes:
    """A release's findings beside those of the release before it."""

    new: tuple[Finding, ...]
    """Those of the rules over time and of the register first, the latest month first."""
    persisting: int
    resolved: int

    @property
    def new_over_time(self) -> int:
        """How many of the new ones are of a rule over time or of the register: those that somebody should look at."""
        over_time = {entry.id for entry in series_rules()}
        return sum(finding.rule_id in over_time for finding in self.new)


def measure(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, state: LedgerState) -> None:
    """Make `staging.series`, on which the rules over time are asked, from the lake and the register."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    control = [source.id for source in folder.sources if source.role == "control"]
    sql = (MODELS / "quality" / "series.sql").read_text(encoding="utf-8")
    connection.execute(
        "CREATE OR REPLACE TABLE staging.constructed_visits AS SELECT * FROM lake.core.constructed_visits"
    )
    with registered(connection, _tables(folder, state)):
        connection.execute(
            f"CREATE OR REPLACE TABLE staging.series AS {sql}",
            {
                "min_persons": folder.publication.min_persons,
                "control_sources": control,
                "takeovers": sorted({agreement.takeover for agreement in folder.agreements}),
            },
        )


def find(run: Run) -> None:
    """Make `hemvard_findings`: a row per finding that stands now. Great Expectations says which rules do not hold."""
    connection = run.connection
    measure(connection, run.folder, run.ledger())
    broken = failed_series(connection, series_rules())
    connection.execute(_FOUND)
    for entry in series_rules():
        if entry.id in broken:
            connection.execute(
                f"INSERT INTO hemvard_found SELECT {literal(entry.id)}, source_id, subject, month, observed, expected "
                f"FROM ({entry.question()})"
            )
    with registered(connection, _tables(run.folder, run.ledger())):
        connection.execute(_OF_ROWS)
        connection.execute(_FINDINGS)


def write_changes(run: Run, target: str) -> None:
    """Fill a table of the shape of `quality.changes` from `find` and the release in force; the caller's transaction."""
    known = _known(in_force(run.home))
    sql = (MODELS / "quality" / "changes.sql").read_text(encoding="utf-8")
    with registered(run.connection, {"hemvard_known": known}):
        run.connection.execute(f"INSERT INTO {qualified(target)} BY NAME {sql} ORDER BY {columns(CHANGES.key)}")


def date_new(run: Run, target: str, release_id: str) -> None:
    """Say of what is new that it stood first in this release, when the release has its id."""
    run.connection.execute(
        f"UPDATE {qualified(target)} SET first_release = $release WHERE state = 'new'", {"release": release_id}
    )


def changes_in(database: Path) -> Changes:
    """What is new, persisting and resolved in a release's database, which is opened read-only."""
    over_time = listed(entry.id for entry in series_rules())
    with duckdb.connect(str(database), read_only=True) as connection:
        new = connection.execute(
            "SELECT rule_id, source_id, subject, month FROM quality.changes WHERE state = 'new' "
            f"ORDER BY rule_id NOT IN ({over_time}), month DESC, source_id, rule_id, subject"
        ).fetchall()
        counts = dict(connection.execute("SELECT state, count(*) FROM quality.changes GROUP BY state").fetchall())
    return Changes(tuple(Finding(*row) for row in new), counts.get("persisting", 0), counts.get("resolved", 0))


def _tables(folder: RegionFolder, state: LedgerState) -> dict[str, pa.Table]:
    """The register and the rules as tables that SQL can join."""
    rules = all_rules()
    told = {
        "rule_id": [entry.id for entry in rules],
        "severity": [entry.severity for entry in rules],
        "message_sv": [entry.message_sv for entry in rules],
        "reference": [entry.reference for entry in rules],
    }
    return {"hemvard_register": register_table(register(folder, state)), "hemvard_told_rules": pa.table(told)}


def _known(release: Path | None) -> pa.Table:
    """The findings that stood in a release; none where there is no release, or one older than this table."""
    types = ", ".join(f"NULL::{column.type} AS {identifier(column.name)}" for column in CHANGES.columns)
    with duckdb.connect(":memory:" if release is None else str(release / DATABASE), read_only=release is not None) as c:
        if not c.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name || '.' || table_name = $name", {"name": CHANGES.name}
        ).fetchall():
            return c.execute(f"SELECT {types} LIMIT 0").to_arrow_table()
        names = columns(CHANGES.names())
        return c.execute(f"SELECT {names} FROM {qualified(CHANGES.name)} WHERE state <> 'resolved'").to_arrow_table()
