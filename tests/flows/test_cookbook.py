"""Every query of docs/guides/cookbook.md and every block of docs/guides/python.md runs, and gives what it says."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from published_money import AGREEMENT, money
from published_sample import FEW, Row, Sample, months, sample

from tasks.csv_files import write_csv_files
from warehouse import schema
from warehouse.sql import literal, qualified

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
COOKBOOK, PYTHON = ((GUIDES / name).read_text(encoding="utf-8") for name in ("cookbook.md", "python.md"))
RECIPES = {
    int(number): (question, query, gives.split(", "))
    for number, question, query, gives in re.findall(
        r"^### (\d+)\. ([^\n]+)\n(?:[^#`]+\n)?```sql\n(.+?)```\nGives: ([^\n]+)$", COOKBOOK, re.DOTALL | re.MULTILINE
    )
}
BLOCKS = re.findall(r"^```python\n(.+?)^```$", PYTHON, re.DOTALL | re.MULTILINE)
PUBLISHED = "var/norrbotten/published"
YEAR = {"period_start": date(2011, 1, 1), "period_end": date(2011, 12, 31)}


def release() -> Sample:
    """The sample, and rows of the tables that it leaves empty."""
    made = sample(months(date(2011, 1, 1), 24), FEW)
    made.tables |= money(FEW)
    visits = {"visits": 90, "patients": 30, "minutes": 900, "visits_with_minutes": 90, "status": "ok"}
    all_of = dict.fromkeys(("care_form", "age_group", "sex"), "all")
    area: Row = {**YEAR, **all_of, **visits, "area_type": "municipality", "measure": "standardised", "value": 9.5}
    made["volumes.by_area"].extend({**area, "area_code": code} for code in FEW)
    year: Row = {**dict.fromkeys(schema.VISITS_YEAR.key, "all"), **visits, "year": 2011, "margin": "profession"}
    made["volumes.visits_year"].extend({**year, "profession": name} for name in ("nurse", "doctor"))
    staffing: Row = {**dict.fromkeys(schema.STAFFING.key, "all"), "year": 2011, "basis": "delivered", "status": "ok"}
    made["volumes.staffing"].append({**staffing, "method": "hr", "fte": 116, "headcount": 163})
    made["indicators.results"].append(
        {**made.row("indicators.results", indicator_id="cost_per_visit", area_code="25", period_start=date(2011, 1, 1))}
        | {"area_code": "2506", "area_type": "municipality", "version": 1, "sex": "male", "usability": "not_usable"}
    )
    made["meta.parameters"].append({**made["meta.parameters"][0], "parameter": "wage", "kind": "illustrative"})
    made["quality.deliveries"][1] |= {"status": "missing"}
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `published/` is: the database, Parquet, CSV."""
    folder = tmp_path_factory.mktemp("published")
    with duckdb.connect(str(release().write(folder / "hemvard.duckdb")), read_only=True) as connection:
        (folder / "parquet").mkdir()
        for table in schema.PUBLISHED:
            file = literal(str(folder / "parquet" / f"{table.name}.parquet"))
            connection.execute(f"COPY {qualified(table.name)} TO {file} (FORMAT parquet)")
        write_csv_files(connection, "hemvard", folder / "csv")
    return folder


@pytest.fixture(scope="module")
def connection(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published / "hemvard.duckdb"), read_only=True) as opened:
        yield opened


def test_there_are_twenty_questions() -> None:
    assert list(RECIPES) == list(range(1, 21))
    assert COOKBOOK.count("```sql") == 20
    assert all(question.endswith("?") for question, _, _ in RECIPES.values())


@pytest.mark.parametrize("number", RECIPES)
def test_a_query_gives_the_columns_that_it_says_and_rows(number: int, connection: duckdb.DuckDBPyConnection) -> None:
    _, query, gives = RECIPES[number]
    answer = connection.execute(query)
    assert [column[0] for column in answer.description or ()] == gives
    rows = answer.fetchall()
    assert rows
    assert len(set(map(repr, rows))) == len(rows)


def test_the_queries_are_of_every_kind_of_table() -> None:
    asked = {name for _, query, _ in RECIPES.values() for name in re.findall(r"(?:FROM|JOIN) (\w+\.\w+)", query)}
    assert asked <= {table.name for table in schema.PUBLISHED}
    assert {name.partition(".")[0] for name in asked} == {"volumes", "indicators", "equalisation", "quality", "meta"}


def test_the_answers_are_right(connection: duckdb.DuckDBPyConnection) -> None:
    """Where an answer can be reckoned another way, it is that."""
    answers = {number: connection.execute(query).fetchall() for number, (_, query, _) in RECIPES.items()}
    home = {"year": 2011, "place": "home", "care_form": "all", "age_group": "all"}
    unplanned, planned, unknown = (
        int(str(release().row("volumes.region_totals", planned=answer, **home)["visits"]))
        for answer in ("unplanned", "planned", "unknown")
    )
    assert answers[2][0] == (2011, pytest.approx(unplanned / (unplanned + planned)), unknown, 0)
    assert {row[0] for row in answers[12]} == {AGREEMENT}
    assert {row[3] for row in answers[14]} == {0}
    assert "0000" not in {row[0] for row in answers[13]}
    assert [row[3] for row in answers[17]] == ["missing"]
    assert ("volumes.visits_month", "patients") in {row[:2] for row in answers[20]}


def test_the_quick_start_in_python_runs_from_its_first_block_to_its_last(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(BLOCKS) >= 8
    assert any(PUBLISHED in block for block in BLOCKS)
    space: dict[str, object] = {}
    try:
        for block in BLOCKS:
            exec(block.replace(PUBLISHED, published.as_posix()), space)  # noqa: S102
    finally:
        space["connection"].close()
    assert "Syntetiska leveranser" in capsys.readouterr().out
    assert len(space["by_place"]) > 1
    assert len(space["monthly"]) == 24
    assert list(space["changed"].columns) == ["municipality_code", "period", "before", "now"]


def test_the_guides_lead_to_files_that_are_there() -> None:
    for text in (COOKBOOK, PYTHON):
        assert all((GUIDES / name).is_file() for name in re.findall(r"\]\(([\w-]+\.md)\)", text))
