"""The rules as data: each once, from which row check, quarantine, messages and GX suite are made."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator
from ruamel.yaml import YAML

from regions.model import Identifier, Model
from warehouse.sql import literal

_FOLDER = Path(__file__).parent


class Rule(Model):
    """One rule; the keys are explained at the head of `visits.yaml` and `results.yaml`."""

    id: Identifier
    level: Literal["row", "delivery", "result"]
    severity: Literal["error", "warning"]
    dimension: Literal["conformance", "completeness", "plausibility"]
    message_sv: str
    message_en: str
    todo_sv: str = ""
    reference: str
    threshold: Decimal | None = None
    also_cancelled: bool = False
    fails_when: str | None = None
    breaches: str | None = None

    @model_validator(mode="after")
    def _of_its_level(self) -> "Rule":
        if (self.level == "row") != (self.fails_when is not None and self.threshold is not None):
            raise ValueError("a row rule, and no other, has fails_when and threshold")
        if (self.level == "result") != (self.breaches is not None):
            raise ValueError("a result rule, and no other, has breaches")
        return self


@cache
def visit_rules() -> tuple[Rule, ...]:
    """The rules on deliveries of visits and their rows."""
    return _read("visits.yaml")


@cache
def result_rules() -> tuple[Rule, ...]:
    """The rules on the tables of a release, before it is put in force."""
    return _read("results.yaml")


def row_rules() -> tuple[Rule, ...]:
    """The rules on single rows."""
    return tuple(rule for rule in visit_rules() if rule.level == "row")


def rule(rule_id: str) -> Rule:
    """A rule by its id; KeyError where there is none."""
    return {entry.id: entry for entry in (*visit_rules(), *result_rules())}[rule_id]


def row_check_sql() -> str:
    """One pass over `staging.identified`: a row per (delivery, row, broken rule)."""
    tests = ",\n  ".join(
        f"CASE WHEN coalesce({_condition(entry)}, false) THEN {literal(entry.id)} END" for entry in row_rules()
    )
    return f"""
SELECT delivery_id, row_number, record_id, delivery_month, unnest(broken) AS rule_id
FROM (SELECT delivery_id, row_number, record_id, delivery_month,
  list_filter([
  {tests}], broken_rule -> broken_rule IS NOT NULL) AS broken
FROM staging.identified)"""


def _condition(entry: Rule) -> str:
    scope = "" if entry.also_cancelled else " AND NOT coalesce(cancelled, false) AND NOT ragged"
    return f"({entry.fails_when}){scope}"


def _read(name: str) -> tuple[Rule, ...]:
    entries = YAML(typ="safe").load((_FOLDER / name).read_text(encoding="utf-8"))
    return tuple(Rule.model_validate(entry) for entry in entries)
