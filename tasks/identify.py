"""identify: person ids become pseudonyms; what the rules and the figures need of them is kept.

Only distinct ids pass through Python. After this step no table holds an id.
"""

from datetime import date

import pyarrow as pa

from regions.calendar import swedish_holidays
from regions.contracts import CONTRACTS
from regions.source import VISITS
from tasks.erasure.again import erased_again
from tasks.person_ids import HIDDEN, classify, last_day, pseudonyms, record_pseudonym
from tasks.records import identify_sql, staged
from tasks.run import Run
from warehouse.sql import identifier, literal

_IDENTIFIED = """
CREATE OR REPLACE TABLE staging.identified AS
WITH placed AS (
  SELECT v.*, p.person_id_class, p.person_id_fault, p.person_key::UUID AS person_key, p.sex_of_id,
    coalesce(p.birth_date, v.birth_date_given) AS birth_date,
    date_trunc('month', v.started_at)::DATE AS month,
    u.hsa_id AS care_unit_id, u.municipality_code AS unit_municipality
  FROM staging.visits AS v
  LEFT JOIN hemvard_persons AS p ON p.person_id IS NOT DISTINCT FROM v.person_id AND p.delivery_month = v.delivery_month
  LEFT JOIN hemvard_units AS u ON u.system = v.system AND u.local_code = v.care_unit_code
    AND v.started_at::DATE BETWEEN u.valid_from AND u.valid_to),
aged AS (
  SELECT *,
    date_diff('year', birth_date, started_at::DATE)
      - (strftime(started_at, '%m%d') < strftime(birth_date, '%m%d'))::INTEGER AS age,
    CASE WHEN serving_from_unit THEN unit_municipality ELSE serving_given END AS serving_municipality_code
  FROM placed)
SELECT aged.* EXCLUDE (person_id, birth_date, birth_date_given, serving_given, unit_municipality),
  CASE WHEN age IS NULL THEN 'unknown' WHEN age < 18 THEN '0-17' WHEN age < 19 THEN '18' WHEN age < 65 THEN '19-64'
    WHEN age < 80 THEN '65-79' WHEN age < 90 THEN '80-89' ELSE '90+' END AS age_group,
  CASE WHEN sex_given <> 'unknown' THEN sex_given ELSE coalesce(sex_of_id, 'unknown') END AS sex,
  professions[1] AS profession,
  CASE WHEN NOT has_time THEN 'unknown'
    WHEN started_at::TIME >= $night::TIME OR started_at::TIME < $day::TIME THEN 'night'
    WHEN started_at::TIME >= $evening::TIME THEN 'evening' ELSE 'day' END AS part_of_day,
  CASE WHEN started_at IS NULL THEN 'unknown' WHEN h.day IS NOT NULL THEN 'holiday'
    WHEN isodow(started_at) >= 6 THEN 'weekend' ELSE 'weekday' END AS day_type,
  has_unit AND care_unit_id IS NULL AS unit_unmapped,
  record_id IS NOT NULL AND min(person_key) FILTER (WHERE NOT cancelled) OVER (PARTITION BY delivery_id, record_id)
    <> max(person_key) FILTER (WHERE NOT cancelled) OVER (PARTITION BY delivery_id, record_id) AS record_of_several,
  coalesce(list_contains(source_municipalities, serving_municipality_code), false) AS serving_is_of_source
FROM aged LEFT JOIN hemvard_holidays AS h ON h.day = started_at::DATE"""


_LOOKS_LIKE_AN_ID = """
regexp_full_match(record_id,
  '(18|19|20)?[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+]?[0-9]{4}')
AND list_sum(list_transform(range(1, 11), place ->
  TRY_CAST(substr(right(regexp_replace(record_id, '[-+]', ''), 10), place, 1) AS INTEGER) * (1 + place % 2) // 10
  + TRY_CAST(substr(right(regexp_replace(record_id, '[-+]', ''), 10), place, 1) AS INTEGER) * (1 + place % 2) % 10))
  % 10 = 0"""
"""Form, date and check digit of a personnummer or samordningsnummer, of 10 or 12 digits."""


def identify(run: Run) -> int:
    """Make `staging.identified` of `staging.visits`, without ids; how many distinct ids there were.

    A supplier may have taken a person's id for a record's: such a record id is a pseudonym from here on, too.
    """
    _hide_record_ids(run)
    persons = _persons(run)
    connection = run.connection
    connection.register("hemvard_persons", persons)
    connection.register("hemvard_units", _units(run))
    connection.register("hemvard_holidays", _holidays(run))
    parts = run.folder.region.parts_of_day
    bound = {name: getattr(parts, name).isoformat() for name in ("day", "evening", "night")}
    try:
        connection.execute(_IDENTIFIED, bound)
        for subject in run.staged[1:]:
            connection.execute(identify_sql(CONTRACTS[subject]))
    finally:
        for name in ("hemvard_persons", "hemvard_units", "hemvard_holidays"):
            connection.unregister(name)
    for subject in run.staged:
        connection.execute(f"DROP TABLE {staged(subject)}")
    return int(persons.num_rows)


def _hide_record_ids(run: Run) -> None:
    """Record ids that are persons' ids, as `HIDDEN` and a keyed hash of the text; the same in every delivery."""
    for subject in run.staged:
        table = staged(subject)
        found = run.connection.execute(f"SELECT DISTINCT record_id FROM {table} WHERE {_LOOKS_LIKE_AN_ID}").fetchall()
        if not found:
            continue
        texts = [row[0] for row in found]
        hidden = [HIDDEN + record_pseudonym(run.keys.chain[0], text) for text in texts]
        run.connection.register("hemvard_hidden", pa.table({"record_id": texts, "hidden": hidden}))
        try:
            run.connection.execute(
                f"UPDATE {table} AS s SET record_id = h.hidden FROM hemvard_hidden AS h WHERE h.record_id = s.record_id"
            )
        finally:
            run.connection.unregister("hemvard_hidden")


def _persons(run: Run) -> pa.Table:
    """A row per distinct id and file month; `first_key` is the pseudonym before any rotation of the key."""
    every = _every_id(run)
    distinct = run.connection.execute(f"SELECT DISTINCT person_id, delivery_month FROM ({every})").fetchall()
    found = [(text, month, classify(text, last_day(month))) for text, month in distinct]
    keys = [pseudonyms(run.keys.chain, person) for _, _, person in found]
    run.returned += erased_again(run, dict(zip(distinct, keys, strict=True)), every)
    return pa.table(
        {
            "person_id": pa.array([text for text, _, _ in found], pa.string()),
            "delivery_month": pa.array([month for _, month, _ in found], pa.date32()),
            "person_id_class": pa.array([person.id_class for _, _, person in found], pa.string()),
            "person_id_fault": pa.array([person.fault for _, _, person in found], pa.string()),
            "person_key": pa.array([own[-1] for own in keys], pa.string()),
            "first_key": pa.array([own[0] for own in keys], pa.string()),
            "birth_date": pa.array([person.birth_date for _, _, person in found], pa.date32()),
            "sex_of_id": pa.array([person.sex for _, _, person in found], pa.string()),
        }
    )


def _every_id(run: Run) -> str:
    """A row for every id of the staged rows, of visits and of the other subjects that have persons."""
    columns = [(VISITS, "person_id")]
    columns += [(subject, name) for subject in run.staged[1:] for name in CONTRACTS[subject].person_fields]
    selects = (
        f"SELECT {identifier(name)} AS person_id, delivery_month, source_id FROM {staged(subject)} WHERE NOT ragged"
        for subject, name in columns
    )
    return " UNION ALL ".join(selects)


def _units(run: Run) -> pa.Table:
    units = run.folder.units
    return pa.table(
        {
            "system": pa.array([unit.system for unit in units], pa.string()),
            "local_code": pa.array([unit.local_code for unit in units], pa.string()),
            "hsa_id": pa.array([unit.hsa_id for unit in units], pa.string()),
            "municipality_code": pa.array([unit.municipality_code for unit in units], pa.string()),
            "valid_from": pa.array([unit.valid_from for unit in units], pa.date32()),
            "valid_to": pa.array([unit.valid_to or date.max for unit in units], pa.date32()),
        }
    )


def _holidays(run: Run) -> pa.Table:
    row = run.connection.execute(
        "SELECT coalesce(min(year(started_at)), 2000), coalesce(max(year(started_at)), 2000) FROM staging.visits "
        f"WHERE started_at BETWEEN {literal('1990-01-01')} AND {literal('2100-01-01')}"
    ).fetchone()
    years = range(row[0], row[1] + 1) if row else range(0)
    return pa.table({"day": pa.array(sorted(swedish_holidays(years)), pa.date32())})
