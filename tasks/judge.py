"""judge: each row against each rule, in one pass; Great Expectations decides what the deliveries' faults mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from expectations.rules import row_check_sql, row_rules, rule
from expectations.suite import failed_rules
from tasks.faults import DeliveryFault
from tasks.plan import DeliveryWork
from tasks.records import staged
from tasks.run import Rejection, Run
from warehouse.sql import literal

_SHOWN_ROWS = 5


@dataclass(frozen=True)
class Judged:
    """What became of a month's deliveries."""

    rows: int
    quarantined: int
    rejected: tuple[Rejection, ...]


def judge(run: Run, deliveries: tuple[DeliveryWork, ...]) -> Judged:
    """Make `staging.rule_failures`, `.rule_results`, `.outcomes` and the accepted rows of each subject.

    Says which deliveries are over a threshold.
    """
    subjects, connection = run.staged, run.connection
    connection.execute(f"CREATE OR REPLACE TABLE staging.rule_failures AS {_failures_sql(subjects)}")
    connection.execute(f"CREATE OR REPLACE TABLE staging.rule_results AS {_rule_results_sql(subjects)}")
    for subject in subjects:
        connection.execute(_accepted_sql(subject))
    connection.execute(f"CREATE OR REPLACE TABLE staging.outcomes AS {_outcomes_sql(subjects)}")
    connection.execute(f"CREATE OR REPLACE TABLE staging.accepted_keys AS {_keys_sql(subjects)}")
    over, broken = failed_rules(connection)
    if broken:
        raise RuntimeError(f"accepted rows break {', '.join(sorted(broken))}: the row check and the suite disagree")
    rejected = tuple(_over_threshold(run, deliveries, over))
    rows, accepted = _counts(run)
    return Judged(rows, rows - accepted, rejected)


def reject(work: DeliveryWork, fault: DeliveryFault) -> Rejection:
    """A whole delivery's fault in words."""
    return Rejection(work.source_id, work.month, work.file_name, fault.rule_id, fault.sv, fault.en)


def _failures_sql(subjects: Sequence[str]) -> str:
    return " UNION ALL ".join(row_check_sql(subject, staged(subject, "identified")) for subject in subjects)


def _rule_results_sql(subjects: Sequence[str]) -> str:
    """A row per delivery and rule of its subject."""
    rules = ", ".join(
        f"({literal(subject)}, {literal(entry.id)}, {literal(entry.severity)}, {entry.threshold}::DECIMAL(9,6))"
        for subject in subjects
        for entry in row_rules(subject)
    )
    checked = " UNION ALL ".join(
        f"SELECT {literal(subject)} AS subject, delivery_id, count(*) AS rows_checked "
        f"FROM {staged(subject, 'identified')} GROUP BY delivery_id"
        for subject in subjects
    )
    return f"""
WITH rules(subject, rule_id, severity, threshold_share) AS (VALUES {rules}),
checked AS ({checked}),
failed AS (SELECT delivery_id, rule_id, count(*) AS rows_failed FROM staging.rule_failures GROUP BY ALL)
SELECT delivery_id, rule_id, severity, rows_checked, coalesce(rows_failed, 0) AS rows_failed, threshold_share
FROM checked JOIN rules USING (subject) LEFT JOIN failed USING (delivery_id, rule_id)"""


def _accepted_sql(subject: str) -> str:
    errors = ", ".join(literal(entry.id) for entry in row_rules(subject) if entry.severity == "error")
    return f"""
CREATE OR REPLACE TABLE {staged(subject, "accepted")} AS
SELECT * FROM {staged(subject, "identified")} AS i
WHERE NOT EXISTS (SELECT 1 FROM staging.rule_failures AS f WHERE f.delivery_id = i.delivery_id
  AND f.row_number = i.row_number AND f.rule_id IN ({errors}))"""


def _keys_sql(subjects: Sequence[str]) -> str:
    """What every accepted row must have, whatever its subject."""
    names = "delivery_id, row_number, system, record_id, cancelled"
    return " UNION ALL ".join(f"SELECT {names} FROM {staged(subject, 'accepted')}" for subject in subjects)


def _outcomes_sql(subjects: Sequence[str]) -> str:
    """A row per delivery: how many rows were read, accepted, and accepted as cancelled."""
    selects = (
        f"SELECT delivery_id, 1 AS read, 0 AS accepted, 0 AS cancelled FROM {staged(subject, 'identified')} UNION ALL "
        f"SELECT delivery_id, 0, 1, coalesce(cancelled, false)::INTEGER FROM {staged(subject, 'accepted')}"
        for subject in subjects
    )
    return (
        "SELECT delivery_id, sum(read) AS rows_read, sum(accepted) AS rows_accepted, sum(cancelled) AS rows_cancelled "
        f"FROM ({' UNION ALL '.join(selects)}) GROUP BY delivery_id"
    )


def _over_threshold(run: Run, deliveries: tuple[DeliveryWork, ...], over: set[str]) -> list[Rejection]:
    """The deliveries in which a rule that GX found broken passes its threshold; warnings reject nothing."""
    found = []
    for work in deliveries:
        rows = run.connection.execute(
            "SELECT rule_id, rows_failed, rows_checked FROM staging.rule_results WHERE delivery_id = $id "
            "AND rows_failed > threshold_share * rows_checked AND severity = 'error' "
            "ORDER BY rows_failed DESC, rule_id",
            {"id": work.delivery_id},
        ).fetchall()
        found += [_rejection(run, work, *row) for row in rows if row[0] in over]
    return found


def _rejection(run: Run, work: DeliveryWork, rule_id: str, failed: int, checked: int) -> Rejection:
    entry = rule(rule_id)
    percent = f"{100 * (entry.threshold or 0):.1f} %".replace(".", ",")
    return Rejection(
        work.source_id,
        work.month,
        work.file_name,
        rule_id,
        f"{entry.message_sv} Gäller {failed} av {checked} rader; gränsen är {percent}.",
        f"{entry.message_en} So in {failed} of {checked} rows; the threshold is {100 * (entry.threshold or 0):.1f} %.",
        failed,
        _first_rows(run, work, rule_id),
    )


def _first_rows(run: Run, work: DeliveryWork, rule_id: str) -> tuple[int, ...]:
    rows = run.connection.execute(
        "SELECT row_number FROM staging.rule_failures WHERE delivery_id = $id AND rule_id = $rule "
        f"ORDER BY row_number LIMIT {_SHOWN_ROWS}",
        {"id": work.delivery_id, "rule": rule_id},
    ).fetchall()
    return tuple(row[0] for row in rows)


def _counts(run: Run) -> tuple[int, int]:
    row = run.connection.execute(
        "SELECT coalesce(sum(rows_read), 0), coalesce(sum(rows_accepted), 0) FROM staging.outcomes"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
