"""protect: from the lake's tables to those that may be published, in the database of a release to be.

Only the margins that the region lists; rows with too few persons hidden with all their measures, and what else must
be hidden so that these can't be worked out; rows that rest on deliveries still missing marked preliminary.
"""

from pathlib import Path

import pyarrow as pa

from tasks.compute import bound_of
from tasks.disclosure import suppress
from tasks.findings import find
from tasks.follow_up import follow_up
from tasks.register import register, waiting
from tasks.run import Run
from warehouse.columns import Table
from warehouse.lake import create_table, registered, transaction
from warehouse.models import computed_models
from warehouse.protection import protected_select
from warehouse.releases import DATABASE, start_building
from warehouse.schema import (
    BY_AREA,
    GAP,
    INDICATOR_RESULTS,
    POPULATION,
    PUBLISHED,
    REGION_TOTALS,
    SCENARIO_DIFFERENCES,
    SCENARIO_TOTALS,
    VISITS_MONTH,
    VISITS_YEAR,
)
from warehouse.sql import columns, identifier, literal, qualified

BUILD = "build"
_WAITING = (
    "SELECT 1 FROM hemvard_waiting AS w JOIN hemvard_made_of AS r ON r.subject = w.subject AND r.reader = {reader}"
)
_OF_MUNICIPALITY = "t.municipality_code IN (w.municipality_code, 'all', '9998', '9999')"
_OF_YEAR = f"year(w.month) = t.year AND {_OF_MUNICIPALITY}"
_OF_AREA = """w.month BETWEEN t.period_start AND t.period_end
  AND (t.area_code IN ('9998', '9999') OR t.area_type IN ('health_centre', 'region')
    OR EXISTS (SELECT 1 FROM hemvard_areas AS a WHERE a.municipality_code = w.municipality_code
      AND a.area_type = t.area_type AND a.area_code = t.area_code))"""
_PRELIMINARY = {
    VISITS_MONTH: f"w.month = t.period AND {_OF_MUNICIPALITY}",
    VISITS_YEAR: _OF_YEAR,
    REGION_TOTALS: "year(w.month) = t.year",
    BY_AREA: _OF_AREA,
    SCENARIO_TOTALS: _OF_YEAR,
    SCENARIO_DIFFERENCES: _OF_YEAR,
    GAP: f"w.month BETWEEN t.period_start AND t.period_end AND {_OF_MUNICIPALITY}",
    INDICATOR_RESULTS: _OF_AREA,
}
"""The lake's tables that are published, and which waiting deliveries of its subjects make a row preliminary."""
_TOO_NEAR = """
CREATE OR REPLACE TEMP TABLE hemvard_too_near AS
SELECT DISTINCT d.year, d.municipality_code, d.other_scenario AS scenario
FROM lake.volumes.scenario_differences AS d
JOIN hemvard_scenarios AS a ON a.scenario = d.scenario
JOIN hemvard_scenarios AS b ON b.scenario = d.other_scenario
WHERE d.reason = 'all' AND a.position < b.position AND d.patients BETWEEN 1 AND $least - 1"""
_TELLS_BY_SUBTRACTION = {
    SCENARIO_TOTALS: "(t.year, t.municipality_code, t.scenario) IN "
    "(SELECT (n.year, n.municipality_code, n.scenario) FROM hemvard_too_near AS n)",
    SCENARIO_DIFFERENCES: "EXISTS (SELECT 1 FROM hemvard_too_near AS n WHERE n.year = t.year "
    "AND n.municipality_code = t.municipality_code AND n.scenario IN (t.scenario, t.other_scenario))",
}


def protect(run: Run) -> Path:
    """Build a folder with a database that holds the protected tables, attached as `build`; the folder."""
    find(run)  # what is odd decides how far a figure can be used
    building = start_building(run.home)
    connection = run.connection
    connection.execute(f"ATTACH {literal(str(building / DATABASE))} AS {BUILD}")
    with transaction(connection):
        for schema in sorted({table.name.split(".")[0] for table in PUBLISHED}):
            connection.execute(f"CREATE SCHEMA {BUILD}.{identifier(schema)}")
        for table in PUBLISHED:
            create_table(connection, table, qualified(f"{BUILD}.{table.name}"))
        _fill(run)
        follow_up(run)
    return building


def _fill(run: Run) -> None:
    small = {
        "hemvard_waiting": waiting_months(run),
        "hemvard_made_of": _made_of(),
        **bound_of(run.folder).tables,
    }
    with registered(run.connection, small):
        _copy(run, POPULATION)
        for table in _PRELIMINARY:
            _copy(run, table)
        _hide_what_subtraction_tells(run)
        run.say(f"protect: {suppress(run, BUILD)}")
        for table, waits in _PRELIMINARY.items():
            _mark_preliminary(run, table, waits)


def _mark_preliminary(run: Run, table: Table, waits: str) -> None:
    """Mark the rows that wait for a delivery of a subject that they are made of."""
    of_indicator = "t.indicator_id || ' ' || t.version"
    reader = of_indicator if table is INDICATOR_RESULTS else literal(table.name)
    target, waiting = qualified(f"{BUILD}.{table.name}"), _WAITING.format(reader=reader)
    run.connection.execute(
        f"UPDATE {target} AS t SET status = 'preliminary' WHERE status = 'ok' AND EXISTS ({waiting} WHERE {waits})"
    )


def _made_of() -> pa.Table:
    """Each published table, or indicator and version, and a subject that it is made of."""
    found = set()
    for model in computed_models():
        own = dict(model.own_rows)
        reader = f"{own['indicator_id']} {own['version']}" if "indicator_id" in own else model.table.name
        found |= {(reader, subject) for subject in model.subjects}
    readers, subjects = zip(*sorted(found), strict=True)
    return pa.table({"reader": list(readers), "subject": list(subjects)})


def _copy(run: Run, table: Table) -> None:
    """The rows of a table's margins, hidden where persons are too few."""
    select = protected_select(table, f"lake.{table.name}", run.folder.publication)
    target = qualified(f"{BUILD}.{table.name}")
    run.connection.execute(f"INSERT INTO {target} {select} ORDER BY {columns(table.key)}")


def _hide_what_subtraction_tells(run: Run) -> None:
    """Hide a boundary where another that stands before it differs by too few persons.

    Their totals beside each other would tell what the difference hides.
    """
    run.connection.execute(_TOO_NEAR, {"least": run.folder.publication.min_persons})
    for table, tells in _TELLS_BY_SUBTRACTION.items():
        measures = [identifier(name) for name in table.names("persons", "additive", "ratio")]
        hidden = ", ".join(f"{name} = NULL" for name in measures)
        target = qualified(f"{BUILD}.{table.name}")
        run.connection.execute(
            f"UPDATE {target} AS t SET {hidden}, status = 'protected' WHERE status = 'ok' AND {tells}"
        )
    run.connection.execute("DROP TABLE hemvard_too_near")


def waiting_months(run: Run) -> pa.Table:
    """Subject, month and municipality for which an expected delivery is not in the lake."""
    found = sorted(
        {
            (source.subject, month.first, code)
            for source, month in waiting(register(run.folder, run.ledger()))
            for code in run.folder.municipalities_of(source)
        }
    )
    return pa.table(
        {
            "subject": pa.array([subject for subject, _, _ in found], pa.string()),
            "month": pa.array([month for _, month, _ in found], pa.date32()),
            "municipality_code": pa.array([code for _, _, code in found], pa.string()),
        }
    )
