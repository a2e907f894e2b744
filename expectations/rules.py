"""The rules as data: each once, from which row check, quarantine, messages and GX suite are made."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator
from ruamel.yaml import YAML

from regions.model import Identifier, Model
from regions.source import VISITS
from warehouse.sql import literal

_FOLDER = Path(__file__).parent
_LIMIT = re.compile(r"\$([a-z_]+)")


class Rule(Model):
    """One rule; the keys are explained at the head of the file that it stands in."""

    id: Identifier
    level: Literal["row", "delivery", "result", "series"]
    severity: Literal["error", "warning"]
    dimension: Literal["conformance", "completeness", "plausibility"]
    message_sv: str
    message_en: str
    todo_sv: str = ""
    reference: str
    threshold: Decimal | None = None
    also_cancelled: bool = False
    shared: bool = False
    subjects: tuple[Identifier, ...] = ()
    fails_when: str | None = None
    found: str = "'invalid'"
    breaches: str | None = None
    limits: Mapping[Identifier, Decimal] = {}

    @model_validator(mode="after")
    def _of_its_level(self) -> "Rule":
        if (self.level == "row") != (self.fails_when is not None and self.threshold is not None):
            raise ValueError("a row rule, and no other, has fails_when and threshold")
        if (self.level in ("result", "series")) != (self.breaches is not None):
            raise ValueError("a result or series rule, and no other, has breaches")
        if set(_LIMIT.findall(self.breaches or "")) != set(self.limits):
            raise ValueError("the limits are not those that breaches names")
        return self

    def question(self) -> str:
        """The query for the breaches of a result or series rule, with its limits in it; ValueError for any other."""
        if self.breaches is None:
            raise ValueError(f"the rule {self.id} is no query")
        return _LIMIT.sub(lambda found: str(self.limits[found[1]]), self.breaches)


class Found(Model):
    """The words for a class of what stands in a cell: for the supplier, and for the data team."""

    sv: str
    en: str


@cache
def found_words() -> Mapping[str, Found]:
    """Class → its words: all that `found` of a rule may say, before the names of fields."""
    entries = YAML(typ="safe").load((_FOLDER / "found.yaml").read_text(encoding="utf-8"))
    return {name: Found.model_validate(words) for name, words in entries.items()}


@cache
def visit_rules() -> tuple[Rule, ...]:
    """The rules on deliveries of visits and their rows."""
    return _read("visits.yaml")


@cache
def result_rules() -> tuple[Rule, ...]:
    """The rules on the tables of a release, before it is put in force."""
    return _read("results.yaml")


@cache
def series_rules() -> tuple[Rule, ...]:
    """The rules on what has come, month by month, beside its own past."""
    return _read("series.yaml")


@cache
def record_rules() -> tuple[Rule, ...]:
    """The rules on rows of other subjects than visits, beside the shared ones of visits."""
    return _read("records.yaml")


def row_rules(subject: str | None = None) -> tuple[Rule, ...]:
    """The rules on single rows of a subject; those of all subjects where none is given."""
    visits = [rule for rule in visit_rules() if rule.level == "row" and (rule.shared or subject in (None, VISITS))]
    others = [rule for rule in record_rules() if subject != VISITS and subject in (None, *(rule.subjects or [subject]))]
    return (*visits, *others)


def all_rules() -> tuple[Rule, ...]:
    """Every rule there is."""
    return (*visit_rules(), *record_rules(), *result_rules(), *series_rules())


def rule(rule_id: str) -> Rule:
    """A rule by its id; KeyError where there is none."""
    return {entry.id: entry for entry in all_rules()}[rule_id]


def row_check_sql(subject: str = VISITS, table: str = "staging.identified") -> str:
    """One pass over a subject's staged rows: a row per (delivery, row, broken rule), with what class of value stood."""
    tests = ",\n  ".join(
        f"CASE WHEN coalesce({_condition(entry)}, false) "
        f"THEN {{'rule_id': {literal(entry.id)}, 'found': ({entry.found})::VARCHAR}} END"
        for entry in row_rules(subject)
    )
    return f"""
SELECT delivery_id, row_number, record_id, delivery_month, broken.rule_id, broken.found
FROM (SELECT delivery_id, row_number, record_id, delivery_month, unnest(list_filter([
  {tests}], one_broken -> one_broken IS NOT NULL)) AS broken
FROM {table})"""


def _condition(entry: Rule) -> str:
    scope = "" if entry.also_cancelled else " AND NOT coalesce(cancelled, false) AND NOT ragged"
    return f"({entry.fails_when}){scope}"


def _read(name: str) -> tuple[Rule, ...]:
    entries = YAML(typ="safe").load((_FOLDER / name).read_text(encoding="utf-8"))
    return tuple(Rule.model_validate(entry) for entry in entries)
