-- A row is a period, a person and the assessing municipality: decisions to stay at home, and emergency visits after.
-- From: core.assessments, core.emergency_visits
-- By: visam_stay_home_emergency_72h.yaml
-- window: monthly, on period_start
-- reach: 0 before, 1 after
WITH at_home AS (
  SELECT w.period_start, w.period_end, a.system, a.record_id, a.person, a.assessed_at,
    coalesce(a.municipality_code, '9999') AS municipality_code, coalesce(a.sex_of_id, 'unknown') AS sex,
    CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18'
      WHEN a.person_age <= 64 THEN '19-64' WHEN a.person_age <= 79 THEN '65-79'
      WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group
  FROM lake.core.assessments AS a
  JOIN hemvard_windows AS w ON a.month BETWEEN w.period_start AND w.period_end
  WHERE a.outcome = 'stay_home'
),
gone AS (
  SELECT DISTINCT h.period_start, h.period_end, h.system, h.record_id
  FROM at_home AS h
  JOIN lake.core.emergency_visits AS e ON e.person = h.person AND e.arrived_at > h.assessed_at
    AND e.arrived_at <= h.assessed_at + INTERVAL 72 HOUR
)
SELECT h.period_start, h.period_end, h.municipality_code, h.sex, h.age_group, h.person AS person_key,
  count(g.record_id) AS numerator, count(*) AS denominator, 0::BIGINT AS unknown
FROM at_home AS h
LEFT JOIN gone AS g USING (period_start, period_end, system, record_id)
GROUP BY ALL
