"""The indicators' definitions: each complete and true to its SQL, and clear words where one is wrong."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from indicator_bench import Bench, year
from memory_lake import add_subject
from ruamel.yaml import YAML
from sqlglot import exp

from regions.contracts import CONTRACTS
from regions.errors import UsageError
from warehouse import indicators
from warehouse.indicators import INDICATORS, Definition, definitions
from warehouse.model_files import text_of
from warehouse.schema import INDICATOR_DEFINITIONS, INDICATOR_RESULTS

DEFINED = definitions()
COMPUTED = [entry for entry in DEFINED if entry.is_computed]
CONTRIBUTION = (
    *("period_start", "period_end", "municipality_code", "sex", "age_group", "person_key"),
    *("numerator", "denominator", "unknown"),
)
RIGHT: dict[str, Any] = {
    "indicator_id": "right",
    "version": 1,
    "valid_from": "2005-01-01",
    "valid_to": None,
    **dict.fromkeys(("title_sv", "title_en", "denominator", "exclusions", "numerator"), "Text."),
    "kind": "share_of_visits",
    "unit": "share",
    "level": "process",
    "applies_from": None,
    "direction": "none",
    **dict.fromkeys(("source", "reference", "limits"), "Text."),
}


def stem(entry: Definition) -> str:
    return entry.stem


def parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(re.sub(r"\$(\w+)", r"'\1'", sql), read="duckdb")


def outermost(sql: str) -> list[str]:
    """The names of a query's columns; of a UNION those of its first part, whose names count."""
    return [entry.alias_or_name for entry in parsed(sql).selects]


def test_there_are_at_least_twenty_indicators() -> None:
    assert len({entry.indicator_id for entry in COMPUTED}) >= 20


@pytest.mark.parametrize("entry", DEFINED, ids=stem)
def test_a_file_begins_with_the_published_columns_in_their_order(entry: Definition) -> None:
    told = list(YAML(typ="safe").load((INDICATORS / f"{entry.stem}.yaml").read_text(encoding="utf-8")))
    names = list(INDICATOR_DEFINITIONS.names())
    assert told[: len(names)] == names
    assert all(hasattr(entry, name) for name in names)


@pytest.mark.parametrize("entry", COMPUTED, ids=stem)
def test_an_indicator_s_sql_gives_contributions(entry: Definition) -> None:
    tree = parsed(text_of(entry.model_name))
    parts = (
        [tree] if isinstance(tree, exp.Select) else [part for part in tree.find_all(exp.Select) if part.parent is tree]
    )
    assert outermost(text_of(entry.model_name)) == list(CONTRIBUTION)
    assert {len(part.selects) for part in parts} == {len(CONTRIBUTION)}


@pytest.mark.parametrize("entry", COMPUTED, ids=stem)
def test_an_indicator_s_model_gives_the_columns_of_the_results(entry: Definition) -> None:
    assert outermost(indicators.composed(entry)) == list(INDICATOR_RESULTS.names())


@pytest.mark.parametrize("entry", COMPUTED, ids=stem)
def test_every_parameter_is_bound(entry: Definition) -> None:
    used = set(re.findall(r"\$(\w+)", indicators.composed(entry)))
    assert used - set(indicators.bound(entry)) == {"region_code", "standard_year"}


@pytest.fixture(scope="module")
def empty() -> Iterator[Bench]:
    """A lake with every subject's view and not a row."""
    bench = Bench()
    for subject in CONTRACTS:
        add_subject(bench.lake, subject)
    texts = {name: pa.array([], pa.string()) for name in ("list_id", "prefix")}
    days = {name: pa.array([], pa.date32()) for name in ("valid_from", "valid_to")}
    bench.lake.register("hemvard_diagnoses", pa.table({**texts, **days}))
    yield bench
    bench.lake.close()


@pytest.mark.parametrize("entry", COMPUTED, ids=stem)
def test_an_indicator_of_nothing_is_told_as_such_for_the_region(empty: Bench, entry: Definition) -> None:
    window = year(entry.valid_to.year if entry.valid_to else 2024)
    found = empty.framed(indicators.composed(entry), entry, window)
    assert {key: row["status"] for key, row in found.items()} == {
        ("region", "18", "all", "all"): "missing" if entry.population else "not_applicable"
    }


def test_every_sql_file_has_its_definition() -> None:
    files = {file.stem for file in INDICATORS.glob("*.sql")} - {"frame", "kolada"}
    assert files == {entry.stem for entry in COMPUTED}


def test_no_indicator_is_another_one_by_another_name() -> None:
    """Neither the same count under two names, nor the same sentence for two numerators."""
    first_versions = [entry for entry in COMPUTED if entry.version == 1]
    bodies = Counter(re.sub(r"--.*", "", text_of(entry.model_name)) for entry in first_versions)
    assert [body for body, times in bodies.items() if times > 1] == []
    titles = Counter((entry.title_sv, entry.version) for entry in DEFINED)
    assert [title for title, times in titles.items() if times > 1] == []


def test_no_indicator_is_a_narrower_filter_of_another() -> None:
    """Two indicators may count the same attribute of visits only in populations without a common visit."""
    bodies: dict[str, list[str]] = {}
    for entry in COMPUTED:
        figures = re.findall(r"FILTER \((.+?)\) AS (?:numerator|denominator)", text_of(entry.model_name))
        if (
            figures
            and entry.kind == "share_of_visits"
            and "core.visits" in text_of(entry.model_name)
            and "WITH" not in text_of(entry.model_name)
        ):
            bodies.setdefault(" ".join(figures), []).append(entry.stem)
    assert len(bodies) >= 5
    assert [stems for stems in bodies.values() if len(stems) > 1] == []


@pytest.mark.parametrize("entry", DEFINED, ids=stem)
def test_an_indicator_says_what_it_cannot_say_in_swedish(entry: Definition) -> None:
    assert re.search("[åäö]", entry.limits)
    assert len(entry.limits) > 60
    assert entry.reference.strip(".")


def test_the_model_s_name_and_its_files_carry_the_version() -> None:
    first = Definition.model_validate(RIGHT)
    second = Definition.model_validate(RIGHT | {"version": 2})
    assert (first.model_name, second.model_name) == ("indicators/right", "indicators/right_v2")


def test_the_frame_s_values_are_the_definition_s() -> None:
    rate = {"kind": "rate_of_events", "unit": "per_1000", "per": 1000, "population": {"from": 65, "to": 79}}
    bound = indicators.bound(Definition.model_validate(RIGHT | rate | {"applies_from": "2018-01-01"}))
    assert bound == {
        "indicator_id": "right",
        "version": 1,
        "kind": "rate_of_events",
        "per": 1000,
        "population_from": 65,
        "population_to": 79,
        "valid_from": date(2005, 1, 1),
        "valid_to": None,
        "applies_from": date(2018, 1, 1),
        "standardised": False,
        "counts_persons": None,
    }


def written(folder: Path, name: str, **changes: Any) -> None:
    content = {key: value for key, value in (RIGHT | changes).items() if value != "left out"}
    with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    (folder / f"{name}.sql").write_text("SELECT 1", encoding="utf-8")


def test_definitions_stand_by_id_and_version(tmp_path: Path) -> None:
    written(tmp_path, "right", valid_to="2016-12-31")
    written(tmp_path, "right_v2", version=2, valid_from="2017-01-01")
    written(tmp_path, "another", indicator_id="another")
    assert [entry.stem for entry in definitions(tmp_path)] == ["another", "right", "right_v2"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"limits": "left out"}, "limits is missing"),
        ({"limits": "  "}, "limits"),
        ({"kind": "mean"}, "right.yaml:10: kind"),
        ({"colour": "red"}, "colour is not a known key"),
        ({"valid_to": "2004-12-31"}, "before valid_from"),
        ({"kind": "rate_of_events", "unit": "share"}, "a rate needs it"),
        ({"population": {"from": 65}}, "population belongs to a rate"),
        ({"kind": "rate_of_events", "population": {"from": 65, "to": 64}}, "before it begins"),
        ({"kind": "rate_of_events", "population": {"from": 65}, "per": 1000}, "does not fit per: 1000"),
        ({"per": 1000}, "per and standardised belong to a rate"),
        ({"standardised": True}, "per and standardised belong to a rate"),
        ({"unit": "minutes"}, "the unit of a share_of_visits is share"),
        ({"counts_persons": "numerator"}, "belongs to a ratio or a quotient"),
        ({"kind": "external"}, "which figure it is (compare)"),
        ({"kind": "external", "compare": {"kolada": "N20402", "times": 1}}, "an external indicator has no SQL"),
        ({"compare": {"kolada": "20402", "times": 1}}, "compare.kolada"),
        ({"indicator_id": "left"}, "the file is left.yaml"),
        ({"version": 2}, "the file is right_v2.yaml"),
    ],
)
def test_what_is_wrong_is_said_with_its_file(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    written(tmp_path, "right", **changes)
    with pytest.raises(UsageError) as caught:
        definitions(tmp_path)
    assert words in str(caught.value)
    assert "right.yaml:" in str(caught.value)


def test_a_definition_without_its_sql_is_an_error(tmp_path: Path) -> None:
    written(tmp_path, "right")
    (tmp_path / "right.sql").unlink()
    with pytest.raises(UsageError, match="its SQL is missing: right.sql"):
        definitions(tmp_path)


@pytest.mark.parametrize("valid_to", [None, "2017-01-01"])
def test_versions_do_not_hold_on_the_same_day(tmp_path: Path, valid_to: str | None) -> None:
    written(tmp_path, "right", valid_to=valid_to)
    written(tmp_path, "right_v2", version=2, valid_from="2017-01-01")
    with pytest.raises(UsageError, match="version 2 begins before version 1 ends"):
        definitions(tmp_path)
