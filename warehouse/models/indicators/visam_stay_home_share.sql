-- A row is a period, a person and the assessing municipality: assessments, and those that ended in staying at home.
-- From: core.assessments
-- By: visam_stay_home_share.yaml
-- window: monthly, on period_start
SELECT w.period_start, w.period_end, coalesce(a.municipality_code, '9999') AS municipality_code,
  coalesce(a.sex_of_id, 'unknown') AS sex,
  CASE WHEN a.person_age IS NULL THEN 'unknown' WHEN a.person_age <= 18 THEN '0-18' WHEN a.person_age <= 64 THEN '19-64'
    WHEN a.person_age <= 79 THEN '65-79' WHEN a.person_age <= 89 THEN '80-89' ELSE '90+' END AS age_group,
  a.person AS person_key, count(*) FILTER (a.outcome = 'stay_home') AS numerator,
  count(*) FILTER (a.outcome <> 'unknown') AS denominator, count(*) FILTER (a.outcome = 'unknown') AS unknown
FROM lake.core.assessments AS a
JOIN hemvard_windows AS w ON a.month BETWEEN w.period_start AND w.period_end
GROUP BY ALL
