"""The queries and commands of docs/guides/analysts.md are of tables and columns that are there."""

import re
import shlex
from datetime import date
from pathlib import Path

import duckdb
import pytest
from published_sample import FEW, months, sample

from flows.explain import EXPLAINED, explain
from regions.errors import DataError

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "analysts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:^ {4}.+\n)+", TEXT, re.MULTILINE)
QUERIES = [query for block in BLOCKS for query in re.findall(r"SELECT[^;]+;", block)]
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines() if "hemvard explain" in line]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("guide") / "hemvard.duckdb"
    return sample(months(date(2011, 1, 1), 24), FEW).write(file)


def test_the_guide_has_queries_and_commands() -> None:
    assert len(QUERIES) >= 5
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_can_be_asked(database: Path, query: str) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute(query).description


def test_the_query_of_indicators_gives_one_row_a_period(database: Path) -> None:
    (query,) = (query for query in QUERIES if "indicators.results" in query)
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    assert rows
    assert len({row[:3] for row in rows}) == len(rows)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_names_a_table_and_columns_that_are_there(command: str, tmp_path: Path, monkeypatch) -> None:
    _, _, region, table, *given = shlex.split(command)
    monkeypatch.setattr("flows.explain.require_release", lambda _: tmp_path)
    sample(months(date(2011, 1, 1), 24), FEW).write(tmp_path / "hemvard.duckdb")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert table in {entry.name for entry in EXPLAINED}
    assert explain(region, table, given, tmp_path).startswith(("Norrbotten: ", f"{table} has no row with "))


def test_a_command_before_any_release_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Nothing has been published"):
        explain("norrbotten", EXPLAINED[0].name, [], tmp_path)
