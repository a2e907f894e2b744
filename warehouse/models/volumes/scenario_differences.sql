-- A row is a year, a municipality of residence (or all), two boundaries and a reason (or all): what differs.
-- With: volumes/combinations, volumes/boundaries
-- From: hemvard_scenarios
-- By: docs/guides/add-a-scenario.md: the reason is the attributes whose conditions fail in the boundary that leaves
-- the visit out; valid: its month is outside the boundary's validity.
-- window: year, on make_date(year, 1, 1)
WITH counted AS (
  SELECT year(period_start)::SMALLINT AS year, residence_municipality_code AS municipality_code, person_key,
    combination, sum(visits)::BIGINT AS visits,
    coalesce(sum(visits) FILTER (planned = 'unplanned'), 0)::BIGINT AS unplanned_visits,
    sum(minutes)::BIGINT AS minutes, sum(visits_with_minutes)::BIGINT AS visits_with_minutes
  FROM combinations
  GROUP BY ALL
),
-- Each pair once, in the order of their ids. sign +1: only the other boundary counts the visit; -1: only the first.
apart AS (
  SELECT a.combination, a.scenario, b.scenario AS other_scenario, coalesce(a.failing, b.failing) AS reason,
    CASE WHEN b.failing IS NULL THEN 1 ELSE -1 END AS sign, a.has_unknown OR b.has_unknown AS has_unknown
  FROM boundaries AS a
  JOIN boundaries AS b ON b.combination = a.combination AND a.scenario < b.scenario
  WHERE (a.failing IS NULL) <> (b.failing IS NULL)
),
once AS (
  SELECT c.year, coalesce(c.municipality_code, 'all') AS municipality_code, d.scenario, d.other_scenario,
    coalesce(d.reason, 'all') AS reason,
    coalesce(sum(c.visits) FILTER (d.sign = 1), 0)::BIGINT AS visits_added,
    coalesce(sum(c.visits) FILTER (d.sign = -1), 0)::BIGINT AS visits_removed,
    sum(d.sign * c.unplanned_visits)::BIGINT AS unplanned_visits,
    count(DISTINCT c.person_key) FILTER (c.unplanned_visits > 0) AS unplanned_patients,
    count(DISTINCT c.person_key) AS patients,
    count(DISTINCT c.person_key) FILTER (d.sign = 1) AS patients_added,
    count(DISTINCT c.person_key) FILTER (d.sign = -1) AS patients_removed,
    sum(d.sign * c.minutes)::BIGINT AS minutes,
    coalesce(sum(c.visits) FILTER (d.has_unknown), 0)::BIGINT AS visits_on_unknown
  FROM counted AS c
  JOIN apart AS d ON d.combination = c.combination
  GROUP BY c.year, d.scenario, d.other_scenario, CUBE (c.municipality_code, d.reason)
),
both_ways AS (
  SELECT year, municipality_code, scenario, other_scenario, reason, visits_added, visits_removed, unplanned_visits,
    unplanned_patients, patients, patients_added, patients_removed, minutes, visits_on_unknown
  FROM once
  UNION ALL
  SELECT year, municipality_code, other_scenario, scenario, reason, visits_removed, visits_added, -unplanned_visits,
    unplanned_patients, patients, patients_removed, patients_added, -minutes, visits_on_unknown
  FROM once
),
-- The row of all reasons is there where nothing differs, too.
rows_to_be AS (
  SELECT year, municipality_code, scenario, other_scenario, reason FROM both_ways
  UNION
  SELECT p.year, p.municipality_code, s.scenario, o.scenario, 'all'
  FROM (
    SELECT year, municipality_code FROM counted
    UNION
    SELECT year(period_start)::SMALLINT, 'all' FROM hemvard_windows
  ) AS p
  CROSS JOIN hemvard_scenarios AS s
  JOIN hemvard_scenarios AS o ON o.scenario <> s.scenario
)
SELECT r.year, r.municipality_code, r.scenario, r.other_scenario, r.reason,
  coalesce(b.visits_added - b.visits_removed, 0) AS visits, coalesce(b.visits_added, 0) AS visits_added,
  coalesce(b.visits_removed, 0) AS visits_removed, coalesce(b.unplanned_visits, 0) AS unplanned_visits,
  coalesce(b.patients, 0) AS patients, coalesce(b.patients_added, 0) AS patients_added,
  coalesce(b.patients_removed, 0) AS patients_removed, coalesce(b.minutes, 0) AS minutes,
  coalesce(b.visits_on_unknown, 0) AS visits_on_unknown, coalesce(b.unplanned_patients, 0) AS unplanned_patients,
  'ok' AS unplanned_status, 'ok' AS status
FROM rows_to_be AS r
LEFT JOIN both_ways AS b USING (year, municipality_code, scenario, other_scenario, reason)
