"""All tables of money of a release, in the order in which each builds on those before it.

official values → income equalisation; net cost → tax shift → effects and boundary questions → settlements, purchases,
inter-municipal equalisation, look ahead, sensitivity; and beside them decisions, tax rates and cost sharing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any

import duckdb

from regions.folder import RegionFolder
from regions.parameters import ParameterValue
from tasks.equalisation.cost_sharing import cost_sharing_rows, missing_sharings
from tasks.equalisation.exchange import exchange_decision_rows, tax_rate_rows
from tasks.equalisation.forecast import read_forecasts, with_forecasts
from tasks.equalisation.income import income_equalisation_rows, used_parameters
from tasks.equalisation.inputs import Inputs
from tasks.equalisation.inter_municipal import inter_municipal_rows
from tasks.equalisation.look_ahead import look_ahead_rows, read_visits_by_age
from tasks.equalisation.net_costs import comparison_rows, net_cost_rows, scenario_costs
from tasks.equalisation.official import official_values
from tasks.equalisation.purchases import PublishedVisits, purchase_rows
from tasks.equalisation.scenario_cost import ScenarioCost
from tasks.equalisation.sensitivity import sensitivity_rows
from tasks.equalisation.settlements import settlement_rows
from tasks.equalisation.shift import boundary_rows, effect_rows, missing_years, shifts, tax_shift_rows
from warehouse import equalisation_tables as tables
from warehouse.columns import Table

_PUBLISHED_VISITS = """
SELECT visits FROM build.volumes.scenario_totals
WHERE scenario = $scenario AND year = $year AND municipality_code = 'all'"""
Rows = Sequence[Any]
"""Frozen dataclasses whose fields are a table's columns, in order."""


@dataclass(frozen=True)
class Equalisation:
    """The rows of each table, the parameter values that they rest on, and what could not be computed and why."""

    rows: Mapping[Table, Sequence[tuple[Any, ...]]]
    used: tuple[ParameterValue, ...]
    missing: tuple[str, ...]


def with_official_values(connection: duckdb.DuckDBPyConnection, folder: RegionFolder) -> RegionFolder:
    """The region with the official values that have been retrieved into the lake beside those of its files."""
    return replace(folder, parameters=folder.parameters.with_values(official_values(connection, folder)))


def equalisation(connection: duckdb.DuckDBPyConnection, folder: RegionFolder, as_of: date) -> Equalisation:
    """Every table of money as known on the day, from the lake and the release that is being built (`build`).

    A region without `costs.yaml`, or without a whole base year in the lake, has what doesn't rest on costs.
    Raises DataError where a cost is negative, a parameter lacks or shares don't sum up.
    """
    folder = with_official_values(connection, folder)
    inputs = Inputs(folder, as_of)
    costs, missing_costs = scenario_costs(connection, inputs)
    rows: dict[Table, Rows] = {
        tables.INCOME_EQUALISATION: income_equalisation_rows(folder, as_of),
        tables.NET_COSTS: net_cost_rows(costs, inputs),
        tables.NET_COST_COMPARISON: comparison_rows(costs, inputs),
        **_shifted(connection, inputs, costs),
        tables.EXCHANGE_DECISIONS: exchange_decision_rows(inputs),
        tables.TAX_RATES: tax_rate_rows(inputs),
        tables.COST_SHARING: cost_sharing_rows(inputs),
    }
    used = {*inputs.used, *used_parameters(folder, as_of)}
    return Equalisation(
        {table: [astuple(row) for row in found] for table, found in rows.items()},
        tuple(sorted(used, key=lambda value: (value.parameter, value.year, value.keys))),
        (*missing_costs, *(missing_years(inputs) if costs else ()), *missing_sharings(inputs)),
    )


def _shifted(connection: duckdb.DuckDBPyConnection, inputs: Inputs, costs: Sequence[ScenarioCost]) -> dict[Table, Rows]:
    """The tables that begin from a net cost; none of them without one."""
    if not costs:
        return {}
    found = shifts(inputs, costs)
    titles = {scenario.id: scenario.title_sv for scenario in inputs.folder.scenarios}
    visits_by_age, forecasts = read_visits_by_age(connection, costs[0].base_year), read_forecasts(connection)
    forecast = with_forecasts(inputs, forecasts, sorted({entry.year for entry in found}))
    return {
        tables.TAX_SHIFT: tax_shift_rows(found),
        tables.MUNICIPALITY_EFFECTS: effect_rows(found),
        tables.BOUNDARY_QUESTIONS: boundary_rows(found, titles),
        tables.SETTLEMENTS: settlement_rows(found, inputs),
        tables.PURCHASES: purchase_rows(inputs, _published_visits(connection), costs),
        tables.INTER_MUNICIPAL: inter_municipal_rows(found, forecast),
        tables.LOOK_AHEAD: look_ahead_rows(found, visits_by_age, inputs, forecasts),
        tables.SENSITIVITY: sensitivity_rows(found, inputs),
    }


def _published_visits(connection: duckdb.DuckDBPyConnection) -> PublishedVisits:
    def visits(scenario: str, year: int) -> int | None:
        row = connection.execute(_PUBLISHED_VISITS, {"scenario": scenario, "year": year}).fetchone()
        return row[0] if row else None

    return visits
