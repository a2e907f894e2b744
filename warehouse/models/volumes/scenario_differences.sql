-- A row is a year, a municipality of residence (or all), two boundaries and a reason (or all): what differs.
-- From: volumes.cube; hemvard_conditions, hemvard_scenarios
-- By: docs/guides/add-a-scenario.md: the reason is the attributes whose conditions fail in the boundary that leaves
-- the visit out; valid: its month is outside the boundary's validity.
-- window: year, on make_date(year, 1, 1)
WITH conditions AS (
  SELECT scenario, attribute, value, holds, unknown FROM hemvard_conditions
  UNION ALL
  SELECT scenario, 'valid', scenario, true, false FROM hemvard_scenarios
),
months AS (
  SELECT m.month, string_agg('valid=' || s.scenario, ' ' ORDER BY s.position) AS valid
  FROM (
    SELECT unnest(generate_series(period_start, period_end, INTERVAL 1 MONTH))::DATE AS month FROM hemvard_windows
  ) AS m
  JOIN hemvard_scenarios AS s ON m.month BETWEEN s.first_month AND s.last_month
  GROUP BY m.month
),
asked AS (
  SELECT list(DISTINCT attribute ORDER BY attribute) AS names FROM hemvard_conditions
),
-- A combination: which boundaries are valid that month, and the attributes that some boundary asks for, as name=value.
counted AS (
  SELECT year(w.period_start)::SMALLINT AS year, c.residence_municipality_code AS municipality_code, c.person_key,
    concat_ws(' ', m.valid,
      CASE WHEN list_contains(a.names, 'principal') THEN 'principal=' || c.principal END,
      CASE WHEN list_contains(a.names, 'living') THEN 'living=' || c.living END,
      CASE WHEN list_contains(a.names, 'care_form') THEN 'care_form=' || c.care_form END,
      CASE WHEN list_contains(a.names, 'place') THEN 'place=' || c.place END,
      CASE WHEN list_contains(a.names, 'planned') THEN 'planned=' || c.planned END,
      CASE WHEN list_contains(a.names, 'visit_kind') THEN 'visit_kind=' || c.visit_kind END,
      CASE WHEN list_contains(a.names, 'acute') THEN 'acute=' || c.acute END,
      CASE WHEN list_contains(a.names, 'provider_level') THEN 'provider_level=' || c.provider_level END,
      CASE WHEN list_contains(a.names, 'profession') THEN 'profession=' || c.profession END,
      CASE WHEN list_contains(a.names, 'part_of_day') THEN 'part_of_day=' || c.part_of_day END,
      CASE WHEN list_contains(a.names, 'day_type') THEN 'day_type=' || c.day_type END,
      CASE WHEN list_contains(a.names, 'age') THEN 'age=' || c.age END,
      CASE WHEN list_contains(a.names, 'age_group') THEN 'age_group=' || c.age_group END,
      CASE WHEN list_contains(a.names, 'sex') THEN 'sex=' || c.sex END,
      CASE WHEN list_contains(a.names, 'palliative') THEN 'palliative=' || c.palliative END,
      CASE WHEN list_contains(a.names, 'dementia') THEN 'dementia=' || c.dementia END,
      CASE WHEN list_contains(a.names, 'rehabilitation') THEN 'rehabilitation=' || c.rehabilitation END,
      CASE WHEN list_contains(a.names, 'assistive_devices') THEN 'assistive_devices=' || c.assistive_devices END,
      CASE WHEN list_contains(a.names, 'delegated') THEN 'delegated=' || c.delegated END,
      CASE WHEN list_contains(a.names, 'distance') THEN 'distance=' || c.distance END,
      CASE WHEN list_contains(a.names, 'enrolled') THEN 'enrolled=' || c.enrolled END
    ) AS combination,
    sum(c.visits)::BIGINT AS visits,
    coalesce(sum(c.visits) FILTER (c.planned = 'unplanned'), 0)::BIGINT AS unplanned_visits,
    sum(c.minutes)::BIGINT AS minutes, sum(c.visits_with_minutes)::BIGINT AS visits_with_minutes
  FROM lake.volumes.cube AS c
  JOIN hemvard_windows AS w ON c.month BETWEEN w.period_start AND w.period_end
  LEFT JOIN months AS m ON m.month = c.month
  CROSS JOIN asked AS a
  GROUP BY ALL
),
values_of AS (
  SELECT combination, unnest(string_split(combination, ' ')) AS value
  FROM (SELECT DISTINCT combination FROM counted) AS d
),
met AS (
  SELECT v.combination, c.scenario, c.attribute, c.holds, c.unknown
  FROM values_of AS v
  JOIN conditions AS c ON v.value = c.attribute || '=' || c.value
),
-- A condition whose attribute has a value outside its closed list is not met.
outcomes AS (
  SELECT d.combination, r.scenario,
    string_agg(r.attribute, '+' ORDER BY r.attribute) FILTER (NOT coalesce(m.holds, false)) AS failing,
    bool_and(coalesce(m.holds OR m.unknown, false)) AS fails_on_unknown_alone,
    bool_or(coalesce(m.unknown, false)) AS has_unknown
  FROM (SELECT DISTINCT combination FROM counted) AS d
  CROSS JOIN (SELECT DISTINCT scenario, attribute FROM conditions) AS r
  LEFT JOIN met AS m ON m.combination = d.combination AND m.scenario = r.scenario AND m.attribute = r.attribute
  GROUP BY d.combination, r.scenario
),
-- Each pair once, in the order of their ids. sign +1: only the other boundary counts the visit; -1: only the first.
apart AS (
  SELECT a.combination, a.scenario, b.scenario AS other_scenario, coalesce(a.failing, b.failing) AS reason,
    CASE WHEN b.failing IS NULL THEN 1 ELSE -1 END AS sign, a.has_unknown OR b.has_unknown AS has_unknown
  FROM outcomes AS a
  JOIN outcomes AS b ON b.combination = a.combination AND a.scenario < b.scenario
  WHERE (a.failing IS NULL) <> (b.failing IS NULL)
),
once AS (
  SELECT c.year, coalesce(c.municipality_code, 'all') AS municipality_code, d.scenario, d.other_scenario,
    coalesce(d.reason, 'all') AS reason,
    coalesce(sum(c.visits) FILTER (d.sign = 1), 0)::BIGINT AS visits_added,
    coalesce(sum(c.visits) FILTER (d.sign = -1), 0)::BIGINT AS visits_removed,
    sum(d.sign * c.unplanned_visits)::BIGINT AS unplanned_visits, count(DISTINCT c.person_key) AS patients,
    sum(d.sign * c.minutes)::BIGINT AS minutes,
    coalesce(sum(c.visits) FILTER (d.has_unknown), 0)::BIGINT AS visits_on_unknown
  FROM counted AS c
  JOIN apart AS d ON d.combination = c.combination
  GROUP BY c.year, d.scenario, d.other_scenario, CUBE (c.municipality_code, d.reason)
),
both_ways AS (
  SELECT year, municipality_code, scenario, other_scenario, reason, visits_added, visits_removed, unplanned_visits,
    patients, minutes, visits_on_unknown
  FROM once
  UNION ALL
  SELECT year, municipality_code, other_scenario, scenario, reason, visits_removed, visits_added, -unplanned_visits,
    patients, -minutes, visits_on_unknown
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
  coalesce(b.patients, 0) AS patients, coalesce(b.minutes, 0) AS minutes,
  coalesce(b.visits_on_unknown, 0) AS visits_on_unknown, 'ok' AS status
FROM rows_to_be AS r
LEFT JOIN both_ways AS b USING (year, municipality_code, scenario, other_scenario, reason)
