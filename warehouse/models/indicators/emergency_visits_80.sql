-- A row is a period, a person of 80 or older and where the person lives: visits to an emergency department.
-- From: core.emergency_visits
-- By: emergency_visits_80.yaml
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, coalesce(e.residence_municipality_code, '9999') AS municipality_code,
  coalesce(e.sex_of_id, 'unknown') AS sex,
  CASE WHEN e.person_age IS NULL THEN 'unknown' WHEN e.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group,
  e.person AS person_key, count(e.person_age) AS numerator, 0::BIGINT AS denominator,
  count(*) - count(e.person_age) AS unknown
FROM lake.core.emergency_visits AS e
JOIN hemvard_windows AS w ON e.month BETWEEN w.period_start AND w.period_end
WHERE e.person_age >= 80 OR e.person_age IS NULL
GROUP BY ALL
