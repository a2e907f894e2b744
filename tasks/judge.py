"""judge: each row against each rule, in one pass; Great Expectations decides what the deliveries' faults mean."""

from dataclasses import dataclass

from expectations.rules import row_check_sql, row_rules, rule
from expectations.suite import failed_rules
from tasks.faults import DeliveryFault
from tasks.plan import DeliveryWork
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
    """Make `staging.rule_failures`, `.rule_results` and `.accepted`; say which deliveries are over a threshold."""
    connection = run.connection
    connection.execute(f"CREATE OR REPLACE TABLE staging.rule_failures AS {row_check_sql()}")
    connection.execute(_rule_results_sql())
    connection.execute(_accepted_sql())
    over, broken = failed_rules(connection)
    if broken:
        raise RuntimeError(f"accepted rows break {', '.join(sorted(broken))}: the row check and the suite disagree")
    rejected = tuple(_over_threshold(run, deliveries, over))
    rows, kept = _counts(run)
    return Judged(rows, rows - kept, rejected)


def reject(work: DeliveryWork, fault: DeliveryFault) -> Rejection:
    """A whole delivery's fault in words."""
    return Rejection(work.source_id, work.month, work.file_name, fault.rule_id, fault.sv, fault.en)


def _rule_results_sql() -> str:
    rules = ", ".join(
        f"({literal(entry.id)}, {literal(entry.severity)}, {entry.threshold}::DECIMAL(9,6))" for entry in row_rules()
    )
    return f"""
CREATE OR REPLACE TABLE staging.rule_results AS
WITH rules(rule_id, severity, threshold_share) AS (VALUES {rules}),
checked AS (SELECT delivery_id, delivery_month, count(*) AS rows_checked FROM staging.identified GROUP BY ALL),
failed AS (SELECT delivery_id, rule_id, count(*) AS rows_failed FROM staging.rule_failures GROUP BY ALL)
SELECT delivery_id, rule_id, severity, rows_checked, coalesce(rows_failed, 0) AS rows_failed, threshold_share
FROM checked CROSS JOIN rules LEFT JOIN failed USING (delivery_id, rule_id)"""


def _accepted_sql() -> str:
    errors = ", ".join(literal(entry.id) for entry in row_rules() if entry.severity == "error")
    return f"""
CREATE OR REPLACE TABLE staging.accepted AS
SELECT * FROM staging.identified AS i
WHERE NOT EXISTS (SELECT 1 FROM staging.rule_failures AS f WHERE f.delivery_id = i.delivery_id
  AND f.row_number = i.row_number AND f.rule_id IN ({errors}))"""


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
        "SELECT (SELECT count(*) FROM staging.identified), (SELECT count(*) FROM staging.accepted)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
