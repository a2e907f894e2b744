-- A row is a period, municipality, sex, age group and person: who was met in fortnights, and fortnights.
-- From: core.visits
-- By: professions_in_14_days.yaml. Fortnights follow on one another from Monday 1 January 2001, and count
-- where they lie wholly within the window. A fortnight belongs to where the person lived at its last visit.
-- window: monthly, on period_start
WITH at_home AS (
  SELECT v.person_key, v.started_at, v.system, v.record_id, v.residence_municipality_code, v.sex, v.age_group,
    v.care_unit_id, v.professions,
    DATE '2001-01-01' + (14 * (date_diff('day', DATE '2001-01-01', v.started_at::DATE) // 14))::INTEGER AS first_day
  FROM lake.core.visits AS v
  SEMI JOIN hemvard_windows AS w ON v.month BETWEEN w.period_start AND w.period_end
  WHERE v.living = 'ordinary' AND v.place = 'home'
),
fortnights AS (
  SELECT v.person_key, v.first_day,
    arg_max(v.residence_municipality_code, row(v.started_at, v.system, v.record_id)) AS municipality_code,
    arg_max(v.sex, row(v.started_at, v.system, v.record_id)) AS sex,
    arg_max(v.age_group, row(v.started_at, v.system, v.record_id)) AS age_group
  FROM at_home AS v
  GROUP BY v.person_key, v.first_day
  HAVING count(*) >= 4
),
met AS (
  SELECT person_key, first_day, coalesce(care_unit_id, 'unknown') AS care_unit_id, unnest(professions) AS profession
  FROM at_home
),
counted AS (
  SELECT person_key, first_day, count(DISTINCT row(care_unit_id, profession)) AS professions,
    bool_and(care_unit_id <> 'unknown' AND profession <> 'unknown') AS is_known
  FROM met
  GROUP BY person_key, first_day
)
SELECT w.period_start, w.period_end, f.municipality_code, f.sex,
  CASE WHEN f.age_group IN ('0-17', '18') THEN '0-18' ELSE f.age_group END AS age_group, f.person_key,
  coalesce(sum(c.professions) FILTER (c.is_known), 0)::BIGINT AS numerator,
  count(*) FILTER (c.is_known) AS denominator, count(*) FILTER (NOT c.is_known) AS unknown
FROM fortnights AS f
JOIN counted AS c ON c.person_key = f.person_key AND c.first_day = f.first_day
JOIN hemvard_windows AS w ON f.first_day >= w.period_start AND f.first_day + 13 <= w.period_end
GROUP BY ALL
