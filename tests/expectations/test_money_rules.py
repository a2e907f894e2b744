"""The result rules of the money tables: silent on right rows, and each loud on the fault that it is for."""

from collections.abc import Iterator

import duckdb
import pytest

from expectations.rules import rule
from warehouse.equalisation_tables import EQUALISATION_TABLES
from warehouse.lake import create_table
from warehouse.sql import qualified

RULES = ("money_adds_up", "one_combination_is_agreed", "money_key_is_unique")
RIGHT = """
INSERT INTO equalisation.tax_shift BY NAME SELECT 'a' AS agreement, 's' AS scenario, 'ledger' AS method, 2013 AS year,
  true AS is_agreed, 99 AS net_cost_sek, 100 AS revenue_sek, 60 AS own_tax_sek, 40 AS equalisation_change_sek, 1 AS rounding_sek;
INSERT INTO equalisation.municipality_effects BY NAME
  SELECT 'a' AS agreement, 's' AS scenario, 'ledger' AS method, 2013 AS year, * FROM (VALUES
    ('0000', 0, 1, 0, 1, 1), ('2580', 70, 40, 20, 60, -10), ('2584', 29, 19, 20, 39, 10))
  AS v(municipality_code, cost_sek, own_tax_sek, equalisation_change_sek, revenue_sek, effect_sek);
INSERT INTO equalisation.inter_municipal BY NAME
  SELECT 'a' AS agreement, 'v' AS variant, 1 AS year_number, 2013 AS year, * FROM (VALUES
    ('0000', 0, 1, 1), ('2580', 10, -10, 0), ('2584', -10, 10, 0))
  AS v(municipality_code, amount_sek, effect_sek, net_effect_sek);
"""


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE SCHEMA equalisation")
        for table in EQUALISATION_TABLES:
            create_table(connection, table, qualified(table.name))
        connection.execute(RIGHT)
        yield connection


def broken(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [entry for entry in RULES if connection.execute(str(rule(entry).breaches)).fetchall()]


def test_right_tables_break_nothing(release: duckdb.DuckDBPyConnection) -> None:
    assert broken(release) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            "UPDATE equalisation.municipality_effects SET cost_sek = 71, effect_sek = -11 WHERE municipality_code = '2580'",
            0,
        ),
        (
            "UPDATE equalisation.municipality_effects SET revenue_sek = 61, effect_sek = -9 WHERE municipality_code = '2580'",
            0,
        ),
        ("UPDATE equalisation.municipality_effects SET effect_sek = -9 WHERE municipality_code = '2580'", 0),
        ("UPDATE equalisation.tax_shift SET revenue_sek = 101", 0),
        (
            "UPDATE equalisation.inter_municipal SET amount_sek = 9, net_effect_sek = -1 WHERE municipality_code = '2580'",
            0,
        ),
        ("UPDATE equalisation.inter_municipal SET net_effect_sek = 1 WHERE municipality_code = '2580'", 0),
        (
            "INSERT INTO equalisation.tax_shift BY NAME SELECT * REPLACE ('t' AS scenario) FROM equalisation.tax_shift",
            1,
        ),
        (
            "INSERT INTO equalisation.settlements BY NAME SELECT 'a' AS agreement, 2013 AS year, '2580' AS municipality_code FROM range(2)",
            2,
        ),
        (
            "INSERT INTO equalisation.purchases BY NAME SELECT 'a' AS agreement, 'p' AS purchase, 2013 AS year, '2580' AS municipality_code FROM range(2)",
            2,
        ),
    ],
)
def test_each_fault_breaks_its_rule(release: duckdb.DuckDBPyConnection, fault: str, expected: int) -> None:
    release.execute(fault)
    assert broken(release) == [RULES[expected]]
