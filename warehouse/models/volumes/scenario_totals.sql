-- A row is a year, a municipality of residence (or all) and a boundary: the visits within it.
-- With: volumes/combinations, volumes/boundaries
-- From: hemvard_scenarios
-- By: docs/guides/add-a-scenario.md. A boundary that is valid in no month of the year is not applicable in it.
-- window: year, on make_date(year, 1, 1)
WITH counted AS (
  SELECT year(period_start)::SMALLINT AS year, residence_municipality_code AS municipality_code, person_key,
    combination, sum(visits)::BIGINT AS visits,
    coalesce(sum(visits) FILTER (planned = 'unplanned'), 0)::BIGINT AS unplanned_visits,
    sum(minutes)::BIGINT AS minutes, sum(visits_with_minutes)::BIGINT AS visits_with_minutes
  FROM combinations
  GROUP BY ALL
),
places AS (
  SELECT DISTINCT year, municipality_code FROM counted
  UNION ALL
  SELECT year(period_start)::SMALLINT, 'all' FROM hemvard_windows
),
inside AS (
  SELECT c.year, coalesce(c.municipality_code, 'all') AS municipality_code, o.scenario,
    sum(c.visits)::BIGINT AS visits, sum(c.unplanned_visits)::BIGINT AS unplanned_visits,
    count(DISTINCT c.person_key) FILTER (c.unplanned_visits > 0) AS unplanned_patients,
    count(DISTINCT c.person_key) AS patients, sum(c.minutes)::BIGINT AS minutes,
    sum(c.visits_with_minutes)::BIGINT AS visits_with_minutes,
    coalesce(sum(c.visits) FILTER (o.has_unknown), 0)::BIGINT AS visits_on_unknown
  FROM counted AS c
  JOIN boundaries AS o ON o.combination = c.combination AND o.failing IS NULL
  GROUP BY c.year, o.scenario, GROUPING SETS ((c.municipality_code), ())
),
outside AS (
  SELECT c.year, coalesce(c.municipality_code, 'all') AS municipality_code, o.scenario,
    sum(c.visits)::BIGINT AS visits_out_on_unknown
  FROM counted AS c
  JOIN boundaries AS o ON o.combination = c.combination AND o.failing IS NOT NULL AND o.fails_on_unknown_alone
  GROUP BY c.year, o.scenario, GROUPING SETS ((c.municipality_code), ())
)
SELECT p.year, p.municipality_code, s.scenario, s.title_sv, coalesce(i.visits, 0) AS visits,
  coalesce(i.unplanned_visits, 0) AS unplanned_visits, coalesce(i.patients, 0) AS patients,
  coalesce(i.minutes, 0) AS minutes, coalesce(i.visits_with_minutes, 0) AS visits_with_minutes,
  coalesce(i.visits_on_unknown, 0) AS visits_on_unknown,
  coalesce(o.visits_out_on_unknown, 0) AS visits_out_on_unknown,
  coalesce(i.unplanned_patients, 0) AS unplanned_patients, 'ok' AS unplanned_status,
  CASE WHEN s.first_month <= make_date(p.year, 12, 1) AND s.last_month >= make_date(p.year, 1, 1) THEN 'ok'
    ELSE 'not_applicable' END AS status
FROM places AS p
CROSS JOIN hemvard_scenarios AS s
LEFT JOIN inside AS i USING (year, municipality_code, scenario)
LEFT JOIN outside AS o USING (year, municipality_code, scenario)
